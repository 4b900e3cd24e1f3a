//! What a message says, for the timeline: no JSON of LINE's.

use super::{json::Json, text};
use crate::domain::activity::{Content, Media};

/// What a checked message object says to the person who gets it.
///
/// LINE emoji are shown as the `$` in whose place they stand, placeholders of `textV2` as `{name}`. A coupon has no
/// text of its own; its ID stands for it.
pub(super) fn said(object: &Json) -> Content {
    let text = |key| object.text(key).unwrap_or_default().to_owned();
    match object.text("type").unwrap_or_default() {
        "text" => Content::Text { text: text("text") },
        "textV2" => Content::Text { text: text::unescape_braces(&text("text")) },
        "sticker" => Content::Sticker {
            package_id: text("packageId"),
            sticker_id: text("stickerId"),
            keywords: Vec::new(),
            text: None,
        },
        "image" => media(Media::Image, object),
        "video" => media(Media::Video, object),
        "audio" => media(Media::Audio, object),
        "location" => Content::Location {
            title: Some(text("title")),
            address: Some(text("address")),
            latitude: number(object, "latitude"),
            longitude: number(object, "longitude"),
        },
        "coupon" => Content::Rich { alt_text: format!("coupon {}", text("couponId")) },
        "imagemap" | "template" | "flex" => Content::Rich { alt_text: text("altText") },
        unknown => Content::Unsupported { what: unknown.to_owned() },
    }
}

fn media(media: Media, object: &Json) -> Content {
    let duration_ms = number(object, "duration").parse().ok();
    let url = object.text("originalContentUrl").map(str::to_owned);
    Content::Media { media, name: None, size_bytes: None, duration_ms, url }
}

fn number(object: &Json, key: &str) -> String {
    match object.get(key) {
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
