//! Many messages at once: packed to SQS's limits, and sent until every one is in.

use std::collections::HashSet;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::{MAX_MESSAGE_BYTES, Outgoing};
use crate::aws::fault::port_error;
use crate::ports::{Clock, PortError};

/// SendMessageBatch takes this many.
const MAX_ENTRIES: usize = 10;
/// So often those that SQS did not take are sent again.
const ROUNDS: u32 = 4;

/// Packs messages, in order, into batches of at most 10 messages and 1 MiB.
pub(super) fn pack(messages: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut batches: Vec<Vec<Outgoing>> = Vec::new();
    let mut size_bytes = 0;
    for message in messages {
        let weight = message.body.len() + if message.dead_lettered.is_some() { 2_048 } else { 0 };
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_ENTRIES && size_bytes + weight <= MAX_MESSAGE_BYTES => {
                size_bytes += weight;
                batch.push(message);
            }
            _ => {
                size_bytes = weight;
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Sends one batch. SQS may take some messages and not others: those are sent again, unless it
/// says that they never will be taken.
pub(super) async fn send(
    client: &Client,
    clock: &dyn Clock,
    url: &str,
    messages: Vec<Outgoing>,
) -> Result<(), PortError> {
    const WHAT: &str = "sqs SendMessageBatch";
    let mut left = Vec::new();
    for (index, message) in messages.into_iter().enumerate() {
        left.push(message.entry(url, index)?);
    }
    for round in 0..ROUNDS {
        let answer = client.send_message_batch().queue_url(url).set_entries(Some(left.clone())).send().await;
        let answer = answer.map_err(|error| port_error(WHAT, error))?;
        if let Some(never) = answer.failed().iter().find(|failed| failed.sender_fault()) {
            return Err(PortError::permanent(WHAT, never.code()));
        }
        left = untaken(left, answer.successful().iter().map(|taken| taken.id()));
        if left.is_empty() {
            return Ok(());
        }
        clock.sleep_ms(25 << round).await;
    }
    Err(PortError::transient(WHAT, "some messages were not taken"))
}

/// What SQS does not list as taken counts as not taken.
fn untaken<'a>(
    entries: Vec<SendMessageBatchRequestEntry>,
    taken: impl Iterator<Item = &'a str>,
) -> Vec<SendMessageBatchRequestEntry> {
    let taken: HashSet<&str> = taken.collect();
    entries.into_iter().filter(|entry| !taken.contains(entry.id())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::DeadLetterReason;
    use super::*;

    fn message(size_bytes: usize) -> Outgoing {
        Outgoing { group: "g".to_owned(), body: "x".repeat(size_bytes), delay_s: None, dead_lettered: None, once: None }
    }

    #[test]
    fn batches_hold_at_most_10_messages_and_a_mebibyte() {
        let sizes = |messages: Vec<Outgoing>| pack(messages).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes((0..23).map(|_| message(10)).collect()), [10, 10, 3]);
        assert_eq!(sizes(vec![message(600_000), message(600_000), message(10)]), [1, 2]);
        assert_eq!(sizes(Vec::new()), [0_usize; 0]);
        // To the byte: a mebibyte less the 4 KiB that attributes may take.
        assert_eq!(sizes(vec![message(522_240), message(522_240)]), [2]);
        assert_eq!(sizes(vec![message(522_240), message(522_241)]), [1, 1]);
    }

    #[test]
    fn what_is_dead_lettered_leaves_room_for_its_reason() {
        let dead_lettered = |size_bytes| Outgoing {
            dead_lettered: Some(DeadLetterReason { reason: "-".to_owned(), at_ms: 0 }),
            ..message(size_bytes)
        };
        let half = MAX_MESSAGE_BYTES / 2;
        let sizes = |messages: Vec<Outgoing>| pack(messages).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![message(half), message(half)]), [2]);
        assert_eq!(sizes(vec![dead_lettered(half), dead_lettered(half)]), [1, 1]);
        assert_eq!(sizes(vec![dead_lettered(10), dead_lettered(10)]), [2]);
    }

    #[test]
    fn what_is_not_listed_as_taken_is_sent_again() {
        let entries = (0..3).map(|index| message(1).entry("u", index).unwrap()).collect();
        let left = untaken(entries, ["0", "2"].into_iter());
        assert_eq!(left.iter().map(SendMessageBatchRequestEntry::id).collect::<Vec<_>>(), ["1"]);
    }
}
