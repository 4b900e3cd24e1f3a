//! Messages that are refused, each with what is said of it.

use super::good::buttons;
use musubi::line::message::{Instead, Problem, ValueKind};
use serde_json::{Value, json};

const IMAGE: &str = "https://example.com/a.png";
const HTTPS: &[&str] = &["https"];
const LINKS: &[&str] = &["http", "https", "line", "tel"];
const MESSAGE_TYPES: &[&str] =
    &["text", "textV2", "sticker", "image", "video", "audio", "location", "coupon", "imagemap", "template", "flex"];
const ACTIONS: &[&str] = &["postback", "message", "uri", "datetimepicker", "clipboard"];

fn missing(at: &'static str) -> Problem {
    Problem::Missing { at: at.into() }
}

fn kind(at: &'static str, expected: ValueKind) -> Problem {
    Problem::WrongKind { at: at.into(), expected }
}

fn address(at: &'static str, schemes: &'static [&'static str]) -> Problem {
    Problem::NotAnAddress { at: at.into(), schemes }
}

fn empty(at: &'static str) -> Problem {
    Problem::Empty { at: at.into() }
}

/// What is written in the field, and what is wrong with it.
pub fn messages() -> Vec<(String, Problem)> {
    let objects = [texts(), media(), actions(), templates(), flexes()].concat();
    let objects = objects.into_iter().map(|(message, problem)| (message.to_string(), problem));
    objects.chain(fields()).collect()
}

fn fields() -> Vec<(String, Problem)> {
    [
        ("", Problem::Blank),
        (" \u{3000}\n", Problem::Blank),
        ("{", Problem::NotJson { line: 1, column: 1 }),
        ("{やあ}", Problem::NotJson { line: 1, column: 2 }),
        ("{\"type\":\"text\",\n\"text\":\"a\",}", Problem::NotJson { line: 2, column: 12 }),
        ("{\"type\":\"text\",\"text\":\"a\"}}", Problem::NotJson { line: 1, column: 27 }),
        ("{“type”:“text”}", Problem::OddCharacter { line: 1, column: 2, found: '“', instead: Instead::Character('"') }),
        (
            "{\"type\":\"text\",\n\u{a0}\"text\":\"a\"}",
            Problem::OddCharacter { line: 2, column: 1, found: '\u{a0}', instead: Instead::Space },
        ),
        (
            "{\"type\":\"text\",\"text\":\"あ\"，}",
            Problem::OddCharacter { line: 1, column: 26, found: '，', instead: Instead::Character(',') },
        ),
        (
            "{\u{200b}\"type\":\"text\"}",
            Problem::OddCharacter { line: 1, column: 2, found: '\u{200b}', instead: Instead::Nothing },
        ),
        ("```json\n{\"type\":\"text\",}\n```", Problem::NotJson { line: 1, column: 16 }),
        ("これを：\n```\n{\"type\":\"text\"}\n```", Problem::FenceAmongWords),
        ("{\"type\":\"bubble\"}", Problem::NoAltText),
        ("{\"text\":\"a\"}", Problem::NoType),
        ("{\"type\":null}", Problem::NoType),
        ("[{\"type\":\"text\",\"text\":\"a\"}]", Problem::ListOfMessages),
        ("{\"type\":\"text\",\"text\":\"a\",\"text\":\"b\"}", Problem::WrittenTwice { at: "text".into() }),
        ("{{line:lastname}}様", Problem::TokenUnknown { at: "text".into(), name: "lastname".into() }),
        ("{{line:company}}様", Problem::TokenEmpty { at: "text".into(), name: "company".into() }),
        (
            "{{ contact.firstname }}様",
            Problem::TokenOfAnother { at: "text".into(), name: "{{ contact.firstname }}".into() },
        ),
        ("{{firstname}}様", Problem::TokenWithoutPrefix { at: "text".into(), name: "firstname".into() }),
        ("{{line:first name}}様", Problem::TokenMalformed { at: "text".into() }),
        ("{\"type\":\"{{line:firstname}}\"}", Problem::TokenNotAllowed { at: "type".into() }),
        ("{\"type\":\"text\",\"text\":\"a\",\"{{line:firstname}}\":1}", Problem::TokenNotAllowed { at: "?".into() }),
        (
            "{\"type\":\"image\",\"originalContentUrl\":\"https://{{line:firstname}}/\"}",
            Problem::TokenInHost { at: "originalContentUrl".into() },
        ),
    ]
    .map(|(raw, problem)| (raw.to_owned(), problem))
    .into()
}

fn texts() -> Vec<(Value, Problem)> {
    let emoji = |index: Value| json!({ "type": "text", "text": "a$", "emojis": [{ "index": index, "productId": "a", "emojiId": "1" }] });
    let misplaced = || Problem::EmojiMisplaced { at: "emojis[0].index".into() };
    let v2 = |text: &str| json!({ "type": "textV2", "text": text });
    let substitution = |value: Value| json!({ "type": "textV2", "text": "a", "substitution": value });
    vec![
        (json!({ "type": "Text", "text": "a" }), Problem::UnknownType { at: "type".into(), known: MESSAGE_TYPES }),
        (json!({ "type": "" }), Problem::UnknownType { at: "type".into(), known: MESSAGE_TYPES }),
        (json!({ "type": "text" }), missing("text")),
        (json!({ "type": "text", "text": null }), kind("text", ValueKind::Text)),
        (json!({ "type": "text", "text": ["a"] }), kind("text", ValueKind::Text)),
        (json!({ "type": "text", "text": "" }), empty("text")),
        (json!({ "type": "text", "text": "a", "emojis": {} }), kind("emojis", ValueKind::List)),
        (emoji(json!(0)), misplaced()),
        (emoji(json!(2)), misplaced()),
        (emoji(json!(-1)), misplaced()),
        (emoji(json!(1.0)), kind("emojis[0].index", ValueKind::WholeNumber)),
        (
            json!({ "type": "text", "text": "$", "emojis": [{ "index": 0, "emojiId": "1" }] }),
            missing("emojis[0].productId"),
        ),
        (v2("{"), Problem::BraceAlone { at: "text".into() }),
        (v2("a}"), Problem::BraceAlone { at: "text".into() }),
        (v2("{who}"), Problem::PlaceholderUnknown { at: "text".into() }),
        (substitution(json!([])), kind("substitution", ValueKind::Object)),
        (substitution(json!({ "a-b": {} })), Problem::NotAWord { at: "substitution.?".into() }),
        (substitution(json!({ "": {} })), Problem::NotAWord { at: "substitution.?".into() }),
        (
            substitution(json!({ "a": { "type": "name" } })),
            Problem::UnknownType { at: "substitution.?.type".into(), known: &["mention", "emoji"] },
        ),
        (substitution(json!({ "a": { "type": "mention" } })), missing("substitution.?.mentionee")),
        (
            substitution(json!({ "a": { "type": "mention", "mentionee": { "type": "user" } } })),
            missing("substitution.?.mentionee.userId"),
        ),
        (json!({ "type": "sticker", "packageId": "446" }), missing("stickerId")),
        (json!({ "type": "sticker", "packageId": 446, "stickerId": "1988" }), kind("packageId", ValueKind::Text)),
        (json!({ "type": "text", "text": "a", "sender": "佐藤" }), kind("sender", ValueKind::Object)),
        (
            json!({ "type": "text", "text": "a", "sender": { "name": "LINE 公式" } }),
            Problem::ReservedWord { at: "sender.name".into(), word: "LINE" },
        ),
        (
            json!({ "type": "text", "text": "a", "sender": { "iconUrl": "http://example.com/a.png" } }),
            address("sender.iconUrl", HTTPS),
        ),
    ]
}

fn media() -> Vec<(Value, Problem)> {
    let image = |url: &str| json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": IMAGE });
    let location = |latitude: Value| json!({ "type": "location", "title": "a", "address": "a", "latitude": latitude, "longitude": 1 });
    let map = |actions: Value| json!({ "type": "imagemap", "baseUrl": "https://example.com/m", "altText": "a", "baseSize": { "width": 1040, "height": 1 }, "actions": actions });
    let mut no_size = map(json!([]));
    no_size["baseSize"] = json!({ "width": 0, "height": 1 });
    vec![
        (json!({ "type": "image", "originalContentUrl": IMAGE }), missing("previewImageUrl")),
        (image("http://example.com/a.png"), address("originalContentUrl", HTTPS)),
        (image("https://example.com/春.png"), address("originalContentUrl", HTTPS)),
        (image("https://example.com/a b.png"), address("originalContentUrl", HTTPS)),
        (image("data:image/png;base64,AA"), address("originalContentUrl", HTTPS)),
        (image(""), address("originalContentUrl", HTTPS)),
        (
            json!({ "type": "video", "originalContentUrl": IMAGE, "previewImageUrl": 1 }),
            kind("previewImageUrl", ValueKind::Text),
        ),
        (json!({ "type": "audio", "originalContentUrl": IMAGE }), missing("duration")),
        (
            json!({ "type": "audio", "originalContentUrl": IMAGE, "duration": "1" }),
            kind("duration", ValueKind::WholeNumber),
        ),
        (
            json!({ "type": "audio", "originalContentUrl": IMAGE, "duration": -1 }),
            Problem::TooSmall { at: "duration".into(), least: 0 },
        ),
        (location(json!("35.6")), kind("latitude", ValueKind::Number)),
        (json!({ "type": "location", "title": "a", "latitude": 1, "longitude": 1 }), missing("address")),
        (json!({ "type": "coupon" }), missing("couponId")),
        (
            json!({ "type": "coupon", "couponId": "a", "deliveryTag": "春" }),
            Problem::NotAWord { at: "deliveryTag".into() },
        ),
        (no_size, Problem::TooSmall { at: "baseSize.width".into(), least: 1 }),
        (map(json!([{ "type": "message", "text": "a" }])), missing("actions[0].area")),
        (
            map(json!([{ "type": "postback", "data": "a" }])),
            Problem::UnknownType { at: "actions[0].type".into(), known: &["message", "uri", "clipboard"] },
        ),
        (
            map(json!([{ "type": "message", "text": "a", "area": { "x": -1, "y": 0, "width": 1, "height": 1 } }])),
            Problem::TooSmall { at: "actions[0].area.x".into(), least: 0 },
        ),
    ]
}

fn actions() -> Vec<(Value, Problem)> {
    let one = |action: Value| buttons(&[action]);
    let picker = |mode: &str, initial: &str| {
        one(json!({ "type": "datetimepicker", "label": "a", "data": "a", "mode": mode, "initial": initial }))
    };
    let no_date = |format| Problem::NotADate { at: "template.actions[0].initial".into(), format };
    let reply = |item: Value| json!({ "type": "text", "text": "a", "quickReply": { "items": [item] } });
    let elsewhere = |at: &'static str, only_in| Problem::ActionNotHere { at: at.into(), only_in };
    vec![
        (one(json!({ "type": "message", "text": "a" })), missing("template.actions[0].label")),
        (one(json!({ "type": "message", "label": "", "text": "a" })), empty("template.actions[0].label")),
        (one(json!({ "type": "message", "label": "a" })), missing("template.actions[0].text")),
        (one(json!({ "label": "a" })), missing("template.actions[0].type")),
        (
            one(json!({ "type": "call", "label": "a" })),
            Problem::UnknownType { at: "template.actions[0].type".into(), known: ACTIONS },
        ),
        (one(json!({ "type": "camera", "label": "a" })), elsewhere("template.actions[0].type", "quick reply")),
        (one(json!({ "type": "location", "label": "a" })), elsewhere("template.actions[0].type", "quick reply")),
        (
            reply(
                json!({ "type": "action", "action": { "type": "richmenuswitch", "richMenuAliasId": "a", "data": "a" } }),
            ),
            elsewhere("quickReply.items[0].action.type", "rich menu"),
        ),
        (
            reply(json!({ "type": "button", "action": {} })),
            Problem::NotOneOf { at: "quickReply.items[0].type".into(), allowed: &["action"] },
        ),
        (
            reply(json!({ "type": "action", "action": { "type": "camera" } })),
            missing("quickReply.items[0].action.label"),
        ),
        (reply(json!({ "type": "action" })), missing("quickReply.items[0].action")),
        (
            json!({ "type": "text", "text": "a", "quickReply": { "items": [] } }),
            Problem::TooFew { at: "quickReply.items".into(), least: 1, actual: 0 },
        ),
        (one(json!({ "type": "postback", "label": "a" })), missing("template.actions[0].data")),
        (
            one(json!({ "type": "postback", "label": "a", "data": "a", "displayText": "b", "text": "c" })),
            Problem::NotTogether { at: "template.actions[0].displayText".into(), other: "text" },
        ),
        (
            one(json!({ "type": "postback", "label": "a", "data": "a", "inputOption": "openDoor" })),
            Problem::NotOneOf {
                at: "template.actions[0].inputOption".into(),
                allowed: &["closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"],
            },
        ),
        (
            one(json!({ "type": "uri", "label": "a", "uri": "javascript:alert(1)" })),
            address("template.actions[0].uri", LINKS),
        ),
        (
            one(json!({ "type": "uri", "label": "a", "uri": "mailto:a@example.com" })),
            address("template.actions[0].uri", LINKS),
        ),
        (one(json!({ "type": "uri", "label": "a", "uri": "example.com" })), address("template.actions[0].uri", LINKS)),
        (
            one(json!({ "type": "clipboard", "label": "a", "clipboardText": "" })),
            empty("template.actions[0].clipboardText"),
        ),
        (
            picker("month", "2027-01"),
            Problem::NotOneOf { at: "template.actions[0].mode".into(), allowed: &["date", "time", "datetime"] },
        ),
        (picker("date", "2027-02-29"), no_date("2027-01-31")),
        (picker("time", "24:00"), no_date("23:59")),
        (picker("datetime", "2027-01-31 10:00"), no_date("2027-01-31T23:59")),
        (picker("datetime", "2027-01-31T10:00+09:00"), no_date("2027-01-31T23:59")),
    ]
}

fn templates() -> Vec<(Value, Problem)> {
    let template = |template: Value| json!({ "type": "template", "altText": "a", "template": template });
    let action = json!({ "type": "message", "label": "a", "text": "a" });
    let carousel = |columns: Value| json!({ "type": "template", "altText": "a", "template": { "type": "carousel", "columns": columns } });
    let differ = || Problem::ColumnsDiffer { at: "template.columns[1]".into() };
    vec![
        (json!({ "type": "template", "template": { "type": "confirm" } }), missing("altText")),
        (json!({ "type": "template", "altText": "", "template": {} }), empty("altText")),
        (json!({ "type": "template", "altText": "a", "template": "confirm" }), kind("template", ValueKind::Object)),
        (
            template(json!({ "type": "list" })),
            Problem::UnknownType {
                at: "template.type".into(),
                known: &["buttons", "confirm", "carousel", "image_carousel"],
            },
        ),
        (template(json!({ "type": "buttons", "actions": [action] })), missing("template.text")),
        (buttons(&[]), Problem::TooFew { at: "template.actions".into(), least: 1, actual: 0 }),
        (
            template(json!({ "type": "buttons", "text": "a", "actions": [action], "imageSize": "stretch" })),
            Problem::NotOneOf { at: "template.imageSize".into(), allowed: &["cover", "contain"] },
        ),
        (
            template(json!({ "type": "confirm", "text": "a", "actions": [action] })),
            Problem::TooFew { at: "template.actions".into(), least: 2, actual: 1 },
        ),
        (carousel(json!([])), Problem::TooFew { at: "template.columns".into(), least: 1, actual: 0 }),
        (
            carousel(json!([{ "text": "a", "actions": [action] }, { "text": "a", "actions": [action, action] }])),
            differ(),
        ),
        (
            carousel(json!([{ "text": "a", "actions": [action] }, { "text": "a", "title": "a", "actions": [action] }])),
            differ(),
        ),
        (
            template(json!({ "type": "image_carousel", "columns": [{ "imageUrl": IMAGE }] })),
            missing("template.columns[0].action"),
        ),
    ]
}

fn flexes() -> Vec<(Value, Problem)> {
    let flex = |contents: Value| json!({ "type": "flex", "altText": "a", "contents": contents });
    let component = |component: Value| {
        flex(json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [component] } }))
    };
    let nested = component(json!({ "type": "box", "layout": "horizontal", "contents": [{ "type": "icon" }] }));
    vec![
        (json!({ "type": "flex", "altText": "a" }), missing("contents")),
        (flex(json!([])), kind("contents", ValueKind::Object)),
        (flex(json!({})), missing("contents.type")),
        (
            flex(json!({ "type": "box" })),
            Problem::UnknownType { at: "contents.type".into(), known: &["bubble", "carousel"] },
        ),
        (
            flex(json!({ "type": "bubble", "size": "tera" })),
            Problem::NotOneOf {
                at: "contents.size".into(),
                allowed: &["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"],
            },
        ),
        (
            flex(json!({ "type": "bubble", "body": { "type": "text", "text": "a" } })),
            Problem::UnknownType { at: "contents.body.type".into(), known: &["box"] },
        ),
        (
            flex(json!({ "type": "bubble", "hero": { "type": "text", "text": "a" } })),
            Problem::UnknownType { at: "contents.hero.type".into(), known: &["box", "image", "video"] },
        ),
        (flex(json!({ "type": "bubble", "body": { "type": "box", "contents": [] } })), missing("contents.body.layout")),
        (
            flex(json!({ "type": "carousel", "contents": [] })),
            Problem::TooFew { at: "contents.contents".into(), least: 1, actual: 0 },
        ),
        (component(json!({ "type": "text" })), missing("contents.body.contents[0].text")),
        (component(json!({ "type": "text", "text": "" })), empty("contents.body.contents[0].text")),
        (
            component(json!({ "type": "text", "text": "a", "wrap": "true" })),
            kind("contents.body.contents[0].wrap", ValueKind::Flag),
        ),
        (
            component(json!({ "type": "text", "text": "a", "flex": 1.5 })),
            kind("contents.body.contents[0].flex", ValueKind::WholeNumber),
        ),
        (
            component(json!({ "type": "image", "url": "https://example.com/[a]" })),
            address("contents.body.contents[0].url", HTTPS),
        ),
        (
            component(json!({ "type": "button", "action": { "type": "message", "text": "a" } })),
            missing("contents.body.contents[0].action.label"),
        ),
        (nested, missing("contents.body.contents[0].contents[0].url")),
    ]
}
