//! Messages that LINE takes.

use serde_json::{Value, json};

const IMAGE: &str = "https://example.com/images/spring%202027.png?v=1";

fn action() -> Value {
    json!({ "type": "message", "label": "はい", "text": "はい" })
}

fn with_quick_reply(action: Value) -> Value {
    let items = [json!({ "type": "action", "imageUrl": IMAGE, "action": action })];
    json!({ "type": "text", "text": "どうされますか", "quickReply": { "items": items } })
}

fn template(template: Value) -> Value {
    json!({ "type": "template", "altText": "ご予約の確認", "template": template })
}

pub fn buttons(actions: &[Value]) -> Value {
    template(json!({ "type": "buttons", "text": "お選びください", "actions": actions }))
}

fn flex(contents: Value) -> Value {
    json!({ "type": "flex", "altText": "春のお知らせ", "contents": contents })
}

fn body(contents: Value) -> Value {
    flex(json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": contents } }))
}

/// Containers alone, as LINE's Flex Message Simulator gives them out.
fn containers() -> Vec<(&'static str, Value)> {
    let bubble = json!({ "type": "bubble", "hero": { "type": "image", "url": IMAGE }, "body": { "type": "box", "layout": "vertical",
        "contents": [{ "type": "text", "text": "{{line:company|みなさま}}へ", "wrap": true }] } });
    vec![
        ("a bubble alone", bubble.clone()),
        ("a carousel alone", json!({ "type": "carousel", "contents": [bubble, bubble] })),
    ]
}

/// A name and a message each.
pub fn messages() -> Vec<(&'static str, Value)> {
    [texts(), media(), actions(), templates(), flexes(), containers()].concat()
}

fn texts() -> Vec<(&'static str, Value)> {
    vec![
        ("text", json!({ "type": "text", "text": "こんにちは、{{line:firstname}}様 👨‍👩‍👧" })),
        (
            "text with LINE emoji, behind an emoji of two units and a token",
            json!({ "type": "text", "text": "😀$ {{line:firstname}}$", "emojis": [
                { "index": 2, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001" },
                { "index": 22, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "002" },
            ] }),
        ),
        ("text quoting", json!({ "type": "text", "text": "承知しました", "quoteToken": "yHAz4Ua2wx7" })),
        (
            "text from a named sender",
            json!({ "type": "text", "text": "担当の佐藤です", "sender": { "name": "佐藤", "iconUrl": IMAGE } }),
        ),
        ("text with an undocumented property", json!({ "type": "text", "text": "a", "soon": [null, { "x": 1.5 }] })),
        (
            "textV2",
            json!({ "type": "textV2", "text": "{who}さん {{本日限り}} {smile}", "substitution": {
                "who": { "type": "mention", "mentionee": { "type": "user", "userId": "U00000000000000000000000000000002" } },
                "smile": { "type": "emoji", "productId": "5a8555cfe6256cc92ea23c2a", "emojiId": "002" },
            } }),
        ),
        (
            "textV2 to all",
            json!({ "type": "textV2", "text": "{everyone}", "substitution": {
                "everyone": { "type": "mention", "mentionee": { "type": "all" } },
            } }),
        ),
        ("textV2 without a substitution", json!({ "type": "textV2", "text": "ただの文" })),
        ("sticker", json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" })),
        (
            "location",
            json!({ "type": "location", "title": "本店", "address": "東京都千代田区", "latitude": 35.67966, "longitude": 139 }),
        ),
        ("coupon", json!({ "type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7" })),
        ("coupon with a tag", json!({ "type": "coupon", "couponId": "01J", "deliveryTag": "winter_2026" })),
    ]
}

fn media() -> Vec<(&'static str, Value)> {
    let area = json!({ "x": 0, "y": 0, "width": 520, "height": 1040 });
    vec![
        ("image", json!({ "type": "image", "originalContentUrl": IMAGE, "previewImageUrl": IMAGE })),
        (
            "image of a person",
            json!({
                "type": "image",
                "originalContentUrl": "https://example.com/card?name={{line:firstname}}",
                "previewImageUrl": "https://example.com/{{line:firstname}}/preview.png",
            }),
        ),
        (
            "video",
            json!({ "type": "video", "originalContentUrl": "https://example.com/a.mp4", "previewImageUrl": IMAGE, "trackingId": "spring-1" }),
        ),
        ("audio", json!({ "type": "audio", "originalContentUrl": "https://example.com/a.m4a", "duration": 60_000 })),
        (
            "imagemap",
            json!({
                "type": "imagemap", "baseUrl": "https://example.com/map/1", "altText": "地図", "baseSize": { "width": 1040, "height": 585 },
                "actions": [
                    { "type": "uri", "linkUri": "https://example.com/", "label": "公式サイト", "area": area },
                    { "type": "message", "text": "予約する", "area": area },
                    { "type": "clipboard", "clipboardText": "SPRING27", "area": area },
                ],
            }),
        ),
        (
            "imagemap with a video",
            json!({
                "type": "imagemap", "baseUrl": "https://example.com/map/1", "altText": "動画", "baseSize": { "width": 1040, "height": 1040 },
                "actions": [],
                "video": {
                    "originalContentUrl": "https://example.com/a.mp4", "previewImageUrl": IMAGE, "area": area,
                    "externalLink": { "linkUri": "tel:0312345678", "label": "電話する" },
                },
            }),
        ),
    ]
}

fn actions() -> Vec<(&'static str, Value)> {
    vec![
        ("quick reply: message", with_quick_reply(action())),
        ("quick reply: camera", with_quick_reply(json!({ "type": "camera", "label": "撮影" }))),
        ("quick reply: camera roll", with_quick_reply(json!({ "type": "cameraRoll", "label": "写真" }))),
        ("quick reply: location", with_quick_reply(json!({ "type": "location", "label": "現在地" }))),
        (
            "quick reply: postback",
            with_quick_reply(
                json!({ "type": "postback", "label": "購入", "data": "buy=1", "displayText": "購入します" }),
            ),
        ),
        (
            "postback that opens the keyboard",
            buttons(&[
                json!({ "type": "postback", "label": "記入", "data": "", "inputOption": "openKeyboard", "fillInText": "氏名：\n" }),
            ]),
        ),
        (
            "postback in the old way",
            buttons(&[json!({ "type": "postback", "label": "買う", "data": "a", "text": "買います" })]),
        ),
        (
            "addresses of every scheme",
            buttons(&[
                json!({ "type": "uri", "label": "http", "uri": "http://example.com/?q=%E6%98%A5" }),
                json!({ "type": "uri", "label": "https", "uri": "https://line.me/R/nv/recommendOA/%40example", "altUri": { "desktop": "https://example.com/pc" } }),
                json!({ "type": "uri", "label": "line", "uri": "line://nv/chat" }),
                json!({ "type": "uri", "label": "tel", "uri": "tel:0312345678" }),
            ]),
        ),
        (
            "date and time pickers",
            buttons(&[
                json!({ "type": "datetimepicker", "label": "日", "data": "d", "mode": "date", "initial": "2028-02-29", "min": "1900-01-01", "max": "2100-12-31" }),
                json!({ "type": "datetimepicker", "label": "時", "data": "t", "mode": "time", "initial": "09:00" }),
                json!({ "type": "datetimepicker", "label": "日時", "data": "dt", "mode": "datetime", "initial": "2027-04-01t09:00", "max": "2027-04-01T23:59" }),
            ]),
        ),
        ("clipboard", buttons(&[json!({ "type": "clipboard", "label": "コピー", "clipboardText": "SPRING27" })])),
    ]
}

fn templates() -> Vec<(&'static str, Value)> {
    let column = |text: &str| {
        json!({
            "thumbnailImageUrl": IMAGE, "imageBackgroundColor": "#FFFFFF", "title": "商品", "text": text,
            "defaultAction": { "type": "uri", "uri": "https://example.com/1" }, "actions": [action(), action()],
        })
    };
    vec![
        (
            "buttons in full",
            template(json!({
                "type": "buttons", "thumbnailImageUrl": IMAGE, "imageAspectRatio": "square", "imageSize": "contain",
                "imageBackgroundColor": "#FFFFFF", "title": "メニュー", "text": "お選びください",
                "defaultAction": { "type": "uri", "label": "詳細", "uri": "https://example.com/1" }, "actions": [action()],
            })),
        ),
        ("confirm", template(json!({ "type": "confirm", "text": "よろしいですか", "actions": [action(), action()] }))),
        (
            "carousel",
            template(
                json!({ "type": "carousel", "imageAspectRatio": "rectangle", "imageSize": "cover", "columns": [column("一"), column("二")] }),
            ),
        ),
        (
            "image carousel, with and without a label",
            template(json!({ "type": "image_carousel", "columns": [
                { "imageUrl": IMAGE, "action": { "type": "postback", "data": "1" } },
                { "imageUrl": IMAGE, "action": { "type": "uri", "label": "見る", "uri": "https://example.com/" } },
            ] })),
        ),
    ]
}

fn flexes() -> Vec<(&'static str, Value)> {
    let bubble = json!({ "type": "bubble", "size": "micro" });
    let call = json!({ "type": "uri", "label": "予約", "uri": "https://example.com/" });
    vec![
        ("flex with nothing in it", flex(json!({ "type": "bubble" }))),
        ("flex carousel", flex(json!({ "type": "carousel", "contents": [bubble, bubble] }))),
        (
            "flex text with spans",
            body(json!([{
                "type": "text", "wrap": true, "maxLines": 2, "lineSpacing": "4px", "size": "xl", "align": "center", "gravity": "top",
                "color": "#111111", "weight": "bold", "style": "italic", "decoration": "underline", "adjustMode": "shrink-to-fit", "scaling": true,
                "contents": [{ "type": "span", "text": "春", "size": "xxl", "color": "#4f8f00", "weight": "bold", "decoration": "none" }, { "type": "span" }],
            }])),
        ),
        (
            "flex buttons",
            body(json!([
                { "type": "button", "action": call, "style": "primary", "height": "sm", "color": "#00AA00", "gravity": "center", "flex": 2, "margin": "md" },
                { "type": "separator", "margin": "lg", "color": "#000000" },
                { "type": "filler", "flex": 0 },
            ])),
        ),
        (
            "flex icons and images in boxes",
            body(json!([
                { "type": "box", "layout": "baseline", "contents": [{ "type": "icon", "url": IMAGE, "size": "sm", "aspectRatio": "1:1", "scaling": false }, { "type": "text", "text": "★4.5" }] },
                { "type": "box", "layout": "horizontal", "contents": [], "width": "30px", "maxWidth": "50%", "position": "absolute", "offsetTop": "2px",
                  "paddingAll": "8px", "justifyContent": "space-evenly", "alignItems": "flex-end", "cornerRadius": "md", "borderWidth": "light",
                  "background": { "type": "linearGradient", "angle": "90deg", "startColor": "#FFFF00", "endColor": "#0080ff", "centerColor": "#fff", "centerPosition": "50%" } },
                { "type": "image", "url": IMAGE, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover", "animated": true, "align": "start", "backgroundColor": "#FFFFFF" },
            ])),
        ),
        (
            "flex with a video on top, and everything around it",
            flex(json!({
                "type": "bubble", "size": "mega", "direction": "ltr", "action": { "type": "uri", "uri": "https://example.com/" },
                "hero": { "type": "video", "url": "https://example.com/a.mp4", "previewUrl": IMAGE, "aspectRatio": "20:13", "action": call,
                          "altContent": { "type": "image", "url": IMAGE } },
                "header": { "type": "box", "layout": "vertical", "contents": [] },
                "footer": { "type": "box", "layout": "vertical", "contents": [{ "type": "text", "text": "{{line:firstname}}様限定" }] },
                "styles": { "header": { "backgroundColor": "#EEEEEE" }, "footer": { "separator": true, "separatorColor": "#CCCCCC" } },
            })),
        ),
    ]
}
