//! The contact's properties, and what they should say. Their names are fixed: customers' lists and
//! workflows refer to them. A CRM that calls them otherwise has its own names in its own folder.

use std::collections::HashMap;

/// Unique: the LINE user ID.
pub const LINE_USER_ID: &str = "line_user_id";
/// The name on LINE.
pub const LINE_USER_NAME: &str = "line_user_name";
/// The picture's address.
pub const LINE_USER_PICTURE: &str = "line_user_picture";
/// The CRM's own: the contact's e-mail address.
pub const EMAIL: &str = "email";
/// The CRM's own: the contact's first name.
pub const FIRST_NAME: &str = "firstname";
/// The CRM's own: the contact's last name.
pub const LAST_NAME: &str = "lastname";
/// The CRM's own: the contact's telephone number.
pub const PHONE: &str = "phone";
/// The CRM's own: the contact's company.
pub const COMPANY: &str = "company";
/// Since when the contact is linked to the person.
pub const LINE_LINKED_AT: &str = "line_linked_at";
/// Whether the person can be reached.
pub const LINE_FOLLOWS: &str = "line_follows";
/// When the person followed, the newest time.
pub const LINE_FOLLOWED_AT: &str = "line_followed_at";
/// How the person came to follow: see [`FollowKind`](super::follow::FollowKind).
pub const LINE_FOLLOW_KIND: &str = "line_follow_kind";
/// When somebody answered, wherever they did. Others write it, and we read it.
pub const LINE_ANSWERED_AT: &str = "line_answered_at";
/// Whether a message waits for an answer.
pub const LINE_UNANSWERED: &str = "line_unanswered";
/// The newest message that waits for an answer; empty once answered.
pub const LINE_UNANSWERED_MESSAGE: &str = "line_unanswered_message";
/// The newest message.
pub const LINE_LAST_MESSAGE: &str = "line_last_message";
/// The last 20 inbound messages, for list filters.
pub const LINE_RECENT_MESSAGES: &str = "line_recent_messages";
/// How the newest send ended.
pub const LINE_LAST_OUTCOME: &str = "line_last_outcome";

/// By which route the person came first.
pub const LINE_ROUTE: &str = "line_route";

/// How many messages `line_recent_messages` keeps.
pub const RECENT: usize = 20;
/// Short by every way of counting: three bytes of UTF-8 are at most one UTF-16 code unit.
pub const SHORT_UNITS: usize = 16_000;
/// No line of the recent messages has more words than this, in UTF-16 code units: all of them fit into one value.
const LINE_UNITS: usize = 3_000;

/// The recent messages after `new` ones: one a line, oldest first, each with its time. `new` are all that wait, those among
/// them that are told already included: what stands there as often as it waits is not added, so a repeat after a lost answer
/// changes nothing, and the same words twice in one second stand twice.
///
/// (Where an entry was made between the two, which takes a second with more than a minute in it, they stand once.)
/// No longer than `max_units` UTF-16 code units, the CRM's [`Limits::field_units`](super::limits::Limits): the oldest go first.
pub fn recent(current: &str, new: &[String], max_units: usize) -> String {
    let mut lines: Vec<&str> = current.lines().filter(|line| !line.is_empty()).collect();
    let mut there: HashMap<&str, usize> = HashMap::new();
    lines.iter().for_each(|line| *there.entry(line).or_default() += 1);
    for line in new.iter().map(String::as_str).filter(|line| !line.is_empty()) {
        match there.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => lines.push(line),
        }
    }
    lines.sort_by_key(|line| stamp(line));
    let skip = lines.len().saturating_sub(RECENT);
    newest(&lines[skip..].join("\n"), max_units)
}

/// The newest lines that fit; of a single one that does not, its beginning.
pub fn newest(lines: &str, max_units: usize) -> String {
    let mut rest = lines;
    while units(rest) > max_units {
        match rest.split_once('\n') {
            Some((_, newer)) => rest = newer,
            None => return cut(rest, max_units),
        }
    }
    rest.to_owned()
}

/// The recent messages without the words of those said at these seconds (as [`recent_line`] writes
/// them): their senders took them back. As many of a second as `new` tells anew are left out.
pub fn retract(current: &str, stamps: &[String], instead: &str, new: &[String]) -> String {
    let mut told: HashMap<&str, usize> = HashMap::new();
    new.iter().for_each(|line| *told.entry(stamp(line)).or_default() += 1);
    let lines = current.lines().filter_map(|line| {
        if !stamps.iter().any(|retracted| retracted == stamp(line)) {
            return Some(line.to_owned());
        }
        match told.get_mut(stamp(line)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                None
            }
            _ => Some(format!("{} {instead}", stamp(line))),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The time that begins a line.
pub fn stamp(line: &str) -> &str {
    line.get(..19).unwrap_or("")
}

/// One line of the recent messages: time, then the words on one line.
pub fn recent_line(at_ms: i64, words: &str, time_zone: &jiff::tz::TimeZone) -> String {
    let at =
        jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(time_zone.clone());
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} {}", at.strftime("%Y-%m-%d %H:%M:%S"), cut(&words, LINE_UNITS))
}

/// The text, cut to at most `max_units` UTF-16 code units. One that was cut ends in `…`.
pub fn cut(text: &str, max_units: usize) -> String {
    if units(text) <= max_units {
        return text.to_owned();
    }
    let mut left = max_units.saturating_sub(1);
    let fits = |letter: &char| {
        let fits = letter.len_utf16() <= left;
        left = left.saturating_sub(letter.len_utf16());
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As HubSpot.
    const MAX_UNITS: usize = 65_000;

    fn up_to_date(current: &str, new: &[String]) -> String {
        recent(current, new, MAX_UNITS)
    }

    #[test]
    fn adding_the_same_lines_twice_leaves_them_once() {
        let new = vec!["2026-11-21 10:00:01 b".to_owned(), "2026-11-21 10:00:02 c".to_owned()];
        let once = up_to_date("2026-11-21 10:00:00 a", &new);
        assert_eq!(once, "2026-11-21 10:00:00 a\n2026-11-21 10:00:01 b\n2026-11-21 10:00:02 c");
        assert_eq!(up_to_date(&once, &new), once);
    }

    #[test]
    fn lines_of_one_second_are_not_doubled_either() {
        let new = vec!["2026-11-21 10:00:01 a".to_owned(), "2026-11-21 10:00:01 b".to_owned()];
        let once = up_to_date("", &new);
        assert_eq!(up_to_date(&once, &new[..1]), once);
    }

    #[test]
    fn a_message_that_was_taken_back_loses_its_words() {
        let current = "2026-11-21 10:00:01 a\n2026-11-21 10:00:02 b";
        let after = retract(current, &["2026-11-21 10:00:02".to_owned()], "-", &[]);
        assert_eq!(after, "2026-11-21 10:00:01 a\n2026-11-21 10:00:02 -");
    }

    #[test]
    fn the_same_words_twice_in_one_second_stand_twice_and_a_repeat_adds_nothing() {
        let line = || "2026-11-21 10:00:01 はい".to_owned();
        let twice = up_to_date("", &[line(), line()]);
        assert_eq!(twice, [line(), line()].join("\n"));
        assert_eq!(up_to_date(&twice, &[line(), line()]), twice, "the answer was lost");
        assert_eq!(up_to_date(&twice, &[]), twice, "the entry is made");
        let once = up_to_date("", &[line()]);
        assert_eq!(up_to_date(&once, &[line(), line()]), twice, "the second came after the first was told");
        assert_eq!(up_to_date(&once, &[line()]), once);
    }

    #[test]
    fn one_of_two_in_a_second_that_was_taken_back_leaves_the_other_once() {
        let (first, second, gone) = ("2026-11-21 10:00:01 a", "2026-11-21 10:00:01 b", "2026-11-21 10:00:01 -");
        let stamps = ["2026-11-21 10:00:01".to_owned()];
        let both = [first, second].join("\n");
        let waiting = [gone.to_owned(), second.to_owned()];
        let told = up_to_date(&retract(&both, &stamps, "-", &waiting), &waiting);
        assert_eq!(told, [gone, second].join("\n"));
        assert_eq!(up_to_date(&retract(&told, &stamps, "-", &waiting), &waiting), told, "the answer was lost");
        assert_eq!(
            retract(&both, &stamps, "-", &[]),
            [gone, gone].join("\n"),
            "which of the two, nobody knows any more"
        );
    }

    #[test]
    fn twenty_long_messages_of_letters_outside_the_plane_fit_and_the_newest_is_among_them() {
        let zone = jiff::tz::TimeZone::UTC;
        let new: Vec<String> = (0..25).map(|n| recent_line(n * 1_000, &"😀".repeat(5_000), &zone)).collect();
        let all = up_to_date("", &new);
        assert!(units(&all) <= MAX_UNITS && all.lines().count() == RECENT, "{}", units(&all));
        assert!(
            all.lines().last().is_some_and(|line| line.starts_with("1970-01-01 00:00:24 😀") && line.ends_with('…'))
        );
    }

    #[test]
    fn a_value_that_somebody_else_filled_up_gives_way_to_the_newest_line() {
        let new = ["2026-11-21 10:00:01 b".to_owned()];
        assert_eq!(up_to_date(&format!("2026-11-21 10:00:00 {}", "a".repeat(65_000)), &new), new[0]);
        assert_eq!(newest(&"a".repeat(9), 5), "aaaa…");
    }

    #[test]
    fn a_text_is_cut_between_letters_and_says_so() {
        assert_eq!((cut("結び", 2), cut("結びめ", 2)), ("結び".to_owned(), "結…".to_owned()));
        assert_eq!((cut("😀😀", 4), cut("😀😀", 3), cut("a😀😀", 3)), ("😀😀".into(), "😀…".into(), "a…".into()));
    }

    #[test]
    fn a_late_line_takes_its_place_and_twenty_stay() {
        let new: Vec<String> = (10..35).map(|s| format!("2026-11-21 10:00:{s} x")).collect();
        let all = up_to_date("", &new);
        assert_eq!(all.lines().count(), RECENT);
        assert!(all.ends_with("10:00:34 x"));
        let late = up_to_date(&all, &["2026-11-21 10:00:20 late".to_owned()]);
        assert!(late.contains("late"));
        assert_eq!(late.lines().count(), RECENT);
    }
}
