//! What is due in an account's outbox: list by list, page by page, row by row.
//!
//! Rows that stay due for a reason hide nothing behind them, and one that this version cannot read stops no other: it is
//! left where it is, for the version that wrote it.

use futures::future::try_join_all;

use super::*;
use crate::domain::outbox::{Effect, SHARDS};

/// A dead letter lies as long (SQS's longest retention).
pub const LETTER_DAYS: i64 = 14;
/// What the partitions of outbox lists begin with.
const OUTBOX: &str = "o:";
/// How many rows of a list are read together.
const PAGE: usize = 100;
/// Later than any row is due, in milliseconds since 1970.
pub const FOR_EVER_MS: i64 = 9_999_999_999_999;

/// A walk through an account's outbox lists, in each from what has been due longest on.
#[derive(Debug, Clone)]
pub struct Walk {
    to: String,
    /// Each list, and where it goes on; `None` at its end.
    lists: Vec<(String, Option<String>)>,
}

impl Walk {
    /// Through everything that is due by `until_ms`.
    pub fn through(account: &CrmAccountKey, until_ms: i64) -> Self {
        Self::of(shards(&account_partition(account)), until_ms)
    }

    /// Through held sends whose time has come by `until_ms`. They lie apart: none of them stands before other work, and none is waited for.
    pub fn through_held(account: &CrmAccountKey, until_ms: i64) -> Self {
        Self::of(shards(&held_partition(account)), until_ms)
    }

    /// Through every open task that is looked at now and then. They lie apart, in one list: each is written about once, and all are read
    /// together.
    pub fn through_watched(account: &CrmAccountKey) -> Self {
        Self::of([watched_partition(account)].into_iter(), FOR_EVER_MS)
    }

    fn of(lists: impl Iterator<Item = String>, until_ms: i64) -> Self {
        let lists = lists.map(|list| (list, Some(String::new()))).collect();
        Self { to: format!("{until_ms:013}:\u{10FFFF}"), lists }
    }

    /// Nothing is left to read.
    pub fn is_over(&self) -> bool {
        self.lists.iter().all(|(_, from)| from.is_none())
    }
}

/// An outbox row that another version wrote: this one knows of it what its key says, and since when it waits where its body
/// still says so in the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it lies.
    pub key: RowKey,
    /// Its version; 0 where not even that can be read.
    pub version: u64,
    /// Since when it waits, in milliseconds; where it does not say, when it was due.
    pub since_ms: i64,
}

impl Unread {
    fn of(row: &Row) -> Self {
        #[derive(Deserialize)]
        struct Since {
            since_ms: i64,
        }
        let due_at_ms = || row.key.sort.split(':').next().and_then(|due| due.parse().ok()).unwrap_or(0);
        let since_ms = row.read::<Since>().map_or_else(|_| due_at_ms(), |since| since.since_ms);
        Self { key: row.key.clone(), version: row.version, since_ms }
    }

    /// The name of the work, without anything of a person.
    pub fn name(&self) -> &str {
        self.key.sort.split_once(':').map_or("", |(_, name)| name)
    }
}

/// A part of what is due.
#[derive(Debug, Default)]
pub struct Due {
    /// What this version reads.
    pub rows: Vec<OutboxRow>,
    /// What it does not.
    pub unread: Vec<Unread>,
}

impl Due {
    fn add(&mut self, row: &Row) {
        match row.read() {
            Ok(read) => self.rows.push(OutboxRow { version: row.version, ..read }),
            Err(_) => self.unread.push(Unread::of(row)),
        }
    }
}

impl Journal {
    /// The next rows of a walk, about `limit` of them, from every list alike.
    ///
    /// # Errors
    /// As the table's; the walk stands where it stood.
    pub async fn next_due(&self, walk: &mut Walk, limit: usize) -> Result<Due, PortError> {
        let mut due = Due::default();
        while !walk.is_over() && due.rows.len() + due.unread.len() < limit {
            for row in self.next_page(walk).await? {
                due.add(&row);
            }
        }
        Ok(due)
    }

    async fn next_page(&self, walk: &mut Walk) -> Result<Vec<Row>, PortError> {
        let to = &walk.to;
        let lists = walk.lists.iter().map(|(list, from)| async move {
            let Some(from) = from else { return Ok(Vec::new()) };
            self.0.range(list, from, to, PAGE).await
        });
        let pages = try_join_all(lists).await?;
        for ((_, from), page) in walk.lists.iter_mut().zip(&pages) {
            *from = page.last().filter(|_| page.len() == PAGE).map(|last| table::behind(&last.key.sort));
        }
        Ok(pages.into_iter().flatten().collect())
    }

    /// An account's outbox rows that are due and that this version reads, oldest first, about `limit` of them.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn due(&self, account: &CrmAccountKey, until_ms: i64, limit: usize) -> Result<Vec<OutboxRow>, PortError> {
        let mut walk = Walk::through(account, until_ms);
        let mut rows = self.next_due(&mut walk, limit).await?.rows;
        rows.sort_by_key(|row| row.due_at_ms);
        Ok(rows)
    }

    /// How many rows an account's outbox holds, counted up to about `limit` a list.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn count_effects(&self, account: &CrmAccountKey, limit: usize) -> Result<usize, PortError> {
        Ok(self.due(account, FOR_EVER_MS, limit * SHARDS as usize).await?.len())
    }

    /// Which of these rows still lie where they lay.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn still_in_outbox(&self, rows: Vec<OutboxRow>) -> Result<Vec<OutboxRow>, PortError> {
        let found = try_join_all(rows.into_iter().map(|row| async move {
            let found = self.0.get(&outbox_key(&row)).await?;
            Ok::<_, PortError>(found.map(|_| row))
        }));
        Ok(found.await?.into_iter().flatten().collect())
    }

    /// When operators were last told that the account's outbox holds rows of another version.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn unreadable_told(&self, account: &CrmAccountKey) -> Result<Option<Versioned<i64>>, PortError> {
        self.read(&unreadable_key(account)).await
    }
}

/// Operators are told of outbox rows that another version wrote; `version` as read, 0 where they never were.
pub fn unreadable_told(account: &CrmAccountKey, now_ms: i64, version: u64) -> Write {
    Write::put(unreadable_key(account), &now_ms, Precondition::Version(version)).expiring(now_ms, LETTER_DAYS)
}

/// An outbox row that another version wrote goes, if it is still the one that was seen.
pub fn give_up_unread(unread: &Unread) -> Write {
    let expect = if unread.version == 0 { Precondition::Any } else { Precondition::Version(unread.version) };
    Write::Delete { key: unread.key.clone(), expect }
}

/// The work goes into the outbox. Rows of one name and due time are one row.
pub fn enqueue(row: &OutboxRow) -> Write {
    Write::put(outbox_key(row), row, Precondition::Any)
}

/// The work is done: its row leaves the outbox. One that was read leaves it only if nobody has enqueued the same work again since.
pub fn done(row: &OutboxRow) -> Write {
    let expect = if row.version == 0 { Precondition::Any } else { Precondition::Version(row.version) };
    Write::Delete { key: outbox_key(row), expect }
}

/// The row leaves the outbox, whoever has enqueued it.
pub fn taken_out(row: &OutboxRow) -> Write {
    write::remove(outbox_key(row))
}

/// Whether it is about a row of an outbox.
pub fn is_of_outbox(write: &Write) -> bool {
    write.key().partition.starts_with(OUTBOX)
}

/// Whether it is about a row of an outbox that is due by `now_ms`.
pub fn is_due(write: &Write, now_ms: i64) -> bool {
    is_of_outbox(write) && write.key().sort < format!("{:013}", now_ms.saturating_add(1))
}

pub(super) fn unreadable_key(account: &CrmAccountKey) -> RowKey {
    RowKey::new(format!("z:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()])), "unreadable")
}

/// The names of all lists of an account, those of held sends and of open tasks last.
pub(super) fn outbox_partitions(account: &CrmAccountKey) -> impl Iterator<Item = String> {
    let all = shards(&account_partition(account)).chain(shards(&held_partition(account)));
    all.chain([watched_partition(account)])
}

/// What the names of an account's lists begin with.
fn account_partition(account: &CrmAccountKey) -> String {
    format!("{OUTBOX}{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

/// The same of held sends.
fn held_partition(account: &CrmAccountKey) -> String {
    format!("{}:held", account_partition(account))
}

/// The list of open tasks.
fn watched_partition(account: &CrmAccountKey) -> String {
    format!("{}:watched", account_partition(account))
}

fn of_shard(account: &str, shard: u32) -> String {
    format!("{account}:{shard}")
}

fn shards(lists: &str) -> impl Iterator<Item = String> + use<> {
    let lists = lists.to_owned();
    (0..SHARDS).map(move |shard| of_shard(&lists, shard))
}

pub(super) fn outbox_key(row: &OutboxRow) -> RowKey {
    let (account, shard) = (&row.account, row.effect.shard());
    let list = match row.effect {
        Effect::ReleasePush { .. } => of_shard(&held_partition(account), shard),
        Effect::WatchTask { .. } => watched_partition(account),
        _ => of_shard(&account_partition(account), shard),
    };
    RowKey::new(list, format!("{:013}:{}", row.due_at_ms.max(0), row.effect.name()))
}
