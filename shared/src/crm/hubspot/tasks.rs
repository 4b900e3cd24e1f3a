//! Tasks for a contact's owner.

use serde_json::{Value, json};

use super::VERSION;
use super::api::Api;
use super::batch::{self, Batch};
use super::timeline::{self, Hanging, Kind, iso, ms};
use crate::domain::ids::TaskId;
use crate::ports::crm::{CrmFailure, Each, TaskStanding, TaskWrite};

/// For a task, HubSpot's `hs_timestamp` is when it is due.
const DUE: &str = "hs_timestamp";
const SUBJECT: &str = "hs_task_subject";
const STATUS: &str = "hs_task_status";
const DONE: &str = "COMPLETED";

fn hanging(task: &TaskWrite) -> Hanging {
    let mut properties = json!({
        DUE: iso(task.due_at_ms), SUBJECT: task.subject, "hs_task_body": task.body,
        STATUS: "NOT_STARTED", "hs_task_type": "TODO",
    });
    if let Some(owner) = &task.owner {
        properties["hubspot_owner_id"] = json!(owner);
    }
    Hanging { key: task.key.clone(), contact: task.contact.clone(), properties }
}

pub(crate) async fn write(api: &Api, unique_keys: bool, tasks: &[TaskWrite]) -> Vec<Each<TaskId>> {
    let items: Vec<Hanging> = tasks.iter().map(hanging).collect();
    let ids = match unique_keys {
        true => timeline::upsert(api, Kind::Task, &items).await,
        false => timeline::create(api, Kind::Task, &items).await,
    };
    ids.into_iter().map(|id| id.map(TaskId::new)).collect()
}

/// By key, or among the contact's tasks by the exact time it is due and by its subject.
pub(crate) async fn find(api: &Api, unique_keys: bool, task: &TaskWrite) -> Each<Option<TaskId>> {
    let found = if unique_keys {
        timeline::find_by_key(api, Kind::Task, hanging(task)).await
    } else {
        let fits = |properties: &Value| {
            ms(&properties[DUE]) == Some(task.due_at_ms) && properties[SUBJECT].as_str() == Some(task.subject.as_str())
        };
        timeline::find_on_contact(api, Kind::Task, &task.contact, &[DUE, SUBJECT], fits).await
    };
    Ok(found?.map(TaskId::new))
}

/// How tasks stand. HubSpot documents `NOT_STARTED` and `COMPLETED`; every other status counts as open.
pub(crate) async fn read(api: &Api, tasks: &[TaskId]) -> Vec<Each<TaskStanding>> {
    let mut known: Vec<&TaskId> = tasks.iter().collect();
    known.sort_unstable();
    known.dedup();
    let inputs: Vec<Value> = known.iter().map(|task| json!({"id": task.as_str()})).collect();
    let path = format!("/crm/objects/{VERSION}/tasks/batch/read");
    let answers = batch::run(api, &Batch::read("tasks/batch/read", path, &[STATUS]), &inputs).await;
    let standing = |task: &TaskId| match known.binary_search(&task).map(|place| &answers[place]) {
        Ok(Ok(record)) if record["properties"][STATUS] == DONE => Ok(TaskStanding::Done),
        Ok(Ok(_)) => Ok(TaskStanding::Open),
        Ok(Err(CrmFailure::Gone)) => Ok(TaskStanding::Gone),
        Ok(Err(failure)) => Err(failure.clone()),
        Err(_) => Err(CrmFailure::Unknown),
    };
    tasks.iter().map(standing).collect()
}
