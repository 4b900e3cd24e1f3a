//! Actions: what happens on a tap.

use super::super::{
    json::Json,
    limits::TextUnit,
    path::Path,
    problem::Problem,
    shape::{Rule, Shape, Variants, check_text, check_variants, optional, plain, required, variants},
};

const DATA: Rule = Rule::Text { filled: false, limit: 300, unit: TextUnit::Utf16 };
/// What a tap says in the chat.
const SAID: Rule = Rule::graphemes(300);

/// An action behind a button of a template: its label is the button.
pub(super) const IN_TEMPLATE: Rule = Rule::By(|json, at| check(json, at, Place { label: 20, labelled: true }));
/// An action behind a whole card, where no label shows.
pub(super) const BY_DEFAULT: Rule = Rule::By(|json, at| check(json, at, Place { label: 20, labelled: false }));
/// An action behind an image of an image carousel.
pub(super) const IN_IMAGE_CAROUSEL: Rule = Rule::By(|json, at| check(json, at, Place { label: 12, labelled: false }));
/// An action behind a Flex button.
pub(super) const IN_FLEX_BUTTON: Rule = Rule::By(|json, at| check(json, at, Place { label: 40, labelled: true }));
/// An action behind any other Flex component.
pub(super) const IN_FLEX: Rule = Rule::By(|json, at| check(json, at, Place { label: 40, labelled: false }));
/// An action behind a quick reply button.
pub(super) const IN_QUICK_REPLY: Rule = Rule::By(|json, at| {
    check_variants(json, &QUICK_REPLY_ACTIONS, at)
        .map_err(|problem| elsewhere(json, problem, at))
        .and_then(|()| check_label(json, at, Place { label: 20, labelled: true }))
});

/// What a label is at the place of an action. Labels count in grapheme clusters.
#[derive(Clone, Copy)]
struct Place {
    label: usize,
    labelled: bool,
}

fn check(json: &Json, at: Path<'_>, place: Place) -> Result<(), Problem> {
    check_variants(json, &ACTIONS, at).map_err(|problem| elsewhere(json, problem, at))?;
    check_label(json, at, place)
}

fn check_label(json: &Json, at: Path<'_>, place: Place) -> Result<(), Problem> {
    let here = at.key("label");
    match json.text("label") {
        Some(label) => check_text(label, place.labelled, place.label, TextUnit::Graphemes, here),
        None if place.labelled => Err(Problem::Missing { at: here.spell() }),
        None => Ok(()),
    }
}

/// An action that LINE has at another place is told from one that it does not have.
fn elsewhere(json: &Json, problem: Problem, at: Path<'_>) -> Problem {
    let own_type = at.key("type").spell();
    let only_in = match (&problem, json.text("type")) {
        (Problem::UnknownType { at, .. }, _) if *at != own_type => return problem,
        (Problem::UnknownType { .. }, Some("camera" | "cameraRoll" | "location")) => "quick reply",
        (Problem::UnknownType { .. }, Some("richmenuswitch")) => "rich menu",
        _ => return problem,
    };
    Problem::ActionNotHere { at: own_type, only_in }
}

static ACTIONS: Variants = variants! {
    "postback" => POSTBACK,
    "message" => MESSAGE,
    "uri" => URI,
    "datetimepicker" => DATETIME_PICKER,
    "clipboard" => CLIPBOARD,
};

static QUICK_REPLY_ACTIONS: Variants = variants! {
    "postback" => POSTBACK,
    "message" => MESSAGE,
    "uri" => URI,
    "datetimepicker" => DATETIME_PICKER,
    "clipboard" => CLIPBOARD,
    "camera" => LABEL_ALONE,
    "cameraRoll" => LABEL_ALONE,
    "location" => LABEL_ALONE,
};

/// All actions that a message may hold, for their names.
pub(super) static EVERY: &Variants = &QUICK_REPLY_ACTIONS;

static LABEL_ALONE: Shape = plain(&[optional("label", Rule::ANY_TEXT)]);

static POSTBACK: Shape = Shape {
    fields: &[
        optional("label", Rule::ANY_TEXT),
        required("data", DATA),
        optional("displayText", SAID),
        optional("text", SAID),
        optional("inputOption", Rule::OneOf(&["closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"])),
        optional("fillInText", SAID),
    ],
    also: |json, at| match (json.get("displayText"), json.get("text")) {
        (Some(_), Some(_)) => Err(Problem::NotTogether { at: at.key("displayText").spell(), other: "text" }),
        _ => Ok(()),
    },
};

static MESSAGE: Shape = plain(&[
    optional("label", Rule::ANY_TEXT),
    required("text", Rule::Text { filled: true, limit: 300, unit: TextUnit::Graphemes }),
]);

static URI: Shape = plain(&[
    optional("label", Rule::ANY_TEXT),
    required("uri", Rule::LINK),
    optional("altUri", Rule::Object(&ALT_URI)),
]);

static ALT_URI: Shape = plain(&[optional("desktop", Rule::LINK)]);

static CLIPBOARD: Shape = plain(&[optional("label", Rule::ANY_TEXT), required("clipboardText", Rule::utf16(1_000))]);

static DATETIME_PICKER: Shape = Shape {
    fields: &[
        optional("label", Rule::ANY_TEXT),
        required("data", DATA),
        required("mode", Rule::OneOf(&["date", "time", "datetime"])),
        optional("initial", Rule::SOME_TEXT),
        optional("max", Rule::SOME_TEXT),
        optional("min", Rule::SOME_TEXT),
    ],
    also: check_dates,
};

fn check_dates(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    let mode = json.text("mode").unwrap_or_default();
    let (format, is_right): (_, fn(&str) -> bool) = match mode {
        "date" => ("2027-01-31", is_date),
        "time" => ("23:59", is_time),
        _ => ("2027-01-31T23:59", |text| {
            text.split_once(['T', 't']).is_some_and(|(date, time)| is_date(date) && is_time(time))
        }),
    };
    for name in ["initial", "max", "min"] {
        if json.text(name).is_some_and(|text| !is_right(text)) {
            return Err(Problem::NotADate { at: at.key(name).spell(), format });
        }
    }
    Ok(())
}

/// 1900-01-01 to 2100-12-31, as LINE has it.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.parse::<jiff::civil::Date>().is_ok_and(|date| (1900..=2100).contains(&date.year()))
        && text.bytes().enumerate().all(
            |(index, byte)| {
                if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
            },
        )
}

fn is_time(text: &str) -> bool {
    let two = |part: &str, most: u8| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|part| part <= most)
    };
    text.split_once(':').is_some_and(|(hour, minute)| two(hour, 23) && two(minute, 59))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_dates_and_times_are_taken() {
        for good in ["1900-01-01", "2028-02-29", "2100-12-31"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["2027-02-29", "1899-12-31", "2101-01-01", "2027-1-1", "2027/01/01", "20270101", "２０２７"] {
            assert!(!is_date(bad), "{bad}");
        }
        assert!(is_time("00:00") && is_time("23:59"));
        for bad in ["24:00", "23:60", "9:00", "09:0", "+9:00", "09:00:00", ""] {
            assert!(!is_time(bad), "{bad}");
        }
    }
}
