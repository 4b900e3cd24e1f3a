//! An open task is watched by one row from before it is written until it was seen to be done: whatever crashes or fails in between.

use musubi::domain::conversation::ConversationKey;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::store::journal::{Walk, write};
use serde_json::json;

use crate::crash_points::{every_crash_point_until, gates_of, small};
use crate::due::from_the_future;
use crate::faults::{Faults, seeds};
use crate::said::{said, user};
use crate::waiting::{dispatched, key};
use crate::world::{MINUTE_MS, Make, START_MS, World, run};

const UNTIL_MS: i64 = START_MS + 100 * MINUTE_MS;

/// Somebody writes, and writes again while the task is open: it is young again.
fn writes_again(world: &World) {
    for (number, after) in [(1, 0), (2, 1), (3, 45)] {
        let at_ms = START_MS + after * MINUTE_MS;
        world.event(said(number, 1, at_ms), at_ms + 10);
    }
}

fn watched(world: &World) -> Vec<OutboxRow> {
    let mut walk = Walk::through_watched(&world.account.key);
    run(world.journal().next_due(&mut walk, 100)).expect("a calm table").rows
}

fn waits(world: &World) -> (bool, bool) {
    let state = run(world.journal().conversation(&key(world))).expect("a calm table").expect("a conversation").value;
    (state.unanswered_since_ms.is_some(), state.has_a_task())
}

fn one_is_watched(world: &World, _: &()) -> Result<(), String> {
    match (watched(world).len(), waits(world)) {
        (1, (true, true)) => Ok(()),
        (rows, waits) => Err(format!("{rows} tasks are watched, of one who waits and has a task: {waits:?}")),
    }
}

fn nothing_waits(world: &World) -> Result<(), String> {
    match (watched(world).len(), waits(world)) {
        (0, (false, false)) => Ok(()),
        (rows, waits) => Err(format!("{rows} tasks are watched, of one who waits and has a task: {waits:?}")),
    }
}

fn all_are_done(world: &World) {
    world.crm.state.lock().unwrap().tasks.iter_mut().for_each(|task| task.done = true);
}

#[test]
fn an_open_task_is_watched_whatever_crashes() {
    let make = |faults| small(true, true, faults);
    every_crash_point_until(UNTIL_MS, false, make, writes_again, one_is_watched);
}

#[test]
fn an_open_task_is_watched_whatever_fails_and_whoever_looks_beside_and_seen_to_be_done_in_the_end() {
    for seed in 0..seeds(200) {
        let mut world = World::new(Make { lease: false, ..Make::unlucky(seed) });
        writes_again(&world);
        world.run(START_MS + 50 * MINUTE_MS, START_MS + 200 * MINUTE_MS);
        one_is_watched(&world, &()).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        all_are_done(&world);
        world.run(START_MS + 50 * MINUTE_MS, START_MS + 270 * MINUTE_MS);
        nothing_waits(&world).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
}

#[test]
fn that_a_task_is_done_is_seen_whatever_crashes() {
    let go = |crashes: &[u64]| {
        let mut world = small(true, true, Faults::crashes_at(crashes.iter().copied()));
        world.event(said(1, 1, START_MS), START_MS + 10);
        world.run(i64::MAX, START_MS + MINUTE_MS / 2);
        one_is_watched(&world, &()).expect("a task");
        let before = world.faults.trace().len();
        all_are_done(&world);
        world.run(i64::MAX, UNTIL_MS);
        nothing_waits(&world).unwrap_or_else(|why| panic!("crashes at {crashes:?}: {why}"));
        (world.faults.trace(), before)
    };
    let (trace, before) = go(&[]);
    for gate in gates_of(&trace, before) {
        go(&[gate]);
    }
}

#[test]
fn a_conversation_that_another_version_wrote_keeps_nobody_elses_task_from_being_looked_at() {
    let mut world = small(true, true, Faults::crashes_at([]));
    for by in [1, 2] {
        world.event(said(by, by, START_MS), START_MS + 10);
    }
    world.run(i64::MAX, START_MS + MINUTE_MS / 2);
    assert_eq!(watched(&world).len(), 2);
    let of_another = ConversationKey::person(&world.channel.id, &user(2));
    run(world.journal().commit(vec![from_the_future(&format!("c:{}", of_another.hash()), "state")]))
        .map(drop)
        .expect("a calm table");
    all_are_done(&world);
    world.run(i64::MAX, START_MS + 3 * MINUTE_MS);
    assert_eq!(waits(&world), (false, false));
    assert_eq!(watched(&world).len(), 1, "it is left to the version that knows it");
}

#[test]
fn a_look_that_the_version_before_enqueued_becomes_a_task_that_is_watched() {
    let mut world = small(true, true, Faults::crashes_at([]));
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.run(i64::MAX, START_MS + MINUTE_MS / 2);
    let [row] = &watched(&world)[..] else { panic!("a task") };
    let look = json!({"kind": "poll_task", "conversation": key(&world)});
    let effect: Effect = serde_json::from_value(look).expect("as it is stored");
    let look = OutboxRow { effect, due_at_ms: START_MS + MINUTE_MS, tries: 3, ..row.clone() };
    for write in [write::taken_out(row), write::enqueue(&look)] {
        run(world.journal().commit(vec![write])).map(drop).expect("a calm table");
    }
    dispatched(&world, START_MS + MINUTE_MS);
    one_is_watched(&world, &()).expect("as before");
    let due = run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table");
    assert!(due.iter().all(|row| row.effect != look.effect), "{due:?}");
}
