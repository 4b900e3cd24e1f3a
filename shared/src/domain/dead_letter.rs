//! Work that the CRM did not take: why, in words, and how it is found again when an operator sends it back.

use serde::{Deserialize, Serialize};

use super::conversation::ConversationKey;
use super::ids::{ChannelId, ContactId, MessageId};
use super::outbox::Effect;
use super::provider::ProviderNumber;
use super::push::PushId;

/// Why a try did not succeed. Stored with the work, and in a dead letter's reason. It holds codes and nothing that a person
/// wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum FailureReason {
    /// The CRM did not answer, or asked to wait.
    Unreachable,
    /// The account has revoked us, or lacks a permission.
    Disconnected,
    /// The account lacks what every such write needs; somebody can mend that.
    NotReady {
        /// The CRM's code.
        code: String,
    },
    /// Another record has the value that must be unique.
    Taken,
    /// The CRM does not take this content, however often it is tried.
    Refused {
        /// The CRM's code.
        code: String,
    },
    /// The CRM was not asked, or has done it: our own database refuses what would be stored of it.
    NotStored,
    /// Written by a later version.
    #[serde(other)]
    Other,
}

impl FailureReason {
    /// For operators: a name to look for, then English and Japanese.
    pub fn words(&self) -> String {
        match self {
            Self::Unreachable | Self::Other => {
                "crm_unreachable: the CRM did not answer / CRMが応答しませんでした".to_owned()
            }
            Self::Disconnected => {
                "crm_disconnected: the CRM account is not connected or lacks a permission; connect it \
                 again / CRMとの接続が切れているか、権限が足りません。もう一度接続してください"
                    .to_owned()
            }
            Self::NotReady { code } => format!(
                "crm_not_ready ({code}): the CRM account lacks something that Musubi writes to, such as a property; \
                 set it up again / CRMのアカウントに、Musubiの書き込みに必要なもの（プロパティーなど）がありません。設定し直してください"
            ),
            Self::Taken => "crm_taken: another record in the CRM has this value, which must be unique / \
                 一意であるべき値を、CRMの別のレコードが持っています"
                .to_owned(),
            Self::NotStored => "not_stored: Musubi's own database refuses what this work would store; it is a fault of Musubi's, please \
                 report it / Musubiのデータベースに保存できませんでした。Musubiの不具合ですので、ご報告ください"
                .to_owned(),
            Self::Refused { code } => format!(
                "crm_refused ({code}): the CRM does not take this content, however often it is tried / \
                 CRMがこの内容を受け付けません。何度試しても同じです"
            ),
        }
    }
}

/// An effect that was dead-lettered, as it lies in a dead letter: enough to enqueue it anew. It holds no words and no LINE user ID,
/// since erasing a person does not reach it. Conversations are named by their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeadLetteredEffect {
    /// See [`Effect::SyncContact`].
    SyncContact {
        /// The hash of the person's conversation.
        conversation: String,
    },
    /// See [`Effect::WriteEntry`]: also the words that were dead-lettered.
    WriteEntry {
        /// The hash of the person's conversation.
        conversation: String,
    },
    /// See [`Effect::WriteToInbox`]: also the words that were dead-lettered.
    WriteToInbox {
        /// The hash of the person's conversation.
        conversation: String,
    },
    /// See [`Effect::TellInbox`].
    TellInbox {
        /// Of which push.
        push: PushId,
    },
    /// See [`Effect::RedactMessage`].
    RedactMessage {
        /// The hash of the person's conversation.
        conversation: String,
        /// Which message.
        message: MessageId,
    },
    /// See [`Effect::ShowFile`].
    ShowFile {
        /// The hash of the person's conversation.
        conversation: String,
        /// Which message.
        message: MessageId,
    },
    /// See [`Effect::WriteLastOutcome`].
    WriteLastOutcome {
        /// Of which push.
        push: PushId,
    },
    /// See [`Effect::WriteNotSentNote`].
    WriteNotSentNote {
        /// Of which push.
        push: PushId,
    },
    /// See [`Effect::CompleteWorkflow`].
    CompleteWorkflow {
        /// Of which push.
        push: PushId,
    },
    /// See [`Effect::TellOutcome`].
    TellOutcome {
        /// Of which push.
        push: PushId,
    },
    /// See [`Effect::ReconcileContact`].
    ReconcileContact {
        /// Which contact.
        contact: ContactId,
    },
    /// See [`Effect::ForgetContact`].
    ForgetContact {
        /// Which contact.
        contact: ContactId,
    },
    /// See [`Effect::ClearContactFields`].
    ClearContactFields {
        /// Which contact.
        contact: ContactId,
        /// On which Official Account it was linked.
        channel: ChannelId,
        /// Which LINE provider's fields.
        #[serde(default)]
        provider: ProviderNumber,
    },
    /// Written by a later version.
    #[serde(other)]
    Other,
}

impl DeadLetteredEffect {
    /// What is kept of an effect. `None`: it comes again by itself, or must not.
    pub fn of(effect: &Effect) -> Option<Self> {
        let hash = ConversationKey::hash;
        Some(match effect {
            Effect::SyncContact { conversation } => Self::SyncContact { conversation: hash(conversation) },
            Effect::WriteEntry { conversation } => Self::WriteEntry { conversation: hash(conversation) },
            Effect::WriteToInbox { conversation } => Self::WriteToInbox { conversation: hash(conversation) },
            Effect::TellInbox { push } => Self::TellInbox { push: *push },
            Effect::RedactMessage { conversation, message } => {
                Self::RedactMessage { conversation: hash(conversation), message: message.clone() }
            }
            Effect::ShowFile { conversation, message } => {
                Self::ShowFile { conversation: hash(conversation), message: message.clone() }
            }
            Effect::WriteLastOutcome { push } => Self::WriteLastOutcome { push: *push },
            Effect::WriteNotSentNote { push } => Self::WriteNotSentNote { push: *push },
            Effect::CompleteWorkflow { push } => Self::CompleteWorkflow { push: *push },
            Effect::TellOutcome { push } => Self::TellOutcome { push: *push },
            Effect::ReconcileContact { contact } => Self::ReconcileContact { contact: contact.clone() },
            Effect::ForgetContact { contact } => Self::ForgetContact { contact: contact.clone() },
            Effect::ClearContactFields { contact, channel, provider } => {
                Self::ClearContactFields { contact: contact.clone(), channel: channel.clone(), provider: *provider }
            }
            // Without the person it cannot be done, and they are erased.
            Effect::ClearErasedPerson { .. } => return None,
            // By then LINE has the file no more.
            Effect::SaveFile { .. } => return None,
            Effect::RetryTask { .. }
            | Effect::WatchTask { .. }
            | Effect::ExpireParkedPush { .. }
            | Effect::ReleasePush { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LineUserId;

    #[test]
    fn what_lies_in_a_dead_letter_names_no_person() {
        let user = LineUserId::new("U0123456789abcdef0123456789abcdef");
        let conversation = ConversationKey::person(&ChannelId::new("1"), &user);
        for effect in [
            Effect::SyncContact { conversation: conversation.clone() },
            Effect::WriteEntry { conversation: conversation.clone() },
            Effect::WriteToInbox { conversation: conversation.clone() },
            Effect::RedactMessage { conversation: conversation.clone(), message: MessageId::new("5") },
            Effect::ShowFile { conversation: conversation.clone(), message: MessageId::new("5") },
        ] {
            let json = serde_json::to_string(&DeadLetteredEffect::of(&effect)).expect("JSON");
            assert!(!json.contains(user.expose()) && json.contains(&conversation.hash()), "{json}");
        }
        assert_eq!(DeadLetteredEffect::of(&Effect::RetryTask { conversation }), None);
    }

    #[test]
    fn a_reason_and_a_letter_of_a_later_version_are_read_as_something_else() {
        assert_eq!(
            serde_json::from_str::<FailureReason>(r#"{"why":"too_late","code":"X"}"#).unwrap(),
            FailureReason::Other
        );
        assert_eq!(
            serde_json::from_str::<DeadLetteredEffect>(r#"{"kind":"dream"}"#).unwrap(),
            DeadLetteredEffect::Other
        );
    }
}
