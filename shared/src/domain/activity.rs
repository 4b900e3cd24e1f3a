//! What a person or an Official Account did, in words that no vendor's JSON leaks into.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{EventId, MessageId};
use super::occurrence::Occurrence;
use super::operator::OperatorName;

/// Where something stands in the order of a conversation: by LINE's time; within one millisecond of one webhook as the webhook
/// has it; else by event ID, a webhook standing where its first event does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// LINE's `timestamp`, in milliseconds.
    pub at_ms: i64,
    /// Unique in the conversation.
    pub event: EventId,
    /// Where in which webhook it came. Rows of before, and what we did ourselves, have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Where an event stands in its webhook. LINE gives events of one moment one timestamp, and IDs in no order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Names the webhook: the ID of its first event.
    pub webhook: EventId,
    /// Which event of the webhook, counted from 0.
    pub number: u32,
    /// Tells two of one number apart, which a redelivery cut in another way can bring. LINE's message IDs grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

impl Mark {
    /// Of something that came in no webhook.
    pub fn at(at_ms: i64, event: EventId) -> Self {
        Self { at_ms, event, place: None }
    }

    /// What decides, in this order. Message IDs are numbers: of two the longer one is the larger.
    fn rank(&self) -> impl Ord + '_ {
        let webhook = self.place.as_ref().map_or(&self.event, |place| &place.webhook);
        let place = self.place.as_ref().map(|place| {
            let message = place.message.as_ref().map(MessageId::as_str);
            (place.number, message.map(|message| (message.len(), message)))
        });
        (self.at_ms, webhook, place, &self.event)
    }
}

impl Ord for Mark {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Mark {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person on LINE.
    Person,
    /// A person who answers for the Official Account.
    Operator,
    /// A workflow.
    Workflow,
}

/// One thing that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its place in the order.
    pub mark: Mark,
    /// When we durably received it, in milliseconds.
    pub arrived_at_ms: i64,
    /// Who spoke.
    pub speaker: Speaker,
    /// Which of the operators, where it was one, or tried it out: then the speaker is the workflow whose message it would be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorName>,
    /// LINE's message ID, where it is a message.
    pub message: Option<MessageId>,
    /// What it answers, where the person has quoted a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<Quoted>,
    /// What was said or done.
    pub content: Content,
    /// It came after an entry that should have held it was sealed.
    #[serde(default)]
    pub late: bool,
}

/// A message that somebody has quoted. It says where that one stands, and has no words of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Quoted {
    /// This one.
    Message {
        /// When it was said, in milliseconds.
        at_ms: i64,
        /// By whom.
        by: Speaker,
    },
    /// One that is not known, or no more: what we said long before, what was answered automatically or by another tool, and what the person
    /// said more than 60 days ago.
    Earlier,
}

/// What was said or done. Its text is somebody's words: `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A text.
    Text {
        /// The words.
        text: String,
    },
    /// A sticker.
    Sticker {
        /// LINE's package ID.
        package_id: String,
        /// LINE's sticker ID.
        sticker_id: String,
        /// What LINE says it expresses.
        #[serde(default)]
        keywords: Vec<String>,
        /// The text of a message sticker.
        #[serde(default)]
        text: Option<String>,
    },
    /// A picture, film, sound or file. Its bytes stay at LINE; a later version fetches them.
    Media {
        /// Which kind.
        media: Media,
        /// A file's name.
        #[serde(default)]
        name: Option<String>,
        /// A file's size in bytes.
        #[serde(default)]
        size_bytes: Option<u64>,
        /// Length of a film or sound in milliseconds.
        #[serde(default)]
        duration_ms: Option<u64>,
        /// Where it lies, if not at LINE.
        #[serde(default)]
        url: Option<String>,
    },
    /// A place.
    Location {
        /// Its name.
        #[serde(default)]
        title: Option<String>,
        /// Its address.
        #[serde(default)]
        address: Option<String>,
        /// Degrees, as LINE wrote them.
        latitude: String,
        /// Degrees, as LINE wrote them.
        longitude: String,
    },
    /// A tap on a button of ours.
    Postback {
        /// The button's data.
        data: String,
        /// A chosen date or time, or the rich menu that was switched to.
        #[serde(default)]
        params: Option<String>,
    },
    /// Something richer that we sent (Flex, template, imagemap, coupon), by its alternative text.
    Rich {
        /// The alternative text.
        alt_text: String,
    },
    /// Added or unblocked the Official Account.
    Follow {
        /// Unblocked, as far as LINE knows; events of before 2024 do not say.
        #[serde(default)]
        unblocked: Option<bool>,
    },
    /// Blocked the Official Account.
    Unfollow,
    /// A message said anew; the person edited it.
    Edited {
        /// The words now.
        text: String,
    },
    /// Took the message back: the words are gone.
    Unsent,
    /// A send of ours that did not reach the person.
    NotSent {
        /// How it ended.
        outcome: super::push::PushOutcome,
        /// More than the outcome says.
        #[serde(default)]
        note: Option<super::push::SettlementNote>,
    },
    /// Something else worth a line: what LINE said happened.
    Other {
        /// What happened.
        what: Occurrence,
    },
    /// A kind of event or message we do not know: its type.
    Unsupported {
        /// LINE's type.
        what: String,
    },
}

/// A kind of file that a message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Any other file.
    File,
}

impl Content {
    /// The kind, for logs and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Sticker { .. } => "sticker",
            Self::Media { media, .. } => match media {
                Media::Image => "image",
                Media::Video => "video",
                Media::Audio => "audio",
                Media::File => "file",
            },
            Self::Location { .. } => "location",
            Self::Postback { .. } => "postback",
            Self::Rich { .. } => "rich",
            Self::Follow { .. } => "follow",
            Self::Unfollow => "unfollow",
            Self::Edited { .. } => "edited",
            Self::Unsent => "unsent",
            Self::NotSent { .. } => "not_sent",
            Self::Other { .. } => "other",
            Self::Unsupported { .. } => "unsupported",
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(event: &str, webhook: &str, number: u32, message: &str) -> Mark {
        let place = Place { webhook: EventId::new(webhook), number, message: Some(MessageId::new(message)) };
        Mark { at_ms: 1, event: EventId::new(event), place: Some(place) }
    }

    #[test]
    fn within_a_millisecond_the_webhooks_order_decides_then_the_message_and_across_webhooks_the_event() {
        let in_order = [
            Mark::at(0, EventId::new("Z")),
            Mark::at(1, EventId::new("D")),
            mark("F", "F", 0, "8"),
            mark("E", "F", 1, "9"),
            mark("B", "F", 1, "10"),
            mark("A", "F", 2, "7"),
            Mark::at(1, EventId::new("G")),
            mark("C", "H", 1, "1"),
            Mark::at(2, EventId::new("A")),
        ];
        let mut marks = in_order.clone();
        marks.reverse();
        marks.sort();
        assert_eq!(marks, in_order);
    }

    #[test]
    fn a_mark_of_before_still_reads_and_stands_where_it_stood() {
        let old: Mark = serde_json::from_str(r#"{"at_ms":1,"event":"01B"}"#).expect("readable");
        assert_eq!(old, Mark::at(1, EventId::new("01B")));
        assert!(Mark::at(1, EventId::new("01A")) < old && old < Mark::at(1, EventId::new("01C")));
        assert_eq!(serde_json::to_string(&old).expect("JSON"), r#"{"at_ms":1,"event":"01B"}"#);
    }
}
