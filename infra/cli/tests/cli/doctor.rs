//! `musubi doctor`: what it prints, and how it ends.

use serde_json::{Value, json};

use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Stack};

/// Everything is connected, by an operator.
pub async fn healthy() -> Stack {
    let mut stack = Stack::start().await;
    stack.line.edit_channel(CHANNEL, |spec| spec.chat = true);
    let token = stack.hubspot.private_token(PORTAL);
    stack.hide(&token);
    let secret = "canary-client-secret";
    stack.hide(secret);
    let ran = stack.run(&["portal", "add", "--private-token"], &format!("{token}\n{secret}\n")).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let args = ["channel", "add", "--account", &PORTAL.to_string(), "--channel-id", CHANNEL, "--yes"];
    assert_eq!(stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    stack
}

fn codes(json: &Value) -> Vec<&str> {
    json["findings"].as_array().expect("a list").iter().map(|it| it["code"].as_str().expect("a code")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_has_connected_is_well_until_something_is_wrong() {
    let stack = healthy().await;
    let well = stack.run(&["--json", "doctor"], "").await;
    assert_eq!((well.code, well.json()), (0, json!({"healthy": true, "channels": 1, "accounts": 1, "findings": []})));
    let well = stack.run(&["--lang", "ja", "doctor"], "").await;
    assert_eq!(well.stdout, "公式アカウント1件、CRMアカウント1件を確認しました。問題は見つかりませんでした。\n");

    // A note is no fault.
    stack.line.edit_channel(CHANNEL, |spec| spec.chat = false);
    let noted = stack.run(&["--json", "doctor"], "").await;
    assert_eq!((noted.code, codes(&noted.json())), (0, vec!["line.chat_off"]));

    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_active = false);
    let ill = stack.run(&["--json", "doctor"], "").await;
    let json = ill.json();
    assert_eq!((ill.code, codes(&json)), (1, vec!["line.webhook_off", "line.chat_off"]));
    let off = &json["findings"][0];
    assert_eq!(
        (&off["gravity"], &off["channel_id"], &off["account_id"]),
        (&json!("broken"), &json!(CHANNEL), &Value::Null)
    );
    assert_eq!((&json["healthy"], &off["menu_names_are_documented"]), (&json!(false), &json!(false)));
    for part in ["wrong", "why", "todo", "place"] {
        let [ja, en] = ["ja", "en"].map(|language| off[part][language].as_str().expect("words"));
        assert!(!ja.is_empty() && !en.is_empty() && ja != en, "{part}");
    }
    for (language, parts) in [
        (
            "ja",
            [
                "［動いていません］公式アカウント 1234567890  line.webhook_off",
                "影響：",
                "対処：",
                "場所：",
                "2件見つかりました。",
            ],
        ),
        (
            "en",
            [
                "[broken] Official Account 1234567890  line.webhook_off",
                "why it matters: ",
                "what to do: ",
                "where: ",
                "Found: 2.",
            ],
        ),
    ] {
        let ran = stack.run(&["--lang", language, "doctor"], "").await;
        assert_eq!(ran.code, 1);
        for part in parts {
            assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_no_stack_is_told_so() {
    let stack = Stack::start().await;
    let ran = stack.run_with(&[("MUSUBI_CHANNELS_TABLE", "")], &["doctor"], "").await;
    assert_eq!(ran.code, 2, "{} {}", ran.stdout, ran.stderr);
}
