//! What comes back late: no request leaves at the 23-hour line or behind it, and LINE, which forgets a retry key after 24
//! hours, never gets to show anything twice.

use musubi::domain::ids::CallbackId;
use musubi::domain::push::{PushOutcome, PushState};

use crate::acts::Act;
use crate::crash_points::{every_moment_of, small};
use crate::said::user;
use crate::world::{MINUTE_MS, Post, START_MS, World, push_id, run};

const HOUR_MS: i64 = 60 * MINUTE_MS;

/// LINE shows the message, and its answer is lost: only another try could tell.
fn a_send_whose_answer_is_lost(world: &World) -> CallbackId {
    let callback = CallbackId::new("ap-1");
    world.line.lose_next_answer();
    for (extra, at_ms) in [(false, START_MS + 20), (true, START_MS + 30_000)] {
        let text = "text-once-".to_owned();
        world.post(Post { callback: callback.clone(), to: Some(user(1)), contact: None, text, extra }, at_ms);
    }
    callback
}

fn shown_once_and_ended(world: &World, callback: &CallbackId) -> Result<(), String> {
    if let Some(violation) = world.line.violations().first() {
        return Err(violation.clone());
    }
    let id = push_id(&world.account, callback);
    let (shown, attempts) = (world.line.shown().len(), world.line.attempts(id).len());
    if shown != attempts.min(1) {
        return Err(format!("shown {shown} times in {attempts} attempts"));
    }
    match run(world.journal().push(id)).expect("rows").expect("a send").value.state {
        PushState::Parked(_) => Ok(()),
        PushState::Settled(settlement) if settlement.outcome == PushOutcome::Accepted && shown == 1 => Ok(()),
        // It slept before it had begun.
        PushState::Settled(_) if attempts == 0 => Ok(()),
        state => Err(format!("it stands as {state:?}")),
    }
}

#[test]
fn a_process_that_sleeps_over_the_23_hour_line_anywhere_shows_nothing_twice() {
    for for_ms in [23 * HOUR_MS, 24 * HOUR_MS + 30 * MINUTE_MS] {
        every_moment_of(
            |faults| small(true, true, faults),
            a_send_whose_answer_is_lost,
            || Act::Sleep(for_ms),
            START_MS + 30 * HOUR_MS,
            shown_once_and_ended,
        );
    }
}
