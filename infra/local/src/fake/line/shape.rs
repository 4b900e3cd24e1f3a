//! A simple check of message objects: what LINE certainly refuses with 400.
//!
//! Limits: LINE Messaging API reference, "Message objects" (2026-08). Not complete: Flex contents and actions are taken as they
//! are; tests validate the ledger's bodies against LINE's published schema instead.

use serde_json::{Value, json};

/// One thing wrong with a request, as LINE's `details` name it.
pub(crate) struct Wrong {
    pub(crate) property: String,
    pub(crate) message: String,
}

fn wrong(property: String, message: &str) -> Wrong {
    Wrong { property, message: message.to_owned() }
}

/// `details` of a 400 answer.
pub(crate) fn refusal(wrongs: &[Wrong]) -> Value {
    let details: Vec<Value> =
        wrongs.iter().map(|wrong| json!({"message": wrong.message, "property": wrong.property})).collect();
    json!({"message": format!("The request body has {} error(s)", wrongs.len()), "details": details})
}

/// Checks `messages`: 1 to 5 objects of known types within their limits.
pub(crate) fn check_messages(messages: Option<&Value>) -> Vec<Wrong> {
    let Some(messages) = messages.and_then(Value::as_array) else {
        return vec![wrong("messages".to_owned(), "May not be empty")];
    };
    if messages.is_empty() || messages.len() > 5 {
        return vec![wrong("messages".to_owned(), "Size must be between 1 and 5")];
    }
    let checked = messages.iter().enumerate();
    checked.flat_map(|(at, message)| check_message(&format!("messages[{at}]"), message)).collect()
}

fn check_message(at: &str, message: &Value) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    let mut need = |name: &str, limit: usize| check_text(at, message, name, limit, &mut wrongs);
    match message["type"].as_str() {
        Some("text" | "textV2") => need("text", 5000),
        Some("sticker") => {
            need("packageId", usize::MAX);
            need("stickerId", usize::MAX);
            check_sticker(at, message, &mut wrongs);
        }
        Some("image" | "video") => {
            need("originalContentUrl", 2000);
            need("previewImageUrl", 2000);
            check_https(at, message, &["originalContentUrl", "previewImageUrl"], &mut wrongs);
        }
        Some("audio") => {
            need("originalContentUrl", 2000);
            check_https(at, message, &["originalContentUrl"], &mut wrongs);
            check_number(at, message, "duration", &mut wrongs);
        }
        Some("location") => {
            need("title", 100);
            need("address", 100);
            check_number(at, message, "latitude", &mut wrongs);
            check_number(at, message, "longitude", &mut wrongs);
        }
        Some("template" | "imagemap") => need("altText", 1500),
        Some("flex") => {
            need("altText", 1500);
            check_flex(at, message, &mut wrongs);
        }
        Some("coupon") => need("couponId", usize::MAX),
        _ => wrongs.push(wrong(
            format!("{at}.type"),
            "Must be one of the following values: [text, textV2, sticker, image, video, audio, location, coupon, imagemap, \
             template, flex]",
        )),
    }
    check_sender(at, message, &mut wrongs);
    if message["quickReply"]["items"].as_array().is_some_and(|items| items.len() > 13) {
        wrongs.push(wrong(format!("{at}.quickReply.items"), "Size must be between 1 and 13"));
    }
    wrongs
}

/// The packages that everybody may send, and the first and last sticker of those whose numbers are known (LINE docs, "Stickers": nothing
/// that is not listed there is taken).
const STICKERS: [(&str, Option<(u64, u64)>); 15] = [
    ("446", Some((1988, 2027))),
    ("789", Some((10855, 10894))),
    ("1070", Some((17839, 17878))),
    ("6136", Some((10551376, 10551399))),
    ("6325", None),
    ("6359", None),
    ("6362", None),
    ("6370", None),
    ("6632", None),
    ("8515", None),
    ("8522", None),
    ("8525", None),
    ("11537", Some((52002734, 52002773))),
    ("11538", Some((51626494, 51626533))),
    ("11539", Some((52114110, 52114149))),
];

fn check_sticker(at: &str, message: &Value, wrongs: &mut Vec<Wrong>) {
    let package = STICKERS.iter().find(|(id, _)| Some(*id) == message["packageId"].as_str());
    let sticker = message["stickerId"].as_str().and_then(|id| id.parse::<u64>().ok());
    let is_listed = package
        .zip(sticker)
        .is_some_and(|((_, range), sticker)| range.is_none_or(|(first, last)| (first..=last).contains(&sticker)));
    if !is_listed {
        wrongs.push(wrong(format!("{at}.stickerId"), "invalid property"));
    }
}

/// A name has 20 characters and does not say that it is LINE's; a picture's address is https (LINE docs, "Change icon and display name").
fn check_sender(at: &str, message: &Value, wrongs: &mut Vec<Wrong>) {
    let (name, icon) = (message["sender"]["name"].as_str(), message["sender"]["iconUrl"].as_str());
    if name.is_some_and(|name| name.chars().count() > 20 || name.contains("LINE")) {
        wrongs.push(wrong(format!("{at}.sender.name"), "invalid property"));
    }
    if icon.is_some_and(|icon| !icon.starts_with("https://") || icon.len() > 2000) {
        wrongs.push(wrong(format!("{at}.sender.iconUrl"), "invalid uri scheme"));
    }
}

fn check_text(at: &str, message: &Value, name: &str, limit: usize, wrongs: &mut Vec<Wrong>) {
    match message[name].as_str() {
        None | Some("") => wrongs.push(wrong(format!("{at}.{name}"), "May not be empty")),
        Some(text) if text.encode_utf16().count() > limit => {
            wrongs.push(wrong(format!("{at}.{name}"), &format!("Length must be between 0 and {limit}")));
        }
        Some(_) => {}
    }
}

fn check_number(at: &str, message: &Value, name: &str, wrongs: &mut Vec<Wrong>) {
    if !message[name].is_number() {
        wrongs.push(wrong(format!("{at}.{name}"), "May not be empty"));
    }
}

fn check_https(at: &str, message: &Value, names: &[&str], wrongs: &mut Vec<Wrong>) {
    for name in names {
        if message[*name].as_str().is_some_and(|address| !address.starts_with("https://")) {
            wrongs.push(wrong(format!("{at}.{name}"), "invalid uri scheme"));
        }
    }
}

fn check_flex(at: &str, message: &Value, wrongs: &mut Vec<Wrong>) {
    let contents = &message["contents"];
    let (limit_bytes, known) = match contents["type"].as_str() {
        Some("bubble") => (30 << 10, true),
        Some("carousel") => (50 << 10, true),
        _ => (0, false),
    };
    if !known {
        wrongs.push(wrong(format!("{at}.contents"), "invalid property"));
    } else if contents.to_string().len() > limit_bytes {
        wrongs.push(wrong(format!("{at}.contents"), "size exceeds the limit"));
    } else if contents["contents"].as_array().is_some_and(|bubbles| bubbles.len() > 12) {
        wrongs.push(wrong(format!("{at}.contents.contents"), "Size must be between 1 and 12"));
    }
}
