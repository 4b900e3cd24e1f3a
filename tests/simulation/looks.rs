//! One look at an open task waits at a time, and it is the one that the conversation names: whatever crashes or fails while it is enqueued,
//! which is before the state that names it.

use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::ports::Clock;

use crate::crash_points::{every_crash_point_until, small};
use crate::faults::seeds;
use crate::said::said;
use crate::waiting::{dispatched, key};
use crate::world::{MINUTE_MS, Make, START_MS, World, run};

const UNTIL_MS: i64 = START_MS + 100 * MINUTE_MS;

/// Somebody writes, and writes again while the task is open: looks begin anew.
fn writes_again(world: &World) {
    for (number, after) in [(1, 0), (2, 1), (3, 45)] {
        let at_ms = START_MS + after * MINUTE_MS;
        world.event(said(number, 1, at_ms), at_ms + 10);
    }
}

fn looks(world: &World) -> Vec<OutboxRow> {
    let rows = run(world.journal().due(&world.account.key, i64::MAX / 2, 1_000)).expect("a calm table");
    rows.into_iter().filter(|row| matches!(row.effect, Effect::PollTask { .. })).collect()
}

/// One that a crash has left behind goes when it is due.
fn one_look_waits(world: &World, _: &()) -> Result<(), String> {
    if let [.., last] = looks(world).as_slice() {
        dispatched(world, last.due_at_ms.max(world.clock.now_ms()));
    }
    let state = run(world.journal().conversation(&key(world))).expect("a calm table").expect("a conversation").value;
    match looks(world).as_slice() {
        [look] if state.names_look(look.due_at_ms) => Ok(()),
        looks => Err(format!("{} looks wait, of the task {:?}", looks.len(), state.task.map(|task| task.look_at_ms))),
    }
}

#[test]
fn one_look_waits_whatever_crashes() {
    let make = |faults| small(true, true, faults);
    every_crash_point_until(UNTIL_MS, false, make, writes_again, one_look_waits);
}

#[test]
fn one_look_waits_whatever_fails_and_whoever_looks_beside() {
    for seed in 0..seeds(200) {
        let mut world = World::new(Make { lease: false, ..Make::unlucky(seed) });
        writes_again(&world);
        world.run(START_MS + 50 * MINUTE_MS, START_MS + 200 * MINUTE_MS);
        one_look_waits(&world, &()).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
}
