//! When an Official Account was last heard of, and what was last refused: noted beside the work, for operators' lists.

use local::fake::hubspot::ExecutionState;
use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::ChannelId;
use musubi::domain::push::PushOutcome;
use musubi::store::Journal;

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
    assert!(noted.iter().all(|row| !row.body.contains("内緒") && !row.body.contains(LINKED_USER)));
    noted.iter().map(|row| row.version).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_event_is_noted_about_once_a_minute_and_no_older_one_overwrites_it() {
    let app = App::start().await;
    assert_eq!(app.last_event_at_ms().await, None);
    let now_ms = app.world.clock.now_ms();
    app.hear(1, now_ms - 5 * MINUTE_MS).await;
    assert_eq!(app.last_event_at_ms().await, Some(now_ms - 5 * MINUTE_MS));
    app.hear(2, now_ms - 60 * MINUTE_MS).await;
    app.hear(3, now_ms - 5 * MINUTE_MS + 1_000).await;
    assert_eq!((app.last_event_at_ms().await, writes(&app)), (Some(now_ms - 5 * MINUTE_MS), 1));
    app.hear(4, now_ms - 2 * MINUTE_MS).await;
    assert_eq!((app.last_event_at_ms().await, writes(&app)), (Some(now_ms - 2 * MINUTE_MS), 2));
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
    app.send().await;
    assert_eq!((app.last_refused().await, writes(&app)), (Some(PushOutcome::NoQuota), 1));
}
