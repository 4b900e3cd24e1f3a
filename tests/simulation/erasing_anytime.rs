//! A person is erased while anything else is under way, at every step of it: nothing of before is left or comes back, whether
//! whoever was at it goes on or is gone.

use musubi::domain::account_link::NonceState;
use musubi::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{ContactId, LoginChannelId};
use musubi::domain::login::{ByEmail, LoginSettings};
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::properties::LINE_USER_ID;
use musubi::flow::erase::Who;
use musubi::ports::table::Commit;
use musubi::store::Journal;
use musubi::store::journal::write;

use crate::account_linking::{NONCE, brings, offered};
use crate::acts::Act;
use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, every_moment_and_death_of, every_moment_of, small};
use crate::erasing::job;
use crate::faults::Faults;
use crate::linking::{contact, linked, linked_to};
use crate::said::{said, user};
use crate::world::{MINUTE_MS, START_MS, World, run};

const OLD: &str = "501";
const NEW: &str = "502";
const EMAIL: &str = "word-of-mouth@example.com";

/// Whatever became of it: no row names the person, no contact does or shows their words, and the outbox is empty.
fn nobody_is_left(world: &World) -> Result<(), String> {
    let rows = world.journal_rows.all().into_iter().chain(world.links_rows.all());
    for (partition, sort, body) in rows {
        if body.contains(user(1).expose()) {
            return Err(format!("the person is left in {partition} {sort}"));
        }
    }
    let crm = world.crm.state.lock().unwrap();
    for (contact, properties) in &crm.contacts {
        match properties.get(LINE_USER_ID).map_or("", String::as_str) {
            id if id == user(1).expose() => return Err(format!("contact {contact} names the person")),
            "" => {}
            _somebody_else => continue,
        }
        let words = properties.iter().filter(|(name, _)| name.starts_with("line_"));
        if let Some((name, _)) = words.clone().find(|(_, value)| value.contains("word-")) {
            return Err(format!("contact {contact} has words in {name}"));
        }
    }
    drop(crm);
    nothing_is_left(world)
}

fn erased_anytime(make: impl Fn(&mut World), creates: bool, fill: impl Fn(&World)) {
    erased_anytime_and_gone(&[None, Some(0)], make, creates, fill);
}

/// The same, where whoever was at it is gone so many gates after it.
fn erased_anytime_and_gone(deaths: &[Option<u64>], make: impl Fn(&mut World), creates: bool, fill: impl Fn(&World)) {
    for unique_keys in [true, false] {
        every_moment_and_death_of(
            deaths,
            |faults| {
                let mut world = small(unique_keys, creates, faults);
                make(&mut world);
                world
            },
            &fill,
            || Act::Erase(Who::User(user(1))),
            START_MS + 100 * MINUTE_MS,
            |world, ()| nobody_is_left(world),
        );
    }
}

fn claimed(world: &World, by: ClaimedBy, target: Target) {
    world.acts.put(Act::Claim(user(1), Claim::new(by, target, START_MS)), START_MS);
}

/// Something changed at the contact: the dispatcher is to look at it.
fn to_be_looked_at(world: &World, contact: &str, at_ms: i64, forget: bool) {
    let contact = ContactId::new(contact);
    let look = if forget { Effect::ForgetContact { contact } } else { Effect::ReconcileContact { contact } };
    enqueue(world, OutboxRow::new(&world.account.key, look, START_MS, at_ms));
}

fn enqueue(world: &World, row: OutboxRow) {
    let journal = Journal::new(std::sync::Arc::new(world.journal_rows.calm()));
    let committed = run(async move { journal.commit(vec![write::enqueue(&row)]).await });
    assert_eq!(committed.expect("a calm table"), Commit::Done);
}

/// What a dispatcher asked of the CRM as the person was erased, and nobody waited for, is done there only after the first look.
#[test]
fn a_contact_that_is_made_after_the_first_look_for_it_is_emptied_too() {
    let mut world = small(true, true, Faults::crashes_at([]));
    let clear = Effect::ClearErasedPerson { conversation: ConversationKey::person(&world.channel.id, &user(1)) };
    enqueue(&world, OutboxRow::new(&world.account.key, clear, START_MS, START_MS));
    world.run(i64::MAX, START_MS + MINUTE_MS / 2);
    let late = std::collections::BTreeMap::from([(LINE_USER_ID.to_owned(), user(1).expose().to_owned())]);
    world.crm.state.lock().unwrap().contacts.insert(ContactId::new("777"), late);
    world.run(i64::MAX, START_MS + 100 * MINUTE_MS);
    nobody_is_left(&world).expect("the contact names nobody");
}

fn login(world: &mut World, by_email: ByEmail, merge_duplicates: bool) {
    world.change_channel(|channel| {
        let login = LoginSettings::new(LoginChannelId::new("1657000009"));
        channel.login = Some(LoginSettings { by_email, merge_duplicates, ..login });
    });
}

#[test]
fn whoever_is_erased_while_their_contact_is_made_is_gone() {
    erased_anytime(|_| {}, true, |world| world.event(said(1, 1, START_MS), START_MS + 10));
}

#[test]
fn whoever_is_erased_before_anything_arrives_stays_gone() {
    // Nothing is known of them yet; what LINE brings is from before all the same.
    erased_anytime(
        |_| {},
        false,
        |world| {
            for (number, after_ms) in [(1, 10), (2, 20), (3, 9 * MINUTE_MS)] {
                world.event(said(number, 1, START_MS), START_MS + after_ms);
            }
        },
    );
}

#[test]
fn whoever_is_erased_amid_linking_is_linked_to_nobody() {
    for was_linked in [true, false] {
        erased_anytime(
            |_| {},
            false,
            |world| {
                contact(world, NEW);
                if was_linked {
                    linked(world, OLD);
                }
                world.event(said(1, 1, START_MS), START_MS + 10);
                claimed(world, ClaimedBy::Operator, Target::Contact(ContactId::new(NEW)));
            },
        );
    }
}

#[test]
fn whoever_is_erased_amid_a_login_is_linked_to_nobody_and_asked_about_by_nobody() {
    for (by_email, merges) in [(ByEmail::Ask, false), (ByEmail::Match, true), (ByEmail::AlwaysNew, false)] {
        erased_anytime(
            |world| login(world, by_email, merges),
            true,
            |world| {
                contact(world, NEW);
                world.event(said(1, 1, START_MS), START_MS + 10);
                let mut crm = world.crm.state.lock().unwrap();
                crm.contacts.get_mut(&ContactId::new(NEW)).expect("there").insert("email".into(), EMAIL.into());
                drop(crm);
                let address = EmailAddress::parse(EMAIL).expect("an address");
                // After the contact is made: it is merged, or left.
                let claim = Claim::new(ClaimedBy::Login, Target::Email(address), START_MS);
                world.acts.put(Act::Claim(user(1), claim), START_MS + MINUTE_MS);
            },
        );
    }
}

#[test]
fn whoever_is_erased_amid_a_send_that_names_them_is_linked_to_nobody() {
    erased_anytime(
        |_| {},
        false,
        |world| {
            contact(world, NEW);
            job(world, "named", Some(ContactId::new(NEW)), START_MS + 10);
            job(world, "named", Some(ContactId::new(NEW)), START_MS + 3 * MINUTE_MS);
        },
    );
}

/// The link may be written by then, and nobody has looked again whether its person is still there.
#[test]
fn whoever_is_erased_amid_a_send_that_then_crashes_is_linked_to_nobody() {
    let soon: Vec<Option<u64>> = (1..=8).map(Some).collect();
    erased_anytime_and_gone(
        &soon,
        |_| {},
        false,
        |world| {
            contact(world, NEW);
            job(world, "named", Some(ContactId::new(NEW)), START_MS + 10);
        },
    );
}

#[test]
fn whoever_is_erased_amid_a_conflict_is_asked_about_by_nobody() {
    // By a send from somebody else's contact, and by an address that somebody else's contact has.
    for by_send in [true, false] {
        erased_anytime(
            |world| login(world, ByEmail::Match, false),
            false,
            |world| {
                linked_to(world, NEW, 2);
                if by_send {
                    job(world, "named", Some(ContactId::new(NEW)), START_MS + 10);
                    return;
                }
                world.event(said(1, 1, START_MS), START_MS + 10);
                let mut crm = world.crm.state.lock().unwrap();
                crm.contacts.get_mut(&ContactId::new(NEW)).expect("there").insert("email".into(), EMAIL.into());
                drop(crm);
                claimed(world, ClaimedBy::AccountLink, Target::Email(EmailAddress::parse(EMAIL).expect("an address")));
            },
        );
    }
}

#[test]
fn whoever_is_erased_amid_an_account_link_is_linked_to_nobody() {
    every_moment_of(
        |faults| small(true, true, faults),
        |world| {
            linked(world, OLD);
            offered(world);
            brings(world, 1, 1, START_MS, START_MS + 10);
            brings(world, 1, 1, START_MS, START_MS + 20 * MINUTE_MS);
        },
        || Act::Erase(Who::User(user(1))),
        START_MS + 100 * MINUTE_MS,
        |world, ()| {
            nobody_is_left(world)?;
            match run(world.journal().nonce(NONCE)).expect("rows").expect("the nonce").value.state {
                NonceState::Used(_) => Ok(()),
                _ => Err("the nonce can be brought once more".into()),
            }
        },
    );
}

#[test]
fn whoever_stands_on_a_contact_from_before_they_were_erased_is_not_linked_to_it() {
    erased_anytime(
        |_| {},
        true,
        |world| {
            contact(world, NEW);
            let mut crm = world.crm.state.lock().unwrap();
            crm.contacts
                .get_mut(&ContactId::new(NEW))
                .expect("there")
                .insert(LINE_USER_ID.into(), user(1).expose().into());
            crm.named_at_ms.insert(ContactId::new(NEW), START_MS - MINUTE_MS);
            drop(crm);
            to_be_looked_at(world, NEW, START_MS + 30, false);
        },
    );
}

#[test]
fn whoever_is_erased_while_their_contact_is_looked_at_is_not_linked_to_it_anew() {
    erased_anytime(
        |_| {},
        true,
        |world| {
            linked(world, OLD);
            world.event(said(1, 1, START_MS), START_MS + 10);
            for at_ms in [START_MS + 30, START_MS + 2 * MINUTE_MS] {
                to_be_looked_at(world, OLD, at_ms, false);
            }
        },
    );
}

#[test]
fn whoever_is_erased_while_their_contact_is_merged_is_asked_about_by_nobody() {
    for with_somebody in [true, false] {
        erased_anytime(
            |_| {},
            true,
            |world| {
                linked(world, OLD);
                contact(world, NEW);
                if with_somebody {
                    linked_to(world, NEW, 2);
                }
                let mut crm = world.crm.state.lock().unwrap();
                let merged = crm.contacts.remove(&ContactId::new(OLD)).expect("there");
                crm.merged.insert(ContactId::new(OLD), ContactId::new(NEW));
                if !with_somebody {
                    crm.contacts.insert(ContactId::new(NEW), merged);
                }
                drop(crm);
                to_be_looked_at(world, OLD, START_MS + 30, false);
            },
        );
    }
}

#[test]
fn whoever_is_erased_while_their_contact_is_deleted_is_gone() {
    for forget in [false, true] {
        erased_anytime(
            |_| {},
            true,
            |world| {
                linked(world, OLD);
                world.event(said(1, 1, START_MS), START_MS + 10);
                world.crm.state.lock().unwrap().contacts.remove(&ContactId::new(OLD));
                to_be_looked_at(world, OLD, START_MS + 30, forget);
            },
        );
    }
}

#[test]
fn whoever_is_erased_while_line_lists_them_as_a_friend_stays_gone() {
    erased_anytime(
        |_| {},
        true,
        |world| {
            world.acts.put(Act::Meet(user(1)), START_MS);
            world.event(said(1, 1, START_MS), START_MS + 10);
        },
    );
}

/// For minutes the CRM takes no changes, so that the contact is emptied late; the person writes meanwhile, somebody looks at the
/// contact, and perhaps an operator links them to it again.
#[test]
fn whoever_writes_before_their_old_contact_is_emptied_begins_anew_all_the_same() {
    for by_hand in [false, true] {
        every_crash_point_of(
            false,
            |faults| small(true, true, faults),
            |world| {
                linked(world, OLD);
                world.crm.take_no_changes(START_MS, START_MS + 12 * MINUTE_MS);
                world.acts.put(Act::Erase(Who::User(user(1))), START_MS + MINUTE_MS);
                to_be_looked_at(world, OLD, START_MS + 4 * MINUTE_MS, false);
                let later_ms = START_MS + 10 * MINUTE_MS;
                world.event(said(2, 1, later_ms), later_ms);
                if by_hand {
                    let claim = Claim::new(ClaimedBy::Operator, Target::Contact(ContactId::new(OLD)), later_ms);
                    world.acts.put(Act::Claim(user(1), claim), later_ms);
                }
            },
            |world, ()| only_what_is_new_is_there(world, by_hand),
        );
    }
}

fn only_what_is_new_is_there(world: &World, on_the_old_one: bool) -> Result<(), String> {
    let crm = world.crm.state.lock().unwrap();
    let mut named = crm.contacts.iter().filter(|(_, it)| it.get(LINE_USER_ID).is_some_and(|id| !id.is_empty()));
    let (Some((contact, _)), None) = (named.next(), named.next()) else {
        return Err("not one contact names them".into());
    };
    if (contact.as_str() == OLD) != on_the_old_one {
        return Err(format!("contact {contact} names them"));
    }
    let from_before = |value: &String| value.contains("word-before");
    if crm.contacts.values().any(|properties| properties.values().any(from_before)) {
        return Err("words from before stand there".into());
    }
    drop(crm);
    nothing_is_left(world)
}

/// Whoever was at it when the person was erased linked them, wrote nothing to the contact and was gone: the look that is enqueued after
/// an erasing unlinks them.
#[test]
fn whoever_was_linked_by_somebody_who_is_gone_is_unlinked_by_the_look_after_the_erasing() {
    let mut world = small(true, true, Faults::crashes_at([]));
    // Their contact is still to be made.
    world.arrives(said(1, 1, START_MS), START_MS + 10);
    run(world.dispatch().erase().erase(&world.account.key, &world.channel.id, &Who::User(user(1)))).expect("calm");
    linked(&world, OLD);
    contact(&world, OLD);
    world.run(i64::MAX, START_MS + 60 * MINUTE_MS);
    nobody_is_left(&world).expect("nobody is left");
}
