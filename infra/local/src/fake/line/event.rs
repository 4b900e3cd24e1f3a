//! Webhook events in the shape documented in 2026, as plain JSON, and the signature over a webhook's body.
//!
//! Pure: the phone uses these, and so do tests that make thousands of webhooks themselves. Shapes: LINE Messaging API reference,
//! "Webhook Event Objects". Properties without a value are absent, never null.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// What every event has beside its own payload.
#[derive(Clone)]
pub struct Common {
    /// `{"type":"user","userId":..}` and the like; `None` leaves `source` out.
    pub source: Option<Value>,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: i64,
    /// ULID of the event.
    pub webhook_event_id: String,
    /// Absent for events without one, and in standby mode.
    pub reply_token: Option<String>,
    /// False: `mode` is `standby`.
    pub active: bool,
    /// `deliveryContext.isRedelivery`.
    pub is_redelivery: bool,
}

impl Common {
    /// Something a person did in a one-to-one chat, in active mode, delivered for the first time.
    pub fn by_user(user_id: &str, at_ms: i64, webhook_event_id: &str, reply_token: Option<&str>) -> Self {
        Self {
            source: Some(user_source(user_id)),
            at_ms,
            webhook_event_id: webhook_event_id.to_owned(),
            reply_token: reply_token.map(str::to_owned),
            active: true,
            is_redelivery: false,
        }
    }
}

/// The source of a one-to-one chat.
pub fn user_source(user_id: &str) -> Value {
    json!({"type": "user", "userId": user_id})
}

/// The source of a group chat; the person is named only if they consented.
pub fn group_source(group_id: &str, user_id: Option<&str>) -> Value {
    match user_id {
        Some(user_id) => json!({"type": "group", "groupId": group_id, "userId": user_id}),
        None => json!({"type": "group", "groupId": group_id}),
    }
}

/// Any event: `kind` is its `type`, `payload` the properties of its own.
pub fn event(common: &Common, kind: &str, payload: Value) -> Value {
    let mut event = Map::new();
    event.insert("type".to_owned(), json!(kind));
    if let Value::Object(payload) = payload {
        event.extend(payload);
    }
    event.insert("webhookEventId".to_owned(), json!(common.webhook_event_id));
    event.insert("deliveryContext".to_owned(), json!({"isRedelivery": common.is_redelivery}));
    event.insert("timestamp".to_owned(), json!(common.at_ms));
    if let Some(source) = &common.source {
        event.insert("source".to_owned(), source.clone());
    }
    if let Some(token) = common.reply_token.as_ref().filter(|_| common.active) {
        event.insert("replyToken".to_owned(), json!(token));
    }
    event.insert("mode".to_owned(), json!(if common.active { "active" } else { "standby" }));
    Value::Object(event)
}

fn message(common: &Common, message_id: &str, kind: &str, quotable: bool, own: Value) -> Value {
    let mut message = json!({"type": kind, "id": message_id, "markAsReadToken": format!("mrt-{message_id}")});
    if let (Some(message), Value::Object(own)) = (message.as_object_mut(), own) {
        message.extend(own);
        if quotable {
            message.insert("quoteToken".to_owned(), json!(format!("qt-{message_id}")));
        }
    }
    event(common, "message", json!({"message": message}))
}

/// A text message.
pub fn text(common: &Common, message_id: &str, text: &str) -> Value {
    message(common, message_id, "text", true, json!({"text": text}))
}

/// A text message that answers another one, which the person has quoted.
pub fn text_quoting(common: &Common, message_id: &str, text: &str, quoted: &str) -> Value {
    message(common, message_id, "text", true, json!({"text": text, "quotedMessageId": quoted}))
}

/// A sticker.
pub fn sticker(common: &Common, message_id: &str, package_id: &str, sticker_id: &str, keywords: &[&str]) -> Value {
    let own = json!({
        "packageId": package_id, "stickerId": sticker_id, "stickerResourceType": "STATIC", "keywords": keywords,
    });
    message(common, message_id, "sticker", true, own)
}

/// A picture kept by LINE.
pub fn image(common: &Common, message_id: &str) -> Value {
    message(common, message_id, "image", true, json!({"contentProvider": {"type": "line"}}))
}

/// A video kept by LINE.
pub fn video(common: &Common, message_id: &str, duration_ms: u64) -> Value {
    let own = json!({"duration": duration_ms, "contentProvider": {"type": "line"}});
    message(common, message_id, "video", true, own)
}

/// A voice message kept by LINE. It has no quote token.
pub fn audio(common: &Common, message_id: &str, duration_ms: u64) -> Value {
    let own = json!({"duration": duration_ms, "contentProvider": {"type": "line"}});
    message(common, message_id, "audio", false, own)
}

/// A file. It has neither quote token nor content provider.
pub fn file(common: &Common, message_id: &str, name: &str, size_bytes: u64) -> Value {
    message(common, message_id, "file", false, json!({"fileName": name, "fileSize": size_bytes}))
}

/// A place.
pub fn location(common: &Common, message_id: &str, title: &str, address: &str, latitude: f64, longitude: f64) -> Value {
    let own = json!({"title": title, "address": address, "latitude": latitude, "longitude": longitude});
    message(common, message_id, "location", false, own)
}

/// A tap on a postback action.
pub fn postback(common: &Common, data: &str, params: Option<Value>) -> Value {
    let mut postback = json!({"data": data});
    if let Some(params) = params {
        postback["params"] = params;
    }
    event(common, "postback", json!({"postback": postback}))
}

/// A message was taken back. Never has a reply token.
pub fn unsend(common: &Common, message_id: &str) -> Value {
    let common = Common { reply_token: None, ..common.clone() };
    event(&common, "unsend", json!({"unsend": {"messageId": message_id}}))
}

/// The channel was added as a friend, or unblocked.
pub fn follow(common: &Common, is_unblocked: bool) -> Value {
    event(common, "follow", json!({"follow": {"isUnblocked": is_unblocked}}))
}

/// The channel was blocked. Never has a reply token.
pub fn unfollow(common: &Common) -> Value {
    let common = Common { reply_token: None, ..common.clone() };
    event(&common, "unfollow", json!({}))
}

/// An account was linked, or could not be: then there is neither source nor reply token.
pub fn account_link(common: &Common, linked: bool, nonce: &str) -> Value {
    let common = match linked {
        true => common.clone(),
        false => Common { source: None, reply_token: None, ..common.clone() },
    };
    let result = if linked { "ok" } else { "failed" };
    event(&common, "accountLink", json!({"link": {"result": result, "nonce": nonce}}))
}

/// The same event as a redelivery: only `deliveryContext.isRedelivery` differs.
pub fn redelivered(event: &Value) -> Value {
    let mut event = event.clone();
    event["deliveryContext"] = json!({"isRedelivery": true});
    event
}

/// The body of a webhook to the channel whose bot is `destination`.
pub fn webhook_body(destination: &str, events: &[Value]) -> String {
    json!({"destination": destination, "events": events}).to_string()
}

/// `x-line-signature`: base64 of HMAC-SHA256 over the raw body, keyed with the channel secret's bytes.
pub fn sign(channel_secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(channel_secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
