//! What becomes of a send, to the millisecond: what is too old, what is confirmed, what is told when.

use std::sync::Arc;

use async_trait::async_trait;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::activity::Mark;
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::ids::{CallbackId, ContactId, CrmAccountId};
use musubi::domain::outbox::Effect;
use musubi::domain::properties::LINE_LAST_OUTCOME;
use musubi::domain::push::{PushJob, PushOutcome, PushState, Refused, SettlementNote};
use musubi::flow::dispatch::Dispatch;
use musubi::flow::outbox::Outbox;
use musubi::ports::messenger::PushRefusal;
use musubi::ports::table::{Commit, Row, RowKey, Table, Write};
use musubi::ports::{Clock, PortError};
use musubi::store::Journal;
use musubi::store::journal::write;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::contact;
use crate::models::table::ModelTable;
use crate::said::{said, user, word};
use crate::world::{MINUTE_MS, START_MS, World, run};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

fn quiet() -> World {
    small(true, true, Faults::crashes_at([]))
}

fn job(world: &World) -> PushJob {
    world.push_job("ap-1")
}

/// How it stands once it was tried at this moment.
fn tried(world: &World, job: &PushJob, at_ms: i64) -> PushState {
    world.clock.advance_to(at_ms);
    run(world.deliver().deliver(job)).expect("nothing fails here");
    run(world.journal().push(job.id)).expect("a calm table").expect("a send").value.state
}

fn outcome(state: PushState) -> (PushOutcome, Option<SettlementNote>) {
    let PushState::Settled(settlement) = state else { panic!("it did not end: {state:?}") };
    (settlement.outcome, settlement.note)
}

/// The completions in the outbox, and when each is due.
fn completions(world: &World) -> Vec<i64> {
    let rows = run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table");
    rows.iter().filter(|row| matches!(row.effect, Effect::CompleteWorkflow { .. })).map(|row| row.due_at_ms).collect()
}

#[test]
fn what_was_asked_for_thirty_days_ago_is_sent_and_a_millisecond_later_no_more() {
    let world = quiet();
    assert_eq!(outcome(tried(&world, &job(&world), START_MS + 30 * DAY_MS)), (PushOutcome::Accepted, None));
    assert_eq!(world.line.shown().len(), 1);
    let world = quiet();
    let late = tried(&world, &job(&world), START_MS + 30 * DAY_MS + 1);
    assert_eq!(outcome(late), (PushOutcome::Expired, Some(SettlementNote::TooOld)));
    assert_eq!(world.line.shown(), vec![]);
}

#[test]
fn what_may_be_sent_until_a_moment_is_sent_in_it_and_not_after_it() {
    let until = |world: &World| PushJob { send_by_ms: START_MS + 5_000, ..job(world) };
    let world = quiet();
    assert_eq!(outcome(tried(&world, &until(&world), START_MS + 5_000)), (PushOutcome::Accepted, None));
    let world = quiet();
    assert_eq!(outcome(tried(&world, &until(&world), START_MS + 5_001)), (PushOutcome::Expired, None));
    assert_eq!(world.line.shown(), vec![]);
}

#[test]
fn a_block_holds_for_a_day_and_then_line_is_asked() {
    for (passed_ms, ends) in [(DAY_MS - 1, PushOutcome::Blocked), (DAY_MS, PushOutcome::Accepted)] {
        let world = quiet();
        let key = ConversationKey::person(&world.channel.id, &user(1));
        let mut head = Conversation::new(key, world.account.key.clone());
        let blocked = said(1, 1, START_MS);
        head.friendship.observe(&Mark::at(START_MS, blocked.id), true);
        let stored = run(world.journal().commit(vec![write::conversation(&head, 0)]));
        assert_eq!(stored.expect("a calm table"), Commit::Done);
        // The model of LINE knows everybody as a friend.
        assert_eq!(outcome(tried(&world, &job(&world), START_MS + passed_ms)).0, ends);
    }
}

#[test]
fn who_asks_again_is_told_again_in_twenty_seconds_and_once() {
    let world = quiet();
    world.crm.state.lock().unwrap().waiting.insert(CallbackId::new("ap-1"));
    tried(&world, &job(&world), START_MS + 1_000);
    assert_eq!(completions(&world), [START_MS + 1_000]);
    run(world.dispatch().dispatch(&world.account.key, START_MS + 30_000)).expect("nothing fails here");
    assert_eq!(completions(&world), [0_i64; 0], "it was told");
    for at_ms in [START_MS + 60_000, START_MS + 61_000] {
        tried(&world, &job(&world), at_ms);
        assert_eq!(completions(&world), [START_MS + 80_000]);
    }
    assert_eq!(world.line.shown().len(), 1);
}

/// The CRM refuses the outcome itself: it is dead-lettered, and enqueued again where the CRM repeats its request.
#[test]
fn an_outcome_that_the_crm_refuses_is_dead_lettered_and_whoever_asks_again_is_told() {
    let world = quiet();
    let accepted = "accepted".to_owned();
    let mut crm = world.crm.state.lock().unwrap();
    crm.waiting.insert(CallbackId::new("ap-1"));
    crm.refused_words.insert(accepted.clone());
    drop(crm);
    tried(&world, &job(&world), START_MS + 1_000);
    while let Some(&due_at_ms) = completions(&world).first() {
        world.clock.advance_to(due_at_ms);
        run(world.dispatch().dispatch(&world.account.key, due_at_ms + 30_000)).expect("nothing fails here");
    }
    let [(letter, reason)] = &world.wake_ups.dead_letters()[..] else {
        panic!("{} letters", world.wake_ups.dead_letters().len())
    };
    assert!(reason.contains("crm_refused (CONTENT)"), "{reason}");

    let told = |world: &World| world.crm.state.lock().unwrap().completed.values().map(Vec::len).sum::<usize>();
    assert!(world.crm.state.lock().unwrap().refused_words.remove(&accepted));
    let at_ms = world.clock.now_ms() + MINUTE_MS;
    tried(&world, &job(&world), at_ms);
    assert_eq!(completions(&world).len(), 1, "it is enqueued again");
    // An operator sends the letter back as well.
    run(world.dispatch().enqueue_again(letter)).expect("nothing fails here");
    for passed_ms in [MINUTE_MS, 60 * MINUTE_MS] {
        world.clock.advance_to(at_ms + passed_ms);
        run(world.dispatch().dispatch(&world.account.key, at_ms + passed_ms + 30_000)).expect("nothing fails here");
    }
    assert_eq!((told(&world), completions(&world).len(), world.line.shown().len()), (1, 0, 1));
}

/// A journal that takes no change of a send.
struct NoSends(ModelTable);

#[async_trait]
impl Table for NoSends {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.0.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        self.0.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        match writes.iter().any(|write| write.key().partition.starts_with("s:")) {
            true => Err(PortError::permanent("test", "it never will")),
            false => self.0.commit(writes).await,
        }
    }
}

/// Nobody is told that the CRM was to blame, and everybody hears of it once, and once more where it is given up and cannot be.
#[test]
fn what_our_own_table_refuses_is_said_once_after_a_few_tries_and_stays_in_the_outbox() {
    // Whatever the CRM itself did not take before.
    for refused_before in [0, 6] {
        let world = quiet();
        tried(&world, &job(&world), START_MS + 1_000);
        let journal = Journal::new(Arc::new(NoSends(world.journal_rows.clone())));
        let settle = |at_ms: i64| {
            world.clock.advance_to(at_ms);
            let up = Dispatch { outbox: Outbox { journal: journal.clone(), ..world.outbox() }, ..world.dispatch() };
            // It waits still: it is told, and that it was told is what cannot be stored.
            world.crm.state.lock().unwrap().waiting.insert(CallbackId::new("ap-1"));
            run(up.dispatch(&world.account.key, at_ms + 30_000)).expect("one row's trouble is no failure");
            let letters = world.wake_ups.dead_letters().into_iter().map(|(_, reason)| reason);
            let reasons: Vec<String> = letters.filter(|reason| reason.contains("complete-")).collect();
            assert!(reasons.iter().all(|it| it.contains("not_stored") && !it.contains("crm_")), "{reasons:?}");
            reasons.len()
        };
        world.crm.state.lock().unwrap().not_ready_for.insert("accepted".to_owned());
        for _ in 0..refused_before {
            assert_eq!(settle(completions(&world)[0]), 0);
        }
        world.crm.state.lock().unwrap().not_ready_for.clear();
        for tries in refused_before + 1..=refused_before + 8 {
            assert_eq!(settle(completions(&world)[0]), usize::from(tries > 3), "after {tries} tries");
        }
        assert_eq!(settle(START_MS + 30 * DAY_MS), 2);
        assert_eq!(completions(&world), [START_MS + 31 * DAY_MS], "it is tried once a day");
    }
}

/// Two sends to one contact, asked for a second apart: whichever ends last, in one batch or in two, the later one stands there.
#[test]
fn the_contact_says_how_the_send_ended_that_was_asked_for_last() {
    for (is_first_last, in_one_batch) in [(true, true), (true, false), (false, true), (false, false)] {
        let world = quiet();
        contact(&world, "501");
        let of = |name: &str, accepted_at_ms: i64| PushJob {
            contact: Some(ContactId::new("501")),
            accepted_at_ms,
            ..world.push_job(name)
        };
        let (first, second) = (of("ap-1", START_MS + 1_000), of("ap-2", START_MS + 2_000));
        let settle = || {
            let until_ms = world.clock.now_ms() + 30_000;
            run(world.dispatch().dispatch(&world.account.key, until_ms)).expect("nothing fails here");
        };
        // The first is refused, the second is accepted.
        let ends = |is_first: bool, at_ms: i64| {
            if is_first {
                world.line.refuse_next(PushRefusal::WrongProvider);
                tried(&world, &first, at_ms);
            } else {
                tried(&world, &second, at_ms);
            }
        };
        ends(!is_first_last, START_MS + 3_000);
        if !in_one_batch {
            settle();
        }
        ends(is_first_last, START_MS + 4_000);
        settle();
        let crm = world.crm.state.lock().unwrap();
        let stands = crm.contacts[&ContactId::new("501")].get(LINE_LAST_OUTCOME).map(String::as_str);
        assert_eq!(stands, Some("accepted"), "first last: {is_first_last}, one batch: {in_one_batch}");
    }
}

#[test]
fn a_workflow_that_waits_no_more_is_told_nothing() {
    let world = quiet();
    tried(&world, &PushJob { waits: false, ..job(&world) }, START_MS + 1_000);
    assert_eq!(completions(&world), [0_i64; 0]);
    for (passed_ms, told) in [(5_999, 1), (6_000, 0)] {
        let world = quiet();
        tried(&world, &PushJob { expires_at_ms: START_MS + 6_000, ..job(&world) }, START_MS + passed_ms);
        assert_eq!(completions(&world).len(), told, "after {passed_ms} ms");
    }
}

#[test]
fn what_comes_back_comes_back_without_its_words() {
    let world = quiet();
    world.line.rate_limit(1);
    let state = tried(&world, &PushJob { tries: 3, ..job(&world) }, START_MS + 1_000);
    assert!(matches!(state, PushState::Sending(_)), "{state:?}");
    world.clock.advance_to(world.push.next_ready_ms().expect("it comes back"));
    let back = world.push.receive(0).expect("it comes back").job;
    assert_eq!((back.messages.len(), back.tries, back.id), (0, 0, job(&world).id), "the journal has the words");
    run(world.deliver().deliver(&back)).expect("nothing fails here");
    assert_eq!(world.line.shown().len(), 1);
}

#[test]
fn what_was_refused_before_it_was_queued_is_said_under_a_name_of_its_own_and_nobody_is_told_twice() {
    let world = quiet();
    let refused = Some(Refused { outcome: PushOutcome::InvalidMessage, note: SettlementNote::TooLarge });
    let refused = PushJob { refused, waits: false, contact: Some(ContactId::new("501")), ..job(&world) };
    for _ in 0..2 {
        run(world.deliver().deliver(&refused)).expect("nothing fails here");
        assert!(run(world.journal().push(refused.id)).expect("a calm table").is_none(), "it can still be sent");
        let said =
            run(world.journal().push(refused.id.of_its_refusal())).expect("a calm table").expect("it is said").value;
        assert_eq!(outcome(said.state), (PushOutcome::InvalidMessage, Some(SettlementNote::TooLarge)));
        assert_eq!(completions(&world), [0_i64; 0], "the workflow knows");
    }
    assert_eq!(outcome(tried(&world, &job(&world), START_MS + 1_000)), (PushOutcome::Accepted, None));
    // Nothing is said any more of what was taken up at another time.
    let other = quiet();
    tried(&other, &job(&other), START_MS + 1_000);
    run(other.deliver().deliver(&refused)).expect("nothing fails here");
    assert!(run(other.journal().push(refused.id.of_its_refusal())).expect("a calm table").is_none());
}

#[test]
fn what_line_refuses_for_good_ends_and_the_contact_says_so() {
    let world = quiet();
    world.line.refuse_all(PushRefusal::WrongProvider);
    let job = PushJob { contact: Some(ContactId::new("501")), ..job(&world) };
    assert_eq!(outcome(tried(&world, &job, START_MS + 1_000)).0, PushOutcome::WrongProvider);
    let rows = run(world.journal().due(&world.account.key, START_MS + 1_000, 100)).expect("a calm table");
    assert!(rows.iter().any(|row| matches!(row.effect, Effect::TellOutcome { .. })), "at once");
}

#[test]
fn a_send_that_ends_wakes_the_dispatcher() {
    let world = quiet();
    tried(&world, &job(&world), START_MS + 1_000);
    assert_eq!(world.wake_ups.len(), 1);
}

#[test]
fn whoever_is_asked_about_may_be_decided_on_for_28_days() {
    let world = quiet();
    world.line.lose_next_answer();
    tried(&world, &job(&world), START_MS);
    let at_ms = START_MS + 23 * 60 * MINUTE_MS;
    let state = tried(&world, &job(&world), at_ms);
    assert!(matches!(state, PushState::Parked(_)), "{state:?}");
    let rows = run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table");
    let ends: Vec<_> = rows.iter().filter(|row| matches!(row.effect, Effect::ExpireParkedPush { .. })).collect();
    assert_eq!(ends.iter().map(|row| row.due_at_ms).collect::<Vec<_>>(), [at_ms + 28 * DAY_MS]);
}

/// A request that names both a contact and a person links them, and what the person had said is due at once.
#[test]
fn whoever_is_linked_by_a_send_has_what_waited_for_it_due() {
    let mut world = small(true, false, Faults::crashes_at([]));
    contact(&world, "501");
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.run(i64::MAX, START_MS + 60 * MINUTE_MS);
    let at_ms = START_MS + 60 * MINUTE_MS;
    let due = |world: &World| run(world.journal().due(&world.account.key, at_ms, 100)).expect("a calm table").len();
    assert_eq!(due(&world), 0, "nobody is linked: it waits for days");
    let job = PushJob { contact: Some(ContactId::new("501")), ..job(&world) };
    tried(&world, &job, at_ms);
    assert!(due(&world) > 0);
    world.run(i64::MAX, at_ms + 60 * MINUTE_MS);
    let crm = world.crm.state.lock().unwrap();
    assert!(crm.notes.iter().any(|note| note.body.contains(&word(1)) && note.contact.as_str() == "501"));
}

/// An Official Account that was connected to another CRM account meanwhile sends nothing that the one before asked for.
#[test]
fn what_waits_for_an_account_whose_official_account_went_to_another_is_not_sent() {
    let mut world = quiet();
    world.line.rate_limit(1);
    let (begun, unbegun) = (job(&world), world.push_job("ap-2"));
    assert!(matches!(tried(&world, &begun, START_MS + 1_000), PushState::Sending(_)));
    let other = CrmAccountKey { id: CrmAccountId::new("78"), ..world.account.key.clone() };
    world.change_channel(|channel| channel.account = other);
    for job in [begun, unbegun] {
        let ended = outcome(tried(&world, &job, START_MS + 2_000));
        assert_eq!(ended, (PushOutcome::Failed, Some(SettlementNote::UnknownChannel)));
    }
    assert_eq!(world.line.shown(), vec![]);
}
