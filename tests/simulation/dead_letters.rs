//! What the CRM refuses for what it says: how much of it is dead-lettered, and how often operators hear of it.

use std::collections::BTreeMap;

use musubi::domain::activity::{Activity, Content};
use musubi::domain::ids::ContactId;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::{contact, linked};
use crate::said::{saying, word};
use crate::waiting::{all_dispatched, dispatched, entries_in_outbox, key, sealed};
use crate::world::{MINUTE_MS, START_MS, World, run};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const CONTACT: &str = "501";
const POISON: &str = "poison-";

/// A linked person, and a CRM that takes no poison.
fn world(unique_keys: bool) -> World {
    let world = small(unique_keys, false, Faults::crashes_at([]));
    linked(&world, CONTACT);
    world.crm.state.lock().unwrap().refused_words.insert(POISON.to_owned());
    world
}

/// The person's message arrives now; when its note is due.
fn writes(world: &World, number: u64, content: Content, at_ms: i64) -> i64 {
    world.clock.advance_to(at_ms);
    world.arrives(saying(number, 1, at_ms, content), at_ms);
    entries_in_outbox(world)[0].due_at_ms
}

fn text(text: impl Into<String>) -> Content {
    Content::Text { text: text.into() }
}

fn kept(world: &World) -> Vec<Activity> {
    run(world.journal().refused(&key(world), 100)).expect("a calm table")
}

fn count(world: &World, of: &str) -> usize {
    world.crm.state.lock().unwrap().notes.iter().map(|note| note.body.matches(of).count()).sum()
}

#[test]
fn operators_hear_of_one_persons_refused_words_once_a_day() {
    for (passed_ms, letters) in [(DAY_MS - 1, 1), (DAY_MS, 2)] {
        let world = world(true);
        let told_at_ms = writes(&world, 1, text(POISON), START_MS);
        dispatched(&world, told_at_ms);
        assert_eq!(world.wake_ups.dead_letters().len(), 1);
        let due_at_ms = writes(&world, 2, text(POISON), told_at_ms + 60 * MINUTE_MS);
        dispatched(&world, due_at_ms);
        assert_eq!(world.wake_ups.dead_letters().len(), 1, "they know");
        let due_at_ms = writes(&world, 3, text(POISON), told_at_ms + 120 * MINUTE_MS);
        assert!(due_at_ms < told_at_ms + passed_ms);
        dispatched(&world, told_at_ms + passed_ms);
        assert_eq!(world.wake_ups.dead_letters().len(), letters, "after {passed_ms} ms");
        assert_eq!(kept(&world).len(), 3, "the words are kept either way");
    }
}

#[test]
fn of_a_message_in_parts_only_what_is_refused_is_dead_lettered() {
    for unique_keys in [true, false] {
        let world = world(unique_keys);
        let words = format!("{}{}{POISON}", word(1), "&".repeat(20_000));
        let due_at_ms = writes(&world, 1, text(&words), START_MS);
        dispatched(&world, due_at_ms);
        dispatched(&world, due_at_ms + 60 * MINUTE_MS);
        let [Activity { content: Content::Text { text: rest }, .. }] = &kept(&world)[..] else {
            panic!("{} are kept", kept(&world).len())
        };
        assert!(words.ends_with(rest.as_str()) && rest.ends_with(POISON), "its end");
        assert_eq!(count(&world, "&amp;") + rest.matches('&').count(), 20_000, "and nothing that stands");
        assert_eq!((count(&world, &word(1)), entries_in_outbox(&world).len()), (1, 0));
    }
}

#[test]
fn a_message_that_is_refused_from_its_first_part_on_is_dead_lettered_as_it_was() {
    let world = world(true);
    let edited = Content::Edited { text: format!("{POISON}{}", "&".repeat(20_000)) };
    let due_at_ms = writes(&world, 1, edited.clone(), START_MS);
    dispatched(&world, due_at_ms);
    assert_eq!(kept(&world).into_iter().map(|activity| activity.content).collect::<Vec<_>>(), [edited]);
}

#[test]
fn where_not_even_a_line_in_place_of_the_words_is_taken_they_wait_and_nobody_is_told() {
    let world = world(true);
    world.crm.state.lock().unwrap().refused_words.insert("<".to_owned());
    let due_at_ms = writes(&world, 1, text(word(1)), START_MS);
    dispatched(&world, due_at_ms);
    let entry = run(world.journal().entry(&key(&world), 0)).expect("a calm table").expect("it is sealed").value;
    assert_eq!(
        (entry.withheld, entry.note, kept(&world).len(), world.wake_ups.dead_letters().len()),
        (None, None, 0, 0)
    );
    let again = entries_in_outbox(&world)[0].clone();
    assert!(again.due_at_ms > due_at_ms && again.why.is_some(), "{:?}", again.why);
    world.crm.state.lock().unwrap().refused_words.clear();
    dispatched(&world, again.due_at_ms);
    assert_eq!((count(&world, &word(1)), entries_in_outbox(&world).len()), (1, 0));
}

/// What the account was not set up for, for 29 days.
#[test]
fn what_is_given_up_says_the_crms_own_reason_and_younger_words_stay() {
    let world = world(true);
    world.crm.state.lock().unwrap().not_ready_for.insert("<".to_owned());
    let due_at_ms = writes(&world, 1, text(word(1)), START_MS);
    dispatched(&world, due_at_ms);
    let young_ms = START_MS + 20 * DAY_MS;
    writes(&world, 2, text(word(2)), young_ms);
    let given_up_ms = START_MS + 29 * DAY_MS;
    dispatched(&world, given_up_ms);
    assert_eq!(world.wake_ups.dead_letters().len(), 0, "not before the last day is over");
    dispatched(&world, given_up_ms + 60 * MINUTE_MS);
    let [(letter, reason)] = &world.wake_ups.dead_letters()[..] else {
        panic!("{} letters", world.wake_ups.dead_letters().len())
    };
    assert!(reason.contains("crm_not_ready (MISSING)") && !reason.contains("crm_unreachable"), "{reason}");
    assert!(letter.again.is_some());
    world.crm.state.lock().unwrap().not_ready_for.clear();
    all_dispatched(&world);
    assert_eq!((count(&world, &word(1)), count(&world, &word(2))), (0, 1));
}

#[test]
fn a_note_goes_to_the_contact_that_has_the_other_ones_place_by_now() {
    for refused in ["", POISON] {
        let world = world(true);
        contact(&world, "502");
        let due_at_ms = writes(&world, 1, text(format!("{}{refused}", word(1))), START_MS);
        let mut crm = world.crm.state.lock().unwrap();
        let fields: BTreeMap<_, _> = crm.contacts.remove(&ContactId::new(CONTACT)).expect("there");
        crm.contacts.insert(ContactId::new("502"), fields);
        crm.merged.insert(ContactId::new(CONTACT), ContactId::new("502"));
        drop(crm);
        // It was sealed for the one that is no more.
        sealed(&world, CONTACT, due_at_ms - 1_000);
        dispatched(&world, due_at_ms);
        let crm = world.crm.state.lock().unwrap();
        let at: Vec<_> = crm.notes.iter().map(|note| note.contact.as_str()).collect();
        assert_eq!(at, ["502"]);
    }
}
