//! What the environment says: names, addresses and limits, each asked for by whoever needs it.
//!
//! Nothing is read ahead of need: a function fails over a missing variable only if it uses it.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use url::Url;

use crate::domain::ids::CrmAppId;
use crate::domain::language::Language;

/// Variables by name: the process's own, or a map that stands in for them.
///
/// An empty value counts as unset, since `sam local` passes on only variables that the template
/// declares, and a template cannot declare one without a value.
#[derive(Debug, Clone, Default)]
pub struct Environment(Option<Arc<BTreeMap<String, String>>>);

impl Environment {
    /// The process's own variables.
    pub fn process() -> Self {
        Self(None)
    }

    /// These variables and no others.
    pub fn of<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(Some(Arc::new(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())))
    }

    /// The same variables, with some added or replaced.
    #[must_use]
    pub fn with<N: Into<String>, V: Into<String>>(&self, more: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut all: BTreeMap<String, String> = match &self.0 {
            Some(map) => (**map).clone(),
            None => std::env::vars().collect(),
        };
        all.extend(more.into_iter().map(|(name, value)| (name.into(), value.into())));
        Self(Some(Arc::new(all)))
    }

    /// A variable. `None`: unset or empty.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(map) => map.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    ///
    /// # Errors
    /// Names the variable where it is unset or empty.
    pub fn demand(&self, name: &'static str) -> Result<String, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing { name })
    }

    /// An address, without a slash at its end so that paths can be appended.
    ///
    /// # Errors
    /// Names the variable where it is unset or no http(s) address.
    pub fn demand_url(&self, name: &'static str) -> Result<String, ConfigError> {
        checked_url(name, self.demand(name)?)
    }

    /// An address that has a default.
    ///
    /// # Errors
    /// Names the variable where it is no http(s) address.
    pub fn url_or(&self, name: &'static str, default: &str) -> Result<String, ConfigError> {
        checked_url(name, self.get(name).unwrap_or_else(|| default.to_owned()))
    }
}

fn checked_url(name: &'static str, text: String) -> Result<String, ConfigError> {
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(ConfigError::Malformed { name, expected: "an http or https address" }),
    }
}

/// Why a part cannot be set up. The value itself is never repeated: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A variable is unset or empty.
    #[error("the environment variable {name} is not set")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// A variable is not what it should be.
    #[error("the environment variable {name} is not {expected}")]
    Malformed {
        /// Its name.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl ConfigError {
    /// For the person who sets Musubi up.
    pub fn words(&self, language: Language) -> String {
        match (self, language) {
            (Self::Missing { name }, Language::Japanese) => {
                format!("環境変数 {name} が設定されていません。スタックを再デプロイするか、値を設定してください。")
            }
            (Self::Missing { name }, Language::English) => {
                format!("The environment variable {name} is not set. Deploy the stack again, or set it.")
            }
            (Self::Malformed { name, .. }, Language::Japanese) => format!("環境変数 {name} の値が正しくありません。"),
            (Self::Malformed { name, expected }, Language::English) => {
                format!("The environment variable {name} must be {expected}.")
            }
        }
    }
}

/// The stack's name, which tells two installations in one AWS account apart.
///
/// # Errors
/// Names the missing variable.
pub fn stack(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_STACK")
}

/// The stack's key, with which an operator's tools encrypt the secrets they make. Functions make none.
pub fn key_arn(environment: &Environment) -> Option<String> {
    environment.get("MUSUBI_KEY_ARN")
}

/// The address under which LINE and the CRM reach us, as they sign it.
///
/// # Errors
/// Names the missing variable.
pub fn public_url(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand_url("MUSUBI_PUBLIC_URL")
}

/// The table of channels and accounts.
///
/// # Errors
/// Names the missing variable.
pub fn channels_table(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_CHANNELS_TABLE")
}

/// The table of contact links.
///
/// # Errors
/// Names the missing variable.
pub fn links_table(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_LINKS_TABLE")
}

/// The journal's table.
///
/// # Errors
/// Names the missing variable.
pub fn journal_table(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_JOURNAL_TABLE")
}

/// The console's own table.
///
/// # Errors
/// Names the missing variable.
pub fn console_table(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_CONSOLE_TABLE")
}

/// A queue and the queue for what it could not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueUrls {
    /// The queue.
    pub queue: String,
    /// Its dead-letter queue, for functions that put jobs aside themselves.
    pub dead_letters: Option<String>,
}

/// The queue of webhooks.
///
/// # Errors
/// Names the missing variable.
pub fn inbox_queue(environment: &Environment) -> Result<QueueUrls, ConfigError> {
    queue_urls(environment, "MUSUBI_INBOX_QUEUE_URL", "MUSUBI_INBOX_DLQ_URL")
}

/// The queue of messages to send.
///
/// # Errors
/// Names the missing variable.
pub fn push_queue(environment: &Environment) -> Result<QueueUrls, ConfigError> {
    queue_urls(environment, "MUSUBI_PUSH_QUEUE_URL", "MUSUBI_PUSH_DLQ_URL")
}

/// The queue of notices to other systems.
///
/// # Errors
/// Names the missing variable.
pub fn notice_queue(environment: &Environment) -> Result<QueueUrls, ConfigError> {
    queue_urls(environment, "MUSUBI_NOTICES_QUEUE_URL", "MUSUBI_NOTICES_DLQ_URL")
}

/// The topic that tells the team.
///
/// # Errors
/// Names the missing variable.
pub fn team_topic(environment: &Environment) -> Result<String, ConfigError> {
    environment.demand("MUSUBI_TEAM_TOPIC_ARN")
}

/// The queue that wakes the dispatcher.
///
/// # Errors
/// Names the missing variable.
pub fn crm_queue(environment: &Environment) -> Result<QueueUrls, ConfigError> {
    queue_urls(environment, "MUSUBI_CRM_QUEUE_URL", "MUSUBI_CRM_DLQ_URL")
}

fn queue_urls(
    environment: &Environment,
    queue: &'static str,
    dead_letters: &'static str,
) -> Result<QueueUrls, ConfigError> {
    let dead_letters = environment.get(dead_letters).map(|url| checked_url(dead_letters, url)).transpose()?;
    Ok(QueueUrls { queue: environment.demand_url(queue)?, dead_letters })
}

/// LINE's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineUrls {
    /// Messaging API and tokens.
    pub api: String,
    /// LINE Login's page.
    pub access: String,
}

/// LINE's addresses: its own unless the environment names others.
///
/// # Errors
/// Names a malformed variable.
pub fn line_urls(environment: &Environment) -> Result<LineUrls, ConfigError> {
    Ok(LineUrls {
        api: environment.url_or("MUSUBI_LINE_API_URL", "https://api.line.me")?,
        access: environment.url_or("MUSUBI_LINE_ACCESS_URL", "https://access.line.me")?,
    })
}

/// What opens LINE itself, followed by a path such as `/R/ti/p/...`: LINE's own address unless the environment names another.
///
/// # Errors
/// Names a malformed variable.
pub fn line_app_url(environment: &Environment) -> Result<String, ConfigError> {
    environment.url_or("MUSUBI_LINE_APP_URL", "https://line.me")
}

/// Where LIFF apps are opened, and where their SDK is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiffUrls {
    /// Followed by a LIFF ID.
    pub apps: String,
    /// The script.
    pub sdk: String,
}

/// LIFF's addresses: LINE's own unless the environment names others.
///
/// # Errors
/// Names a malformed variable.
pub fn liff_urls(environment: &Environment) -> Result<LiffUrls, ConfigError> {
    Ok(LiffUrls {
        apps: environment.url_or("MUSUBI_LIFF_URL", "https://liff.line.me")?,
        sdk: environment.url_or("MUSUBI_LIFF_SDK_URL", "https://static.line-scdn.net/liff/edge/2/sdk.js")?,
    })
}

/// HubSpot's API: its own address unless the environment names another.
///
/// # Errors
/// Names a malformed variable.
pub fn hubspot_api_url(environment: &Environment) -> Result<String, ConfigError> {
    environment.url_or("MUSUBI_HUBSPOT_API_URL", "https://api.hubapi.com")
}

/// The page on which a person lets a HubSpot app into an account: HubSpot's own unless the environment names another.
///
/// # Errors
/// Names a malformed variable.
pub fn hubspot_authorize_url(environment: &Environment) -> Result<Url, ConfigError> {
    const NAME: &str = "MUSUBI_HUBSPOT_AUTHORIZE_URL";
    let page = environment.url_or(NAME, "https://app.hubspot.com/oauth/authorize")?;
    Url::parse(&page).map_err(|_| ConfigError::Malformed { name: NAME, expected: "an http or https address" })
}

/// The HubSpot app that the console installs, by its name in our URLs: `musubi` unless the environment names another.
///
/// # Errors
/// Names the variable where it is no such name.
pub fn hubspot_app(environment: &Environment) -> Result<String, ConfigError> {
    const NAME: &str = "MUSUBI_HUBSPOT_APP";
    let app = environment.get(NAME).unwrap_or_else(|| "musubi".to_owned());
    match CrmAppId::is_well_formed(&app) {
        true => Ok(app),
        false => Err(ConfigError::Malformed { name: NAME, expected: "up to 64 letters, digits, - and _" }),
    }
}

/// What a world on one machine has and a deployed stack has no need of: where its AWS and its vendors are. The credentials are
/// none.
pub const OF_THIS_MACHINE: [&str; 10] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "MUSUBI_LINE_API_URL",
    "MUSUBI_LIFF_URL",
    "MUSUBI_HUBSPOT_API_URL",
    "MUSUBI_HUBSPOT_AUTHORIZE_URL",
];

/// How many environments may deliver pushes at once (the event source mapping's
/// MaximumConcurrency, 2 to 1,000). Each takes this share of LINE's 2,000 requests a second.
///
/// # Errors
/// Names the variable where it is missing or no such number.
pub fn push_max_concurrency(environment: &Environment) -> Result<u32, ConfigError> {
    const NAME: &str = "MUSUBI_PUSH_MAX_CONCURRENCY";
    match environment.demand(NAME)?.parse() {
        Ok(number @ 1..=1000) => Ok(number),
        _ => Err(ConfigError::Malformed { name: NAME, expected: "a whole number from 1 to 1000" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_a_missing_one_and_is_named() {
        let environment = Environment::of([("MUSUBI_STACK", "")]);
        assert_eq!(stack(&environment), Err(ConfigError::Missing { name: "MUSUBI_STACK" }));
        assert!(stack(&environment).unwrap_err().words(Language::Japanese).contains("MUSUBI_STACK"));
    }

    #[test]
    fn a_queue_that_is_not_asked_for_may_be_missing() {
        let environment = Environment::of([
            ("MUSUBI_INBOX_QUEUE_URL", "http://127.0.0.1/1/inbox"),
            ("MUSUBI_INBOX_DLQ_URL", "http://127.0.0.1/1/inbox-dlq"),
        ]);
        assert!(inbox_queue(&environment).is_ok());
        assert_eq!(push_queue(&environment), Err(ConfigError::Missing { name: "MUSUBI_PUSH_QUEUE_URL" }));
    }

    #[test]
    fn addresses_lose_their_last_slash_and_must_be_http() {
        let environment = Environment::of([("MUSUBI_PUBLIC_URL", "https://example.com/prod/")]);
        assert_eq!(public_url(&environment).unwrap(), "https://example.com/prod");
        let environment = Environment::of([("MUSUBI_PUBLIC_URL", "file:///etc/passwd")]);
        assert!(public_url(&environment).is_err());
    }

    #[test]
    fn line_and_hubspot_have_addresses_of_their_own() {
        let nothing = Environment::of::<&str, &str>([]);
        assert_eq!(line_urls(&nothing).unwrap().api, "https://api.line.me");
        assert_eq!(
            hubspot_api_url(&nothing.with([("MUSUBI_HUBSPOT_API_URL", "http://127.0.0.1:9")])).unwrap(),
            "http://127.0.0.1:9"
        );
    }

    #[test]
    fn a_concurrency_is_a_number_from_1() {
        for bad in ["0", "-1", "many", "1001"] {
            assert!(push_max_concurrency(&Environment::of([("MUSUBI_PUSH_MAX_CONCURRENCY", bad)])).is_err(), "{bad}");
        }
        assert_eq!(push_max_concurrency(&Environment::of([("MUSUBI_PUSH_MAX_CONCURRENCY", "5")])), Ok(5));
    }
}
