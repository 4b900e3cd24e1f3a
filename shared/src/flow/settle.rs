//! A send ends: its outcome, what it makes us owe and what the timeline shows, in one transaction.

use std::sync::Arc;

use tracing::info;

use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::account::CrmAccountKey;
use crate::domain::activity::{Activity, Content, Mark, Speaker};
use crate::domain::channel::ChannelSettings;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::{EventId, LineUserId};
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::push::{Push, PushOutcome, PushState, Sending, Settlement};
use crate::ports::journal::write;
use crate::ports::rows::{Commit, Versioned, Write};
use crate::ports::{Channels, Clock, Journal, PortError, Queue};

/// Ends sends.
pub struct Settle {
    /// For the channel's settings.
    pub channels: Channels,
    /// Where.
    pub journal: Journal,
    /// Tells the payer.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

/// How a send ends, and by what right.
#[derive(Debug, Clone)]
pub enum Ending {
    /// Nothing was ever tried: holds only while no row is there.
    NeverTried(Settlement),
    /// LINE refused, and the end of every try is known: holds only while that is so.
    Refused(Settlement),
    /// LINE has it.
    Accepted(Settlement),
    /// An operator says so.
    Decided(Settlement),
    /// Nobody can know: a person decides.
    Parked,
}

impl Ending {
    /// Whether the row, as it stands, may end so.
    fn holds(&self, state: &PushState, is_stored: bool) -> bool {
        match (self, state) {
            (Self::NeverTried(_), _) => !is_stored,
            (Self::Refused(_), PushState::Sending(sending)) => sending.all_ends_known(),
            (Self::Accepted(_) | Self::Parked, PushState::Sending(_)) => true,
            (Self::Accepted(_) | Self::Decided(_), PushState::Parked(_)) => true,
            _ => false,
        }
    }

    fn settlement(&self) -> Option<&Settlement> {
        match self {
            Self::NeverTried(settlement)
            | Self::Refused(settlement)
            | Self::Accepted(settlement)
            | Self::Decided(settlement) => Some(settlement),
            Self::Parked => None,
        }
    }
}

impl Settle {
    /// Ends the send, if it may end so; `false`: it may not, as it stands. A second call finds it
    /// ended and changes nothing. `push` is what to store if no row is there yet.
    ///
    /// # Errors
    /// As the journal's; nothing has ended then.
    pub async fn settle(&self, push: Push, ending: &Ending) -> Result<bool, PortError> {
        let settings = self.channels.find(&push.channel).await?.map(|channel| channel.settings).unwrap_or_default();
        for conflicts in 0..MAX_CONFLICTS {
            let current =
                self.journal.push(push.id).await?.unwrap_or_else(|| Versioned { value: push.clone(), rev: 0 });
            if !ending.holds(&current.value.state, current.rev > 0) {
                return Ok(false);
            }
            let (ended, writes) = self.writes(current, ending, &settings).await?;
            if self.journal.commit(writes).await? == Commit::Done {
                log(&ended);
                wake(&*self.wake_ups, &ended.account).await;
                return Ok(true);
            }
            step_back(&*self.clock, conflicts).await;
        }
        Err(contended("settle"))
    }

    async fn writes(
        &self,
        current: Versioned<Push>,
        ending: &Ending,
        settings: &ChannelSettings,
    ) -> Result<(Push, Vec<Write>), PortError> {
        let now_ms = self.clock.now_ms();
        let mut ended = current.value;
        let mut writes = Vec::new();
        let sending = match &ended.state {
            PushState::Sending(sending) => Some(sending.clone()),
            PushState::Parked(sending) => {
                writes.push(write::decided(&ended));
                Some(sending.clone())
            }
            PushState::Settled(_) => None,
        };
        match (ending.settlement(), sending) {
            (Some(settlement), sending) => {
                ended.state = PushState::Settled(settlement.clone());
                if let Some(sending) = sending {
                    writes.extend(self.tell_timeline(&ended, &sending, settlement, settings, now_ms).await?);
                }
            }
            (None, Some(sending)) => {
                ended.state = PushState::Parked(sending);
                writes.push(write::parked(&ended));
            }
            (None, None) => {}
        }
        writes.extend(owe_completion(&mut ended, now_ms, now_ms).iter().map(write::owe));
        if ended.contact.is_some() {
            let outcome = Owed::Outcome { push: ended.id };
            writes.push(write::owe(&OwedRow::new(&ended.account, outcome, now_ms, now_ms)));
        }
        writes.push(write::push(&ended, current.rev, now_ms));
        Ok((ended, writes))
    }

    /// What was sent, or that it was not, joins the conversation.
    async fn tell_timeline(
        &self,
        push: &Push,
        sending: &Sending,
        settlement: &Settlement,
        settings: &ChannelSettings,
        now_ms: i64,
    ) -> Result<Vec<Write>, PortError> {
        let mut head = read_or_new(&self.journal, push, &sending.to).await?;
        let said = match settlement.outcome {
            PushOutcome::Accepted => sending.said.clone(),
            outcome => vec![Content::NotSent { outcome }],
        };
        let mut writes = Vec::new();
        for (number, content) in said.into_iter().enumerate() {
            let mut activity = Activity {
                mark: Mark { at_ms: settlement.at_ms, event: EventId::new(format!("{}-{number}", push.id)) },
                arrived_at_ms: settlement.at_ms,
                speaker: Speaker::Workflow,
                message: None,
                content,
                late: false,
            };
            writes.extend(head.value.take(&mut activity, settings, now_ms).iter().map(write::owe));
            writes.push(write::pending(&head.value.key, &activity, 0, now_ms));
        }
        writes.push(write::conversation(&head.value, head.rev));
        Ok(writes)
    }
}

/// The conversation with this person, begun if there is none.
pub(super) async fn read_or_new(
    journal: &Journal,
    push: &Push,
    to: &LineUserId,
) -> Result<Versioned<Conversation>, PortError> {
    let key = ConversationKey::person(&push.channel, to);
    let found = journal.conversation(&key).await?;
    Ok(found.unwrap_or_else(|| Versioned { value: Conversation::new(key, push.account.clone()), rev: 0 }))
}

/// The waiting workflow's answer; none where nobody waits, or one is owed already.
pub(super) fn owe_completion(push: &mut Push, now_ms: i64, due_at_ms: i64) -> Option<OwedRow> {
    if !push.waits || now_ms >= push.expires_at_ms || push.completion_owed {
        return None;
    }
    push.completion_owed = true;
    Some(OwedRow::new(&push.account, Owed::Completion { push: push.id }, now_ms, due_at_ms))
}

/// Tells the payer; a lost wake-up costs a minute.
pub(super) async fn wake(wake_ups: &dyn Queue<WakeUp>, account: &CrmAccountKey) {
    if let Err(error) = wake_ups.send(&WakeUp { account: account.clone() }).await {
        tracing::warn!(crm.account = %account, %error, "wake_up.lost");
    }
}

fn log(push: &Push) {
    match &push.state {
        PushState::Settled(settlement) => info!(
            push.id = %push.id,
            channel.id = %push.channel,
            outcome = settlement.outcome.as_str(),
            line.request_id = settlement.line_request_id.as_deref(),
            "push.settled"
        ),
        _ => info!(push.id = %push.id, channel.id = %push.channel, "push.parked"),
    }
}
