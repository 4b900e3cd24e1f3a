//! Consent: marketing reaches only whose contact has given what the account asks for, and whoever is skipped is told of by name.

use std::collections::BTreeMap;

use local::fake::hubspot::{ExecutionState, ObjectType};
use local::seed::{LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::domain::consent::Consent;
use musubi::domain::operator::Role;
use serde_json::Value;

use crate::app::App;
use crate::console::browser::{Browser, pairs};

const BASIS: &str = "hs_legal_basis";
const AGREED: &str = "Freely given consent from contact";
const OTHER: &str = "Legitimate interest – existing customer";

/// The account asks for consent, and the app's action for the property.
async fn asking() -> App {
    let app = App::start().await;
    app.change_account(|account| {
        account.token_properties.insert(BASIS.to_owned());
        account.consent = Consent::read(&format!("{BASIS}:{AGREED}"));
    })
    .await;
    app.world.hubspot.edit_app(|action| action.action_properties.push(BASIS.to_owned()));
    app
}

fn basis_is(app: &App, contact: u64, value: &str) {
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, contact, &[(BASIS, value)]);
}

/// Runs the action on a contact; answers with its outputs.
async fn run_on(app: &App, contact: u64, fields: &[(&str, &str)]) -> Value {
    let fields: BTreeMap<String, String> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let callback = app.world.hubspot.run_workflow(PORTAL_ID, &[contact], &fields).await.remove(0);
    outputs(app, &callback).await
}

async fn outputs(app: &App, callback: &str) -> Value {
    let done = |app: &App| match app.execution(callback).state {
        ExecutionState::Done { outputs } => Some(outputs),
        _ => None,
    };
    app.until_moving("the workflow goes on", |app| done(app).is_some()).await;
    done(app).expect("outputs")
}

const SAYS: [(&str, &str); 1] = [("message_1", "sale")];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_agreed_is_skipped_and_the_workflow_and_the_contact_say_so() {
    let app = asking().await;
    for said in ["", OTHER, "Not applicable"] {
        basis_is(&app, LINKED_CONTACT, said);
        let outputs = run_on(&app, LINKED_CONTACT, &SAYS).await;
        assert_eq!(outputs["outcome"], "no_consent", "{said}");
        let reason = outputs["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("Musubiは送信しませんでした") && reason.contains(BASIS), "{reason}");
        assert_eq!(reason.contains("--token-properties"), said.is_empty(), "{reason}");
        app.until("the property", |app| app.linked("line_last_outcome") == "no_consent").await;
    }
    app.minutes_pass(16);
    app.at_rest().await;
    assert_eq!(app.notes(), Vec::<String>::new(), "a list full of people would get a note each");
    assert_eq!((app.world.line.delivered().len(), app.parked().await), (0, 0));
    for said in [AGREED.to_owned(), format!("{OTHER};{AGREED}")] {
        basis_is(&app, LINKED_CONTACT, &said);
        assert_eq!(run_on(&app, LINKED_CONTACT, &SAYS).await["outcome"], "accepted", "{said}");
    }
    assert_eq!(app.world.line.delivered().len(), 2);
    app.until("the property", |app| app.linked("line_last_outcome") == "accepted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_same_answer_and_still_nothing_is_sent() {
    let app = asking().await;
    let callback = app.run_action(&SAYS).await;
    let first = outputs(&app, &callback).await;
    for _ in 0..3 {
        app.world.hubspot.post_action(&callback).await;
        assert_eq!(outputs(&app, &callback).await, first);
    }
    app.until_queues_empty().await;
    assert_eq!((first["outcome"].as_str(), app.world.line.delivered().len()), (Some("no_consent"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hubspot_did_not_send_along_is_no_consent() {
    let app = asking().await;
    basis_is(&app, LINKED_CONTACT, AGREED);
    app.world.hubspot.edit_app(|action| action.action_properties.retain(|name| name != BASIS));
    let outputs = run_on(&app, LINKED_CONTACT, &SAYS).await;
    assert_eq!((outputs["outcome"].as_str(), app.world.line.delivered().len()), (Some("no_consent"), 0));
    assert!(outputs["reason"].as_str().is_some_and(|reason| reason.contains("--token-properties")), "{outputs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_message_needs_no_consent_and_no_other_word_makes_it_one() {
    let app = asking().await;
    for (purpose, outcome) in
        [("marketing", "no_consent"), ("", "no_consent"), ("Service!", "no_consent"), ("service", "accepted")]
    {
        let fields = [SAYS[0], ("purpose", purpose)];
        assert_eq!(run_on(&app, LINKED_CONTACT, &fields).await["outcome"], outcome, "{purpose}");
    }
    assert_eq!(app.world.line.delivered().len(), 1);
}

/// A contact's consent is not that of whoever the workflow names beside it.
#[tokio::test(flavor = "multi_thread")]
async fn one_contacts_consent_sends_nothing_to_a_person_who_is_another_contact() {
    let app = asking().await;
    let agreed = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "ichiro@example.com"), (BASIS, AGREED)]);
    let named = |user| [SAYS[0], ("line_user_id", user)];
    let outputs = run_on(&app, agreed, &named(LINKED_USER)).await;
    assert_eq!(outputs["outcome"], "no_consent", "{outputs}");
    assert!(outputs["reason"].as_str().is_some_and(|reason| reason.contains("だれの同意")), "{outputs}");
    assert_eq!(app.world.line.delivered().len(), 0);
    assert_eq!(run_on(&app, agreed, &named(NEW_USER)).await["outcome"], "accepted", "nobody else is");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_asks_for_none_sends_to_everybody() {
    let app = App::start().await;
    assert_eq!(run_on(&app, LINKED_CONTACT, &SAYS).await["outcome"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_sets_it_where_the_property_is_asked_for() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let page = hanako.get("/console/account").await;
    let consent = format!("{BASIS}:{AGREED}");
    for (typed, says) in [
        (vec![("consent", consent.as_str())], "token_properties"),
        (vec![("consent", "はい"), ("token_properties", BASIS)], "consent"),
    ] {
        let answer = hanako.post("/console/account", &pairs(&page.typed(&typed))).await;
        assert!(answer.status == 422 && answer.has(says), "{}", answer.html);
        assert_eq!(app.account().await.consent, None);
    }
    let both = page.typed(&[("consent", &consent), ("token_properties", BASIS)]);
    hanako.post("/console/account", &pairs(&both)).await;
    assert_eq!(app.account().await.consent.map(|consent| consent.written()), Some(consent.clone()));
    let page = hanako.get("/console/account").await;
    let answer = hanako.post("/console/account", &pairs(&page.typed(&[("token_properties", "")]))).await;
    assert!(answer.status == 422 && app.account().await.consent.is_some(), "what it needs cannot be taken away");
    hanako.post("/console/account", &pairs(&page.typed(&[("consent", "")]))).await;
    assert_eq!(app.account().await.consent, None);
}
