//! What operators send beside what they type, and what they send once more.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::Json;
use super::problem::{InvalidMessage, Problem};
use super::{ROOT, shape, shapes, words};
use crate::domain::activity::Content;
use crate::domain::channel::ChannelSettings;
use crate::domain::language::Language;
use crate::domain::push::OutgoingMessage;

/// A sticker of LINE's, by numbers that are right.
pub fn sticker(package_id: &str, sticker_id: &str) -> OutgoingMessage {
    let fields = [text("type", "sticker"), text("packageId", package_id), text("stickerId", sticker_id)];
    let object = Json::Object(fields.into());
    OutgoingMessage { json: object.render(), said: words::said(&object) }
}

/// What somebody typed as it is, with buttons below it: a tap on one says its label. LINE shows them until the next message comes.
///
/// # Errors
/// LINE would not take it: there are no words, or too many, or too many buttons (13), or a label is too long (20 characters).
pub fn with_buttons(field: &str, words: &str, labels: &[String]) -> Result<OutgoingMessage, InvalidMessage> {
    let invalid = |problem| InvalidMessage { field: field.to_owned(), problem };
    let typed = words.replace("\r\n", "\n");
    if typed.trim().is_empty() {
        return Err(invalid(Problem::Blank));
    }
    let mut fields = vec![text("type", "text"), text("text", &typed)];
    if !labels.is_empty() {
        let items = Json::List(labels.iter().map(|label| button(label)).collect());
        fields.push(("quickReply".to_owned(), Json::Object(vec![("items".to_owned(), items)])));
    }
    let object = Json::Object(fields);
    shape::check_variants(&object, &shapes::MESSAGES, ROOT).map_err(invalid)?;
    Ok(OutgoingMessage { json: object.render(), said: words::said(&object) })
}

fn button(label: &str) -> Json {
    let action = Json::Object(vec![text("type", "message"), text("label", label), text("text", label)]);
    Json::Object(vec![text("type", "action"), ("action".to_owned(), action)])
}

fn text(name: &str, value: &str) -> (String, Json) {
    (name.to_owned(), Json::Text(value.to_owned()))
}

/// The message under the name and with the picture that the Official Account's operators have there, if it is to be so.
pub fn as_operators(message: OutgoingMessage, settings: &ChannelSettings) -> OutgoingMessage {
    let given = [("name", &settings.sender_name), ("iconUrl", &settings.sender_icon)];
    let sender: Vec<_> = given.into_iter().filter_map(|(name, value)| Some(text(name, value.as_deref()?))).collect();
    let Ok(Json::Object(mut fields)) = serde_json::from_str(&message.json) else { return message };
    if sender.is_empty() {
        return message;
    }
    fields.push(("sender".to_owned(), Json::Object(sender)));
    OutgoingMessage { json: Json::Object(fields).render(), ..message }
}

/// The message as one that is only tried out: on the phone it comes under a name that says so, in place of whatever name it has.
pub fn as_test(message: OutgoingMessage, language: Language) -> OutgoingMessage {
    let Ok(Json::Object(mut fields)) = serde_json::from_str(&message.json) else { return message };
    let called = text("name", language.pick("テスト送信", "Test"));
    let of_message = fields.iter_mut().find(|(name, _)| name == "sender");
    match of_message {
        Some((_, Json::Object(sender))) => {
            sender.retain(|(name, _)| name != "name");
            sender.push(called);
        }
        Some((_, other)) => *other = Json::Object(vec![called]),
        None => fields.push(("sender".to_owned(), Json::Object(vec![called]))),
    }
    OutgoingMessage { json: Json::Object(fields).render(), ..message }
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
    use crate::line::message::compose_push;

    #[test]
    fn what_is_sent_once_more_is_what_was_sent() {
        let messages =
            [with_buttons("text", "\u{2028} 値", &["はい".to_owned()]).expect("a text"), sticker("446", "1988")];
        let said: Vec<Content> = messages.iter().map(|message| message.said.clone()).collect();
        let body = compose_push(&LineUserId::new("U1"), &messages, None);
        assert_eq!(again(&body, &said).expect("messages"), messages);
        assert_eq!(messages[1].json, r#"{"type":"sticker","packageId":"446","stickerId":"1988"}"#);
        let buttons = r#"{"items":[{"type":"action","action":{"type":"message","label":"はい","text":"はい"}}]}"#;
        assert!(messages[0].json.ends_with(&format!(r#","quickReply":{buttons}}}"#)), "{}", messages[0].json);
        assert!(again(&body, &said[1..]).is_none() && again("{}", &said).is_none());
    }

    #[test]
    fn a_message_has_the_operators_name_and_picture_where_the_account_has_them() {
        let settings = |name: Option<&str>, icon: Option<&str>| ChannelSettings {
            sender_name: name.map(str::to_owned),
            sender_icon: icon.map(str::to_owned),
            ..ChannelSettings::default()
        };
        let plain = || with_buttons("text", "\u{2028}はい", &[]).expect("a text");
        assert_eq!(as_operators(plain(), &settings(None, None)), plain());
        let both = as_operators(plain(), &settings(Some("佐藤"), Some("https://a.example/a.png")));
        let sender = r#","sender":{"name":"佐藤","iconUrl":"https://a.example/a.png"}}"#;
        assert_eq!(both.json, plain().json.trim_end_matches('}').to_owned() + sender);
        assert_eq!(both.said, plain().said);
        let one = as_operators(sticker("446", "1988"), &settings(Some("佐藤"), None));
        assert!(one.json.ends_with(r#","sender":{"name":"佐藤"}}"#), "{}", one.json);
    }

    #[test]
    fn a_message_that_is_tried_out_says_so_by_its_name_and_keeps_all_else() {
        let plain = || with_buttons("text", "はい", &[]).expect("a text");
        let tested = as_test(plain(), Language::Japanese);
        assert_eq!(tested.json, plain().json.trim_end_matches('}').to_owned() + r#","sender":{"name":"テスト送信"}}"#);
        assert_eq!(tested.said, plain().said);
        let named = r#"{"type":"text","sender":{"name":"店","iconUrl":"https://a.example/a.png"},"text":"はい"}"#;
        let named = as_test(OutgoingMessage { json: named.to_owned(), ..plain() }, Language::English);
        let sender = r#""sender":{"iconUrl":"https://a.example/a.png","name":"Test"}"#;
        assert!(named.json.contains(sender), "{}", named.json);
        assert_eq!(as_test(named.clone(), Language::English), named, "twice is once");
    }

    #[test]
    fn buttons_are_as_many_and_as_long_as_line_takes() {
        let labels = |count: usize, length: usize| vec!["あ".repeat(length); count];
        for (labels, is_taken) in
            [(labels(13, 20), true), (labels(0, 0), true), (labels(14, 1), false), (labels(1, 21), false)]
        {
            assert_eq!(with_buttons("text", "はい", &labels).is_ok(), is_taken, "{labels:?}");
        }
        assert!(with_buttons("text", " \r\n", &[]).is_err());
    }
}
