//! The message types, and what they have in common.

use super::super::{
    limits,
    problem::Problem,
    shape::{Field, Rule, Shape, Variants, optional, plain, required, variants},
    text,
};
use super::{action, flex, template};

/// Every message type that can be sent.
pub(in super::super) static MESSAGES: Variants = variants! {
    "text" => TEXT,
    "textV2" => TEXT_V2,
    "sticker" => STICKER,
    "image" => IMAGE,
    "video" => VIDEO,
    "audio" => AUDIO,
    "location" => LOCATION,
    "coupon" => COUPON,
    "imagemap" => IMAGEMAP,
    "template" => TEMPLATE,
    "flex" => FLEX,
};

const QUICK_REPLY_FIELD: Field = optional("quickReply", Rule::Object(&QUICK_REPLY));
const SENDER_FIELD: Field = optional("sender", Rule::Object(&SENDER));
const ALT_TEXT: Field = required("altText", Rule::utf16(limits::ALT_TEXT));
const QUOTE: Field = optional("quoteToken", Rule::SOME_TEXT);

static QUICK_REPLY: Shape =
    plain(&[required("items", Rule::List { of: &Rule::Object(&QUICK_REPLY_ITEM), least: 1, limit: 13 })]);

static QUICK_REPLY_ITEM: Shape = plain(&[
    required("type", Rule::OneOf(&["action"])),
    optional("imageUrl", Rule::MEDIA),
    required("action", action::IN_QUICK_REPLY),
]);

static SENDER: Shape = Shape {
    fields: &[optional("name", Rule::utf16(20)), optional("iconUrl", Rule::MEDIA)],
    also: |json, at| {
        if json.text("name").is_some_and(|name| name.contains("LINE")) {
            return Err(Problem::ReservedWord { at: at.key("name").spell(), word: "LINE" });
        }
        Ok(())
    },
};

static TEXT: Shape = Shape {
    fields: &[
        QUICK_REPLY_FIELD,
        SENDER_FIELD,
        required("text", Rule::utf16(limits::TEXT)),
        optional("emojis", Rule::List { of: &Rule::Object(&EMOJI), least: 0, limit: 20 }),
        QUOTE,
    ],
    also: text::check_emojis,
};

static EMOJI: Shape = plain(&[
    required("index", Rule::ANY_WHOLE),
    required("productId", Rule::SOME_TEXT),
    required("emojiId", Rule::SOME_TEXT),
]);

static TEXT_V2: Shape = Shape {
    fields: &[
        QUICK_REPLY_FIELD,
        SENDER_FIELD,
        required("text", Rule::utf16(limits::TEXT)),
        optional("substitution", Rule::By(|json, at| text::check_substitution(json, &SUBSTITUTES, at))),
        QUOTE,
    ],
    also: text::check_placeholders,
};

pub(super) static SUBSTITUTES: Variants = variants! { "mention" => MENTION, "emoji" => EMOJI_SUBSTITUTE };

static MENTION: Shape = plain(&[required("mentionee", Rule::Variants(&MENTIONEES))]);

static MENTIONEES: Variants = variants! { "user" => MENTIONED_USER, "all" => MENTIONED_ALL };

static MENTIONED_USER: Shape = plain(&[required("userId", Rule::SOME_TEXT)]);

static MENTIONED_ALL: Shape = plain(&[]);

static EMOJI_SUBSTITUTE: Shape = plain(&[required("productId", Rule::SOME_TEXT), required("emojiId", Rule::SOME_TEXT)]);

static STICKER: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("packageId", Rule::SOME_TEXT),
    required("stickerId", Rule::SOME_TEXT),
    QUOTE,
]);

static IMAGE: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("originalContentUrl", Rule::MEDIA),
    required("previewImageUrl", Rule::MEDIA),
]);

static VIDEO: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("originalContentUrl", Rule::MEDIA),
    required("previewImageUrl", Rule::MEDIA),
    optional("trackingId", Rule::utf16(100)),
]);

static AUDIO: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("originalContentUrl", Rule::MEDIA),
    required("duration", Rule::Whole { least: 0 }),
]);

static LOCATION: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("title", Rule::utf16(100)),
    required("address", Rule::utf16(100)),
    required("latitude", Rule::Number),
    required("longitude", Rule::Number),
]);

static COUPON: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("couponId", Rule::SOME_TEXT),
    optional("deliveryTag", Rule::Word(30)),
]);

static TEMPLATE: Shape =
    plain(&[QUICK_REPLY_FIELD, SENDER_FIELD, ALT_TEXT, required("template", Rule::Variants(&template::TEMPLATES))]);

static FLEX: Shape =
    plain(&[QUICK_REPLY_FIELD, SENDER_FIELD, ALT_TEXT, required("contents", Rule::Variants(&flex::CONTAINERS))]);

static IMAGEMAP: Shape = plain(&[
    QUICK_REPLY_FIELD,
    SENDER_FIELD,
    required("baseUrl", Rule::MEDIA),
    ALT_TEXT,
    required("baseSize", Rule::Object(&BASE_SIZE)),
    required("actions", Rule::List { of: &Rule::Variants(&IMAGEMAP_ACTIONS), least: 0, limit: 50 }),
    optional("video", Rule::Object(&IMAGEMAP_VIDEO)),
]);

static BASE_SIZE: Shape =
    plain(&[required("width", Rule::Whole { least: 1 }), required("height", Rule::Whole { least: 1 })]);

static AREA: Shape = plain(&[
    required("x", Rule::Whole { least: 0 }),
    required("y", Rule::Whole { least: 0 }),
    required("width", Rule::Whole { least: 0 }),
    required("height", Rule::Whole { least: 0 }),
]);

const AREA_FIELD: Field = required("area", Rule::Object(&AREA));
const IMAGEMAP_LABEL: Field = optional("label", Rule::graphemes(100));

static IMAGEMAP_ACTIONS: Variants = variants! {
    "message" => IMAGEMAP_MESSAGE,
    "uri" => IMAGEMAP_URI,
    "clipboard" => IMAGEMAP_CLIPBOARD,
};

static IMAGEMAP_MESSAGE: Shape = plain(&[AREA_FIELD, IMAGEMAP_LABEL, required("text", Rule::utf16(400))]);

static IMAGEMAP_URI: Shape = plain(&[AREA_FIELD, IMAGEMAP_LABEL, required("linkUri", Rule::LINK)]);

static IMAGEMAP_CLIPBOARD: Shape = plain(&[AREA_FIELD, IMAGEMAP_LABEL, required("clipboardText", Rule::utf16(1_000))]);

static IMAGEMAP_VIDEO: Shape = plain(&[
    required("originalContentUrl", Rule::MEDIA),
    required("previewImageUrl", Rule::MEDIA),
    AREA_FIELD,
    optional("externalLink", Rule::Object(&EXTERNAL_LINK)),
]);

static EXTERNAL_LINK: Shape = plain(&[required("linkUri", Rule::LINK), required("label", Rule::utf16(30))]);
