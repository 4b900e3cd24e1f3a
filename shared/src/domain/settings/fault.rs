//! What can be wrong with a setting, in words for operators.

use thiserror::Error;

use super::Bilingual;
use crate::domain::auto_reply::{KeywordFault, MAX_KEYWORD_CHARS, MAX_KEYWORDS, MAX_RULES};
use crate::domain::language::Language;
use crate::domain::login::BadPage;

/// Why settings stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingFault {
    /// It is not written `NAME=VALUE`.
    #[error("it is not written as a name and a value")]
    NotWritten,
    /// There is no such setting.
    #[error("there is no such setting")]
    Unknown,
    /// Neither on nor off.
    #[error("{name} is neither on nor off")]
    Flag {
        /// Of the setting.
        name: String,
    },
    /// No time within the bounds.
    #[error("{name} is no time within its bounds")]
    Span {
        /// Of the setting.
        name: String,
        /// No less.
        from_ms: i64,
        /// No more.
        to_ms: i64,
    },
    /// None of the choices.
    #[error("{name} is none of its choices")]
    Choice {
        /// Of the setting.
        name: String,
        /// The choices.
        names: &'static [&'static str],
    },
    /// No `https` address, or too long.
    #[error("{name} is no address that is taken")]
    Address {
        /// Of the setting.
        name: String,
        /// No longer.
        max_chars: usize,
    },
    /// Too long a text.
    #[error("{name} is too long")]
    TooLong {
        /// Of the setting.
        name: String,
        /// No longer.
        max_chars: usize,
    },
    /// Not written as it must be.
    #[error("{name} is not written as it must be")]
    Form {
        /// Of the setting.
        name: String,
    },
    /// No internal names of contact properties.
    #[error("they are no internal names of properties")]
    Properties,
    /// The messenger would not take the messages.
    #[error("the messages are not taken")]
    Messages {
        /// Why.
        japanese: String,
        /// Why.
        english: String,
    },
    /// Keywords are not written as they must be.
    #[error("the keywords are not taken")]
    Keywords(KeywordFault),
    /// A page that people cannot be sent to.
    #[error(transparent)]
    Page(#[from] BadPage),
    /// What the declaration says of it.
    #[error("{}", .0.english)]
    Refused(Bilingual),
}

impl SettingFault {
    /// Refused in these words.
    pub(super) const fn refused(japanese: &'static str, english: &'static str) -> Self {
        Self::Refused(Bilingual { japanese, english })
    }

    /// What is wrong and what to write.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::Japanese => self.japanese(),
            Language::English => self.english(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Self::NotWritten => "設定は KEY=VALUE の形式で指定してください。".to_owned(),
            Self::Unknown => "その設定はありません。".to_owned(),
            Self::Flag { name } => format!("{name} には on または off を指定してください。"),
            Self::Span { name, from_ms, to_ms } => format!(
                "{name} には {} から {} までの時間を指定してください（例：15m、900s、1h）。",
                in_units(*from_ms),
                in_units(*to_ms)
            ),
            Self::Choice { name, names } => {
                format!("{name} には {} のいずれかを指定してください。", names.join("、"))
            }
            Self::Address { name, max_chars } => {
                format!("{name} には https:// で始まるURL（{max_chars}文字まで）を指定してください。")
            }
            Self::TooLong { name, max_chars } => format!("{name} は{max_chars}文字までです。"),
            Self::Form { name } => format!("{name} の値の形式が正しくありません。"),
            Self::Properties => "プロパティーは内部名（半角の英小文字、数字、アンダースコア）で、カンマで区切って指定してください。内部名はHubSpotの［設定］＞［プロパティー］で確認できます。".to_owned(),
            Self::Messages { japanese, .. } => japanese.clone(),
            Self::Keywords(fault) => keywords(*fault).0,
            Self::Page(bad) => format!("{}：{}", bad.which, bad.fault.words(Language::Japanese)),
            Self::Refused(words) => words.japanese.to_owned(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NotWritten => "Write settings as KEY=VALUE.".to_owned(),
            Self::Unknown => "There is no such setting.".to_owned(),
            Self::Flag { name } => format!("{name} is on or off."),
            Self::Span { name, from_ms, to_ms } => {
                format!("{name} is a time from {} to {}, such as 15m, 900s or 1h.", in_units(*from_ms), in_units(*to_ms))
            }
            Self::Choice { name, names } => format!("{name} is one of {}.", names.join(", ")),
            Self::Address { name, max_chars } => {
                format!("{name} is an address that begins with https:// and has {max_chars} characters at most.")
            }
            Self::TooLong { name, max_chars } => format!("{name} has {max_chars} characters at most."),
            Self::Form { name } => format!("{name} is not written as it must be."),
            Self::Properties => "Properties are given by internal name (lower-case letters, digits and _), separated by commas. See Settings > Properties in HubSpot.".to_owned(),
            Self::Messages { english, .. } => english.clone(),
            Self::Keywords(fault) => keywords(*fault).1,
            Self::Page(bad) => format!("{}: {}", bad.which, bad.fault.words(Language::English)),
            Self::Refused(words) => words.english.to_owned(),
        }
    }
}

impl From<KeywordFault> for SettingFault {
    fn from(fault: KeywordFault) -> Self {
        Self::Keywords(fault)
    }
}

/// In Japanese and in English.
fn keywords(fault: KeywordFault) -> (String, String) {
    match fault {
        KeywordFault::NoRule => (
            "keywords の各ルールは、「exact: 」または「contains: 」とキーワードの行で始め、次の行から応答を書いてください。".to_owned(),
            "Each rule of keywords begins with a line of exact: or contains: and its keywords; the answer stands below.".to_owned(),
        ),
        KeywordFault::NoKeyword => {
            ("keywords にキーワードのないルールがあります。".to_owned(), "A rule of keywords names no keyword.".to_owned())
        }
        KeywordFault::Keywords => (
            format!("1つのルールのキーワードは{MAX_KEYWORDS}個まで、1個は{MAX_KEYWORD_CHARS}文字までです。"),
            format!("A rule has {MAX_KEYWORDS} keywords at most, of {MAX_KEYWORD_CHARS} characters at most."),
        ),
        KeywordFault::TooMany => (
            format!("keywords のルールは{MAX_RULES}個までです。"),
            format!("keywords takes {MAX_RULES} rules at most."),
        ),
    }
}

/// In the largest unit that it is a whole number of.
fn in_units(span_ms: i64) -> String {
    match span_ms / 1_000 {
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
