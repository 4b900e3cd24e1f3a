//! What operators send beside what they type, and what they send once more.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::Json;
use super::words;
use crate::domain::activity::Content;
use crate::domain::push::OutgoingMessage;

/// A sticker of LINE's, by numbers that are right.
pub fn sticker(package_id: &str, sticker_id: &str) -> OutgoingMessage {
    let fields = [("type", "sticker"), ("packageId", package_id), ("stickerId", sticker_id)];
    let object = Json::Object(fields.map(|(name, value)| (name.to_owned(), Json::Text(value.to_owned()))).into());
    OutgoingMessage { json: object.render(), said: words::said(&object) }
}

#[derive(Deserialize)]
struct Pushed<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

/// The messages of a push's body, byte for byte, to be sent once more. `said`: what they say. `None`: it is no such body.
pub fn again(push_body: &str, said: &[Content]) -> Option<Vec<OutgoingMessage>> {
    let pushed: Pushed<'_> = serde_json::from_str(push_body).ok()?;
    if pushed.messages.len() != said.len() {
        return None;
    }
    let each = pushed.messages.iter().zip(said);
    Some(each.map(|(json, said)| OutgoingMessage { json: json.get().to_owned(), said: said.clone() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LineUserId;
    use crate::line::message::{compose_push, typed};

    #[test]
    fn what_is_sent_once_more_is_what_was_sent() {
        let messages = [typed("text", "\u{2028} 値").expect("a text"), sticker("446", "1988")];
        let said: Vec<Content> = messages.iter().map(|message| message.said.clone()).collect();
        let body = compose_push(&LineUserId::new("U1"), &messages, None);
        assert_eq!(again(&body, &said).expect("messages"), messages);
        assert_eq!(messages[1].json, r#"{"type":"sticker","packageId":"446","stickerId":"1988"}"#);
        assert!(again(&body, &said[1..]).is_none() && again("{}", &said).is_none());
    }
}
