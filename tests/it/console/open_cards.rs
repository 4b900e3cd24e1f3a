//! Many talks and many open cards at once: what they ask of HubSpot together stays within what HubSpot allows.

use std::collections::{HashMap, VecDeque};

use futures::StreamExt;
use futures::stream;
use local::fake::Posted;
use local::fake::hubspot::PageUser;
use local::fake::line::Friendship;
use local::seed::{CHANNEL_ID, HUBSPOT_MEMBER, PORTAL_ID, PROVIDER};
use local::world::Options;
use musubi::domain::channel::ChannelSettings;
use musubi::domain::operator::Role;
use serde_json::{Value, json};

use super::browser::Browser;
use crate::app::{App, text_at};

const TALKS: usize = 200;
const CARDS: usize = 100;
/// HubSpot carries no more questions of an account's cards at a time (HubSpot's reference of `hubspot.fetch`).
const CARRIED_AT_ONCE: usize = 20;
/// HubSpot's limit for an OAuth app: so many calls in any ten seconds.
const LIMIT: usize = 110;
const STEP_MS: i64 = 10_000;
const STEPS: usize = 60;
/// In each step so many people write, one after the other.
const WRITE: usize = 5;
/// The conversations whose cards are open come to rest after so many steps, so that their notes are written, and read by the cards.
const AT_REST_AFTER: usize = 24;
/// How long an open card waits, as `infra/hubspot/src/app/cards/watch.ts` does.
const WAITS_MS: [i64; 3] = [5_000, 15_000, 60_000];

/// A card that somebody has open.
struct Card {
    contact: String,
    shown: Value,
    /// Its older notes, as far as it has read them.
    older: Value,
    quiet: usize,
    due_at_ms: i64,
    /// Why it was told nothing, each time.
    refused: Vec<String>,
}

fn person(number: usize) -> String {
    format!("U{:032x}", 0xc000 + number)
}

fn words(number: usize, step: usize) -> String {
    format!("talk-{number:03}-{step:03}-end")
}

/// Whose contact is which.
fn contacts(app: &App) -> HashMap<String, u64> {
    let contacts = app.world.hubspot.contacts(PORTAL_ID).into_iter();
    contacts.filter_map(|it| Some((it.properties.get("line_user_id")?.clone(), it.id))).collect()
}

/// These people write, each one message.
async fn write(app: &App, people: impl Iterator<Item = usize>, step: usize) {
    let now_ms = app.world.clock.now_ms();
    let events: Vec<Value> = people
        .map(|number| {
            let message = u64::try_from(step * TALKS + number).expect("small");
            text_at(&person(number), message, now_ms, &words(number, step))
        })
        .collect();
    assert_eq!(app.post_events(&events).await, 200);
}

impl Card {
    /// Asks once, as the card does, and says when it asks again.
    async fn ask(mut self, app: &App) -> Self {
        let mut body = json!({"asked_at_ms": app.world.clock.now_ms(), "language": "ja", "contact": self.contact});
        if let Value::Object(shown) = &self.shown {
            for (field, of) in [("talk", "talk"), ("tag", "tag"), ("entry", "entry")] {
                body[field] = shown[of].clone();
            }
        }
        let (portal_id, (user_id, email)) = (PORTAL_ID, HUBSPOT_MEMBER);
        let url = format!("{}/console/card/talk", app.world.url);
        let who = PageUser { portal_id, user_id, email };
        let Posted::Answered { status: 200, body, .. } =
            app.world.hubspot.fetch(who, &url, &body).await.expect("permitted")
        else {
            panic!("no answer")
        };
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        match answer["is"].as_str() {
            Some("open") => {
                if !answer["older"].is_null() {
                    self.older = answer["older"].clone();
                }
                (self.shown, self.quiet) = (answer, 0);
            }
            Some("same") => self.quiet = (self.quiet + 1).min(WAITS_MS.len() - 1),
            _ => {
                self.refused.push(answer.to_string());
                self.quiet = (self.quiet + 1).min(WAITS_MS.len() - 1);
            }
        }
        self.due_at_ms = app.world.clock.now_ms() + WAITS_MS[self.quiet];
        self
    }
}

/// All cards that are due ask, so many at a time as HubSpot carries.
async fn ask_all(app: &App, cards: Vec<Card>) -> Vec<Card> {
    let now_ms = app.world.clock.now_ms();
    let asked = stream::iter(
        cards.into_iter().map(|card| async move { if card.due_at_ms <= now_ms { card.ask(app).await } else { card } }),
    );
    asked.buffered(CARRIED_AT_ONCE).collect().await
}

/// The most calls of the account in any ten seconds, and how many were refused for that.
fn busiest(app: &App, since_ms: i64) -> (usize, usize, usize) {
    let calls = app.world.hubspot.ledger().calls;
    let ours = calls.iter().filter(|call| call.at_ms >= since_ms && call.owner == Some(PORTAL_ID.to_string()));
    let (mut last, mut most, mut refused, mut all) = (VecDeque::new(), 0, 0, 0);
    for call in ours {
        all += 1;
        refused += usize::from(call.status == 429);
        last.push_back(call.at_ms);
        while last.front().is_some_and(|at_ms| at_ms + 10_000 <= call.at_ms) {
            last.pop_front();
        }
        most = most.max(last.len());
    }
    (most, refused, all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_talks_and_a_hundred_open_cards_stay_within_the_crms_limits_for_ten_minutes() {
    // Notes are written while the cards are open: what they ask for then is much.
    let settings = ChannelSettings { idle_window_ms: 120_000, ..ChannelSettings::default() };
    let app = App::with(Options { settings, ..Options::default() }).await;
    Browser::signed_in(&app, "管理", Role::Admin).await;
    for number in 0..TALKS {
        app.world.line.add_person_as(&person(number), PROVIDER, &format!("friend {number}"), None);
        app.world.line.set_friendship(CHANNEL_ID, &person(number), Friendship::Friend);
    }
    write(&app, 0..TALKS, 0).await;
    app.until_moving_by(1_000, "a contact each", |app| {
        let known = contacts(app);
        (0..TALKS).all(|number| known.contains_key(&person(number)))
    })
    .await;
    app.at_rest_but_entries().await;
    let contacts = contacts(&app);
    app.minutes_pass(1);

    let start_ms = app.world.clock.now_ms();
    let mut cards: Vec<Card> = (0..CARDS)
        .map(|number| Card {
            contact: contacts[&person(number)].to_string(),
            shown: Value::Null,
            older: Value::Null,
            quiet: 0,
            // Opened in the first minute, one after the other.
            due_at_ms: start_ms + i64::try_from(number).expect("small") * 600,
            refused: Vec::new(),
        })
        .collect();
    let mut last = vec![0; TALKS];
    for step in 1..=STEPS {
        app.world.clock.advance_ms(STEP_MS);
        let of = if step <= AT_REST_AFTER { 0..TALKS } else { CARDS..TALKS };
        let writers: Vec<usize> = (0..WRITE).map(|number| of.start + (step * WRITE + number) % of.len()).collect();
        writers.iter().for_each(|number| last[*number] = step);
        write(&app, writers.into_iter(), step).await;
        app.until_nothing_due().await;
        cards = ask_all(&app, cards).await;
    }
    let (most, refused, all) = busiest(&app, start_ms);
    println!("{all} calls in ten minutes, at most {most} in ten seconds, {refused} refused");
    assert!(most <= LIMIT && refused == 0, "{most} calls in ten seconds, {refused} refused");
    assert!(
        app.notes().len() >= CARDS,
        "the notes of the talks that are at rest were written, and read by their cards"
    );

    // And each card shows what was written last, when it asks the next time.
    app.at_rest_but_entries().await;
    app.minutes_pass(1);
    cards = ask_all(&app, cards).await;
    for (number, card) in cards.iter().enumerate() {
        let seen = format!("{} {}", card.shown["lines"], card.older);
        assert!(seen.contains(&words(number, last[number])), "card {number}: {seen}");
    }
    // Where HubSpot has no call left, a card is told that HubSpot is silent, says so and asks again: seldom, and all of them have seen all.
    let silent: Vec<&String> = cards.iter().flat_map(|card| &card.refused).collect();
    println!("{} of the cards' questions had to be asked again", silent.len());
    let is_known = silent.iter().all(|why| why.contains("\"silent\""));
    assert!(is_known && silent.len() <= CARDS / 20, "{silent:?}");
}
