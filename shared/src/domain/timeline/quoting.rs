//! What a message answers, where the person has quoted one: by its time, to the second as it stands in the note. No words of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::activity::{Quoted, Speaker};
use crate::domain::language::Language;

/// "In reply to" which message, in words: at most 60 characters.
pub fn quoted_in(quoted: &Quoted, language: Language, time_zone: &TimeZone) -> String {
    let Quoted::Message { at_ms, by } = quoted else {
        return language.pick("以前のメッセージへの返信", "in reply to an earlier message").to_owned();
    };
    let at = Timestamp::from_millisecond(*at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(time_zone.clone());
    match language {
        Language::Japanese => {
            let at = at.strftime("%-m月%-d日 %H:%M:%S");
            match by {
                Speaker::Person => format!("お客さまの{at}のメッセージへの返信"),
                _ => format!("こちらから{at}に送ったメッセージへの返信"),
            }
        }
        Language::English => {
            let whose = if *by == Speaker::Person { "their own" } else { "our" };
            format!("in reply to {whose} message of {}", at.strftime("%-d %b, %H:%M:%S"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_named_by_its_time_and_by_who_said_it() {
        let tokyo = TimeZone::get("Asia/Tokyo").expect("a time zone");
        let by = |by| Quoted::Message { at_ms: 1_764_000_000_000, by };
        let table = [
            (
                by(Speaker::Person),
                "お客さまの11月25日 01:00:00のメッセージへの返信",
                "in reply to their own message of 25 Nov, 01:00:00",
            ),
            (
                by(Speaker::Operator),
                "こちらから11月25日 01:00:00に送ったメッセージへの返信",
                "in reply to our message of 25 Nov, 01:00:00",
            ),
            (
                by(Speaker::Workflow),
                "こちらから11月25日 01:00:00に送ったメッセージへの返信",
                "in reply to our message of 25 Nov, 01:00:00",
            ),
            (Quoted::Earlier, "以前のメッセージへの返信", "in reply to an earlier message"),
        ];
        for (quoted, japanese, english) in table {
            assert_eq!(quoted_in(&quoted, Language::Japanese, &tokyo), japanese);
            assert_eq!(quoted_in(&quoted, Language::English, &tokyo), english);
            assert!(japanese.chars().count() <= 60 && english.len() <= 60);
        }
    }
}
