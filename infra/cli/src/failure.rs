//! Why a command did not do its thing, in words with the fix, and as an exit code.

use std::error::Error as _;

use musubi::config::ConfigError;
use musubi::domain::language::Language;
use musubi::ports::PortError;
use musubi::ports::crm::CrmFailure;
use thiserror::Error;

/// The same in two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// 日本語
    pub japanese: String,
    /// English
    pub english: String,
}

impl Words {
    /// Both wordings.
    pub fn new(japanese: impl Into<String>, english: impl Into<String>) -> Self {
        Self { japanese: japanese.into(), english: english.into() }
    }

    /// In this language.
    pub fn of(&self, language: Language) -> &str {
        language.pick(&self.japanese, &self.english)
    }
}

/// Why a command ended without having done its thing. Nothing secret is in it.
#[derive(Debug, Error)]
pub enum Failure {
    /// A name or address is missing.
    #[error("the environment is not complete")]
    Config(#[from] ConfigError),
    /// AWS or LINE.
    #[error("a service did not do its part")]
    Port(#[from] PortError),
    /// It was asked for wrongly. Exit code 2.
    #[error("{}", .0.english)]
    Usage(Words),
    /// What it is about is not there. Exit code 3.
    #[error("{}", .0.english)]
    NotFound(Words),
    /// Anything else. Exit code 1.
    #[error("{}", .0.english)]
    Failed(Words),
}

impl Failure {
    /// Asked for wrongly.
    pub fn usage(japanese: impl Into<String>, english: impl Into<String>) -> Self {
        Self::Usage(Words::new(japanese, english))
    }

    /// Not there.
    pub fn not_found(japanese: impl Into<String>, english: impl Into<String>) -> Self {
        Self::NotFound(Words::new(japanese, english))
    }

    /// Did not work.
    pub fn failed(japanese: impl Into<String>, english: impl Into<String>) -> Self {
        Self::Failed(Words::new(japanese, english))
    }

    /// For scripts.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) => 2,
            Self::NotFound(_) => 3,
            Self::Port(_) | Self::Failed(_) => 1,
        }
    }

    /// For machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Usage(_) => "usage",
            Self::NotFound(_) => "not_found",
            Self::Port(_) => "unavailable",
            Self::Failed(_) => "failed",
        }
    }

    /// For people.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Config(error) => config_words(error, language),
            Self::Port(error) => port_words(error, language),
            Self::Usage(words) | Self::NotFound(words) | Self::Failed(words) => words.of(language).to_owned(),
        }
    }
}

fn config_words(error: &ConfigError, language: Language) -> String {
    let hint = language.pick(
        "--outputs FILE（sam list stack-outputs --output json の出力）でスタックを指定できます。",
        "--outputs FILE (from sam list stack-outputs --output json) names the stack.",
    );
    format!("{} {hint}", error.words(language))
}

/// The chain of causes, since an operator can act on it: our calls' names, AWS's codes, HTTP statuses.
fn port_words(error: &PortError, language: Language) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    let hint = if error.is_transient() {
        language.pick(
            "AWSの認証情報、リージョン、ネットワークを確認して、もう一度実行してください。",
            "Check AWS credentials, region and network, then run this again.",
        )
    } else {
        language.pick(
            "もう一度実行しても同じ結果になります。設定を確認してください。",
            "Another try gives the same; check the settings.",
        )
    };
    format!("{chain}\n{hint}")
}

impl From<CrmFailure> for Failure {
    fn from(failure: CrmFailure) -> Self {
        match failure {
            CrmFailure::Disconnected => Self::failed(
                "HubSpotがアクセスを拒否しました。アプリが必要なスコープを持っているか確認し、もう一度接続してください。",
                "HubSpot refuses access. Check that the app has the scopes it needs, then connect it again.",
            ),
            CrmFailure::Refused { code } | CrmFailure::NotReady { code } => {
                Self::failed(format!("HubSpotが拒否しました（{code}）。"), format!("HubSpot refused ({code})."))
            }
            CrmFailure::Taken => Self::failed(
                "HubSpotの別のレコードが同じ値を持っています。",
                "Another record in HubSpot has the same value.",
            ),
            CrmFailure::Gone => {
                Self::failed("HubSpotにこのアカウントの情報がありません。", "HubSpot does not have what was asked for.")
            }
            CrmFailure::Unknown | CrmFailure::Later { .. } => Self::failed(
                "HubSpotが応答しませんでした。しばらくしてからもう一度実行してください。同じ操作を繰り返しても問題ありません。",
                "HubSpot did not answer. Run this again in a while; repeating it does no harm.",
            ),
        }
    }
}
