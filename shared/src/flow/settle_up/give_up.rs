//! Work that could not be done for weeks is put aside, in words, before what it refers to expires.

use super::Payer;
use crate::domain::entry::MAX_MEMBERS;
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::ports::PortError;
use crate::ports::journal::write;

impl Payer<'_> {
    /// The reason is put aside, then the words go: a crash in between repeats the reason.
    pub(super) async fn give_up(&self, row: OwedRow) -> Result<(), PortError> {
        self.bury(&row, "crm_unreachable: the CRM did not take this for 29 days / 29日間CRMに書き込めませんでした")
            .await?;
        let (Owed::Entry { conversation } | Owed::Person { conversation }) = &row.owed else {
            return self.paid(&row).await;
        };
        let Some(mut head) = self.head(conversation).await? else { return self.paid(&row).await };
        let mut writes = Vec::new();
        let mut left = false;
        if matches!(row.owed, Owed::Entry { .. }) {
            let pending = self.journal().all_pending(conversation, MAX_MEMBERS).await?;
            left = pending.len() == MAX_MEMBERS;
            writes.extend(pending.iter().map(|activity| write::forget(conversation, &activity.mark)));
        }
        if !left {
            match row.owed {
                Owed::Entry { .. } => head.value.open = None,
                _ => {
                    head.value.person_owed = false;
                    writes.push(write::unsaid(conversation));
                }
            }
            writes.push(write::paid(&row));
        }
        // On a conflict, or where words are left, the row stays due.
        self.commit_head(&mut head, writes).await?;
        Ok(())
    }

    /// Buries the row with a reason, then removes it. In this order: a crash repeats, and never loses, the reason.
    pub(super) async fn put_aside(&self, row: &OwedRow, why: &str) -> Result<(), PortError> {
        self.bury(row, why).await?;
        self.paid(row).await
    }

    async fn bury(&self, row: &OwedRow, why: &str) -> Result<(), PortError> {
        tracing::error!(crm.account = %self.account.key, owed = row.owed.name(), "owed.given_up");
        let wake_up = WakeUp { account: self.account.key.clone() };
        self.up.wake_ups.bury(&wake_up, &format!("{why} [{}]", row.owed.name())).await
    }
}
