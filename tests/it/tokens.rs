//! Tokens in a workflow's message, by what the account is set to.

use local::fake::hubspot::{ExecutionState, ObjectType};
use local::seed::{LINKED_CONTACT, PORTAL_ID};
use musubi::domain::account::UnfilledTokens;

use crate::app::App;

/// A property of HubSpot's own that tokens do not know unless it is asked for.
const PROPERTY: &str = "hs_language";

/// Runs the action: what reached the person, or why nothing did.
async fn sent(app: &App, words: &str) -> Result<String, String> {
    let before = app.world.line.delivered().len();
    let callback = app.run_action(&[("message_1", words)]).await;
    let outputs = |app: &App| match app.execution(&callback).state {
        ExecutionState::Done { outputs } => Some(outputs),
        _ => None,
    };
    app.until("the workflow goes on", |app| outputs(app).is_some()).await;
    let outputs = outputs(app).expect("outputs");
    match app.world.line.delivered().get(before) {
        Some(shown) => Ok(shown.messages[0]["text"].as_str().unwrap_or_default().to_owned()),
        None => Err(outputs["reason"].as_str().unwrap_or_default().to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_the_account_asks_for_is_filled_in_told_empty_or_replaced() {
    let app = App::start().await;
    let token = format!("{{{{line:{PROPERTY}}}}}へ");
    let unknown = sent(&app, &token).await.expect_err("nobody asks for it");
    assert!(unknown.contains(&format!("--token-properties {PROPERTY}")), "{unknown}");

    app.change_account(|account| assert!(account.token_properties.insert(PROPERTY.to_owned()))).await;
    let empty = sent(&app, &token).await.expect_err("it has no value");
    assert!(empty.contains("空です") && empty.contains(PROPERTY), "{empty}");
    assert_eq!(sent(&app, &format!("{{{{line:{PROPERTY}|お客さま}}}}へ")).await.as_deref(), Ok("お客さまへ"));

    app.world.hubspot.edit_app(|action| action.action_properties.push(PROPERTY.to_owned()));
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &[(PROPERTY, "ja")]);
    assert_eq!(sent(&app, &token).await.as_deref(), Ok("jaへ"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_system_goes_out_as_it_is_where_the_account_means_it() {
    let app = App::start().await;
    let words = "{{ contact.firstname }}様";
    let refused = sent(&app, words).await.expect_err("nobody filled it in");
    assert!(refused.contains("unfilled_tokens=send"), "{refused}");
    app.change_account(|account| account.unfilled_tokens = UnfilledTokens::Send).await;
    assert_eq!(sent(&app, words).await.as_deref(), Ok(words));
}
