//! What HubSpot tells when somebody writes in its inbox: `OUTGOING_CHANNEL_MESSAGE_CREATED`. Read leniently.
//!
//! Source: HubSpot's guide on custom channels. Not documented: whether one call holds one event or a list (both are read), who is
//! named as author of what is not a person's, and whether messages that we wrote come back (what has a key of ours is passed over,
//! and so is what an integration wrote).

use serde_json::Value;

use super::batch::{number, text};
use super::inbox::OURS;
use super::timeline::ms;
use crate::domain::crm_inbox::{InboxAuthor, InboxMessage, InboxPost};
use crate::domain::ids::{CrmAccountId, InboxAccountId, InboxChannelId, InboxMessageId, LineUserId};
use crate::ports::crm_caller::{Unreadable, VerifiedCall};

/// Portals, channels and their accounts are numbers; nothing longer than this is one.
const LONGEST_NUMBER: usize = 20;
/// No message's ID is longer.
const LONGEST_ID: usize = 128;

/// The team's messages in it, in order. Other events, echoes and what cannot be read are passed over.
///
/// # Errors
/// It is neither an event nor a list of them.
pub fn parse(call: &VerifiedCall<'_>) -> Result<Vec<InboxPost>, Unreadable> {
    let unreadable = Unreadable("the call is neither an event nor a list of events");
    match serde_json::from_slice(call.body()).map_err(|_| unreadable)? {
        Value::Array(events) => Ok(events.iter().filter_map(post).collect()),
        event @ Value::Object(_) => Ok(post(&event).into_iter().collect()),
        _ => Err(unreadable),
    }
}

fn post(event: &Value) -> Option<InboxPost> {
    if event["type"] != "OUTGOING_CHANNEL_MESSAGE_CREATED" {
        return None;
    }
    let message = &event["message"];
    let is_incoming = message["direction"] == "INCOMING";
    if is_incoming || [message, event].iter().any(|it| is_ours(it)) {
        return None;
    }
    let channel = digits(&message["channelId"]).or_else(|| digits(&event["channelId"]))?;
    Some(InboxPost {
        portal: CrmAccountId::new(digits(&event["portalId"])?),
        message: InboxMessage {
            channel: InboxChannelId::new(channel),
            message: InboxMessageId::new(id(&message["id"])?),
        },
        account: InboxAccountId::new(digits(&message["channelAccountId"])?),
        to: recipient(message),
        by: author(message)?,
        text: message["text"].as_str().unwrap_or_default().to_owned(),
        has_files: message["attachments"].as_array().is_some_and(|files| !files.is_empty()),
        at_ms: ms(&message["createdAt"]),
    })
}

/// It bears a key that we gave it.
fn is_ours(of: &Value) -> bool {
    of["integrationIdempotencyId"].as_str().is_some_and(|key| key.starts_with(OURS))
}

/// The one recipient, if it is somebody on LINE.
fn recipient(message: &Value) -> Option<LineUserId> {
    let [one] = message["recipients"].as_array()?.as_slice() else { return None };
    let user = one["deliveryIdentifier"]["value"].as_str().filter(|user| LineUserId::is_well_formed(user))?;
    Some(LineUserId::new(user))
}

/// `None`: an integration, which is us or another program that saw to it by itself.
fn author(message: &Value) -> Option<InboxAuthor> {
    let sender = &message["senders"][0];
    let actor = [&message["createdBy"], &sender["actorId"]].into_iter().find_map(Value::as_str).unwrap_or_default();
    match actor.split_once('-').map_or(actor, |(kind, _)| kind) {
        "A" => Some(InboxAuthor::Person(text(&sender["name"]))),
        "I" => None,
        _ => Some(InboxAuthor::Other),
    }
}

fn digits(value: &Value) -> Option<String> {
    number(value)
        .filter(|text| (1..=LONGEST_NUMBER).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// It becomes a part of an address again.
fn id(value: &Value) -> Option<String> {
    text(value).filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<Vec<InboxPost>, Unreadable> {
        parse(&VerifiedCall::by_secret_address(body.to_string().as_bytes()))
    }

    fn event() -> Value {
        let person = json!({"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": format!("U{}", "0".repeat(32))});
        json!({
            "type": "OUTGOING_CHANNEL_MESSAGE_CREATED", "portalId": "9", "channelId": "1", "eventId": "x",
            "channelIntegrationThreadIds": ["line:1:U1"],
            "message": {
                "id": "m", "channelId": "1", "channelAccountId": "2", "createdBy": "A-123",
                "createdAt": "2026-01-01T00:00:00Z", "direction": "OUTGOING", "text": "hello",
                "senders": [{"actorId": "A-123", "name": "Agent"}],
                "recipients": [{"actorId": "V-456", "deliveryIdentifier": person}], "attachments": [],
            },
        })
    }

    fn with(change: impl FnOnce(&mut Value)) -> Vec<InboxPost> {
        let mut event = event();
        change(&mut event);
        read(&event).expect("an event")
    }

    #[test]
    fn one_event_and_a_list_of_them_read_the_same() {
        let [post] = read(&event()).expect("an event").try_into().expect("one message");
        let all = read(&json!([event(), {"type": "CHANNEL_ACCOUNT_PURGED"}, 5])).expect("a list");
        assert!(all.len() == 1 && all[0] == post);
        assert_eq!((post.portal.as_str(), post.account.as_str(), post.text.as_str()), ("9", "2", "hello"));
        assert_eq!((post.message.channel.as_str(), post.message.message.as_str()), ("1", "m"));
        assert!(post.to.is_some() && !post.has_files && post.at_ms == Some(1_767_225_600_000));
        assert!(post.by == InboxAuthor::Person(Some("Agent".to_owned())));
        assert!(!format!("{post:?}").contains("hello"));
    }

    #[test]
    fn echoes_of_our_own_and_other_programs_messages_are_none_of_the_teams() {
        let key = json!("musubi-abc");
        assert!(with(|event| event["message"]["integrationIdempotencyId"] = key.clone()).is_empty());
        assert!(with(|event| event["integrationIdempotencyId"] = key.clone()).is_empty());
        assert!(with(|event| event["message"]["createdBy"] = json!("I-5")).is_empty());
        assert!(with(|event| event["message"]["direction"] = json!("INCOMING")).is_empty());
        assert!(with(|event| event["message"]["createdBy"] = json!("B-1"))[0].by == InboxAuthor::Other);
    }

    #[test]
    fn what_lacks_what_it_takes_to_answer_is_passed_over() {
        for (of_message, name) in
            [(true, "id"), (true, "channelAccountId"), (false, "portalId"), (false, "type"), (false, "message")]
        {
            let left = with(|event| {
                let of = if of_message { &mut event["message"] } else { event };
                of.as_object_mut().expect("an object").remove(name);
            });
            assert!(left.is_empty(), "{name}");
        }
        assert!(with(|event| event["message"]["id"] = json!("a b")).is_empty());
        assert!(with(|event| event["message"]["recipients"] = json!([]))[0].to.is_none());
        assert!(
            with(|event| event["message"]["recipients"][0]["deliveryIdentifier"]["value"] = json!("x"))[0].to.is_none()
        );
    }

    proptest! {
        #[test]
        fn nothing_that_was_signed_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&VerifiedCall::by_secret_address(&body));
        }
    }
}
