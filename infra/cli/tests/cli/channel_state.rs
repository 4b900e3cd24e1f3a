//! How Official Accounts are: `channel list` and `channel check`.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::push::PushOutcome;
use musubi::domain::words::outcome_words;
use musubi::ports::table::Commit;
use musubi::store::journal::LastRefusal;
use serde_json::{Value, json};

use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Stack};

/// A stack with one connected Official Account.
async fn connected() -> Stack {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes"];
    assert_eq!(stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    stack
}

async fn listed(stack: &Stack) -> Vec<Value> {
    let ran = stack.run(&["--json", "channel", "list"], "").await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()["channels"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_whether_each_account_hears_and_how_much_it_may_still_send() {
    let stack = connected().await;
    stack.line.edit_channel(CHANNEL, |spec| spec.monthly_limit = Some(200));
    let [channel] = &listed(&stack).await[..] else { panic!("one channel") };
    assert_eq!((&channel["webhook"]["is_set"], &channel["webhook"]["use_webhook"]), (&json!(true), &json!(true)));
    assert_eq!(channel["quota"], json!({"limit": 200, "used": 0}));
    assert_eq!(channel["webhook"]["test"], Value::Null, "a list uses up none of LINE's 60 tests an hour");

    let state = async |words: [&str; 2]| {
        for (language, word) in [("en", words[0]), ("ja", words[1])] {
            let shown = stack.run(&["channel", "list", "--lang", language], "").await;
            assert!(shown.stdout.contains(&format!("  {word}  ")), "{word}: {}", shown.stdout);
        }
    };
    state(["on", "オン"]).await;
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_active = false);
    state(["off", "オフ"]).await;
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_url = Some("https://other.example/".to_owned()));
    state(["another service", "別のサービス"]).await;
    stack.line.edit_channel(CHANNEL, |spec| spec.webhook_url = None);
    state(["not set", "未設定"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_of_one_account_tells_how_its_month_stands() {
    let stack = connected().await;
    stack.line.edit_channel(CHANNEL, |spec| spec.monthly_limit = Some(200));
    let shown = stack.run(&["--json", "channel", "show", CHANNEL], "").await;
    assert_eq!((&shown.json()["quota"]["used"], &shown.json()["quota"]["limit"]), (&json!(0), &json!(200)));
    for (language, words) in [("en", "0 of 200"), ("ja", "0／200通")] {
        let shown = stack.run(&["channel", "show", CHANNEL, "--lang", language], "").await.stdout;
        assert!(shown.contains(words), "{words}: {shown}");
    }
    stack.line.fault(Endpoint::QuotaConsumption, Fault::FailBefore(500), Plan::Every(1));
    let silent = stack.run(&["--json", "channel", "show", CHANNEL], "").await;
    assert_eq!((silent.code, &silent.json()["quota"]), (0, &Value::Null), "it is shown all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_when_each_account_was_last_heard_of_and_what_was_last_refused() {
    let stack = connected().await;
    let [silent] = &listed(&stack).await[..] else { panic!("one channel") };
    assert_eq!((&silent["last_event_at_ms"], &silent["last_refusal"]), (&Value::Null, &Value::Null));

    let (journal, channel) = (stack.adapters.journal().unwrap(), stack.channel_id());
    let refused = |at_ms, outcome| LastRefusal { at_ms, outcome };
    // The older ones come later, and overwrite nothing.
    for (event_at_ms, refusal) in [
        (1_786_000_000_000, refused(1_786_000_060_000, PushOutcome::NoQuota)),
        (1_785_000_000_000, refused(1_785_000_060_000, PushOutcome::Blocked)),
    ] {
        journal.note_event(&channel, event_at_ms).await.unwrap();
        journal.note_refusal(&channel, refusal).await.unwrap();
    }
    let [heard] = &listed(&stack).await[..] else { panic!("one channel") };
    assert_eq!(heard["last_event_at_ms"], 1_786_000_000_000_i64);
    assert_eq!(heard["last_refusal"], json!({"at_ms": 1_786_000_060_000_i64, "outcome": "no_quota"}));
    for (language, heads) in [("en", ["last event", "last refusal"]), ("ja", ["最後のイベント", "最後の送信不可"])]
    {
        let shown = stack.run(&["channel", "list", "--lang", language], "").await.stdout;
        for words in [heads[0], heads[1], "2026-08-06 16:06:40 JST  2026-08-06 16:07:40 JST no_quota"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_list_stands_who_refused_and_what_to_do_for_each_refusal_in_it() {
    let stack = connected().await;
    let (journal, channel) = (stack.adapters.journal().unwrap(), stack.channel_id());
    let shows = async |outcome: PushOutcome| {
        let mut shows = Vec::new();
        for (language, tag) in [(Language::English, "en"), (Language::Japanese, "ja")] {
            let shown = stack.run(&["channel", "list", "--lang", tag], "").await.stdout;
            shows.push(shown.contains(&format!("\n{}: {}", outcome.as_str(), outcome_words(outcome, language))));
        }
        shows
    };
    for (at_ms, outcome) in (1_786_000_000_000..).zip(PushOutcome::ALL) {
        assert_eq!(shows(outcome).await, [false, false], "{outcome:?} is not in the list yet");
        journal.note_refusal(&channel, LastRefusal { at_ms, outcome }).await.unwrap();
        assert_eq!(shows(outcome).await, [true, true], "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_line_says_nothing_of_is_listed_beside_the_others() {
    let stack = connected().await;
    let channels = stack.adapters.channels().unwrap();
    let known = channels.find(&stack.channel_id()).await.unwrap().unwrap();
    let silent = Channel { id: ChannelId::new("1000000001"), ..known };
    assert_eq!(channels.put(&silent, 0).await.unwrap(), Commit::Done);

    let [first, second] = &listed(&stack).await[..] else { panic!("two channels") };
    assert_eq!((&first["channel_id"], &first["webhook"]), (&json!("1000000001"), &Value::Null));
    assert_eq!((&second["channel_id"], &second["webhook"]["is_set"]), (&json!(CHANNEL), &json!(true)));
    let shown = stack.run(&["channel", "list", "--lang", "en"], "").await;
    assert!(shown.stdout.contains("cannot be asked"), "{}", shown.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_whether_people_are_answered_by_hand_and_names_the_greeting_switch() {
    let stack = connected().await;
    for (chat, english, japanese) in [
        (false, "nobody can answer by hand", "手動での返信はできません"),
        (true, "line_unanswered stays", "HubSpotに残らず"),
    ] {
        stack.line.edit_channel(CHANNEL, |spec| spec.chat = chat);
        for (language, words) in
            [("en", [english, "Greeting message"]), ("ja", [japanese, "あいさつメッセージ：HubSpot"])]
        {
            let shown = stack.run(&["channel", "check", CHANNEL, "--lang", language], "").await;
            assert!(words.iter().all(|word| shown.stdout.contains(word)), "{words:?}: {}", shown.stdout);
        }
    }
}
