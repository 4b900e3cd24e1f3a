//! What an HTTP answer to a push means. LINE's texts are not contractual: the two places that must
//! look at them are here, and nowhere else.
//!
//! Source: LINE Messaging API reference, "Status codes" and "Error responses", and LINE docs,
//! "Retrying an API request" (2026-08).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::api::{NoReply, Reply};
use super::event::{Fields, message_id};
use crate::domain::ids::MessageId;
use crate::ports::messenger::{PushAnswer, PushRefusal};

/// A request carries no more (LINE Messaging API reference, "Send push message").
const MAX_MESSAGES: usize = 5;

/// Judges one attempt by itself. Whether a refusal settles the push is the flow's to say: an earlier
/// attempt may have ended in the unknown.
pub(super) fn to_push(end: &Result<Reply, NoReply>) -> PushAnswer {
    match end {
        Ok(reply) => match classify(reply.status, &message_of(&reply.body), reply.names_acceptance()) {
            PushAnswer::Accepted { request_id, .. } => {
                PushAnswer::Accepted { request_id, messages: taken_in(&reply.body) }
            }
            answer => answer,
        },
        Err(NoReply::NotSent(_)) => PushAnswer::NotNow,
        Err(NoReply::Lost(_)) => PushAnswer::Unknown,
    }
}

/// A status and LINE's `message`.
pub(super) fn classify(status: u16, message: &str, request_id: Option<String>) -> PushAnswer {
    let why = match status {
        200 | 409 => return PushAnswer::Accepted { request_id, messages: Vec::new() },
        400 if is_failed_to_send(message) => PushRefusal::WrongProvider,
        400 => PushRefusal::InvalidMessage,
        401 => PushRefusal::Token,
        403 => PushRefusal::NotAllowed,
        429 if is_monthly_limit(message) => PushRefusal::Quota,
        429 => return PushAnswer::NotNow,
        // Whoever gave up waiting for the request may have passed it on.
        408 => return PushAnswer::Unknown,
        404..=499 | 402 => PushRefusal::Other,
        // 5xx, and what LINE documents nowhere: the next attempt under the same key will tell.
        _ => return PushAnswer::Unknown,
    };
    PushAnswer::Refused { why, request_id }
}

/// LINE's words for a user ID that belongs to another provider.
fn is_failed_to_send(message: &str) -> bool {
    message.trim().trim_end_matches('.').eq_ignore_ascii_case("Failed to send messages")
}

/// LINE's words for the month's messages being used up, as opposed to the rate limit and to too many
/// messages for one person, which pass.
fn is_monthly_limit(message: &str) -> bool {
    message.to_ascii_lowercase().contains("monthly limit")
}

/// What an answer says that LINE took.
#[derive(Deserialize)]
struct Taken<'a> {
    #[serde(borrow, rename = "sentMessages")]
    sent: Vec<&'a RawValue>,
}

/// LINE's IDs of what it took, in order. An answer without them is no less a yes.
fn taken_in(body: &[u8]) -> Vec<MessageId> {
    let Ok(taken) = serde_json::from_slice::<Taken<'_>>(body) else { return Vec::new() };
    let ids = taken.sent.into_iter().take(MAX_MESSAGES).filter_map(Fields::read);
    ids.filter_map(|sent| message_id(&sent, "id")).collect()
}

fn message_of(body: &[u8]) -> String {
    let raw: Option<&RawValue> = serde_json::from_slice(body).ok();
    raw.and_then(Fields::read).and_then(|fields| fields.text("message")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTHLY: &str = "You have reached your monthly limit.";
    const RATE: &str = "The API rate limit has been exceeded. Try again later.";

    #[test]
    fn every_status_has_its_answer() {
        use PushRefusal::*;
        let table = [
            (400, "The request body has 2 error(s)", Some(InvalidMessage)),
            (400, "", Some(InvalidMessage)),
            (400, "Failed to send messages", Some(WrongProvider)),
            (401, "Authentication failed", Some(Token)),
            (402, "", Some(Other)),
            (403, "Access to this API is not available for your account", Some(NotAllowed)),
            (404, "Not found", Some(Other)),
            (405, "", Some(Other)),
            (410, "Gone", Some(Other)),
            (413, "Failed to send messages", Some(Other)),
            (415, "", Some(Other)),
            (422, "", Some(Other)),
            (429, MONTHLY, Some(Quota)),
            (499, "", Some(Other)),
        ];
        for (status, message, why) in table {
            let PushAnswer::Refused { why: found, request_id } = classify(status, message, Some("r".into())) else {
                panic!("{status} {message} is a refusal");
            };
            assert_eq!((Some(found), request_id.as_deref()), (why, Some("r")), "{status} {message}");
        }
        for status in [200, 409] {
            assert_eq!(
                classify(status, "", None),
                PushAnswer::Accepted { request_id: None, messages: vec![] },
                "{status}"
            );
        }
        for message in [RATE, "Too many messages have been sent to the same user.", "", "something new"] {
            assert_eq!(classify(429, message, None), PushAnswer::NotNow, "{message}");
        }
        for status in [100, 202, 204, 301, 307, 408, 500, 502, 503, 504, 599, 999] {
            assert_eq!(classify(status, MONTHLY, None), PushAnswer::Unknown, "{status}");
        }
    }

    #[test]
    fn the_ids_of_what_was_taken_are_read_and_an_answer_without_them_is_a_yes() {
        let ids = |body: &[u8]| taken_in(body).iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
        let body =
            br#"{"message":"x","sentMessages":[{"id":"461230966842064897","quoteToken":"q"},{"id":"2"},{"id":3}]}"#;
        assert_eq!(ids(body), ["461230966842064897", "2", "3"], "as every ID of LINE's is read");
        for body in [&b"{}"[..], b"", b"[]", br#"{"sentMessages":{}}"#, br#"{"sentMessages":[1,null,{"id":""}]}"#] {
            assert_eq!(ids(body), Vec::<String>::new());
        }
    }

    #[test]
    fn the_message_is_found_whatever_is_around_it() {
        assert_eq!(message_of(br#"{"details":[{}],"message":"a"}"#), "a");
        for body in [&b""[..], b"<html>", b"[]", br#"{"message":1}"#, b"\xFF"] {
            assert_eq!(message_of(body), "");
        }
    }
}
