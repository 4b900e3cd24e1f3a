//! Answers by reply token, and what they are made of.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer;
use super::api::{CallFailure, NoReply, Reply, exchange_within};
use super::messaging::LineMessenger;
use super::token::TokenFailure;
use crate::domain::activity::Content;
use crate::domain::button::{Button, Tap};
use crate::domain::ids::ChannelId;
use crate::domain::push::OutgoingMessage;
use crate::domain::reply_chance::SealedReplyToken;
use crate::ports::messenger::{PushAnswer, ReplyAnswer};
use crate::ports::secrets::Secret;

/// Events wait behind an answer: LINE gets less time than for a push.
const TIMEOUT: Duration = Duration::from_secs(3);

/// A text message.
pub(super) fn text(text: &str) -> OutgoingMessage {
    let said = Content::Text { text: text.to_owned() };
    OutgoingMessage { json: json!({"type": "text", "text": text}).to_string(), said }
}

/// A buttons template. Its alternative text is what notifications, LINE on a computer and our timeline show.
pub(super) fn buttons(text: &str, buttons: &[Button]) -> OutgoingMessage {
    let actions: Vec<Value> = buttons.iter().map(action).collect();
    let template = json!({"type": "buttons", "text": text, "actions": actions});
    let json = json!({"type": "template", "altText": text, "template": template});
    OutgoingMessage { json: json.to_string(), said: Content::Rich { alt_text: text.to_owned() } }
}

fn action(button: &Button) -> Value {
    match &button.does {
        Tap::Postback(data) => {
            json!({"type": "postback", "label": button.label, "data": data, "displayText": button.label})
        }
        Tap::Open(address) => json!({"type": "uri", "label": button.label, "uri": address}),
    }
}

fn body(token: &Secret, messages: &[OutgoingMessage]) -> String {
    let messages: Vec<&str> = messages.iter().map(|message| message.json.as_str()).collect();
    body_of(token, &format!("[{}]", messages.join(",")))
}

fn body_of(token: &Secret, messages: &str) -> String {
    let token = serde_json::to_string(token.expose()).expect("a text is always JSON");
    format!(r#"{{"replyToken":{token},"messages":{messages}}}"#)
}

/// The messages of a push's body, as they stand in it.
#[derive(Deserialize)]
struct Pushed<'a> {
    #[serde(borrow)]
    messages: &'a RawValue,
}

impl LineMessenger {
    /// Without a retry key, which LINE refuses here (LINE docs, "Retrying an API request").
    pub(super) async fn send_reply(
        &self,
        channel: &ChannelId,
        token: &Secret,
        messages: &[OutgoingMessage],
    ) -> ReplyAnswer {
        self.send_reply_body(channel, body(token, messages)).await
    }

    /// The messages of a push, as a reply.
    pub(super) async fn send_reply_instead(
        &self,
        channel: &ChannelId,
        token: &SealedReplyToken,
        push_body: &str,
    ) -> ReplyAnswer {
        let Some(token) = self.unseal(channel, token).await else { return ReplyAnswer::Refused };
        let Ok(pushed) = serde_json::from_str::<Pushed<'_>>(push_body) else { return ReplyAnswer::Refused };
        self.send_reply_body(channel, body_of(&token, pushed.messages.get())).await
    }

    async fn send_reply_body(&self, channel: &ChannelId, body: String) -> ReplyAnswer {
        let end = self.api.authorised(channel, |access| self.reply_once(channel, access, body.clone())).await;
        let answer = match end {
            Ok(reply) => answer::to_push(&Ok(reply)),
            Err(CallFailure::NoReply(none)) => answer::to_push(&Err(none)),
            Err(CallFailure::Token(TokenFailure::NotNow(_))) => PushAnswer::NotNow,
            Err(CallFailure::Token(TokenFailure::Refused(_))) => return ReplyAnswer::Refused,
        };
        match answer {
            PushAnswer::Accepted { messages, .. } => ReplyAnswer::Accepted { messages },
            PushAnswer::Refused { .. } => ReplyAnswer::Refused,
            PushAnswer::NotNow => ReplyAnswer::NotNow,
            PushAnswer::Unknown => ReplyAnswer::Unknown,
        }
    }

    async fn reply_once(&self, channel: &ChannelId, access: Secret, body: String) -> Result<Reply, NoReply> {
        let started_at_ms = self.api.clock.now_ms();
        let request = self.api.http.post(self.api.base.at(&["v2", "bot", "message", "reply"]));
        let request = request.bearer_auth(access.expose()).header(CONTENT_TYPE, "application/json").body(body);
        let end = exchange_within(request, TIMEOUT).await;
        let (status, request_id) = end.as_ref().map_or((0, None), |reply| (reply.status, reply.request_id.as_deref()));
        let duration_ms = self.api.clock.now_ms() - started_at_ms;
        tracing::info!(channel.id = %channel, what = "LINE's reply", status, line.request_id = request_id, duration_ms, "line.called");
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::message::{Tokens, parse};

    #[test]
    fn what_we_say_ourselves_passes_the_check_that_others_messages_pass() {
        let buttons = buttons(
            "\"文\"",
            &[
                Button::postback("連携", "musubi:account-link"),
                Button::open("開く", "https://example.com/?a=1&b=%222%22"),
            ],
        );
        for message in [text("改行\nと\"引用\""), buttons] {
            let checked = parse("message_1", &message.json, Tokens::of(&|_| None)).expect("it may be sent");
            assert_eq!(checked.said, message.said);
        }
    }

    #[test]
    fn a_reply_holds_each_message_as_it_was_checked() {
        let message = |json: &str| OutgoingMessage { json: json.into(), said: Content::Text { text: String::new() } };
        let body = body(&Secret::new("a\"b"), &[message(r#"{ "z":1 }"#), message(r#"{"type":"text"}"#)]);
        assert_eq!(body, r#"{"replyToken":"a\"b","messages":[{ "z":1 },{"type":"text"}]}"#);
    }

    #[test]
    fn what_was_to_be_pushed_is_replied_byte_for_byte() {
        let to = crate::domain::ids::LineUserId::new("U1");
        let message =
            OutgoingMessage { json: r#"{"text":"\u2028 {\"messages\":1}","type":"text"}"#.into(), ..text("") };
        let pushed = crate::line::message::compose_push(&to, std::slice::from_ref(&message), Some("unit"));
        let pushed: Pushed<'_> = serde_json::from_str(&pushed).expect("JSON");
        assert_eq!(body_of(&Secret::new("t"), pushed.messages.get()), body(&Secret::new("t"), &[message]));
    }
}
