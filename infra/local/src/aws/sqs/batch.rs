//! Batches: up to ten entries, each with an answer of its own.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rules::no_queue;
use crate::aws::json::{Answer, AwsFault};

/// A message that was received, in a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct EntryRequest {
    id: String,
    pub(super) receipt_handle: String,
    pub(super) visibility_timeout: i64,
}

/// The entries of a batch: 1 to 10.
pub(super) fn entries<T: serde::de::DeserializeOwned>(entries: Vec<Value>) -> Result<Vec<T>, AwsFault> {
    let count = entries.len();
    if count == 0 {
        return Err(AwsFault::sqs(
            "AWS.SimpleQueueService.EmptyBatchRequest",
            "EmptyBatchRequest",
            "There should be at least one entry in the request.",
        ));
    }
    if count > 10 {
        let message = format!("Maximum number of entries per request are 10. You have sent {count}.");
        return Err(AwsFault::sqs(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "TooManyEntriesInBatchRequest",
            message,
        ));
    }
    let read = entries.into_iter().map(serde_json::from_value).collect::<Result<Vec<T>, _>>();
    read.map_err(|error| AwsFault::new("SerializationException", error.to_string()))
}

/// Refuses IDs that are malformed or repeated.
pub(super) fn check_ids<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), AwsFault> {
    let mut seen = std::collections::HashSet::new();
    for id in ids {
        if !((1..=80).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)))
        {
            return Err(AwsFault::sqs(
                "AWS.SimpleQueueService.InvalidBatchEntryId",
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(AwsFault::sqs(
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
                "BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
    }
    Ok(())
}

/// Does something for each entry, and answers for each.
pub(super) fn each_entry(asked: Vec<Value>, act: impl Fn(&EntryRequest) -> Result<(), AwsFault>) -> Answer {
    let asked: Vec<EntryRequest> = entries(asked)?;
    check_ids(asked.iter().map(|entry| entry.id.as_str()))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &asked {
        match act(entry) {
            Ok(()) => successful.push(json!({ "Id": entry.id })),
            Err(fault) if fault == no_queue() => return Err(fault),
            Err(fault) => failed.push(refused(&entry.id, &fault)),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

/// How a batch says that it did not take one entry.
pub(super) fn refused(id: &str, fault: &AwsFault) -> Value {
    json!({ "Id": id, "Code": fault.code, "Message": fault.message, "SenderFault": true })
}
