//! `console`.

use musubi::ports::secrets::Secret;
use serde_json::json;

use super::support::{PORTAL, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_once_listed_and_removed() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let invite = ["--json", "console", "invite", &portal, "--name", "佐藤 花子", "--role", "admin"];
    let address = stack.run(&invite, "").await.json()["address"].as_str().expect("an address").to_owned();
    let (path, code) = address.split_once("?code=").expect("a code");
    assert!(path.ends_with("/console/join") && code.len() == 43, "{path}");

    let operators = stack.adapters.operators().unwrap();
    let console = musubi::flow::console::Console { operators, clock: stack.adapters.clock() };
    let (code, session) = (Secret::new(code), Secret::new("s"));
    assert!(console.join(&code, &session).await.unwrap().is_some());
    assert!(console.join(&code, &Secret::new("t")).await.unwrap().is_none(), "once");

    let listed = stack.run(&["--json", "console", "list", &portal], "").await.json();
    assert_eq!(listed, json!([{ "name": "佐藤 花子", "role": "admin", "channels": null }]));
    let remove = ["console", "remove", &portal, "--name", "佐藤 花子"];
    assert_eq!(stack.run(&remove, "").await.code, 0);
    assert!(console.signed_in(&session).await.unwrap().is_none(), "out at once");
    assert_eq!(stack.run(&remove, "").await.code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_invited_to_what_there_is_not() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    for (args, code) in [
        (vec!["console", "invite", "999", "--name", "a"], 3),
        (vec!["console", "invite", &portal, "--name", " "], 2),
        (vec!["console", "invite", &portal, "--name", "a", "--channel", "999"], 3),
        (vec!["console", "invite", &portal, "--name", "a", "--role", "owner"], 2),
    ] {
        assert_eq!(stack.run(&args, "").await.code, code, "{args:?}");
    }
    assert_eq!(stack.run(&["--json", "console", "list", &portal], "").await.json(), json!([]));
}
