//! The queue edge: records of a batch are handled one by one, and only those that failed come back.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::StreamExt;

use crate::ports::PortError;

/// Handles each record, at most `at_once` at a time. Whatever fails is delivered again by the queue.
pub async fn each<H, F>(event: SqsEvent, at_once: usize, handle: H) -> SqsBatchResponse
where
    H: Fn(SqsMessage) -> F,
    F: Future<Output = Result<(), PortError>>,
{
    let failures = futures::stream::iter(event.records)
        .map(|record| {
            let id = record.message_id.clone().unwrap_or_default();
            let handled = handle(record);
            async move {
                handled.await.err().map(|error| {
                    crate::telemetry::log_chain("record.failed", &error);
                    failure(id)
                })
            }
        })
        .buffer_unordered(at_once.max(1))
        .filter_map(std::future::ready)
        .collect::<Vec<_>>()
        .await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

/// A record that comes back.
pub fn failure(id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    failure
}

/// Handles jobs of one name one after the other, oldest first, and different ones at once: of each group of the queue one, then of each
/// the next, so that who has one job in the batch does not wait behind who has a hundred.
/// Whatever fails is delivered again by the queue; records that are no jobs are dead-lettered.
#[cfg(feature = "aws")]
pub async fn each_in_turn<'q, T, N, H, F>(
    event: SqsEvent,
    at_once: usize,
    queue: &'q JobQueue<T>,
    name: fn(&T) -> (N, i64),
    handle: H,
) -> SqsBatchResponse
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'q,
    N: Ord,
    H: Fn(T) -> F,
    F: Future<Output = Result<(), PortError>>,
{
    let mut turns: std::collections::BTreeMap<N, Vec<(i64, String, T)>> = Default::default();
    let mut failed = Vec::new();
    for record in event.records {
        let id = record.message_id.clone().unwrap_or_default();
        match job(queue, &record).await {
            Ok(Some(job)) => {
                let (name, at_ms) = name(&job);
                turns.entry(name).or_default().push((at_ms, id, job));
            }
            Ok(None) => {}
            Err(error) => {
                crate::telemetry::log_chain("record.failed", &error);
                failed.push(failure(id));
            }
        }
    }
    let handle = &handle;
    let of = |turn: &Vec<(i64, String, T)>| turn.first().map(|(.., job)| queue.group_of(job));
    let more = futures::stream::iter(in_turns(turns.into_values(), of))
        .map(|mut turn| async move {
            turn.sort_by_key(|(at_ms, ..)| *at_ms);
            let mut failed = Vec::new();
            for (_, id, job) in turn {
                if let Err(error) = handle(job).await {
                    crate::telemetry::log_chain("record.failed", &error);
                    failed.push(failure(id));
                }
            }
            failed
        })
        .buffer_unordered(at_once.max(1))
        .collect::<Vec<_>>()
        .await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().chain(more.into_iter().flatten()).collect();
    response
}

/// The first of each group, then the second of each, and so on; else as they come.
#[cfg(any(feature = "aws", test))]
fn in_turns<J, G: Ord>(jobs: impl Iterator<Item = J>, group: impl Fn(&J) -> G) -> Vec<J> {
    let mut before = std::collections::BTreeMap::<G, usize>::new();
    let mut ranked: Vec<(usize, J)> = jobs
        .map(|job| {
            let rank = before.entry(group(&job)).or_default();
            *rank += 1;
            (*rank, job)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, job)| job).collect()
}

/// A queue of records that may not be jobs at all.
#[cfg(feature = "aws")]
pub type JobQueue<T> = std::sync::Arc<crate::aws::SqsQueue<T>>;

/// The job in a record. One that cannot be read is dead-lettered, in words, and is done with by that.
///
/// # Errors
/// Where it could not be dead-lettered: the record must come back.
#[cfg(feature = "aws")]
pub async fn job<T>(queue: &JobQueue<T>, record: &SqsMessage) -> Result<Option<T>, PortError>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
{
    let body = record.body.as_deref().unwrap_or_default();
    match crate::aws::envelope::decode(body) {
        Ok(job) => Ok(Some(job)),
        Err(error) => {
            tracing::error!(%error, "record.unreadable");
            let why = format!("This message could not be read / このメッセージは読み取れません: {error}");
            queue.dead_letter_message(body, "unreadable", &why).await?;
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn every_record_is_handled_and_only_what_failed_comes_back() {
        let mut event = SqsEvent::default();
        event.records = ["first", "second", "third"].map(record).into();
        let handled = AtomicUsize::new(0);
        let response = each(event, 2, |record| {
            handled.fetch_add(1, Ordering::Relaxed);
            let fails = record.message_id.as_deref() == Some("second");
            async move { if fails { Err(PortError::transient("handle", "not now")) } else { Ok(()) } }
        })
        .await;
        let back: Vec<_> =
            response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        assert_eq!((back, handled.load(Ordering::Relaxed)), (vec!["second"], 3));
    }

    #[test]
    fn who_has_one_job_does_not_wait_behind_who_has_many() {
        let jobs = ["a1", "a2", "a3", "b1", "c1", "b2"];
        let order = in_turns(jobs.into_iter(), |job| job.as_bytes()[0]);
        assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "a3"]);
    }

    fn record(id: &str) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = Some(id.to_owned());
        record
    }
}
