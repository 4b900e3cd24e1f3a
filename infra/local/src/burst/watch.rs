//! What has become of it by now, and how long until all of it is done.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::Burst;
use super::crowd::Crowd;
use super::load::Faults;
use crate::fake::hubspot::{Execution, ExecutionState};
use crate::world::World;

/// From one look to the next, at least.
const LOOK: Duration = Duration::from_millis(500);
/// Looks take at most one of so many parts of the time.
const LOOKS_SHARE: u32 = 20;
/// Nothing has changed for so long: what is left waits for a time that is yet to come.
const STANDS_STILL: Duration = Duration::from_secs(10);
/// Then the world's clock is set ahead by so much, in milliseconds, again and again,
const STEP_MS: i64 = 30_000;
/// until it is this much ahead: what is left then does not come by itself. A day, as what failed is tried again for so long.
const AHEAD_AT_MOST_MS: i64 = 86_400_000;

/// What every message of a person says.
const TEXT: &str = "burst message ";

/// What the person writes whose message is the so-and-so-many-th.
pub(super) fn text(number: usize) -> String {
    format!("{TEXT}{number:07}")
}

/// How much is done.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    /// Messages that phones show.
    pub(super) delivered: usize,
    /// Executions of the workflow that have heard.
    pub(super) completed: usize,
    /// Messages of people that notes in the CRM hold.
    pub(super) noted: usize,
    /// Of these, such as stand there more than once.
    pub(super) noted_twice: usize,
}

/// When what was reached, in seconds from the beginning on, those that were skipped not counted.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) done: Done,
    pub(super) delivered_s: f64,
    pub(super) completed_s: f64,
    pub(super) noted_s: f64,
    /// By so much the world's clock was set ahead, in seconds.
    pub(super) ahead_s: i64,
}

/// Waits until all is done or nothing changes any more. What goes wrong stops when nothing changes for the first time.
pub(super) async fn wait(world: &World, burst: &Burst, crowd: &Crowd, faults: &Faults, began: Instant) -> Reached {
    let (mut reached, mut changed, mut ahead_ms) = (Reached::default(), Instant::now(), 0);
    loop {
        let looked = Instant::now();
        let done = look(world, burst, crowd);
        let now_s = began.elapsed().as_secs_f64();
        let before = std::mem::replace(&mut reached.done, done);
        for (is_more, at_s) in [
            (done.delivered > before.delivered, &mut reached.delivered_s),
            (done.completed > before.completed, &mut reached.completed_s),
            (done.noted > before.noted, &mut reached.noted_s),
        ] {
            if is_more {
                *at_s = now_s;
            }
        }
        if done != before {
            changed = Instant::now();
        }
        if done.completed >= burst.actions && done.noted >= burst.messages {
            break;
        }
        if changed.elapsed() > STANDS_STILL {
            faults.stop(world, burst);
            if ahead_ms >= AHEAD_AT_MOST_MS {
                println!("  NOT ALL of it, and nothing changes any more");
                break;
            }
            world.clock.advance_ms(STEP_MS);
            ahead_ms += STEP_MS;
        }
        tokio::time::sleep(LOOK.max(looked.elapsed() * LOOKS_SHARE)).await;
    }
    faults.stop(world, burst);
    reached.ahead_s = ahead_ms / 1_000;
    reached
}

fn look(world: &World, burst: &Burst, crowd: &Crowd) -> Done {
    let of_crowd = |one: &Execution| one.fields.get("channel").is_some_and(|channel| crowd.has(channel));
    let is_done = |one: &Execution| matches!(one.state, ExecutionState::Done { .. });
    let (noted, noted_twice) = if burst.messages > 0 { noted(world, crowd) } else { (0, 0) };
    Done {
        delivered: world.line.count_delivered(|one| crowd.has(&one.channel_id)),
        completed: world.hubspot.count_executions(|one| is_done(one) && of_crowd(one)),
        noted,
        noted_twice,
    }
}

/// How many different messages the notes hold, and how many of these more than once.
fn noted(world: &World, crowd: &Crowd) -> (usize, usize) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for note in crowd.0.iter().flat_map(|home| world.hubspot.notes(home.portal)) {
        let body = note.properties.get("hs_note_body").map(String::as_str).unwrap_or_default();
        for found in body.split(TEXT).skip(1) {
            *times.entry(found.chars().take_while(char::is_ascii_digit).collect()).or_default() += 1;
        }
    }
    (times.len(), times.values().filter(|times| **times > 1).count())
}
