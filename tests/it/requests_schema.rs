//! Every push that left in a story is valid under LINE's published specification, as it left.

use std::sync::LazyLock;

use jsonschema::{Draft, Validator};
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::NEW_USER;
use serde_json::{Value, json};

use crate::app::App;

static PUSH: LazyLock<Validator> = LazyLock::new(|| {
    let published = include_str!("../data/line-openapi/messaging-api.schema.json");
    let published: Value = serde_json::from_str(published).expect("JSON");
    let schema = json!({
        "definitions": published["definitions"],
        "allOf": [{ "$ref": "#/definitions/PushMessageRequest" }],
    });
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    options.build(&schema).expect("a schema")
});

/// Every path of LINE's that a story may call.
const KNOWN: [&str; 4] = ["/v2/bot/message/push", "/v2/bot/message/quota", "/oauth2/v3/token", "/v2/bot/profile/"];

#[tokio::test(flavor = "multi_thread")]
async fn every_push_of_a_story_is_valid_under_lines_specification() {
    let app = App::start().await;
    app.world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let sticker = r#"{"type":"sticker","packageId":"446","stickerId":"1988"}"#;
    let flex = r#"{"type":"flex","altText":"{{line:lastname}}様","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"a"}]}}}"#;
    let image = r#"{"type":"image","originalContentUrl":"https://example.com/a.png","previewImageUrl":"https://example.com/b.png"}"#;
    let stories: [&[(&str, &str)]; 4] = [
        &[("message_1", "改行\nと\u{FFFF}と\"引用\""), ("tag", "unit_1")],
        &[("message_1", flex), ("message_2", sticker), ("message_3", image), ("message_4", "四"), ("message_5", "五")],
        &[("message_1", r"\{ a brace"), ("line_user_id", NEW_USER)],
        &[(
            "message_2",
            r#"{"type":"textV2","text":"{x}","substitution":{"x":{"type":"emoji","productId":"5ac1bfd5040ab15980c9b435","emojiId":"001"}}}"#,
        )],
    ];
    for fields in stories {
        app.run_action(fields).await;
    }
    app.until_moving("every message", |app| app.world.line.delivered().len() == stories.len()).await;
    app.at_rest_but_entries().await;
    let calls = app.world.line.ledger().calls;
    let pushes: Vec<_> = calls.iter().filter(|call| call.path == KNOWN[0]).collect();
    assert!(pushes.len() > stories.len(), "each story, and the one whose answer was lost again");
    for push in pushes {
        let body: Value = serde_json::from_slice(&push.body).expect("JSON");
        let complaints: Vec<String> = PUSH.iter_errors(&body).map(|error| error.to_string()).collect();
        assert_eq!(complaints, Vec::<String>::new());
    }
    for call in &calls {
        assert!(KNOWN.iter().any(|known| call.path.starts_with(known)), "{}", call.path);
    }
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}
