//! What was dead-lettered is sent back to its queue.

use std::sync::Arc;

use crate::ports::dead_letters::Which;
use crate::ports::{DeadLetters, PortError};

/// Sends dead letters back.
pub struct SendBack {
    /// Of each queue, in the order in which they are looked through.
    pub queues: Vec<Arc<dyn DeadLetters>>,
}

impl SendBack {
    /// Sends back every dead letter, or the one of this ID, from the first queue that has it; says how many. Twice sends back
    /// what came again; the one of an ID is gone by then, and none is sent.
    ///
    /// # Errors
    /// A queue did not answer: what was sent back until then is in its queue, everything else is where it was.
    pub async fn send_back(&self, which: Which<'_>) -> Result<usize, PortError> {
        let mut moved = 0;
        for queue in &self.queues {
            moved += queue.redrive(which).await?;
            if matches!(which, Which::One(_)) && moved > 0 {
                break;
            }
        }
        Ok(moved)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::ports::dead_letters::Listing;

    /// The IDs of what lies in it.
    struct Letters(Mutex<Vec<&'static str>>);

    #[async_trait]
    impl DeadLetters for Letters {
        async fn list(&self) -> Result<Listing, PortError> {
            Ok(Listing::default())
        }

        async fn count(&self) -> Result<usize, PortError> {
            Ok(self.0.lock().unwrap().len())
        }

        async fn redrive(&self, which: Which<'_>) -> Result<usize, PortError> {
            let mut letters = self.0.lock().unwrap();
            let before = letters.len();
            letters.retain(|id| matches!(which, Which::One(wanted) if *id != wanted));
            Ok(before - letters.len())
        }
    }

    #[tokio::test]
    async fn one_is_sent_back_from_where_it_lies_and_all_from_everywhere() {
        let queues = [vec!["a"], vec!["b", "c"], vec!["c"]].map(|ids| Arc::new(Letters(Mutex::new(ids))));
        let left = || queues.each_ref().map(|queue| queue.0.lock().unwrap().len());
        let verb = SendBack { queues: queues.iter().map(|queue| Arc::clone(queue) as Arc<dyn DeadLetters>).collect() };
        assert_eq!((verb.send_back(Which::One("c")).await.unwrap(), left()), (1, [1, 1, 1]), "the first that has it");
        assert_eq!((verb.send_back(Which::One("x")).await.unwrap(), left()), (0, [1, 1, 1]));
        assert_eq!((verb.send_back(Which::All).await.unwrap(), left()), (3, [0, 0, 0]));
        assert_eq!(verb.send_back(Which::All).await.unwrap(), 0);
    }
}
