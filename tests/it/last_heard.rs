//! When an Official Account was last heard of, and what was last refused: noted beside the work, for operators' lists.

use local::fake::hubspot::ExecutionState;
use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::ChannelId;
use musubi::domain::push::PushOutcome;
use musubi::store::Journal;
use serde_json::Value;

use crate::app::{App, text_at};

const MINUTE_MS: i64 = 60_000;

impl App {
    fn journal(&self) -> Journal {
        self.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal")
    }

    async fn last_event_at_ms(&self) -> Option<i64> {
        self.journal().last_event(&ChannelId::new(CHANNEL_ID)).await.expect("a row")
    }

    async fn last_refused(&self) -> Option<PushOutcome> {
        let refusal = self.journal().last_refusal(&ChannelId::new(CHANNEL_ID)).await.expect("a row");
        refusal.map(|refusal| refusal.outcome)
    }

    /// The friend says something at this moment, and the contact follows.
    async fn hear(&self, number: u64, at_ms: i64) {
        assert_eq!(self.post_events(&[text_at(LINKED_USER, number, at_ms, "内緒の話")]).await, 200);
        self.until_queues_empty().await;
        self.at_rest_but_entries().await;
    }

    /// A workflow's message, to its end.
    async fn send(&self) {
        let callback = self.run_action(&[("message_1", "内緒の話")]).await;
        self.until("the end", |app| matches!(app.execution(&callback).state, ExecutionState::Done { .. })).await;
        self.at_rest_but_entries().await;
    }
}

/// How often the account's rows were written, and that they name nobody and hold no words.
fn writes(app: &App) -> u64 {
    let rows = app.world.aws.dynamodb().rows("journal").expect("rows");
    let noted: Vec<_> = rows.into_iter().filter(|row| row.key.partition.starts_with("v:")).collect();
    let noted: Vec<_> = noted.into_iter().filter(|row| ["event", "refusal"].contains(&row.key.sort.as_str())).collect();
    assert!(noted.iter().all(|row| !row.body.contains("内緒") && !row.body.contains(LINKED_USER)));
    noted.iter().map(|row| row.version).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_event_is_noted_about_once_in_ten_minutes_and_no_older_one_overwrites_it() {
    let app = App::start().await;
    assert_eq!(app.last_event_at_ms().await, None);
    let now_ms = app.world.clock.now_ms();
    app.hear(1, now_ms - 25 * MINUTE_MS).await;
    assert_eq!(app.last_event_at_ms().await, Some(now_ms - 25 * MINUTE_MS));
    app.hear(2, now_ms - 60 * MINUTE_MS).await;
    app.hear(3, now_ms - 16 * MINUTE_MS).await;
    assert_eq!((app.last_event_at_ms().await, writes(&app)), (Some(now_ms - 25 * MINUTE_MS), 1));
    app.hear(4, now_ms - 15 * MINUTE_MS).await;
    assert_eq!((app.last_event_at_ms().await, writes(&app)), (Some(now_ms - 15 * MINUTE_MS), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_refusal_is_noted_with_its_outcome_and_stays_when_sends_succeed_again() {
    let app = App::start().await;
    app.send().await;
    assert_eq!(app.last_refused().await, None);
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = Some(0));
    app.send().await;
    assert_eq!(app.last_refused().await, Some(PushOutcome::NoQuota));
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = None);
    // What LINE said counts for a minute.
    app.minutes_pass(2);
    app.send().await;
    assert_eq!((app.last_refused().await, writes(&app)), (Some(PushOutcome::NoQuota), 1));
}

/// How often what was heard was noted, and what.
fn heard(app: &App) -> (u64, Value) {
    let rows = app.world.aws.dynamodb().rows("journal").expect("rows");
    let row = rows.into_iter().find(|row| row.key.partition.starts_with("v:") && row.key.sort == "heard");
    let (version, body) = row.map_or((0, "{}".to_owned()), |row| (row.version, row.body));
    assert!(!body.contains(LINKED_USER) && !body.contains("内緒"));
    (version, serde_json::from_str(&body).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_is_noted_once_and_so_is_that_line_sends_again() {
    let app = App::start().await;
    let hour_ms = 60 * MINUTE_MS;
    let past_ms = app.world.clock.now_ms() / hour_ms * hour_ms - 2 * hour_ms;
    for number in 1..6 {
        app.hear(number, past_ms + i64::try_from(number).expect("few") * MINUTE_MS).await;
    }
    assert_eq!(heard(&app).0, 1, "five events of one hour");
    app.hear(6, past_ms + hour_ms).await;
    let (noted, row) = heard(&app);
    assert_eq!((noted, &row["redelivered_at_ms"]), (2, &Value::Null));

    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "内緒の話").await;
    app.until_queues_empty().await;
    let fresh = heard(&app).0;
    for id in app.world.line.event_ids(CHANNEL_ID) {
        app.world.line.post_again(CHANNEL_ID, &id, true).await;
        app.world.line.post_again(CHANNEL_ID, &id, true).await;
    }
    app.until_queues_empty().await;
    let (noted, row) = heard(&app);
    assert_eq!(noted, fresh + 1, "once");
    assert!(row["redelivered_at_ms"].is_i64(), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_are_counted_by_how_they_end() {
    let app = App::start().await;
    app.send().await;
    app.send().await;
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = Some(0));
    app.send().await;
    let sent = app.journal().sent(&ChannelId::new(CHANNEL_ID)).await.expect("a row").value;
    let sent = serde_json::to_value(&sent).expect("JSON");
    let days: Vec<&Value> = sent["days"].as_object().expect("days").values().collect();
    let count = |outcome: &str| days.iter().filter_map(|day| day[outcome].as_u64()).sum::<u64>();
    assert_eq!((count("accepted"), count("no_quota")), (2, 1), "{sent}");
}
