//! What was said long ago waits for a link: when it comes the note is due at once, whatever happens to whoever makes the link.

use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::ids::ContactId;
use musubi::domain::properties::{EMAIL, LINE_LAST_MESSAGE, LINE_USER_ID};

use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::linking::{contact, field};
use crate::said::{said, user, word};
use crate::world::{MINUTE_MS, START_MS, World};

const CONTACT: &str = "501";
/// Long after the pause that ends an entry, and days before words that nobody is linked to are let go.
const LINKED_AT_MS: i64 = START_MS + 60 * MINUTE_MS;

/// Somebody who is nobody's contact writes, and is linked an hour later.
fn linked_late(world: &World) {
    contact(world, CONTACT);
    world.event(said(1, 1, START_MS), START_MS + 10);
    let target = Target::Contact(ContactId::new(CONTACT));
    world.acts.put(Act::Claim(user(1), Claim::new(ClaimedBy::Operator, target, LINKED_AT_MS)), LINKED_AT_MS);
}

fn notes(world: &World) -> usize {
    let crm = world.crm.state.lock().unwrap();
    crm.notes.iter().filter(|note| note.contact.as_str() == CONTACT && note.body.contains(&word(1))).count()
}

#[test]
fn what_waited_for_a_link_survives_a_crash_anywhere() {
    every_crash_point_of(
        false,
        |faults| small(true, false, faults),
        linked_late,
        |world, ()| match notes(world) {
            1 => nothing_is_left(world),
            notes => Err(format!("{notes} notes")),
        },
    );
}

#[test]
fn what_waited_for_a_link_waits_no_longer_than_the_crm_refuses_the_contact() {
    let mut world = small(true, false, Faults::crashes_at([]));
    linked_late(&world);
    world.crm.state.lock().unwrap().not_ready_for.insert(word(1));
    world.run(i64::MAX, LINKED_AT_MS + 3 * MINUTE_MS);
    assert_eq!(world.linked_contacts, ["-", CONTACT], "the link is made before anything is written");
    assert_eq!((notes(&world), field(&world, CONTACT, LINE_USER_ID)), (0, String::new()));
    world.crm.state.lock().unwrap().not_ready_for.clear();
    world.run(i64::MAX, LINKED_AT_MS + 20 * 60 * MINUTE_MS);
    assert_eq!(field(&world, CONTACT, LINE_LAST_MESSAGE), word(1));
    assert_eq!(notes(&world), 1);
    nothing_is_left(&world).expect("all is done");
}

#[test]
fn a_contact_that_the_crm_refused_at_first_gets_the_stand_in_address_too() {
    let mut world = small(true, true, Faults::crashes_at([]));
    world.change_channel(|channel| channel.settings.dummy_email_domain = "line.example".parse().ok());
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.crm.state.lock().unwrap().not_ready_for.insert(word(1));
    world.run(i64::MAX, START_MS + 3 * MINUTE_MS);
    let made = world.linked_contacts.last().cloned().expect("a link");
    assert_eq!(field(&world, &made, EMAIL), "");
    world.crm.state.lock().unwrap().not_ready_for.clear();
    world.run(i64::MAX, START_MS + 20 * 60 * MINUTE_MS);
    assert_eq!(field(&world, &made, EMAIL), format!("{}@line.example", user(1).expose().to_lowercase()));
}
