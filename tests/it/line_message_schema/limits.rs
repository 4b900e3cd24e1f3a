//! Every limit: how to make a message that is exactly so long, and what is said of one beyond it.

use super::good::buttons;
use musubi::line::message::{JsonPath, Problem, limits::TextUnit};
use serde_json::{Value, json};

pub struct Limit {
    pub name: &'static str,
    pub limit: usize,
    pub make: Box<dyn Fn(usize) -> Value>,
    pub beyond: Box<dyn Fn(usize) -> Problem>,
}

/// One reader's character that is 8 UTF-16 code units long.
const FAMILY: &str = "👨‍👩‍👧";

fn url(length: usize) -> String {
    let start = "https://example.com/";
    format!("{start}{}", "a".repeat(length - start.len()))
}

fn long(place: &'static str, limit: usize, unit: TextUnit, make: impl Fn(String) -> Value + 'static) -> Limit {
    let letter = if unit == TextUnit::Utf16 { "a" } else { FAMILY };
    let beyond = move |actual| Problem::TooLong { at: place.into(), limit, actual, unit };
    Limit { name: place, limit, make: Box::new(move |length| make(letter.repeat(length))), beyond: Box::new(beyond) }
}

fn address(place: &'static str, limit: usize, make: impl Fn(String) -> Value + 'static) -> Limit {
    let beyond = move |actual| Problem::TooLong { at: place.into(), limit, actual, unit: TextUnit::Utf16 };
    Limit { name: place, limit, make: Box::new(move |length| make(url(length))), beyond: Box::new(beyond) }
}

fn many(place: &'static str, limit: usize, make: impl Fn(usize) -> Value + 'static) -> Limit {
    let beyond = move |actual| Problem::TooMany { at: place.into(), limit, actual };
    Limit { name: place, limit, make: Box::new(make), beyond: Box::new(beyond) }
}

fn bytes(place: &'static str, limit: usize, make: impl Fn(usize) -> Value + 'static) -> Limit {
    let beyond = move |actual_bytes| Problem::TooLarge { at: JsonPath::from(place), limit_bytes: limit, actual_bytes };
    Limit { name: place, limit, make: Box::new(make), beyond: Box::new(beyond) }
}

fn template(template: Value) -> Value {
    json!({ "type": "template", "altText": "a", "template": template })
}

fn action() -> Value {
    json!({ "type": "message", "label": "a", "text": "a" })
}

fn column(text: &str, title: Option<&str>) -> Value {
    let mut column = json!({ "text": text, "actions": [action()] });
    if let Some(title) = title {
        column["title"] = json!(title);
    }
    template(json!({ "type": "carousel", "columns": [column] }))
}

fn quick_reply(item: Value) -> Value {
    json!({ "type": "text", "text": "a", "quickReply": { "items": [item] } })
}

fn imagemap(key: &str, value: Value) -> Value {
    let mut map = json!({
        "type": "imagemap", "baseUrl": "https://example.com/map", "altText": "a",
        "baseSize": { "width": 1040, "height": 1040 }, "actions": [],
    });
    map[key] = value;
    map
}

fn area() -> Value {
    json!({ "x": 0, "y": 0, "width": 1, "height": 1 })
}

fn imagemap_video(key: &str, value: Value) -> Value {
    let mut video = json!({ "originalContentUrl": url(30), "previewImageUrl": url(30), "area": area() });
    video[key] = value;
    imagemap("video", video)
}

pub fn all() -> Vec<Limit> {
    [messages(), counts(), actions(), templates(), addresses(), flexes()].into_iter().flatten().collect()
}

fn messages() -> Vec<Limit> {
    use TextUnit::{Graphemes, Utf16};
    let map_action = |kind: &'static str, key: &'static str| {
        move |text| imagemap("actions", json!([{ "type": kind, key: text, "area": area() }]))
    };
    vec![
        long("text", 5_000, Utf16, |text| json!({ "type": "text", "text": text })),
        long("text", 5_000, Utf16, |text| json!({ "type": "textV2", "text": text })),
        long(
            "altText",
            1_500,
            Utf16,
            |text| json!({ "type": "flex", "altText": text, "contents": { "type": "bubble" } }),
        ),
        long("altText", 1_500, Utf16, |text| imagemap("altText", json!(text))),
        long("altText", 1_500, Utf16, |text| {
            let template = json!({ "type": "confirm", "text": "a", "actions": [action(), action()] });
            json!({ "type": "template", "altText": text, "template": template })
        }),
        long(
            "title",
            100,
            Utf16,
            |text| json!({ "type": "location", "title": text, "address": "a", "latitude": 1, "longitude": 1 }),
        ),
        long(
            "address",
            100,
            Utf16,
            |text| json!({ "type": "location", "title": "a", "address": text, "latitude": 1, "longitude": 1 }),
        ),
        long(
            "trackingId",
            100,
            Utf16,
            |text| json!({ "type": "video", "originalContentUrl": url(30), "previewImageUrl": url(30), "trackingId": text }),
        ),
        long("sender.name", 20, Utf16, |text| json!({ "type": "text", "text": "a", "sender": { "name": text } })),
        long("actions[0].text", 400, Utf16, map_action("message", "text")),
        long("actions[0].clipboardText", 1_000, Utf16, map_action("clipboard", "clipboardText")),
        long("actions[0].label", 100, Graphemes, |text| {
            imagemap("actions", json!([{ "type": "message", "text": "a", "label": text, "area": area() }]))
        }),
        long("video.externalLink.label", 30, Utf16, |text| {
            imagemap_video("externalLink", json!({ "linkUri": url(30), "label": text }))
        }),
        Limit {
            name: "deliveryTag",
            limit: 30,
            make: Box::new(|length| json!({ "type": "coupon", "couponId": "a", "deliveryTag": "a".repeat(length) })),
            beyond: Box::new(|_| Problem::NotAWord { at: "deliveryTag".into() }),
        },
    ]
}

fn counts() -> Vec<Limit> {
    let emoji = |index: usize| json!({ "index": index, "productId": "a", "emojiId": "1" });
    let substitutes = |count: usize, kind: Value| {
        let fields = (0..count).map(|number| (format!("k{number}"), kind.clone()));
        Value::Object(fields.collect())
    };
    let placeholders = |count: usize| (0..count).map(|number| format!("{{k{number}}}")).collect::<String>();
    let mention = json!({ "type": "mention", "mentionee": { "type": "all" } });
    let substitute = json!({ "type": "emoji", "productId": "a", "emojiId": "1" });
    let in_v2 = move |kind: Value| move |count| json!({ "type": "textV2", "text": placeholders(count), "substitution": substitutes(count, kind.clone()) });
    let unused = substitute.clone();
    vec![
        many(
            "emojis",
            20,
            move |count| json!({ "type": "text", "text": "$".repeat(count), "emojis": (0..count).map(emoji).collect::<Vec<_>>() }),
        ),
        many("text", 20, in_v2(mention)),
        many("text", 20, in_v2(substitute)),
        many(
            "substitution",
            100,
            move |count| json!({ "type": "textV2", "text": "a", "substitution": substitutes(count, unused.clone()) }),
        ),
        Limit {
            name: "names in substitution",
            limit: 20,
            make: Box::new(|length| {
                let name = "k".repeat(length);
                json!({ "type": "textV2", "text": "a", "substitution": { name: { "type": "emoji", "productId": "a", "emojiId": "1" } } })
            }),
            beyond: Box::new(|_| Problem::NotAWord { at: "substitution.?".into() }),
        },
        many(
            "quickReply.items",
            13,
            |count| json!({ "type": "text", "text": "a", "quickReply": { "items": vec![json!({ "type": "action", "action": action() }); count] } }),
        ),
        many("actions", 50, |count| {
            imagemap("actions", json!(vec![json!({ "type": "message", "text": "a", "area": area() }); count]))
        }),
        many("template.actions", 4, |count| buttons(&vec![action(); count])),
        many("template.actions", 2, |count| {
            template(json!({ "type": "confirm", "text": "a", "actions": vec![action(); count] }))
        }),
        many("template.columns", 10, |count| {
            template(
                json!({ "type": "carousel", "columns": vec![json!({ "text": "a", "actions": [action()] }); count] }),
            )
        }),
        many("template.columns[0].actions", 3, |count| {
            template(json!({ "type": "carousel", "columns": [{ "text": "a", "actions": vec![action(); count] }] }))
        }),
        many("template.columns", 10, |count| {
            template(
                json!({ "type": "image_carousel", "columns": vec![json!({ "imageUrl": url(30), "action": action() }); count] }),
            )
        }),
        many(
            "contents.contents",
            12,
            |count| json!({ "type": "flex", "altText": "a", "contents": { "type": "carousel", "contents": vec![json!({ "type": "bubble" }); count] } }),
        ),
    ]
}

fn actions() -> Vec<Limit> {
    use TextUnit::{Graphemes, Utf16};
    let with = |kind: &'static str, key: &'static str| {
        move |text: String| {
            let mut action = json!({ "type": kind, "label": "a", "data": "a", "text": "a", "mode": "date" });
            if key == "displayText" {
                action = json!({ "type": kind, "label": "a", "data": "a" });
            }
            action[key] = json!(text);
            buttons(&[action])
        }
    };
    let label = |text: &str| json!({ "type": "message", "label": text, "text": "a" });
    let flex = |component: Value| json!({ "type": "flex", "altText": "a", "contents": { "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [component] } } });
    vec![
        long("template.actions[0].data", 300, Utf16, with("postback", "data")),
        long("template.actions[0].data", 300, Utf16, with("datetimepicker", "data")),
        long("template.actions[0].text", 300, Graphemes, with("postback", "text")),
        long("template.actions[0].displayText", 300, Graphemes, with("postback", "displayText")),
        long("template.actions[0].fillInText", 300, Graphemes, with("postback", "fillInText")),
        long("template.actions[0].text", 300, Graphemes, with("message", "text")),
        long("template.actions[0].clipboardText", 1_000, Utf16, with("clipboard", "clipboardText")),
        long("template.actions[0].label", 20, Graphemes, move |text| buttons(&[label(&text)])),
        long("template.defaultAction.label", 20, Graphemes, move |text| {
            template(json!({ "type": "buttons", "text": "a", "actions": [action()], "defaultAction": label(&text) }))
        }),
        long("template.columns[0].action.label", 12, Graphemes, move |text| {
            template(json!({ "type": "image_carousel", "columns": [{ "imageUrl": url(30), "action": label(&text) }] }))
        }),
        long("quickReply.items[0].action.label", 20, Graphemes, move |text| {
            quick_reply(json!({ "type": "action", "action": label(&text) }))
        }),
        long("quickReply.items[0].action.label", 20, Graphemes, move |text| {
            quick_reply(json!({ "type": "action", "action": { "type": "camera", "label": text } }))
        }),
        long("contents.body.contents[0].action.label", 40, Graphemes, move |text| {
            flex(json!({ "type": "button", "action": label(&text) }))
        }),
        long("contents.body.contents[0].action.label", 40, Graphemes, move |text| {
            flex(json!({ "type": "text", "text": "a", "action": label(&text) }))
        }),
    ]
}

fn templates() -> Vec<Limit> {
    use TextUnit::Graphemes;
    let button = |key: &'static str, also: Option<(&'static str, String)>| {
        move |text: String| {
            let mut template = json!({ "type": "buttons", "text": "a", "actions": [action()] });
            if let Some((other, value)) = &also {
                template[*other] = json!(value);
            }
            template[key] = json!(text);
            self::template(template)
        }
    };
    vec![
        long("template.text", 160, Graphemes, button("text", None)),
        long("template.text", 60, Graphemes, button("text", Some(("title", "a".into())))),
        long("template.text", 60, Graphemes, button("text", Some(("thumbnailImageUrl", url(30))))),
        long("template.title", 40, Graphemes, button("title", None)),
        long("template.text", 240, Graphemes, |text| {
            template(json!({ "type": "confirm", "text": text, "actions": [action(), action()] }))
        }),
        long("template.columns[0].text", 120, Graphemes, |text| column(&text, None)),
        long("template.columns[0].text", 60, Graphemes, |text| column(&text, Some("a"))),
        long("template.columns[0].title", 40, Graphemes, |title| column("a", Some(&title))),
    ]
}

fn addresses() -> Vec<Limit> {
    let media = |kind: &'static str, key: &'static str| {
        move |address: String| {
            let mut message =
                json!({ "type": kind, "originalContentUrl": url(30), "previewImageUrl": url(30), "duration": 1 });
            message[key] = json!(address);
            message
        }
    };
    let flex = |hero: Value| json!({ "type": "flex", "altText": "a", "contents": { "type": "bubble", "hero": hero } });
    vec![
        address("originalContentUrl", 2_000, media("image", "originalContentUrl")),
        address("previewImageUrl", 2_000, media("image", "previewImageUrl")),
        address("originalContentUrl", 2_000, media("video", "originalContentUrl")),
        address("previewImageUrl", 2_000, media("video", "previewImageUrl")),
        address("originalContentUrl", 2_000, media("audio", "originalContentUrl")),
        address("baseUrl", 2_000, |address| imagemap("baseUrl", json!(address))),
        address("video.originalContentUrl", 2_000, |address| imagemap_video("originalContentUrl", json!(address))),
        address("video.previewImageUrl", 2_000, |address| imagemap_video("previewImageUrl", json!(address))),
        address("video.externalLink.linkUri", 1_000, |address| {
            imagemap_video("externalLink", json!({ "linkUri": address, "label": "a" }))
        }),
        address("actions[0].linkUri", 1_000, |address| {
            imagemap("actions", json!([{ "type": "uri", "linkUri": address, "area": area() }]))
        }),
        address(
            "sender.iconUrl",
            2_000,
            |address| json!({ "type": "text", "text": "a", "sender": { "iconUrl": address } }),
        ),
        address("quickReply.items[0].imageUrl", 2_000, |address| {
            quick_reply(json!({ "type": "action", "imageUrl": address, "action": action() }))
        }),
        address("template.thumbnailImageUrl", 2_000, |address| {
            template(json!({ "type": "buttons", "text": "a", "actions": [action()], "thumbnailImageUrl": address }))
        }),
        address("template.columns[0].imageUrl", 2_000, |address| {
            template(json!({ "type": "image_carousel", "columns": [{ "imageUrl": address, "action": action() }] }))
        }),
        address("template.actions[0].uri", 1_000, |address| {
            buttons(&[json!({ "type": "uri", "label": "a", "uri": address })])
        }),
        address("template.actions[0].altUri.desktop", 1_000, |address| {
            buttons(&[json!({ "type": "uri", "label": "a", "uri": url(30), "altUri": { "desktop": address } })])
        }),
        address("contents.hero.url", 2_000, move |address| flex(json!({ "type": "image", "url": address }))),
        address("contents.hero.previewUrl", 2_000, move |address| {
            flex(
                json!({ "type": "video", "url": url(30), "previewUrl": address, "altContent": { "type": "image", "url": url(30) } }),
            )
        }),
    ]
}

/// A bubble of exactly so many bytes.
fn bubble(size_bytes: usize) -> Value {
    let with = |text: String| json!({ "type": "bubble", "note": text });
    with("a".repeat(size_bytes - with(String::new()).to_string().len()))
}

fn flexes() -> Vec<Limit> {
    let flex = |contents: Value| json!({ "type": "flex", "altText": "a", "contents": contents });
    vec![
        bytes("contents", 30 * 1024, move |size| flex(bubble(size))),
        bytes("contents", 50 * 1024, move |size| {
            let half = 25 * 1024;
            let frame = json!({ "type": "carousel", "contents": [0, 0] }).to_string().len() - 2;
            flex(json!({ "type": "carousel", "contents": [bubble(half), bubble(size - half - frame)] }))
        }),
        bytes("contents.contents[1]", 30 * 1024, move |size| {
            flex(json!({ "type": "carousel", "contents": [{ "type": "bubble" }, bubble(size)] }))
        }),
    ]
}
