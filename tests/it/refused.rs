//! A send that is refused: nobody is made, linked or written to on the word of an ID that LINE has not confirmed, and the
//! record that the workflow ran on says what happened.

use std::collections::BTreeMap;

use local::fake::hubspot::ExecutionState;
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, NEW_USER, PORTAL_ID};

use crate::app::App;

/// An ID of the right shape that LINE does not know for this provider.
const UNKNOWN_TO_LINE: &str = "U0000000000000000000000000000000f";

/// Runs the action on a contact; answers with its outputs.
async fn run_on(app: &App, contact: u64, fields: &[(&str, &str)]) -> serde_json::Value {
    let fields: BTreeMap<String, String> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let callback = app.world.hubspot.run_workflow(PORTAL_ID, &[contact], &fields).await.remove(0);
    let outputs = |app: &App| match app.execution(&callback).state {
        ExecutionState::Done { outputs } => Some(outputs),
        _ => None,
    };
    app.until_moving("the workflow goes on", |app| outputs(app).is_some()).await;
    outputs(app).expect("outputs")
}

/// A property of a contact; empty where it has no value.
fn property(app: &App, contact: u64, name: &str) -> String {
    let contacts = app.world.hubspot.contacts(PORTAL_ID);
    let found = contacts.into_iter().find(|found| found.id == contact).expect("the contact");
    found.properties.get(name).cloned().unwrap_or_default()
}

/// The bodies of a contact's notes.
fn notes_of(app: &App, contact: u64) -> Vec<String> {
    let notes = app.world.hubspot.notes(PORTAL_ID).into_iter().filter(|note| note.contact_ids.contains(&contact));
    notes.map(|note| note.properties.get("hs_note_body").cloned().unwrap_or_default()).collect()
}

/// Waits until the contact shows the outcome, in a property and in one note; nobody else was made, linked or written to.
async fn only_the_record_says_so(app: &App, contact: u64, outcome: &str, what: &str) {
    app.until(what, |app| property(app, contact, "line_last_outcome") == outcome).await;
    app.minutes_pass(16);
    app.until_moving(what, |app| notes_of(app, contact).len() == 1).await;
    app.at_rest().await;
    let notes = notes_of(app, contact);
    assert!(notes.len() == 1 && notes[0].contains("送信できませんでした"), "{what}: {notes:?}");
    assert_eq!(app.notes().len(), 1, "{what}: another note");
    assert_eq!(property(app, contact, "line_user_id"), "", "{what}: linked");
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 2, "{what}: a contact was made");
    assert!(app.contact_of(UNKNOWN_TO_LINE).is_none() && app.contact_of(NEW_USER).is_none(), "{what}");
    assert_eq!(app.world.line.delivered().len(), 0, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_line_does_not_know_makes_nobody_and_the_enrolled_contact_says_so() {
    let app = App::start().await;
    let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com")]);
    let fields = [("message_1", "hello"), ("line_user_id", UNKNOWN_TO_LINE)];
    assert_eq!(run_on(&app, contact, &fields).await["outcome"], "wrong_provider");
    only_the_record_says_so(&app, contact, "wrong_provider", "another provider's ID").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_contact_that_is_linked_the_refusal_stands_in_its_own_conversation() {
    let app = App::start().await;
    let fields = [("message_1", "hello"), ("line_user_id", UNKNOWN_TO_LINE)];
    assert_eq!(run_on(&app, LINKED_CONTACT, &fields).await["outcome"], "wrong_provider");
    app.until("the property", |app| app.linked("line_last_outcome") == "wrong_provider").await;
    app.minutes_pass(16);
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    assert!(notes_of(&app, LINKED_CONTACT)[0].contains("送信できませんでした"), "{:?}", app.notes());
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 1, "nobody was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_line_refuses_is_said_at_the_record_and_makes_nobody() {
    for (status, outcome) in [(400, "invalid_message"), (401, "failed"), (403, "failed"), (404, "failed")] {
        let app = App::start().await;
        let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com")]);
        app.world.line.fault(Endpoint::Push, Fault::FailBefore(status), Plan::Every(1));
        let fields = [("message_1", "hello"), ("line_user_id", NEW_USER)];
        assert_eq!(run_on(&app, contact, &fields).await["outcome"], outcome, "{status}");
        only_the_record_says_so(&app, contact, outcome, &format!("status {status}")).await;
    }
    let app = App::start().await;
    let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com")]);
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = Some(0));
    let fields = [("message_1", "hello"), ("line_user_id", NEW_USER)];
    assert_eq!(run_on(&app, contact, &fields).await["outcome"], "no_quota");
    only_the_record_says_so(&app, contact, "no_quota", "quota").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_it_is_queued_is_said_at_the_record_too() {
    for (fields, outcome) in [
        (vec![("message_1", "hi"), ("line_user_id", "Umalformed")], "failed"),
        (vec![("message_1", "hi"), ("line_user_id", NEW_USER), ("channel", "999")], "failed"),
        (vec![("message_1", "hi"), ("line_user_id", NEW_USER), ("tag", "a b")], "failed"),
        (vec![("message_1", "hi"), ("line_user_id", NEW_USER), ("not_after", "some day")], "failed"),
        (vec![("message_1", "{\"type\":\"text\""), ("line_user_id", NEW_USER)], "invalid_message"),
        (vec![("message_1", "hi"), ("line_user_id", NEW_USER), ("not_after", "2020-01-01")], "expired"),
    ] {
        let app = App::start().await;
        let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com")]);
        let outputs = run_on(&app, contact, &fields).await;
        assert_eq!(outputs["outcome"], outcome, "{fields:?}: {outputs}");
        only_the_record_says_so(&app, contact, outcome, &format!("{fields:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_nobody_is_linked_to_gets_the_property_alone() {
    let app = App::start().await;
    let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com")]);
    assert_eq!(run_on(&app, contact, &[("message_1", "hi")]).await["outcome"], "not_linked");
    app.until("the property", |app| property(app, contact, "line_last_outcome") == "not_linked").await;
    app.minutes_pass(16);
    app.at_rest().await;
    assert_eq!(app.notes(), Vec::<String>::new(), "a list full of people who are not on LINE would get a note each");
}
