//! Answers by reply token: a crash at any single step, and at any two, leaves the person with one greeting or none, the event
//! recorded, and a timeline that says no more than LINE showed.

use musubi::domain::activity::Content;
use musubi::domain::conversation::{ConversationKey, Source};
use musubi::domain::opening_hours::OpeningHours;
use musubi::domain::push::OutgoingMessage;

use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::said::{said, saying, user};
use crate::world::{Arrived, MINUTE_MS, START_MS, World, run};

const GREETING: &str = "greeting-1";
const TOKEN: &str = "a token that works once";

fn world(faults: Faults) -> World {
    let mut world = small(true, true, faults);
    let said = Content::Text { text: GREETING.to_owned() };
    world.channel.settings.greeting = vec![OutgoingMessage { json: GREETING.to_owned(), said }];
    world
}

/// The person follows; LINE sends that again after so long, each time.
fn follows(world: &World, again_after_ms: &[i64]) {
    let event = saying(1, 1, START_MS, Content::Follow { unblocked: Some(false) });
    for after_ms in [0].iter().chain(again_after_ms) {
        let accepted_at_ms = START_MS + 10 + after_ms;
        let arrived =
            Arrived { accepted_at_ms, event: event.clone(), nonce: None, reply_token: Some(TOKEN.to_owned()) };
        world.inbox.put(arrived, accepted_at_ms);
    }
}

fn notes_that_say_so(world: &World) -> usize {
    world.crm.state.lock().unwrap().notes.iter().map(|note| note.body.matches(GREETING).count()).sum()
}

fn greeted_once_at_most(world: &World) -> Result<(), String> {
    let shown = world.line.replied().len();
    let on_the_timeline = notes_that_say_so(world);
    if shown > 1 || on_the_timeline > shown {
        return Err(format!("greeted {shown} times, and {on_the_timeline} notes say so"));
    }
    let key = ConversationKey { channel: world.channel.id.clone(), source: Source::User(user(1)) };
    let state = run(world.journal().conversation(&key)).expect("rows").ok_or("the follow is lost")?;
    if state.value.following.is_none() {
        return Err("the follow is not recorded".to_owned());
    }
    nothing_is_left(world)
}

#[test]
fn a_greeting_survives_a_crash_anywhere_and_is_shown_once_at_most() {
    let fill = |world: &World| follows(world, &[30_000, 10 * MINUTE_MS]);
    every_crash_point_of(true, world, fill, |world, ()| greeted_once_at_most(world));
}

#[test]
fn undisturbed_a_greeting_is_shown_once_and_the_timeline_says_so_once() {
    let mut world = world(Faults::crashes_at([]));
    follows(&world, &[30_000, 10 * MINUTE_MS]);
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    assert_eq!((world.line.replied().len(), notes_that_say_so(&world)), (1, 1));
    greeted_once_at_most(&world).expect("it holds");
}

/// Somebody is there for one minute of the week, which this is not.
fn closed(faults: Faults) -> World {
    let mut world = small(true, true, faults);
    let said = Content::Text { text: GREETING.to_owned() };
    let replies = &mut world.channel.settings.auto_replies;
    replies.opening_hours = OpeningHours::read("mon 00:00-00:01");
    replies.out_of_hours = vec![OutgoingMessage { json: GREETING.to_owned(), said }];
    world
}

/// The person writes twice, each with a reply token of its own; LINE sends both again.
fn writes_twice(world: &World) {
    for (number, after_ms) in [(1, 0), (2, 20_000)] {
        let event = said(number, 1, START_MS + after_ms);
        for again_after_ms in [0, 30_000] {
            let accepted_at_ms = START_MS + after_ms + 10 + again_after_ms;
            let reply_token = Some(format!("token {number}"));
            world.inbox.put(Arrived { accepted_at_ms, event: event.clone(), nonce: None, reply_token }, accepted_at_ms);
        }
    }
}

fn told_once_at_most_and_waiting(world: &World) -> Result<(), String> {
    greeted_once_at_most(world)?;
    let key = ConversationKey { channel: world.channel.id.clone(), source: Source::User(user(1)) };
    let state = run(world.journal().conversation(&key)).expect("rows").ok_or("both messages are lost")?.value;
    if state.unanswered_since_ms.is_none() || state.last_inbound.is_none_or(|last| last.mark.at_ms < START_MS + 20_000)
    {
        return Err("a message waits no more".to_owned());
    }
    Ok(())
}

#[test]
fn out_of_hours_a_person_is_told_once_at_most_whatever_crashes_and_their_messages_wait() {
    every_crash_point_of(false, closed, writes_twice, |world, ()| told_once_at_most_and_waiting(world));
}

#[test]
fn undisturbed_a_person_is_told_out_of_hours_and_the_timeline_says_so() {
    let mut world = closed(Faults::crashes_at([]));
    writes_twice(&world);
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    assert_eq!((world.line.replied().len(), notes_that_say_so(&world)), (1, 1));
    told_once_at_most_and_waiting(&world).expect("it holds");
}
