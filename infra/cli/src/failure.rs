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
    /// Nothing said which stack it is about.
    #[error("no stack is named")]
    NoStack(#[source] ConfigError),
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

    /// The same, told to somebody who named a stack's outputs, or did not.
    #[must_use]
    pub fn seen_from(self, has_outputs: bool) -> Self {
        match self {
            Self::Config(error @ ConfigError::Missing { .. }) if !has_outputs => Self::NoStack(error),
            other => other,
        }
    }

    /// For scripts.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::NoStack(_) | Self::Usage(_) => 2,
            Self::NotFound(_) => 3,
            Self::Port(_) | Self::Failed(_) => 1,
        }
    }

    /// For machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) | Self::NoStack(_) => "config",
            Self::Usage(_) => "usage",
            Self::NotFound(_) => "not_found",
            Self::Port(_) => "unavailable",
            Self::Failed(_) => "failed",
        }
    }

    /// For people.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Config(error) => error.words(language),
            Self::NoStack(error) => no_stack_words(error, language),
            Self::Port(error) => port_words(error, language),
            Self::Usage(words) | Self::NotFound(words) | Self::Failed(words) => words.of(language).to_owned(),
        }
    }
}

/// What to do comes first; the name of the first thing that was missed tells nobody anything.
fn no_stack_words(error: &ConfigError, language: Language) -> String {
    let todo = language.pick(
        "操作するスタックが指定されていません。--outputs FILE を付けるか、環境変数 MUSUBI_OUTPUTS にファイルを設定してください。\n\
         FILEは sam list stack-outputs --stack-name NAME --output json の出力です。手元で試すときは、cargo run -p local が表示する行を使ってください。",
        "No stack is named. Add --outputs FILE, or set MUSUBI_OUTPUTS to it.\n\
         FILE is what `sam list stack-outputs --stack-name NAME --output json` prints; for a try on this machine, use the line that \
         `cargo run -p local` prints.",
    );
    match error {
        ConfigError::Missing { name } => {
            format!("{todo}{}", language.pick(&format!("（{name} がありません）"), &format!(" ({name} is missing.)")))
        }
        ConfigError::Malformed { .. } => format!("{todo} {}", error.words(language)),
    }
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
