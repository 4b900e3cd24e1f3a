//! An operator decides about a send that nobody can know: at any moment of another function's work, and with a crash anywhere,
//! it ends as they said, its workflow is told once, and it is not sent again.

use musubi::domain::ids::CallbackId;
use musubi::domain::push::{PushOutcome, PushState};
use musubi::flow::decide::Verdict;

use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_until, every_moment_of, small};
use crate::faults::Faults;
use crate::world::{MINUTE_MS, START_MS, World, push_id, run};

const CALLBACK: &str = "ap-1";
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const PARKED_AT_MS: i64 = START_MS + 23 * 60 * MINUTE_MS;

fn id(world: &World) -> musubi::domain::push::PushId {
    push_id(&world.account, &CallbackId::new(CALLBACK))
}

/// A send whose only attempt had no answer, and whose job came back when it was too late to ask again. The job comes back once
/// more, hours later.
fn undecided(world: &World) {
    let before = small(true, true, Faults::crashes_at([]));
    let job = before.push_job(CALLBACK);
    before.line.lose_next_answer();
    run(before.deliver().deliver(&job)).expect("nothing fails here");
    before.clock.advance_to(PARKED_AT_MS);
    run(before.deliver().deliver(&job)).expect("nothing fails here");
    world.journal_rows.restore(&before.journal_rows);
    world.crm.state.lock().unwrap().waiting.insert(CallbackId::new(CALLBACK));
    world.clock.advance_to(PARKED_AT_MS);
    world.push.put(job, PARKED_AT_MS + 30 * MINUTE_MS);
}

fn decided(world: &World, verdict: Verdict) -> Act {
    Act::Decide(id(world), verdict)
}

fn ended_as_decided(world: &World, outcome: PushOutcome) -> Result<(), String> {
    let push = run(world.journal().push(id(world))).expect("rows").ok_or("the send is lost")?;
    let PushState::Settled(settlement) = &push.value.state else { return Err("it did not end".to_owned()) };
    if settlement.outcome != outcome {
        return Err(format!("it ended {:?}", settlement.outcome));
    }
    if !world.line.attempts(id(world)).is_empty() {
        return Err("it was sent again".to_owned());
    }
    let told = world.crm.state.lock().unwrap().completed.get(&CallbackId::new(CALLBACK)).map_or(0, Vec::len);
    if told == 0 {
        return Err("its workflow was not told".to_owned());
    }
    nothing_is_left(world)
}

#[test]
fn a_decision_survives_a_crash_anywhere() {
    for (verdict, outcome) in [(Verdict::Shown, PushOutcome::Accepted), (Verdict::NotShown, PushOutcome::Failed)] {
        let fill = |world: &World| {
            undecided(world);
            for minutes in [5, 20] {
                let at_ms = PARKED_AT_MS + minutes * MINUTE_MS;
                world.acts.put(decided(world, verdict), at_ms);
            }
        };
        let make = |faults: Faults| small(true, true, faults);
        every_crash_point_until(PARKED_AT_MS + 29 * DAY_MS, false, make, fill, |world, ()| {
            ended_as_decided(world, outcome)
        });
    }
}

/// The 28 days are over, and the operator decides in the same moment: it ends once, as one of the two says.
#[test]
fn a_decision_at_any_moment_of_its_expiry_ends_it_once() {
    let expired_at_ms = PARKED_AT_MS + 28 * DAY_MS;
    every_moment_of(
        |faults| small(true, true, faults),
        |world: &World| {
            undecided(world);
            world.clock.advance_to(expired_at_ms - MINUTE_MS);
        },
        || {
            Act::Decide(
                push_id(&small(true, true, Faults::crashes_at([])).account, &CallbackId::new(CALLBACK)),
                Verdict::Shown,
            )
        },
        expired_at_ms + 100 * MINUTE_MS,
        |world, ()| {
            ended_as_decided(world, PushOutcome::Accepted).or_else(|_| ended_as_decided(world, PushOutcome::Unknown))
        },
    );
}
