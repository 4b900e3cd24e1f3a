//! The CRM's own inbox: what people say stands there once, what the team answers there is shown once at most, and
//! whoever wrote it is told the truth.

use musubi::domain::account::CrmAccount;
use musubi::domain::activity::Content;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::crm_inbox::{AppInbox, CrmInbox, InboxAuthor, InboxMessage, InboxPost};
use musubi::domain::ids::{InboxAccountId, InboxChannelId, InboxMessageId};
use musubi::domain::push::{OutgoingMessage, PushId, PushOutcome, PushState};
use musubi::flow::erase::Who;
use musubi::flow::from_inbox::FromInbox;
use musubi::ports::{Clock, PortError};

use crate::acts::Act;
use crate::check::left_but_parked;
use crate::crash_points::{every_crash_point_of, every_moment_of, small};
use crate::faults::{Faults, seeds};
use crate::said::{said, unsent, user, word};
use crate::world::{Arrived, MINUTE_MS, Make, START_MS, World, run};

fn inbox() -> CrmInbox {
    CrmInbox { channel: InboxChannelId::new("1"), account: InboxAccountId::new("2") }
}

fn message(name: &str) -> InboxMessage {
    InboxMessage { channel: inbox().channel, message: InboxMessageId::new(name) }
}

/// The CRM tells of what somebody wrote to person 1.
pub async fn written(
    from_inbox: &FromInbox,
    account: &CrmAccount,
    name: &str,
    text: &str,
    at_ms: i64,
) -> Result<(), PortError> {
    let post = InboxPost {
        portal: account.key.id.clone(),
        message: message(name),
        account: inbox().account,
        to: Some(user(1)),
        by: InboxAuthor::Person(Some("佐藤".to_owned())),
        text: text.to_owned(),
        has_files: false,
        at_ms: Some(at_ms),
    };
    let app = AppInbox { channel: inbox().channel, token_hashes: Vec::new(), call_base: None };
    let outgoing = OutgoingMessage { json: text.to_owned(), said: Content::Text { text: text.to_owned() } };
    from_inbox.take(account, &app, post, Some(outgoing)).await
}

/// The same world, its inbox open.
pub fn with_inbox(mut world: World) -> World {
    world.change_channel(|channel| channel.crm_inbox = Some(inbox()));
    world
}

fn make(faults: Faults) -> World {
    with_inbox(small(true, true, faults))
}

/// Two messages, the second soon after the first, and a reply token each.
fn two_messages(world: &World) -> Vec<u64> {
    for (number, at_ms) in [(1, START_MS), (2, START_MS + 3_000)] {
        let reply_token = Some(format!("token-{number}@{}", at_ms + 10));
        let arrived = Arrived { accepted_at_ms: at_ms + 10, event: said(number, 1, at_ms), nonce: None, reply_token };
        world.inbox.put(arrived, at_ms + 10);
    }
    vec![1, 2]
}

/// They are answered, and HubSpot tells of it three times.
fn a_talk(world: &World) -> Vec<u64> {
    for after_ms in [20_000, 21_000, 20 * MINUTE_MS] {
        world.acts.put(Act::Write("a", "text-a-".to_owned()), START_MS + after_ms);
    }
    two_messages(world)
}

/// The first is taken back, when it may stand there already.
fn a_message_taken_back(world: &World) -> Vec<u64> {
    let at_ms = START_MS + 3_200;
    world.event(unsent(9, 1, 1, at_ms), at_ms);
    two_messages(world)
}

/// Each word stands there once; of the first, if it was taken back, at most once, and that it was.
fn all_stands_there_once(world: &World, said: &[u64], taken_back: bool) -> Result<(), String> {
    let texts: Vec<String> = {
        let crm = world.crm.state.lock().unwrap();
        crm.inbox.messages.iter().map(|(_, _, text)| text.clone()).collect()
    };
    // What comes to us late stands there late; the inbox sorts by their time.
    let mut words: Vec<&String> = texts.iter().filter(|text| text.starts_with("word-")).collect();
    words.sort();
    let expected: Vec<String> = said.iter().map(|number| word(*number)).collect();
    let without_first = taken_back && words.iter().copied().eq(&expected[1..]);
    if !(words.iter().copied().eq(&expected) || without_first) {
        return Err(format!("in the inbox: {texts:?}"));
    }
    let says_so = texts.iter().filter(|text| text.contains("取り消しました")).count();
    if says_so != usize::from(taken_back) {
        return Err(format!("that it was taken back, stands there {says_so} times"));
    }
    let key = ConversationKey::person(&world.channel.id, &user(1));
    let state = run(world.journal().conversation(&key)).expect("rows").ok_or("no conversation")?;
    let waiting = run(world.journal().for_inbox(&key, 10)).expect("rows").len();
    match (state.value.inbox_queued, waiting) {
        (false, 0) => Ok(()),
        left => Err(format!("still waiting: {left:?}")),
    }
}

/// What was written there was shown once, or at most once where nobody knows; and whoever wrote it was told so.
fn the_answer_is_shown_once(world: &World) -> Result<(PushOutcome, usize), String> {
    if let Some(violation) = world.line.violations().first() {
        return Err(violation.clone());
    }
    let id = PushId::of_inbox(&world.account.key, &message("a"));
    let push = run(world.journal().push(id)).expect("rows").ok_or("the answer is lost")?;
    let outcome = match push.value.state {
        PushState::Settled(settlement) => settlement.outcome,
        PushState::Parked(_) => PushOutcome::Unknown,
        PushState::Sending(_) => return Err("it has not ended".to_owned()),
    };
    let pushed = world.line.shown().into_iter().map(|(_, body)| body);
    let shown = world.line.replied().into_iter().chain(pushed).filter(|body| body.contains("text-a-")).count();
    let told = world.crm.state.lock().unwrap().inbox.told.get(&message("a").message).cloned();
    let fits = match (outcome, &told) {
        (PushOutcome::Accepted, Some(None)) => shown == 1,
        (PushOutcome::Unknown, Some(Some(_))) => shown <= 1,
        // The CRM told of it before anybody was linked.
        (PushOutcome::NotLinked, Some(Some(_))) => shown == 0,
        _ => false,
    };
    if fits { Ok((outcome, shown)) } else { Err(format!("{outcome:?}, shown {shown} times, told {told:?}")) }
}

fn a_talk_holds(world: &World, said: &[u64]) -> Result<(), String> {
    all_stands_there_once(world, said, false)?;
    the_answer_is_shown_once(world)?;
    left_but_parked(world, true)
}

#[test]
fn undisturbed_all_stands_there_and_the_answer_is_a_reply() {
    let mut world = make(Faults::crashes_at([]));
    let said = a_talk(&world);
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    a_talk_holds(&world, &said).expect("it holds");
    assert_eq!(the_answer_is_shown_once(&world), Ok((PushOutcome::Accepted, 1)));
    assert_eq!(world.line.replied().len(), 1);
    let crm = world.crm.state.lock().unwrap();
    let order: Vec<_> = crm.inbox.messages.iter().map(|(.., text)| text.clone()).collect();
    assert_eq!(order, [word(1), word(2)]);
}

#[test]
fn the_inbox_survives_a_crash_anywhere_with_nothing_twice_and_nothing_lost() {
    every_crash_point_of(true, make, two_messages, |world, said| {
        all_stands_there_once(world, said, false)?;
        left_but_parked(world, true)
    });
    every_crash_point_of(false, make, a_talk, |world, said| a_talk_holds(world, said));
}

#[test]
fn a_message_that_is_taken_back_while_it_goes_there_survives_a_crash_anywhere() {
    every_crash_point_of(false, make, a_message_taken_back, |world, said| {
        all_stands_there_once(world, said, true)?;
        left_but_parked(world, true)
    });
}

/// A message that is on its way into the inbox right now may be taken back at that very moment.
#[test]
fn whenever_a_message_is_taken_back_the_inbox_says_so_once() {
    let take_back = || Act::Arrive(unsent(9, 1, 1, START_MS + 3_200));
    let holds = |world: &World, said: &Vec<u64>| {
        // Before the message itself came, nothing of it was anywhere: then it says so in its place.
        all_stands_there_once(world, said, true)?;
        left_but_parked(world, true)
    };
    every_moment_of(make, two_messages, take_back, START_MS + 100 * MINUTE_MS, holds);
}

/// Whenever the person is erased, no words of theirs stay with us, and nothing waits for them.
#[test]
fn whenever_the_person_is_erased_nothing_of_theirs_waits_for_the_inbox() {
    let erase = || Act::Erase(Who::User(user(1)));
    let holds = |world: &World, _: &Vec<u64>| left_but_parked(world, true);
    every_moment_of(make, two_messages, erase, START_MS + 100 * MINUTE_MS, holds);
}

#[test]
fn with_failures_lost_answers_and_crashes_nothing_stands_there_twice_and_the_answer_is_shown_once_at_most() {
    let (mut unknown, mut accepted) = (0, 0);
    for seed in 0..seeds(300) {
        let mut world = with_inbox(World::new(Make { unique_keys: true, ..Make::unlucky(seed) }));
        let said = a_talk(&world);
        world.run(START_MS + 180 * MINUTE_MS, START_MS + 12 * 60 * MINUTE_MS);
        let held = all_stands_there_once(&world, &said, false).and_then(|()| the_answer_is_shown_once(&world));
        match held {
            Ok((PushOutcome::Accepted, _)) => accepted += 1,
            Ok(_) => unknown += 1,
            Err(why) => {
                let trace = world.faults.trace();
                panic!("seed {seed}: {why}\n{}", trace[trace.len().saturating_sub(60)..].join("\n"));
            }
        }
    }
    assert!(unknown > 0 && accepted > 0, "{unknown} unknown, {accepted} accepted");
}

#[test]
fn what_the_inbox_refuses_waits_for_nobody_and_comes_back_with_its_letter() {
    let mut world = make(Faults::crashes_at([]));
    world.crm.state.lock().unwrap().refused_for_now.insert(word(1));
    let said = two_messages(&world);
    world.run(i64::MAX, START_MS + 5 * MINUTE_MS);
    let texts = |world: &World| -> Vec<String> {
        world.crm.state.lock().unwrap().inbox.messages.iter().map(|(.., text)| text.clone()).collect()
    };
    assert!(texts(&world)[0].contains("受け付けられませんでした"), "{:?}", texts(&world));
    assert_eq!(texts(&world)[1], word(said[1]));
    let letters = world.wake_ups.dead_letters();
    assert_eq!(letters.len(), 1, "operators are told once");
    world.crm.relent();
    world.wake_ups.put(letters[0].0.clone(), world.clock.now_ms());
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    assert_eq!(texts(&world)[2], word(said[0]));
}
