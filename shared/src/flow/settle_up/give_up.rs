//! Work that could not be done for weeks is put aside, in words, before what it refers to expires.

use super::Payer;
use crate::domain::entry::MAX_MEMBERS;
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::ports::PortError;
use crate::ports::journal::write;

impl Payer<'_> {
    /// The words go, the reason stays.
    pub(super) async fn give_up(&self, row: OwedRow) -> Result<(), PortError> {
        if let Owed::Entry { conversation } | Owed::Person { conversation } = &row.owed
            && let Some(mut head) = self.head(conversation).await?
        {
            let mut writes = Vec::new();
            if matches!(row.owed, Owed::Entry { .. }) {
                let pending = self.journal().all_pending(conversation, MAX_MEMBERS).await?;
                writes.extend(pending.iter().map(|activity| write::forget(conversation, &activity.mark)));
                if pending.len() < MAX_MEMBERS {
                    head.value.open = None;
                }
            } else {
                head.value.person_owed = false;
            }
            let more = matches!(row.owed, Owed::Entry { .. }) && head.value.open.is_some();
            if !self.commit_head(&mut head, writes).await? || more {
                return Ok(());
            }
        }
        let words = "crm_unreachable: the CRM did not take this for 29 days / 29日間CRMに書き込めませんでした";
        self.put_aside(&row, words).await
    }

    /// Buries the row with a reason, then removes it. In this order: a crash repeats, and never loses, the reason.
    pub(super) async fn put_aside(&self, row: &OwedRow, why: &str) -> Result<(), PortError> {
        tracing::error!(crm.account = %self.account.key, owed = row.owed.name(), "owed.given_up");
        let wake_up = WakeUp { account: self.account.key.clone() };
        self.up.wake_ups.bury(&wake_up, &format!("{why} [{}]", row.owed.name())).await?;
        self.paid(row).await
    }
}
