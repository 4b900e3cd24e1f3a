//! Erasing a person: a crash at any single step, and whatever runs at the same time, ends in nothing being left of them.

use musubi::domain::activity::Content;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::inbound::{InboundEvent, InboundWhat};
use musubi::domain::properties::LINE_USER_ID;
use musubi::domain::push::*;
use musubi::flow::accept::Accept;
use musubi::flow::erase::Who;
use musubi::ports::table::Commit;
use musubi::store::journal::write;
use musubi::store::{Journal, Links};

use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::{Faults, seeds};
use crate::linking::{contact, is_emptied, linked};
use crate::said::{said, user, word};
use crate::world::{Arrived, MINUTE_MS, Make, START_MS, World, push_id, run};

const CONTACT: &str = "501";
const NEW: &str = "502";

/// A send that was tried before the erasing and whose end nobody knows: parked, or still to be tried.
fn tried(world: &World, name: &str, is_parked: bool) -> PushId {
    let id = push_id(&world.account, &CallbackId::new(name));
    let sending = Sending {
        to: user(1),
        naming: Naming::New,
        body: format!("{}:text-{name}", user(1).expose()),
        reply: None,
        held_for: None,
        said: vec![Content::Text { text: format!("text-{name}") }],
        first_attempt_at_ms: START_MS,
        begun: 1,
        ended: 0,
    };
    let push = Push {
        sender: Sender::Workflow,
        id,
        account: world.account.key.clone(),
        callback: None,
        waits: false,
        contact: None,
        channel: world.channel.id.clone(),
        expires_at_ms: START_MS + 1,
        accepted_at_ms: 1,
        state: if is_parked { PushState::Parked(sending) } else { PushState::Sending(sending) },
        completion_queued: false,
        completed: false,
        noted_at_ms: None,
        inbox: None,
    };
    let mut writes = vec![write::push(&push, 0, START_MS)];
    writes.extend(is_parked.then(|| write::parked(&push)));
    let journal = Journal::new(std::sync::Arc::new(world.journal_rows.calm()));
    assert_eq!(run(async move { journal.commit(writes).await }).expect("a calm table"), Commit::Done);
    id
}

/// Its job comes by at `ready_at_ms`.
pub fn job(world: &World, name: &str, contact: Option<ContactId>, ready_at_ms: i64) -> PushId {
    let until_ms = START_MS + 60 * MINUTE_MS;
    let links = Links::new(std::sync::Arc::new(world.links_rows.calm())).reader();
    let accept = Accept { links, ..world.accept() };
    let to = run(accept.recipient(&world.account, contact.as_ref(), &world.channel.id, Some(&user(1))));
    let job = PushJob {
        callback: None,
        waits: false,
        to: to.expect("a calm table"),
        contact,
        send_by_ms: until_ms,
        expires_at_ms: until_ms,
        ..world.push_job(name)
    };
    let id = job.id;
    world.push.put(job, ready_at_ms);
    id
}

struct Sends {
    parked: PushId,
    under_way: PushId,
    queued: PushId,
}

/// Words that wait, words in a queue, a send parked, one under way and one in a queue; then the person is erased.
fn erased_amid_everything(world: &World, act: Act) -> Sends {
    let contact = || Some(ContactId::new(CONTACT));
    linked(world, CONTACT);
    world.event(said(1, 1, START_MS), START_MS + 10);
    // Accepted before the person is erased, or said before and delivered by LINE once more: both come to us after that.
    let late = |number, accepted_at_ms| Arrived {
        accepted_at_ms,
        event: said(number, 1, START_MS + 5),
        nonce: None,
        reply_token: None,
    };
    world.inbox.put(late(2, START_MS + 10), START_MS + 9 * MINUTE_MS);
    world.inbox.put(late(4, START_MS + 10 * MINUTE_MS), START_MS + 10 * MINUTE_MS);
    claimed_before(world);
    let sends = Sends {
        parked: tried(world, "parked", true),
        under_way: tried(world, "under-way", false),
        queued: job(world, "queued", contact(), START_MS + 9 * MINUTE_MS),
    };
    job(world, "under-way", contact(), START_MS + 9 * MINUTE_MS);
    world.acts.put(act, START_MS + 3 * MINUTE_MS);
    sends
}

/// What somebody said of who they are before the person was erased, and what is taken in after that only.
fn claimed_before(world: &World) {
    let claim = Claim::new(ClaimedBy::Login, Target::ByLineUserId, START_MS + MINUTE_MS);
    world.acts.put(Act::Claim(user(1), claim), START_MS + 11 * MINUTE_MS);
}

fn outcome(world: &World, id: PushId) -> Option<PushOutcome> {
    let journal = Journal::new(std::sync::Arc::new(world.journal_rows.calm()));
    match run(async move { journal.push(id).await }).expect("a calm table")?.value.state {
        PushState::Settled(settlement) => Some(settlement.outcome),
        _ => None,
    }
}

fn sends_ended(world: &World, sends: &Sends) -> Result<(), String> {
    for (id, expected) in [
        (sends.parked, PushOutcome::Unknown),
        (sends.under_way, PushOutcome::Unknown),
        (sends.queued, PushOutcome::NotLinked),
    ] {
        if outcome(world, id) != Some(expected) {
            return Err(format!("a send ended as {:?}, not {expected:?}", outcome(world, id)));
        }
    }
    if world.line.shown().is_empty() { Ok(()) } else { Err("something was shown".into()) }
}

/// Neither words nor the person in any table, nor the words in the CRM.
fn nothing_of_them_is_left(world: &World, sends: &Sends) -> Result<(), String> {
    let rows = world.journal_rows.all().into_iter().chain(world.links_rows.all());
    for (partition, sort, body) in rows {
        if body.contains(user(1).expose()) {
            return Err(format!("the person is left in {partition} {sort}"));
        }
    }
    sends_ended(world, sends)?;
    if world.crm.state.lock().unwrap().contacts.contains_key(&ContactId::new(CONTACT)) {
        is_emptied(world, CONTACT)?;
    }
    if world.crm.state.lock().unwrap().notes.iter().any(|note| note.body.contains("word-")) {
        return Err("words were written after the person was erased".into());
    }
    nothing_is_left(world)
}

#[test]
fn erasing_survives_a_crash_anywhere() {
    let make = |faults| small(true, true, faults);
    every_crash_point_of(
        false,
        make,
        |world| erased_amid_everything(world, Act::Erase(Who::User(user(1)))),
        nothing_of_them_is_left,
    );
}

#[test]
fn a_privacy_deletion_leaves_as_little_as_erasing_does_wherever_it_crashes() {
    let make = |faults| small(true, true, faults);
    let act = || Act::Forget(ContactId::new(CONTACT));
    every_crash_point_of(
        false,
        make,
        |world| erased_amid_everything(world, act()),
        |world, sends| {
            let contacts = world.crm.state.lock().unwrap().contacts.len();
            if contacts > 0 { Err("somebody was made".into()) } else { nothing_of_them_is_left(world, sends) }
        },
    );
}

#[test]
fn erasing_by_the_contact_survives_a_crash_anywhere() {
    let who = Who::Contact(ContactId::new(CONTACT));
    let make = |faults| small(false, true, faults);
    every_crash_point_of(
        false,
        make,
        |world| erased_amid_everything(world, Act::Erase(who.clone())),
        nothing_of_them_is_left,
    );
}

#[test]
fn whoever_writes_after_being_erased_begins_anew() {
    let fill = |world: &World| {
        let sends = erased_amid_everything(world, Act::Erase(Who::User(user(1))));
        world.event(said(3, 1, START_MS + 40 * MINUTE_MS), START_MS + 40 * MINUTE_MS);
        sends
    };
    every_crash_point_of(
        false,
        |faults| small(true, true, faults),
        fill,
        |world, sends| {
            sends_ended(world, sends)?;
            is_emptied(world, CONTACT)?;
            let crm = world.crm.state.lock().unwrap();
            let mut contacts =
                crm.contacts.iter().filter(|(_, it)| it.get(LINE_USER_ID).is_some_and(|id| !id.is_empty()));
            let Some((contact, _)) = contacts.next() else { return Err("nobody was made anew".into()) };
            let on = |number: u64| crm.notes.iter().filter(|note| note.body.contains(&word(number))).count();
            if contact.as_str() == CONTACT || (on(1), on(2), on(3)) != (0, 0, 1) {
                return Err(format!("contact {contact}; notes {:?}", (on(1), on(2), on(3))));
            }
            drop(crm);
            nothing_is_left(world)
        },
    );
}

/// As after a deletion in the CRM: it takes a word of theirs.
#[test]
fn whoever_only_follows_after_being_erased_gets_no_contact_until_they_write() {
    for writes in [false, true] {
        let mut world = small(true, true, Faults::crashes_at([]));
        world.event(said(1, 1, START_MS), START_MS + 10);
        world.acts.put(Act::Erase(Who::User(user(1))), START_MS + 3 * MINUTE_MS);
        let later_ms = START_MS + 20 * MINUTE_MS;
        let what = InboundWhat::Said { content: Content::Follow { unblocked: Some(false) }, message: None };
        world.event(InboundEvent { what, ..said(2, 1, later_ms) }, later_ms);
        if writes {
            world.event(said(3, 1, later_ms + MINUTE_MS), later_ms + MINUTE_MS);
        }
        world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
        let crm = world.crm.state.lock().unwrap();
        let named = crm.contacts.values().filter(|it| it.get(LINE_USER_ID).is_some_and(|id| !id.is_empty()));
        assert_eq!(named.count(), usize::from(writes));
    }
}

/// The dispatcher, the inbox, deliveries and the erasing at once, in many orders.
#[test]
fn erasing_beside_everything_else_leaves_nothing() {
    for seed in 0..seeds(100) {
        for (with_contact, per_mille) in [(true, 0), (false, 0), (true, 40), (false, 40)] {
            let faults = Faults::random(seed, per_mille, per_mille / 4);
            let mut world = World::new(Make {
                seed,
                faults,
                unique_keys: seed % 2 == 0,
                create_contacts: true,
                concurrency: 4,
                lost_answers_per_mille: 0,
                lease: true,
            });
            if with_contact {
                linked(&world, CONTACT);
            }
            world.event(said(1, 1, START_MS), START_MS);
            world.event(said(2, 1, START_MS + 5), START_MS);
            contact(&world, NEW);
            for copy in 0..2 {
                let named = ContactId::new(if with_contact { CONTACT } else { NEW });
                job(&world, "queued", Some(named), START_MS + copy * 30_000);
            }
            let is_late = seed % 15 == 0;
            if is_late {
                world.push.put_off(seed, 500);
            }
            let claim = Claim::new(ClaimedBy::Operator, Target::Contact(ContactId::new(NEW)), START_MS);
            world.acts.put(Act::Claim(user(1), claim), START_MS);
            world.acts.put(Act::Erase(Who::User(user(1))), START_MS);
            world.run(START_MS + 100 * MINUTE_MS, START_MS + if is_late { 30 * 60 } else { 200 } * MINUTE_MS);
            let rows = world.journal_rows.all().into_iter().chain(world.links_rows.all());
            for (partition, sort, body) in rows {
                assert!(!body.contains(user(1).expose()), "seed {seed}: the person is left in {partition} {sort}");
                assert!(!body.contains("word-") && !body.contains("text-"), "seed {seed}: words in {partition} {sort}");
            }
            let crm = world.crm.state.lock().unwrap();
            let named = crm.contacts.values().any(|it| it.get(LINE_USER_ID).is_some_and(|id| !id.is_empty()));
            assert!(!named, "seed {seed}: a contact still names the person");
        }
    }
}
