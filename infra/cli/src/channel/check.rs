//! What LINE says about an Official Account's connection, and what a person must switch in LINE's consoles.

use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::line::LineMessenger;
use musubi::line::account::{MessageQuota, WebhookTest};
use musubi::ports::PortError;
use serde_json::json;

use super::steps::switches;
use super::to_json;
use crate::failure::{Failure, Words};
use crate::say::{Report, Say};

/// What LINE says.
pub struct Health {
    /// Where webhooks are to go.
    url: String,
    /// Where they go. `None`: nowhere.
    endpoint: Option<String>,
    /// "Use webhook" is on.
    active: bool,
    /// `chat` or `bot`, as LINE spells it: whether people can be answered by hand in LINE Official Account Manager.
    chat_mode: String,
    /// How LINE fared with the address; not tried where it is another one.
    test: Option<WebhookTest>,
    /// This month's messages, where LINE tells.
    pub quota: Option<MessageQuota>,
}

/// Asks LINE, and has it try our address.
///
/// # Errors
/// LINE does not answer, or takes the channel's secrets no more.
pub async fn look(line: &LineMessenger, channel: &ChannelId, url: &str) -> Result<Health, Failure> {
    let mut health = glance(line, channel, url).await?;
    if health.is_set() {
        health.test = Some(line.test_webhook(channel).await?);
    }
    Ok(health)
}

/// Asks LINE only what it knows: it allows 60 tests an hour, and a list must not use them up.
///
/// # Errors
/// As [`look`].
pub async fn glance(line: &LineMessenger, channel: &ChannelId, url: &str) -> Result<Health, PortError> {
    let chat_mode = line.bot_info(channel).await?.chat_mode;
    let endpoint = line.webhook_endpoint(channel).await?;
    let active = endpoint.as_ref().is_some_and(|endpoint| endpoint.active);
    let endpoint = endpoint.map(|endpoint| endpoint.endpoint);
    // The quota is nice to know; that it cannot be read is no fault of the connection.
    let quota = line.quota(channel).await.ok();
    Ok(Health { url: url.to_owned(), endpoint, active, chat_mode, test: None, quota })
}

impl Health {
    fn is_set(&self) -> bool {
        self.endpoint.as_deref() == Some(&self.url)
    }

    /// In a word or two, for a list.
    pub fn in_short(&self) -> Words {
        match &self.endpoint {
            None => Words::new("未設定", "not set"),
            Some(_) if !self.is_set() => Words::new("別のサービス", "another service"),
            Some(_) if !self.active => Words::new("オフ", "off"),
            Some(_) => Words::new("オン", "on"),
        }
    }

    /// What must be put right before messages arrive.
    pub fn faults(&self) -> Vec<Words> {
        let mut faults = Vec::new();
        match &self.endpoint {
            None => faults.push(Words::new(
                format!("LINEにWebhook URLが設定されていません。［Messaging API設定］＞［Webhook URL］に {} を設定してください。", self.url),
                format!("LINE has no webhook URL. Set it under Messaging API > Webhook URL: {}", self.url),
            )),
            Some(other) if *other != self.url => faults.push(Words::new(
                format!("LINEのWebhook URLが別のサービス（{}）を指しています。1つのチャネルに設定できるWebhook URLは1つだけです。Musubiで受信するには {} に変更してください。", host(other), self.url),
                format!("LINE's webhook URL leads to another service ({}). A channel has one webhook URL; to receive here, change it to {}", host(other), self.url),
            )),
            Some(_) => {}
        }
        if self.endpoint.is_some() && !self.active {
            faults.push(Words::new(
                "Webhookの利用がオフになっています。［Messaging API設定］＞［Webhookの利用］をオンにしてください。",
                "“Use webhook” is off. Switch it on: Messaging API > Use webhook.",
            ));
        }
        faults.extend(self.test.as_ref().filter(|test| !test.success).map(test_words));
        faults
    }

    /// What `channel check` says.
    pub fn report(&self, say: &Say, channel: &Channel) -> Report {
        let faults: Vec<String> = self.faults().iter().map(|words| words.of(say.language).to_owned()).collect();
        let mut lines: Vec<String> = if faults.is_empty() {
            vec![say.pick("接続は正常です。", "The connection works.").to_owned()]
        } else {
            faults.iter().map(|fault| format!("- {fault}")).collect()
        };
        lines.extend(self.quota.map(|quota| quota_words(quota, say.language)));
        lines.push(chat_words(&self.chat_mode, say.language).to_owned());
        lines.push(switches(say.language));
        let mut json = to_json(channel);
        json["webhook"] = self.json();
        json["faults"] = json!(faults);
        json["quota"] = quota_json(self.quota);
        json["chat_mode"] = json!(self.chat_mode);
        Report { json, text: lines.join("\n"), good: faults.is_empty() }
    }

    /// For machines. Another service's address is named by its host alone: the rest may be a secret.
    pub fn json(&self) -> serde_json::Value {
        json!({
            "url": self.url, "is_set": self.is_set(), "use_webhook": self.active,
            "test": self.test.as_ref().map(|test| json!({
                "success": test.success, "status_code": test.status_code, "reason": test.reason,
            })),
        })
    }
}

/// The host of an address.
pub fn host(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "?".to_owned())
}

fn test_words(test: &WebhookTest) -> Words {
    let status = test.status_code;
    match (test.reason.as_str(), status) {
        (_, 404) => Words::new(
            "LINEからの接続テストが404になりました。接続した直後は反映まで1分ほどかかります。1分後に musubi channel check を実行してください。",
            "LINE's test got 404. Right after connecting it takes a minute to take effect: run musubi channel check then.",
        ),
        (_, 401) => Words::new(
            "LINEからの接続テストの署名が一致しません。保存したチャネルシークレットが古い可能性があります。musubi channel add で登録し直してください。",
            "The signature of LINE's test does not match: the stored channel secret may be an old one. Store the new one with musubi channel add.",
        ),
        (_, 1..) => Words::new(
            format!("LINEからの接続テストがHTTP {status} になりました。スタックのアラームとログを確認してください。"),
            format!("LINE's test got HTTP {status}. Look at the stack's alarms and logs."),
        ),
        (reason, _) => {
            let reason: String = reason.chars().filter(|c| c.is_ascii_uppercase() || *c == '_').take(40).collect();
            Words::new(
                format!("LINEがWebhook URLに接続できませんでした（{reason}）。URL、DNS、証明書を確認してください。"),
                format!("LINE could not reach the webhook URL ({reason}). Check the address, DNS and certificate."),
            )
        }
    }
}

/// For machines; null where LINE does not tell.
pub fn quota_json(quota: Option<MessageQuota>) -> serde_json::Value {
    quota.map_or(json!(null), |quota| json!({"limit": quota.limit, "used": quota.used}))
}

/// What the chat switch means for whoever works with the CRM. Source: `chatMode` of LINE's "Get bot info".
fn chat_words(chat_mode: &str, language: Language) -> &'static str {
    match chat_mode {
        "chat" => language.pick(
            "チャット：オン（LINE Official Account Managerから手動で返信できます。その返信はMusubiには通知されないため、HubSpotに残らず、line_unansweredも変わりません）",
            "Chat (チャット): on (people can be answered by hand in LINE Official Account Manager; LINE does not report such answers, so they are not in HubSpot and line_unanswered stays)",
        ),
        "bot" => language.pick(
            "チャット：オフ（手動での返信はできません。メッセージはすべてWebhookで届きます）",
            "Chat (チャット): off (nobody can answer by hand in LINE Official Account Manager; every message arrives by webhook)",
        ),
        _ => language.pick("チャット：LINEから取得できませんでした", "Chat (チャット): LINE did not say"),
    }
}

fn quota_words(quota: MessageQuota, language: Language) -> String {
    let MessageQuota { limit, used } = quota;
    match (limit, language) {
        (Some(limit), Language::Japanese) => format!("今月の送信数：{used} / {limit} 通"),
        (Some(limit), Language::English) => format!("Messages this month: {used} of {limit}"),
        (None, Language::Japanese) => format!("今月の送信数：{used} 通（上限なし）"),
        (None, Language::English) => format!("Messages this month: {used} (no limit)"),
    }
}
