//! Single records, unique values, merges, deletions, search, properties.

use local::fake::hubspot::{Endpoint, ObjectType, PortalSpec};
use local::fake::{Fault, Plan};
use serde_json::json;

use super::support::{HubSpot, LINE_USER_ID, PORTAL, got};

const CONTACTS: &str = "/crm/objects/2026-03/contacts";

#[tokio::test]
async fn a_contact_is_made_read_by_its_unique_property_and_changed() {
    let hub = HubSpot::start().await;
    let made = hub.post(CONTACTS, r#"{"properties":{"line_user_id":"U1","firstname":"花子"}}"#).await;
    assert_eq!(made.status, 201);
    let path = format!("{CONTACTS}/U1?idProperty=line_user_id&properties=line_user_id,phone");
    let read = hub.get(&path).await;
    assert_eq!((read.status, &read.body["id"]), (200, &made.body["id"]));
    assert_eq!(
        (&read.body["properties"]["line_user_id"], &read.body["properties"]["phone"]),
        (&json!("U1"), &json!(null))
    );
    let changed = hub.patch(&path, r#"{"properties":{"firstname":""}}"#).await;
    assert_eq!(changed.status, 200);
    assert_eq!(hub.fake.contacts(PORTAL)[0].properties.get("firstname"), None);
    assert_eq!(hub.get(&format!("{CONTACTS}/U2?idProperty=line_user_id")).await.status, 404);
    assert_eq!(hub.get(&format!("{CONTACTS}/x?idProperty=firstname")).await.status, 400);
}

#[tokio::test]
async fn a_contact_can_be_set_up_again_under_its_old_id() {
    let hub = HubSpot::start().await;
    hub.fake.create_contact_as(PORTAL, 901, &[("line_user_id", "U1")]);
    let read = hub.get(&format!("{CONTACTS}/U1?idProperty=line_user_id")).await;
    assert_eq!(read.body["id"], "901");
}

#[tokio::test]
async fn any_other_version_in_the_path_is_404() {
    let hub = HubSpot::start().await;
    for path in ["/crm/v3/objects/contacts", "/crm/objects/2026-09/contacts", "/crm/objects/2026-03/contacts/"] {
        assert_eq!(hub.post(path, r#"{"properties":{}}"#).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_or_archived_property_is_400_and_writes_nothing() {
    let hub = HubSpot::start().await;
    let body = r#"{"properties":{"line_user_id":"U1","no_such":"x"}}"#;
    let answer = hub.post(CONTACTS, body).await;
    assert_eq!((answer.status, &answer.body["category"]), (400, &json!("VALIDATION_ERROR")));
    assert_eq!(answer.body["errors"][0]["code"], "PROPERTY_DOESNT_EXIST");
    assert!(answer.headers.contains_key("x-hubspot-correlation-id"));
    hub.fake.archive_property(PORTAL, ObjectType::Contact, "line_user_id");
    assert_eq!(hub.post(CONTACTS, r#"{"properties":{"line_user_id":"U1"}}"#).await.status, 400);
    assert!(hub.fake.contacts(PORTAL).is_empty());
}

#[tokio::test]
async fn a_taken_email_is_409_naming_its_owner_and_a_taken_unique_value_goes_by_the_switch() {
    let hub = HubSpot::start().await;
    let first = hub.post(CONTACTS, r#"{"properties":{"line_user_id":"U1","email":"A@example.com"}}"#).await;
    let email = hub.post(CONTACTS, r#"{"properties":{"email":"a@example.com"}}"#).await;
    let owner = first.body["id"].as_str().unwrap();
    assert_eq!(email.status, 409);
    assert_eq!(email.body["message"], json!(format!("Contact already exists. Existing ID: {owner}")));
    let taken = r#"{"properties":{"line_user_id":"U1"}}"#;
    assert_eq!(hub.post(CONTACTS, taken).await.status, 400);
    hub.fake.switch(|switches| switches.unique_conflict_is_409 = true);
    assert_eq!(hub.post(CONTACTS, taken).await.status, 409);
    assert_eq!(hub.fake.contacts(PORTAL).len(), 1);
}

#[tokio::test]
async fn a_merge_makes_a_new_id_old_ids_work_in_patch_only_and_notes_move() {
    let hub = HubSpot::start().await;
    let old = hub.fake.create_contact(PORTAL, &[("line_user_id", "U1"), ("firstname", "A")]);
    let other = hub.fake.create_contact(PORTAL, &[("firstname", "B"), ("phone", "1")]);
    let note = format!(
        r#"{{"properties":{{"hs_timestamp":"2026-11-22T01:00:00Z","hs_note_body":"x"}},"associations":[{{"to":{{"id":{other}}},"types":[{{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":202}}]}}]}}"#
    );
    assert_eq!(hub.post("/crm/objects/2026-03/notes", &note).await.status, 201);
    let body = format!(r#"{{"primaryObjectId":"{old}","objectIdToMerge":"{other}"}}"#);
    let merged = hub.post(&format!("{CONTACTS}/merge"), &body).await;
    let id = merged.body["id"].as_str().unwrap().to_owned();
    assert!(merged.status == 200 && id != old.to_string() && id != other.to_string());
    let survivor = hub.fake.record(PORTAL, ObjectType::Contact, id.parse().unwrap()).unwrap();
    assert_eq!((survivor.properties["firstname"].as_str(), survivor.properties["phone"].as_str()), ("A", "1"));
    assert_eq!(survivor.properties["line_user_id"], "U1");
    assert_eq!(hub.fake.notes(PORTAL)[0].contact_ids, vec![survivor.id]);
    let patched = hub.patch(&format!("{CONTACTS}/{other}"), r#"{"properties":{"phone":"2"}}"#).await;
    assert_eq!((patched.status, patched.body["id"].as_str()), (200, Some(id.as_str())));
    let batch = format!(r#"{{"inputs":[{{"id":"{old}","properties":{{"phone":"3"}}}}]}}"#);
    assert_eq!(hub.post(&format!("{CONTACTS}/batch/update"), &batch).await.status, 400);
    assert_eq!(hub.get(&format!("{CONTACTS}/{old}")).await.status, 404);
    hub.fake.switch(|switches| switches.single_get_follows_merge = true);
    assert_eq!(hub.get(&format!("{CONTACTS}/{old}")).await.body["id"].as_str(), Some(id.as_str()));
}

#[tokio::test]
async fn a_portal_in_the_beta_keeps_the_primary_id_on_merge() {
    let hub = HubSpot::start().await;
    hub.fake.edit_portal(PORTAL, |portal| portal.keeps_primary_id_on_merge = true);
    let (one, two) = (hub.fake.create_contact(PORTAL, &[]), hub.fake.create_contact(PORTAL, &[]));
    assert_eq!(hub.fake.merge(PORTAL, one, two), Some(one));
    assert_eq!(hub.fake.contacts(PORTAL).len(), 1);
}

#[tokio::test]
async fn a_privacy_deletion_purges_and_the_unique_value_is_free_again() {
    let hub = HubSpot::start().await;
    let id = hub.fake.create_contact(PORTAL, &[("line_user_id", "U1")]);
    let body = r#"{"objectId":"U1","idProperty":"line_user_id"}"#;
    assert_eq!(hub.post(&format!("{CONTACTS}/gdpr-delete"), body).await.status, 204);
    assert_eq!(hub.get(&format!("{CONTACTS}/{id}")).await.status, 404);
    assert_eq!(hub.post(CONTACTS, r#"{"properties":{"line_user_id":"U1"}}"#).await.status, 201);
}

#[tokio::test]
async fn search_lags_behind_and_allows_five_a_second() {
    let hub = HubSpot::start().await;
    hub.post(CONTACTS, r#"{"properties":{"line_user_id":"U1"}}"#).await;
    let body = r#"{"filterGroups":[{"filters":[{"propertyName":"line_user_id","operator":"EQ","value":"u1"}]}]}"#;
    let path = format!("{CONTACTS}/search");
    assert_eq!(hub.post(&path, body).await.body["total"], 0, "a search before a create would make a duplicate");
    hub.fake.clock().advance_ms(10_000);
    let found = hub.post(&path, body).await;
    assert_eq!(found.body["total"], 1);
    assert!(!found.headers.contains_key("x-hubspot-ratelimit-max"));
    for expected in [200, 200, 200, 200, 429] {
        assert_eq!(hub.post(&path, body).await.status, expected);
    }
    hub.post(CONTACTS, r#"{"properties":{"firstname":"x"}}"#).await;
    hub.patch(&format!("{CONTACTS}/U1?idProperty=line_user_id"), r#"{"properties":{"line_user_id":"U9"}}"#).await;
    hub.fake.clock().advance_ms(1_000);
    assert_eq!(hub.post(&path, body).await.body["total"], 1, "the index still knows the old value");
}

#[tokio::test]
async fn the_hundred_and_eleventh_call_in_ten_seconds_is_429() {
    let hub = HubSpot::start().await;
    hub.fake.clock().advance_ms(20_000);
    for _ in 0..110 {
        assert_eq!(hub.get("/account-info/2026-03/details").await.status, 200);
    }
    let limited = hub.get("/account-info/2026-03/details").await;
    assert_eq!((limited.status, &limited.body["policyName"]), (429, &json!("TEN_SECONDLY_ROLLING")));
    assert_eq!(limited.headers["x-hubspot-ratelimit-remaining"], "0");
    assert!(!limited.headers.contains_key("retry-after"));
    hub.fake.clock().advance_ms(10_000);
    let free = hub.get("/account-info/2026-03/details").await;
    assert_eq!((free.status, &free.body["utcOffsetMilliseconds"]), (200, &json!(32_400_000)));
}

#[tokio::test]
async fn a_migrating_account_says_when_to_come_back() {
    let hub = HubSpot::start().await;
    let fault = Fault::FailBeforeRetryAfter { status: 477, seconds: 60 };
    hub.fake.fault(Endpoint::Account, fault, Plan::Next(1));
    let answer = hub.get("/account-info/2026-03/details").await;
    assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (477, "60"));
    hub.fake.fault(Endpoint::Create(ObjectType::Contact), Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let lost = hub.request("POST", CONTACTS).json(&json!({"properties": {"line_user_id": "U1"}}));
    assert!(got(lost).await.is_err());
    assert_eq!(hub.fake.contacts(PORTAL).len(), 1);
}

#[tokio::test]
async fn properties_and_groups_are_made_once_and_uniqueness_is_for_ever() {
    let hub = HubSpot::start().await;
    let path = "/crm/properties/2026-03/contacts";
    assert_eq!(hub.post(path, LINE_USER_ID).await.status, 409);
    assert_eq!(hub.get(&format!("{path}/line_user_id")).await.body["hasUniqueValue"], json!(true));
    assert_eq!(hub.get(&format!("{path}/line_user_name")).await.status, 404);
    assert_eq!(hub.patch(&format!("{path}/line_user_id"), r#"{"hasUniqueValue":false}"#).await.status, 400);
    let group = r#"{"name":"line","label":"LINE"}"#;
    let groups = format!("{path}/groups");
    assert_eq!((hub.post(&groups, group).await.status, hub.post(&groups, group).await.status), (201, 409));
    assert_eq!(hub.get(&format!("{groups}/line")).await.status, 200);
    for number in 1..=10 {
        let body = LINE_USER_ID.replace("line_user_id", &format!("unique_{number}"));
        let expected = if number == 10 { 400 } else { 201 };
        assert_eq!(hub.post(path, &body).await.status, expected, "{number}");
    }
    let orphan = LINE_USER_ID.replace("line_user_id", "orphan").replace("contactinformation", "nowhere");
    assert_eq!(hub.post(path, &orphan).await.status, 400);
}

#[tokio::test]
async fn a_unique_note_property_goes_by_the_portal() {
    let hub = HubSpot::start().await;
    let body = LINE_USER_ID.replace("line_user_id", "musubi_key").replace("contactinformation", "note");
    hub.fake.edit_portal(PORTAL, |portal: &mut PortalSpec| portal.accepts_unique_note_property = false);
    assert_eq!(hub.post("/crm/properties/2026-03/notes", &body).await.status, 400);
    hub.fake.edit_portal(PORTAL, |portal| portal.accepts_unique_note_property = true);
    assert_eq!(hub.post("/crm/properties/2026-03/notes", &body).await.status, 201);
}
