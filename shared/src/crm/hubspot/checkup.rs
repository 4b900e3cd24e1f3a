//! A HubSpot account, as a doctor asks it.
//!
//! Source: HubSpot's OAuth API (introspection), properties and account APIs (2026-03). How a workflow action is deployed cannot
//! be asked with an account's token: its definition belongs to the developer.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::api::{Api, Call};
use super::connect::HubSpotSetUp;
use super::oauth::{AUTOMATION_SCOPE, INBOX_SCOPES, OAuth, OAuthError, REQUIRED_SCOPES, TIMELINE_SCOPE};
use super::property::{PropertyProblem, PropertySpec};
use super::timeline::KEY_PROPERTY;
use super::{VERSION, inbox_set_up, setup, signature};
use crate::crm::certificate;
use crate::domain::account::{CrmAccount, TimelineSurface};
use crate::domain::ids::InboxChannelId;
use crate::ports::checkup::{ActionTry, CrmCheckup, FieldFault, LeaveStanding, SeenPlace};
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::secrets::{CrmAppSecrets, CrmToken};

/// Longer than our functions take, and shorter than anybody waits for choices to appear.
const PATIENCE: Duration = Duration::from_secs(5);

#[async_trait]
impl CrmCheckup for HubSpotSetUp {
    async fn leave(&self, account: &CrmAccount) -> Each<LeaveStanding> {
        let secrets = self.secrets();
        if secrets.crm_token(&account.key).await.map_err(|_| CrmFailure::Unknown)?.is_none() {
            return Ok(LeaveStanding::NoToken);
        }
        let app = secrets.crm_app(account.key.kind, &account.app).await.map_err(|_| CrmFailure::Unknown)?;
        let end = setup::account_details(&self.api_of(account)).await;
        // By now it has been renewed, if its time was over.
        let token = secrets.crm_token(&account.key).await.map_err(|_| CrmFailure::Unknown)?;
        match (end, token) {
            (Err(CrmFailure::Disconnected), Some(CrmToken::OAuth { refresh_token, .. })) => {
                let Some(oauth) = app.as_ref().and_then(|app| self.oauth(app)) else {
                    return Ok(LeaveStanding::NoAppSecret);
                };
                // Is it the app's secret that HubSpot does not take, or the token?
                match oauth.introspect(&refresh_token).await {
                    Err(OAuthError::InvalidClient) => Ok(LeaveStanding::AppRefused),
                    Err(OAuthError::NoAnswer) => Err(CrmFailure::Unknown),
                    _ => Ok(LeaveStanding::Revoked),
                }
            }
            (Err(CrmFailure::Disconnected), _) => Ok(LeaveStanding::Revoked),
            (Err(failure), _) => Err(failure),
            (Ok(_), Some(CrmToken::OAuth { access_token, .. })) => {
                let Some(oauth) = app.as_ref().and_then(|app| self.oauth(app)) else {
                    return Ok(LeaveStanding::NoAppSecret);
                };
                match oauth.introspect(&access_token).await {
                    Ok(seen) => Ok(granted(account, &seen.scopes)),
                    Err(OAuthError::InvalidClient) => Ok(LeaveStanding::AppRefused),
                    Err(_) => Err(CrmFailure::Unknown),
                }
            }
            (Ok(_), _) if app.is_none() => Ok(LeaveStanding::NoAppSecret),
            (Ok(_), _) => {
                Ok(LeaveStanding::Good { missing: Vec::new(), workflows_wait: None, inbox_missing: Vec::new() })
            }
        }
    }

    async fn fields(&self, account: &CrmAccount) -> Each<Vec<(&'static str, FieldFault)>> {
        let defined = defined(&self.api_of(account), "contacts").await?;
        let all = PropertySpec::all(account.providers());
        Ok(all.filter_map(|spec| Some((spec.name, fault(&defined, &spec)?))).collect())
    }

    async fn try_action(&self, account: &CrmAccount, public_url: &str) -> Each<ActionTry> {
        let app = self.secrets().crm_app(account.key.kind, &account.app).await.map_err(|_| CrmFailure::Unknown)?;
        let secret = app.and_then(|app| app.client_secrets.into_iter().next()).ok_or(CrmFailure::Disconnected)?;
        let url =
            format!("{}/crm/{}/{}/options", public_url.trim_end_matches('/'), account.key.kind.as_str(), account.app);
        let body = json!({"origin": {"portalId": account.key.id.as_str()}, "inputFieldName": "channel"}).to_string();
        let request = signature::signed(self.reach().0.post(&url), &secret, &url, body, self.now_ms());
        Ok(match request.timeout(PATIENCE).send().await {
            Ok(answer) if answer.status().is_success() => ActionTry::Good(certificate::ends_at_ms(&answer)),
            Ok(answer) => ActionTry::Status(answer.status().as_u16()),
            Err(_) => ActionTry::NoAnswer,
        })
    }

    async fn has_unique_keys(&self, account: &CrmAccount) -> Each<bool> {
        let (api, spec) = (self.api_of(account), PropertySpec::unique_text(KEY_PROPERTY, "", ""));
        let (notes, tasks) = (defined(&api, "notes").await?, defined(&api, "tasks").await?);
        Ok(fault(&notes, &spec).is_none() && fault(&tasks, &spec).is_none())
    }

    async fn inbox_places(&self, account: &CrmAccount, channel: &InboxChannelId) -> Each<Vec<SeenPlace>> {
        let seen = match inbox_set_up::seen(&self.api_of(account), channel).await {
            // With the channel its places are gone.
            Err(CrmFailure::Gone) => Vec::new(),
            seen => seen?,
        };
        Ok(seen.into_iter().map(|seen| SeenPlace { account: seen.account, is_open: seen.is_authorized }).collect())
    }
}

impl HubSpotSetUp {
    fn oauth<'a>(&'a self, app: &'a CrmAppSecrets) -> Option<OAuth<'a>> {
        let (http, url) = self.reach();
        Some(OAuth::new(http, url, &app.client_id, app.client_secrets.first()?))
    }
}

fn granted(account: &CrmAccount, scopes: &[String]) -> LeaveStanding {
    let is_granted = |scope: &str| scopes.iter().any(|granted| granted == scope);
    let timeline = matches!(account.surface, TimelineSurface::AppEvents { .. }).then_some(TIMELINE_SCOPE);
    let missing = REQUIRED_SCOPES.into_iter().chain(timeline).filter(|scope| !is_granted(scope)).collect();
    let inbox_missing = INBOX_SCOPES.into_iter().filter(|scope| !is_granted(scope)).collect();
    LeaveStanding::Good { missing, workflows_wait: Some(is_granted(AUTOMATION_SCOPE)), inbox_missing }
}

/// All properties of a kind of record, archived ones left out: one call, for the rate limit is the functions', too.
async fn defined(api: &Api, kind: &str) -> Each<Vec<Value>> {
    let mut answer = api.call(&Call::get("properties/list", format!("/crm/properties/{VERSION}/{kind}"))).await?;
    match answer["results"].take() {
        Value::Array(all) => Ok(all),
        _ => Err(CrmFailure::Unknown),
    }
}

fn fault(defined: &[Value], spec: &PropertySpec) -> Option<FieldFault> {
    let Some(definition) = defined.iter().find(|definition| definition["name"] == spec.name) else {
        return Some(FieldFault::Missing);
    };
    spec.compare(definition).map(|problem| match problem {
        PropertyProblem::Type { expected, found, .. } => FieldFault::Type { expected, found },
        PropertyProblem::NotUnique { .. } => FieldFault::NotUnique,
        PropertyProblem::Refused { .. } => FieldFault::Missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{CrmAccountKey, CrmKind};
    use crate::domain::ids::{CrmAccountId, CrmAppId};
    use crate::domain::language::Language;

    #[test]
    fn app_events_need_a_scope_of_their_own() {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let mut account = CrmAccount::new(key, CrmAppId::new("a"), Language::English, "UTC");
        let scopes = REQUIRED_SCOPES.map(str::to_owned);
        let inbox_missing = INBOX_SCOPES.to_vec();
        let good = |missing| LeaveStanding::Good {
            missing,
            workflows_wait: Some(false),
            inbox_missing: inbox_missing.clone(),
        };
        assert_eq!(granted(&account, &scopes), good(Vec::new()));
        assert_eq!(granted(&account, &scopes[1..]), good(vec!["oauth"]));
        account.surface = TimelineSurface::AppEvents { event_type: "x".to_owned() };
        assert_eq!(granted(&account, &scopes), good(vec![TIMELINE_SCOPE]));
    }
}
