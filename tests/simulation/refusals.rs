//! Sends that are refused, on a contact that nobody is linked to: the contact says so once, and nobody is made.

use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::properties::{LINE_LAST_OUTCOME, LINE_USER_ID};
use musubi::domain::push::{PushOutcome, PushState, SettlementNote};
use musubi::ports::messenger::PushRefusal;

use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::linking::{contact, field};
use crate::said::user;
use crate::world::{MINUTE_MS, Post, START_MS, World, push_id, run};

const ENROLLED: &str = "501";

/// A workflow runs on the contact and names somebody whom LINE has not confirmed.
fn a_send_to_a_mere_id(world: &World) -> CallbackId {
    contact(world, ENROLLED);
    let callback = CallbackId::new("ap-1");
    let (to, contact) = (Some(user(7)), Some(ContactId::new(ENROLLED)));
    let text = "text-once-".to_owned();
    world.post(Post { callback: callback.clone(), to, contact, text, extra: false }, START_MS + 20);
    callback
}

fn only_the_contact_says_so(world: &World) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    let named = crm.contacts.values().any(|properties| properties.contains_key(LINE_USER_ID));
    if named || crm.contacts.len() != 1 {
        return Err(format!("somebody was made or linked; {} contacts", crm.contacts.len()));
    }
    let notes: Vec<_> = crm.notes.iter().filter(|note| note.body.contains("送信できませんでした")).collect();
    if notes.len() != 1 || crm.notes.len() != 1 || notes[0].contact.as_str() != ENROLLED {
        return Err(format!("{} notes say so, of {}", notes.len(), crm.notes.len()));
    }
    drop(crm);
    if field(world, ENROLLED, LINE_LAST_OUTCOME).is_empty() {
        return Err("the property says nothing".into());
    }
    if !world.links_rows.all().is_empty() { Err("somebody is linked".into()) } else { Ok(()) }
}

#[test]
fn a_refusal_of_a_mere_id_survives_a_crash_anywhere_and_makes_nobody() {
    let fill = |world: &World| {
        world.line.refuse_all(PushRefusal::WrongProvider);
        a_send_to_a_mere_id(world)
    };
    for unique_keys in [true, false] {
        every_crash_point_of(
            false,
            |faults| small(unique_keys, true, faults),
            fill,
            |world, callback| {
                let push = run(world.journal().push(push_id(&world.account, callback))).expect("a table");
                match push.expect("a send").value.state {
                    PushState::Settled(end) if end.outcome == PushOutcome::WrongProvider => {}
                    // A try whose end nobody knows is never settled by a refusal.
                    PushState::Sending(sending) if sending.begun > sending.ended => return Ok(()),
                    other => return Err(format!("it ended as {other:?}")),
                }
                only_the_contact_says_so(world)?;
                nothing_is_left(world)
            },
        );
    }
}

#[test]
fn where_the_crm_takes_plain_text_the_contact_says_so_in_plain_text() {
    let mut world = small(true, true, Faults::crashes_at([]));
    world.crm.state.lock().unwrap().takes_plain_text = true;
    world.line.refuse_all(PushRefusal::WrongProvider);
    a_send_to_a_mere_id(&world);
    world.run(i64::MAX, START_MS + 30 * MINUTE_MS);
    only_the_contact_says_so(&world).expect("the contact says so");
    let body = world.crm.state.lock().unwrap().notes[0].body.clone();
    assert!(body.contains("\n> [送信できませんでした") && !body.contains('<'), "{body}");
}

#[test]
fn what_line_never_took_for_23_hours_is_over_and_nobody_is_asked() {
    let mut world = small(true, true, Faults::crashes_at([]));
    world.line.rate_limit(u32::MAX);
    let callback = a_send_to_a_mere_id(&world);
    world.run(i64::MAX, START_MS + 25 * 60 * MINUTE_MS);
    let push = run(world.journal().push(push_id(&world.account, &callback))).expect("a table").expect("a send");
    let PushState::Settled(end) = push.value.state else {
        panic!("it was certainly not shown: {:?}", push.value.state)
    };
    assert_eq!((end.outcome, end.note), (PushOutcome::Expired, Some(SettlementNote::NeverTaken)));
    assert_eq!(world.line.shown(), vec![]);
    only_the_contact_says_so(&world).expect("the contact says so");
    let crm = world.crm.state.lock().unwrap();
    assert_eq!(crm.completed[&callback][0]["outcome"], "expired");
}

#[test]
fn one_try_without_an_answer_among_them_leaves_it_to_a_person() {
    let mut world = small(true, true, Faults::crashes_at([]));
    world.line.lose_next_answer();
    world.line.rate_limit(u32::MAX);
    let callback = a_send_to_a_mere_id(&world);
    world.run(i64::MAX, START_MS + 25 * 60 * MINUTE_MS);
    let push = run(world.journal().push(push_id(&world.account, &callback))).expect("a table").expect("a send");
    assert!(matches!(push.value.state, PushState::Parked(_)), "{:?}", push.value.state);
}
