//! Batches: all or nothing, or 207; upserts; notes, tasks and their associations.

use local::fake::hubspot::ObjectType;
use serde_json::{Value, json};

use super::support::{Got, HubSpot, LINE_USER_ID, PORTAL, got};

const UPSERT: &str = "/crm/objects/2026-03/contacts/batch/upsert";

fn person(id: &str, trace: Option<&str>, properties: Value) -> Value {
    let mut input = json!({"id": id, "idProperty": "line_user_id", "properties": properties});
    if let Some(trace) = trace {
        input["objectWriteTraceId"] = json!(trace);
    }
    input
}

async fn upsert(hub: &HubSpot, inputs: &[Value]) -> Got {
    hub.post(UPSERT, &json!({"inputs": inputs}).to_string()).await
}

#[tokio::test]
async fn an_upsert_says_which_are_new_and_makes_nobody_twice() {
    let hub = HubSpot::start().await;
    let first = upsert(&hub, &[person("U1", None, json!({"firstname": "A"}))]).await;
    assert_eq!((first.status, &first.body["results"][0]["new"]), (200, &json!(true)));
    let second = upsert(&hub, &[person("U1", None, json!({})), person("U2", None, json!({}))]).await;
    let new: Vec<&Value> = second.body["results"].as_array().unwrap().iter().map(|result| &result["new"]).collect();
    assert_eq!(new, [&json!(false), &json!(true)]);
    assert_eq!(hub.fake.contacts(PORTAL).len(), 2);
    assert_eq!(hub.fake.contacts(PORTAL)[0].properties["line_user_id"], "U1");
}

#[tokio::test]
async fn one_bad_input_fails_the_whole_batch_unless_each_has_its_trace_id() {
    let hub = HubSpot::start().await;
    let bad = json!({"no_such": "x"});
    let whole = upsert(&hub, &[person("U1", None, json!({})), person("U2", None, bad.clone())]).await;
    assert_eq!((whole.status, hub.fake.contacts(PORTAL).len()), (400, 0));
    let same_trace = [person("U1", Some("t"), json!({})), person("U2", Some("t"), bad.clone())];
    assert_eq!(upsert(&hub, &same_trace).await.status, 400);
    let traced = [person("U1", Some("t1"), json!({})), person("U2", Some("t2"), bad)];
    let partial = upsert(&hub, &traced).await;
    assert_eq!((partial.status, &partial.body["numErrors"]), (207, &json!(1)));
    assert_eq!(partial.body["results"][0]["objectWriteTraceId"], "t1");
    assert_eq!(partial.body["errors"][0]["context"]["objectWriteTraceId"], json!(["t2"]));
    assert_eq!(hub.fake.contacts(PORTAL).len(), 1);
}

#[tokio::test]
async fn the_same_id_twice_too_many_inputs_and_a_common_property_are_400() {
    let hub = HubSpot::start().await;
    let twice = [person("U1", Some("a"), json!({})), person("U1", Some("b"), json!({}))];
    assert_eq!(upsert(&hub, &twice).await.status, 400);
    let many: Vec<Value> = (0..101).map(|at| person(&format!("U{at}"), None, json!({}))).collect();
    assert_eq!(upsert(&hub, &many).await.status, 400);
    assert_eq!(upsert(&hub, &many[..100]).await.status, 200);
    let common = json!({"id": "x", "idProperty": "firstname", "properties": {}});
    assert_eq!(upsert(&hub, &[common]).await.status, 400);
}

#[tokio::test]
async fn upserts_by_email_are_never_partial() {
    let hub = HubSpot::start().await;
    let input = |id: &str, trace: &str, properties: Value| json!({"id": id, "idProperty": "email", "properties": properties, "objectWriteTraceId": trace});
    let inputs = [input("a@example.com", "1", json!({})), input("b@example.com", "2", json!({"no_such": "x"}))];
    assert_eq!(upsert(&hub, &inputs).await.status, 400);
    assert!(hub.fake.contacts(PORTAL).is_empty());
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_may_keep_its_status_by_the_switch() {
    let hub = HubSpot::start().await;
    hub.fake.create_contact(PORTAL, &[("email", "a@example.com")]);
    let body = json!({"inputs": [{"properties": {"email": "a@example.com"}}]}).to_string();
    let path = "/crm/objects/2026-03/contacts/batch/create";
    assert_eq!(hub.post(path, &body).await.status, 400);
    hub.fake.switch(|switches| switches.failed_batch_keeps_status = true);
    assert_eq!(hub.post(path, &body).await.status, 409);
}

#[tokio::test]
async fn a_batch_read_answers_207_for_what_is_missing() {
    let hub = HubSpot::start().await;
    let id = hub.fake.create_contact(PORTAL, &[("line_user_id", "U1"), ("hubspot_owner_id", "7")]);
    let body = json!({"properties": ["hubspot_owner_id"], "inputs": [{"id": id.to_string()}, {"id": "5"}]});
    let read = hub.post("/crm/objects/2026-03/contacts/batch/read", &body.to_string()).await;
    assert_eq!((read.status, read.body["results"].as_array().unwrap().len()), (207, 1));
    assert_eq!(read.body["results"][0]["properties"]["hubspot_owner_id"], "7");
    assert_eq!(read.body["errors"][0]["context"]["ids"], json!(["5"]));
}

#[tokio::test]
async fn notes_are_upserted_by_key_associated_twice_and_read_back_once() {
    let hub = HubSpot::start().await;
    let contact = hub.fake.create_contact(PORTAL, &[]);
    let key = LINE_USER_ID.replace("line_user_id", "musubi_key").replace("contactinformation", "note");
    hub.post("/crm/properties/2026-03/notes", &key).await;
    let properties = json!({"hs_timestamp": "2026-11-22T01:00:00Z", "hs_note_body": "<p>hi</p>"});
    let body = json!({"inputs": [{"id": "entry-1", "idProperty": "musubi_key", "properties": properties}]}).to_string();
    let path = "/crm/objects/2026-03/notes/batch/upsert";
    let note = hub.post(path, &body).await.body["results"][0]["id"].clone();
    assert_eq!(hub.post(path, &body).await.body["results"][0]["new"], json!(false));
    assert_eq!(hub.fake.notes(PORTAL).len(), 1);
    let pair = json!({"inputs": [{"from": {"id": note}, "to": {"id": contact.to_string()}}]}).to_string();
    let associate = "/crm/associations/2026-03/notes/contacts/batch/associate/default";
    assert_eq!((hub.post(associate, &pair).await.status, hub.post(associate, &pair).await.status), (200, 200));
    let path = format!("/crm/objects/2026-03/contacts/{contact}/associations/notes");
    let listed = hub.get(&path).await;
    assert_eq!(listed.body["results"].as_array().unwrap().len(), 1);
    assert_eq!(listed.body["results"][0]["toObjectId"].to_string(), note.as_str().unwrap());
    let with = hub.get(&format!("/crm/objects/2026-03/contacts/{contact}?associations=notes")).await;
    assert_eq!(with.body["associations"]["notes"]["results"][0]["id"], note);
    let missing = json!({"inputs": [{"from": {"id": note}, "to": {"id": "5"}}]}).to_string();
    assert_eq!(hub.post(associate, &missing).await.status, 207);
}

#[tokio::test]
async fn reading_ties_of_contacts_without_any_goes_by_the_switch() {
    let hub = HubSpot::start().await;
    let contact = hub.fake.create_contact(PORTAL, &[]);
    let body = json!({"inputs": [{"id": contact.to_string()}]}).to_string();
    let path = "/crm/associations/2026-03/contacts/notes/batch/read";
    assert_eq!(hub.post(path, &body).await.status, 207);
    hub.fake.switch(|switches| switches.no_associations_is_207 = false);
    assert_eq!(hub.post(path, &body).await.status, 200);
}

#[tokio::test]
async fn a_task_needs_a_due_date_a_known_status_and_the_right_association_type() {
    let hub = HubSpot::start().await;
    let contact = hub.fake.create_contact(PORTAL, &[]);
    let task = |properties: Value, type_id: u64| {
        let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]);
        json!({"properties": properties, "associations": [{"to": {"id": contact}, "types": types}]}).to_string()
    };
    let due = json!({"hs_timestamp": 1_786_000_000_000_i64, "hs_task_status": "NOT_STARTED", "hs_task_subject": "x"});
    let path = "/crm/objects/2026-03/tasks";
    assert_eq!(hub.post(path, &task(json!({"hs_task_subject": "x"}), 204)).await.status, 400);
    assert_eq!(hub.post(path, &task(json!({"hs_timestamp": "soon"}), 204)).await.status, 400);
    let unknown = json!({"hs_timestamp": 1, "hs_task_status": "SNOOZED"});
    assert_eq!(hub.post(path, &task(unknown, 204)).await.status, 400);
    assert_eq!(hub.post(path, &task(due.clone(), 203)).await.status, 400, "203 is the other direction");
    assert!(hub.fake.tasks(PORTAL).is_empty());
    let made = hub.post(path, &task(due, 204)).await;
    assert_eq!(made.status, 201);
    let id: u64 = made.body["id"].as_str().unwrap().parse().unwrap();
    hub.fake.complete_task(PORTAL, id);
    let read = hub.get(&format!("{path}/{id}?properties=hs_task_status")).await;
    assert_eq!(read.body["properties"]["hs_task_status"], "COMPLETED");
    assert_eq!(hub.fake.record(PORTAL, ObjectType::Task, id).unwrap().contact_ids, vec![contact]);
}

#[tokio::test]
async fn a_note_longer_than_65536_characters_is_400() {
    let hub = HubSpot::start().await;
    for (length, expected) in [(65_536, 201), (65_537, 400)] {
        let body = json!({"properties": {"hs_timestamp": 1, "hs_note_body": "あ".repeat(length)}}).to_string();
        assert_eq!(hub.post("/crm/objects/2026-03/notes", &body).await.status, expected);
    }
}

#[tokio::test]
async fn a_put_ties_one_note_and_a_deleted_note_is_gone_from_its_contact() {
    let hub = HubSpot::start().await;
    let contact = hub.fake.create_contact(PORTAL, &[]);
    let note =
        hub.post("/crm/objects/2026-03/notes", r#"{"properties":{"hs_timestamp":"1"}}"#).await.body["id"].clone();
    let note = note.as_str().unwrap();
    let path = format!("/crm/objects/2026-03/notes/{note}/associations/default/contacts/{contact}");
    assert_eq!(got(hub.request("PUT", &path)).await.unwrap().status, 200);
    assert_eq!(hub.fake.notes(PORTAL)[0].contact_ids, vec![contact]);
    assert_eq!(got(hub.request("DELETE", &format!("/crm/objects/2026-03/notes/{note}"))).await.unwrap().status, 204);
    let path = format!("/crm/objects/2026-03/contacts/{contact}/associations/notes");
    assert_eq!(hub.get(&path).await.body["results"], json!([]));
}
