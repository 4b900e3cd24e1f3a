//! What was said, for the timeline: no JSON of LINE's.

use super::{json::Json, outgoing::OutgoingMessage, text};

/// What a message says to the person who gets it. No `Debug`: it is content.
#[derive(Clone, PartialEq)]
pub enum Said {
    /// A text. LINE emoji are the `$` in whose place they stand, placeholders of `textV2` are shown as `{name}`.
    Text(String),
    /// A sticker.
    Sticker {
        /// The package that the sticker is from.
        package_id: String,
        /// The sticker in it.
        sticker_id: String,
    },
    /// An image.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio {
        /// Its length.
        duration_ms: u64,
    },
    /// A place on the map.
    Location {
        /// The place's name.
        title: String,
        /// Its address.
        address: String,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// A coupon.
    Coupon {
        /// Its ID at LINE.
        coupon_id: String,
    },
    /// An imagemap, template or Flex message, by the text that stands for it in lists and notifications.
    Rich {
        /// That text.
        alt_text: String,
    },
    /// A type that a newer release queued and this one does not know.
    Other,
}

/// What a message says.
pub fn said(message: &OutgoingMessage) -> Said {
    let object = message.object();
    let text = |key| object.text(key).unwrap_or_default().to_owned();
    match message.kind() {
        "text" => Said::Text(text("text")),
        "textV2" => Said::Text(text::unescape_braces(&text("text"))),
        "sticker" => Said::Sticker {
            package_id: text("packageId"),
            sticker_id: text("stickerId"),
        },
        "image" => Said::Image,
        "video" => Said::Video,
        "audio" => Said::Audio {
            duration_ms: number(object, "duration") as u64,
        },
        "location" => Said::Location {
            title: text("title"),
            address: text("address"),
            latitude: number(object, "latitude"),
            longitude: number(object, "longitude"),
        },
        "coupon" => Said::Coupon {
            coupon_id: text("couponId"),
        },
        "imagemap" | "template" | "flex" => Said::Rich {
            alt_text: text("altText"),
        },
        _ => Said::Other,
    }
}

fn number(object: &Json, key: &str) -> f64 {
    match object.get(key) {
        Some(Json::Number(number)) => number.as_f64().unwrap_or_default(),
        _ => 0.0,
    }
}
