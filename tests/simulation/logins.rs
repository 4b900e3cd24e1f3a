//! People log in: a crash at any single step leaves them linked, or unlinked, by the login that they finish.

use musubi::domain::ids::{ContactId, LoginChannelId};
use musubi::domain::login::{LoginPurpose, LoginSettings};
use musubi::domain::properties::LINE_USER_ID;

use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::linking::{contact, field, is_emptied, linked};
use crate::models::login::ADDRESS;
use crate::said::{said, user};
use crate::world::{MINUTE_MS, START_MS, World};

pub const CALLBACK: &str = "https://musubi.example/line/1/callback";
const MEMBER: &str = "601";

/// A small world whose Official Account has LINE Login and may ask for addresses.
pub fn with_login(faults: Faults) -> World {
    let mut world = small(true, true, faults);
    world.change_channel(|channel| {
        channel.login =
            Some(LoginSettings { ask_email: true, ..LoginSettings::new(LoginChannelId::new("1657000009")) });
    });
    world
}

fn logs_in(world: &World, purpose: LoginPurpose, at_ms: i64) {
    world.acts.put(Act::LogIn(user(1), purpose), at_ms);
}

/// A contact that LINE knows nothing of has the person's address.
fn member(world: &World) {
    contact(world, MEMBER);
    let mut crm = world.crm.state.lock().unwrap();
    crm.contacts.get_mut(&ContactId::new(MEMBER)).expect("there").insert("email".into(), ADDRESS.into());
}

#[test]
fn a_login_survives_a_crash_anywhere_and_links_to_the_contact_of_the_address() {
    every_crash_point_of(
        true,
        with_login,
        |world| {
            member(world);
            world.event(said(1, 1, START_MS), START_MS + 10);
            logs_in(world, LoginPurpose::Link, START_MS + MINUTE_MS);
        },
        |world, ()| {
            if world.linked_contacts.last().map(String::as_str) != Some(MEMBER)
                || field(world, MEMBER, LINE_USER_ID) != user(1).expose()
            {
                return Err(format!("the link went {:?}", world.linked_contacts));
            }
            nothing_is_left(world)
        },
    );
}

#[test]
fn a_login_to_leave_survives_a_crash_anywhere_and_leaves_at_line_too() {
    every_crash_point_of(
        true,
        with_login,
        |world| {
            linked(world, "501");
            logs_in(world, LoginPurpose::Unlink, START_MS + MINUTE_MS);
        },
        |world, ()| {
            if world.linked_contacts != ["501", "-"] {
                return Err(format!("the link went {:?}", world.linked_contacts));
            }
            is_emptied(world, "501")?;
            if !world.login.left().contains(user(1).expose()) {
                return Err("LINE was not told".into());
            }
            nothing_is_left(world)
        },
    );
}

/// Whoever links and leaves, and the other way round: the last word counts, at each crash point.
#[test]
fn of_two_logins_the_later_one_counts_whatever_crashes() {
    for (first, second, ends) in
        [(LoginPurpose::Link, LoginPurpose::Unlink, "-"), (LoginPurpose::Unlink, LoginPurpose::Link, MEMBER)]
    {
        every_crash_point_of(
            false,
            with_login,
            |world| {
                member(world);
                linked(world, "501");
                logs_in(world, first, START_MS + MINUTE_MS);
                logs_in(world, second, START_MS + 20 * MINUTE_MS);
            },
            |world, ()| match world.linked_contacts.last() {
                Some(last) if last == ends => nothing_is_left(world),
                _ => Err(format!("the link went {:?}", world.linked_contacts)),
            },
        );
    }
}
