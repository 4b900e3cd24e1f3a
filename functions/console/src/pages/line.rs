//! What was said, as one line of a talk: by whom, when, and the words. For the page and for the CRM's card.

use std::borrow::Cow;

use jiff::Timestamp;
use musubi::domain::account::CrmAccount;
use musubi::domain::activity::{Activity, Content, Media, Quoted, Speaker};
use musubi::domain::language::Language;
use musubi::domain::timeline::{quoted_in, time_zone};
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
    /// Which message it answers, in words, and how that one begins where it stands in the same talk.
    pub quotes: Option<String>,
    /// The address of a sticker's picture, which the words stand for.
    pub picture: Option<String>,
    /// What we sent lies at this address, which the words leave out: whoever has it can open it.
    pub went: Option<(Media, String)>,
}

impl TalkLine {
    /// Of this, among what else is shown of the talk.
    pub fn of(said: &Activity, among: &[Activity], account: &CrmAccount, language: Language) -> Self {
        let by = words::said_by(said.speaker, said.operator.as_ref(), language);
        let picture = match &said.content {
            Content::Sticker { sticker_id, .. } => pictures::of_sticker(sticker_id),
            _ => None,
        };
        let (went, content) = went(said);
        let in_short = picture.as_ref().and_then(|_| words::sticker_in_short(&said.content, language));
        Self {
            speaker: said.speaker,
            by: shown::name(&by),
            at: time_of(said.mark.at_ms, account),
            words: in_short.unwrap_or_else(|| words::of(&content, language)),
            quotes: said
                .quotes
                .filter(|_| said.content != Content::Unsent)
                .map(|quoted| quotes(&quoted, among, account, language)),
            picture,
            went,
        }
    }
}

/// Where lies what we sent, and the content without that. What a person names as an address is shown as their words, and opens nothing.
fn went(said: &Activity) -> (Option<(Media, String)>, Cow<'_, Content>) {
    match &said.content {
        Content::Media { media, url: Some(address), .. }
            if said.speaker != Speaker::Person && address.starts_with("https://") =>
        {
            let mut content = said.content.clone();
            if let Content::Media { url, .. } = &mut content {
                *url = None;
            }
            (Some((*media, address.clone())), Cow::Owned(content))
        }
        content => (None, Cow::Borrowed(content)),
    }
}

/// So many characters of what is quoted are shown.
const EXCERPT: usize = 40;

fn quotes(quoted: &Quoted, among: &[Activity], account: &CrmAccount, language: Language) -> String {
    let which = quoted_in(quoted, language, &time_zone(&account.time_zone));
    let Quoted::Message { at_ms, by } = quoted else { return which };
    let is_it = |it: &&Activity| {
        let is_theirs = it.speaker == Speaker::Person;
        it.mark.at_ms == *at_ms && is_theirs == (*by == Speaker::Person)
    };
    // Of several of one moment nobody knows which.
    let mut found = among.iter().filter(is_it);
    let (Some(it), None) = (found.next(), found.next()) else { return which };
    let words = words::of(&went(it).1, language);
    let excerpt: String = words.chars().take(EXCERPT).collect();
    let more = if excerpt.len() < words.len() { "…" } else { "" };
    match language {
        Language::Japanese => format!("{which}：「{excerpt}{more}」"),
        Language::English => format!("{which}: \"{excerpt}{more}\""),
    }
}

/// A time, as the CRM account's clock shows it.
pub fn time_of(at_ms: i64, account: &CrmAccount) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(time_zone(&account.time_zone));
    at.strftime("%m/%d %H:%M:%S").to_string()
}
