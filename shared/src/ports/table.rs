//! One table of rows: the only way Musubi stores anything.
//!
//! A row has a two-part key, a version and a JSON body. Writes are transactions whose every part
//! says what it expects to find, so that two writers can never both believe they were first.
//! [`Channels`](crate::store::Channels), [`Links`](crate::store::Links) and [`Journal`](crate::store::Journal) give the
//! rows their meaning; each has its own table.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{PortError, UNREADABLE};
use crate::domain::packed;

/// At most this many writes in one [`Table::commit`] (DynamoDB's TransactWriteItems).
pub const MAX_WRITES: usize = 100;
/// Why a commit with a row that is too large is refused.
pub const TOO_LARGE: &str = "a row is larger than a table takes";

/// Where a row lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Rows of one partition are listed together.
    pub partition: String,
    /// Their order in it, by bytes.
    pub sort: String,
}

impl RowKey {
    /// A key.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }
}

/// A row as stored.
#[derive(Clone)]
pub struct Row {
    /// Partition and sort key.
    pub key: RowKey,
    /// Tells this write of the row from others. See [`Precondition`] for what a put leaves.
    pub version: u64,
    /// JSON.
    pub body: String,
}

impl Row {
    /// Reads the body.
    ///
    /// # Errors
    /// Permanent where the body is not what this version writes or reads.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, PortError> {
        serde_json::from_str(&self.body)
            .map_err(|error| PortError::permanent(UNREADABLE, format!("unreadable at column {}", error.column())))
    }
}

/// What a list holds. Rows are read one by one: one that this version cannot read hides no other, stays where it is for the
/// version that reads it, and is counted and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// In the order of their keys.
    pub found: Vec<T>,
    /// How many there are beside them, written by another version.
    pub unreadable: usize,
}

impl<T: DeserializeOwned> Listed<T> {
    /// Reads each row.
    pub fn of(rows: &[Row]) -> Self {
        let mut listed = Self { found: Vec::new(), unreadable: 0 };
        for row in rows {
            match row.read() {
                Ok(value) => listed.found.push(value),
                Err(error) => {
                    // Partitions tell the kind of row; sort keys may be long.
                    let kind = row.key.partition.split(':').next().unwrap_or_default();
                    tracing::error!(kind, %error, "row.unreadable");
                    listed.unreadable += 1;
                }
            }
        }
        listed
    }
}

impl<T> IntoIterator for Listed<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Listed<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.iter()
    }
}

impl<T> std::ops::Deref for Listed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.found
    }
}

/// A value and the version it was read at; version 0 is a row that is not there.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// The version it was read at.
    pub version: u64,
}

/// One part of a transaction.
#[derive(Clone)]
pub enum Write {
    /// The row becomes this.
    Put {
        /// Partition and sort key.
        key: RowKey,
        /// JSON.
        body: String,
        /// What must be there before.
        expect: Precondition,
        /// Forgotten some time after this, in seconds since 1970. Never relied upon.
        expires_at_s: Option<i64>,
    },
    /// The row goes.
    Delete {
        /// Partition and sort key.
        key: RowKey,
        /// What must be there before.
        expect: Precondition,
    },
    /// Nothing changes, but the rest happens only if this holds.
    Check {
        /// Partition and sort key.
        key: RowKey,
        /// What must be there.
        expect: Precondition,
    },
}

/// What a write expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// No row. A put leaves version 1.
    Absent,
    /// No row. A put leaves a version that the row never had: whoever read the row before it went, and writes by that
    /// version, is refused.
    AbsentAnew,
    /// The row at this version; 0 is the same as `Absent`. A put leaves the next version.
    Version(u64),
    /// Whatever. A put leaves a version that the row never had.
    Any,
}

impl Write {
    /// The row becomes this value.
    pub fn put<T: Serialize>(key: RowKey, value: &T, expect: Precondition) -> Self {
        let body = serde_json::to_string(value).expect("our own types have string keys and finite numbers");
        Self::Put { key, body, expect, expires_at_s: None }
    }

    /// The same write, of a row that may be forgotten `after_days` after `now_ms`.
    pub fn expiring(mut self, now_ms: i64, after_days: i64) -> Self {
        if let Self::Put { expires_at_s, .. } = &mut self {
            *expires_at_s = Some(now_ms / 1000 + after_days * 86_400);
        }
        self
    }

    /// Whether no table takes the row, packed as it may be.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Put { body, .. } if !packed::fits_a_row(body, 0))
    }

    /// The row that it is about.
    pub fn key(&self) -> &RowKey {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } | Self::Check { key, .. } => key,
        }
    }
}

/// Whether a transaction happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Commit {
    /// All of it.
    Done,
    /// None of it: some row was not as expected. Read again, then decide again.
    Conflict,
}

/// One table.
#[async_trait]
pub trait Table: Send + Sync {
    /// The row as of now (never stale).
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError>;

    /// Rows of a partition whose sort keys lie between the two, both included, in order, at most `limit`.
    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError>;

    /// All writes or none. A key may occur once. A row that [`is_too_large`](Write::is_too_large) is refused for good. Repeating
    /// a commit whose answer was lost gives `Conflict`, unless nothing in it expects anything: callers read again and find
    /// their own work.
    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError>;
}

/// How many rows are read together.
const PAGE: usize = 500;

/// Every row of a partition whose sort key begins so, in order, page by page: no list ends silently.
///
/// # Errors
/// The table does not answer, or another version of Musubi wrote the row.
pub async fn all(rows: &dyn Table, partition: &str, prefix: &str) -> Result<Vec<Row>, PortError> {
    let (mut all, mut from) = (Vec::new(), prefix.to_owned());
    loop {
        let page = rows.range(partition, &from, &prefix_end(prefix), PAGE).await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        let Some(last) = all.last().filter(|_| !is_last) else { return Ok(all) };
        from = behind(&last.key.sort);
    }
}

/// Where a range goes on behind this sort key. Ours hold no control characters: nothing lies between the two.
pub fn behind(sort: &str) -> String {
    format!("{sort}\u{1}")
}

/// The end of a range over everything that begins with `prefix`.
pub fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
