//! Many seeds: a random workload under random faults.

use musubi::domain::ids::{CallbackId, ContactId};

use crate::acts::Act;
use crate::check::{Expected, check};
use crate::faults::{Dice, Faults, seeds};
use crate::said::{edited, said, unsent, user};
use crate::world::{MINUTE_MS, Make, Post, START_MS, World};

const HOUR_MS: i64 = 3_600_000;

/// Puts a random workload into the world; the same seed puts the same.
fn fill(world: &World, seed: u64) -> Expected {
    let mut dice = Dice::new(seed ^ 0x5eed);
    let mut expected = Expected::default();
    let people = 1 + dice.below(3);
    let mut moment = START_MS;
    for number in 0..6 + dice.below(12) {
        let by = dice.below(people);
        // Some share their millisecond with the one before: then their place in the webhook decides.
        moment = if dice.chance(200) { moment } else { START_MS + dice.below(20 * MINUTE_MS as u64) as i64 };
        let at_ms = moment;
        let arrives_ms = at_ms + dice.below(3 * MINUTE_MS as u64) as i64;
        let event = said(number, by, at_ms);
        world.event(event.clone(), arrives_ms);
        while dice.chance(250) {
            world.event(event.clone(), arrives_ms + dice.below(2 * HOUR_MS as u64) as i64);
        }
        let taken_back = dice.chance(150);
        let mut edit = number;
        while dice.chance(200) {
            edit += 100;
            let edited_ms = at_ms + dice.below(HOUR_MS as u64) as i64;
            world.event(edited(edit, number, by, edited_ms), edited_ms + dice.below(MINUTE_MS as u64) as i64);
            expected.said.push((edit, by, edited_ms, taken_back));
        }
        if taken_back {
            let at = at_ms + dice.below(HOUR_MS as u64) as i64;
            world.event(unsent(number, number, by, at), at.max(arrives_ms - 1000));
        }
        expected.said.push((number, by, at_ms, taken_back));
    }
    for number in 0..dice.below(8) {
        let callback = CallbackId::new(format!("ap-77-{seed}-{number}"));
        let to = Some(user(dice.below(people)));
        let at_ms = START_MS + dice.below(20 * MINUTE_MS as u64) as i64;
        let mut texts = Vec::new();
        for repeat in 0..1 + dice.below(3) {
            let text = format!("text-{number}-{repeat}-");
            let post = Post {
                callback: callback.clone(),
                to: to.clone(),
                contact: None,
                text: text.clone(),
                extra: repeat > 0,
            };
            world.post(post, at_ms + i64::try_from(repeat).expect("small") * 30_000);
            texts.push(text);
        }
        if dice.chance(200) {
            world.line.rate_limit(2);
        }
        expected.actions.push((callback, texts));
    }
    // The CRM tells of changes at contacts, and LINE lists friends who have written or will.
    while dice.chance(400) {
        let contact = ContactId::new((1 + dice.below(people)).to_string());
        world.acts.put(Act::Changed(contact), START_MS + dice.below(3 * HOUR_MS as u64) as i64);
    }
    if let Some((_, by, ..)) = expected.said.first().filter(|_| dice.chance(400)) {
        world.acts.put(Act::Meet(user(*by)), START_MS + dice.below(HOUR_MS as u64) as i64);
    }
    expected
}

fn one(seed: u64, (faults, undisturbed): (Faults, bool), unique_keys: bool) -> (World, Result<(), String>) {
    let concurrency = 1 + (seed % 4) as usize;
    let make =
        // Where writing twice makes one, two dispatchers at once do no harm either.
        Make { seed, faults, unique_keys, create_contacts: true, concurrency, lost_answers_per_mille: 100, lease: !unique_keys };
    let mut world = World::new(make);
    let mut expected = fill(&world, seed);
    expected.undisturbed = undisturbed;
    if seed % 3 == 1 {
        world.line.refuse(seed, 400);
    }
    // Jobs that come back the next day, about the time when LINE forgets their keys.
    expected.is_late = !undisturbed && seed % 5 == 2;
    if expected.is_late {
        world.push.put_off(seed, 400);
    }
    let until_ms = if expected.is_late { 40 } else { 12 } * HOUR_MS;
    world.run(START_MS + 3 * HOUR_MS, START_MS + until_ms);
    let result = check(&world, &expected);
    (world, result)
}

fn faults(seed: u64, per_mille: u64, crash_per_mille: u64) -> (Faults, bool) {
    (Faults::random(seed, per_mille, crash_per_mille), per_mille + crash_per_mille == 0)
}

fn many(per_mille: u64, crash_per_mille: u64, unique_keys: bool) {
    for seed in 0..seeds(400) {
        let (world, result) = one(seed, faults(seed, per_mille, crash_per_mille), unique_keys);
        if let Err(why) = result {
            let trace = world.faults.trace();
            let tail = trace.len().saturating_sub(60);
            panic!("seed {seed} (unique keys: {unique_keys}): {why}\n{}", trace[tail..].join("\n"));
        }
    }
}

#[test]
fn without_faults_every_promise_holds() {
    many(0, 0, true);
    many(0, 0, false);
}

#[test]
fn with_failures_lost_answers_and_crashes_every_promise_holds() {
    many(60, 10, true);
}

#[test]
fn where_the_crm_takes_no_key_of_ours_every_promise_holds_too() {
    many(60, 10, false);
}

#[test]
fn the_same_seed_runs_the_same_way() {
    for seed in [3, 16, 17, 256] {
        let (first, _) = one(seed, faults(seed, 60, 10), true);
        let (second, _) = one(seed, faults(seed, 60, 10), true);
        assert!(first.faults.gates() > 100);
        assert_eq!(first.faults.trace(), second.faults.trace());
    }
}
