//! The people of an Official Account as a file: CSV for spreadsheets, JSON for programs. No message stands there: messages are in
//! the CRM's notes, and Musubi keeps none longer than it takes to write them.
//!
//! Its first columns are those that `musubi friends import --csv` reads: what was taken out can be taken in elsewhere.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::claim::ClaimedBy;
use super::follow::FollowKind;
use super::ids::{ChannelId, ContactId, LineUserId};
use super::route::RouteName;

/// What Musubi holds about one person. `Debug` shows nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPerson {
    /// Who on LINE.
    pub user: LineUserId,
    /// Who in the CRM.
    pub contact: Option<ContactId>,
    /// Since when, in milliseconds.
    pub linked_at_ms: Option<i64>,
    /// On whose word; none where the contact was made or found by its LINE user ID.
    pub linked_by: Option<ClaimedBy>,
    /// Whether they follow. `None`: it is not known.
    pub follows: Option<bool>,
    /// When they followed the last time, in milliseconds.
    pub followed_at_ms: Option<i64>,
    /// How.
    pub follow_kind: Option<FollowKind>,
    /// When they wrote the last time, in milliseconds.
    pub last_message_at_ms: Option<i64>,
    /// Since when a message waits for an answer, in milliseconds.
    pub unanswered_since_ms: Option<i64>,
    /// Somebody unlinked them: no contact is made for them by itself.
    pub is_unlinked: bool,
    /// Who has said who they are, where the CRM has not followed yet: a login, a file, an operator.
    pub claimed_by: Option<ClaimedBy>,
    /// By which route that was.
    pub claimed_route: Option<RouteName>,
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// UTF-8 with a byte order mark, as Excel wants it; RFC 4180.
    Csv,
    /// One document.
    Json,
}

/// A file of people, in pieces: a head, a row for each, a tail.
#[derive(Debug, Clone)]
pub struct ExportFile {
    /// How.
    pub format: ExportFormat,
    /// Whose people.
    pub channel: ChannelId,
    /// In which times are written.
    pub time_zone: TimeZone,
    /// As of when, in milliseconds.
    pub at_ms: i64,
}

const COLUMNS: [&str; 12] = [
    "line_user_id",
    "contact_id",
    "linked_at",
    "linked_by",
    "follows",
    "followed_at",
    "follow_kind",
    "last_message_at",
    "unanswered_since",
    "unlinked",
    "claimed_by",
    "claimed_route",
];

impl ExportFormat {
    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The spelling, which is how such a file's name ends.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl ExportFile {
    /// What stands before the first person.
    pub fn head(&self) -> String {
        match self.format {
            ExportFormat::Csv => format!("\u{FEFF}{}\r\n", COLUMNS.join(",")),
            ExportFormat::Json => {
                let (channel, at) = (json!(self.channel.as_str()), json!(self.moment(self.at_ms)));
                format!("{{\"channel_id\":{channel},\"exported_at\":{at},\"people\":[\n")
            }
        }
    }

    /// One person; `is_first` of the file.
    pub fn row(&self, person: &ExportedPerson, is_first: bool) -> String {
        match self.format {
            ExportFormat::Csv => {
                let cells: Vec<String> = self.values(person).into_iter().map(|value| cell(&value)).collect();
                cells.join(",") + "\r\n"
            }
            ExportFormat::Json => {
                let values = COLUMNS.iter().zip(self.values(person));
                let flag = |text: &str| match text {
                    "yes" => json!(true),
                    "no" => json!(false),
                    _ => json!(null),
                };
                let of = |(name, text): (&&str, String)| match (*name, text.as_str()) {
                    (name @ ("follows" | "unlinked"), text) => (name.to_owned(), flag(text)),
                    (name, "") => (name.to_owned(), json!(null)),
                    (name, text) => (name.to_owned(), json!(text)),
                };
                let object: serde_json::Map<_, _> = values.map(of).collect();
                format!("{}{}", if is_first { "" } else { ",\n" }, serde_json::Value::Object(object))
            }
        }
    }

    /// What stands behind the last person.
    pub fn tail(&self) -> &'static str {
        match self.format {
            ExportFormat::Csv => "",
            ExportFormat::Json => "\n]}\n",
        }
    }

    fn values(&self, person: &ExportedPerson) -> [String; COLUMNS.len()] {
        let moment = |at_ms: Option<i64>| at_ms.map_or_else(String::new, |at_ms| self.moment(at_ms));
        let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
        [
            person.user.expose().to_owned(),
            person.contact.as_ref().map_or_else(String::new, |contact| contact.as_str().to_owned()),
            moment(person.linked_at_ms),
            person.linked_by.map_or("", ClaimedBy::as_str).to_owned(),
            person.follows.map_or_else(String::new, yes),
            moment(person.followed_at_ms),
            person.follow_kind.map_or("", FollowKind::as_str).to_owned(),
            moment(person.last_message_at_ms),
            moment(person.unanswered_since_ms),
            yes(person.is_unlinked),
            person.claimed_by.map_or("", ClaimedBy::as_str).to_owned(),
            person.claimed_route.as_ref().map_or("", RouteName::as_str).to_owned(),
        ]
    }

    /// RFC 3339, with the offset of the CRM account's time zone.
    fn moment(&self, at_ms: i64) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection": what begins with `=`, `+`, `-`, `@`, a tab or a line
/// break), quoted where RFC 4180 asks for it.
pub fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> ExportedPerson {
        ExportedPerson {
            user: LineUserId::new("U0123456789abcdef0123456789abcdef"),
            contact: Some(ContactId::new("=1+1,\"x\"")),
            linked_at_ms: Some(1_786_000_000_123),
            linked_by: Some(ClaimedBy::AccountLink),
            follows: Some(false),
            followed_at_ms: None,
            follow_kind: Some(FollowKind::BeforeMusubi),
            last_message_at_ms: Some(0),
            unanswered_since_ms: None,
            is_unlinked: false,
            claimed_by: Some(ClaimedBy::Login),
            claimed_route: RouteName::parse("flyer-2026"),
        }
    }

    fn file(format: ExportFormat) -> ExportFile {
        let time_zone = TimeZone::get("Asia/Tokyo").expect("known");
        ExportFile { format, channel: ChannelId::new("1"), time_zone, at_ms: 1_786_000_000_000 }
    }

    #[test]
    fn a_row_for_excel_is_no_formula_and_reads_as_it_was() {
        let csv = file(ExportFormat::Csv);
        assert!(
            csv.head().starts_with("\u{FEFF}line_user_id,contact_id,") && csv.head().ends_with("claimed_route\r\n")
        );
        assert_eq!(
            csv.row(&person(), true),
            "U0123456789abcdef0123456789abcdef,\"'=1+1,\"\"x\"\"\",2026-08-06T16:06:40+09:00,account_link,no,,before_musubi,\
             1970-01-01T09:00:00+09:00,,no,login,flyer-2026\r\n"
        );
        for text in ["=x", "+x", "-x", "@x", "\tx", "\rx", "\nx", "＝x"] {
            assert!(cell(text).trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        assert_eq!((cell("a b"), cell("a\nb"), cell("12")), ("a b".into(), "\"a\nb\"".into(), "12".into()));
    }

    #[test]
    fn the_document_is_json_of_the_same() {
        let json = file(ExportFormat::Json);
        let text = json.head() + &json.row(&person(), true) + &json.row(&person(), false) + json.tail();
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let people = read["people"].as_array().expect("people");
        assert_eq!((people.len(), read["channel_id"].as_str()), (2, Some("1")));
        assert_eq!(people[0]["contact_id"], "=1+1,\"x\"", "programs know no formulas");
        assert_eq!((&people[0]["follows"], &people[0]["followed_at"]), (&json!(false), &json!(null)));
        assert_eq!(people[0].as_object().map(serde_json::Map::len), Some(COLUMNS.len()));
        let empty: serde_json::Value = serde_json::from_str(&(json.head() + json.tail())).expect("JSON");
        assert_eq!(empty["people"], json!([]));
    }

    #[test]
    fn who_said_so_is_spelled_as_it_is_stored() {
        for by in ClaimedBy::ALL {
            assert_eq!(serde_json::to_value(by).expect("JSON"), by.as_str());
        }
    }
}
