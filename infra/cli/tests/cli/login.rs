//! `login` and `route`.

use local::fake::line::ChannelSpec;
use local::fake::line::login::LoginChannelSpec;
use musubi::domain::login::{ByEmail, FriendPrompt, LoginSettings};
use serde_json::{Value, json};

use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Ran, Stack};

const LOGIN: &str = "1657000002";
const LOGIN_SECRET: &str = "a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";

/// A connected channel, and a LINE Login channel beside it that nobody has told Musubi of.
async fn start() -> Stack {
    let mut stack = Stack::start().await.with_portal().await;
    stack.hide(LOGIN_SECRET);
    stack.line.add_login_channel(LoginChannelSpec::demo(LOGIN, LOGIN_SECRET, "provider"));
    let portal = PORTAL.to_string();
    let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes"];
    assert_eq!(stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    stack
}

async fn run(stack: &Stack, args: &[&str], input: &str) -> Ran {
    stack.run(&[&["--json"], args].concat(), input).await
}

async fn set_up(stack: &Stack, more: &[&str]) -> Value {
    let args = ["login", "set", CHANNEL, "--login-channel-id", LOGIN];
    let ran = run(stack, &[&args[..], more].concat(), &format!("{LOGIN_SECRET}\n")).await;
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    ran.json()
}

async fn stored(stack: &Stack) -> Option<LoginSettings> {
    stack.adapters.channels().unwrap().find(&stack.channel_id()).await.unwrap().unwrap().login
}

fn message(ran: &Ran) -> String {
    ran.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_channel_is_tried_at_line_stored_and_what_line_must_know_is_told() {
    let stack = start().await;
    let told = set_up(&stack, &["email=on", "by_email=ask", "friend_prompt=aggressive"]).await;
    let callback = format!("{}/line/{CHANNEL}/login/callback", stack.public_url);
    assert_eq!((&told["callback_url"], &told["settings"]["by_email"]), (&json!(callback), &json!("ask")));
    let login = stored(&stack).await.unwrap();
    assert_eq!((login.channel.as_str(), login.ask_email), (LOGIN, true));
    assert_eq!((login.by_email, login.friend_prompt), (ByEmail::Ask, FriendPrompt::Aggressive));
    let secrets = stack.stored_secrets().await;
    assert_eq!((secrets.login_secrets.len(), secrets.login_secrets[0].expose()), (1, LOGIN_SECRET));
    assert_eq!(secrets.channel_secrets[0].expose(), CHANNEL_SECRET, "the Messaging API's secret stays");
    let shown = stack.run(&["login", "show", CHANNEL, "--lang", "ja"], "").await.stdout;
    for words in [
        callback.as_str(),
        "［LINEログイン設定］＞［コールバックURL］",
        "［リンクされたLINE公式アカウント］",
        "［メールアドレス取得権限］：申請済み",
        "/login/sample",
        "公開済み",
        "/liff",
        "同じ",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_with_the_login_channel_is_told_and_nothing_is_stored() {
    let mut stack = start().await;
    let (other, other_secret) = ("2000000001", "d".repeat(32));
    stack.hide(&other_secret);
    stack.line.add_channel(ChannelSpec::demo(other, &other_secret, "provider"));
    stack.hide(&LOGIN_SECRET[1..]);
    let cases = [
        (CHANNEL, LOGIN_SECRET.to_owned(), 2, "This is the Messaging API channel's ID"),
        (LOGIN_SECRET, LOGIN.to_owned(), 2, "channel secret, not the channel ID"),
        (LOGIN, LOGIN.to_owned(), 2, "channel ID, not the channel secret"),
        ("165700000", LOGIN_SECRET.to_owned(), 2, "this has 9"),
        ("16570 00002", LOGIN_SECRET.to_owned(), 2, "spaces"),
        (LOGIN, format!("{} {}", &LOGIN_SECRET[..16], &LOGIN_SECRET[16..]), 2, "spaces"),
        (LOGIN, LOGIN_SECRET[1..].to_owned(), 2, "this has 31"),
        (LOGIN, String::new(), 2, "Nothing was entered"),
        (LOGIN, CHANNEL_SECRET.to_owned(), 2, "This is the Messaging API channel's secret"),
        (LOGIN, "0".repeat(32), 1, "refuses this channel ID and channel secret"),
        (other, other_secret, 1, "This is a Messaging API channel."),
    ];
    for (id, secret, code, words) in cases {
        let ran = run(&stack, &["login", "set", CHANNEL, "--login-channel-id", id], &format!("{secret}\n")).await;
        assert_eq!(ran.code, code, "{words}: {}", ran.stdout);
        assert!(message(&ran).contains(words), "{words}: {}", ran.stdout);
    }
    assert_eq!(stored(&stack).await, None);
    assert!(stack.stored_secrets().await.login_secrets.is_empty());
    for nothing in
        [&["login", "show", CHANNEL][..], &["login", "links", CHANNEL], &["login", "set", CHANNEL, "email=on"]]
    {
        assert_eq!(run(&stack, nothing, "").await.code, 3, "{nothing:?}");
    }
    assert_eq!(run(&stack, &["login", "set", CHANNEL], "").await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_liff_app_is_made_once_and_follows_the_settings() {
    let stack = start().await;
    let told = set_up(&stack, &["--make-liff"]).await;
    let apps = || stack.line.login_channel(LOGIN).unwrap().liff;
    let (app, url) = (apps()[0].clone(), format!("{}/line/{CHANNEL}/liff", stack.public_url));
    assert_eq!((&told["liff_id"], app.endpoint_url, app.view.as_str()), (&json!(app.liff_id), url, "full"));
    assert_eq!(app.scopes, ["openid", "profile"]);
    let again = run(&stack, &["login", "set", CHANNEL, "--make-liff", "email=on"], "").await.json();
    assert_eq!((&again["liff_id"], apps().len()), (&told["liff_id"], 1));
    assert_eq!(apps()[0].scopes, ["openid", "profile", "email"]);
    assert_eq!(stored(&stack).await.unwrap().liff.unwrap().as_str(), app.liff_id);
    let foreign = run(&stack, &["login", "set", CHANNEL, "--liff-id", "1234567890-AbcdEfgh"], "").await;
    assert!(foreign.code == 2 && message(&foreign).contains("another channel's"), "{}", foreign.stdout);
    assert_eq!(run(&stack, &["login", "set", CHANNEL, "liff=none"], "").await.json()["liff_id"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_keeps_the_old_one_and_another_login_channel_keeps_neither_it_nor_the_liff_app() {
    let mut stack = start().await;
    let (second, third) = ("e".repeat(32), "f".repeat(32));
    stack.hide(&second);
    stack.hide(&third);
    set_up(&stack, &["--make-liff"]).await;
    stack.line.edit_login_channel(LOGIN, |spec| spec.secret = second.clone());
    let args = ["login", "set", CHANNEL, "--login-channel-id", LOGIN];
    assert_eq!(run(&stack, &args, &format!("{second}\n")).await.code, 0);
    let secrets = async || -> Vec<String> {
        let stored = stack.stored_secrets().await;
        stored.login_secrets.iter().map(|secret| secret.expose().to_owned()).collect()
    };
    assert_eq!(secrets().await, [&second, LOGIN_SECRET]);
    assert!(stored(&stack).await.unwrap().liff.is_some());
    let forgetting = [&args[..], &["--forget-old-secret"]].concat();
    assert_eq!(run(&stack, &forgetting, &format!("{second}\n")).await.code, 0);
    assert_eq!(secrets().await, [second.as_str()]);
    stack.line.add_login_channel(LoginChannelSpec::demo("1657000003", &third, "provider"));
    let other = ["login", "set", CHANNEL, "--login-channel-id", "1657000003"];
    assert_eq!(run(&stack, &other, &format!("{third}\n")).await.code, 0);
    assert_eq!(secrets().await, [third.as_str()]);
    assert_eq!(stored(&stack).await.unwrap().liff, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_are_made_listed_and_removed_and_lead_only_to_allowed_origins() {
    let stack = start().await;
    set_up(&stack, &["allowed_origins=https://shop.example", "after_login=https://shop.example/thanks"]).await;
    let page = "https://shop.example/flyer";
    assert_eq!(run(&stack, &["route", "add", CHANNEL, "flyer-2026", "--after-login", page], "").await.code, 0);
    assert_eq!(run(&stack, &["route", "add", CHANNEL, "shop"], "").await.code, 0);
    assert_eq!(run(&stack, &["route", "add", CHANNEL, "flyer-2026"], "").await.json()["after_login"], json!(page));
    for bad in [&["Flyer"][..], &["a b"], &["x", "--after-login", "https://evil.example/"]] {
        assert_eq!(run(&stack, &[&["route", "add", CHANNEL], bad].concat(), "").await.code, 2, "{bad:?}");
    }
    assert_eq!(run(&stack, &["login", "set", CHANNEL, "allowed_origins=none"], "").await.code, 2);
    let listed = run(&stack, &["route", "list", CHANNEL], "").await.json();
    let expected = json!([{"route": "flyer-2026", "after_login": page}, {"route": "shop", "after_login": null}]);
    assert_eq!(listed["routes"], expected);
    assert_eq!(run(&stack, &["route", "remove", CHANNEL, "shop"], "").await.code, 0);
    assert_eq!(run(&stack, &["route", "remove", CHANNEL, "shop"], "").await.code, 3);
    assert_eq!(stored(&stack).await.unwrap().routes.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_prefer_liff_in_the_qr_code_and_say_what_is_certain() {
    let stack = start().await;
    set_up(&stack, &[]).await;
    assert_eq!(run(&stack, &["route", "add", CHANNEL, "flyer"], "").await.code, 0);
    let dir = stack.dir.join("qr");
    let args = ["login", "links", CHANNEL, "--qr-dir", dir.to_str().unwrap()];
    let told = run(&stack, &args, "").await.json();
    let login_url = format!("{}/line/{CHANNEL}/login?route=flyer", stack.public_url);
    let link = &told["links"][1];
    assert_eq!(
        (&link["login_url"], &link["liff_url"], &link["qr"]),
        (&json!(login_url), &json!(null), &json!(login_url))
    );
    let before = std::fs::read(dir.join(format!("{CHANNEL}-flyer.png"))).unwrap();
    assert!(before.starts_with(b"\x89PNG") && dir.join(format!("{CHANNEL}-login.svg")).exists());

    set_up(&stack, &["--make-liff"]).await;
    let told = run(&stack, &[&args[..], &["--route", "flyer"]].concat(), "").await.json();
    let liff = format!("https://liff.line.me/{}?route=flyer", stored(&stack).await.unwrap().liff.unwrap());
    let link = &told["links"][0];
    assert_eq!((told["links"].as_array().unwrap().len(), &link["login_url"]), (1, &json!(login_url)));
    assert_eq!((&link["liff_url"], &link["qr"]), (&json!(liff), &json!(liff)));
    let svg = std::fs::read_to_string(link["svg"].as_str().unwrap()).unwrap();
    assert_eq!(svg, musubi::qr::Qr::of(&liff).unwrap().svg());
    assert_ne!(std::fs::read(link["png"].as_str().unwrap()).unwrap(), before);
    for language in ["ja", "en"] {
        let text = told["message"][language].as_str().unwrap();
        assert!(text.contains("Musubi demo") && text.contains(&liff), "{text}");
    }
    let basic_id = stack.line.channel(CHANNEL).unwrap().basic_id;
    assert_eq!(told["friend_url"], json!(format!("https://line.me/R/ti/p/{basic_id}")));
    let people = stack.run(&["login", "links", CHANNEL, "--lang", "ja"], "").await.stdout;
    assert!(people.contains("推測は行いません") && people.contains("LIFF URL"), "{people}");
    assert_eq!(run(&stack, &["login", "links", CHANNEL, "--route", "unknown"], "").await.code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_login_leaves_the_channel_as_it_was() {
    let stack = start().await;
    set_up(&stack, &[]).await;
    assert_eq!(run(&stack, &["login", "remove", CHANNEL], "").await.code, 1, "nobody said yes");
    assert!(stored(&stack).await.is_some());
    assert_eq!(run(&stack, &["login", "remove", CHANNEL, "--yes"], "").await.code, 0);
    assert_eq!(stored(&stack).await, None);
    let secrets = stack.stored_secrets().await;
    assert!(secrets.login_secrets.is_empty() && secrets.channel_secrets[0].expose() == CHANNEL_SECRET);
    assert_eq!(stack.run(&["channel", "check", CHANNEL], "").await.code, 0);
}
