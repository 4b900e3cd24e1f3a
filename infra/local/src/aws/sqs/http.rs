//! SQS's operations over JSON. Field names are the API's.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::LocalSqs;
use super::attributes::{read_settings, settings_json};
use super::batch::{check_ids, each_entry, entries, refused};
use super::message::{Attribute, Message};
use super::rules::{Sending, invalid, missing, no_queue};
use super::view::{message_json, sent};
use crate::aws::json::{Answer, AwsFault, input};

/// Anything an operation can be asked with; each reads what it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct QueueRequest {
    queue_url: Option<String>,
    queue_name: Option<String>,
    queue_name_prefix: Option<String>,
    attributes: BTreeMap<String, String>,
    attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    receipt_handle: Option<String>,
    entries: Vec<Value>,
    #[serde(flatten)]
    message: MessageRequest,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct MessageRequest {
    id: Option<String>,
    message_body: String,
    message_attributes: BTreeMap<String, Attribute>,
    delay_seconds: Option<i64>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

impl MessageRequest {
    fn sending(self) -> Sending {
        Sending {
            body: self.message_body,
            attributes: self.message_attributes,
            delay_s: self.delay_seconds,
            group: self.message_group_id,
            deduplication: self.message_deduplication_id,
        }
    }
}

impl LocalSqs {
    /// One call of the API. `base` is the address the queues' URLs begin with.
    pub(in crate::aws) async fn call(&self, operation: &str, body: &[u8], base: &str) -> Answer {
        let asked: QueueRequest = input(body)?;
        match operation {
            "CreateQueue" => self.create_queue(asked, base),
            "GetQueueUrl" => self.get_queue_url(asked, base),
            "ListQueues" => Ok(self.list_queues(asked, base)),
            "SendMessage" => {
                let queue = asked.queue()?;
                let message = self.change(|state, now_ms| state.send(&queue, asked.message.sending(), now_ms))?;
                Ok(sent(&message, &queue))
            }
            "SendMessageBatch" => self.send_batch(asked),
            "ReceiveMessage" => self.receive_message(asked).await,
            "DeleteMessage" => {
                self.delete(&asked.queue()?, &asked.receipt()?)?;
                Ok(json!({}))
            }
            "DeleteMessageBatch" => {
                let queue = asked.queue()?;
                each_entry(asked.entries, |entry| self.delete(&queue, &entry.receipt_handle))
            }
            "ChangeMessageVisibility" => {
                let visibility_s = asked.visibility_timeout.ok_or_else(|| missing("VisibilityTimeout"))?;
                self.change_visibility(&asked.queue()?, &asked.receipt()?, visibility_s)?;
                Ok(json!({}))
            }
            "ChangeMessageVisibilityBatch" => {
                let queue = asked.queue()?;
                each_entry(asked.entries, |entry| {
                    self.change_visibility(&queue, &entry.receipt_handle, entry.visibility_timeout)
                })
            }
            "GetQueueAttributes" => self.get_queue_attributes(&asked),
            "SetQueueAttributes" => {
                let queue = asked.queue()?;
                self.change(|state, now_ms| {
                    let settings = read_settings(&asked.attributes, state.queue_mut(&queue)?.settings.clone())?;
                    state.make(&queue, settings, now_ms);
                    Ok(json!({}))
                })
            }
            "PurgeQueue" => {
                let queue = asked.queue()?;
                self.change(|state, _| state.purge(&queue))?;
                Ok(json!({}))
            }
            other => Err(AwsFault::new("UnknownOperationException", format!("{other} is not known here"))),
        }
    }

    fn create_queue(&self, asked: QueueRequest, base: &str) -> Answer {
        let name = asked.queue_name.ok_or_else(|| missing("QueueName"))?;
        let stem = name.strip_suffix(".fifo").unwrap_or(&name);
        let named = (1..=80).contains(&name.len())
            && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !named {
            return Err(invalid(
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            ));
        }
        if asked.attributes.get("FifoQueue").is_some_and(|value| value == "true") != name.ends_with(".fifo") {
            return Err(invalid(
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
            ));
        }
        let settings = read_settings(&asked.attributes, Default::default())?;
        self.change(|state, now_ms| match state.queue_mut(&name) {
            Ok(queue) if queue.settings != settings => Err(AwsFault::sqs(
                "QueueAlreadyExists",
                "QueueNameExists",
                "A queue already exists with the same name and a different value for an attribute",
            )),
            Ok(_) => Ok(()),
            Err(_) => {
                state.make(&name, settings, now_ms);
                Ok(())
            }
        })?;
        Ok(json!({ "QueueUrl": queue_url(base, &name) }))
    }

    fn get_queue_url(&self, asked: QueueRequest, base: &str) -> Answer {
        let name = asked.queue_name.ok_or_else(|| missing("QueueName"))?;
        self.state().queue_mut(&name)?;
        Ok(json!({ "QueueUrl": queue_url(base, &name) }))
    }

    fn list_queues(&self, asked: QueueRequest, base: &str) -> Value {
        let prefix = asked.queue_name_prefix.unwrap_or_default();
        let state = self.state();
        let urls: Vec<String> =
            state.names().filter(|name| name.starts_with(&prefix)).map(|name| queue_url(base, name)).collect();
        json!({ "QueueUrls": urls })
    }

    fn send_batch(&self, asked: QueueRequest) -> Answer {
        let queue = asked.queue()?;
        let messages: Vec<MessageRequest> = entries(asked.entries)?;
        check_ids(messages.iter().map(|message| message.id.as_deref().unwrap_or_default()))?;
        let size_bytes: usize =
            messages.iter().map(|m| Message::size_bytes(&m.message_body, &m.message_attributes)).sum();
        if size_bytes > super::rules::MAX_BYTES {
            let message = format!(
                "Batch requests cannot be longer than {} bytes. You have sent {size_bytes} bytes.",
                super::rules::MAX_BYTES
            );
            return Err(AwsFault::sqs("AWS.SimpleQueueService.BatchRequestTooLong", "BatchRequestTooLong", message));
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for mut message in messages {
            let id = message.id.take().unwrap_or_default();
            match self.change(|state, now_ms| state.send(&queue, message.sending(), now_ms)) {
                Ok(message) => {
                    let mut entry = sent(&message, &queue);
                    entry["Id"] = json!(id);
                    successful.push(entry);
                }
                Err(fault) if fault == no_queue() => return Err(fault),
                Err(fault) => failed.push(refused(&id, &fault)),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    async fn receive_message(&self, asked: QueueRequest) -> Answer {
        let queue = asked.queue()?;
        let default_wait_s = self.state().queue_mut(&queue)?.settings.wait_s;
        let wait_s = asked.wait_time_seconds.unwrap_or(default_wait_s);
        if !(0..=20).contains(&wait_s) {
            return Err(invalid(format!(
                "Value {wait_s} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
            )));
        }
        let max = usize::try_from(asked.max_number_of_messages.unwrap_or(1)).unwrap_or(0);
        let received = self.receive(&queue, max, asked.visibility_timeout, wait_s.unsigned_abs() * 1_000).await?;
        let system: Vec<&str> =
            asked.attribute_names.iter().chain(&asked.message_system_attribute_names).map(String::as_str).collect();
        let messages: Vec<Value> = received
            .iter()
            .map(|received| message_json(received, &queue, &system, &asked.message_attribute_names))
            .collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    fn get_queue_attributes(&self, asked: &QueueRequest) -> Answer {
        let name = asked.queue()?;
        let now_ms = self.now_ms();
        let mut state = self.state();
        let queue = state.queue_mut(&name)?;
        let counts = queue.counts(now_ms);
        let all = settings_json(&queue.settings, &name, queue.created_at_ms, counts);
        let wanted = |key: &str| asked.attribute_names.iter().any(|name| name == "All" || name == key);
        let chosen: Map<String, Value> = all.into_iter().filter(|(key, _)| wanted(key)).collect();
        Ok(if chosen.is_empty() { json!({}) } else { json!({ "Attributes": chosen }) })
    }
}

impl QueueRequest {
    /// The queue's name: the last part of its URL, whatever host it names.
    fn queue(&self) -> Result<String, AwsFault> {
        let url = self.queue_url.as_deref().ok_or_else(|| missing("QueueUrl"))?;
        Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
    }

    fn receipt(&self) -> Result<String, AwsFault> {
        self.receipt_handle.clone().ok_or_else(|| missing("ReceiptHandle"))
    }
}

/// A queue's URL.
pub(in crate::aws) fn queue_url(base: &str, name: &str) -> String {
    format!("{base}/{}/{name}", super::ACCOUNT)
}
