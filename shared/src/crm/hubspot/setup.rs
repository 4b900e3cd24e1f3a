//! Making an account ready: the property group, the properties, and finding out what the account can do. For the operator.
//!
//! Everything here may be repeated. Source: HubSpot's properties and account APIs (2026-03).

use serde::Deserialize;
use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::contacts::segment;
use super::timeline::KEY_PROPERTY;
use crate::domain::language::Language;
use crate::domain::provider::ProviderNumber;
use crate::ports::crm::{CrmFailure, Each};

pub use super::property::{PROPERTIES, PropertyProblem, PropertySpec};

/// The group that holds our properties.
const GROUP: &str = "line";
const GROUP_LABEL: &str = "LINE";

/// What HubSpot says of an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDetails {
    /// The account's ID.
    pub portal_id: u64,
    /// IANA name.
    pub time_zone: String,
    /// The host of the account's pages, for links.
    #[serde(default)]
    pub ui_domain: String,
}

/// What became of the properties.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PropertyReport {
    /// Made now.
    pub created: Vec<&'static str>,
    /// There before, and as they must be.
    pub found: Vec<&'static str>,
    /// What a person must put right.
    pub problems: Vec<PropertyProblem>,
}

/// The account's ID, time zone and pages.
///
/// # Errors
/// As the call's; `Unknown` where the answer cannot be read.
pub async fn account_details(api: &Api) -> Each<AccountDetails> {
    let path = format!("/account-info/{VERSION}/details");
    let answer = api.call(&Call::get("account/details", path)).await?;
    serde_json::from_value(answer).map_err(|_| CrmFailure::Unknown)
}

/// Makes the contact properties of these LINE providers that are missing, in the account's language, and checks those that are there. A property that
/// is there is never changed.
///
/// # Errors
/// HubSpot did not answer, or the account is not connected. What HubSpot refuses is in the report.
pub async fn prepare_properties(
    api: &Api,
    language: Language,
    providers: impl IntoIterator<Item = ProviderNumber, IntoIter: Send> + Send,
) -> Each<PropertyReport> {
    ensure_group(api, "contacts").await?;
    let mut report = PropertyReport::default();
    for spec in PropertySpec::all(providers) {
        match ensure(api, "contacts", &spec, language).await {
            Ok((true, _)) => report.created.push(spec.name),
            Ok((false, definition)) => match spec.compare(&definition) {
                None => report.found.push(spec.name),
                Some(problem) => report.problems.push(problem),
            },
            Err(CrmFailure::Refused { code } | CrmFailure::NotReady { code }) => {
                report.problems.push(PropertyProblem::Refused { name: spec.name, code })
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(report)
}

/// Whether notes and tasks take a unique property of ours
/// ([`Capabilities::unique_keys`](crate::domain::account::Capabilities)): makes it, and asks for a record by it. No source of
/// HubSpot's says so; this is the one place that decides.
///
/// # Errors
/// HubSpot did not answer, or the account is not connected.
pub async fn probe_unique_keys(api: &Api, language: Language) -> Each<bool> {
    Ok(takes_unique_key(api, "notes", language).await? && takes_unique_key(api, "tasks", language).await?)
}

/// Whether the token may complete waiting workflows: completes one that does not exist. For private tokens, whose scopes
/// cannot be asked for by introspection.
///
/// # Errors
/// HubSpot did not answer.
pub async fn probe_workflows_wait(api: &Api) -> Each<bool> {
    let path = format!("/automation/actions/callbacks/{VERSION}/musubi-probe/complete");
    let body = json!({"outputFields": {"hs_execution_state": "SUCCESS"}, "typedOutputs": {}});
    match api.call(&Call::post("callbacks/probe", path, body, Repeat::Harmless)).await {
        Ok(_) | Err(CrmFailure::Gone) => Ok(true),
        Err(CrmFailure::Refused { .. } | CrmFailure::Taken) => Ok(true),
        Err(CrmFailure::NotReady { code }) => Ok(!code.starts_with("HTTP_40")),
        Err(CrmFailure::Disconnected) => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn takes_unique_key(api: &Api, kind: &str, language: Language) -> Each<bool> {
    let spec = PropertySpec::unique_text(KEY_PROPERTY, "Musubi キー", "Musubi key");
    let made = match ensure_group(api, kind).await {
        Ok(()) => ensure(api, kind, &spec, language).await,
        Err(failure) => Err(failure),
    };
    match made {
        Ok((_, definition)) if spec.compare(&definition).is_none() => {}
        Ok(_)
        | Err(CrmFailure::Refused { .. } | CrmFailure::NotReady { .. } | CrmFailure::Taken | CrmFailure::Gone) => {
            return Ok(false);
        }
        Err(failure) => return Err(failure),
    }
    // Made is not yet usable: a record is asked for by it. That there is none is what we hope to hear.
    let path = format!("/crm/objects/{VERSION}/{kind}/musubi-probe?idProperty={KEY_PROPERTY}");
    match api.call(&Call::get("timeline/probe", path)).await {
        Ok(_) | Err(CrmFailure::Gone) => Ok(true),
        Err(CrmFailure::Refused { .. } | CrmFailure::NotReady { .. }) => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn ensure_group(api: &Api, kind: &str) -> Each<()> {
    let path = format!("/crm/properties/{VERSION}/{kind}/groups");
    match api.call(&Call::get("properties/groups/get", format!("{path}/{GROUP}"))).await {
        Err(CrmFailure::Gone) => {}
        answer => return answer.map(|_| ()),
    }
    let body = json!({"name": GROUP, "label": GROUP_LABEL, "displayOrder": -1});
    match api.call(&Call::post("properties/groups/create", path, body, Repeat::Harmless)).await {
        Err(CrmFailure::Taken) => Ok(()),
        answer => answer.map(|_| ()),
    }
}

/// The property as it is defined, and whether it was made now.
async fn ensure(api: &Api, kind: &str, spec: &PropertySpec, language: Language) -> Each<(bool, Value)> {
    let path = format!("/crm/properties/{VERSION}/{kind}");
    let get = Call::get("properties/get", format!("{path}/{}", segment(spec.name)));
    match api.call(&get).await {
        Err(CrmFailure::Gone) => {}
        answer => return answer.map(|definition| (false, definition)),
    }
    let body = spec.definition(GROUP, language);
    match api.call(&Call::post("properties/create", path, body, Repeat::Harmless)).await {
        // Somebody was faster, or our own first try was.
        Err(CrmFailure::Taken) => api.call(&get).await.map(|definition| (false, definition)),
        answer => answer.map(|definition| (true, definition)),
    }
}
