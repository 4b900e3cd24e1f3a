//! What operators' lists say of an Official Account: when it was last heard of, what was last refused, and how
//! its sends end.
//!
//! Noted beside the work of a batch, at most once for each channel and kind. Best effort: a note that is not taken is logged,
//! and the work goes on.

use std::collections::BTreeMap;

use super::round::Round;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ChannelId;
use crate::domain::push::{Push, PushState, Settlement};
use crate::domain::sent::Ends;
use crate::ports::PortError;
use crate::store::journal::LastRefusal;

/// How the sends that were seen ended, of each channel: the newest that was refused, and how many ended how.
#[derive(Default)]
pub(super) struct Refusals {
    newest: BTreeMap<ChannelId, LastRefusal>,
    ends: BTreeMap<ChannelId, Ends>,
}

impl Refusals {
    /// Takes a send into account, if it was refused.
    pub(super) fn observe(&mut self, push: &Push) {
        let PushState::Settled(Settlement { outcome, at_ms, .. }) = push.state else { return };
        if !outcome.is_refusal() {
            return;
        }
        let newest = self.newest.entry(push.channel.clone()).or_insert(LastRefusal { at_ms, outcome });
        if at_ms > newest.at_ms {
            *newest = LastRefusal { at_ms, outcome };
        }
    }

    /// Counts a send that has ended. Each is counted where its outcome is written to its contact, for the first time.
    pub(super) fn count(&mut self, push: &Push) {
        if let PushState::Settled(Settlement { outcome, .. }) = push.state {
            *self.ends.entry(push.channel.clone()).or_default().entry(outcome).or_default() += 1;
        }
    }
}

impl Round<'_> {
    /// When the newest of these conversations' events happened. A clock of LINE's that is ahead of ours tells of nothing to come.
    pub(super) async fn note_events(&self, conversations: impl Iterator<Item = &Conversation>) {
        let now_ms = self.now_ms();
        let mut newest: BTreeMap<&ChannelId, i64> = BTreeMap::new();
        for conversation in conversations {
            let Some(at_ms) = conversation.last_event_at_ms() else { continue };
            let noted = newest.entry(&conversation.key.channel).or_insert(i64::MIN);
            *noted = at_ms.min(now_ms).max(*noted);
        }
        for (channel, at_ms) in newest {
            log_if_not(self.journal.note_event(channel, at_ms).await);
        }
    }

    /// Of channels that are this account's: another is in no list beside it.
    pub(super) async fn note_refusals(&self, refusals: Refusals) {
        let is_ours = |channel: &ChannelId| self.account.channels.contains(channel);
        for (channel, refusal) in refusals.newest.into_iter().filter(|(channel, _)| is_ours(channel)) {
            log_if_not(self.journal.note_refusal(&channel, refusal).await);
        }
        for (channel, ends) in refusals.ends.into_iter().filter(|(channel, _)| is_ours(channel)) {
            log_if_not(self.journal.note_sent(&channel, &ends, self.now_ms()).await);
        }
    }
}

fn log_if_not(noted: Result<(), PortError>) {
    if let Err(error) = noted {
        crate::telemetry::log_chain("channel.not_noted", &error);
    }
}
