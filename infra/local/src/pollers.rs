//! Event source mappings and schedules, by Lambda's rules: batches, windows, partial responses. What
//! a handler does not finish comes back when its visibility runs out; a killed invocation finishes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use tokio::sync::Notify;

use crate::aws::LocalSqs;
use crate::aws::sqs::Received;

/// One event source mapping.
#[derive(Clone)]
pub struct Mapping {
    /// Which queue.
    pub queue: &'static str,
    /// At most so many records go to one invocation.
    pub batch: usize,
    /// How long a batch that is not full waits for more, in milliseconds of real time.
    pub window_ms: u64,
    /// At most so many invocations at once.
    pub concurrency: usize,
}

/// Ends running invocations as Lambda does with one that runs out of time: nothing it holds is finished.
#[derive(Clone, Default)]
pub struct Kill(Arc<Notify>);

impl Kill {
    /// Kills the invocations that run now.
    pub fn now(&self) {
        self.0.notify_waiters();
    }

    /// Returns when the next kill comes.
    pub async fn comes(&self) {
        self.0.notified().await;
    }
}

/// How many invocations run at this moment.
#[derive(Clone, Default)]
pub struct Running(Arc<AtomicUsize>);

impl Running {
    /// Whether one does.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    fn begin(&self) -> Invocation {
        self.0.fetch_add(1, Ordering::SeqCst);
        Invocation(self.clone())
    }
}

/// One that runs until this is dropped, also where its poller is.
struct Invocation(Running);

impl Drop for Invocation {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Polls for ever.
pub async fn poll<H, F>(sqs: LocalSqs, mapping: Mapping, running: Running, kill: Kill, handle: H)
where
    H: Fn(SqsEvent) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = SqsBatchResponse> + Send + 'static,
{
    let environments = (0..mapping.concurrency).map(|_| {
        let (sqs, mapping, kill, handle) = (sqs.clone(), mapping.clone(), kill.clone(), handle.clone());
        let running = running.clone();
        async move {
            loop {
                let records = gather(&sqs, &mapping).await;
                if records.is_empty() {
                    continue;
                }
                let event = event_of(&records, mapping.queue);
                let _invocation = running.begin();
                tokio::select! {
                    response = handle(event) => hand_back(&sqs, mapping.queue, records, &response),
                    () = kill.comes() => {}
                }
            }
        }
    });
    futures::future::join_all(environments).await;
}

/// A batch: what is there, then more until it is full or the window ends.
async fn gather(sqs: &LocalSqs, mapping: &Mapping) -> Vec<Received> {
    let mut records = receive(sqs, mapping.queue, mapping.batch, 1_000).await;
    let until = tokio::time::Instant::now() + Duration::from_millis(mapping.window_ms);
    while !records.is_empty() && records.len() < mapping.batch {
        let left_ms =
            u64::try_from(until.saturating_duration_since(tokio::time::Instant::now()).as_millis()).unwrap_or(0);
        let more = receive(sqs, mapping.queue, mapping.batch - records.len(), left_ms).await;
        if more.is_empty() {
            break;
        }
        records.extend(more);
    }
    records
}

async fn receive(sqs: &LocalSqs, queue: &str, max: usize, wait_ms: u64) -> Vec<Received> {
    sqs.receive(queue, max.min(10), None, wait_ms).await.unwrap_or_default()
}

fn event_of(records: &[Received], queue: &str) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = records
        .iter()
        .map(|received| {
            let mut message = SqsMessage::default();
            message.message_id = Some(received.message.id.clone());
            message.receipt_handle = Some(received.receipt.clone());
            message.body = Some(received.message.body.clone());
            message.event_source = Some("aws:sqs".to_owned());
            message.event_source_arn = Some(format!("arn:aws:sqs:ap-northeast-1:000000000000:{queue}"));
            message
        })
        .collect();
    event
}

fn hand_back(sqs: &LocalSqs, queue: &str, records: Vec<Received>, response: &SqsBatchResponse) {
    for received in records {
        let failed = response.batch_item_failures.iter().any(|failure| failure.item_identifier == received.message.id);
        if !failed {
            // Gone already is as good.
            let _ = sqs.delete(queue, &received.receipt);
        }
    }
}
