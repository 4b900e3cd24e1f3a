//! The webhook's table, run.

use super::send;
use super::webhook_rows::{Comes, DUMMY_TWIN, DUMMY_USER, NEVER, Row, table};
use crate::app::App;

const TABLES: [&str; 3] = ["channels", "links", "journal"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_arrives_at_the_webhook_gets_its_stated_answer_and_loses_nothing() {
    let app = App::start().await;
    let rows = table(app.world.clock.now_ms() - 600_000);
    let mut wrong = Vec::new();
    for row in &rows {
        for time in ["first", "again"] {
            let answer = send(&app, &row.request).await;
            if (answer.status, answer.body.as_slice(), answer.allows_origins) != (row.status, b"", false) {
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                wrong.push(format!("{} ({time}): {} and not {}, {body:?}", row.name, answer.status, row.status));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());

    let letters = expected_letters(&rows);
    app.until("the inbox", |app| app.world.aws.sqs().counts("inbox").total() == 0).await;
    app.until("the dead letters", |app| app.world.aws.sqs().counts("inbox-dlq").total() >= letters).await;
    app.minutes_pass(61);
    every_word_comes(&app, &rows).await;
    nothing_stands_twice(&app, &rows);
    the_letters_are_as_expected(&app, letters);
    assert!(app.notes().iter().all(|note| !note.contains(NEVER)), "what was refused is not on the timeline");
    assert!(app.notes().iter().all(|note| !note.contains("<script")), "a person's words are no markup");
    for table in TABLES {
        let stored = app.world.aws.dynamodb().rows(table).expect("rows");
        assert!(stored.iter().all(|row| !row.body.contains(NEVER)), "{table}");
    }
    for nobody in [DUMMY_USER, DUMMY_TWIN] {
        assert!(app.contact_of(nobody).is_none(), "no contact is made of LINE's own tests");
        assert_eq!(app.texts_at_rest(nobody).await, 0, "nothing is kept, and nothing enqueued");
    }
    assert_eq!(app.world.hubspot.ledger().violations, Vec::<String>::new());
}

fn words(row: &Row) -> &[String] {
    match &row.comes {
        Comes::Nothing => &[],
        Comes::Words(words) | Comes::WordsAndLetters(words, _) => words,
    }
}

/// Entries are cut where they grow long: the rest comes with the next payment.
async fn every_word_comes(app: &App, rows: &[Row]) {
    let mut missing = Vec::new();
    for _ in 0..9_600 {
        let timeline = app.notes().concat();
        let is_missing = |row: &&Row| words(row).iter().any(|words| !timeline.contains(words.as_str()));
        missing = rows.iter().filter(is_missing).map(|row| row.name).collect();
        if missing.is_empty() {
            return;
        }
        app.time_passes(20_000).await;
    }
    panic!("words of these rows did not come: {missing:?}; {} in the outbox", app.effects().await);
}

/// A replay is told apart by its events' IDs; what has none that can be read is dead-lettered each time.
fn expected_letters(rows: &[Row]) -> usize {
    rows.iter()
        .map(|row| match row.comes {
            Comes::WordsAndLetters(_, letters) => 2 * letters,
            _ => 0,
        })
        .sum()
}

fn nothing_stands_twice(app: &App, rows: &[Row]) {
    let timeline = app.notes().concat();
    for row in rows {
        for words in words(row) {
            let shown: String = words.chars().take(30).collect();
            assert_eq!(timeline.matches(words.as_str()).count(), 1, "{}: {shown}", row.name);
        }
    }
}

fn the_letters_are_as_expected(app: &App, expected: usize) {
    let letters = app.world.aws.sqs().messages("inbox-dlq");
    assert_eq!(letters.len(), expected);
    for letter in letters {
        let reason = letter.attributes["reason"].string_value.clone().unwrap_or_default();
        let (japanese, english) = reason.split_once(" / ").expect("words in both languages");
        assert!(japanese.ends_with('。') && !japanese.is_ascii(), "{reason}");
        assert!(english.ends_with('.') && english.is_ascii(), "{reason}");
    }
    for other in ["push-dlq", "crm-dlq.fifo", "inbox", "push"] {
        assert_eq!(app.world.aws.sqs().counts(other).total(), 0, "{other}");
    }
}
