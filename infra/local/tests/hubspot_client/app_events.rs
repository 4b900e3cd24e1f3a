//! Conversations as app events.

use local::fake::hubspot::Endpoint;
use local::fake::{Fault, Plan};
use musubi::domain::account::TimelineSurface;
use musubi::ports::crm::{CrmFailure, EVENT_IMMUTABLE};
use serde_json::json;

use super::support::{PORTAL, World, note, number};

const TYPE: &str = "ae77_line_conversation";

/// An account whose conversations are app events of a type that HubSpot knows.
async fn world() -> World {
    let mut world = World::start(false).await;
    world.fake.edit_portal(PORTAL, |portal| portal.event_types = vec![TYPE.to_owned()]);
    world.account.surface = TimelineSurface::AppEvents { event_type: TYPE.to_owned() };
    world
}

#[tokio::test]
async fn a_conversation_becomes_one_event_however_often_it_is_written() {
    let world = world().await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    let mut written = note("musubi-entry-1", &contact);
    written.body = "<h3>LINE</h3><p>09:00:00 <b>客</b> [x](y) &amp;<br>z</p>".to_owned();
    let first = crm.write_notes(std::slice::from_ref(&written)).await;
    assert!(first[0].is_ok(), "{first:?}");
    assert_eq!(crm.write_notes(std::slice::from_ref(&written)).await, first);
    let events = world.fake.timeline_events(PORTAL);
    assert_eq!((events.len(), events[0].contact_id), (1, Some(number(&contact))));
    let (event, at) = (&events[0].json, "2026-08-06T07:06:40.123Z");
    assert_eq!((&event["eventTypeName"], &event["id"]), (&json!(TYPE), &json!("musubi-entry-1")));
    assert_eq!(event["timestamp"], json!(at));
    assert_eq!(event["properties"], json!({"title": "LINE", "text": "09:00:00 客 \\[x\\](y) &\nz"}));
    assert!(world.fake.notes(PORTAL).is_empty());
}

#[tokio::test]
async fn a_lost_answer_makes_one_event() {
    let world = world().await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    for (n, lost) in [1, 2].into_iter().enumerate() {
        let written = note(&format!("key-{n}"), &contact);
        world.fake.fault(Endpoint::TimelineEvent, Fault::LoseAnswerAfterEffect, Plan::Next(lost));
        let answer = crm.write_notes(std::slice::from_ref(&written)).await.remove(0);
        assert_eq!(answer.is_ok(), lost == 1, "asked once more by itself: {answer:?}");
        assert_eq!(crm.find_note(&written).await, Ok(None), "writing it again is how to look");
        assert!(crm.write_notes(&[written]).await[0].is_ok());
        assert_eq!(world.fake.timeline_events(PORTAL).len(), n + 1);
    }
}

#[tokio::test]
async fn a_type_that_hubspot_does_not_know_is_refused_and_the_contact_is_not_taken_for_gone() {
    let world = world().await;
    world.fake.edit_portal(PORTAL, |portal| portal.event_types.clear());
    let contact = world.contact("a@example.com");
    let crm = world.crm().await;
    let refused = CrmFailure::Refused { code: "VALIDATION_ERROR".to_owned() };
    assert_eq!(refused.to_string(), "the CRM refused it: VALIDATION_ERROR");
    assert_eq!(crm.write_notes(&[note("k", &contact)]).await, [Err(refused)]);
    assert!(world.fake.timeline_events(PORTAL).is_empty());
}

#[tokio::test]
async fn an_event_follows_a_merge_and_is_not_written_for_a_deleted_contact() {
    let world = world().await;
    let crm = world.crm().await;
    let (a, b, gone) = (world.contact("a@x.jp"), world.contact("b@x.jp"), world.contact("c@x.jp"));
    let merged = world.merge(&a, &b);
    world.fake.gdpr_delete(PORTAL, number(&gone));
    let answers = crm.write_notes(&[note("1", &b), note("2", &gone)]).await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(answers[1], Err(CrmFailure::Gone));
    let events = world.fake.timeline_events(PORTAL);
    assert_eq!((events.len(), events[0].contact_id), (1, Some(number(&merged))));
}

#[tokio::test]
async fn without_the_scope_timeline_the_account_is_not_connected_for_it() {
    let mut world = World::bare().await;
    world.fake.edit_portal(PORTAL, |portal| {
        portal.event_types = vec![TYPE.to_owned()];
        portal.scopes.retain(|scope| scope != "timeline");
    });
    world.account.surface = TimelineSurface::AppEvents { event_type: TYPE.to_owned() };
    let contact = world.contact("a@example.com");
    *world.vault.token.lock().unwrap() = Some(musubi::ports::secrets::CrmToken::Private {
        access_token: musubi::ports::secrets::Secret::new(world.fake.private_token(PORTAL)),
    });
    let answers = world.crm().await.write_notes(&[note("k", &contact)]).await;
    assert_eq!(answers, [Err(CrmFailure::Disconnected)]);
}

#[tokio::test]
async fn an_event_is_neither_read_nor_edited_and_the_notes_from_before_still_are() {
    let mut world = world().await;
    let contact = world.contact("a@example.com");
    let event = world.crm().await.write_notes(&[note("1", &contact)]).await.remove(0).unwrap();
    world.account.surface = TimelineSurface::Notes;
    let written = world.crm().await.write_notes(&[note("2", &contact)]).await.remove(0).unwrap();
    for surface in [TimelineSurface::AppEvents { event_type: TYPE.to_owned() }, TimelineSurface::Notes] {
        world.account.surface = surface;
        let crm = world.crm().await;
        let refused = CrmFailure::Refused { code: EVENT_IMMUTABLE.to_owned() };
        assert_eq!(crm.read_note(&event).await, Err(refused.clone()));
        assert_eq!(crm.edit_note(&event, "x").await, Err(refused));
        assert!(crm.read_note(&written).await.is_ok());
        assert_eq!(crm.edit_note(&written, "<p>x</p>").await, Ok(()));
    }
}
