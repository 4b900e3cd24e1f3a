//! The models keep the contracts that the AWS adapters keep: what the simulation proves holds for both.

use std::sync::Arc;

use crate::port_contract::{QueueEnd, queue_contract, table_contract};
use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use musubi::ports::table::{Commit, Row, RowKey, Write};
use musubi::ports::{Clock, PortError, Table};

use crate::faults::Faults;
use crate::models::clock::ModelClock;
use crate::models::queue::ModelQueue;
use crate::models::table::ModelTable;

struct ModelEnd {
    queue: ModelQueue<InboxJob>,
    clock: ModelClock,
}

#[async_trait]
impl QueueEnd<InboxJob> for ModelEnd {
    async fn take(&self) -> Vec<InboxJob> {
        let taken = std::iter::from_fn(|| {
            let waiting = self.queue.receive(0)?;
            self.queue.delete(waiting.id);
            Some(waiting.job)
        });
        taken.collect()
    }

    async fn take_dead_letters(&self) -> Vec<(InboxJob, String)> {
        self.queue.dead_letters()
    }

    async fn advance_ms(&self, by_ms: i64) {
        self.clock.advance_to(self.clock.now_ms() + by_ms);
    }
}

#[tokio::test]
async fn the_model_of_a_table_keeps_the_contract_of_rows() {
    table_contract(Arc::new(ModelTable::new("table", Faults::crashes_at([])))).await;
}

/// How a queue may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QueueDrift {
    /// It does not.
    None,
    /// A job comes twice.
    Twice,
    /// A job is lost.
    Loses,
    /// What is dead-lettered is gone.
    DeadLetters,
    /// What is to come later comes at once.
    Hurries,
}

struct DriftedEnd(ModelEnd, QueueDrift);

#[async_trait]
impl QueueEnd<InboxJob> for DriftedEnd {
    async fn take(&self) -> Vec<InboxJob> {
        if self.1 == QueueDrift::Hurries {
            self.0.advance_ms(900_000).await;
        }
        let mut taken = self.0.take().await;
        match self.1 {
            QueueDrift::Twice => taken.extend(taken.clone()),
            QueueDrift::Loses => drop(taken.pop()),
            _ => {}
        }
        taken
    }

    async fn take_dead_letters(&self) -> Vec<(InboxJob, String)> {
        if self.1 == QueueDrift::DeadLetters { Vec::new() } else { self.0.take_dead_letters().await }
    }

    async fn advance_ms(&self, by_ms: i64) {
        self.0.advance_ms(by_ms).await;
    }
}

async fn queue_that_drifts(drift: QueueDrift) {
    let clock = ModelClock::starting_at(1_790_000_000_000);
    let queue = ModelQueue::new("queue", Faults::crashes_at([]), clock.clone());
    let job = |body: &[u8]| InboxJob {
        channel: ChannelId::new("1"),
        accepted_at_ms: 1,
        tries: 0,
        place: None,
        body: body.to_vec(),
    };
    let end = Arc::new(DriftedEnd(ModelEnd { queue: queue.clone(), clock }, drift));
    queue_contract(Arc::new(queue), end, [job("\u{ffff}\u{0}結び".as_bytes()), job(&[0xff, 0xfe, 0x00])], true).await;
}

#[tokio::test]
async fn the_model_of_a_queue_keeps_the_contract_of_queues() {
    queue_that_drifts(QueueDrift::None).await;
}

#[tokio::test]
async fn every_drift_of_the_model_of_a_queue_would_be_seen() {
    for drift in [QueueDrift::Twice, QueueDrift::Loses, QueueDrift::DeadLetters, QueueDrift::Hurries] {
        let seen = std::panic::AssertUnwindSafe(queue_that_drifts(drift)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How a table may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// A conflict is called done.
    NoConflict,
    /// Of many writes the first is done alone.
    Half,
    /// Rows come in another order.
    Order,
    /// More rows come than were asked for.
    Limit,
    /// Every row is in its first version.
    Version,
}

struct DriftedTable(ModelTable, Drift);

#[async_trait]
impl Table for DriftedTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        let mut row = self.0.get(key).await?;
        if let (Drift::Version, Some(row)) = (self.1, &mut row) {
            row.version = 1;
        }
        Ok(row)
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        let limit = if self.1 == Drift::Limit { limit + 1 } else { limit };
        let mut rows = self.0.range(partition, from, to, limit).await?;
        if self.1 == Drift::Order {
            rows.reverse();
        }
        Ok(rows)
    }

    async fn commit(&self, mut writes: Vec<Write>) -> Result<Commit, PortError> {
        if self.1 == Drift::Half {
            writes.truncate(1);
        }
        let commit = self.0.commit(writes).await?;
        Ok(if self.1 == Drift::NoConflict { Commit::Done } else { commit })
    }
}

#[tokio::test]
async fn every_drift_of_the_model_of_a_table_would_be_seen() {
    for drift in [Drift::NoConflict, Drift::Half, Drift::Order, Drift::Limit, Drift::Version] {
        let table = DriftedTable(ModelTable::new("table", Faults::crashes_at([])), drift);
        let seen = std::panic::AssertUnwindSafe(table_contract(Arc::new(table))).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}
