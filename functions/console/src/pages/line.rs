//! What was said, as one line of a talk: by whom, when, and the words. For the page and for the CRM's card.

use jiff::Timestamp;
use musubi::domain::account::CrmAccount;
use musubi::domain::activity::{Activity, Content, Speaker};
use musubi::domain::language::Language;
use musubi::domain::{shown, words};
use musubi::line::pictures;

/// One line.
pub struct TalkLine {
    /// Who spoke.
    pub speaker: Speaker,
    /// Who it was, in words.
    pub by: String,
    /// When, as the CRM account's clock shows it.
    pub at: String,
    /// What was said.
    pub words: String,
    /// The address of a sticker's picture, which the words stand for.
    pub picture: Option<String>,
}

impl TalkLine {
    /// Of this.
    pub fn of(said: &Activity, account: &CrmAccount, language: Language) -> Self {
        let by = match &said.operator {
            Some(name) => words::operator(name, language),
            None => words::speaker(said.speaker, language).to_owned(),
        };
        let picture = match &said.content {
            Content::Sticker { sticker_id, .. } => pictures::of_sticker(sticker_id),
            _ => None,
        };
        let in_short = picture.as_ref().and_then(|_| words::sticker_in_short(&said.content, language));
        Self {
            speaker: said.speaker,
            by: shown::name(&by),
            at: time_of(said.mark.at_ms, account),
            words: in_short.unwrap_or_else(|| words::of(&said.content, language)),
            picture,
        }
    }
}

/// A time, as the CRM account's clock shows it.
pub fn time_of(at_ms: i64, account: &CrmAccount) -> String {
    let time_zone = musubi::domain::timeline::time_zone(&account.time_zone);
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(time_zone);
    at.strftime("%m/%d %H:%M:%S").to_string()
}
