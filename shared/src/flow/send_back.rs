//! What was dead-lettered is sent back to its queue.

use std::sync::Arc;

use crate::domain::queue_kind::QueueKind;
use crate::ports::dead_letters::Which;
use crate::ports::{DeadLetters, PortError};

/// The dead letters of each queue. `None`: nobody said where they are.
#[derive(Clone, Default)]
pub struct DeadLetterQueues {
    /// Of webhooks from LINE.
    pub inbox: Option<Arc<dyn DeadLetters>>,
    /// Of messages to send.
    pub push: Option<Arc<dyn DeadLetters>>,
    /// Of work for the CRM.
    pub crm: Option<Arc<dyn DeadLetters>>,
    /// Of notices to other systems.
    pub notices: Option<Arc<dyn DeadLetters>>,
}

impl DeadLetterQueues {
    /// Those of one queue.
    pub fn of(&self, kind: QueueKind) -> Option<&Arc<dyn DeadLetters>> {
        match kind {
            QueueKind::Inbox => self.inbox.as_ref(),
            QueueKind::Push => self.push.as_ref(),
            QueueKind::Crm => self.crm.as_ref(),
            QueueKind::Notices => self.notices.as_ref(),
        }
    }

    /// The same, with those of one queue.
    #[must_use]
    pub fn with(mut self, kind: QueueKind, letters: Arc<dyn DeadLetters>) -> Self {
        match kind {
            QueueKind::Inbox => self.inbox = Some(letters),
            QueueKind::Push => self.push = Some(letters),
            QueueKind::Crm => self.crm = Some(letters),
            QueueKind::Notices => self.notices = Some(letters),
        }
        self
    }
}

/// Sends dead letters back.
#[derive(Clone)]
pub struct SendBack {
    /// Where they lie.
    pub queues: DeadLetterQueues,
}

impl SendBack {
    /// Sends back these dead letters, of one ID from the first queue that has it; says how many. Twice sends back what came
    /// again; the one of an ID is gone by then, and none is sent.
    ///
    /// # Errors
    /// A queue did not answer: what was sent back until then is in its queue, everything else is where it was.
    pub async fn send_back(&self, which: Which<'_>) -> Result<usize, PortError> {
        let mut moved = 0;
        for letters in QueueKind::ALL.iter().filter_map(|kind| self.queues.of(*kind)) {
            moved += letters.redrive(Which { at_most: which.at_most - moved, ..which }).await?;
            if moved >= which.at_most || (which.id.is_some() && moved > 0) {
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
            // Each is of the group of its name.
            letters.retain(|id| !which.takes(id, Some(id)));
            Ok(before - letters.len())
        }
    }

    #[tokio::test]
    async fn one_is_sent_back_from_where_it_lies_and_all_from_everywhere() {
        let queues = [vec!["a"], vec!["b", "c"], vec!["c"]].map(|ids| Arc::new(Letters(Mutex::new(ids))));
        let left = || queues.each_ref().map(|queue| queue.0.lock().unwrap().len());
        let [inbox, push, crm] = queues.each_ref().map(|queue| Some(Arc::clone(queue) as Arc<dyn DeadLetters>));
        let verb = SendBack { queues: DeadLetterQueues { inbox, push, crm, notices: None } };
        assert_eq!((verb.send_back(Which::one("c")).await.unwrap(), left()), (1, [1, 1, 1]), "the first that has it");
        assert_eq!((verb.send_back(Which::one("x")).await.unwrap(), left()), (0, [1, 1, 1]));
        let others = Which { groups: Some(&["a".to_owned()].into()), ..Which::one("b") };
        assert_eq!((verb.send_back(others).await.unwrap(), left()), (0, [1, 1, 1]), "another group's is left");
        let theirs = Which { groups: Some(&["b".to_owned()].into()), ..Which::ALL };
        assert_eq!((verb.send_back(theirs).await.unwrap(), left()), (1, [1, 0, 1]));
        assert_eq!((verb.send_back(Which::ALL).await.unwrap(), left()), (2, [0, 0, 0]));
        assert_eq!(verb.send_back(Which::ALL).await.unwrap(), 0);
    }
}
