//! A queue's settings as the API writes them: texts by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Counts;
use super::queue::{QueueSettings, Redrive};
use super::rules::{MAX_BYTES, invalid};
use super::state::arn;
use crate::aws::json::AwsFault;

/// Settings with these changes.
pub(super) fn read_settings(
    attributes: &BTreeMap<String, String>,
    mut settings: QueueSettings,
) -> Result<QueueSettings, AwsFault> {
    for (name, value) in attributes {
        match name.as_str() {
            "VisibilityTimeout" => settings.visibility_s = number(name, value, 0, 43_200)?,
            "DelaySeconds" => settings.delay_s = number(name, value, 0, 900)?,
            "MessageRetentionPeriod" => settings.retention_s = number(name, value, 60, 1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => settings.wait_s = number(name, value, 0, 20)?,
            "ContentBasedDeduplication" => settings.content_deduplicates = value == "true",
            "RedrivePolicy" => settings.redrive = redrive(value)?,
            // Taken and without effect here.
            "FifoQueue"
            | "MaximumMessageSize"
            | "SqsManagedSseEnabled"
            | "KmsMasterKeyId"
            | "Policy"
            | "DeduplicationScope"
            | "FifoThroughputLimit"
            | "RedriveAllowPolicy"
            | "KmsDataKeyReusePeriodSeconds" => {}
            other => return Err(AwsFault::new("InvalidAttributeName", format!("Unknown Attribute {other}."))),
        }
    }
    Ok(settings)
}

fn number(name: &str, value: &str, least: i64, most: i64) -> Result<i64, AwsFault> {
    match value.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(AwsFault::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))),
    }
}

fn redrive(value: &str) -> Result<Option<Redrive>, AwsFault> {
    if value.is_empty() {
        return Ok(None);
    }
    let policy: Value =
        serde_json::from_str(value).map_err(|_| invalid("Value for parameter RedrivePolicy is invalid."))?;
    let to = policy["deadLetterTargetArn"].as_str().and_then(|arn| arn.rsplit(':').next());
    let max = policy["maxReceiveCount"].as_u64().or_else(|| policy["maxReceiveCount"].as_str()?.parse().ok());
    match (to, max) {
        (Some(to), Some(max @ 1..=1000)) => {
            Ok(Some(Redrive { to: to.to_owned(), max_receives: u32::try_from(max).unwrap_or(1000) }))
        }
        _ => Err(invalid(
            "Value for parameter RedrivePolicy is invalid. Reason: maxReceiveCount must be from 1 to 1000.",
        )),
    }
}

/// All attributes of a queue.
pub(super) fn settings_json(
    settings: &QueueSettings,
    name: &str,
    created_at_ms: i64,
    counts: Counts,
) -> Map<String, Value> {
    let mut all = vec![
        ("QueueArn", arn(name)),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("CreatedTimestamp", (created_at_ms / 1_000).to_string()),
        ("LastModifiedTimestamp", (created_at_ms / 1_000).to_string()),
        ("VisibilityTimeout", settings.visibility_s.to_string()),
        ("DelaySeconds", settings.delay_s.to_string()),
        ("MessageRetentionPeriod", settings.retention_s.to_string()),
        ("ReceiveMessageWaitTimeSeconds", settings.wait_s.to_string()),
        ("MaximumMessageSize", MAX_BYTES.to_string()),
    ];
    if name.ends_with(".fifo") {
        all.push(("FifoQueue", "true".to_owned()));
        all.push(("ContentBasedDeduplication", settings.content_deduplicates.to_string()));
    }
    if let Some(redrive) = &settings.redrive {
        let policy = json!({ "deadLetterTargetArn": arn(&redrive.to), "maxReceiveCount": redrive.max_receives });
        all.push(("RedrivePolicy", policy.to_string()));
    }
    all.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect()
}
