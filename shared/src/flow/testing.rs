//! What the verbs' tests share: a table in memory in which somebody else can be faster, secrets in memory, and a clock that waits
//! for nobody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{ChannelId, CrmAppId};
use crate::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread};
use crate::ports::table::{Commit, Precondition, Row, RowKey, Write};
use crate::ports::{Clock, PortError, Secrets, Table};

/// Rows in memory. Versions count up, whatever a write expects.
#[derive(Default)]
pub(crate) struct RivalTable {
    rows: Mutex<BTreeMap<RowKey, Row>>,
    rivals: Mutex<VecDeque<Write>>,
}

impl RivalTable {
    /// Somebody else commits this, right before the next commit that may conflict.
    pub(crate) fn before_next_commit(&self, rival: Write) {
        self.rivals.lock().expect("nobody panics here").push_back(rival);
    }

    fn apply(&self, writes: Vec<Write>) -> Commit {
        let mut rows = self.rows.lock().expect("nobody panics here");
        let version = |key: &RowKey, rows: &BTreeMap<RowKey, Row>| rows.get(key).map_or(0, |row| row.version);
        let holds = |write: &Write| {
            let (Write::Put { expect, .. } | Write::Delete { expect, .. } | Write::Check { expect, .. }) = write;
            match expect {
                Precondition::Any => true,
                Precondition::Absent | Precondition::AbsentAnew => version(write.key(), &rows) == 0,
                Precondition::Version(expected) => version(write.key(), &rows) == *expected,
            }
        };
        if !writes.iter().all(holds) {
            return Commit::Conflict;
        }
        for write in writes {
            match write {
                Write::Put { key, body, .. } => {
                    let version = version(&key, &rows) + 1;
                    rows.insert(key.clone(), Row { key, version, body });
                }
                Write::Delete { key, .. } => _ = rows.remove(&key),
                Write::Check { .. } => {}
            }
        }
        Commit::Done
    }
}

#[async_trait]
impl Table for RivalTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        Ok(self.rows.lock().expect("nobody panics here").get(key).cloned())
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        let rows = self.rows.lock().expect("nobody panics here");
        let range = RowKey::new(partition, from)..=RowKey::new(partition, to);
        Ok(rows.range(range).take(limit).map(|(_, row)| row.clone()).collect())
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let rival = self.rivals.lock().expect("nobody panics here").pop_front();
        if let Some(rival) = rival {
            assert_eq!(self.apply(vec![rival]), Commit::Done, "the other one is first");
        }
        Ok(self.apply(writes))
    }
}

/// The secrets of whichever channel or app is asked about.
#[derive(Default)]
pub(crate) struct SecretsInMemory {
    pub(crate) line: Mutex<Option<LineSecrets>>,
    pub(crate) app: Mutex<Option<CrmAppSecrets>>,
}

fn read<T: Clone>(place: &Mutex<T>) -> T {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn store<T>(place: &Mutex<T>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

#[async_trait]
impl Secrets for SecretsInMemory {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        Ok(read(&self.line))
    }

    async fn line_anew(&self, _: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        Ok(Reread { secrets: read(&self.line), as_of_ms: 0 })
    }

    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(read(&self.app))
    }

    async fn crm_app_anew(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(read(&self.app))
    }

    async fn crm_token(&self, _: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        Ok(None)
    }

    async fn store_crm_token(&self, _: &CrmAccountKey, _: &CrmToken) -> Result<(), PortError> {
        Ok(())
    }

    async fn store_line(&self, _: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError> {
        store(&self.line, Some(secrets.clone()));
        Ok(())
    }

    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError> {
        store(&self.app, Some(secrets.clone()));
        Ok(())
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        store(&self.line, None);
        Ok(())
    }
}

/// Waits for nobody.
pub(crate) struct NoWaiting;

#[async_trait]
impl Clock for NoWaiting {
    fn now_ms(&self) -> i64 {
        1_000
    }

    async fn sleep_ms(&self, _: u64) {}
}
