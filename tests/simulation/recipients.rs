//! To whom a send goes: decided by the links as they stand when the workflow asks, and by nothing that happens to them later.

use std::sync::Arc;

use musubi::domain::claim::ClaimedBy;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{CallbackId, ContactId, LineUserId};
use musubi::domain::link::ContactLink;
use musubi::domain::outbox::Effect;
use musubi::domain::push::{Naming, PushJob, PushOutcome, PushState, Recipient, SettlementNote};
use musubi::flow::accept::PushRequest;
use musubi::ports::messenger::PushRefusal;
use musubi::ports::table::Commit;
use musubi::store::Links;
use musubi::store::journal::write;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::{contact, linked, linked_to};
use crate::said::user;
use crate::world::{MINUTE_MS, START_MS, World, run};

fn quiet() -> World {
    small(true, true, Faults::crashes_at([]))
}

/// To whom it goes, where a workflow runs on this contact and names this person.
fn recipient(world: &World, on: Option<&str>, named: Option<LineUserId>) -> Recipient {
    let contact = on.map(ContactId::new);
    run(world.accept().recipient(&world.account, contact.as_ref(), &world.channel.id, named.as_ref()))
        .expect("a calm table")
}

fn asked(world: &World, on: &str, named: Option<LineUserId>, at_ms: i64) -> PushJob {
    let to = recipient(world, Some(on), named);
    PushJob { contact: Some(ContactId::new(on)), to, accepted_at_ms: at_ms, ..world.push_job("ap-1") }
}

/// How it ends if it is tried at this moment.
fn outcome(world: &World, job: &PushJob, at_ms: i64) -> PushOutcome {
    world.clock.advance_to(at_ms);
    run(world.deliver().deliver(job)).expect("nothing fails here");
    match run(world.journal().push(job.id)).expect("a calm table").expect("a send").value.state {
        PushState::Settled(settlement) => settlement.outcome,
        state => panic!("it did not end: {state:?}"),
    }
}

#[test]
fn whom_a_contacts_link_says_and_else_whom_the_workflow_names() {
    let world = quiet();
    linked(&world, "501");
    linked_to(&world, "502", 2);
    contact(&world, "503");
    let by_link = Recipient::Linked { user: user(1), since_ms: START_MS - MINUTE_MS };
    let named = |number, taken| Recipient::Named { user: user(number), taken };
    for (on, names, goes_to, naming) in [
        (Some("501"), None, by_link.clone(), Naming::Known),
        (Some("501"), Some(user(1)), by_link, Naming::Known),
        (Some("501"), Some(user(2)), named(2, true), Naming::Contested),
        (Some("501"), Some(user(3)), named(3, true), Naming::Contested),
        (Some("503"), Some(user(1)), named(1, true), Naming::Contested),
        (Some("503"), Some(user(3)), named(3, false), Naming::New),
        (Some("503"), None, Recipient::Nobody, Naming::Known),
        (None, Some(user(1)), named(1, false), Naming::New),
        (None, None, Recipient::Nobody, Naming::Known),
    ] {
        let case = format!("on {on:?}, names somebody: {}", names.is_some());
        let found = recipient(&world, on, names);
        assert!(found == goes_to, "{case}");
        assert_eq!(found.naming(), naming, "{case}");
    }
}

/// The workflow waits and hears so, however often it asks; where nobody is in doubt it goes out.
#[test]
fn what_goes_by_a_contacts_consent_goes_to_nobody_who_may_be_another() {
    for (on, names, is_sent) in
        [("501", user(1), true), ("501", user(2), false), ("503", user(1), false), ("503", user(3), true)]
    {
        let world = quiet();
        linked(&world, "501");
        contact(&world, "503");
        let pushed = world.push_job("ap-1");
        world.crm.state.lock().unwrap().waiting.insert(CallbackId::new("ap-1"));
        for _ in 0..2 {
            let asked = PushRequest {
                id: pushed.id,
                callback: pushed.callback.clone(),
                contact: Some(ContactId::new(on)),
                channel: world.channel.id.clone(),
                to: Some(names.clone()),
                messages: pushed.messages.clone(),
                purpose: Default::default(),
                tag: None,
                not_after_ms: None,
                by_consent: true,
            };
            run(world.accept().accept(&world.account, asked)).expect("nothing fails here");
            let waiting = world.push.receive(0).expect("a job");
            world.push.delete(waiting.id);
            run(world.deliver().deliver(&waiting.job)).expect("nothing fails here");
            let state = run(world.journal().push(pushed.id)).expect("a calm table").expect("a send").value.state;
            let PushState::Settled(settlement) = state else { panic!("it did not end: {state:?}") };
            let skipped = (PushOutcome::NoConsent, Some(SettlementNote::WhoseConsent));
            assert_eq!((settlement.outcome, settlement.note) == skipped, !is_sent, "on {on}");
        }
        assert_eq!(world.line.shown().len(), usize::from(is_sent), "on {on}");
        run(world.dispatch().dispatch(&world.account.key, START_MS + 30_000)).expect("nothing fails here");
        let told = world.crm.state.lock().unwrap().completed[&CallbackId::new("ap-1")].len();
        assert_eq!((told, world.push.len()), (1, 0), "on {on}");
    }
}

#[test]
fn a_link_that_moves_afterwards_does_not_take_the_send_with_it() {
    let world = quiet();
    linked(&world, "501");
    let job = asked(&world, "501", None, START_MS);
    let links = Links::new(Arc::new(world.links_rows.calm()));
    let (channel, account) = (world.channel.id.clone(), world.account.key.clone());
    let moved = run(async move {
        let old = links.of_user(&channel, &user(1)).await?.expect("a link");
        let contact = ContactId::new("501");
        let by = Some(ClaimedBy::Operator);
        let new = ContactLink {
            channel,
            user: user(2),
            account,
            contact,
            linked_at_ms: START_MS + 1,
            by,
            is_new: false,
            provider: Default::default(),
        };
        links.relink(&new, None, Some(&old)).await
    });
    assert_eq!(moved.expect("a calm table"), Commit::Done);
    assert_eq!(outcome(&world, &job, START_MS + 1_000), PushOutcome::Accepted);
    let shown = world.line.shown();
    assert!(matches!(&shown[..], [(_, body)] if body.starts_with(user(1).expose())), "{} sends", shown.len());
}

/// A link may be left over from before the person was erased, until the dispatcher has come by.
#[test]
fn whoever_was_erased_is_sent_nothing_by_a_link_from_before() {
    for (erased_at_ms, ends) in
        [(START_MS - MINUTE_MS - 1, PushOutcome::Accepted), (START_MS - MINUTE_MS, PushOutcome::NotLinked)]
    {
        let world = quiet();
        linked(&world, "501");
        let key = ConversationKey::person(&world.channel.id, &user(1));
        let erased = run(world.journal().commit(vec![write::erased(&key, erased_at_ms)]));
        assert_eq!(erased.expect("a calm table"), Commit::Done);
        let job = asked(&world, "501", None, START_MS);
        assert_eq!(outcome(&world, &job, START_MS + 1_000), ends, "erased at {erased_at_ms}");
        assert_eq!(world.line.shown().len(), usize::from(ends == PushOutcome::Accepted));
    }
}

/// What LINE did not take says nothing of whom the workflow named; what a link says holds.
#[test]
fn what_reached_nobody_stands_with_the_person_of_the_link_and_else_on_the_contact() {
    for (named, in_a_conversation) in [(None, true), (Some(user(1)), true), (Some(user(3)), false)] {
        let world = quiet();
        linked(&world, "501");
        world.line.refuse_next(PushRefusal::WrongProvider);
        let job = asked(&world, "501", named.clone(), START_MS);
        assert_eq!(outcome(&world, &job, START_MS + 1_000), PushOutcome::WrongProvider);
        let key = |number| ConversationKey::person(&world.channel.id, &user(number));
        let begun = |number| run(world.journal().conversation(&key(number))).expect("a calm table").is_some();
        assert_eq!((begun(1), begun(3)), (in_a_conversation, false));
        let rows = run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table");
        let on_the_contact = rows.iter().any(|row| matches!(row.effect, Effect::WriteNotSentNote { .. }));
        assert_eq!(on_the_contact, !in_a_conversation);
    }
}
