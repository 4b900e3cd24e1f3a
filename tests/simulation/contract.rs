//! The models keep the contracts that the AWS adapters keep: what the simulation proves holds for both.

use std::sync::Arc;

use crate::port_contract::{QueueEnd, queue_contract, table_contract};
use async_trait::async_trait;
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use musubi::ports::Clock;

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

#[tokio::test]
async fn the_model_of_a_queue_keeps_the_contract_of_queues() {
    let clock = ModelClock::starting_at(1_790_000_000_000);
    let queue = ModelQueue::new("queue", Faults::crashes_at([]), clock.clone());
    let job = |body: &[u8]| InboxJob {
        channel: ChannelId::new("1"),
        accepted_at_ms: 1,
        tries: 0,
        place: None,
        body: body.to_vec(),
    };
    let end = Arc::new(ModelEnd { queue: queue.clone(), clock });
    queue_contract(Arc::new(queue), end, [job("\u{ffff}\u{0}結び".as_bytes()), job(&[0xff, 0xfe, 0x00])], true).await;
}
