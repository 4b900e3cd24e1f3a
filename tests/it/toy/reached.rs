//! The toy's calls reach our function by its name in the address, and HubSpot's go on beside them.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, StatusCode};
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId};
use musubi::domain::language::Language;
use musubi::flow::verify_call::VerifyCall;
use musubi::ports::Secrets;
use musubi::ports::secrets::{CrmAppSecrets, Secret};
use musubi::ports::table::Commit;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::caller::SIGNATURE;
use crate::app::App;

const ORG: &str = "org_Ünïcode-7";
const SECRET: &str = "the toy's secret";

/// The function with the toy's arm; its app and account are stored as any.
async fn function(app: &App) -> axum::Router {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let id = CrmAppId::new("toys");
    let secrets: Arc<dyn Secrets> = adapters.secrets().expect("secrets");
    let theirs = CrmAppSecrets { client_id: "toy".to_owned(), client_secrets: vec![Secret::new(SECRET)] };
    secrets.store_crm_app(CrmKind::Toy, &id, &theirs).await.expect("stored");
    let key = CrmAccountKey { kind: CrmKind::Toy, id: CrmAccountId::new(ORG) };
    // Nothing is sent for an account whose Official Account it is not.
    app.change_channel(|channel| channel.account = key.clone()).await;
    let mut account = CrmAccount::new(key, id, Language::English, "Asia/Tokyo");
    account.channels = vec![ChannelId::new(local::seed::CHANNEL_ID)];
    let accounts = adapters.accounts().expect("accounts");
    assert_eq!(accounts.put(&account, 0).await.expect("stored"), Commit::Done);
    let ports = crm_action::Ports::of(&adapters, &app.world.environment).expect("ports");
    crm_action::router(Arc::new(crm_action::Ports {
        verify: VerifyCall { callers: super::caller, ..ports.verify },
        ..ports
    }))
}

async fn post(router: &axum::Router, kind: &str, route: &str, signature: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::post(format!("/crm/{kind}/toys/{route}"))
        .header(SIGNATURE, signature)
        .body(Body::from(body.to_string()))
        .expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_crm_is_reached_by_one_folder_and_one_arm() {
    let app = App::start().await;
    let router = function(&app).await;
    let friend = local::seed::NEW_USER;
    let action = json!({"org": ORG, "step": "step-1", "person": "person-ä", "line": friend, "say": "おもちゃから"});
    let (status, answer) = post(&router, "toy", "action", SECRET, &action).await;
    assert_eq!(
        (status, &answer["state"], &answer["told"]["outcome"]),
        (StatusCode::OK, &json!("ok"), &json!("queued"))
    );
    app.until("the message", |app| !app.world.line.delivered().is_empty()).await;
    assert_eq!(app.world.line.delivered()[0].messages[0]["text"], "おもちゃから");
    let (status, _) = post(&router, "toy", "action", SECRET, &action).await;
    assert_eq!(status, StatusCode::OK);
    app.until_queues_empty().await;
    assert_eq!(app.world.line.delivered().len(), 1, "a repeat sends nothing");

    let (_, choices) = post(&router, "toy", "options", SECRET, &json!({"org": ORG})).await;
    assert_eq!(choices["choices"], json!([local::seed::CHANNEL_ID]));
    let told = json!({"org": ORG, "changed": ["person-ä"]});
    assert_eq!(post(&router, "toy", "webhook", SECRET, &told).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_crms_calls_are_refused_as_any_others_are() {
    let app = App::start().await;
    let router = function(&app).await;
    let action = json!({"org": ORG, "step": "step-1", "say": "x"});
    assert_eq!(post(&router, "toy", "action", "another", &action).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&router, "lego", "action", SECRET, &action).await.0, StatusCode::NOT_FOUND, "no such CRM");
    assert_eq!(
        post(&router, "hubspot", "action", SECRET, &action).await.0,
        StatusCode::UNAUTHORIZED,
        "not its signature"
    );
    assert_eq!(post(&router, "toy", "action", SECRET, &json!({"org": "another"})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(post(&router, "toy", "action", SECRET, &json!([])).await.0, StatusCode::BAD_REQUEST);
    assert!(app.world.line.delivered().is_empty());
}
