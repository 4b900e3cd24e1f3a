//! A webhook event, in our words.
//!
//! Source: LINE Messaging API reference, "Webhook Event Objects" (2026-08), and the shapes older
//! webhooks had: `mode`, `webhookEventId`, `deliveryContext`, `follow` and `source` may be absent.

use serde_json::value::RawValue;
use thiserror::Error;

use super::content;
use crate::domain::activity::Content;
use crate::domain::conversation::Source;
use crate::domain::ids::{EventId, LineUserId, MessageId, fingerprint};
use crate::domain::inbound::{InboundEvent, InboundWhat};
use crate::domain::language::Language;
use crate::ports::secrets::Secret;

mod fields;

pub(crate) use fields::Fields;

/// The person whom the events of LINE's older verify button name.
const TEST_USER: &str = "Udeadbeefdeadbeefdeadbeefdeadbeef";
/// LINE's message IDs have 18 digits today. Nothing much longer is one, nor fits into a key.
const MAX_MESSAGE_ID_BYTES: usize = 128;
/// No longer read token is kept.
const MAX_READ_TOKEN_BYTES: usize = 1_024;
/// The largest time that our keys have room for: the year 2286.
const MAX_TIMESTAMP_MS: i64 = 9_999_999_999_999;

/// One event of a webhook: what is recorded of it, and what only LINE's own ways need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEvent {
    /// What is recorded. Its ID is LINE's `webhookEventId`, or where LINE sent none of its kind, a hash
    /// of all that a redelivery leaves unchanged.
    pub inbound: InboundEvent,
    /// LINE says that it sends this again. Duplicates also come without it.
    pub redelivery: bool,
    /// Another module holds the chat: the Official Account must not answer.
    pub standby: bool,
    /// Who did it inside a group or room, where LINE says so.
    pub member: Option<LineUserId>,
    /// Answers once, within a minute.
    pub reply_token: Option<Secret>,
    /// Marks the message, and all before it, as read. It never expires.
    pub read_token: Option<Secret>,
    /// The person confirmed an account link in LINE's dialog: the nonce that they brought.
    pub linked: Option<Secret>,
    /// LINE made it up to see whether the webhook answers: nobody did anything.
    pub is_test: bool,
}

/// Why an event cannot be read. Says nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EventFault {
    /// Not a JSON object.
    #[error("the event is no JSON object")]
    NoObject,
    /// No `type`.
    #[error("the event has no type")]
    NoType,
    /// No `timestamp`, or one that cannot be.
    #[error("the event has no usable timestamp")]
    NoTimestamp,
    /// A message, or what became of one, without an ID.
    #[error("the event does not name its message")]
    NoMessageId,
    /// A known kind of event without what makes it one.
    #[error("the event lacks what its type requires")]
    Incomplete,
}

impl EventFault {
    /// The same for an operator.
    pub fn words(self, language: Language) -> &'static str {
        let (japanese, english) = match self {
            Self::NoObject => {
                ("LINEのイベントがJSONオブジェクトではありません。", "LINE's event is not a JSON object.")
            }
            Self::NoType => ("LINEのイベントに種類（type）がありません。", "LINE's event has no type."),
            Self::NoTimestamp => {
                ("LINEのイベントに有効な日時（timestamp）がありません。", "LINE's event has no usable timestamp.")
            }
            Self::NoMessageId => {
                ("LINEのイベントにメッセージIDがありません。", "LINE's event does not name the message it is about.")
            }
            Self::Incomplete => {
                ("LINEのイベントに必要な項目が欠けています。", "LINE's event lacks a property that its type requires.")
            }
        };
        language.pick(japanese, english)
    }
}

impl LineEvent {
    /// Reads one event. Where it stands in its webhook only the webhook knows.
    ///
    /// # Errors
    /// Where it lacks what nothing can be recorded without. Unknown types, values and properties are no error.
    pub fn read(raw: &RawValue) -> Result<Self, EventFault> {
        let event = Fields::read(raw).ok_or(EventFault::NoObject)?;
        let kind = event.text("type").ok_or(EventFault::NoType)?;
        let at_ms = event.whole("timestamp").filter(|at_ms| (0..=MAX_TIMESTAMP_MS).contains(at_ms));
        let (source, member) = source(&event);
        Ok(Self {
            inbound: InboundEvent {
                at_ms: at_ms.ok_or(EventFault::NoTimestamp)?,
                id: event_id(&event),
                place: None,
                source,
                quotes: event.object("message").and_then(|message| message_id(&message, "quotedMessageId")),
                what: what(&kind, &event)?,
            },
            redelivery: event.object("deliveryContext").is_some_and(|context| context.is_true("isRedelivery")),
            standby: event.text("mode").as_deref() == Some("standby"),
            member,
            reply_token: event.id("replyToken").map(Secret::new),
            read_token: read_token(&event),
            linked: linked(&kind, &event),
            is_test: is_test(&event),
        })
    }
}

fn what(kind: &str, event: &Fields<'_>) -> Result<InboundWhat, EventFault> {
    let done = |content| InboundWhat::Said { content, message: None };
    Ok(match kind {
        "message" => message(event, |content| content)?,
        "messageEdited" => message(event, |content| match content {
            Content::Text { text } => Content::Edited { text },
            // LINE documents edits of texts alone.
            other => other,
        })?,
        "unsend" => {
            let unsent = event.object("unsend").and_then(|unsend| message_id(&unsend, "messageId"));
            InboundWhat::Unsent { message: unsent.ok_or(EventFault::NoMessageId)? }
        }
        "follow" => {
            let unblocked = event.object("follow").and_then(|follow| follow.truth("isUnblocked"));
            done(Content::Follow { unblocked })
        }
        "unfollow" => done(Content::Unfollow),
        "postback" => done(content::of_postback(&event.object("postback").ok_or(EventFault::Incomplete)?)),
        other => done(content::of_occurrence(other, event)),
    })
}

/// The console's verify button once sent two events of nobody, with reply tokens of zeros and of `f`; today it sends none. Official
/// SDKs told their users to look for these tokens.
fn is_test(event: &Fields<'_>) -> bool {
    let token = event.text("replyToken").unwrap_or_default();
    let is_of = |digit| token.len() == 32 && token.bytes().all(|byte| byte == digit);
    let user = event.object("source").and_then(|source| source.text("userId"));
    is_of(b'0') || is_of(b'f') || user.as_deref() == Some(TEST_USER)
}

/// LINE says nothing of its length. One that is absurdly long would stand in a row of ours, and is not worth it.
fn read_token(event: &Fields<'_>) -> Option<Secret> {
    let token = event.object("message")?.text("markAsReadToken")?;
    (1..=MAX_READ_TOKEN_BYTES).contains(&token.len()).then(|| Secret::new(token))
}

/// With `failed` there is neither a person nor anything to link.
fn linked(kind: &str, event: &Fields<'_>) -> Option<Secret> {
    let link =
        event.object("link").filter(|link| kind == "accountLink" && link.text("result").as_deref() == Some("ok"))?;
    link.text("nonce").map(Secret::new)
}

fn message(event: &Fields<'_>, means: impl Fn(Content) -> Content) -> Result<InboundWhat, EventFault> {
    let message = event.object("message").ok_or(EventFault::Incomplete)?;
    let id = message_id(&message, "id").ok_or(EventFault::NoMessageId)?;
    let content = means(content::of_message(&message).ok_or(EventFault::Incomplete)?);
    Ok(InboundWhat::Said { content, message: Some(id) })
}

pub(super) fn message_id(fields: &Fields<'_>, name: &str) -> Option<MessageId> {
    fields.id(name).filter(|id| id.len() <= MAX_MESSAGE_ID_BYTES).map(MessageId::new)
}

/// Where it happened, and who did it there. LINE leaves the source out of some events, and may name a
/// kind of place that we do not know: both go to the channel's own log.
fn source(event: &Fields<'_>) -> (Source, Option<LineUserId>) {
    let Some(source) = event.object("source") else { return (Source::Channel, None) };
    let user = source.id("userId").map(LineUserId::new);
    let place = match source.text("type").as_deref() {
        Some("user") => return (user.map_or(Source::Channel, Source::User), None),
        Some("group") => source.id("groupId").map(Source::Group),
        Some("room") => source.id("roomId").map(Source::Room),
        _ => None,
    };
    place.map_or((Source::Channel, None), |place| (place, user))
}

pub(super) fn event_id(event: &Fields<'_>) -> EventId {
    if let Some(ulid) = event.text("webhookEventId").filter(|id| is_ulid(id)) {
        return EventId::new(ulid);
    }
    let lasting = event.iter().filter(|(name, _)| !matches!(*name, "deliveryContext" | "replyToken"));
    let parts: Vec<&str> = lasting.flat_map(|(name, value)| [name, value]).collect();
    EventId::new(fingerprint(&parts))
}

/// 26 characters of Crockford's base 32, as LINE documents `webhookEventId`.
fn is_ulid(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b)))
}

#[cfg(test)]
mod tests;
