//! What can be wrong at HubSpot.

use std::time::Duration;

use axum::http::StatusCode;
use local::fake::hubspot::{Endpoint, ObjectType, PortalSpec, VERSION};
use local::fake::{Fault, Plan};
use local::seed::PORTAL_ID;
use musubi::crm::CrmClients;
use musubi::crm::hubspot::setup;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{CrmAccountId, CrmAppId};
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::http_client::HttpClient;
use musubi::ports::secrets::{CrmToken, Secret};
use musubi::ports::table::Commit;
use serde_json::{Value, json};

use super::at_line::answer_with;
use super::ward::Ward;
use crate::app::account;

pub async fn make(ward: &mut Ward, code: &'static str) {
    let hubspot = ward.app.world.hubspot.clone();
    match code {
        "crm.token_missing" => {
            let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("7") };
            let other = CrmAccount::new(key, CrmAppId::new("other"), Language::English, "UTC");
            let accounts = ward.adapters().accounts().expect("accounts");
            assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);
        }
        "crm.app_secret_missing" => ward.change_account(|account| account.app = CrmAppId::new("other")).await,
        "crm.app_refused" => hubspot.edit_app(|app| app.client_secret = "rotated".to_owned()),
        "crm.revoked" => hubspot.uninstall(PORTAL_ID),
        "crm.scopes_missing" => grant_without(ward, "crm.objects.owners.read").await,
        "crm.workflows_cannot_wait" => grant_without(ward, "automation").await,
        "crm.workflows_could_wait" => {
            ward.change_account(|account| account.capabilities.workflows_wait = false).await;
        }
        "crm.property_missing" => hubspot.archive_property(PORTAL_ID, ObjectType::Contact, "line_route"),
        "crm.property_type" => {
            define(ward, json!({"name": "line_route", "type": "number", "fieldType": "number"})).await;
        }
        "crm.property_not_unique" => {
            define(ward, json!({"name": "line_user_id", "type": "string", "fieldType": "text"})).await;
        }
        "crm.unique_keys_missing" => hubspot.archive_property(PORTAL_ID, ObjectType::Task, "musubi_key"),
        "crm.unique_keys_unused" => ward.change_account(|account| account.capabilities.unique_keys = false).await,
        "crm.action_refused" => answer_with(ward, Duration::ZERO, StatusCode::UNAUTHORIZED, "/crm/").await,
        "crm.action_unreachable" => answer_with(ward, Duration::from_secs(7), StatusCode::OK, "/crm/").await,
        "crm.certificate_ends" => {
            ward.certificate_ends_ms = Some(ward.app.world.clock.now_ms() + 13 * 86_400_000);
        }
        "crm.unchecked" => hubspot.fault(Endpoint::Account, Fault::FailBefore(503), Plan::Every(1)),
        _ => panic!("{code} has no row"),
    }
}

/// The account is connected anew, and cannot grant this.
pub async fn grant_without(ward: &Ward, scope: &str) {
    let hubspot = &ward.app.world.hubspot;
    hubspot.edit_portal(PORTAL_ID, |portal| portal.scopes.retain(|granted| granted != scope));
    let refresh_token = Secret::new(hubspot.install(PORTAL_ID));
    let token = CrmToken::OAuth { access_token: Secret::new(""), refresh_token, expires_at_ms: 0, instance_url: None };
    ward.secrets().store_crm_token(&account(), &token).await.expect("stored");
}

/// Somebody has made this property before us, in a new account.
async fn define(ward: &Ward, mut property: Value) {
    let (world, secrets) = (&ward.app.world, ward.secrets());
    world.hubspot.add_portal(PortalSpec::demo(PORTAL_ID));
    let Some(CrmToken::OAuth { access_token, .. }) = secrets.crm_token(&account()).await.expect("it reads") else {
        panic!("the demo account has OAuth")
    };
    property["label"] = json!("Somebody's");
    property["groupName"] = json!("contactinformation");
    let url = format!("{}/crm/properties/{VERSION}/contacts", world.vendor_urls.1);
    let made = ward.app.http.post(url).bearer_auth(access_token.expose()).json(&property).send().await;
    assert_eq!(made.expect("an answer").status().as_u16(), 201);
    let crms = CrmClients::new(HttpClient::ready(), &world.vendor_urls.1, secrets, world.time());
    let stored = ward.adapters().accounts().expect("accounts").find(&account()).await.expect("it reads");
    let api = crms.hubspot_api(&stored.expect("it is there").value);
    let report = setup::prepare_properties(&api, Language::English, [ProviderNumber::FIRST]).await.expect("an answer");
    assert_eq!(report.problems.len(), 1);
    assert!(setup::probe_unique_keys(&api, Language::English).await.expect("an answer"));
}
