//! Messages as the API answers them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Received;
use super::message::{Attribute, Message, md5_of_attributes};

/// The answer to one message sent.
pub(super) fn sent(message: &Message, queue: &str) -> Value {
    let mut answer = json!({ "MessageId": message.id, "MD5OfMessageBody": message.md5_of_body() });
    if let Some(sum) = message.md5_of_attributes() {
        answer["MD5OfMessageAttributes"] = json!(sum);
    }
    if queue.ends_with(".fifo") {
        answer["SequenceNumber"] = json!(format!("{:020}", message.sequence));
    }
    answer
}

/// A received message, with the attributes that were asked for.
pub(super) fn message_json(received: &Received, queue: &str, system: &[&str], names: &[String]) -> Value {
    let message = &received.message;
    let mut all = vec![
        ("SenderId", Some(super::ACCOUNT.to_owned())),
        ("SentTimestamp", Some(message.sent_at_ms.to_string())),
        ("ApproximateReceiveCount", Some(message.receive_count.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at_ms.map(|at_ms| at_ms.to_string())),
        ("MessageGroupId", message.group.clone()),
        ("DeadLetterQueueSourceArn", message.dead_letter_source.clone()),
    ];
    if queue.ends_with(".fifo") {
        all.push(("MessageDeduplicationId", message.deduplication.clone()));
        all.push(("SequenceNumber", Some(format!("{:020}", message.sequence))));
    }
    let wanted = |key: &str| system.iter().any(|name| *name == "All" || *name == key);
    let attributes: Map<String, Value> = all
        .into_iter()
        .filter(|(key, _)| wanted(key))
        .filter_map(|(key, value)| Some((key.to_owned(), json!(value?))))
        .collect();
    let named = |key: &str| {
        names.iter().any(|name| {
            name == "All"
                || name == ".*"
                || name == key
                || name.strip_suffix(".*").is_some_and(|prefix| key.starts_with(prefix))
        })
    };
    let own: BTreeMap<String, Attribute> = message
        .attributes
        .iter()
        .filter(|(key, _)| named(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut answer = json!({
        "MessageId": message.id,
        "ReceiptHandle": received.receipt,
        "MD5OfBody": message.md5_of_body(),
        "Body": message.body,
    });
    if !attributes.is_empty() {
        answer["Attributes"] = Value::Object(attributes);
    }
    if let Some(sum) = md5_of_attributes(&own) {
        answer["MD5OfMessageAttributes"] = json!(sum);
        answer["MessageAttributes"] = json!(own);
    }
    answer
}
