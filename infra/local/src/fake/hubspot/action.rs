//! Workflow action requests as HubSpot posts them: pure builders, so that tests can post thousands themselves.
//!
//! Shape: the field set of a real capture in a public unit test (values invented), with `object.properties` where the action's
//! definition asks for some.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::signature::{sign_v2, sign_v3};

/// What identifies one execution of an action.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// The portal.
    pub portal_id: u64,
    /// The action's definition.
    pub definition_id: u64,
    /// The workflow.
    pub workflow_id: u64,
    /// The contact's enrolment.
    pub enrollment_id: u64,
    /// Position within the workflow.
    pub action_id: u64,
    /// Which execution within the enrolment.
    pub execution_index: u64,
    /// The contact.
    pub contact_id: u64,
}

impl ActionSpec {
    /// The callback ID in the observed form `ap-portal-enrolment-action-index`.
    pub fn callback_id(&self) -> String {
        let Self { portal_id, enrollment_id, action_id, execution_index, .. } = self;
        format!("ap-{portal_id}-{enrollment_id}-{action_id}-{execution_index}")
    }

    fn origin(&self) -> Value {
        json!({
            "portalId": self.portal_id, "userId": null,
            "actionDefinitionId": self.definition_id, "actionDefinitionVersion": 1,
            "actionExecutionIndexIdentifier": self.execution(),
            "extensionDefinitionVersionId": 1, "extensionDefinitionId": self.definition_id,
        })
    }

    fn execution(&self) -> Value {
        json!({"enrollmentId": self.enrollment_id, "actionExecutionIndex": self.execution_index})
    }
}

/// Which signatures a request carries. v2 is documented and observed for actions; whether v3 comes too is unverified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// v2 alone.
    #[default]
    V2,
    /// v2 and v3 with its time.
    V2AndV3,
}

/// The body of an action's execution. `properties` of `None` leaves `object.properties` out; empty inputs are left out by the
/// caller, as HubSpot may do.
pub fn action_body(
    spec: &ActionSpec,
    fields: &BTreeMap<String, String>,
    properties: Option<&BTreeMap<String, String>>,
) -> Bytes {
    let typed: serde_json::Map<String, Value> =
        fields.iter().map(|(name, value)| (name.clone(), json!({"value": value, "type": "STRING"}))).collect();
    let mut object = json!({"objectId": spec.contact_id, "objectType": "CONTACT"});
    if let Some(properties) = properties {
        object["properties"] = json!(properties);
    }
    let body = json!({
        "callbackId": spec.callback_id(),
        "origin": spec.origin(),
        "context": {
            "workflowId": spec.workflow_id, "actionId": spec.action_id,
            "actionExecutionIndexIdentifier": spec.execution(), "source": "WORKFLOWS",
        },
        "object": object,
        "fields": fields,
        "inputFields": fields,
        "typedInputs": typed,
    });
    Bytes::from(body.to_string())
}

/// The body of an option fetch for the input `field`, asked while a marketer edits the workflow.
pub fn options_body(spec: &ActionSpec, field: &str, query: Option<&str>, after: Option<&str>) -> Bytes {
    let mut body = json!({
        "origin": {"portalId": spec.portal_id, "actionDefinitionId": spec.definition_id, "actionDefinitionVersion": 1},
        "objectTypeId": "0-1", "inputFieldName": field, "inputFields": {},
    });
    if query.is_some() || after.is_some() {
        body["fetchOptions"] = json!({"q": query, "after": after});
    }
    Bytes::from(body.to_string())
}

/// The headers of a POST that HubSpot signs, to `uri` exactly as HubSpot knows it.
pub fn signed_headers(client_secret: &str, uri: &str, body: &[u8], at_ms: i64, signatures: Signatures) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    put("x-hubspot-signature", sign_v2(client_secret, "POST", uri, body));
    put("x-hubspot-signature-version", "v2".to_owned());
    if signatures == Signatures::V2AndV3 {
        let timestamp = at_ms.to_string();
        put("x-hubspot-signature-v3", sign_v3(client_secret, "POST", uri, body, &timestamp));
        put("x-hubspot-request-timestamp", timestamp);
    }
    headers
}

/// A whole signed action request: headers and body, for `uri` as HubSpot knows it.
pub fn action_request(
    spec: &ActionSpec,
    fields: &BTreeMap<String, String>,
    properties: Option<&BTreeMap<String, String>>,
    client_secret: &str,
    uri: &str,
    at_ms: i64,
    signatures: Signatures,
) -> (HeaderMap, Bytes) {
    let body = action_body(spec, fields, properties);
    (signed_headers(client_secret, uri, &body, at_ms, signatures), body)
}
