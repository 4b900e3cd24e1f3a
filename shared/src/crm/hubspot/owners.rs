//! The team, as HubSpot knows it: owners.
//!
//! Source: HubSpot's owners API (2026-03), `GET /crm/owners/{version}/{id}?idProperty=userId`: an owner's own ID is another than their
//! user ID. Names are optional.

use serde_json::Value;

use super::VERSION;
use super::api::{Api, Call};
use super::contacts::segment;
use crate::domain::ids::CrmUserId;
use crate::ports::crm::{CrmFailure, Each};

pub(crate) async fn name_of_user(api: &Api, user: &CrmUserId) -> Each<Option<String>> {
    name_at(api, format!("/crm/owners/{VERSION}/{}?idProperty=userId", segment(user.expose()))).await
}

pub(crate) async fn name_of_owner(api: &Api, owner: &str) -> Each<Option<String>> {
    name_at(api, format!("/crm/owners/{VERSION}/{}", segment(owner))).await
}

async fn name_at(api: &Api, path: String) -> Each<Option<String>> {
    match api.call(&Call::get("owners/get", path)).await {
        Ok(owner) => Ok(name(&owner)),
        Err(CrmFailure::Gone) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Family name first, as the account's records are read in Japan.
fn name(owner: &Value) -> Option<String> {
    let parts = ["lastName", "firstName"].map(|part| owner[part].as_str().unwrap_or_default().trim());
    let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_what_there_is_of_it() {
        for (owner, called) in [
            (json!({"lastName": "佐藤", "firstName": " 美咲 "}), Some("佐藤 美咲")),
            (json!({"lastName": "", "firstName": "Misaki"}), Some("Misaki")),
            (json!({"lastName": null}), None),
            (json!({"lastName": 7, "firstName": " "}), None),
        ] {
            assert_eq!(name(&owner).as_deref(), called, "{owner}");
        }
    }
}
