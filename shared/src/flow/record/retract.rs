//! A message is taken back: the words go from what waits, from the entries that hold them, from the properties.
//!
//! First that it was taken back, which wins over every copy and every edit that comes later; then the words, all in one
//! transaction, or where they are very many, some at a time. Each writes the conversation's state, too: an entry that is
//! sealed in between is refused, or is found when the message is looked for in entries.

use futures::future::try_join_all;

use super::{Change, Record};
use crate::domain::activity::{Activity, Content, Mark, Speaker};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::MessageId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::table::Write;
use crate::store::journal::{MessagePosition, MessagePositions, Words, write};

/// The words of so many go at once. A transaction takes 100 writes and 4 MB (DynamoDB's TransactWriteItems).
const AT_ONCE: usize = 50;
/// So many that the CRM refused go with them.
const REFUSED_AT_ONCE: usize = 30;
/// So many that wait for the CRM's inbox, or that it refused, go with them.
const INBOX_AT_ONCE: usize = 10;

impl Record {
    /// A message that was taken back before it came has no words.
    pub(super) async fn forget_if_unsent(
        &self,
        state: &Conversation,
        message: &MessageId,
        activity: &mut Activity,
    ) -> Result<(), PortError> {
        if self.outbox.journal.is_unsent(&state.key, message).await? {
            activity.content = Content::Unsent;
        }
        Ok(())
    }

    pub(super) async fn retract(
        &self,
        channel: &Channel,
        state: &mut Conversation,
        message: &MessageId,
        now_ms: i64,
    ) -> Result<Change, PortError> {
        let key = state.key.clone();
        let mut writes = vec![write::unsent(&key, message, now_ms)];
        let mut effects = Vec::new();
        let positions = self.outbox.journal.message_positions(&key, message).await?;
        let words = self.words_of(state, &positions).await?;
        let positions = positions.all;
        let refused = self.refused_words_of(&key, &positions).await?;
        let (inbox, is_all_of_inbox) = self.out_of_inbox(channel, state, &positions, now_ms).await?;
        writes.extend(inbox);
        let is_all = words.len() < AT_ONCE && refused.len() < REFUSED_AT_ONCE && is_all_of_inbox;
        writes.extend(refused.iter().map(|said| write::forget_refused(&key, &said.mark)));
        writes.extend(words.iter().map(|words| words.become_content(&key, Content::Unsent, now_ms)));
        let goes_there = channel.crm_inbox.is_some() && !positions.is_empty();
        effects.extend(if goes_there { state.enqueue_inbox(now_ms) } else { None });
        if is_all {
            effects.extend(positions.iter().filter_map(|position| state.retract(&position.mark, now_ms)));
            if !positions.is_empty() {
                let redaction = Effect::RedactMessage { conversation: key, message: message.clone() };
                effects.push(OutboxRow::new(&state.account, redaction, now_ms, now_ms));
            }
        }
        Ok(Change { state: writes, effects, is_all, ..Change::default() })
    }

    /// What waits for the CRM's inbox goes, and that the message was taken back goes there, once: it may stand there, and nothing takes
    /// it out. The second says whether that was all.
    async fn out_of_inbox(
        &self,
        channel: &Channel,
        state: &Conversation,
        positions: &[MessagePosition],
        now_ms: i64,
    ) -> Result<(Vec<Write>, bool), PortError> {
        let key = &state.key;
        let Some(first) = positions.iter().map(|position| &position.mark).min() else { return Ok((vec![], true)) };
        let is_of = |mark: &Mark| positions.iter().any(|position| position.mark == *mark);
        let waiting = self.outbox.journal.for_inbox(key, usize::MAX).await?;
        let waiting: Vec<_> = waiting.into_iter().map(|said| said.value.mark).filter(|mark| is_of(mark)).collect();
        let refused = self.outbox.journal.refused_by_inbox(key, usize::MAX).await?;
        let refused: Vec<_> = refused.into_iter().map(|said| said.mark).filter(|mark| is_of(mark)).collect();
        let is_all = waiting.len() + refused.len() < INBOX_AT_ONCE;
        let mut writes: Vec<_> = refused.iter().map(|mark| write::forget_refused_by_inbox(key, mark)).collect();
        writes.extend(waiting.iter().filter(|mark| *mark != first).map(|mark| write::not_for_inbox(key, mark)));
        writes.truncate(INBOX_AT_ONCE);
        if channel.crm_inbox.is_some() && is_all {
            let taken_back = Activity {
                mark: first.clone(),
                arrived_at_ms: now_ms,
                speaker: Speaker::Person,
                operator: None,
                message: None,
                quotes: None,
                content: Content::Unsent,
                late: false,
            };
            writes.push(write::for_inbox(key, &taken_back, now_ms));
            // Its file goes with it, and follows nowhere.
            writes.push(write::file_followed(key, first));
        }
        Ok((writes, is_all))
    }

    /// What the CRM refused and is kept for an operator, at most so much as fits.
    async fn refused_words_of(
        &self,
        key: &ConversationKey,
        positions: &[MessagePosition],
    ) -> Result<Vec<Activity>, PortError> {
        let mut refused = self.outbox.journal.refused(key, usize::MAX).await?;
        refused.retain(|said| positions.iter().any(|position| position.mark == said.mark));
        refused.truncate(REFUSED_AT_ONCE);
        Ok(refused)
    }

    /// What still waits with its words, at most so much as fits.
    async fn words_of(&self, state: &Conversation, positions: &MessagePositions) -> Result<Vec<Words>, PortError> {
        let has_words = |words: &Words| words.said.content != Content::Unsent;
        let mut words = positions.words.clone();
        let waits_there = |position: &&MessagePosition| words.iter().any(|words| words.said.mark == position.mark);
        let apart: Vec<_> = positions.all.iter().filter(|position| !waits_there(position)).collect();
        words.retain(has_words);
        for some in apart.chunks(AT_ONCE) {
            if words.len() >= AT_ONCE {
                break;
            }
            let found =
                try_join_all(some.iter().map(|position| self.outbox.journal.words_at(state, &position.mark))).await?;
            words.extend(found.into_iter().flatten().filter(has_words));
        }
        words.truncate(AT_ONCE);
        Ok(words)
    }
}
