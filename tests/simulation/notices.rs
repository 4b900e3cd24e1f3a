//! Another system is told, and the team: a crash at any single step leaves no message and nobody who waits untold, each under one name.

use std::collections::BTreeMap;

use musubi::domain::notice::Audience;

use crate::check::{Expected, check};
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::said::said;
use crate::world::{START_MS, World};

fn telling(faults: Faults) -> World {
    let mut world = small(true, true, faults);
    world.channel.settings.webhook = Some("https://hooks.example.com/".to_owned());
    world.channel.settings.tell_team = true;
    world
}

fn two_messages(world: &World) -> Expected {
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.event(said(2, 1, START_MS + 5), START_MS + 12);
    let said = vec![(1, 1, START_MS, false), (2, 1, START_MS + 5, false)];
    Expected { said, actions: vec![], ..Expected::default() }
}

/// How often each was told, by its name: to the other system, and to the team.
fn told(world: &World) -> [BTreeMap<String, usize>; 2] {
    let mut told = [BTreeMap::new(), BTreeMap::new()];
    while let Some(waiting) = world.notices.receive(0) {
        world.notices.delete(waiting.id);
        let to = usize::from(waiting.job.to == Audience::Team);
        *told[to].entry(waiting.job.id).or_default() += 1;
    }
    told
}

#[test]
fn every_message_is_told_whatever_crashes_and_under_one_name() {
    every_crash_point_of(false, telling, two_messages, |world, expected| {
        check(world, expected)?;
        let told = told(world).map(|told| told.len());
        if told == [2, 1] { Ok(()) } else { Err(format!("{told:?} messages were told of")) }
    });
}

#[test]
fn undisturbed_each_is_told_once() {
    let mut world = telling(Faults::crashes_at([]));
    two_messages(&world);
    world.run(i64::MAX, START_MS + 6_000_000);
    let [webhook, team] = told(&world).map(|told| told.into_values().collect::<Vec<_>>());
    assert_eq!((webhook, team), (vec![1, 1], vec![1]));
}
