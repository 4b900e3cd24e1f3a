//! Pictures, films and sounds that operators send, at addresses of ours.

use super::json::Json;
use super::problem::InvalidMessage;
use super::{ROOT, shape, shapes, words};
use crate::domain::push::OutgoingMessage;

/// A picture, at its address and that of a small one.
///
/// # Errors
/// LINE would not take the addresses.
pub fn picture(whole: &str, preview: &str) -> Result<OutgoingMessage, InvalidMessage> {
    message("image", whole, ("previewImageUrl", text(preview)))
}

/// A film, at its address and that of a picture in its own proportions.
///
/// # Errors
/// LINE would not take the addresses.
pub fn film(whole: &str, preview: &str) -> Result<OutgoingMessage, InvalidMessage> {
    message("video", whole, ("previewImageUrl", text(preview)))
}

/// A sound, at its address; it takes so many milliseconds.
///
/// # Errors
/// LINE would not take the address, or it is no time at all.
pub fn sound(whole: &str, duration_ms: u64) -> Result<OutgoingMessage, InvalidMessage> {
    message("audio", whole, ("duration", Json::Number(duration_ms.into())))
}

fn message(kind: &str, whole: &str, (name, value): (&str, Json)) -> Result<OutgoingMessage, InvalidMessage> {
    let fields = [("type", text(kind)), ("originalContentUrl", text(whole)), (name, value)];
    let object = Json::Object(fields.map(|(name, value)| (name.to_owned(), value)).into());
    let invalid = |problem| InvalidMessage { field: "file".to_owned(), problem };
    shape::check_variants(&object, &shapes::MESSAGES, ROOT).map_err(invalid)?;
    Ok(OutgoingMessage { json: object.render(), said: words::said(&object) })
}

fn text(value: &str) -> Json {
    Json::Text(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_has_the_fields_that_line_names_and_an_address_that_it_fetches() {
        let whole = "https://files.example/a";
        let sent = [picture(whole, whole), film(whole, whole), sound(whole, 1_500)];
        let [picture, film, sound] = sent.map(|message| message.expect("a message").json);
        let preview = r#""originalContentUrl":"https://files.example/a","previewImageUrl":"https://files.example/a""#;
        assert_eq!(picture, format!(r#"{{"type":"image",{preview}}}"#));
        assert_eq!(film, format!(r#"{{"type":"video",{preview}}}"#));
        assert_eq!(sound, r#"{"type":"audio","originalContentUrl":"https://files.example/a","duration":1500}"#);
        for bad in ["http://files.example/a", "https://files.example/日本", ""] {
            assert!(super::film(bad, whole).is_err() && super::film(whole, bad).is_err(), "{bad}");
            assert!(super::sound(bad, 1).is_err() && super::picture(whole, bad).is_err(), "{bad}");
        }
    }
}
