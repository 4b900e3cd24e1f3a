//! What somebody quotes on LINE is named in the talk, on the card and in the note: by its time, and by who said it.

use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use serde_json::{Value, json};

use super::browser::{Browser, asks};
use super::card::mori;
use super::talks::{opened, says};
use crate::app::App;

const QUESTION: &str = "日曜日は開いていますか？";
const ANSWER: &str = "はい、10時からです。";

/// LINE's ID of what Hanako's phone shows with these words.
fn on_the_phone(app: &App, words: &str) -> Option<String> {
    let talk = app.world.line.talk(CHANNEL_ID, LINKED_USER);
    talk.into_iter().find(|line| line.message["text"] == words).map(|line| line.message_id)
}

async fn quotes(app: &App, quoted: &str, words: &str) {
    app.world.line.write_quoting(CHANNEL_ID, LINKED_USER, words, quoted).await;
    app.until("the question", |app| app.linked("line_unanswered_message").ends_with(words)).await;
    app.at_rest_but_entries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_quoted_is_named_in_talk_card_and_note_and_never_guessed() {
    let app = App::start().await;
    Browser::signed_in(&app, "管理", Role::Admin).await;
    asks(&app, QUESTION).await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    // By a reply, and after the minute by a push: LINE names both.
    let (path, page) = opened(&mut sato).await;
    says(&mut sato, &path, &page, ANSWER).await;
    app.until("the answer", |app| on_the_phone(app, ANSWER).is_some()).await;
    app.at_rest_but_entries().await;
    app.world.clock.advance_ms(90_000);
    let (path, page) = opened(&mut sato).await;
    says(&mut sato, &path, &page, "お待ちしています。").await;
    app.until("the push", |app| on_the_phone(app, "お待ちしています。").is_some()).await;
    app.at_rest_but_entries().await;
    for (of, words) in [(ANSWER, "日曜もですか"), ("お待ちしています。", "伺います"), (QUESTION, "この件です")]
    {
        quotes(&app, &on_the_phone(&app, of).expect("it is there"), words).await;
    }
    quotes(&app, "461230966842064897", "昔の件です").await;

    let card = mori(&app, "talk", json!({})).await;
    let lines: Vec<&Value> = card["lines"].as_array().expect("lines").iter().collect();
    let line = |words: &str| *lines.iter().find(|line| line["words"] == words).expect("a line");
    let clock =
        |words: &str| line(words)["at"].as_str().and_then(|at| at.split(' ').nth(1)).expect("a time").to_owned();
    let (_, page) = opened(&mut sato).await;
    let named = [
        ("日曜もですか", format!("こちらから.{}に送ったメッセージへの返信：「{ANSWER}」", clock(ANSWER))),
        (
            "伺います",
            format!("こちらから.{}に送ったメッセージへの返信：「お待ちしています。」", clock("お待ちしています。")),
        ),
        ("この件です", format!("お客さまの.{}のメッセージへの返信：「{QUESTION}」", clock(QUESTION))),
        ("昔の件です", "以前のメッセージへの返信".to_owned()),
    ];
    for (words, names) in &named {
        let quotes = line(words)["quotes"].as_str().expect("what is quoted");
        let found = names.split('.').all(|part| quotes.contains(part));
        assert!(found, "{words}: {quotes}");
        assert!(page.html.contains(quotes), "{quotes}: {}", page.html);
    }
    for (words, named) in [(QUESTION, Value::Null), (ANSWER, Value::Null)] {
        assert_eq!(line(words)["quotes"], named);
    }

    // The note names it by its time alone: where the words stand once, they can be taken back once.
    let times = [clock(ANSWER), clock("お待ちしています。"), clock(QUESTION)];
    app.minutes_pass(16);
    app.until("the note", |app| app.notes().len() == 1).await;
    let note = &app.notes()[0];
    for (time, end) in
        times.iter().zip(["に送ったメッセージへの返信）", "に送ったメッセージへの返信）", "のメッセージへの返信）"])
    {
        assert!(note.contains(&format!("{time}{end}")), "{note}");
    }
    assert!(note.contains("（以前のメッセージへの返信）"), "{note}");
    assert_eq!((note.matches(ANSWER).count(), note.matches(QUESTION).count()), (1, 1), "{note}");
}
