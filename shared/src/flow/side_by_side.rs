//! Many pieces of work side by side, and never all of them at once.

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::ports::PortError;

/// So many are under way at a time: each waits for a table, some milliseconds, and sixteen wait no longer than one. A batch is a hundred at
/// most.
const AT_ONCE: usize = 16;

/// Does each, and answers in their order. The first that fails ends it: what has not begun does not begin, and of what is under way
/// nobody knows how it ends, as when the function is stopped there.
///
/// Boxed, piece by piece and as a whole: the compiler does not see of borrowing futures in a stream that they can go from thread to thread.
pub(super) fn side_by_side<'a, R, F>(work: impl IntoIterator<Item = F>) -> BoxFuture<'a, Result<Vec<R>, PortError>>
where
    R: Send + 'a,
    F: Future<Output = Result<R, PortError>> + Send + 'a,
{
    let work: Vec<BoxFuture<'a, Result<R, PortError>>> = work.into_iter().map(FutureExt::boxed).collect();
    stream::iter(work).buffered(AT_ONCE).try_collect().boxed()
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};

    use super::*;

    /// The most that were under way together, and how many began.
    async fn most_of(many: usize, fails_at: usize) -> (usize, usize, Result<Vec<usize>, PortError>) {
        let (under_way, most, began) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = async |number: usize| {
            began.fetch_add(1, Ordering::Relaxed);
            most.fetch_max(under_way.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            let mut waited = false;
            let once = |context: &mut Context<'_>| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
            };
            poll_fn(once).await;
            under_way.fetch_sub(1, Ordering::Relaxed);
            if number == fails_at { Err(PortError::transient("test", "no")) } else { Ok(number) }
        };
        let answers = side_by_side((0..many).map(work)).await;
        (most.into_inner(), began.into_inner(), answers)
    }

    #[tokio::test]
    async fn many_are_done_in_order_and_never_all_at_once() {
        let (most, began, answers) = most_of(100, usize::MAX).await;
        assert_eq!((most, began), (AT_ONCE, 100));
        assert_eq!(answers.expect("none fails"), (0..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn nothing_begins_behind_one_that_fails() {
        let (_, began, answers) = most_of(100, 3).await;
        assert!(answers.is_err() && began < 2 * AT_ONCE, "{began}");
    }
}
