//! The API for the customer's own site: who may ask, what is answered, and that its description is true.

use std::process::Command;

use jsonschema::{Draft, Validator};

use super::*;

const PATH: &str = "/line/1657000001/account-link/nonces";

fn described() -> Value {
    serde_json::from_str(include_str!("../../../infra/openapi/account-link.json")).expect("JSON")
}

/// A schema of the description, under its dialect (OpenAPI 3.1: JSON Schema 2020-12).
fn schema(name: &str) -> Validator {
    let mut root = described();
    root["$ref"] = json!(format!("#/components/schemas/{name}"));
    jsonschema::options().with_draft(Draft::Draft202012).build(&root).expect("a schema")
}

fn nonces(app: &App) -> usize {
    let rows = app.world.aws.dynamodb().rows("journal").expect("rows");
    rows.iter().filter(|row| row.key.partition.starts_with("a:")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_site_gets_a_bare_401_and_no_nonce() {
    let app = world().await;
    let body = json!({"contact": {"id": MEMBER.to_string()}, "link_token": "any"}).to_string();
    let now_ms = app.world.clock.now_ms();
    let by = |key: &str, secret: &str, path: &str, ts: i64, body: &str| {
        Some(format!("Musubi key={key}, ts={ts}, sig={}", signature(secret, path, ts, body)))
    };
    // Another customer: a channel of its own, with a key of its own.
    let other = "/line/1657999999/account-link/nonces";
    let (key, secret) = KEY;
    let good = by(key, secret, PATH, now_ms, &body).expect("a header");
    let table = [
        ("nothing", None),
        ("an empty header", Some(String::new())),
        ("another customer's key", by("site-2", "another customer's secret", PATH, now_ms, &body)),
        ("this key's name with another's secret", by(key, "another customer's secret", PATH, now_ms, &body)),
        ("a wrong signature", Some(good.replace("sig=", "sig=A"))),
        (
            "an empty signature",
            by(key, secret, PATH, now_ms, &body).map(|good| format!("{}sig=", good.split("sig=").next().unwrap())),
        ),
        ("another channel's path", by(key, secret, other, now_ms, &body)),
        ("another body", by(key, secret, PATH, now_ms, &body.replace("1002", "1003"))),
        ("an old time", by(key, secret, PATH, now_ms - 6 * 60_000, &body)),
        ("a future time", by(key, secret, PATH, now_ms + 6 * 60_000, &body)),
        ("another time than was signed", Some(good.replace(&format!("ts={now_ms}"), &format!("ts={}", now_ms + 1)))),
        ("another scheme", Some(good.replace("Musubi", "Bearer"))),
    ];
    for (what, authorization) in table {
        let (status, answer) = post(&app, PATH, authorization, &body).await;
        assert_eq!((status, answer.as_str()), (StatusCode::UNAUTHORIZED, ""), "{what}");
    }
    assert_eq!(nonces(&app), 0);
    let (status, answer) = post(&app, other, by(key, secret, other, now_ms, &body), &body).await;
    assert_eq!((status, answer.as_str()), (StatusCode::NOT_FOUND, ""), "a channel that is not here");
    let (status, _) = post(&app, PATH, Some(good.clone()), &body).await;
    assert_eq!(status, StatusCode::OK, "the same with nothing wrong");
    let (status, _) = post(&app, PATH, Some(good), &body).await;
    assert_eq!((status, nonces(&app)), (StatusCode::OK, 2), "a replay makes another nonce, for the same contact");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_as_described_and_requests_are_taken_or_refused_as_described() {
    let app = world().await;
    let (request, answer_schema, problem) = (schema("Request"), schema("Answer"), schema("Problem"));
    for (contact, link_token, fits) in [
        (json!({"id": "1002"}), "a+/=&?#", true),
        (json!({"email": "jiro@example.com"}), "token", true),
        (json!({"id": "1002", "email": "jiro@example.com"}), "token", false),
        (json!({}), "token", false),
        (json!({"id": "../1"}), "token", false),
        (json!({"id": 1002}), "token", false),
        (json!("1002"), "token", false),
        (json!({"id": "1002"}), "", false),
    ] {
        let body = json!({"contact": contact, "link_token": link_token});
        assert_eq!(request.is_valid(&body), fits, "{body}");
        let (status, answer) = ask(&app, contact, link_token).await;
        assert_eq!(status == StatusCode::OK, fits, "{body}");
        assert!(if fits { &answer_schema } else { &problem }.is_valid(&answer), "{answer}");
        if let Some(redirect) = answer["redirect"].as_str() {
            let url = Url::parse(redirect).expect("an address");
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            assert_eq!(pairs[0], ("linkToken".to_owned(), link_token.to_owned()));
            assert!(pairs[1].0 == "nonce" && (10..=255).contains(&pairs[1].1.len()), "LINE's bounds");
        }
    }
    assert_eq!(nonces(&app), 2, "what is refused leaves nothing");
    app.change_channel(|channel| channel.settings.account_link = None).await;
    assert_eq!(ask(&app, json!({"id": "1002"}), "token").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_for_the_site_works_as_it_is() {
    let app = world().await;
    let link_token = tap(&app, NEW_USER).await;
    // The example has the system's clock: the world's must be near it.
    let behind_ms = app.world.clock.now_ms() - local::fake::FakeClock::new().now_ms();
    app.world.clock.advance_ms(-behind_ms);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi/account_link.py");
    let arguments = [script, &app.world.url, CHANNEL_ID, &MEMBER.to_string(), &link_token].map(str::to_owned);
    let run = tokio::task::spawn_blocking(move || {
        let mut python = Command::new("python3");
        python.args(arguments).env("MUSUBI_KEY_ID", KEY.0).env("MUSUBI_KEY_SECRET", KEY.1);
        python.output().expect("the tests need python3")
    });
    let run = run.await.expect("it ends");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    app.world.clock.advance_ms(behind_ms);
    let redirect = String::from_utf8(run.stdout).expect("text");
    app.http.get(redirect.trim()).send().await.expect("LINE's dialog");
    until_linked(&app, NEW_USER, MEMBER).await;
}

#[test]
fn the_description_holds_together() {
    let described = described();
    assert!(described["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let text = described.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().expect("an end");
        assert!(described.pointer(pointer).is_some(), "{pointer}");
    }
    let paths = described["paths"].as_object().expect("paths");
    let template = include_str!("../../../template.yaml");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            assert!(template.contains(&format!("RouteKey: {} {path}", method.to_uppercase())), "{path}");
            assert!(operation["responses"]["401"].is_object() && operation["operationId"].is_string());
        }
    }
    for name in described["components"]["schemas"].as_object().expect("schemas").keys() {
        schema(name);
    }
}
