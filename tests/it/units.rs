//! What a message costs of DynamoDB, each way, counted from the requests: write units above all, since a transaction's count double.
//! Messages come one by one here; many at once share looks and wake-ups. The bounds are a tenth above what was counted when they were
//! written, since a busy machine tries some writes twice: who needs more says why here.

use std::time::Duration;

use local::aws::{AllUsed, Meter};
use local::fake::hubspot::ExecutionState;
use local::seed::{CHANNEL_ID, LINKED_USER, PORTAL_ID};
use local::world::Options;

use crate::app::App;

/// So many of each, and the mean of one is told.
const ROUNDS: u32 = 5;
/// Operations that write.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"];

/// A world that counts, and what it counted.
struct Metered {
    app: App,
    meter: Meter,
}

impl Metered {
    async fn start() -> Self {
        let meter = Meter::default();
        let app = App::with(Options { meter: Some(meter.clone()), ..Options::default() }).await;
        Self { app, meter }
    }

    /// Waits until nothing asks anything of DynamoDB for a while. The clock stands still meanwhile, so nothing new falls due.
    async fn quiet(&self) {
        let (mut before, mut still) = (self.meter.calls(), 0);
        while still < 8 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.meter.calls();
            still = if now == before { still + 1 } else { 0 };
            before = now;
        }
    }

    /// Does it once for nothing, then so many times, each until all is quiet and its note is written; the write units of one.
    async fn of_one(&self, what: &str, once: impl AsyncFn(u32)) -> f64 {
        for round in 0..=ROUNDS {
            if round == 1 {
                self.meter.take();
            }
            once(round).await;
            self.quiet().await;
            // Bit by bit, as time does: the task is open, and is looked at after 1, 2, 5 and 10 minutes.
            for minutes in [1, 1, 3, 5, 6] {
                self.app.minutes_pass(minutes);
                self.quiet().await;
            }
            self.app.until("the note", |app| app.world.hubspot.notes(PORTAL_ID).len() == round as usize + 1).await;
            self.quiet().await;
        }
        told(what, &self.meter.take())
    }
}

/// All units of writes, or of reads.
fn units(used: &AllUsed, writes: bool) -> f64 {
    let of = used.iter().filter(|((operation, _), _)| WRITES.contains(&operation.as_str()) == writes);
    of.map(|(_, used)| used.units).sum()
}

fn told(what: &str, used: &AllUsed) -> f64 {
    let mean = |writes: bool| units(used, writes) / f64::from(ROUNDS);
    let calls: u64 = used.values().map(|used| used.calls).sum();
    println!("{what}: {} write units, {} read units, {calls} calls for {ROUNDS}", mean(true), mean(false));
    for (of, used) in used {
        println!("  {of:?}: {used:?}");
    }
    mean(true)
}

/// Two hours in which nothing comes: the schedule comes, and the task is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_task_is_looked_at_and_a_quiet_account_is_served_without_a_write() {
    let world = Metered::start().await;
    world.app.world.line.write_text(CHANNEL_ID, LINKED_USER, "hello").await;
    world.app.until("HubSpot shows it", |app| app.linked("line_last_message") == "hello").await;
    world.quiet().await;
    world.app.minutes_pass_until_looked(16).await;
    world.app.until("the note", |app| app.world.hubspot.notes(PORTAL_ID).len() == 1).await;
    world.quiet().await;
    world.meter.take();
    let before = world.app.looks();
    for minutes in [25, 25, 60] {
        world.app.minutes_pass_until_looked(minutes).await;
        world.quiet().await;
    }
    let used = world.meter.take();
    println!("three minutes of the schedule, each with a look at a task: {} read units", units(&used, false));
    assert!(world.app.looks() >= before + 3, "it was looked at");
    assert_eq!(units(&used, true), 0.0, "{used:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_its_note_takes_no_more_than_it_did() {
    let world = Metered::start().await;
    let once = async |round: u32| {
        world.app.world.line.write_text(CHANNEL_ID, LINKED_USER, &round.to_string()).await;
        world.app.until("HubSpot shows it", |app| app.linked("line_last_message") == round.to_string()).await;
    };
    let writes = world.of_one("a message to its note", once).await;
    assert!((10.0..=13.4).contains(&writes), "{writes} write units");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflows_message_to_its_completion_and_note_takes_no_more_than_it_did() {
    let world = Metered::start().await;
    let once = async |_: u32| {
        let callback = world.app.run_action(&[("message_1", "hello")]).await;
        let is_done = |app: &App| matches!(app.execution(&callback).state, ExecutionState::Done { .. });
        world.app.until("its outcome", is_done).await;
    };
    let writes = world.of_one("a workflow's message to its completion and note", once).await;
    assert!((10.0..=15.4).contains(&writes), "{writes} write units");
}
