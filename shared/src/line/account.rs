//! What operators ask of an Official Account: who it is, where its webhook goes, what it may still send.
//!
//! Source: LINE Messaging API reference (2026-08) and line-openapi (2026-07). "Use webhook" and
//! webhook redelivery have no API: they are switched in LINE's console.

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::api::Reply;
use super::message::compose_validate;
use super::messaging::LineMessenger;
use crate::domain::ids::{BotUserId, ChannelId};
use crate::domain::push::OutgoingMessage;
use crate::ports::checkup::MessageFault;
use crate::ports::{ChannelConsole, PortError};

/// Who an Official Account is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BotInfo {
    /// What its webhooks have as `destination`.
    #[serde(rename = "userId")]
    pub bot_user_id: BotUserId,
    /// `@...`
    pub basic_id: String,
    /// The name people see.
    pub display_name: String,
    /// The picture's address, where there is one.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// `chat` or `bot`: whether operators can chat.
    #[serde(default)]
    pub chat_mode: String,
}

/// Where an Official Account's webhooks go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WebhookEndpoint {
    /// The address.
    pub endpoint: String,
    /// "Use webhook" is on.
    pub active: bool,
}

/// How LINE fared when it tried a webhook's address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    /// It got a 2xx.
    #[serde(default)]
    pub success: bool,
    /// The status it got; 0 or less: none.
    #[serde(default)]
    pub status_code: i32,
    /// LINE's word for it, such as `OK` or `COULD_NOT_CONNECT`.
    #[serde(default)]
    pub reason: String,
    /// More of it.
    #[serde(default)]
    pub detail: String,
}

/// This month's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageQuota {
    /// How many may be sent; `None`: no limit.
    pub limit: Option<u64>,
    /// How many were sent, roughly.
    pub used: u64,
}

#[derive(Deserialize)]
struct LimitJson {
    value: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageJson {
    total_usage: u64,
}

/// What LINE says of a request that it does not take ("Error responses").
#[derive(Default, Deserialize)]
#[serde(default)]
struct FaultsJson {
    message: String,
    details: Vec<FaultJson>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FaultJson {
    message: String,
    property: String,
}

const ENDPOINT: [&str; 5] = ["v2", "bot", "channel", "webhook", "endpoint"];

/// For operators. Each is a read, or writes what twice writes the same.
impl LineMessenger {
    /// Who the Official Account is. It also proves that the channel's secrets work: a token alone does
    /// not, LINE issues them for deleted channels too.
    ///
    /// # Errors
    /// Permanent where LINE refuses; transient where it does not answer.
    pub async fn bot_info(&self, channel: &ChannelId) -> Result<BotInfo, PortError> {
        self.bot_info_and_time(channel).await.map(|(info, _)| info)
    }

    /// The same, and what time it was at LINE, in milliseconds, if its answer says.
    pub(super) async fn bot_info_and_time(&self, channel: &ChannelId) -> Result<(BotInfo, Option<i64>), PortError> {
        const WHAT: &str = "LINE's bot info";
        let get = |http: &reqwest::Client, base: &super::LineApiUrl| http.get(base.at(&["v2", "bot", "info"]));
        let reply = self.api.call(channel, WHAT, &[], get).await?;
        Ok((read(WHAT, &reply)?, reply.at_ms))
    }

    /// Where its webhooks go; `None`: nowhere yet.
    ///
    /// # Errors
    /// As [`bot_info`](Self::bot_info).
    pub async fn webhook_endpoint(&self, channel: &ChannelId) -> Result<Option<WebhookEndpoint>, PortError> {
        const WHAT: &str = "LINE's webhook endpoint";
        let reply = self.api.call(channel, WHAT, &[404], |http, base| http.get(base.at(&ENDPOINT))).await?;
        if reply.status == 404 { Ok(None) } else { read(WHAT, &reply).map(Some) }
    }

    /// Sends its webhooks to another address, from a minute later on at the latest. There is one
    /// address per channel: what was there before hears no more.
    ///
    /// # Errors
    /// As [`bot_info`](Self::bot_info).
    pub async fn set_webhook_endpoint(&self, channel: &ChannelId, url: &str) -> Result<(), PortError> {
        let body = json!({ "endpoint": url });
        let put = |http: &reqwest::Client, base: &super::LineApiUrl| http.put(base.at(&ENDPOINT)).json(&body);
        self.api.call(channel, "setting LINE's webhook endpoint", &[], put).await.map(|_| ())
    }

    /// Has LINE try the webhook's address, 60 times an hour at most.
    ///
    /// # Errors
    /// As [`bot_info`](Self::bot_info). An address that does not answer is a result, no error.
    pub async fn test_webhook(&self, channel: &ChannelId) -> Result<WebhookTest, PortError> {
        const WHAT: &str = "LINE's webhook test";
        let path = ["v2", "bot", "channel", "webhook", "test"];
        read(WHAT, &self.api.call(channel, WHAT, &[], |http, base| http.post(base.at(&path)).json(&json!({}))).await?)
    }

    /// This month's messages.
    ///
    /// # Errors
    /// As [`bot_info`](Self::bot_info).
    pub async fn quota(&self, channel: &ChannelId) -> Result<MessageQuota, PortError> {
        const WHAT: &str = "LINE's message quota";
        let limit = ["v2", "bot", "message", "quota"];
        let usage = ["v2", "bot", "message", "quota", "consumption"];
        let limit = self.api.call(channel, WHAT, &[], |http, base| http.get(base.at(&limit)));
        let usage = self.api.call(channel, WHAT, &[], |http, base| http.get(base.at(&usage)));
        let (limit, usage) = futures::try_join!(limit, usage)?;
        let LimitJson { value: limit } = read(WHAT, &limit)?;
        let UsageJson { total_usage: used } = read(WHAT, &usage)?;
        Ok(MessageQuota { limit, used })
    }

    /// What LINE would not take of these messages, in its own words: nothing, where it takes them. Nothing is sent, and nothing counted.
    ///
    /// Source: LINE Messaging API reference (2026-08), "Validate message objects of a push message": 200 where they are good, 400 with
    /// `details` where they are not.
    ///
    /// # Errors
    /// As [`bot_info`](Self::bot_info).
    pub async fn message_faults(
        &self,
        channel: &ChannelId,
        messages: &[OutgoingMessage],
    ) -> Result<Vec<MessageFault>, PortError> {
        let path = ["v2", "bot", "message", "validate", "push"];
        let body = compose_validate(messages);
        let post = |http: &reqwest::Client, base: &super::LineApiUrl| {
            http.post(base.at(&path)).header(CONTENT_TYPE, "application/json").body(body.clone())
        };
        let reply = self.api.call(channel, "LINE's check of messages", &[400], post).await?;
        Ok(if reply.status == 400 { faults(&reply.body) } else { Vec::new() })
    }
}

/// More of them, and longer ones, nobody reads.
const MOST_FAULTS: usize = 10;
const LONGEST_FAULT: usize = 300;

fn faults(body: &[u8]) -> Vec<MessageFault> {
    let FaultsJson { message, details } = serde_json::from_slice(body).unwrap_or_default();
    let cut = |text: &str| text.chars().take(LONGEST_FAULT).collect::<String>();
    let of = |fault: &FaultJson| MessageFault { place: cut(&fault.property), words: cut(&fault.message) };
    let mut faults: Vec<_> = details.iter().take(MOST_FAULTS).map(of).collect();
    if faults.is_empty() {
        faults.push(MessageFault { place: String::new(), words: cut(&message) });
    }
    faults
}

#[async_trait]
impl ChannelConsole for LineMessenger {
    async fn set_webhook(&self, channel: &ChannelId, url: &str) -> Result<(), PortError> {
        self.set_webhook_endpoint(channel, url).await
    }
}

fn read<T: DeserializeOwned>(what: &'static str, reply: &Reply) -> Result<T, PortError> {
    serde_json::from_slice(&reply.body).map_err(|_| PortError::Transient { what, source: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_line_does_not_take_is_told_in_its_words_whatever_it_answers() {
        let fault = |place: &str, words: &str| MessageFault { place: place.to_owned(), words: words.to_owned() };
        let one = br#"{"message":"1 error","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#;
        assert_eq!(faults(one), [fault("messages[0].text", "May not be empty")]);
        assert_eq!(faults(br#"{"message":"Bad"}"#), [fault("", "Bad")]);
        assert_eq!(faults(b"<html>"), [fault("", "")], "it is refused all the same");
        let many = json!({"details": vec![json!({"message": "x".repeat(400), "property": "p"}); 12]}).to_string();
        let many = faults(many.as_bytes());
        assert_eq!((many.len(), many[0].words.len()), (MOST_FAULTS, LONGEST_FAULT));
    }
}
