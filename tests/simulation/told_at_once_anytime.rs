//! How a send ended is told to the workflow that waits and to its contact, whatever stops or fails at whatever moment.

use std::cell::Cell;

use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::properties::LINE_LAST_OUTCOME;
use musubi::domain::push::{Push, PushState};

use crate::check::{Expected, check, nothing_is_left};
use crate::crash_points::{every_crash_point_until, small};
use crate::faults::{Dice, Faults, seeds};
use crate::linking::{field, linked, linked_to};
use crate::said::user;
use crate::told_at_once::{CONTACT, TELL, calls};
use crate::world::{MINUTE_MS, Make, Post, START_MS, World, push_id, run};

const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How often the workflow was told at most, whichever gate the one crash was at, where the CRM takes changes of contacts so late.
fn most_tells(contact: Option<&str>, late_ms: i64) -> usize {
    let most = Cell::new(0);
    let callback = CallbackId::new("ap-1");
    let fill = |world: &World| {
        linked(world, CONTACT);
        world.crm.take_no_changes(START_MS, START_MS + late_ms);
        let (to, contact) = (contact.is_none().then(|| user(1)), contact.map(ContactId::new));
        let post = Post { callback: callback.clone(), to, contact, text: "text-once-".to_owned(), extra: false };
        world.post(post, START_MS + 20);
    };
    let holds = |world: &World, _: &()| {
        most.set(most.get().max(calls(world, TELL)));
        let says = field(world, CONTACT, LINE_LAST_OUTCOME);
        if says != if contact.is_some() { "accepted" } else { "" } {
            return Err(format!("the contact says {says:?}"));
        }
        let actions = vec![(callback.clone(), vec!["text-once-".to_owned()])];
        check(world, &Expected { actions, ..Expected::default() })
    };
    let make = |faults| small(true, true, faults);
    every_crash_point_until(START_MS + 5 * HOUR_MS, false, make, fill, holds);
    most.get()
}

#[test]
fn a_stop_anywhere_loses_neither_and_tells_no_more_often_than_where_there_is_no_contact() {
    for late_ms in [0, 20 * MINUTE_MS] {
        let (with, without) = (most_tells(Some(CONTACT), late_ms), most_tells(None, late_ms));
        assert!(with <= without && without > 1, "{with} and {without}");
    }
}

/// Many sends to two contacts, under every fault: each workflow hears its own, and each contact says the newest.
#[test]
fn many_are_told_whatever_fails() {
    for seed in 0..seeds(100) {
        for (per_mille, crash_per_mille) in [(0, 0), (60, 10)] {
            let faults = Faults::random(seed, per_mille, crash_per_mille);
            let concurrency = 1 + (seed % 4) as usize;
            let make = Make {
                seed,
                faults,
                unique_keys: true,
                create_contacts: true,
                concurrency,
                lost_answers_per_mille: 100,
                lease: seed % 2 == 0,
            };
            let mut world = World::new(make);
            let actions = fill(&world, seed);
            if seed % 3 == 1 {
                world.line.refuse(seed, 400);
            }
            world.run(START_MS + 3 * HOUR_MS, START_MS + 12 * HOUR_MS);
            let expected = Expected { actions, ..Expected::default() };
            let held = check(&world, &expected).and_then(|()| contacts_say_the_newest(&world, &expected));
            if let Err(why) = held.and_then(|()| nothing_is_left(&world)) {
                let trace = world.faults.trace();
                panic!("seed {seed}, {per_mille}: {why}\n{}", trace[trace.len().saturating_sub(60)..].join("\n"));
            }
        }
    }
}

fn fill(world: &World, seed: u64) -> Vec<(CallbackId, Vec<String>)> {
    linked(world, CONTACT);
    linked_to(world, "502", 2);
    let mut dice = Dice::new(seed ^ 0x701d);
    let mut actions = Vec::new();
    for number in 0..2 + dice.below(8) {
        let callback = CallbackId::new(format!("ap-77-{seed}-{number}"));
        let contact = Some(ContactId::new(if dice.chance(500) { CONTACT } else { "502" }));
        let at_ms = START_MS + i64::try_from(dice.below(20 * MINUTE_MS as u64)).expect("small");
        let mut texts = Vec::new();
        for repeat in 0..1 + dice.below(3) {
            let text = format!("text-{number}-{repeat}-");
            let (callback, contact) = (callback.clone(), contact.clone());
            let post = Post { callback, to: None, contact, text: text.clone(), extra: repeat > 0 };
            world.post(post, at_ms + i64::try_from(repeat).expect("small") * 30_000);
            texts.push(text);
        }
        actions.push((callback, texts));
    }
    actions
}

fn contacts_say_the_newest(world: &World, expected: &Expected) -> Result<(), String> {
    let sends: Vec<Push> = expected
        .actions
        .iter()
        .map(|(callback, _)| {
            run(world.journal().push(push_id(&world.account, callback))).expect("a calm table").expect("a send").value
        })
        .collect();
    for id in [CONTACT, "502"] {
        let of_it = sends.iter().filter(|push| push.contact.as_ref().is_some_and(|contact| contact.as_str() == id));
        let newest = of_it.max_by_key(|push| push.accepted_at_ms);
        let says = field(world, id, LINE_LAST_OUTCOME);
        let ended = newest.map_or("", |push| match &push.state {
            PushState::Settled(settlement) => settlement.outcome.as_str(),
            state => panic!("it did not end: {state:?}"),
        });
        if says != ended {
            return Err(format!("contact {id} says {says:?}, not {ended:?}"));
        }
    }
    Ok(())
}
