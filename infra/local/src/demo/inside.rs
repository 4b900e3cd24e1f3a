//! What queues and journal hold, seen through the emulators and the journal's own port.

use async_trait::async_trait;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::owed::OwedRow;
use musubi::ports::{Journal, PortError};
use serde_json::{Value, json};

use super::Ours;
use crate::aws::sqs::Message;
use crate::aws::{LocalSqs, QUEUES};

/// Further than any owed row is due, in milliseconds since 1970.
const FOR_EVER_MS: i64 = 9_999_999_999_999;
/// Rows that are counted, and rows that are shown.
const MOST_ROWS: usize = 4_000;
const SHOWN_ROWS: usize = 40;

/// The local run's queues and one account's part of the journal.
pub struct Inside {
    sqs: LocalSqs,
    journal: Journal,
    account: CrmAccountKey,
}

impl Inside {
    /// Looks at these queues, and at what this account is owed.
    pub fn new(sqs: LocalSqs, journal: Journal, account: CrmAccountKey) -> Self {
        Self { sqs, journal, account }
    }

    /// What was put aside, with its reason; none was given where SQS itself gave up.
    fn letters(&self) -> Vec<Value> {
        let of = |(_, queue): &(&'static str, &'static str)| {
            let letter = |message: &Message| {
                let reason = message.attributes.get("reason").and_then(|it| it.string_value.clone());
                json!({"queue": queue, "reason": reason, "message_id": message.id})
            };
            self.sqs.messages(queue).iter().map(letter).collect::<Vec<_>>()
        };
        QUEUES.iter().flat_map(of).collect()
    }

    async fn journal(&self) -> Result<(Vec<OwedRow>, Vec<String>), PortError> {
        let owed = self.journal.due(&self.account, FOR_EVER_MS, MOST_ROWS).await?;
        let parked = self.journal.parked(&self.account).await?;
        Ok((owed.into_iter().map(|row| row.value).collect(), parked.iter().map(ToString::to_string).collect()))
    }
}

#[async_trait]
impl Ours for Inside {
    async fn look(&self) -> Value {
        let (owed, parked) = self.journal().await.unwrap_or_default();
        let kind = |row: &OwedRow| serde_json::to_value(&row.owed).map(|owed| owed["kind"].clone()).unwrap_or_default();
        let rows: Vec<Value> = owed
            .iter()
            .take(SHOWN_ROWS)
            .map(|row| json!({"kind": kind(row), "due_at_ms": row.due_at_ms, "tries": row.tries}))
            .collect();
        let parked: Vec<Value> = parked.iter().map(|push| json!({"push_id": push})).collect();
        json!({
            "inbox": self.sqs.counts("inbox").total(), "push": self.sqs.counts("push").total(), "owed": owed.len(),
            "dead_letters": self.letters(), "parked": parked, "owed_rows": rows,
        })
    }
}
