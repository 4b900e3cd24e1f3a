//! Workflow actions, their retries, blocks and completions; webhooks to the app.

use std::collections::BTreeMap;

use local::fake::Posted;
use local::fake::hubspot::{ExecutionState, ObjectType, PortalSpec, sign_v1, sign_v2, sign_v3};
use serde_json::{Value, json};

use super::support::{Callee, HOUR_MS, HubSpot, PORTAL};

const BLOCK: &str = r#"{"outputFields":{"hs_execution_state":"BLOCK","hs_expiration_duration":"PT1H"}}"#;

async fn with_callee() -> (HubSpot, Callee, u64) {
    let (hub, callee) = (HubSpot::start().await, Callee::start().await);
    hub.fake.edit_app(|app| app.action_url = Some(callee.url()));
    let contact = hub.fake.create_contact(PORTAL, &[("email", "a@example.com")]);
    (hub, callee, contact)
}

fn fields() -> BTreeMap<String, String> {
    BTreeMap::from([("message_1".to_owned(), "こんにちは".to_owned())])
}

async fn run(hub: &HubSpot, contact: u64) -> String {
    hub.fake.run_workflow(PORTAL, &[contact], &fields()).await.remove(0)
}

async fn complete(hub: &HubSpot, callback: &str) -> u16 {
    let body = json!({"outputFields": {"hs_execution_state": "SUCCESS", "outcome": "accepted"}, "typedOutputs": {}});
    let path = format!("/automation/actions/callbacks/2026-03/{callback}/complete");
    hub.post(&path, &body.to_string()).await.status
}

fn is_retrying(hub: &HubSpot, callback: &str) -> bool {
    matches!(hub.fake.execution(callback).unwrap().state, ExecutionState::Retrying { .. })
}

#[tokio::test]
async fn an_action_arrives_in_the_observed_shape_signed_v2_and_v3_by_switch() {
    let (hub, callee, contact) = with_callee().await;
    let callback = run(&hub, contact).await;
    let secret = "hubspot-client-secret";
    let received = callee.received().remove(0);
    assert_eq!(received.header("x-hubspot-signature"), sign_v2(secret, "POST", &callee.url(), &received.body));
    assert_eq!(received.header("x-hubspot-signature-v3"), "");
    let body = received.json();
    let observed: Value = serde_json::from_str(OBSERVED).unwrap();
    for part in ["/", "/origin", "/origin/actionExecutionIndexIdentifier", "/context"] {
        let part = part.trim_end_matches('/');
        assert_eq!(keys(body.pointer(part).unwrap()), keys(observed.pointer(part).unwrap()), "{part}");
    }
    assert_eq!(body["typedInputs"]["message_1"], json!({"value": "こんにちは", "type": "STRING"}));
    assert_eq!(
        (&body["callbackId"], &body["object"]),
        (&json!(callback), &json!({"objectId": contact, "objectType": "CONTACT"}))
    );
    assert_eq!(body["inputFields"]["message_1"], "こんにちは");
    hub.fake.switch(|switches| switches.actions_carry_v3 = true);
    hub.fake.edit_app(|app| {
        app.action_properties = vec!["email".to_owned()];
        app.action_url_as_signed = Some("https://musubi.example/crm".to_owned());
    });
    run(&hub, contact).await;
    let received = callee.received().remove(1);
    let at = received.header("x-hubspot-request-timestamp");
    let expected = sign_v3(secret, "POST", "https://musubi.example/crm", &received.body, at);
    assert_eq!(received.header("x-hubspot-signature-v3"), expected);
    assert_eq!(received.json()["object"]["properties"], json!({"email": "a@example.com"}));
}

/// The field set of a real capture found in a public unit test; all values are invented.
const OBSERVED: &str = r#"{"callbackId":"x","object":{},"fields":{},"inputFields":{},"typedInputs":{},
  "origin":{"portalId":1,"userId":null,"actionDefinitionId":1,"actionDefinitionVersion":1,
    "actionExecutionIndexIdentifier":{"enrollmentId":1,"actionExecutionIndex":0},
    "extensionDefinitionVersionId":1,"extensionDefinitionId":1},
  "context":{"workflowId":1,"actionId":1,"source":"WORKFLOWS",
    "actionExecutionIndexIdentifier":{"enrollmentId":1,"actionExecutionIndex":0}}}"#;

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn success_and_fail_continue_end_the_step_at_once() {
    let (hub, callee, contact) = with_callee().await;
    for state in ["SUCCESS", "FAIL_CONTINUE"] {
        callee.answer(200, &json!({"outputFields": {"hs_execution_state": state}}).to_string());
        let callback = run(&hub, contact).await;
        let ended = hub.fake.execution(&callback).unwrap().state;
        assert!(matches!(ended, ExecutionState::Done { outputs } if outputs["hs_execution_state"] == state));
    }
}

#[tokio::test]
async fn a_block_waits_for_its_completion_and_a_second_one_goes_by_the_switch() {
    let (hub, callee, contact) = with_callee().await;
    callee.answer(200, BLOCK);
    let callback = run(&hub, contact).await;
    assert!(matches!(hub.fake.execution(&callback).unwrap().state, ExecutionState::Blocked { .. }));
    assert_eq!(complete(&hub, &callback).await, 204);
    let ended = hub.fake.execution(&callback).unwrap().state;
    assert!(matches!(ended, ExecutionState::Done { outputs } if outputs["outcome"] == "accepted"));
    assert_eq!((complete(&hub, &callback).await, complete(&hub, "ap-unknown").await), (404, 404));
    hub.fake.switch(|switches| switches.unknown_block_is_404 = false);
    assert_eq!((complete(&hub, &callback).await, complete(&hub, "ap-unknown").await), (204, 204));
    let applied: Vec<bool> = hub.fake.completions().iter().map(|completion| completion.applied).collect();
    assert_eq!(applied, [true, false, false, false, false]);
}

#[tokio::test]
async fn another_portals_token_completes_nothing() {
    let (mut hub, callee, contact) = with_callee().await;
    callee.answer(200, BLOCK);
    let callback = run(&hub, contact).await;
    hub.fake.add_portal(PortalSpec::demo(PORTAL + 1));
    hub.token = hub.fake.private_token(PORTAL + 1);
    assert_eq!(complete(&hub, &callback).await, 404);
    let state = hub.fake.execution(&callback).unwrap().state;
    assert!(matches!(state, ExecutionState::Blocked { .. }));
    assert!(hub.get(&format!("/crm/objects/2026-03/contacts/{contact}")).await.status == 404);
}

#[tokio::test]
async fn a_block_nobody_completes_expires_and_the_workflow_goes_on() {
    let (hub, callee, contact) = with_callee().await;
    callee.answer(200, BLOCK);
    let callback = run(&hub, contact).await;
    hub.fake.clock().advance_ms(HOUR_MS);
    assert!(matches!(hub.fake.execution(&callback).unwrap().state, ExecutionState::Expired));
    assert_eq!(complete(&hub, &callback).await, 404);
}

#[tokio::test]
async fn a_lost_block_answer_means_a_repeat_and_completions_meanwhile_find_no_block() {
    let (hub, callee, contact) = with_callee().await;
    let callback = hub.fake.enrol(PORTAL, &[contact], &fields()).remove(0);
    hub.fake.note_action_answer(&callback, &Posted::CouldNotConnect);
    assert!(is_retrying(&hub, &callback));
    assert_eq!(complete(&hub, &callback).await, 404);
    hub.fake.clock().advance_ms(60_000);
    callee.answer(200, BLOCK);
    assert_eq!(hub.fake.retry_due().await, 1);
    assert_eq!(complete(&hub, &callback).await, 204);
}

#[tokio::test]
async fn server_errors_are_retried_for_three_days_and_client_errors_never() {
    let (hub, callee, contact) = with_callee().await;
    callee.answer(404, "");
    let refused = run(&hub, contact).await;
    assert!(matches!(hub.fake.execution(&refused).unwrap().state, ExecutionState::Failed));
    for _ in 0..60 {
        callee.answer(500, "");
    }
    let callback = run(&hub, contact).await;
    let mut hours = 0;
    while is_retrying(&hub, &callback) {
        hub.fake.clock().advance_ms(HOUR_MS);
        hub.fake.retry_due().await;
        hours += 1;
        assert!(hours < 100);
    }
    assert!(matches!(hub.fake.execution(&callback).unwrap().state, ExecutionState::Failed));
    assert!((72..=81).contains(&hours), "{hours}");
    assert!(hub.fake.execution(&callback).unwrap().posts > 10);
}

#[tokio::test]
async fn retry_after_of_a_429_is_read_in_milliseconds() {
    let (hub, callee, contact) = with_callee().await;
    callee.answer_with(429, "retry-after", "5000");
    let callback = run(&hub, contact).await;
    hub.fake.clock().advance_ms(4_000);
    assert_eq!(hub.fake.retry_due().await, 0);
    hub.fake.clock().advance_ms(1_000);
    assert_eq!(hub.fake.retry_due().await, 1);
    assert!(matches!(hub.fake.execution(&callback).unwrap().state, ExecutionState::Done { .. }));
}

#[tokio::test]
async fn completions_come_in_batches_and_one_unknown_refuses_all_where_switched_so() {
    let (hub, callee, contact) = with_callee().await;
    callee.answer(200, BLOCK);
    callee.answer(200, BLOCK);
    let ids = hub.fake.run_workflow(PORTAL, &[contact, contact], &fields()).await;
    let input =
        |id: &str| json!({"callbackId": id, "outputFields": {"hs_execution_state": "SUCCESS"}, "typedOutputs": {}});
    let path = "/automation/actions/callbacks/2026-03/complete";
    let mixed = json!({"inputs": [input(&ids[0]), input("unknown")]}).to_string();
    assert_eq!(hub.post(path, &mixed).await.status, 404);
    assert!(matches!(hub.fake.execution(&ids[0]).unwrap().state, ExecutionState::Blocked { .. }));
    let both = json!({"inputs": [input(&ids[0]), input(&ids[1])]}).to_string();
    assert_eq!(hub.post(path, &both).await.status, 204);
    assert!(hub.fake.executions().iter().all(|execution| matches!(execution.state, ExecutionState::Done { .. })));
    let bare = json!({"inputs": [{"callbackId": ids[0], "outputFields": {}}]}).to_string();
    assert_eq!(hub.post(path, &bare).await.status, 400, "typedOutputs is required");
    let many = json!({"inputs": vec![input(&ids[0]); 101]}).to_string();
    assert_eq!(hub.post(path, &many).await.status, 400);
}

#[tokio::test]
async fn webhooks_are_signed_v1_and_v3_and_come_again_until_answered() {
    let (hub, callee, contact) = with_callee().await;
    hub.fake.edit_app(|app| app.webhook_url = Some(callee.url()));
    hub.fake.change(PORTAL, ObjectType::Contact, contact, &[("hubspot_owner_id", "41"), ("firstname", "x")]);
    callee.answer(500, "");
    assert_eq!(hub.fake.deliver_webhooks().await[0].status(), Some(500));
    let received = callee.received().remove(0);
    let secret = "hubspot-client-secret";
    assert_eq!(received.header("x-hubspot-signature"), sign_v1(secret, &received.body));
    let at = received.header("x-hubspot-request-timestamp");
    assert_eq!(received.header("x-hubspot-signature-v3"), sign_v3(secret, "POST", &callee.url(), &received.body, at));
    let events = received.json();
    assert_eq!(events.as_array().unwrap().len(), 1, "only the subscribed property");
    assert_eq!(
        (&events[0]["subscriptionType"], &events[0]["propertyValue"]),
        (&json!("contact.propertyChange"), &json!("41"))
    );
    assert!(hub.fake.deliver_webhooks().await.is_empty());
    hub.fake.clock().advance_ms(60_000);
    hub.fake.deliver_webhooks().await;
    assert_eq!(callee.received()[1].json()[0]["attemptNumber"], 1);
    assert_eq!(hub.fake.waiting_webhooks(), 0);
}

#[tokio::test]
async fn merges_and_privacy_deletions_also_announce_deletions() {
    let (hub, callee, contact) = with_callee().await;
    hub.fake.edit_app(|app| app.webhook_url = Some(callee.url()));
    let other = hub.fake.create_contact(PORTAL, &[("hubspot_owner_id", "7")]);
    hub.fake.deliver_webhooks().await;
    let merged = hub.fake.merge(PORTAL, contact, other).unwrap();
    hub.fake.gdpr_delete(PORTAL, merged);
    hub.fake.deliver_webhooks().await;
    let events = callee.received().pop().unwrap().json();
    let kinds: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["subscriptionType"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["contact.merge", "contact.deletion", "contact.deletion", "contact.privacyDeletion", "contact.deletion",]
    );
    assert_eq!(events[0]["newObjectId"], json!(merged));
}

#[tokio::test]
async fn subscriptions_of_the_newer_kind_name_the_object_type() {
    let (hub, callee, contact) = with_callee().await;
    hub.fake.edit_app(|app| {
        app.webhook_url = Some(callee.url());
        app.object_subscriptions = true;
    });
    hub.fake.gdpr_delete(PORTAL, contact);
    let events = hub.fake.waiting_webhook_events();
    assert_eq!(events[0]["subscriptionType"], "contact.privacyDeletion");
    assert_eq!(
        (&events[1]["subscriptionType"], &events[1]["objectTypeId"]),
        (&json!("object.deletion"), &json!("0-1"))
    );
}
