//! What one person can make large: more things said than a transaction has room for, at each place where they all go together.

use musubi::domain::activity::Content;
use musubi::domain::ids::MessageId;
use musubi::domain::inbound::{InboundEvent, InboundWhat};
use musubi::flow::erase::Who;
use musubi::ports::Clock;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::linked;
use crate::said::{saying, unsent, user, word};
use crate::waiting::{all_dispatched, dispatched, key, pending};
use crate::world::{MINUTE_MS, START_MS, World, run};

const CONTACT: &str = "501";
const POISON: &str = "poison-";
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

fn everybody_linked() -> World {
    let world = small(true, false, Faults::crashes_at([]));
    linked(&world, CONTACT);
    world
}

fn text(number: u64, more: &str) -> Content {
    Content::Text { text: format!("{}{more}", word(number)) }
}

/// So many things are said, all of which arrive at the start.
fn says(world: &World, numbers: std::ops::RangeInclusive<u64>, more: &str) {
    for number in numbers {
        let at_ms = START_MS + i64::try_from(number).expect("few");
        world.arrives(saying(number, 1, at_ms, text(number, more)), START_MS + 1_000);
    }
}

fn refused(world: &World) -> usize {
    run(world.journal().refused(&key(world), 1_000)).expect("a calm table").len()
}

fn refuse(world: &World) {
    world.crm.state.lock().unwrap().refused_words.insert(POISON.to_owned());
}

/// How many of these words stand in notes.
fn stand(world: &World, numbers: std::ops::RangeInclusive<u64>) -> usize {
    let crm = world.crm.state.lock().unwrap();
    let bodies: String = crm.notes.iter().map(|note| note.body.as_str()).collect();
    numbers.map(|number| bodies.matches(&word(number)).count()).sum()
}

#[test]
fn whoever_said_hundreds_of_things_is_erased_with_all_of_them() {
    let mut world = everybody_linked();
    refuse(&world);
    says(&world, 1..=120, POISON);
    all_dispatched(&world);
    says(&world, 121..=270, "");
    assert_eq!((refused(&world), pending(&world)), (120, 150));
    let erase = world.dispatch().erase();
    run(erase.erase(&world.account.key, &world.channel.id, &Who::User(user(1)))).expect("nothing fails here");
    assert_eq!((refused(&world), pending(&world)), (0, 0));
    world.run(i64::MAX, world.clock.now_ms() + 60 * MINUTE_MS);
    let rows = world.journal_rows.all().into_iter().chain(world.links_rows.all());
    let left = rows.filter(|(.., body)| body.contains("word-") || body.contains(user(1).expose()));
    assert_eq!(left.map(|(partition, sort, _)| (partition, sort)).collect::<Vec<_>>(), []);
}

#[test]
fn hundreds_of_refused_words_that_are_sent_back_stand_once_each() {
    let world = everybody_linked();
    refuse(&world);
    says(&world, 1..=120, POISON);
    all_dispatched(&world);
    assert_eq!((refused(&world), stand(&world, 1..=120)), (120, 0));
    world.crm.state.lock().unwrap().refused_words.clear();
    let (letter, _) = world.wake_ups.dead_letters().remove(0);
    for _ in 0..2 {
        run(world.dispatch().enqueue_again(&letter)).expect("nothing fails here");
        all_dispatched(&world);
        assert_eq!((refused(&world), pending(&world), stand(&world, 1..=120)), (0, 0, 120));
    }
}

#[test]
fn a_message_of_which_a_hundred_edits_were_refused_is_taken_back_with_all_of_them() {
    let world = everybody_linked();
    refuse(&world);
    for number in 0..110 {
        let at_ms = START_MS + i64::try_from(number).expect("few");
        let words = format!("{}{POISON}", word(number));
        let content = if number == 0 { Content::Text { text: words } } else { Content::Edited { text: words } };
        let what = InboundWhat::Said { content: content.clone(), message: Some(MessageId::new("400001")) };
        world.arrives(InboundEvent { what, ..saying(number, 1, at_ms, content) }, START_MS + 1_000);
    }
    all_dispatched(&world);
    assert_eq!(refused(&world), 110);
    let at_ms = world.clock.now_ms();
    world.arrives(unsent(900, 1, 1, at_ms), at_ms);
    dispatched(&world, at_ms + 1_000);
    assert_eq!((refused(&world), pending(&world)), (0, 0));
}

#[test]
fn hundreds_of_words_that_nobody_takes_for_29_days_go_and_the_younger_ones_stand() {
    let world = everybody_linked();
    world.crm.state.lock().unwrap().not_ready_for.insert("<".to_owned());
    says(&world, 1..=200, "");
    let young_ms = START_MS + 20 * DAY_MS;
    world.clock.advance_to(young_ms);
    for number in 201..=320 {
        world.arrives(saying(number, 1, young_ms, text(number, "")), young_ms);
    }
    // A transaction full at a time.
    for second in 0..3 {
        dispatched(&world, START_MS + 29 * DAY_MS + MINUTE_MS + second * 1_000);
    }
    assert_eq!(pending(&world), 120);
    world.crm.state.lock().unwrap().not_ready_for.clear();
    all_dispatched(&world);
    assert_eq!((pending(&world), stand(&world, 1..=200), stand(&world, 201..=320)), (0, 0, 120));
}
