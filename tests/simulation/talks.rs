//! What operators say: as a reply where the person's newest event lets it, else as a push, and never both.

use musubi::domain::channel::Channel;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::OperatorId;
use musubi::domain::operator::OperatorName;
use musubi::domain::push::{OutgoingMessage, PushId, PushOutcome, PushState, SettlementNote};
use musubi::flow::talk::Saying;
use musubi::ports::Clock;

use crate::acts::{Act, Moment};
use crate::check::left_but_parked;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::{Faults, seeds};
use crate::said::{said, user};
use crate::world::{Arrived, MINUTE_MS, Make, START_MS, World, run};

/// What an operator says to person 1.
pub fn saying(channel: &Channel, name: &str, text: &str, at_ms: i64) -> Saying {
    let message = OutgoingMessage {
        json: text.to_owned(),
        said: musubi::domain::activity::Content::Text { text: text.to_owned() },
    };
    Saying {
        id: id(channel, name),
        by: OperatorName::parse("佐藤").expect("a name"),
        channel: channel.id.clone(),
        to: user(1),
        messages: vec![message],
        at_ms,
    }
}

pub fn key(channel: &Channel) -> ConversationKey {
    ConversationKey::person(&channel.id, &user(1))
}

fn id(channel: &Channel, name: &str) -> PushId {
    PushId::of_talk(&key(channel), &OperatorId::new("operator"), name)
}

/// The person writes; LINE gives a reply token with it.
pub fn writes(world: &World, number: u64, at_ms: i64) {
    let reply_token = Some(format!("token-{number}@{}", at_ms + 10));
    world.inbox.put(
        Arrived { accepted_at_ms: at_ms + 10, event: said(number, 1, at_ms), nonce: None, reply_token },
        at_ms + 10,
    );
}

/// What operators say, by name.
pub type Said = Vec<(&'static str, String)>;

/// The person writes and is answered at once; the answer is posted twice.
fn an_answer(world: &World) -> Said {
    writes(world, 1, START_MS);
    let text = "text-a-".to_owned();
    for after_ms in [5_000, 6_000] {
        world.acts.put(Act::Say("a", text.clone()), START_MS + after_ms);
    }
    vec![("a", text)]
}

/// The person writes twice and is answered twice; what is said is posted three times each.
fn a_talk(world: &World) -> Said {
    writes(world, 1, START_MS);
    writes(world, 2, START_MS + 10 * MINUTE_MS);
    let talk: Said = vec![("a", "text-a-".to_owned()), ("b", "text-b-".to_owned())];
    for (name, text) in &talk {
        let from_ms = if *name == "a" { START_MS + 5_000 } else { START_MS + 12 * MINUTE_MS };
        for after_ms in [0, 1_000, 20 * MINUTE_MS] {
            world.acts.put(Act::Say(name, text.clone()), from_ms + after_ms);
        }
    }
    talk
}

fn standing(world: &World, name: &str) -> Result<(PushOutcome, Option<SettlementNote>), String> {
    let push = run(world.journal().push(id(&world.channel, name))).expect("rows").ok_or(format!("{name} is lost"))?;
    match push.value.state {
        PushState::Settled(settlement) => Ok((settlement.outcome, settlement.note)),
        PushState::Parked(_) => Ok((PushOutcome::Unknown, None)),
        PushState::Sending(_) => Err(format!("{name} has not ended")),
    }
}

fn times(texts: impl IntoIterator<Item = String>, text: &str) -> usize {
    texts.into_iter().map(|it| it.matches(text).count()).sum()
}

/// Shown once where LINE took it, at most once where nobody knows, and the timeline says so as often.
pub fn each_is_shown_once(world: &World, talk: &Said) -> Result<(), String> {
    if let Some(violation) = world.line.violations().first() {
        return Err(violation.clone());
    }
    let mut replies = 0;
    for (name, text) in talk {
        let (outcome, note) = standing(world, name)?;
        let shown =
            times(world.line.replied(), text) + times(world.line.shown().into_iter().map(|(_, body)| body), text);
        let noted = times(world.crm.state.lock().unwrap().notes.iter().map(|note| note.body.clone()), text);
        let fits = match outcome {
            PushOutcome::Accepted => shown == 1 && noted == 1,
            PushOutcome::Unknown => shown <= 1 && noted == 0,
            _ => false,
        };
        if !fits {
            return Err(format!("{name}: {outcome:?}, shown {shown} times, {noted} times in notes"));
        }
        replies += u64::from(note == Some(SettlementNote::Replied));
    }
    let counted = run(world.journal().replied(&world.channel.id)).expect("rows").value.this_month(world.clock.now_ms());
    // One that is stopped right before the number is not counted.
    if counted > replies {
        return Err(format!("{replies} replies, {counted} counted"));
    }
    let left = run(world.journal().saying(&key(&world.channel))).expect("rows").len();
    let unknown = talk.iter().filter(|(name, _)| standing(world, name).is_ok_and(|it| it.0 == PushOutcome::Unknown));
    if left != unknown.count() {
        return Err(format!("{left} are listed as on their way"));
    }
    left_but_parked(world, true)
}

#[test]
fn undisturbed_the_first_answer_is_a_reply_and_the_late_one_a_push() {
    let mut world = small(true, true, Faults::crashes_at([]));
    let talk = a_talk(&world);
    world.run(i64::MAX, START_MS + 150 * MINUTE_MS);
    assert_eq!(standing(&world, "a"), Ok((PushOutcome::Accepted, Some(SettlementNote::Replied))));
    assert_eq!(standing(&world, "b"), Ok((PushOutcome::Accepted, None)));
    assert_eq!((world.line.replied().len(), world.line.shown().len()), (1, 1));
    let replied = run(world.journal().replied(&world.channel.id)).expect("rows").value;
    assert_eq!(replied.this_month(world.clock.now_ms()), 1);
    each_is_shown_once(&world, &talk).expect("it holds");
    let state = run(world.journal().conversation(&key(&world.channel))).expect("rows").expect("a state").value;
    assert_eq!((state.unanswered_since_ms, state.reply_chance), (None, None));
}

#[test]
fn what_an_operator_says_survives_a_crash_anywhere_and_is_shown_once_at_most() {
    every_crash_point_of(true, |faults| small(true, true, faults), an_answer, each_is_shown_once);
    every_crash_point_of(false, |faults| small(true, true, faults), a_talk, each_is_shown_once);
}

#[test]
fn where_line_refuses_every_token_both_answers_are_pushed_once_whatever_crashes() {
    let make = |faults| {
        let world = small(true, true, faults);
        world.line.refuse_replies();
        world
    };
    every_crash_point_of(true, make, an_answer, each_is_shown_once);
}

/// Lost answers, failures, crashes and duplicates at once, many people's work beside each other.
#[test]
fn with_failures_lost_answers_and_crashes_what_operators_say_is_shown_once_at_most() {
    let (mut unknown, mut replied, mut pushed) = (0, 0, 0);
    for seed in 0..seeds(400) {
        let mut world = World::new(Make { unique_keys: true, lease: false, ..Make::unlucky(seed) });
        let talk = a_talk(&world);
        world.run(START_MS + 180 * MINUTE_MS, START_MS + 12 * 60 * MINUTE_MS);
        if let Err(why) = each_is_shown_once(&world, &talk) {
            let trace = world.faults.trace();
            panic!("seed {seed}: {why}\n{}", trace[trace.len().saturating_sub(60)..].join("\n"));
        }
        for (name, _) in &talk {
            match standing(&world, name).expect("it ended") {
                (PushOutcome::Unknown, _) => unknown += 1,
                (_, Some(SettlementNote::Replied)) => replied += 1,
                _ => pushed += 1,
            }
        }
    }
    assert!(unknown > 0 && replied > 0 && pushed > 0, "{unknown} unknown, {replied} replied, {pushed} pushed");
}

/// A message that comes between the press of the button and LINE's yes has not been read by whoever pressed it.
#[test]
fn what_was_said_after_the_button_was_pressed_still_waits() {
    let mut world = small(true, true, Faults::crashes_at([]));
    writes(&world, 1, START_MS);
    world.line.rate_limit(1);
    world.line.refuse_replies();
    world.acts.put(Act::Say("a", "text-a-".to_owned()), START_MS + MINUTE_MS);
    // LINE asks to wait, and meanwhile the person writes.
    writes(&world, 2, START_MS + MINUTE_MS + 500);
    world.run(i64::MAX, START_MS + 3 * MINUTE_MS);
    assert_eq!(standing(&world, "a"), Ok((PushOutcome::Accepted, None)));
    let state = run(world.journal().conversation(&key(&world.channel))).expect("rows").expect("a state").value;
    assert!(state.unanswered_since_ms.is_some());
}

/// Whoever is erased while an operator's message waits is sent nothing, and nothing of it is left.
#[test]
fn whoever_is_erased_meanwhile_is_sent_nothing_that_was_not_sent() {
    let mut world = small(true, true, Faults::crashes_at([]));
    writes(&world, 1, START_MS);
    world.run(i64::MAX, START_MS + 60_000);
    let act = Act::Say("a", "text-a-".to_owned());
    world.acts.put(act, START_MS + 61_000);
    world.moment = Some(Moment {
        gate: world.faults.gates() + 2,
        act: Act::Erase(musubi::flow::erase::Who::User(user(1))),
        dies_after: None,
    });
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    let (outcome, _) = standing(&world, "a").expect("it ended");
    let shown = world.line.shown().len() + world.line.replied().len();
    assert_eq!(shown, usize::from(outcome == PushOutcome::Accepted));
    assert_eq!(run(world.journal().saying(&key(&world.channel))).expect("rows"), []);
}
