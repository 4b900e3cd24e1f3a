//! What is heard of Official Accounts, noted once an hour: who hears much writes no more than who hears little.
//!
//! What was noted is remembered, in bounded room. An event that tells nothing new costs no call; the first of an hour costs a read,
//! and in one environment of all that hear it a write.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::journal::{Journal, write};
use crate::domain::heard::{Heard, Sign};
use crate::domain::ids::ChannelId;
use crate::ports::table::Commit;
use crate::ports::{Clock, PortError};

/// So many Official Accounts are remembered. Of more, all are forgotten and read anew.
const MOST_REMEMBERED: usize = 200;
/// Of several that note at once one goes first; the others read what it wrote.
const TRIES: usize = 3;

/// What is heard.
#[derive(Clone)]
pub struct Hearings {
    journal: Journal,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<BTreeMap<ChannelId, Heard>>>,
}

impl Hearings {
    /// In this journal.
    pub fn new(journal: Journal, clock: Arc<dyn Clock>) -> Self {
        Self { journal, clock, known: Arc::default() }
    }

    /// Notes what these signs tell that is not known. Twice is once.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn note_signs(&self, channel: &ChannelId, signs: &[Sign]) -> Result<(), PortError> {
        let now_ms = self.clock.now_ms();
        let observe = |heard: &mut Heard| {
            // All of them, whatever the first one tells.
            signs.iter().filter(|sign| heard.observe(**sign, now_ms)).count() > 0
        };
        if !observe(&mut self.remembered(channel)) {
            return Ok(());
        }
        for _ in 0..TRIES {
            let mut found = self.journal.heard(channel).await?;
            let is_new = observe(&mut found.value);
            let note = || write::heard(channel, &found.value, found.version, now_ms);
            if !is_new || self.journal.commit(vec![note()]).await? == Commit::Done {
                self.remember(channel, found.value);
                return Ok(());
            }
        }
        Ok(())
    }

    fn remembered(&self, channel: &ChannelId) -> Heard {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(channel).cloned().unwrap_or_default()
    }

    fn remember(&self, channel: &ChannelId, heard: Heard) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED && !known.contains_key(channel) {
            known.clear();
        }
        known.insert(channel.clone(), heard);
    }
}
