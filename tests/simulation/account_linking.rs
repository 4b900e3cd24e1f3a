//! Account link: a crash at any single step leaves the person linked once, by the one nonce, and nobody else by it.

use musubi::domain::account_link::NonceState;
use musubi::domain::activity::Content;
use musubi::domain::claim::{EmailAddress, Target};
use musubi::domain::conversation::Source;
use musubi::domain::ids::{ContactId, EventId};
use musubi::domain::inbound::{InboundEvent, InboundWhat};
use musubi::domain::properties::LINE_USER_ID;
use musubi::flow::offer_link::OfferLink;
use musubi::store::Journal;

use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_of, small};
use crate::linking::{contact, field, linked};
use crate::said::user;
use crate::world::{Arrived, MINUTE_MS, START_MS, World, run};

pub const NONCE: &str = "a nonce that nobody can guess";
pub const MEMBER: &str = "601";
const EMAIL: &str = "word-of-mouth@example.com";

/// The customer's site says who is logged in there.
pub fn offered(world: &World) {
    contact(world, MEMBER);
    let address = EmailAddress::parse(EMAIL).expect("an address");
    let mut crm = world.crm.state.lock().unwrap();
    crm.contacts.get_mut(&ContactId::new(MEMBER)).expect("there").insert("email".into(), address.expose().into());
    drop(crm);
    let journal = Journal::new(std::sync::Arc::new(world.journal_rows.calm()));
    let (offer, channel) = (OfferLink { journal, clock: world.clock() }, world.channel.clone());
    run(async move { offer.offer(&channel, &Target::Email(address), NONCE).await }).expect("a calm table");
}

/// LINE confirms that the person brought the nonce.
pub fn brings(world: &World, number: u64, by: u64, at_ms: i64, accepted_at_ms: i64) {
    let event = InboundEvent {
        at_ms,
        id: EventId::new(format!("01LINK{number:020}")),
        place: None,
        quotes: None,
        source: Source::User(user(by)),
        what: InboundWhat::Said { content: Content::Other { what: "accountLink".into() }, message: None },
    };
    world.inbox.put(Arrived { accepted_at_ms, event, nonce: Some(NONCE.into()), reply_token: None }, accepted_at_ms);
}

#[test]
fn account_linking_survives_a_crash_anywhere() {
    let fill = |world: &World| {
        linked(world, "501");
        offered(world);
        brings(world, 1, 1, START_MS, START_MS + 10);
        brings(world, 2, 2, START_MS + 5 * MINUTE_MS, START_MS + 5 * MINUTE_MS);
        brings(world, 1, 1, START_MS, START_MS + 20 * MINUTE_MS);
    };
    every_crash_point_of(
        false,
        |faults| small(true, true, faults),
        fill,
        |world, ()| {
            if world.linked_contacts != ["501", MEMBER] || field(world, MEMBER, LINE_USER_ID) != user(1).expose() {
                return Err(format!("the link went {:?}", world.linked_contacts));
            }
            let rows = world.journal_rows.all().into_iter().chain(world.links_rows.all());
            if rows.clone().any(|(_, _, body)| body.contains(EMAIL)) {
                return Err("the address is left".into());
            }
            let of_the_other = |(at, _, body): &(String, String, String)| {
                at.starts_with("user:") && body.contains(user(2).expose()) && body.contains(MEMBER)
            };
            if rows.clone().any(|row| of_the_other(&row)) {
                return Err("whoever brought it again is linked to the same contact".into());
            }
            let found = run(world.journal().nonce(NONCE)).expect("rows").expect("the nonce");
            if found.value.state != NonceState::Used(EventId::new(format!("01LINK{:020}", 1))) {
                return Err("it is not used up by who brought it first".into());
            }
            nothing_is_left(world)
        },
    );
}

/// Nobody can say whose the nonce is before LINE brings it: so the row itself tells nothing.
#[test]
fn a_nonce_that_nobody_brought_keeps_no_address() {
    let world = small(true, false, crate::faults::Faults::crashes_at([]));
    offered(&world);
    assert!(world.journal_rows.all().iter().any(|(at, ..)| at.starts_with("a:")), "there is a row");
    assert!(world.journal_rows.all().iter().all(|(_, _, body)| !body.contains(EMAIL)));
}
