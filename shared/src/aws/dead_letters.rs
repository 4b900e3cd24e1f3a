//! A dead-letter queue of SQS as an operator sees it.
//!
//! SQS cannot show a queue without receiving from it. So looking hides messages for up to a minute,
//! and shows them again at its end. Bodies are moved, never read.
//!
//! A FIFO queue gives out a group's next messages only when the ones before are gone: of each group
//! the first ten are seen. [`Listing::total`] says how many there are.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
use uuid::Uuid;

use super::fault::port_error;
use crate::config::QueueUrls;
use crate::ports::dead_letters::{DeadLetter, Listing, Which};
use crate::ports::{DeadLetters, PortError};

/// Whoever looks hides what was seen for so long, in seconds.
const HIDDEN_S: i32 = 60;
/// At most so many are listed.
const MAX_LISTED: usize = 1_000;
/// SQS's batches.
const BATCH: usize = 10;

/// A queue's dead letters.
pub struct SqsDeadLetters {
    client: Client,
    source: String,
    dead: String,
}

impl SqsDeadLetters {
    /// Of the queue at these addresses. `None`: they name no dead-letter queue.
    pub fn new(client: Client, urls: QueueUrls) -> Option<Self> {
        Some(Self { client, source: urls.queue, dead: urls.dead_letters? })
    }

    async fn send_back(&self, message: &Message) -> Result<(), PortError> {
        let body = message.body().ok_or_else(|| PortError::permanent("sqs ReceiveMessage", "a message has no body"))?;
        let is_fifo = self.source.ends_with(".fifo");
        let group = attribute(message, &MessageSystemAttributeName::MessageGroupId);
        let group = group.or(if is_fifo { Some("redrive") } else { None });
        let sent = self
            .client
            .send_message()
            .queue_url(&self.source)
            .message_body(body)
            .set_message_group_id(group.map(str::to_owned))
            .set_message_deduplication_id(is_fifo.then(|| Uuid::new_v4().to_string()))
            .send()
            .await;
        sent.map_err(|error| port_error("sqs SendMessage", error))?;
        let deleted = self
            .client
            .delete_message()
            .queue_url(&self.dead)
            .receipt_handle(message.receipt_handle().unwrap_or_default())
            .send()
            .await;
        deleted.map(|_| ()).map_err(|error| port_error("sqs DeleteMessage", error))
    }

    async fn receive(&self) -> Result<Vec<Message>, PortError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.dead)
            .max_number_of_messages(10)
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await;
        Ok(answer.map_err(|error| port_error("sqs ReceiveMessage", error))?.messages.unwrap_or_default())
    }

    async fn show_again(&self, messages: Vec<Message>) -> Result<(), PortError> {
        const WHAT: &str = "sqs ChangeMessageVisibilityBatch";
        for batch in messages.chunks(BATCH) {
            let mut entries = Vec::new();
            for (index, message) in batch.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(message.receipt_handle().unwrap_or_default())
                    .visibility_timeout(0);
                entries.push(entry.build().map_err(|_| PortError::permanent(WHAT, "the request could not be built"))?);
            }
            // One that somebody else has received or deleted meanwhile is in the answer's errors: let it be.
            let call = self.client.change_message_visibility_batch().queue_url(&self.dead).set_entries(Some(entries));
            call.send().await.map_err(|error| port_error(WHAT, error))?;
        }
        Ok(())
    }

    /// How many there are, hidden ones too.
    async fn total(&self) -> Result<usize, PortError> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.dead)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await
            .map_err(|error| port_error("sqs GetQueueAttributes", error))?;
        let count = |name: &QueueAttributeName| {
            let value = answer.attributes().and_then(|all| all.get(name));
            value.and_then(|value| value.parse::<usize>().ok()).unwrap_or(0)
        };
        Ok(count(&QueueAttributeName::ApproximateNumberOfMessages)
            + count(&QueueAttributeName::ApproximateNumberOfMessagesNotVisible))
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn list(&self) -> Result<Listing, PortError> {
        let total = self.total().await?;
        let mut seen: BTreeMap<String, Message> = BTreeMap::new();
        loop {
            let received = self.receive().await?;
            let before = seen.len();
            seen.extend(received.into_iter().filter_map(|message| Some((message.message_id.clone()?, message))));
            if seen.len() == before || seen.len() >= MAX_LISTED {
                break;
            }
        }
        let mut letters: Vec<DeadLetter> = seen.values().filter_map(letter).collect();
        letters.sort_by_key(|letter| letter.since_ms);
        self.show_again(seen.into_values().collect()).await?;
        Ok(Listing { total: total.max(letters.len()), letters })
    }

    async fn count(&self) -> Result<usize, PortError> {
        self.total().await
    }

    async fn redrive(&self, which: Which<'_>) -> Result<usize, PortError> {
        let limit = if which.id.is_some() { 1 } else { self.total().await?.min(which.at_most) };
        let (mut moved, mut others) = (0, Vec::new());
        let mut end = Ok(());
        while moved < limit && others.len() < MAX_LISTED && end.is_ok() {
            let received = match self.receive().await {
                Ok(received) if !received.is_empty() => received,
                Ok(_) => break,
                Err(error) => {
                    end = Err(error);
                    break;
                }
            };
            for message in received {
                let group = attribute(&message, &MessageSystemAttributeName::MessageGroupId);
                let is_wanted = message.message_id().is_some_and(|id| which.takes(id, group));
                if !is_wanted || moved == limit || end.is_err() {
                    others.push(message);
                    continue;
                }
                match self.send_back(&message).await {
                    Ok(()) => moved += 1,
                    Err(error) => {
                        end = Err(error);
                        others.push(message);
                    }
                }
            }
        }
        let shown = self.show_again(others).await;
        end.and(shown).map(|()| moved)
    }
}

fn attribute<'a>(message: &'a Message, name: &MessageSystemAttributeName) -> Option<&'a str> {
    message.attributes()?.get(name).map(String::as_str)
}

fn letter(message: &Message) -> Option<DeadLetter> {
    let own = |name: &str| message.message_attributes()?.get(name)?.string_value();
    let sent_at_ms = attribute(message, &MessageSystemAttributeName::SentTimestamp).and_then(|at| at.parse().ok());
    Some(DeadLetter {
        id: message.message_id()?.to_owned(),
        reason: own("reason").map(str::to_owned),
        since_ms: own("dead_lettered_at").and_then(|at| at.parse().ok()).or(sent_at_ms).unwrap_or_default(),
        group: attribute(message, &MessageSystemAttributeName::MessageGroupId).map(str::to_owned),
    })
}
