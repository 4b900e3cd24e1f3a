//! The one dispatcher: what is in a CRM account's outbox is done.
//!
//! It walks through everything that is due, step by step, and serves each step in turns: see `turns`. Walks follow until one
//! finds nothing to do or the time is up. Whatever it does can stop anywhere: the next walk finds the row still in the outbox
//! and the state telling what may have been tried.
//!
//! `walk` and `turns` say what is served when, `watch` looks at open tasks before a walk, `round` what may become of a row, `links` alone
//! changes who is linked to whom, and each kind of effect has a handler of its own under `effects`, which knows the ports that it uses and no
//! other handler. A row that holds two pieces of work is served by both handlers: see `parts`. Files take long: `files` saves them, one
//! after the other, while the rest goes on.

mod contacts;
mod effects;
mod files;
mod give_up;
mod inbox_file;
mod links;
mod noted;
mod parts;
mod redrive;
mod round;
mod turns;
mod unreadable;
mod walk;
mod watch;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tracing::{info, warn};

use self::files::SaveFile;
use self::parts::Parts;
use self::round::Round;
use self::walk::Walker;
pub use self::watch::LastLooks;
use self::watch::WatchTasks;
use super::erase::Erase;
use super::outbox::Outbox;
use super::settle::Settle;
use crate::domain::account::CrmAccountKey;
use crate::ports::{Crm, Crms, LineContent, Messenger, PortError};
use crate::store::{Accounts, Channels, Links};

/// Work that waits for longer is given up, in words, before the words it refers to expire.
const GIVE_UP_AFTER_MS: i64 = 29 * 86_400_000;
/// What the CRM refuses for good is dead-lettered after this many tries.
const REFUSED_TRIES: u32 = 3;
/// An unknown outcome is looked into after this long, where the CRM takes no key of ours.
const UNKNOWN_REST_MS: i64 = 5 * 60_000;

/// Does what is in the outbox.
pub struct Dispatch {
    /// CRM accounts.
    pub accounts: Accounts,
    /// Official Accounts.
    pub channels: Channels,
    /// Who is who.
    pub links: Links,
    /// The outbox, and what its effects are about; dead letters go to its queue.
    pub outbox: Outbox,
    /// The CRM.
    pub crms: Arc<dyn Crms>,
    /// For names and pictures.
    pub messenger: Arc<dyn Messenger>,
    /// For what people send.
    pub content: Arc<dyn LineContent>,
    /// When open tasks were last looked at.
    pub last_looks: LastLooks,
}

/// What a call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DispatchReport {
    /// Rows that were due.
    pub rows: usize,
    /// The age of the oldest row that was due, in milliseconds.
    pub oldest_ms: i64,
}

impl Dispatch {
    /// Does what is due for an account until `until_ms`. Twice, even at once, does once what the CRM
    /// tells apart by key, and never loses a row.
    ///
    /// # Errors
    /// As the ports'; what was not done stays in the outbox.
    pub async fn dispatch(&self, key: &CrmAccountKey, until_ms: i64) -> Result<DispatchReport, PortError> {
        let Some(account) = self.accounts.find(key).await? else {
            warn!(crm.account = %key, "account.unknown");
            return Ok(DispatchReport::default());
        };
        let Some(crm) = self.crms.connect(&account.value, until_ms).await? else {
            warn!(crm.account = %key, "account.disconnected");
            return Ok(DispatchReport::default());
        };
        let round = Round {
            account: account.value,
            journal: &self.outbox.journal,
            clock: &*self.outbox.clock,
            wake_ups: &*self.outbox.wake_ups,
            until_ms,
            enqueued: AtomicBool::new(false),
            parts: Parts::default(),
        };
        let report = self.serve(&round, &*crm).await?;
        info!(crm.account = %key, rows = report.rows, oldest_ms = report.oldest_ms, "account.dispatched");
        Ok(report)
    }

    /// Files beside everything else: one that is large delays nobody.
    async fn serve(&self, round: &Round<'_>, crm: &dyn Crm) -> Result<DispatchReport, PortError> {
        let (files, waiting) = files::queue();
        let tasks = WatchTasks { round, crm, last: &self.last_looks };
        let walker = Walker { round, crm, ports: self, files, tasks };
        let (content, channels, links) = (&*self.content, &self.channels, self.links.reader());
        let saver = SaveFile { round, crm, content, channels, links, not_allowed: AtomicBool::new(false) };
        // The walker takes the queue's beginning with it when it ends, and so ends the saver.
        let (report, ()) = futures::future::join(walker.everything_due(), waiting.save_each(&saver)).await;
        report
    }

    /// Erases people with the dispatcher's own ports.
    pub fn erase(&self) -> Erase {
        Erase { links: self.links.clone(), settle: self.settle() }
    }

    fn settle(&self) -> Settle {
        Settle { channels: self.channels.clone(), outbox: self.outbox.clone() }
    }
}
