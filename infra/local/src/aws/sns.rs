//! SNS, as far as a topic is told something: one topic, whose messages are kept to be looked at.
//!
//! It speaks AWS's query protocol: a form in, XML out. What `Publish` refuses is refused here (SNS API reference, `Publish`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// The topic's ARN here.
pub const TEAM_TOPIC: &str = "arn:aws:sns:ap-northeast-1:000000000000:team";
/// 256 KiB, as UTF-8.
const MAX_BYTES: usize = 262_144;

/// What was published.
#[derive(Clone, PartialEq, Eq)]
pub struct Published {
    /// The attribute `channel`.
    pub channel: String,
    /// The mail's subject.
    pub subject: String,
    /// What mail addresses are sent.
    pub text: String,
    /// What a subscription by https is sent.
    pub chat: String,
}

/// The service. Clones are one.
#[derive(Clone, Default)]
pub struct LocalSns(Arc<Mutex<Topic>>);

#[derive(Default)]
struct Topic {
    published: Vec<Published>,
    refuses: Option<(u16, &'static str)>,
    calls: usize,
}

impl LocalSns {
    /// All that was published, in order.
    pub fn published(&self) -> Vec<Published> {
        self.topic().published.clone()
    }

    /// From now on it answers with this status and code: 404 `NotFound` where somebody has deleted the topic, 403 `AuthorizationError`
    /// where it does not let us. `None`: it takes what it is told.
    pub fn refuses(&self, with: Option<(u16, &'static str)>) {
        self.topic().refuses = with;
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.topic().calls
    }

    fn topic(&self) -> MutexGuard<'_, Topic> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call.
    pub(super) fn call(&self, body: &[u8]) -> Response {
        let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let mut topic = self.topic();
        topic.calls += 1;
        match published(&form, topic.refuses) {
            Ok(message) => {
                topic.published.push(message);
                let id = topic.published.len();
                let xml = format!(
                    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId>\
                     </PublishResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>"
                );
                ([("content-type", "text/xml")], xml).into_response()
            }
            Err((status, code)) => {
                let xml = format!(
                    "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
                     <Message>{code}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
                );
                (status, [("content-type", "text/xml")], xml).into_response()
            }
        }
    }
}

const INVALID: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "InvalidParameter");

fn published(
    form: &HashMap<String, String>,
    refuses: Option<(u16, &'static str)>,
) -> Result<Published, (StatusCode, &'static str)> {
    if let Some((status, code)) = refuses {
        return Err((StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code));
    }
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if of("Action") != "Publish" {
        return Err((StatusCode::BAD_REQUEST, "InvalidAction"));
    }
    if of("TopicArn") != TEAM_TOPIC {
        return Err((StatusCode::NOT_FOUND, "NotFound"));
    }
    let (message, subject) = (of("Message"), of("Subject"));
    let is_subject = subject.chars().count() < 100 && !subject.contains(char::is_control);
    if message.is_empty() || message.len() > MAX_BYTES || !is_subject || of("MessageStructure") != "json" {
        return Err(INVALID);
    }
    let texts: HashMap<String, Value> = serde_json::from_str(message).map_err(|_| INVALID)?;
    let text = |name: &str| texts.get(name).and_then(Value::as_str).map(str::to_owned);
    let default = text("default").ok_or(INVALID)?;
    let channel = (1..=10).find(|number| of(&format!("MessageAttributes.entry.{number}.Name")) == "channel");
    let channel = channel.map(|number| of(&format!("MessageAttributes.entry.{number}.Value.StringValue")).to_owned());
    Ok(Published {
        channel: channel.unwrap_or_default(),
        subject: subject.to_owned(),
        chat: text("https").unwrap_or_else(|| default.clone()),
        text: text("email").unwrap_or(default),
    })
}
