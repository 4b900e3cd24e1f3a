//! What the CRM refuses for its length or its content, for good and for a while: no words are lost, and nothing waits.

use musubi::domain::activity::Content;
use musubi::domain::inbound::InboundEvent;
use musubi::domain::properties::{LINE_LAST_MESSAGE, LINE_USER_ID};

use crate::crash_points::{every_crash_point_of, small};
use crate::faults::{Dice, Faults, seeds};
use crate::said::{saying, unsent, user, word};
use crate::world::{MINUTE_MS, Make, START_MS, World};

const HOUR_MS: i64 = 3_600_000;
const FOR_GOOD: &str = "poison-";
const FOR_NOW: &str = "thorn-";

/// A message that was sent.
#[derive(Clone)]
struct Sent {
    number: u64,
    by: u64,
    at_ms: i64,
    text: String,
    taken_back: bool,
}

impl Sent {
    fn is_refused(&self) -> bool {
        self.text.contains(FOR_GOOD)
    }

    fn event(&self) -> InboundEvent {
        saying(self.number, self.by, self.at_ms, Content::Text { text: self.text.clone() })
    }
}

/// A text that begins with its word: short, long with what HTML makes longer, or refused.
fn text(number: u64, dice: &mut Dice) -> String {
    let word = word(number);
    match dice.below(10) {
        0..=3 => word,
        4..=5 => format!("{word}{}", "&".repeat(5_000)),
        6 => format!("{word}{}", "&".repeat(usize::try_from(dice.below(40_000)).expect("small"))),
        7 => format!("{word}{}", "\"https://example.com/?a='b'\" ".repeat(170)),
        8 => format!("{word}{FOR_GOOD}"),
        _ => format!("{word}{FOR_NOW}"),
    }
}

fn small_number(dice: &mut Dice, below: u64) -> i64 {
    i64::try_from(dice.below(below)).expect("small")
}

fn fill(world: &World, seed: u64) -> Vec<Sent> {
    refuse(world);
    let mut dice = Dice::new(seed ^ 0xbad);
    let people = 1 + dice.below(3);
    let mut all = Vec::new();
    for number in 0..6 + dice.below(14) {
        let by = dice.below(people);
        // Often several in one moment.
        let at_ms = START_MS + small_number(&mut dice, 20) * MINUTE_MS + small_number(&mut dice, 2);
        let sent = Sent { number, by, at_ms, text: text(number, &mut dice), taken_back: dice.chance(150) };
        let arrives_ms = at_ms + small_number(&mut dice, 60_000);
        world.event(sent.event(), arrives_ms);
        if sent.taken_back {
            let at = at_ms + small_number(&mut dice, 2 * HOUR_MS as u64);
            world.event(unsent(number, number, by, at), at.max(arrives_ms - 1_000));
        }
        all.push(sent);
    }
    all
}

fn refuse(world: &World) {
    let mut crm = world.crm.state.lock().unwrap();
    crm.refused_words.insert(FOR_GOOD.to_owned());
    crm.refused_for_now.insert(FOR_NOW.to_owned());
}

/// An operator sends every letter back.
fn redrive(world: &World) {
    for (letter, _) in world.wake_ups.dead_letters() {
        world.wake_ups.put(letter, 0);
    }
}

fn check(world: &World, sent: &[Sent]) -> Result<(), String> {
    words_stand_once_or_are_kept(world, sent)?;
    the_newest_words_are_on_the_contact(world, sent)?;
    nothing_else_is_left(world)
}

fn words_stand_once_or_are_kept(world: &World, sent: &[Sent]) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    let count = |text: &str| crm.notes.iter().map(|note| note.body.matches(text).count()).sum::<usize>();
    let rows = world.journal_rows.all();
    for one in sent {
        let word = word(one.number);
        let kept = rows.iter().filter(|(_, sort, body)| sort.starts_with("h:") && body.contains(&word)).count();
        let (stands, wanted) = (count(&word), !one.taken_back);
        if (stands, kept) != (usize::from(wanted && !one.is_refused()), usize::from(wanted && one.is_refused())) {
            return Err(format!("{word} stands {stands} times and is kept {kept} times ({})", kind(one)));
        }
    }
    let ampersands = |one: &&Sent| !one.taken_back && !one.is_refused();
    let wanted: usize = sent.iter().filter(ampersands).map(|one| one.text.matches('&').count()).sum();
    if count("&amp;") != wanted {
        return Err(format!("{} ampersands stand, not {wanted}", count("&amp;")));
    }
    let refused = sent.iter().any(|one| one.is_refused() && !one.taken_back);
    let letters = world.wake_ups.dead_letters();
    match letters.iter().find(|(_, reason)| !reason.contains("crm_refused (CONTENT)")) {
        Some((_, reason)) => Err(format!("a letter says: {reason}")),
        None if refused && letters.is_empty() => Err("nobody was told of what was refused".into()),
        None => Ok(()),
    }
}

fn kind(sent: &Sent) -> String {
    format!("{} characters, taken back: {}, refused: {}", sent.text.chars().count(), sent.taken_back, sent.is_refused())
}

fn the_newest_words_are_on_the_contact(world: &World, sent: &[Sent]) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    for by in 0..3 {
        let theirs = sent.iter().filter(|one| one.by == by);
        let Some(newest) = theirs.max_by_key(|one| (one.at_ms, one.number)) else { continue };
        let id = user(by);
        let shows = |properties: &&std::collections::BTreeMap<String, String>| {
            properties.get(LINE_USER_ID).map(String::as_str) == Some(id.expose())
        };
        let contact = crm.contacts.values().find(shows).ok_or(format!("person {by} has no contact"))?;
        let last = contact.get(LINE_LAST_MESSAGE).map_or("", String::as_str);
        let refused = newest.text.contains(FOR_GOOD) || newest.text.contains(FOR_NOW);
        if !newest.taken_back && !refused && !newest.text.starts_with(last.trim_end_matches('…')) {
            return Err(format!("person {by}: the last message is not {}", word(newest.number)));
        }
        if last.is_empty() {
            return Err(format!("person {by} has no last message"));
        }
    }
    Ok(())
}

fn nothing_else_is_left(world: &World) -> Result<(), String> {
    for (partition, sort, body) in world.journal_rows.all() {
        let goes_on = body.contains("\"watch_task\"");
        if sort.starts_with("p:") || (partition.starts_with("o:") && !goes_on) {
            return Err(format!("{partition} {sort} is left"));
        }
        if body.contains("word-") && !sort.starts_with("h:") {
            return Err(format!("words are left in {partition} {sort}"));
        }
    }
    match world.inbox.len() {
        0 => Ok(()),
        jobs => Err(format!("{jobs} events are left")),
    }
}

fn many(per_mille: u64, crash_per_mille: u64, unique_keys: bool) {
    for seed in 0..seeds(40) {
        let faults = Faults::random(seed, per_mille, crash_per_mille);
        let mut world = World::new(Make {
            seed,
            faults,
            unique_keys,
            create_contacts: true,
            concurrency: 1 + (seed % 4) as usize,
            lost_answers_per_mille: 0,
            lease: true,
        });
        let sent = fill(&world, seed);
        world.run(START_MS + 3 * HOUR_MS, START_MS + 5 * HOUR_MS);
        redrive(&world);
        world.run(START_MS + 3 * HOUR_MS, START_MS + 12 * HOUR_MS);
        if let Err(why) = check(&world, &sent) {
            let trace = world.faults.trace();
            let tail = trace.len().saturating_sub(60);
            panic!("seed {seed} (unique keys: {unique_keys}): {why}\n{}", trace[tail..].join("\n"));
        }
    }
}

#[test]
fn what_the_crm_refuses_costs_no_words() {
    many(0, 0, true);
    many(0, 0, false);
}

#[test]
fn what_the_crm_refuses_costs_no_words_under_failures_and_crashes() {
    many(60, 10, true);
    many(60, 10, false);
}

fn scenario(world: &World, texts: &[String]) -> Vec<Sent> {
    refuse(world);
    let sent = texts.iter().zip(1..).map(|(text, number)| {
        let sent = Sent { number, by: 1, at_ms: START_MS, text: format!("{}{text}", word(number)), taken_back: false };
        world.event(sent.event(), START_MS + 10);
        sent
    });
    sent.collect()
}

fn crash_anywhere(unique_keys: bool, texts: &[String]) {
    every_crash_point_of(
        false,
        |faults| small(unique_keys, true, faults),
        |world| scenario(world, texts),
        |world, sent| check(world, sent),
    );
}

#[test]
fn words_that_are_dead_lettered_survive_a_crash_anywhere() {
    let texts = [String::new(), FOR_GOOD.to_owned(), String::new()];
    crash_anywhere(true, &texts);
    crash_anywhere(false, &texts);
}

#[test]
fn a_message_longer_than_a_note_survives_a_crash_anywhere() {
    let texts = [format!("{}end", "&".repeat(20_000)), String::new()];
    crash_anywhere(true, &texts);
    crash_anywhere(false, &texts);
}
