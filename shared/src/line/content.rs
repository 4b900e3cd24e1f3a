//! What LINE's message, postback and follow objects mean in our words.
//!
//! Source: LINE Messaging API reference, "Message event" and "Postback event" (2026-08).

use super::event::Fields;
use crate::domain::activity::{Content, Media};

/// The content of a `message` object. A type we do not know is `Unsupported`; `None`: it lacks
/// what its own type cannot do without.
pub(super) fn of_message(message: &Fields<'_>) -> Option<Content> {
    Some(match message.text("type")?.as_str() {
        "text" => Content::Text { text: message.text("text")? },
        "image" => media(Media::Image, message),
        "video" => media(Media::Video, message),
        "audio" => media(Media::Audio, message),
        "file" => media(Media::File, message),
        "location" => Content::Location {
            title: message.text("title"),
            address: message.text("address"),
            latitude: message.digits("latitude")?,
            longitude: message.digits("longitude")?,
        },
        "sticker" => Content::Sticker {
            package_id: message.id("packageId")?,
            sticker_id: message.id("stickerId")?,
            keywords: message.texts("keywords"),
            text: message.text("text"),
        },
        other => Content::Unsupported { what: name(other) },
    })
}

/// The content of a `postback` object.
pub(super) fn of_postback(postback: &Fields<'_>) -> Content {
    let params = postback.object("params").and_then(|params| {
        // At most one of these; a rich menu that was not switched to has a status alone.
        ["datetime", "date", "time", "newRichMenuAliasId", "status"].iter().find_map(|name| params.text(name))
    });
    Content::Postback { data: postback.text("data").unwrap_or_default(), params }
}

/// The content of an event that is worth a line by its name alone: its type, and its sub-type
/// where it has one. These names are stored: they never change.
pub(super) fn of_occurrence(kind: &str, event: &Fields<'_>) -> Content {
    let (object, property) = match kind {
        "beacon" => ("beacon", "type"),
        "accountLink" => ("link", "result"),
        "membership" => ("membership", "type"),
        "module" => ("module", "type"),
        "join" | "leave" | "memberJoined" | "memberLeft" | "videoPlayComplete" | "delivery" | "activated"
        | "deactivated" | "botSuspended" | "botResumed" => return Content::Other { what: kind.into() },
        unknown => return Content::Unsupported { what: name(unknown) },
    };
    let detail = event.object(object).and_then(|object| object.text(property));
    let what = detail.map_or_else(|| kind.to_owned(), |detail| format!("{kind} {}", name(&detail)));
    Content::Other { what: what.into() }
}

fn media(media: Media, message: &Fields<'_>) -> Content {
    let provider = message.object("contentProvider");
    let url = provider.and_then(|provider| provider.text("originalContentUrl"));
    Content::Media {
        media,
        name: message.text("fileName"),
        size_bytes: message.count("fileSize"),
        duration_ms: message.count("duration"),
        url: url.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
    }
}

/// A name that LINE made up, as long as it looks like one: nothing else reaches a log or a page.
fn name(text: &str) -> String {
    let looks_like_one =
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if looks_like_one { text.to_owned() } else { "?".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn message(json: &str) -> Option<Content> {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        of_message(&Fields::read(raw).unwrap())
    }

    #[test]
    fn degrees_keep_the_digits_line_wrote() {
        let place = message(r#"{"type":"location","latitude":35.65910807942215,"longitude":139.70}"#).unwrap();
        let Content::Location { latitude, longitude, title, .. } = place else { panic!("{place:?}") };
        assert_eq!((latitude.as_str(), longitude.as_str(), title), ("35.65910807942215", "139.70", None));
    }

    #[test]
    fn a_picture_elsewhere_has_its_address_and_no_other_scheme() {
        for (url, kept) in [("https://example.com/a.jpg", true), ("javascript:alert(1)", false)] {
            let json =
                format!(r#"{{"type":"image","contentProvider":{{"type":"external","originalContentUrl":"{url}"}}}}"#);
            let Some(Content::Media { url: found, .. }) = message(&json) else { panic!() };
            assert_eq!(found.is_some(), kept, "{url}");
        }
    }

    #[test]
    fn a_type_that_is_no_name_is_not_repeated() {
        let odd = message(r#"{"type":"<b>hello there</b>"}"#).unwrap();
        assert_eq!(odd, Content::Unsupported { what: "?".into() });
    }
}
