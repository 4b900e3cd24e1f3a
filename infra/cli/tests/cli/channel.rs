//! `channel`.

use local::fake::hubspot::ObjectType;
use local::fake::line::ChannelSpec;
use musubi::domain::channel::Channel;
use musubi::domain::conversation::NotLinked;
use musubi::domain::ids::LoginChannelId;
use musubi::domain::login::{LoginSettings, Route};
use musubi::domain::route::RouteName;
use musubi::ports::secrets::Secret;
use musubi::ports::table::Commit;
use musubi::store::journal::write;
use serde_json::json;

use super::portal::{ADD, connect, good};
use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Ran, Stack};

async fn add(stack: &Stack, id: &str, more: &[&str], input: &str) -> Ran {
    let portal = PORTAL.to_string();
    let args = ["--json", "channel", "add", "--account", &portal, "--channel-id", id, "--yes"];
    stack.run(&[&args[..], more].concat(), input).await
}

fn message(ran: &Ran) -> String {
    ran.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_connected_its_webhook_set_and_tested() {
    let stack = Stack::start().await.with_portal().await;
    let ran = add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await;
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    let told = ran.json();
    let url = format!("{}/line/{CHANNEL}/webhook", stack.public_url);
    assert_eq!((&told["name"], &told["webhook"]["url"]), (&json!("Musubi demo"), &json!(url)));
    assert_eq!((&told["webhook"]["test"]["success"], &told["todo"]), (&json!(true), &json!([])));
    let spec = stack.line.channel(CHANNEL).unwrap();
    assert_eq!(spec.webhook_url.as_deref(), Some(url.as_str()));
    let stored = stack.adapters.channels().unwrap().find(&stack.channel_id()).await.unwrap().unwrap();
    assert_eq!(stored.bot_user_id.expose(), spec.bot_user_id);
    assert_eq!(stack.account().await.unwrap().channels, [stack.channel_id()]);
    let secrets = stack.adapters.secrets().unwrap().line(&stack.channel_id()).await.unwrap().unwrap();
    assert_eq!(secrets.channel_secrets[0].expose(), CHANNEL_SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_the_name_the_address_and_lines_own_menu_names() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes", "--lang", "ja"];
    let ran = stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await;
    for words in ["Musubi demo", "Webhookの利用：オン", "Webhookの再送：オン", "応答メッセージ：オフ", "/webhook"]
    {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_which_line_provider_a_further_one_is_must_be_said_and_another_gets_properties_of_its_own() {
    let stack = Stack::start().await;
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    let secret = format!("{CHANNEL_SECRET}\n");
    assert_eq!(add(&stack, CHANNEL, &[], &secret).await.code, 0, "the first of all needs nobody to say it");
    assert_eq!(add(&stack, CHANNEL, &[], &secret).await.code, 0, "nor does one that is connected");
    let (apart, beside) = ("1657000041", "1657000042");
    for id in [apart, beside] {
        stack
            .line
            .add_channel(ChannelSpec { bot_user_id: format!("Ub{id}"), ..ChannelSpec::demo(id, CHANNEL_SECRET, "x") });
    }
    let unsaid = add(&stack, apart, &[], &secret).await;
    assert_eq!(unsaid.code, 2, "{}", unsaid.stdout);
    assert!(message(&unsaid).contains("--another-provider"), "{}", message(&unsaid));
    let unknown = add(&stack, apart, &["--same-provider-as", beside], &secret).await;
    assert!(unknown.code == 2 && message(&unknown).contains("--same-provider-as"), "{}", unknown.stdout);
    assert_eq!(stack.account().await.unwrap().channels, [stack.channel_id()]);
    stack.hubspot.clock().advance_ms(20_000);
    for (id, how) in [(apart, &["--another-provider"][..]), (beside, &["--same-provider-as", apart])] {
        let ran = add(&stack, id, how, &secret).await;
        assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    }
    let otherwise = add(&stack, beside, &["--same-provider-as", CHANNEL], &secret).await;
    assert!(otherwise.code == 1 && message(&otherwise).contains("links erased"), "{}", otherwise.stdout);
    let made = stack.hubspot.property(PORTAL, ObjectType::Contact, "line_user_id_2").expect("it is made");
    assert_eq!(made["hasUniqueValue"], json!(true));
    let shown = stack.run(&["--json", "portal", "show", &PORTAL.to_string()], "").await.json();
    assert_eq!(shown["line_providers"], json!({"1": [CHANNEL], "2": [apart, beside]}));
}

/// The guide and the command say it with the same menu names.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_messaging_api_yet_is_told_each_step_by_its_menu_name() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let japanese = [
        "https://manager.line.biz/",
        "https://developers.line.biz/console/",
        "Messaging APIを利用する",
        "初回だけ",
        "プロバイダー",
        "変更できません",
        "Admin権限",
        "空欄のまま",
        "［チャネル基本設定］",
        "個人のLINEアカウント",
        "月200通",
        "認証済アカウント",
        "LINE@",
        "Webhook URL",
    ];
    let english = [
        "https://manager.line.biz/",
        "https://developers.line.biz/console/",
        "Enable Messaging API",
        "first time only",
        "provider",
        "cannot be changed",
        "Admin role",
        "may stay empty",
        "Basic settings",
        "personal LINE account",
        "200 messages a month",
        "verified",
        "LINE@",
        "webhook URL",
    ];
    let guides = [include_str!("../../../guide/line.ja.md"), include_str!("../../../guide/line.md")];
    for (lang, words, guide) in [("ja", japanese, guides[0]), ("en", english, guides[1])] {
        let ran = stack.run(&["channel", "add", "--account", &portal, "--lang", lang], "").await;
        assert_eq!(ran.code, 2, "{} {}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{lang}: {word}: {}", ran.stderr);
            assert!(guide.replace("**", "").replace("\n  ", " ").contains(word), "the guide in {lang}: {word}");
        }
    }
    assert!(stack.adapters.channels().unwrap().all().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_id_that_was_not_given_is_asked_for() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let args = ["--json", "channel", "add", "--account", &portal, "--yes"];
    let ran = stack.run(&args, &format!("{CHANNEL}\n{CHANNEL_SECRET}\n")).await;
    assert_eq!((ran.code, &ran.json()["connected"]), (0, &json!(true)), "{} {}", ran.stdout, ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_on_for_another_tool_wants_off_and_on_again() {
    let stack = Stack::start().await.with_portal().await;
    let secret = format!("{CHANNEL_SECRET}\n");
    let todo = |ran: &Ran| ran.json()["todo"].to_string();
    stack.line.edit_channel(CHANNEL, |spec| {
        spec.webhook_url = Some("https://other.example/hook".to_owned());
        spec.webhook_active = true;
    });
    let kept = add(&stack, CHANNEL, &["--keep-webhook"], &secret).await;
    assert!(!todo(&kept).contains("off and on"), "{}", kept.stdout);
    let taken = add(&stack, CHANNEL, &[], &secret).await;
    assert!(todo(&taken).contains("off and on"), "{}", taken.stdout);
    let again = add(&stack, CHANNEL, &[], &secret).await;
    assert_eq!(again.json()["todo"], json!([]), "it is ours by now");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_when_the_greeting_does_not_come_is_said_at_the_end() {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let words = [("ja", ["ブロック", "友だち追加し直し", "再発行"]), ("en", ["block", "add it again", "reissue"])];
    for (lang, words) in words {
        let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes", "--lang", lang];
        let ran = stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await;
        for word in words {
            assert!(ran.stdout.contains(word), "{lang}: {word}: {}", ran.stdout);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_bad_input_is_told_and_nothing_is_stored() {
    let mut stack = Stack::start().await.with_portal().await;
    stack.line.set_long_lived_token(CHANNEL, Some(&"t".repeat(172)));
    let wrong = "00000000000000000000000000000000";
    let token = "x".repeat(172);
    stack.hide(&token);
    let secret = CHANNEL_SECRET;
    let (swapped, short) = (format!("{CHANNEL}\n"), format!("{}\n", &secret[1..]));
    stack.hide(&secret[1..]);
    let both = format!("{secret}\n{token}\n");
    let (spaced, bracketed, good) =
        (format!("{} {}\n", &secret[..16], &secret[16..]), format!("{secret}]\n"), format!("{secret}\n"));
    let cases: [(&str, &[&str], &str, i32, &str); 11] = [
        (secret, &[], &swapped, 2, "channel secret, not the channel ID"),
        (CHANNEL, &[], &swapped, 2, "channel ID, not the channel secret"),
        ("12345 67890", &[], &good, 2, "spaces"),
        ("1234567890]", &[], &good, 2, "stray"),
        ("123456789", &[], &good, 2, "this has 9"),
        (CHANNEL, &[], &spaced, 2, "spaces"),
        (CHANNEL, &[], &bracketed, 2, "stray"),
        (CHANNEL, &[], &short, 2, "this has 31"),
        (CHANNEL, &[], "\n", 2, "Nothing was entered"),
        (CHANNEL, &[], wrong, 1, "refuses this channel ID and channel secret"),
        (CHANNEL, &["--long-lived-token"], &both, 1, "refuses the channel access token"),
    ];
    for (id, more, input, code, words) in cases {
        let ran = add(&stack, id, more, input).await;
        assert_eq!(ran.code, code, "{words}: {}", ran.stdout);
        assert!(message(&ran).contains(words), "{words}: {}", ran.stdout);
    }
    assert!(stack.adapters.channels().unwrap().all().await.unwrap().is_empty());
    assert!(stack.adapters.secrets().unwrap().line(&stack.channel_id()).await.unwrap().is_none());
    assert_eq!(stack.line.channel(CHANNEL).unwrap().webhook_url, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_account_is_noticed() {
    let mut stack = Stack::start().await.with_portal().await;
    let token = "a".repeat(172);
    stack.hide(&token);
    stack.line.add_channel(local::fake::line::ChannelSpec::demo("2000000001", &"d".repeat(32), "provider"));
    stack.line.set_long_lived_token("2000000001", Some(&token));
    let ran = add(&stack, CHANNEL, &["--long-lived-token"], &format!("{CHANNEL_SECRET}\n{token}\n")).await;
    assert!(ran.code == 1 && message(&ran).contains("another Official Account"), "{}", ran.stdout);
    stack.line.set_long_lived_token("2000000001", None);
    stack.line.set_long_lived_token(CHANNEL, Some(&token));
    let ran = add(&stack, CHANNEL, &["--long-lived-token"], &format!("{CHANNEL_SECRET}\n{token}\n")).await;
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_nothing_is_connected_and_the_tool_that_would_be_cut_off_is_named() {
    let stack = Stack::start().await.with_portal().await;
    let other = "https://other.example/hook?key=private-part";
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_url = Some(other.to_owned()));
    let portal = PORTAL.to_string();
    let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL];
    let ran = stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await;
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("“Musubi demo”") && ran.stderr.contains("other.example"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("private-part"));
    assert_eq!(stack.line.channel(CHANNEL).unwrap().webhook_url.as_deref(), Some(other));
    assert!(stack.adapters.secrets().unwrap().line(&stack.channel_id()).await.unwrap().is_none());
    let kept = add(&stack, CHANNEL, &["--keep-webhook"], &format!("{CHANNEL_SECRET}\n")).await.json();
    assert_eq!(kept["webhook"]["is_set"], json!(false));
    assert!(kept["todo"][0].as_str().unwrap().contains("another service (other.example)"), "{kept}");
    assert_eq!(stack.line.channel(CHANNEL).unwrap().webhook_url.as_deref(), Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_off_or_fails_is_found() {
    let stack = Stack::start().await.with_portal().await;
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_active = false);
    let told = add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await.json();
    assert!(told["todo"][0].as_str().unwrap().contains("“Use webhook” is off"), "{told}");
    let checked = stack.run(&["--json", "channel", "check", CHANNEL], "").await;
    assert_eq!(checked.code, 1);
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_active = true);
    assert_eq!(stack.run(&["channel", "check", CHANNEL], "").await.code, 0);
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_url = Some("https://typo.example/".to_owned()));
    let checked = stack.run(&["--json", "channel", "check", CHANNEL], "").await;
    assert!(checked.code == 1 && checked.stdout.contains("typo.example"), "{}", checked.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_and_survive_a_second_add() {
    let stack = Stack::start().await.with_portal().await;
    let good = format!("{CHANNEL_SECRET}\n");
    assert_eq!(add(&stack, CHANNEL, &[], &good).await.code, 0);
    let set = ["--json", "channel", "set", CHANNEL, "tasks=off", "idle_window=90s", "dummy_email_domain=lineuser.com"];
    let told = stack.run(&set, "").await.json();
    assert_eq!((&told["settings"]["tasks"], &told["settings"]["idle_window_ms"]), (&json!(false), &json!(90_000)));
    for bad in ["tasks=maybe", "idle_window=2h", "nonsense=1", "tasks"] {
        assert_eq!(stack.run(&["channel", "set", CHANNEL, bad], "").await.code, 2, "{bad}");
    }
    assert_eq!(add(&stack, CHANNEL, &[], &good).await.code, 0);
    let shown = stack.run(&["--json", "channel", "show", CHANNEL], "").await.json();
    assert_eq!(shown["settings"], told["settings"]);
    assert_eq!(stack.account().await.unwrap().channels.len(), 1);
}

/// What `channel add` never asks for is somebody's work: a second run must not undo it.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_add_keeps_the_login_its_secrets_and_a_token_that_works() {
    let mut stack = Stack::start().await.with_portal().await;
    let token = "t".repeat(172);
    stack.hide(&token);
    stack.line.set_long_lived_token(CHANNEL, Some(&token));
    let both = format!("{CHANNEL_SECRET}\n{token}\n");
    assert_eq!(add(&stack, CHANNEL, &["--long-lived-token"], &both).await.code, 0);
    let (channels, secrets) = (stack.adapters.channels().unwrap(), stack.adapters.secrets().unwrap());
    let found = channels.find_versioned(&stack.channel_id()).await.unwrap().unwrap();
    let mut login = LoginSettings::new(LoginChannelId::new("1657000002"));
    login.routes.insert(RouteName::parse("flyer").unwrap(), Route::default());
    let with_login = Channel { login: Some(login.clone()), ..found.value };
    assert_eq!(channels.put(&with_login, found.version).await.unwrap(), Commit::Done);
    let mut stored = secrets.line(&stack.channel_id()).await.unwrap().unwrap();
    stored.login_secrets = vec![Secret::new("e".repeat(32))];
    secrets.store_line(&stack.channel_id(), &stored).await.unwrap();

    assert_eq!(add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    let again = channels.find(&stack.channel_id()).await.unwrap().unwrap();
    assert_eq!(again.login, Some(login));
    assert_eq!(stack.stored_secrets().await, stored);

    // A token that LINE takes no more would only be in the way.
    stack.line.set_long_lived_token(CHANNEL, None);
    assert_eq!(add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    let now = stack.stored_secrets().await;
    assert_eq!((now.access_token, now.login_secrets), (None, stored.login_secrets));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_reached_nobody_are_counted_where_an_operator_looks() {
    let stack = Stack::start().await.with_portal().await;
    assert_eq!(add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    let shown = stack.run(&["--json", "channel", "show", CHANNEL], "").await.json();
    assert_eq!(shown["not_linked"], 0);
    let journal = stack.adapters.journal().unwrap();
    let count = write::not_linked(&stack.channel_id(), &NotLinked { dropped: 1_234 }, 0);
    assert_eq!(journal.commit(vec![count]).await.unwrap(), Commit::Done);
    let shown = stack.run(&["--json", "channel", "show", CHANNEL], "").await.json();
    assert_eq!(shown["not_linked"], 1_234);
    for (language, label) in [("ja_JP.UTF-8", "連携先がなく"), ("en_US.UTF-8", "linked to no contact")] {
        let shown = stack.run_with(&[("LANG", language)], &["channel", "show", CHANNEL], "").await;
        let line = shown.stdout.lines().find(|line| line.contains(label)).expect("a line");
        assert!(line.contains("1234"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_channel_is_gone_from_everywhere_and_can_come_back() {
    let stack = Stack::start().await.with_portal().await;
    let good = format!("{CHANNEL_SECRET}\n");
    assert_eq!(add(&stack, CHANNEL, &[], &good).await.code, 0);
    let listed = stack.run(&["channel", "list"], "").await;
    assert!(listed.stdout.contains(CHANNEL) && listed.stdout.contains("Musubi demo"), "{}", listed.stdout);
    let remove = ["--json", "channel", "remove", CHANNEL, "--yes", "--no-wait"];
    assert_eq!(stack.run(&remove, "").await.code, 2, "it was not said what becomes of the links");
    let asked = stack.run(&["channel", "remove", CHANNEL, "--keep-links", "--lang", "en"], "n\n").await;
    assert_eq!(asked.code, 1, "nobody said yes");
    for words in ["Lost:", "QR codes", "Use webhook", "Left:", "Keep the links", "Authorized apps"] {
        assert!(asked.stderr.contains(words), "{words}: {}", asked.stderr);
    }
    assert!(stack.account().await.unwrap().channels.len() == 1);
    let stopped = stack.run(&[&remove[..], &["--keep-links"]].concat(), "").await;
    assert!(stopped.code == 1 && stopped.json()["removed"] == false, "{}", stopped.stderr);
    assert!(stack.account().await.unwrap().channels.is_empty());
    assert!(stack.adapters.secrets().unwrap().line_anew(&stack.channel_id()).await.unwrap().secrets.is_some());
    assert_eq!(add(&stack, CHANNEL, &[], &good).await.code, 1, "not meanwhile");
    stack.after_the_minute(CHANNEL).await;
    let done = stack.run(&remove, "").await.json();
    assert_eq!(
        (&done["removed"], &done["links"], &done["webhook"]),
        (&json!(true), &json!("kept"), &json!("still_ours"))
    );
    assert_eq!(stack.run(&[&remove[..], &["--keep-links"]].concat(), "").await.code, 3, "that is so already");
    assert!(stack.adapters.secrets().unwrap().line_anew(&stack.channel_id()).await.unwrap().secrets.is_none());
    for gone in [["channel", "show", CHANNEL], ["channel", "check", CHANNEL], ["channel", "set", CHANNEL]] {
        let more: &[&str] = if gone[1] == "set" { &["tasks=on"] } else { &[] };
        assert_eq!(stack.run(&[&gone[..], more].concat(), "").await.code, 3, "{gone:?}");
    }
    let erased = stack.run(&[&remove[..], &["--erase-links"]].concat(), "").await;
    assert_eq!(erased.code, 1, "{}", erased.stderr);
    stack.after_the_minute(CHANNEL).await;
    assert_eq!(stack.run(&remove, "").await.json()["links"], "erased", "later, too");
    assert_eq!(stack.run(&[&remove[..], &["--erase-links"]].concat(), "").await.code, 3);
    assert_eq!(add(&stack, CHANNEL, &[], &good).await.code, 0, "a deleted secret is brought back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_needs_a_connected_portal() {
    let stack = Stack::start().await;
    assert_eq!(add(&stack, CHANNEL, &[], &format!("{CHANNEL_SECRET}\n")).await.code, 3);
}
