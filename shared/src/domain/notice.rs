//! What is told of a message, to another system or to the team: that it came, and no word of it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::activity::Content;
use super::ids::{ChannelId, ContactId, EventId, fingerprint};
use super::inbound::{InboundEvent, InboundWhat};

/// What the other system reads as its type.
const TYPE: &str = "line.message";

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Another system, by the Official Account's webhook: of every message.
    #[default]
    Webhook,
    /// The team, by mail and chat: of the first message since the last answer.
    Team,
}

/// One message came. It holds no words, no name and no LINE user ID: it lies in a queue that erasing a person does not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The same however often it is told: the other system knows by it what it was told before.
    pub id: String,
    /// To which Official Account.
    pub channel: ChannelId,
    /// From whom, where that was known when it came.
    pub contact: Option<ContactId>,
    /// What kind of message.
    pub kind: String,
    /// LINE's time of it, in milliseconds.
    pub at_ms: i64,
    /// To whom it goes. Rows of before were for the webhook.
    #[serde(default)]
    pub to: Audience,
    /// How often it could not be told.
    #[serde(default)]
    pub tries: u32,
}

impl Notice {
    /// Of this event. `None`: it is no new message.
    pub fn of(channel: &ChannelId, event: &InboundEvent, contact: Option<ContactId>) -> Option<Self> {
        let InboundWhat::Said { content, message: Some(_) } = &event.what else { return None };
        if matches!(content, Content::Edited { .. }) {
            return None;
        }
        let kind = content.kind().to_owned();
        let id = name_of(channel, &event.id);
        Some(Self { id, channel: channel.clone(), contact, kind, at_ms: event.at_ms, to: Audience::Webhook, tries: 0 })
    }

    /// What shares a turn with it in the queue: a webhook that does not answer holds up no notice to the team.
    pub fn group(&self) -> String {
        group(&self.channel, self.to)
    }

    /// The groups of an Official Account's notices.
    pub fn groups(channel: &ChannelId) -> [String; 2] {
        [Audience::Webhook, Audience::Team].map(|to| group(channel, to))
    }

    /// The same, for the team.
    pub fn for_team(self) -> Self {
        Self { to: Audience::Team, ..self }
    }

    /// What is sent: the same for every try.
    pub fn body(&self) -> String {
        let at = jiff::Timestamp::from_millisecond(self.at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let data = json!({"channel": self.channel, "contact": self.contact, "kind": self.kind});
        json!({"type": TYPE, "timestamp": at.to_string(), "data": data}).to_string()
    }
}

fn group(channel: &ChannelId, to: Audience) -> String {
    match to {
        Audience::Webhook => channel.to_string(),
        Audience::Team => format!("{channel}.team"),
    }
}

fn name_of(channel: &ChannelId, event: &EventId) -> String {
    format!("msg_{}", fingerprint(&[channel.as_str(), event.as_str()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::Source;
    use crate::domain::ids::{LineUserId, MessageId};

    fn event(content: Content, message: Option<&str>) -> InboundEvent {
        InboundEvent {
            at_ms: 1_790_000_000_123,
            id: EventId::new("01A"),
            place: None,
            quotes: None,
            source: Source::User(LineUserId::new("U0123456789abcdef0123456789abcdef")),
            what: InboundWhat::Said { content, message: message.map(MessageId::new) },
        }
    }

    #[test]
    fn a_notice_says_that_a_message_came_and_neither_what_it_says_nor_who_wrote_it_on_line() {
        let text = || Content::Text { text: "secret words".to_owned() };
        let channel = ChannelId::new("1657000001");
        let notice = Notice::of(&channel, &event(text(), Some("5")), Some(ContactId::new("1001"))).expect("a message");
        let body: serde_json::Value = serde_json::from_str(&notice.body()).expect("JSON");
        assert_eq!(
            body,
            json!({"type": "line.message", "timestamp": "2026-09-21T14:13:20.123Z",
                   "data": {"channel": "1657000001", "contact": "1001", "kind": "text"}})
        );
        let stored = serde_json::to_string(&notice).expect("JSON");
        assert!(!stored.contains("secret") && !stored.contains("U0123"), "{stored}");
        let again = Notice::of(&channel, &event(text(), Some("5")), None).expect("a message");
        assert_eq!(again.id, notice.id, "a copy has the same name");
        assert!(Notice::of(&channel, &event(Content::Edited { text: String::new() }, Some("5")), None).is_none());
        assert!(Notice::of(&channel, &event(Content::Unfollow, None), None).is_none());
    }
}
