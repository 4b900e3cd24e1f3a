//! Small scenarios, every crash point: each gate of each port call alone, and every pair.

use musubi::domain::ids::CallbackId;
use musubi::ports::messenger::PushRefusal;

use crate::acts::{Act, Moment};
use crate::check::{Expected, check};
use crate::faults::{Faults, one_of};
use crate::said::{said, unsent, user};
use crate::world::{MINUTE_MS, Make, Post, START_MS, World};

/// A small world, where one thing happens at a time.
pub fn small(unique_keys: bool, create_contacts: bool, faults: Faults) -> World {
    World::new(Make {
        seed: 1,
        faults,
        unique_keys,
        create_contacts,
        concurrency: 1,
        lost_answers_per_mille: 0,
        lease: true,
    })
}

/// The same with the usual checks.
pub fn every_crash_point(unique_keys: bool, pairs: bool, fill: impl Fn(&World) -> Expected) {
    every_crash_point_of(pairs, |faults| small(unique_keys, true, faults), fill, check);
}

/// Runs the scenario with a crash at each gate of the undisturbed run, then with pairs of them.
/// Gates of a dispatcher that finds nothing due are left out: nothing is under way there.
pub fn every_crash_point_of<T>(
    pairs: bool,
    make: impl Fn(Faults) -> World,
    fill: impl Fn(&World) -> T,
    holds: impl Fn(&World, &T) -> Result<(), String>,
) {
    every_crash_point_until(START_MS + 100 * MINUTE_MS, pairs, make, fill, holds);
}

/// The same, for a scenario that takes until then.
pub fn every_crash_point_until<T>(
    until_ms: i64,
    pairs: bool,
    make: impl Fn(Faults) -> World,
    fill: impl Fn(&World) -> T,
    holds: impl Fn(&World, &T) -> Result<(), String>,
) {
    let go = |crashes: &[u64]| {
        let mut world = make(Faults::crashes_at(crashes.iter().copied()));
        let expected = fill(&world);
        world.run(i64::MAX, until_ms);
        let trace = world.faults.trace();
        if let Err(why) = holds(&world, &expected) {
            let crash = trace.iter().rposition(|line| line.starts_with("CRASH")).unwrap_or(0);
            let around = &trace[crash.saturating_sub(30)..(crash + 30).min(trace.len())];
            panic!("crashes at {crashes:?}: {why}\n{}", around.join("\n"));
        }
        trace
    };
    for first in gates_of(&go(&[]), 0) {
        let trace = go(&[first]);
        // After a crash the run is another one: the second crash is taken from what follows it there.
        let crash = trace.iter().position(|line| line.starts_with("CRASH")).unwrap_or(trace.len());
        for second in gates_of(&trace, crash).into_iter().filter(|_| pairs).step_by(one_of(400)) {
            go(&[first, second]);
        }
    }
}

/// The gates of a run from this line on. Those of a dispatcher that looks for what is due are left out.
pub(crate) fn gates_of(trace: &[String], from: usize) -> Vec<u64> {
    let busy = trace[from..].iter().filter(|line| !line.contains("journal range"));
    let gates: Vec<u64> = busy.filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    assert!(from > 0 || gates.len() > 10, "the scenario passes {} gates only", gates.len());
    gates
}

/// Runs the scenario with this happening at each gate of the undisturbed run, whole, while somebody stands at the gate; then
/// whoever stands there goes on, or is gone.
pub fn every_moment_of<T>(
    make: impl Fn(Faults) -> World,
    fill: impl Fn(&World) -> T,
    act: impl Fn() -> Act,
    until_ms: i64,
    holds: impl Fn(&World, &T) -> Result<(), String>,
) {
    every_moment_and_death_of(&[None, Some(0)], make, fill, act, until_ms, holds);
}

/// The same, where whoever stands at the gate is gone after so many more gates.
pub fn every_moment_and_death_of<T>(
    deaths: &[Option<u64>],
    make: impl Fn(Faults) -> World,
    fill: impl Fn(&World) -> T,
    act: impl Fn() -> Act,
    until_ms: i64,
    holds: impl Fn(&World, &T) -> Result<(), String>,
) {
    let go = |moment: Option<(u64, Option<u64>)>| {
        let mut world = make(Faults::crashes_at([]));
        let expected = fill(&world);
        world.moment = moment.map(|(gate, dies_after)| Moment { gate, act: act(), dies_after });
        world.run(i64::MAX, until_ms);
        let trace = world.faults.trace();
        if let (Some(moment), Err(why)) = (moment, holds(&world, &expected)) {
            let at = trace.iter().position(|line| line.starts_with("MOMENT")).unwrap_or(0);
            let around = &trace[at.saturating_sub(40)..(at + 60).min(trace.len())];
            panic!("at {moment:?}: {why}\n{}", around.join("\n"));
        }
        trace
    };
    let undisturbed = go(None);
    // What is on the wire is not ours to hold back.
    let on_the_wire = |gate: &u64| undisturbed.iter().any(|line| *line == format!("{gate} before line push"));
    for gate in gates_of(&undisturbed, 0).into_iter().filter(|gate| !on_the_wire(gate)) {
        for dies_after in deaths {
            go(Some((gate, *dies_after)));
        }
    }
}

fn a_message(world: &World) -> Expected {
    world.event(said(1, 1, START_MS), START_MS + 10);
    Expected { said: vec![(1, 1, START_MS, false)], actions: vec![], ..Expected::default() }
}

fn a_message_taken_back_after_its_entry(world: &World) -> Expected {
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.event(said(2, 1, START_MS + 5), START_MS + 12);
    let later = START_MS + 30 * MINUTE_MS;
    world.event(unsent(9, 1, 1, later), later);
    Expected { said: vec![(1, 1, START_MS, true), (2, 1, START_MS + 5, false)], actions: vec![], ..Expected::default() }
}

fn a_send(world: &World) -> Expected {
    let callback = CallbackId::new("ap-1");
    let text = "text-once-".to_owned();
    world.event(said(1, 1, START_MS), START_MS + 10);
    let post = Post { callback: callback.clone(), to: Some(user(1)), contact: None, text: text.clone(), extra: false };
    world.post(post, START_MS + 20);
    Expected { said: vec![(1, 1, START_MS, false)], actions: vec![(callback, vec![text])], ..Expected::default() }
}

/// LINE refuses the first attempt and would take the next one: nobody knows after a crash.
fn a_send_that_line_refuses(world: &World) -> Expected {
    world.line.refuse_next(PushRefusal::Quota);
    a_send(world)
}

/// The story without a stop, then with one at each of the steps that it tells of.
pub(crate) fn with_every_stop(story: impl Fn(Option<u64>) -> u64) {
    let gates = story(None);
    assert!(gates > 20, "{gates}");
    for gate in 1..=gates {
        story(Some(gate));
    }
}

#[test]
fn a_message_survives_a_crash_anywhere() {
    every_crash_point(true, true, a_message);
    every_crash_point(false, false, a_message);
}

#[test]
fn a_message_taken_back_survives_a_crash_anywhere() {
    every_crash_point(true, false, a_message_taken_back_after_its_entry);
}

#[test]
fn a_send_survives_a_crash_anywhere() {
    every_crash_point(true, true, a_send);
    every_crash_point(false, false, a_send);
}

#[test]
fn a_refusal_survives_a_crash_anywhere() {
    every_crash_point(true, false, a_send_that_line_refuses);
}
