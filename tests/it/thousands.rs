//! A thousand of each: nothing twice, nothing lost, whatever goes wrong in between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use local::fake::hubspot::ExecutionState;
use local::fake::line::{Endpoint, Friendship};
use local::fake::{Fault, Plan, Posted};
use local::pollers::Kill;
use local::seed::{CHANNEL_ID, PORTAL_ID, PROVIDER};
use local::world::Options;
use musubi::ports::table::{Commit, Row, RowKey, Write};
use musubi::ports::{PortError, Table};
use musubi::store::Journal;

use crate::app::{App, text_at};

const PEOPLE: u64 = 20;
const EVENTS: u64 = 1_000;
const FRIENDS: u64 = 100;

fn person(number: u64) -> String {
    format!("U{:032x}", 0xa000 + number % PEOPLE)
}

fn words(number: u64) -> String {
    format!("words-{number:04}-end")
}

/// A shuffle that is the same every time.
fn shuffled(mut items: Vec<u64>) -> Vec<u64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for at in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(at, usize::try_from(state % (at as u64 + 1)).expect("small"));
    }
    items
}

async fn befriend(app: &App) {
    for number in 0..PEOPLE {
        app.world.line.add_person_as(&person(number), PROVIDER, &format!("friend {number}"), None);
        app.world.line.set_friendship(CHANNEL_ID, &person(number), Friendship::Friend);
    }
}

fn times_on_timeline(notes: &[String], number: u64) -> usize {
    notes.iter().map(|note| note.matches(&words(number)).count()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_webhooks_repeated_and_out_of_order_stand_once_each_and_in_order() {
    let app = App::start().await;
    befriend(&app).await;
    let start_ms = app.world.clock.now_ms();
    let event = |number: u64| {
        text_at(&person(number), number, start_ms + i64::try_from(number).expect("small") * 100, &words(number))
    };
    // A fifth comes twice; all of it in disorder. The last hundred come only after their entries were sealed.
    let mut early: Vec<u64> = (0..EVENTS - 100).collect();
    early.extend((0..EVENTS - 100).filter(|number| number % 5 == 0));
    for batch in shuffled(early).chunks(8) {
        let posts = batch.iter().map(|number| async { app.post_events(&[event(*number)]).await });
        assert!(futures::future::join_all(posts).await.into_iter().all(|status| status == 200));
    }
    app.at_rest_but_entries().await;
    let late: Vec<u64> = (EVENTS - 100..EVENTS).collect();
    // Their own time lies before what the entries will hold.
    let late_event = |number: u64| {
        text_at(&person(number), number, start_ms - 60_000 + i64::try_from(number).expect("small"), &words(number))
    };
    app.minutes_pass(16);
    app.until_moving("every early word", |app| {
        (0..EVENTS - 100).all(|number| times_on_timeline(&app.notes(), number) == 1)
    })
    .await;
    for number in &late {
        assert_eq!(app.post_events(&[late_event(*number)]).await, 200);
    }
    app.until_moving("every word", |app| (0..EVENTS).all(|number| times_on_timeline(&app.notes(), number) == 1)).await;
    app.at_rest().await;

    let notes = app.notes();
    for note in &notes {
        let places: Vec<usize> = (0..EVENTS - 100).filter_map(|number| note.find(&words(number))).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "an entry is out of order");
        for number in &late {
            if let Some(at) = note.find(&words(*number)) {
                let line = note[..at].rfind("<p>").map(|from| &note[from..at]).unwrap_or_default();
                assert!(line.contains("遅れて届きました"), "message {number} came late and is not marked");
            }
        }
    }
    for (pause, days) in [("an hour", 0.05), ("6 days", 6.0), ("50 days", 50.0)] {
        app.world.clock.advance_ms((days * 86_400_000.0) as i64);
        for table in ["links", "journal"] {
            app.world.aws.dynamodb().forget_expired(table).expect("a table");
        }
        for number in (0..EVENTS - 100).step_by(9) {
            assert_eq!(app.post_events(&[event(number)]).await, 200);
        }
        app.at_rest().await;
        assert_eq!(app.notes(), notes, "a redelivery after {pause} added something");
    }
}

/// Kills the invocation at every n-th commit that follows LINE's answer: the answer is known, the journal is not.
struct DiesBeforeCommit {
    inner: Arc<dyn Table>,
    kill: Kill,
    every: u32,
    settlements: AtomicU32,
    deaths: Arc<AtomicU32>,
}

#[async_trait]
impl Table for DiesBeforeCommit {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.inner.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        self.inner.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let settles = writes.len() > 1 && writes.iter().any(|write| write.key().sort == "push");
        if settles && (self.settlements.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(self.every) {
            self.deaths.fetch_add(1, Ordering::SeqCst);
            self.kill.now();
            std::future::pending::<()>().await;
        }
        self.inner.commit(writes).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_actions_posted_three_times_show_once_each_whatever_is_lost_or_killed() {
    let deaths = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&deaths);
    let sabotage = move |ports: &mut push_delivery::Ports, kill: Kill| {
        // The journal of push-delivery alone dies.
        let inner = ports.deliver.outbox.journal.table();
        let dying = DiesBeforeCommit { inner, kill, every: 150, settlements: AtomicU32::new(0), deaths: counted };
        ports.deliver.outbox.journal = Journal::new(Arc::new(dying));
    };
    let app = App::with(Options { sabotage: Some(Box::new(sabotage)), ..Options::default() }).await;
    app.world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Share { per_mille: 100, seed: 7 });
    let friends: Vec<(u64, String)> = (0..FRIENDS).map(|number| befriend_contact(&app, number)).collect();
    let mut callbacks = Vec::new();
    for number in 0..1_000 {
        let (contact, user) = &friends[number % friends.len()];
        let text = format!("action-{number:04}-first");
        let fields = [("message_1", text.as_str()), ("line_user_id", user.as_str())];
        let fields: BTreeMap<String, String> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        callbacks.extend(app.world.hubspot.enrol(PORTAL_ID, &[*contact], &fields));
    }
    // As HubSpot asks, asks again because it did not hear, and later asks once more, now with another text.
    post_all(&app, &callbacks, false).await;
    post_all(&app, &callbacks, false).await;
    app.until_moving_by(1_000, "every first text", |app| app.world.line.delivered().len() == 1_000).await;
    post_all(&app, &callbacks, true).await;
    app.until_moving_by(1_000, "every workflow goes on", |app| {
        callbacks.iter().all(|callback| matches!(app.execution(callback).state, ExecutionState::Done { .. }))
    })
    .await;

    let delivered = app.world.line.delivered();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for message in &delivered {
        *seen.entry(message.messages[0]["text"].as_str().expect("a text").to_owned()).or_default() += 1;
    }
    for number in 0..1_000 {
        assert_eq!(seen.get(&format!("action-{number:04}-first")), Some(&1), "action {number}");
    }
    assert_eq!(delivered.len(), 1_000, "nothing else was shown");
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
    for callback in &callbacks {
        let ExecutionState::Done { outputs } = app.execution(callback).state else { panic!("not done") };
        assert_eq!(outputs["outcome"], "accepted");
    }
    let lost = app.world.line.ledger().calls.iter().filter(|call| call.lost).count();
    assert!(lost > 50, "{lost} answers were lost");
    assert!(deaths.load(Ordering::SeqCst) >= 5, "{deaths:?} invocations were killed");
}

/// Somebody who is a contact and a friend; nothing links the two yet.
fn befriend_contact(app: &App, number: u64) -> (u64, String) {
    let user = format!("U{:032x}", 0xb000 + number);
    app.world.line.add_person_as(&user, PROVIDER, &format!("friend {number}"), None);
    app.world.line.set_friendship(CHANNEL_ID, &user, Friendship::Friend);
    let email = format!("friend-{number}@example.com");
    (app.world.hubspot.create_contact(PORTAL_ID, &[("email", &email)]), user)
}

/// Posts every action; `other` brings another text under the same callback. Every tenth BLOCK answer
/// is lost: HubSpot does not know that it waits until it has asked again.
async fn post_all(app: &App, callbacks: &[String], other: bool) {
    for (number, chunk) in callbacks.chunks(16).enumerate() {
        let posts = chunk.iter().enumerate().map(|(at, callback)| post(app, callback, number * 16 + at, other));
        futures::future::join_all(posts).await;
    }
}

async fn post(app: &App, callback: &str, number: usize, other: bool) {
    let (url, mut headers, mut body) = app.world.hubspot.action_request_of(callback).expect("a request");
    if other {
        let text = String::from_utf8_lossy(&body).replace("-first", "-other");
        let signature = local::fake::hubspot::sign_v2(local::seed::CLIENT_SECRET, "POST", &url, text.as_bytes());
        headers.insert("x-hubspot-signature", signature.parse().expect("hex"));
        body = text.into_bytes().into();
    }
    let ask =
        || async { app.http.post(&url).headers(headers.clone()).body(body.clone()).send().await.expect("an answer") };
    let mut response = ask().await;
    for _ in 0..20 {
        if response.status() != 503 {
            break;
        }
        response = ask().await; // as HubSpot asks again where a busy machine did not answer in time
    }
    let status = response.status().as_u16();
    assert_eq!(status, 200, "action {number}");
    let body = response.bytes().await.expect("a body");
    let lost = number.is_multiple_of(10) && !other;
    let heard = if lost { Posted::TimedOut } else { Posted::Answered { status, body, retry_after: None } };
    app.world.hubspot.note_action_answer(callback, &heard);
}
