//! Linking, moving and unlinking: a crash at any single step leaves the old link or the new one, whole, and a repeat does
//! what is in the outbox.

use std::collections::BTreeMap;

use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::link::ContactLink;
use musubi::domain::properties::*;
use musubi::domain::push::PushState;
use musubi::ports::table::Commit;
use musubi::store::Links;

use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::said::{said, user, word};
use crate::world::{MINUTE_MS, Post, START_MS, World, run};

const OLD: &str = "501";
const NEW: &str = "502";

/// A contact made by hand.
pub fn contact(world: &World, id: &str) {
    world.crm.state.lock().unwrap().contacts.insert(ContactId::new(id), BTreeMap::new());
}

/// A contact that is linked to person 1, its fields filled in.
pub fn linked(world: &World, id: &str) {
    linked_to(world, id, 1);
}

/// The same with another person.
pub fn linked_to(world: &World, id: &str, by: u64) {
    let full = [(LINE_USER_ID, user(by).expose().to_owned()), (LINE_USER_NAME, "Hanako".into())];
    let full = full.into_iter().chain([(LINE_LAST_MESSAGE, "word-before".into())]);
    let full = full.map(|(name, value)| (name.to_owned(), value)).collect();
    world.crm.state.lock().unwrap().contacts.insert(ContactId::new(id), full);
    let link = ContactLink {
        channel: world.channel.id.clone(),
        user: user(by),
        account: world.account.key.clone(),
        contact: ContactId::new(id),
        linked_at_ms: START_MS - MINUTE_MS,
        is_new: false,
        provider: Default::default(),
        by: Some(ClaimedBy::Login),
    };
    let links = Links::new(std::sync::Arc::new(world.links_rows.calm()));
    assert_eq!(run(async move { links.link(&link).await }).expect("a calm table"), Commit::Done);
}

fn claim(world: &World, target: Target, at_ms: i64) {
    world.acts.put(Act::Claim(user(1), Claim::new(ClaimedBy::Operator, target, at_ms)), at_ms);
}

/// A field of a contact; empty where it has none.
pub fn field(world: &World, id: &str, name: &str) -> String {
    let crm = world.crm.state.lock().unwrap();
    crm.contacts[&ContactId::new(id)].get(name).cloned().unwrap_or_default()
}

/// The contact says nothing of anybody on LINE.
pub fn is_emptied(world: &World, id: &str) -> Result<(), String> {
    let left = [LINE_USER_ID, LINE_USER_NAME, LINE_LINKED_AT, LINE_FOLLOWS, LINE_LAST_MESSAGE, LINE_RECENT_MESSAGES];
    match left.into_iter().find(|name| !field(world, id, name).is_empty()) {
        Some(name) => Err(format!("contact {id} still has {name}")),
        None => Ok(()),
    }
}

fn went(world: &World, contacts: &[&str]) -> Result<(), String> {
    if world.linked_contacts == contacts {
        Ok(())
    } else {
        Err(format!("the link went {:?}, not {contacts:?}", world.linked_contacts))
    }
}

/// The contact is the person, and what they said is on its timeline.
fn is_the_person(world: &World, id: &str) -> Result<(), String> {
    if field(world, id, LINE_USER_ID) != user(1).expose() || field(world, id, LINE_LAST_MESSAGE) != word(1) {
        return Err(format!("contact {id} is not written"));
    }
    let crm = world.crm.state.lock().unwrap();
    let notes: Vec<_> = crm.notes.iter().filter(|note| note.body.contains(&word(1))).collect();
    match notes[..] {
        [note] if note.contact.as_str() == id => Ok(()),
        _ => Err(format!("{} notes hold the words", notes.len())),
    }
}

#[test]
fn linking_survives_a_crash_anywhere() {
    let fill = |world: &World| {
        contact(world, NEW);
        world.event(said(1, 1, START_MS), START_MS + 10);
        claim(world, Target::Contact(ContactId::new(NEW)), START_MS + MINUTE_MS);
    };
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        fill,
        |world, ()| {
            went(world, &["-", NEW])?;
            is_the_person(world, NEW)?;
            nothing_is_left(world)
        },
    );
}

#[test]
fn moving_a_person_to_another_contact_survives_a_crash_anywhere() {
    let fill = |world: &World| {
        linked(world, OLD);
        contact(world, NEW);
        world.event(said(1, 1, START_MS), START_MS + 10);
        claim(world, Target::Contact(ContactId::new(NEW)), START_MS + MINUTE_MS);
    };
    for unique_keys in [true, false] {
        every_crash_point_of(
            false,
            |faults| small(unique_keys, false, faults),
            fill,
            |world, ()| {
                went(world, &[OLD, NEW])?;
                is_emptied(world, OLD)?;
                is_the_person(world, NEW)?;
                nothing_is_left(world)
            },
        );
    }
}

#[test]
fn unlinking_survives_a_crash_anywhere() {
    let fill = |world: &World| {
        linked(world, OLD);
        world.event(said(1, 1, START_MS), START_MS + 10);
        claim(world, Target::Unlinked, START_MS + 30 * MINUTE_MS);
    };
    every_crash_point_of(
        false,
        |faults| small(true, true, faults),
        fill,
        |world, ()| {
            went(world, &[OLD, "-"])?;
            is_emptied(world, OLD)?;
            nothing_is_left(world)
        },
    );
}

/// A workflow's request on a contact, and half a minute later the same execution's with another word of who it is for.
fn asked_twice(world: &World, names: [Option<u64>; 2]) {
    contact(world, NEW);
    for (repeat, by) in names.into_iter().enumerate() {
        let post = Post {
            callback: CallbackId::new("ap-1"),
            to: by.map(user),
            contact: Some(ContactId::new(NEW)),
            text: "text-once-".into(),
            extra: repeat > 0,
        };
        world.post(post, START_MS + i64::try_from(repeat).expect("two") * MINUTE_MS / 2);
    }
}

/// The contact is linked to whom the message went to and nobody else is; one that was linked before stays so.
fn the_link_follows_what_was_sent(world: &World, was_linked: bool) -> Result<(), String> {
    let links = world.links_rows.all();
    let linked = links.iter().filter(|(at, ..)| at.starts_with("user:"));
    let linked: Vec<ContactLink> = linked.map(|(.., body)| serde_json::from_str(body).expect("a link")).collect();
    let [(id, body)] = &world.line.shown()[..] else {
        // A repeat that names nobody came first, after a crash: nothing was sent.
        return if linked.is_empty() { Ok(()) } else { Err("a link, and nothing was sent".into()) };
    };
    let [link] = &linked[..] else { return Err(format!("{} links", linked.len())) };
    let went_to_them = body.starts_with(link.user.expose());
    if !(went_to_them || was_linked && link.user == user(1)) {
        return Err("a link, and not of whom the message went to".into());
    }
    match run(world.journal().push(*id)).expect("rows").expect("a send").value.state {
        PushState::Settled(settlement) if settlement.note.is_none() == went_to_them => Ok(()),
        state => Err(format!("the send stands as {state:?}")),
    }
}

/// The person in conflict has no link, its holder keeps the contact, and exactly one question asks whether the person is it.
fn an_operator_is_asked(world: &World, linked_contact: Option<&str>) -> Result<(), String> {
    let links = Links::new(std::sync::Arc::new(world.links_rows.calm()));
    let channel = world.channel.id.clone();
    let link = run(async move { links.of_user(&channel, &user(1)).await }).expect("rows");
    if link.map(|link| link.value.contact.to_string()).as_deref() != linked_contact {
        return Err("the link has changed".into());
    }
    let asked = run(world.journal().questions(&world.account.key)).expect("rows");
    match &asked[..] {
        [question] if question.contact.as_str() == NEW && question.conversation.source.user() == Some(&user(1)) => {
            Ok(())
        }
        asked => Err(format!("{} questions", asked.len())),
    }
}

#[test]
fn a_contact_that_names_somebody_else_is_asked_about_once_whatever_crashes() {
    every_crash_point_of(
        false,
        |faults| small(true, true, faults),
        |world| {
            linked_to(world, NEW, 2);
            let mut crm = world.crm.state.lock().unwrap();
            let names = crm.contacts.get_mut(&ContactId::new(NEW)).expect("there");
            names.insert(LINE_USER_ID.to_owned(), user(1).expose().to_owned());
            drop(crm);
            world.event(said(1, 1, START_MS), START_MS + 10);
        },
        |world, ()| an_operator_is_asked(world, None),
    );
}

#[test]
fn a_send_that_names_somebody_elses_contact_is_asked_about_once_whatever_crashes() {
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        |world| {
            linked(world, OLD);
            linked_to(world, NEW, 2);
            let callback = CallbackId::new("ap-1");
            let (to, contact, text) = (Some(user(1)), Some(ContactId::new(NEW)), "text-once-".to_owned());
            world.post(Post { callback, to, contact, text, extra: false }, START_MS);
        },
        |world, ()| {
            an_operator_is_asked(world, Some(OLD))?;
            match world.line.shown().len() {
                1 => Ok(()),
                shown => Err(format!("shown {shown} times")),
            }
        },
    );
}

/// A workflow's request named the person and the contact, and LINE took the message: as push-delivery says it.
fn claimed_by_an_action(world: &World) {
    let claim = Claim::new(ClaimedBy::Action, Target::Contact(ContactId::new(NEW)), START_MS);
    world.acts.put(Act::Claim(user(1), claim), START_MS);
}

#[test]
fn what_an_action_claims_moves_no_link_of_the_person_and_an_operator_is_asked() {
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        |world| {
            linked(world, OLD);
            contact(world, NEW);
            claimed_by_an_action(world);
        },
        |world, ()| an_operator_is_asked(world, Some(OLD)),
    );
}

#[test]
fn what_an_action_claims_moves_no_link_of_the_contact_and_an_operator_is_asked() {
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        |world| {
            linked_to(world, NEW, 2);
            world.event(said(1, 1, START_MS), START_MS + 10);
            claimed_by_an_action(world);
        },
        |world, ()| an_operator_is_asked(world, None),
    );
}

#[test]
fn what_an_action_claims_of_two_who_are_free_links_them() {
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        |world| {
            contact(world, NEW);
            claimed_by_an_action(world);
        },
        |world, ()| went(world, &["-", NEW]),
    );
}

#[test]
fn the_link_follows_what_was_sent_whomever_a_repeat_names() {
    // The last: found by the contact's link, so that a repeat that names another person links nobody, and is no conflict.
    for (names, was_linked) in [([Some(1), Some(2)], false), ([Some(1), None], false), ([None, Some(2)], true)] {
        every_crash_point_of(
            false,
            |faults| small(true, false, faults),
            |world| {
                asked_twice(world, names);
                if was_linked {
                    linked(world, NEW);
                }
            },
            |world, ()| the_link_follows_what_was_sent(world, was_linked),
        );
    }
}
