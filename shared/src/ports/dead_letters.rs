//! A dead-letter queue as an operator sees it: what lies in it and why, and sending it back. Never what it says.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::error::PortError;

/// A message that was dead-lettered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it; by this it is sent back.
    pub id: String,
    /// Our words for why. `None`: the queue itself moved it, after its last receive.
    pub reason: Option<String>,
    /// Since when it lies here, in milliseconds; where the queue moved it, when it was first sent.
    pub since_ms: i64,
    /// Its group: a channel, or a CRM account.
    pub group: Option<String>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Oldest first, at most 1,000.
    pub letters: Vec<DeadLetter>,
    /// How many there are, roughly; more than are listed where some cannot be seen yet.
    pub total: usize,
}

/// Which messages are sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which<'a> {
    /// The one with this ID. `None`: as many as there were at the start: what comes back at once is not sent again and again.
    pub id: Option<&'a str>,
    /// Those of these groups alone. `None`: of every group, and of none.
    pub groups: Option<&'a BTreeSet<String>>,
    /// No more than this.
    pub at_most: usize,
}

impl<'a> Which<'a> {
    /// All that were there at the start.
    pub const ALL: Self = Self { id: None, groups: None, at_most: usize::MAX };

    /// The one with this ID.
    pub fn one(id: &'a str) -> Self {
        Self { id: Some(id), ..Self::ALL }
    }

    /// Whether this message is among them.
    pub fn takes(&self, id: &str, group: Option<&str>) -> bool {
        let is_theirs = |groups: &BTreeSet<String>| group.is_some_and(|group| groups.contains(group));
        self.id.is_none_or(|wanted| wanted == id) && self.groups.is_none_or(is_theirs)
    }
}

/// A queue's dead letters.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// What lies there. Nothing is changed; twice shows the same.
    ///
    /// # Errors
    /// The queue did not answer; what was hidden by looking shows again within a minute.
    async fn list(&self) -> Result<Listing, PortError>;

    /// How many lie there, roughly. Nobody's look at them is disturbed.
    ///
    /// # Errors
    /// The queue did not answer.
    async fn count(&self) -> Result<usize, PortError>;

    /// Sends messages back to their queue, each deleted here only once it is there; says how many. Twice sends back what came
    /// again.
    ///
    /// # Errors
    /// The queue did not answer: what was not sent back is still here.
    async fn redrive(&self, which: Which<'_>) -> Result<usize, PortError>;
}
