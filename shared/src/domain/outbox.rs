//! The outbox: work that has been promised durably and not been done yet.
//!
//! A row lies in its account's list, sorted by when it is due. Whoever records that something
//! happened writes the row in the same transaction, or right behind it where the state says that it is queued; whoever has done the
//! work removes it.

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::activity::{Mark, Media};
use super::conversation::ConversationKey;
use super::dead_letter::FailureReason;
use super::ids::{ChannelId, ContactId, MessageId, fingerprint};
use super::link::ContactLink;
use super::provider::ProviderNumber;
use super::push::PushId;

/// One thing that must be done, recorded with the state that asks for it. It refers to state; it carries no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// The contact's properties and the owner's task follow the conversation's state.
    SyncContact {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// What was said becomes an entry on the timeline.
    WriteEntry {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// What was said goes into the CRM's own inbox.
    WriteToInbox {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// Whoever wrote a message in the CRM's inbox sees there how it ended.
    TellInbox {
        /// Of which push.
        push: PushId,
    },
    /// A message that was taken back or edited is changed in the entry that holds it.
    RedactMessage {
        /// The person's conversation.
        conversation: ConversationKey,
        /// Which message.
        message: MessageId,
    },
    /// The file of a message goes from LINE into the CRM.
    SaveFile {
        /// The person's conversation.
        conversation: ConversationKey,
        /// Which message.
        message: MessageId,
        /// Its place in the order: also of one that was taken back meanwhile.
        mark: Mark,
        /// As what it was sent.
        media: Media,
    },
    /// What became of the file of a message is to be seen at the note that holds the message, which was written without it.
    ShowFile {
        /// The person's conversation.
        conversation: ConversationKey,
        /// Which message.
        message: MessageId,
    },
    /// The owner's task, which the CRM did not take, is tried once more while the message waits for it. Rows of before are looks at open
    /// tasks, and gave it the name that it is stored under.
    #[serde(rename = "poll_task")]
    RetryTask {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// The owner's task may be open: it is looked at now and then, and is it done? One row for all looks, in a list of its own, as long as
    /// it is open.
    WatchTask {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// The contact's property says how the newest send ended.
    WriteLastOutcome {
        /// Of which push.
        push: PushId,
    },
    /// The contact's timeline says that a send did not reach anybody: one that nobody's conversation shows.
    WriteNotSentNote {
        /// Which push.
        push: PushId,
    },
    /// Something changed at a contact in the CRM: is it still linked to whom it should be?
    ReconcileContact {
        /// Which contact.
        contact: ContactId,
    },
    /// A contact was deleted for ever under privacy law: what we hold of the person goes.
    ForgetContact {
        /// Which contact.
        contact: ContactId,
    },
    /// A contact is not linked to a person any more: its fields follow.
    ClearContactFields {
        /// Which contact.
        contact: ContactId,
        /// On which Official Account it was linked.
        channel: ChannelId,
        /// Which LINE provider's fields: the Official Account's when they were linked.
        #[serde(default)]
        provider: ProviderNumber,
    },
    /// A person was erased while a contact was perhaps being made for them: no contact may go on naming them.
    ClearErasedPerson {
        /// The person's conversation.
        conversation: ConversationKey,
    },
    /// Nobody has decided about a parked send for weeks: its words go, and it stays unknown.
    ExpireParkedPush {
        /// Which push.
        push: PushId,
    },
    /// A held send may go: it is queued. It lies in lists of its own, and the dispatcher does not serve it.
    ReleasePush {
        /// Which push.
        push: PushId,
        /// Whose conversation it is for.
        conversation: ConversationKey,
    },
    /// A waiting workflow learns the outcome.
    CompleteWorkflow {
        /// Of which push.
        push: PushId,
    },
    /// Both at once, where a workflow waits and a contact is known: one row where there would be two. A kind of its own: a version that
    /// does not know it leaves it, and does not do the half of it.
    TellOutcome {
        /// Of which push.
        push: PushId,
    },
}

/// What is served first where several kinds are due: whoever waits most comes first, a workflow, then the owner, then the
/// timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// See [`Effect::CompleteWorkflow`].
    CompleteWorkflow,
    /// See [`Effect::TellOutcome`].
    TellOutcome,
    /// See [`Effect::TellInbox`].
    TellInbox,
    /// See [`Effect::SyncContact`].
    SyncContact,
    /// See [`Effect::ClearContactFields`].
    ClearContactFields,
    /// See [`Effect::ClearErasedPerson`].
    ClearErasedPerson,
    /// See [`Effect::ForgetContact`].
    ForgetContact,
    /// See [`Effect::ReconcileContact`]. After what we write ourselves: a contact that is to be filled or emptied is no news.
    ReconcileContact,
    /// See [`Effect::WriteLastOutcome`].
    WriteLastOutcome,
    /// See [`Effect::RetryTask`].
    RetryTask,
    /// See [`Effect::WriteToInbox`]. Behind what links the person: the inbox is told whose message it is.
    WriteToInbox,
    /// See [`Effect::WriteEntry`].
    WriteEntry,
    /// See [`Effect::WriteNotSentNote`].
    WriteNotSentNote,
    /// See [`Effect::RedactMessage`].
    RedactMessage,
    /// See [`Effect::ShowFile`].
    ShowFile,
    /// See [`Effect::SaveFile`]. It takes long, and is served beside the others.
    SaveFile,
    /// See [`Effect::ExpireParkedPush`].
    ExpireParkedPush,
    /// See [`Effect::ReleasePush`]. Never among the others.
    ReleasePush,
    /// See [`Effect::WatchTask`]. Never among the others.
    WatchTask,
}

/// How many lists an account's outbox is spread over, so that no partition of the table is hot.
pub const SHARDS: u32 = 8;

/// An outbox row: the work, when it is due, and what became of earlier tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The CRM account in whose outbox it lies.
    pub account: CrmAccountKey,
    /// What is to be done.
    pub effect: Effect,
    /// When it may be tried, in milliseconds.
    pub due_at_ms: i64,
    /// Since when it waits, in milliseconds.
    pub since_ms: i64,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<FailureReason>,
    /// Which write of it was read; 0 where it was not read. Who is done with it is done with this one.
    #[serde(skip)]
    pub version: u64,
}

impl Effect {
    /// The contact of this link is linked to its person no more.
    pub fn clear(link: &ContactLink) -> Self {
        Self::ClearContactFields {
            contact: link.contact.clone(),
            channel: link.channel.clone(),
            provider: link.provider,
        }
    }

    /// Tells one piece of work from another; the same work has the same name.
    pub fn name(&self) -> String {
        match self {
            Self::SyncContact { conversation } => format!("sync-{}", conversation.hash()),
            Self::WriteEntry { conversation } => format!("entry-{}", conversation.hash()),
            Self::WriteToInbox { conversation } => format!("inbox-{}", conversation.hash()),
            Self::TellInbox { push } => format!("tell-inbox-{push}"),
            Self::RedactMessage { conversation, message } => {
                format!("redact-{}", fingerprint(&[&conversation.hash(), message.as_str()]))
            }
            Self::SaveFile { conversation, message, .. } => {
                format!("save-file-{}", fingerprint(&[&conversation.hash(), message.as_str()]))
            }
            Self::ShowFile { conversation, message } => {
                format!("show-file-{}", fingerprint(&[&conversation.hash(), message.as_str()]))
            }
            Self::RetryTask { conversation } => format!("poll-{}", conversation.hash()),
            Self::WatchTask { conversation } => format!("watch-{}", conversation.hash()),
            Self::ReconcileContact { contact } => format!("reconcile-{}", fingerprint(&[contact.as_str()])),
            Self::ForgetContact { contact } => format!("forget-{}", fingerprint(&[contact.as_str()])),
            Self::ClearContactFields { contact, channel, provider } => {
                // By its number only where it is not the first: the same work keeps its name.
                let number = (*provider != ProviderNumber::FIRST).then(|| provider.get().to_string());
                let parts = [contact.as_str(), channel.as_str()].into_iter().chain(number.as_deref());
                format!("clear-{}", fingerprint(&parts.collect::<Vec<_>>()))
            }
            Self::ClearErasedPerson { conversation } => format!("erased-{}", conversation.hash()),
            Self::WriteLastOutcome { push } => format!("outcome-{push}"),
            Self::WriteNotSentNote { push } => format!("not-sent-{push}"),
            Self::ExpireParkedPush { push } => format!("expire-{push}"),
            Self::ReleasePush { push, .. } => format!("release-{push}"),
            Self::CompleteWorkflow { push } => format!("complete-{push}"),
            Self::TellOutcome { push } => format!("tell-outcome-{push}"),
        }
    }

    /// The pieces of work that it holds, where it holds two: each goes on alone where it cannot be done with the other.
    pub fn parts(&self) -> Option<[Self; 2]> {
        match self {
            Self::TellOutcome { push } => {
                Some([Self::CompleteWorkflow { push: *push }, Self::WriteLastOutcome { push: *push }])
            }
            _ => None,
        }
    }

    /// When it is served among others.
    pub fn priority(&self) -> Priority {
        match self {
            Self::CompleteWorkflow { .. } => Priority::CompleteWorkflow,
            Self::TellOutcome { .. } => Priority::TellOutcome,
            Self::SyncContact { .. } => Priority::SyncContact,
            Self::ClearContactFields { .. } => Priority::ClearContactFields,
            Self::ClearErasedPerson { .. } => Priority::ClearErasedPerson,
            Self::ForgetContact { .. } => Priority::ForgetContact,
            Self::ReconcileContact { .. } => Priority::ReconcileContact,
            Self::WriteLastOutcome { .. } => Priority::WriteLastOutcome,
            Self::RetryTask { .. } => Priority::RetryTask,
            Self::WatchTask { .. } => Priority::WatchTask,
            Self::WriteEntry { .. } => Priority::WriteEntry,
            Self::WriteToInbox { .. } => Priority::WriteToInbox,
            Self::TellInbox { .. } => Priority::TellInbox,
            Self::WriteNotSentNote { .. } => Priority::WriteNotSentNote,
            Self::RedactMessage { .. } => Priority::RedactMessage,
            Self::ShowFile { .. } => Priority::ShowFile,
            Self::SaveFile { .. } => Priority::SaveFile,
            Self::ExpireParkedPush { .. } => Priority::ExpireParkedPush,
            Self::ReleasePush { .. } => Priority::ReleasePush,
        }
    }

    /// Whether its conversation's state says that it is queued: its row can be written anew (see
    /// [`Conversation::queued`](super::conversation::Conversation::queued)).
    pub fn is_told_by_conversation(&self) -> bool {
        matches!(self, Self::SyncContact { .. } | Self::WriteEntry { .. } | Self::WriteToInbox { .. })
    }

    /// Whether its send, once it has ended, says that it follows.
    pub fn is_told_by_push(&self) -> bool {
        matches!(
            self,
            Self::CompleteWorkflow { .. }
                | Self::WriteLastOutcome { .. }
                | Self::TellOutcome { .. }
                | Self::TellInbox { .. }
        )
    }

    /// Whether it is a held send that waits for its time: these lie in lists of their own.
    pub fn is_release(&self) -> bool {
        matches!(self, Self::ReleasePush { .. })
    }

    /// Of which Official Account it tells, where it says so by itself.
    pub fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::ClearContactFields { channel, .. } => Some(channel),
            Self::ClearErasedPerson { conversation } => Some(&conversation.channel),
            other => other.conversation().map(|conversation| &conversation.channel),
        }
    }

    /// Whose it is, where it is one person's (or group's) and says so by itself.
    pub fn conversation(&self) -> Option<&ConversationKey> {
        match self {
            Self::SyncContact { conversation }
            | Self::WriteEntry { conversation }
            | Self::WriteToInbox { conversation }
            | Self::RedactMessage { conversation, .. }
            | Self::SaveFile { conversation, .. }
            | Self::ShowFile { conversation, .. }
            | Self::ReleasePush { conversation, .. }
            | Self::WatchTask { conversation }
            | Self::RetryTask { conversation } => Some(conversation),
            // What is left to be done for somebody who is erased must outlive a second erasing.
            Self::ClearErasedPerson { .. }
            | Self::TellInbox { .. }
            | Self::WriteLastOutcome { .. }
            | Self::WriteNotSentNote { .. }
            | Self::ReconcileContact { .. }
            | Self::ForgetContact { .. }
            | Self::ClearContactFields { .. }
            | Self::ExpireParkedPush { .. }
            | Self::CompleteWorkflow { .. }
            | Self::TellOutcome { .. } => None,
        }
    }

    /// The list it lies in.
    pub fn shard(&self) -> u32 {
        let name = fingerprint(&[&self.name()]);
        u32::from_str_radix(&name[..4], 16).unwrap_or(0) % SHARDS
    }
}

impl OutboxRow {
    /// Enqueued now, due at `due_at_ms`.
    pub fn new(account: &CrmAccountKey, effect: Effect, now_ms: i64, due_at_ms: i64) -> Self {
        Self { account: account.clone(), effect, due_at_ms, since_ms: now_ms, tries: 0, why: None, version: 0 }
    }

    /// The task of the conversation is looked at from now on, as often as one that was opened now. However often it is enqueued, it is one row.
    pub fn watch(account: &CrmAccountKey, conversation: &ConversationKey, now_ms: i64) -> Self {
        Self::new(account, Effect::WatchTask { conversation: conversation.clone() }, now_ms, 0)
    }

    /// The same work, tried once more at `due_at_ms`.
    pub fn again(&self, due_at_ms: i64) -> Self {
        Self { due_at_ms, tries: self.tries + 1, ..self.clone() }
    }

    /// It failed for what it says itself, as far as is known, so whatever travels with it may fail for it. One that the CRM had no time for, did
    /// not answer for, or was not connected for, may have failed as all others did.
    pub fn is_suspect(&self) -> bool {
        self.tries > 0 && !matches!(self.why, Some(FailureReason::Unreachable | FailureReason::Disconnected))
    }

    /// How long to wait after a failed try: 5 s, doubling to 15 minutes.
    pub fn backoff_ms(&self) -> i64 {
        (5_000_i64 << self.tries.min(8)).min(900_000)
    }
}
