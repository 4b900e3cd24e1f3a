//! The promises, checked when the world has come to rest.

use std::collections::HashMap;

use musubi::domain::ids::CallbackId;
use musubi::domain::properties::{LINE_LAST_MESSAGE, LINE_RECENT_MESSAGES, LINE_USER_ID};
use musubi::domain::push::{PushId, PushOutcome, PushState};
use musubi::ports::Clock;
use musubi::ports::messenger::PushRefusal;

use crate::models::line::Told;
use crate::said::{user, word};
use crate::world::{World, push_id, run};

/// What was put into the world.
#[derive(Default, Clone)]
pub struct Expected {
    /// (number, by whom, at when, taken back)
    pub said: Vec<(u64, u64, i64, bool)>,
    /// (callback, the texts posted under it)
    pub actions: Vec<(CallbackId, Vec<String>)>,
    /// Nothing failed and nothing crashed in this run.
    pub undisturbed: bool,
    /// Jobs may come back when it is too late to begin, or when nobody can know any more and their sends are parked.
    pub is_late: bool,
}

/// Everything that must hold; the first thing that does not, in words.
pub fn check(world: &World, expected: &Expected) -> Result<(), String> {
    only_what_is_known_settles_a_send(world, expected)?;
    line_showed_each_send_once(world, expected)?;
    every_workflow_was_completed(world, expected)?;
    every_word_is_on_the_timeline_once(world, expected)?;
    one_contact_and_one_open_task_each(world, expected)?;
    left_but_parked(world, expected.is_late)
}

/// Rule 9: while any attempt under a key has an unknown end, only LINE's yes settles it; once the end
/// of every attempt is known, its last refusal does.
fn only_what_is_known_settles_a_send(world: &World, expected: &Expected) -> Result<(), String> {
    for (callback, texts) in &expected.actions {
        let id = push_id(&world.account, callback);
        let attempts = world.line.attempts(id);
        let refused = |told: &Told| matches!(told, Told::No(_));
        let outcome = settled(world, id).ok_or(format!("{callback}: never settled"))?;
        let last = attempts.iter().rfind(|told| refused(told));
        let fits = match outcome {
            PushOutcome::Accepted => attempts.contains(&Told::Yes),
            // Nobody knows, and nobody tried to find out by sending it again.
            PushOutcome::Unknown => expected.is_late,
            // It was never tried, or LINE only ever asked to wait.
            PushOutcome::Expired => expected.is_late && attempts.iter().all(|told| *told == Told::NotNow),
            refusal => {
                let all_known = !attempts.contains(&Told::Nothing) && !attempts.contains(&Told::Yes);
                all_known && last.is_some_and(|told| matches!(told, Told::No(why) if outcome_of(*why) == refusal))
            }
        };
        if !fits {
            return Err(format!("{callback}: settled as {outcome:?} after {attempts:?}"));
        }
        // Where a request is repeated, another try may be under way while one is refused.
        let alone = expected.undisturbed && texts.len() == 1;
        if alone && attempts.iter().position(refused).is_some_and(|at| at + 1 != attempts.len()) {
            return Err(format!("{callback}: went on after a refusal that was definite: {attempts:?}"));
        }
    }
    Ok(())
}

fn outcome_of(why: PushRefusal) -> PushOutcome {
    match why {
        PushRefusal::InvalidMessage => PushOutcome::InvalidMessage,
        PushRefusal::WrongProvider => PushOutcome::WrongProvider,
        PushRefusal::Quota => PushOutcome::NoQuota,
        PushRefusal::Token | PushRefusal::NotAllowed | PushRefusal::Other => PushOutcome::Failed,
    }
}

/// How a send ended, where it is parked as unknown; none while it has not.
fn settled(world: &World, id: PushId) -> Option<PushOutcome> {
    match run(world.journal().push(id)).expect("the faults are over")?.value.state {
        PushState::Settled(settlement) => Some(settlement.outcome),
        PushState::Parked(_) => Some(PushOutcome::Unknown),
        PushState::Sending(_) => None,
    }
}

fn was_accepted(world: &World, callback: &CallbackId) -> bool {
    settled(world, push_id(&world.account, callback)) == Some(PushOutcome::Accepted)
}

fn line_showed_each_send_once(world: &World, expected: &Expected) -> Result<(), String> {
    if let Some(violation) = world.line.violations().first() {
        return Err(violation.clone());
    }
    let mut shown: HashMap<_, Vec<String>> = HashMap::new();
    for (key, body) in world.line.shown() {
        shown.entry(key).or_default().push(body);
    }
    for (callback, texts) in &expected.actions {
        let bodies = shown.remove(&push_id(&world.account, callback)).unwrap_or_default();
        let unknown = settled(world, push_id(&world.account, callback)) == Some(PushOutcome::Unknown);
        if bodies.len() != usize::from(was_accepted(world, callback)) && !(unknown && bodies.len() == 1) {
            return Err(format!("{callback}: shown {} times", bodies.len()));
        }
        if !bodies.is_empty() && !texts.iter().any(|text| bodies[0].contains(text.as_str())) {
            return Err(format!("{callback}: something else was shown"));
        }
    }
    if shown.is_empty() { Ok(()) } else { Err("something was shown that nobody asked for".into()) }
}

fn every_workflow_was_completed(world: &World, expected: &Expected) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    for (callback, _) in &expected.actions {
        let outputs = crm.completed.get(callback).ok_or(format!("{callback}: never completed"))?;
        let outcome = settled(world, push_id(&world.account, callback)).map_or("", PushOutcome::as_str);
        // It was told so while nobody knew.
        let was_unknown = |told: &str| expected.is_late && told == PushOutcome::Unknown.as_str();
        if outputs.iter().any(|outputs| outputs["outcome"] != outcome && !was_unknown(&outputs["outcome"])) {
            return Err(format!("{callback}: completed as {}", outputs[0]["outcome"]));
        }
    }
    if crm.waiting.is_empty() { Ok(()) } else { Err(format!("still waiting: {:?}", crm.waiting)) }
}

fn every_word_is_on_the_timeline_once(world: &World, expected: &Expected) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    let count = |text: &str| crm.notes.iter().map(|note| note.body.matches(text).count()).sum::<usize>();
    for (number, _, _, taken_back) in &expected.said {
        let times = count(&word(*number));
        if times != usize::from(!taken_back) {
            return Err(format!("message {number} stands {times} times, taken back: {taken_back}"));
        }
    }
    for (callback, texts) in &expected.actions {
        let times: usize = texts.iter().map(|text| count(text)).sum();
        if times != usize::from(was_accepted(world, callback)) {
            return Err(format!("{callback} stands {times} times"));
        }
    }
    let mut in_order: Vec<_> = expected.said.iter().collect();
    in_order.sort_by_key(|(number, _, at_ms, _)| (*at_ms, *number));
    for note in &crm.notes {
        let places: Vec<usize> = in_order.iter().filter_map(|(number, ..)| note.body.find(&word(*number))).collect();
        if places.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err("an entry is out of order".into());
        }
    }
    Ok(())
}

fn one_contact_and_one_open_task_each(world: &World, expected: &Expected) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    let mut people: Vec<u64> = expected.said.iter().map(|(_, by, ..)| *by).collect();
    people.sort_unstable();
    people.dedup();
    for by in people {
        let id = user(by);
        let contacts: Vec<_> =
            crm.contacts.iter().filter(|(_, p)| p.get(LINE_USER_ID).map(String::as_str) == Some(id.expose())).collect();
        let [(contact, properties)] = contacts[..] else {
            return Err(format!("person {by} has {} contacts", contacts.len()));
        };
        let open = crm.tasks.iter().filter(|task| task.contact == *contact && !task.done).count();
        if open != 1 {
            return Err(format!("person {by} has {open} open tasks"));
        }
        let theirs = expected.said.iter().filter(|(_, whose, ..)| *whose == by);
        let newest = theirs.clone().max_by_key(|(number, _, at_ms, _)| (*at_ms, *number)).expect("they spoke");
        let last = properties.get(LINE_LAST_MESSAGE).map_or("", String::as_str);
        if !newest.3 && !last.ends_with(&word(newest.0)) {
            return Err(format!("person {by}: the last message reads {last:?}, not {}", word(newest.0)));
        }
        for (number, _, _, taken_back) in theirs {
            let stands = properties.values().any(|value| value.contains(&word(*number)));
            if *taken_back && stands {
                return Err(format!("message {number} was taken back and stands in a property"));
            }
        }
        if properties.get(LINE_RECENT_MESSAGES).is_none_or(String::is_empty) {
            return Err(format!("person {by} has no recent messages"));
        }
    }
    Ok(())
}

/// No words, no work in the outbox that should have been done, no job in a queue.
pub fn nothing_is_left(world: &World) -> Result<(), String> {
    left_but_parked(world, false)
}

/// The same, but for what a person must decide about.
pub(crate) fn left_but_parked(world: &World, may_park: bool) -> Result<(), String> {
    for (partition, sort, body) in world.journal_rows.all() {
        if sort.starts_with("p:") {
            return Err(format!("words are left in {partition}"));
        }
        // An open task is looked at again and again; a completion whose answer was lost is repeated
        // until the workflow would have stopped waiting.
        let parked = may_park && (body.contains("\"is\":\"parked\"") || body.contains("\"expire_parked_push\""));
        let goes_on = parked || body.contains("\"watch_task\"") || body.contains("\"complete_workflow\"");
        if partition.starts_with("o:") && !goes_on {
            return Err(format!("still in the outbox: {sort}"));
        }
        if (body.contains("word-") || body.contains("text-")) && !parked {
            return Err(format!("words are left in {partition} {sort}"));
        }
    }
    if world.inbox.len() + world.push.len() + world.posts.len() > 0 {
        return Err(format!("jobs are left at {}", world.clock.now_ms()));
    }
    if let Some((_, reason)) = world.wake_ups.dead_letters().first() {
        return Err(format!("given up: {reason}"));
    }
    Ok(())
}
