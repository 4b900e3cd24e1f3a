//! Where to work: the stack's names, from its outputs or the environment, and the parts behind them.

use std::path::Path;
use std::sync::Arc;

use musubi::aws::{Aws, Parts, Patience};
use musubi::config::{self, ConfigError, Environment};
use musubi::crm::CrmClients;
use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::channel::Channel;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::language::Language;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::rows::Versioned;
use musubi::ports::{Channels, Clock, Secrets};
use serde_json::Value;

use crate::args::Kind;
use crate::failure::Failure;

/// The template's outputs and the variables that mean the same.
const OUTPUTS: [(&str, &str); 11] = [
    ("PublicUrl", "MUSUBI_PUBLIC_URL"),
    ("KeyArn", "MUSUBI_KEY_ARN"),
    ("ChannelsTableName", "MUSUBI_CHANNELS_TABLE"),
    ("LinksTableName", "MUSUBI_LINKS_TABLE"),
    ("JournalTableName", "MUSUBI_JOURNAL_TABLE"),
    ("InboxQueueUrl", "MUSUBI_INBOX_QUEUE_URL"),
    ("InboxDeadLetterQueueUrl", "MUSUBI_INBOX_DLQ_URL"),
    ("PushQueueUrl", "MUSUBI_PUSH_QUEUE_URL"),
    ("PushDeadLetterQueueUrl", "MUSUBI_PUSH_DLQ_URL"),
    ("CrmQueueUrl", "MUSUBI_CRM_QUEUE_URL"),
    ("CrmDeadLetterQueueUrl", "MUSUBI_CRM_DLQ_URL"),
];

/// The process's variables, and over them the stack's outputs.
///
/// # Errors
/// The file cannot be read or holds no outputs.
pub fn environment(outputs: Option<&Path>) -> Result<Environment, Failure> {
    let environment = Environment::process();
    let Some(path) = outputs else { return Ok(environment) };
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|_| Failure::usage(format!("{shown} を読み取れません。"), format!("{shown} cannot be read.")))?;
    let variables = variables(&text);
    if variables.is_empty() {
        return Err(Failure::usage(
            format!(
                "{shown} にスタックの出力がありません。sam list stack-outputs --output json の出力を指定してください。"
            ),
            format!("{shown} holds no outputs of a stack. Make it with: sam list stack-outputs --output json"),
        ));
    }
    Ok(environment.with(variables))
}

/// Reads what `sam list stack-outputs` or `aws cloudformation describe-stacks` writes, or a plain object.
fn variables(text: &str) -> Vec<(String, String)> {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let list = match &json {
        Value::Array(list) => Some(list),
        _ => json["Stacks"][0]["Outputs"].as_array(),
    };
    let output = |name: &str| -> Option<String> {
        let value = match list {
            Some(list) => list.iter().find(|output| output["OutputKey"] == name).map(|output| &output["OutputValue"]),
            None => json.get(name),
        };
        value?.as_str().map(str::to_owned)
    };
    let mut all: Vec<(String, String)> =
        OUTPUTS.iter().filter_map(|(name, variable)| Some(((*variable).to_owned(), output(name)?))).collect();
    let stack = output("SecretsPrefix");
    let stack = stack.as_deref().and_then(|prefix| prefix.strip_prefix("musubi/")?.strip_suffix('/'));
    all.extend(stack.map(|stack| ("MUSUBI_STACK".to_owned(), stack.to_owned())));
    all
}

/// A stack to work on.
pub struct Place {
    /// Its parts.
    pub parts: Parts,
    /// Its names.
    pub environment: Environment,
    /// For words.
    pub language: Language,
}

impl Place {
    /// Connects, as an operator's machine does.
    ///
    /// # Errors
    /// Names what is malformed.
    pub async fn open(environment: Environment, language: Language) -> Result<Self, ConfigError> {
        let aws = Aws::from_default_chain(&environment, Patience::WORKER).await?;
        let parts = Parts::over(aws, environment.clone(), Arc::new(musubi::ports::clock::SystemClock));
        Ok(Self { parts, environment, language })
    }

    /// The table of configuration.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn channels(&self) -> Result<Channels, ConfigError> {
        self.parts.channels()
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.parts.clock()
    }

    /// LINE, with these secrets.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn line(&self, secrets: Arc<dyn Secrets>) -> Result<LineMessenger, ConfigError> {
        Ok(LineMessenger::new(musubi::http::client(), self.line_api()?, secrets, self.clock(), 1))
    }

    /// Where LINE's API is.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn line_api(&self) -> Result<LineApiUrl, ConfigError> {
        LineApiUrl::of_api(&config::line_urls(&self.environment)?)
    }

    /// HubSpot, with these secrets.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn crms(&self, secrets: Arc<dyn Secrets>) -> Result<CrmClients, ConfigError> {
        let url = config::hubspot_api_url(&self.environment)?;
        Ok(CrmClients::new(musubi::http::client(), &url, secrets, self.clock()))
    }

    /// A CRM account that must be there.
    ///
    /// # Errors
    /// It is not.
    pub async fn account(&self, kind: Kind, portal: &str) -> Result<Versioned<CrmAccount>, Failure> {
        let key = CrmAccountKey { kind: kind.into(), id: CrmAccountId::new(portal) };
        self.channels()?.account(&key).await?.ok_or_else(|| {
            Failure::not_found(
                "このCRMアカウントは接続されていません。musubi portal list で確認し、musubi portal add で接続してください。",
                "This CRM account is not connected. See musubi portal list; connect it with musubi portal add.",
            )
        })
    }

    /// An Official Account that must be there.
    ///
    /// # Errors
    /// It is not. The ID is not repeated: it may be a secret pasted by mistake.
    pub async fn channel(&self, id: &str) -> Result<Versioned<Channel>, Failure> {
        self.channels()?.find_versioned(&ChannelId::new(id)).await?.ok_or_else(|| {
            Failure::not_found(
                "このチャネルは接続されていません。musubi channel list で確認してください。",
                "This channel is not connected. See musubi channel list.",
            )
        })
    }
}

/// Somebody else keeps changing the same row.
pub fn contended() -> Failure {
    Failure::failed(
        "ほかの操作が同時に行われています。もう一度実行してください。",
        "Somebody else is changing the same. Run this again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_in_every_shape_they_come_in() {
        let sam = r#"[{"OutputKey":"PublicUrl","OutputValue":"https://a.example","Description":"x"},
            {"OutputKey":"SecretsPrefix","OutputValue":"musubi/shop/"}]"#;
        let aws = format!(r#"{{"Stacks":[{{"Outputs":{sam}}}]}}"#);
        let plain = r#"{"PublicUrl":"https://a.example","SecretsPrefix":"musubi/shop/"}"#;
        for text in [sam, &aws, plain] {
            let environment = Environment::of(variables(text));
            assert_eq!(environment.get("MUSUBI_PUBLIC_URL").as_deref(), Some("https://a.example"), "{text}");
            assert_eq!(environment.get("MUSUBI_STACK").as_deref(), Some("shop"), "{text}");
        }
        assert!(variables("[]").is_empty() && variables("no json").is_empty());
    }
}
