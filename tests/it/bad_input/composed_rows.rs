//! What marketers and HubSpot write into the action by mistake, in more than one way each.

use local::seed::{LINKED_CONTACT, PORTAL_ID};
use serde_json::{Value, json};

use super::action_rows::{Hears, NEVER, Table};

/// What a row expects: words that reach the person, or an outcome with words in its reason.
enum Comes {
    Sent(&'static str),
    Refused(&'static str),
}

use Comes::{Refused, Sent};

pub fn rows(table: &mut Table) {
    lists(table);
    json_as_it_is_pasted(table);
    tokens(table);
    records(table);
    accounts(table);
}

fn each(table: &mut Table, rows: Vec<(&'static str, Value, Comes)>) {
    for (name, fields, comes) in rows {
        let body = table.body(fields);
        match comes {
            Sent(words) => table.sent(name, body, words),
            Refused(words) => table.heard(name, body, Hears::Outcome("invalid_message", words)),
        }
    }
}

fn lists(table: &mut Table) {
    each(
        table,
        vec![
            ("a list of short texts", json!({"message_1": ["りんご", "みかん"]}), Sent("りんご、みかん")),
            ("a list of one", json!({"message_1": ["ひとつだけ"]}), Sent("ひとつだけ")),
            ("a list of texts and numbers", json!({"message_1": ["三十三", 33]}), Sent("三十三、33")),
            ("an empty list", json!({"message_1": []}), Refused("メッセージ")),
            ("a list with a list in it", json!({"message_2": ["a", ["b"]]}), Refused("message_2：値が一覧です")),
            ("a list with null in it", json!({"message_1": ["a", null]}), Refused("一覧")),
            ("a list of a text and an object", json!({"message_1": ["a", {"type": "text"}]}), Refused("一覧")),
            ("a list of long texts", json!({"message_1": ["長".repeat(201), NEVER]}), Refused("一覧")),
            ("a list of very many texts", json!({"message_1": vec![NEVER; 51]}), Refused("一覧")),
            ("a list that would read as JSON", json!({"message_1": ["{\"type\":\"text\"", "x}"]}), Refused("一覧")),
        ],
    );
    let mut listed = table.body(json!({"message_1": "好きなもの：{{line:company}}"}));
    listed["object"]["properties"] = json!({"company": ["お茶", "お菓子"]});
    table.sent("a property that is a list", listed, "好きなもの：お茶、お菓子");
}

fn json_as_it_is_pasted(table: &mut Table) {
    let bubble = json!({"type": "bubble", "body": {"type": "box", "layout": "vertical",
        "contents": [{"type": "text", "text": "今週のおすすめ"}, {"type": "text", "text": "{{line:company|どなたでも}}"}]}});
    let carousel = json!({"type": "carousel", "contents": [bubble, {"type": "bubble", "hero": {"type": "image",
        "url": "https://example.com/a.png"}, "footer": {"type": "box", "layout": "vertical", "contents": [
        {"type": "button", "action": {"type": "message", "label": "予約する", "text": "予約"}}]}}]});
    let picture = json!({"type": "bubble", "hero": {"type": "image", "url": "https://example.com/a.png"}});
    let broken =
        json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text"}]}});
    let fenced =
        |text: &str| json!({"message_1": format!("```json\n{{\"type\":\"text\",\"text\":\"{text}\"}}\n```\n")});
    let curly = "{“type”: “text”, “text”: “never-to-be-sent”}";
    let no_break = "{\u{a0}\"type\": \"text\", \"text\": \"never-to-be-sent\"}";
    each(
        table,
        vec![
            ("a Flex container", json!({"message_1": bubble.to_string()}), Sent("今週のおすすめ どなたでも")),
            ("a Flex carousel as an object", json!({"message_1": carousel}), Sent("今週のおすすめ どなたでも")),
            ("a Flex container without any text", json!({"message_1": picture.to_string()}), Refused("\"altText\"")),
            (
                "a Flex container with a mistake in it",
                json!({"message_1": broken.to_string()}),
                Refused("「body.contents[0].text」がありません"),
            ),
            ("curly quotes", json!({"message_1": curly}), Refused("「“」（U+201C）")),
            ("a no-break space", json!({"message_1": no_break}), Refused("改行しない空白（U+00A0）")),
            (
                "a full-width colon",
                json!({"message_1": "{\"type\"：\"text\",\"text\":\"never-to-be-sent\"}"}),
                Refused("半角の「:」に直してください"),
            ),
            ("JSON in a code fence", fenced("囲みの中"), Sent("囲みの中")),
            (
                "broken JSON in a code fence",
                json!({"message_1": "```\n{\"type\":\"text\",\n```"}),
                Refused("message_1"),
            ),
            (
                "words around a code fence",
                json!({"message_1": "こちらです。\n```json\n{\"type\":\"text\",\"text\":\"never-to-be-sent\"}\n```"}),
                Refused("```"),
            ),
        ],
    );
}

fn tokens(table: &mut Table) {
    let uri = r#"{"type":"template","altText":"a","template":{"type":"buttons","text":"a","actions":
        [{"type":"uri","label":"a","uri":"https://example.com/?n={{contact.firstname}}"}]}}"#;
    each(
        table,
        vec![
            (
                "HubSpot's token, left unfilled",
                json!({"message_1": "{{ contact.firstname }}様、never-to-be-sent"}),
                Refused("{{ contact.firstname }}"),
            ),
            (
                "HubSpot's token amid a text",
                json!({"message_1": "never-to-be-sent {{contact.firstname}}"}),
                Refused("contact.firstname"),
            ),
            (
                "HubSpot's token with a filter",
                json!({"message_1": "{{ deal.amount|round }}円、never-to-be-sent"}),
                Refused("HubSpotの差し込み"),
            ),
            (
                "HubSpot's token as a function",
                json!({"message_1": "{{ personalization_token('contact.firstname', 'x') }} never-to-be-sent"}),
                Refused("HubSpotの差し込み"),
            ),
            (
                "HubSpot's token in JSON",
                json!({"message_1": r#"{"type":"text","text":"{{contact.firstname}} never-to-be-sent"}"#}),
                Refused("HubSpotの差し込み"),
            ),
            ("HubSpot's token in an address", json!({"message_1": uri}), Refused("HubSpotの差し込み")),
            (
                "our token without its prefix",
                json!({"message_1": "{{firstname}}様、never-to-be-sent"}),
                Refused("「{{line:firstname}}」"),
            ),
            (
                "an empty property",
                json!({"message_1": "{{line:company}} never-to-be-sent"}),
                Refused("「会社名」（company）が空です"),
            ),
            (
                "an empty property with other words for it",
                json!({"message_1": "{{line:company|お客さま}}へ"}),
                Sent("お客さまへ"),
            ),
            (
                "other words behind a full-width bar",
                json!({"message_1": "{{line:company｜みなさま}}へ"}),
                Sent("みなさまへ"),
            ),
            (
                "a property that nobody asks for, with other words",
                json!({"message_1": "{{line:shoe_size|never-to-be-sent}}"}),
                Refused("--token-properties shoe_size"),
            ),
        ],
    );
}

fn records(table: &mut Table) {
    for (name, kind) in [
        ("a deal", json!("DEAL")),
        ("a company", json!("0-2")),
        ("a custom object", json!("2-4711")),
        ("a ticket in small letters", json!("ticket")),
    ] {
        let mut body = table.body(json!({"message_1": NEVER}));
        body["object"] = json!({"objectId": LINKED_CONTACT, "objectType": kind});
        table.heard(name, body, Hears::Outcome("failed", "コンタクト以外のレコード"));
    }
    for (name, words, object) in [
        ("contact in small letters", "kind-small", json!({"objectType": "contact"})),
        ("contacts, several", "kind-several", json!({"objectType": "CONTACTS"})),
        ("contact with a capital and blanks", "kind-capital", json!({"objectType": " Contact "})),
        ("the contact's type as a number", "kind-number", json!({"objectType": "0-1"})),
        ("the type under another name", "kind-other-name", json!({"objectTypeId": "0-1"})),
        ("a record's number with a fraction", "kind-fraction", json!({"objectType": "CONTACT", "objectId": 1001.0})),
    ] {
        let mut body = table.body(json!({"message_1": words}));
        body["object"] = json!({"objectId": LINKED_CONTACT});
        for (key, value) in object.as_object().expect("an object") {
            body["object"][key] = value.clone();
        }
        table.sent(name, body, words);
    }
}

fn accounts(table: &mut Table) {
    let number = f64::from(u32::try_from(PORTAL_ID).expect("small"));
    for (name, words, portal) in [
        ("an account's number with a fraction", "account-fraction", json!(number)),
        ("an account's number with a fraction, as a text", "account-text", json!(format!("{PORTAL_ID}.0"))),
    ] {
        let mut body = table.body(json!({"message_1": words}));
        body["origin"]["portalId"] = portal;
        table.sent(name, body, words);
    }
}
