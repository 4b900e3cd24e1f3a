//! OAuth, scopes, uninstall, owners, app events.

use local::fake::hubspot::{OwnerSpec, PortalSpec};
use serde_json::{Value, json};

use super::support::{Got, HubSpot, PORTAL, got};

const REDIRECT: &str = "http://localhost:9/callback";

async fn token(hub: &HubSpot, fields: &[(&str, &str)]) -> Got {
    let app = hub.fake.app();
    let mut form = vec![("client_id", app.client_id.as_str()), ("client_secret", app.client_secret.as_str())];
    form.extend_from_slice(fields);
    got(hub.client.post(format!("{}/oauth/2026-03/token", hub.served.url())).form(&form)).await.unwrap()
}

async fn refresh(hub: &HubSpot, refresh_token: &str) -> Got {
    token(hub, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn account(hub: &HubSpot, access_token: &Value) -> u16 {
    let url = format!("{}/account-info/2026-03/details", hub.served.url());
    got(hub.client.get(url).bearer_auth(access_token.as_str().unwrap())).await.unwrap().status
}

async fn code(hub: &HubSpot, scope: &str) -> Got {
    let client_id = hub.fake.app().client_id;
    let path = format!("/oauth/authorize?client_id={client_id}&redirect_uri={REDIRECT}&scope={scope}&state=s%26t");
    got(hub.client.get(format!("{}{path}", hub.served.url()))).await.unwrap()
}

#[tokio::test]
async fn a_code_is_traded_once_for_tokens_that_live_half_an_hour() {
    let hub = HubSpot::start().await;
    let redirect = code(&hub, "oauth%20crm.objects.contacts.read").await;
    assert_eq!(redirect.status, 302);
    let location = url::Url::parse(redirect.headers["location"].to_str().unwrap()).unwrap();
    let query: std::collections::HashMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(query["state"], "s&t");
    let fields = [("grant_type", "authorization_code"), ("redirect_uri", REDIRECT), ("code", query["code"].as_str())];
    let issued = token(&hub, &fields).await;
    assert_eq!(
        (issued.status, &issued.body["expires_in"], &issued.body["hub_id"]),
        (200, &json!(1800), &json!(PORTAL))
    );
    assert!(issued.body["access_token"].as_str().unwrap().len() > 300);
    assert_eq!(token(&hub, &fields).await.body["error"], "invalid_grant");
    let access = &issued.body["access_token"];
    assert_eq!(account(&hub, access).await, 200);
    hub.fake.clock().advance_ms(1_800_000);
    assert_eq!(account(&hub, access).await, 401);
    let again = refresh(&hub, issued.body["refresh_token"].as_str().unwrap()).await;
    assert_eq!(account(&hub, &again.body["access_token"]).await, 200);
}

#[tokio::test]
async fn the_install_page_refuses_missing_scopes_and_foreign_redirects() {
    let hub = HubSpot::start().await;
    assert_eq!(code(&hub, "crm.objects.contacts.read").await.status, 400, "oauth is required");
    hub.fake.add_portal(PortalSpec::demo(PORTAL + 1));
    assert_eq!(code(&hub, "oauth").await.status, 200, "it asks which account");
    hub.fake.edit_app(|app| app.redirect_urls = vec!["https://example.com/callback".to_owned()]);
    assert_eq!(code(&hub, "oauth").await.status, 400);
}

#[tokio::test]
async fn a_token_answer_may_leave_the_portal_to_introspection() {
    let hub = HubSpot::start().await;
    hub.fake.switch(|switches| switches.token_answer_names_portal = false);
    let refresh_token = hub.fake.install(PORTAL);
    let issued = refresh(&hub, &refresh_token).await;
    assert_eq!((issued.status, issued.body.get("hub_id")), (200, None));
}

#[tokio::test]
async fn rotation_ends_the_old_refresh_token_where_switched_on() {
    let hub = HubSpot::start().await;
    let first = hub.fake.install(PORTAL);
    assert_eq!(refresh(&hub, &first).await.body["refresh_token"], json!(first));
    hub.fake.switch(|switches| switches.rotates_refresh_tokens = true);
    let rotated = refresh(&hub, &first).await;
    assert_ne!(rotated.body["refresh_token"], json!(first));
    assert_eq!(refresh(&hub, &first).await.body["status"], "BAD_REFRESH_TOKEN");
}

#[tokio::test]
async fn an_uninstalled_app_is_refused_everywhere() {
    let hub = HubSpot::start().await;
    let refresh_token = hub.fake.install(PORTAL);
    let access = refresh(&hub, &refresh_token).await.body["access_token"].clone();
    let url = format!("{}/appinstalls/2026-03/external-install", hub.served.url());
    let uninstalled = got(hub.client.delete(url).bearer_auth(access.as_str().unwrap())).await.unwrap();
    assert_eq!(uninstalled.status, 204);
    assert_eq!(account(&hub, &access).await, 401);
    let refused = refresh(&hub, &refresh_token).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn introspection_names_the_portal_and_revocation_goes_by_the_switch() {
    let hub = HubSpot::start().await;
    for kills in [false, true] {
        hub.fake.switch(|switches| switches.revoke_kills_access_tokens = kills);
        let refresh_token = hub.fake.install(PORTAL);
        let access = refresh(&hub, &refresh_token).await.body["access_token"].clone();
        let app = hub.fake.app();
        let form = |token: &str| {
            let fields = [("client_id", &app.client_id), ("client_secret", &app.client_secret)];
            let mut form: Vec<(&str, String)> = fields.map(|(name, value)| (name, value.clone())).to_vec();
            form.push(("token", token.to_owned()));
            form
        };
        let introspect = hub.client.post(format!("{}/oauth/2026-03/token/introspect", hub.served.url()));
        let known = got(introspect.form(&form(access.as_str().unwrap()))).await.unwrap();
        assert_eq!((&known.body["active"], &known.body["hub_id"]), (&json!(true), &json!(PORTAL)));
        let revoke = hub.client.post(format!("{}/oauth/2026-03/token/revoke", hub.served.url()));
        assert_eq!(got(revoke.form(&form(&refresh_token))).await.unwrap().status, 200);
        assert_eq!(refresh(&hub, &refresh_token).await.status, 400);
        assert_eq!(account(&hub, &access).await, if kills { 401 } else { 200 });
    }
}

#[tokio::test]
async fn a_missing_scope_is_403() {
    let mut hub = HubSpot::start().await;
    hub.fake.edit_portal(PORTAL, |portal| portal.scopes.retain(|scope| scope != "automation"));
    hub.token = hub.fake.private_token(PORTAL);
    let path = "/automation/actions/callbacks/2026-03/x/complete";
    let answer = hub.post(path, r#"{"outputFields":{},"typedOutputs":{}}"#).await;
    assert_eq!((answer.status, &answer.body["category"]), (403, &json!("MISSING_SCOPES")));
}

#[tokio::test]
async fn owners_have_two_numbers() {
    let hub = HubSpot::start().await;
    hub.fake.add_owner(
        PORTAL,
        OwnerSpec {
            owner_id: 41,
            user_id: 9,
            email: "owner@example.com".to_owned(),
            first_name: "太郎".to_owned(),
            last_name: "山田".to_owned(),
        },
    );
    assert_eq!(hub.get("/crm/owners/2026-03").await.body["results"][0]["id"], "41");
    assert_eq!(hub.get("/crm/owners/2026-03/9?idProperty=userId").await.body["id"], "41");
    assert_eq!(hub.get("/crm/owners/2026-03/9").await.status, 404);
}

#[tokio::test]
async fn an_event_id_is_taken_once_and_a_batch_is_atomic() {
    let hub = HubSpot::start().await;
    hub.fake.edit_portal(PORTAL, |portal| portal.event_types = vec!["pe77_line_message".to_owned()]);
    let contact = hub.fake.create_contact(PORTAL, &[]);
    let event = |id: &str| json!({"eventTypeName": "pe77_line_message", "id": id, "objectId": contact.to_string(), "properties": {}});
    let path = "/integrators/timeline/2026-03/events";
    assert_eq!(hub.post(path, &event("e1").to_string()).await.status, 201);
    assert_eq!(hub.post(path, &event("e1").to_string()).await.status, 409);
    let batch = json!({"inputs": [event("e2"), event("e1")]}).to_string();
    assert_eq!(hub.post(&format!("{path}/batch"), &batch).await.status, 409);
    assert_eq!(hub.fake.timeline_events(PORTAL).len(), 1);
    let mut unknown = event("e3");
    unknown["eventTypeName"] = json!("pe77_other");
    assert_eq!(hub.post(path, &unknown.to_string()).await.status, 400);
}
