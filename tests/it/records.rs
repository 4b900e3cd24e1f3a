//! What becomes of a link when the CRM's records are merged or deleted.

use local::fake::hubspot::ObjectType;
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID};

use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_merge_words_go_to_the_record_that_lives_on() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "統合の前").await;
    app.until("the first text", |app| app.linked("line_last_message") == "統合の前").await;
    app.at_rest_but_entries().await;
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "hanako.t@example.com")]);
    let merged = app.world.hubspot.merge(PORTAL_ID, other, LINKED_CONTACT).expect("a merged record");
    assert_ne!(merged, LINKED_CONTACT, "HubSpot gives a new ID");

    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "統合の後").await;
    app.until("the text on the merged record", |app| {
        app.contact_of(LINKED_USER).is_some_and(|contact| {
            contact.id == merged && contact.properties.get("line_last_message").is_some_and(|last| last == "統合の後")
        })
    })
    .await;
    app.until_moving("the entry", |app| !app.notes().is_empty()).await;
    app.at_rest().await;
    let notes = app.world.hubspot.notes(PORTAL_ID);
    assert!(
        notes.iter().all(|note| note.contact_ids == [merged]),
        "{:?}",
        notes.iter().map(|n| &n.contact_ids).collect::<Vec<_>>()
    );
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 1, "nobody was made anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_contact_is_made_anew_only_once_the_person_writes_again() {
    let app = App::start().await;
    app.world.hubspot.delete(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT);
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert!(app.contact_of(LINKED_USER).is_none(), "blocking is no reason to make a contact");

    app.world.clock.advance_ms(1_000);
    app.world.line.follow(CHANNEL_ID, LINKED_USER).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "また書きました").await;
    app.until_moving("a new contact", |app| app.contact_of(LINKED_USER).is_some()).await;
    app.until_moving("the text", |app| {
        app.contact_of(LINKED_USER)
            .is_some_and(|it| it.properties.get("line_last_message").is_some_and(|last| last == "また書きました"))
    })
    .await;
}
