//! What SQS refuses, and how it says so.

use std::collections::BTreeMap;

use super::message::{Attribute, Message};
use crate::aws::json::AwsFault;

/// The account that owns everything here.
pub(in crate::aws) const ACCOUNT: &str = "000000000000";
/// A message, and a batch, with its attributes. (SQS quotas; 1 MiB since 2025-08.)
pub(super) const MAX_BYTES: usize = 1_048_576;

pub(super) fn invalid(message: impl Into<String>) -> AwsFault {
    AwsFault::new("InvalidParameterValue", message)
}

pub(super) fn missing(parameter: &str) -> AwsFault {
    AwsFault::new("MissingParameter", format!("The request must contain the parameter {parameter}."))
}

pub(super) fn no_queue() -> AwsFault {
    AwsFault::sqs("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "The specified queue does not exist.")
}

pub(super) fn bad_receipt() -> AwsFault {
    AwsFault::new("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
}

pub(super) fn not_in_flight() -> AwsFault {
    AwsFault::sqs(
        "AWS.SimpleQueueService.MessageNotInflight",
        "MessageNotInflight",
        "The message referred to isn't in flight.",
    )
}

/// A message as it comes in.
#[derive(Debug, Clone, Default)]
pub(super) struct Sending {
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, Attribute>,
    pub(super) delay_s: Option<i64>,
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
}

impl Sending {
    /// Everything that SQS checks before it takes a message.
    pub(super) fn check(&self, fifo: bool, content_deduplicates: bool) -> Result<(), AwsFault> {
        if self.body.is_empty() {
            return Err(missing("MessageBody"));
        }
        if Message::size_bytes(&self.body, &self.attributes) > MAX_BYTES {
            return Err(invalid(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {MAX_BYTES} bytes."
            )));
        }
        if !self.body.chars().all(is_allowed) {
            return Err(AwsFault::new(
                "InvalidMessageContents",
                "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
            ));
        }
        check_attributes(&self.attributes)?;
        match self.delay_s {
            Some(delay) if !(0..=900).contains(&delay) => {
                return Err(invalid(format!(
                    "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
                )));
            }
            Some(delay) if fifo && delay > 0 => {
                return Err(invalid(format!(
                    "Value {delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."
                )));
            }
            _ => {}
        }
        for (name, id) in [("MessageGroupId", &self.group), ("MessageDeduplicationId", &self.deduplication)] {
            if let Some(id) = id
                && !is_id(id)
            {
                return Err(invalid(format!(
                    "Value for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
                )));
            }
        }
        if fifo && self.group.is_none() {
            return Err(missing("MessageGroupId"));
        }
        if fifo && self.deduplication.is_none() && !content_deduplicates {
            return Err(invalid(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            ));
        }
        if !fifo && self.deduplication.is_some() {
            return Err(invalid(
                "The request include parameter that is not valid for this queue type. Reason: MessageDeduplicationId",
            ));
        }
        Ok(())
    }
}

fn check_attributes(attributes: &BTreeMap<String, Attribute>) -> Result<(), AwsFault> {
    if attributes.len() > 10 {
        return Err(invalid("Number of message attributes exceeds the allowed maximum [10]."));
    }
    for (name, attribute) in attributes {
        let named = (1..=256).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if !named {
            return Err(invalid("Invalid message attribute name."));
        }
        let kind = attribute.data_type.split('.').next().unwrap_or_default();
        let value = match kind {
            "String" => {
                attribute.string_value.as_ref().is_some_and(|text| !text.is_empty() && text.chars().all(is_allowed))
            }
            "Number" => attribute.string_value.as_ref().is_some_and(|text| text.parse::<f64>().is_ok()),
            "Binary" => attribute.bytes().is_some_and(|bytes| !bytes.is_empty()),
            _ => false,
        };
        if !value {
            return Err(invalid(format!("The message attribute '{name}' must contain a non-empty value of its type.")));
        }
    }
    Ok(())
}

/// The characters that SQS takes. (SendMessage, "MessageBody".)
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A group or deduplication ID: 1 to 128 letters, digits and punctuation.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_punctuation())
}
