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
            self.app.minutes_pass(16);
            self.app.until("the note", |app| app.world.hubspot.notes(PORTAL_ID).len() == round as usize + 1).await;
            self.quiet().await;
        }
        told(what, &self.meter.take())
    }
}

fn told(what: &str, used: &AllUsed) -> f64 {
    let is_write = |operation: &str| WRITES.contains(&operation);
    let mean = |writes: bool| {
        let of = used.iter().filter(|((operation, _), _)| is_write(operation) == writes);
        of.map(|(_, used)| used.units).sum::<f64>() / f64::from(ROUNDS)
    };
    let calls: u64 = used.values().map(|used| used.calls).sum();
    println!("{what}: {} write units, {} read units, {calls} calls for {ROUNDS}", mean(true), mean(false));
    for (of, used) in used {
        println!("  {of:?}: {used:?}");
    }
    mean(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_its_note_takes_no_more_than_it_did() {
    let world = Metered::start().await;
    let once = async |round: u32| {
        world.app.world.line.write_text(CHANNEL_ID, LINKED_USER, &round.to_string()).await;
        world.app.until("HubSpot shows it", |app| app.linked("line_last_message") == round.to_string()).await;
    };
    let writes = world.of_one("a message to its note", once).await;
    assert!((10.0..=22.0).contains(&writes), "{writes} write units");
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
    assert!((10.0..=19.8).contains(&writes), "{writes} write units");
}
