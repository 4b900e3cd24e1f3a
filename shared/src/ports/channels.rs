//! The table of configuration: Official Accounts and CRM accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Clock;
use super::error::PortError;
use super::rows::{self, Commit, Expect, Listed, Row, RowKey, Rows, Versioned, Write};
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;

/// How long an answer is remembered, in milliseconds. A changed setting takes effect within it.
const REMEMBER_MS: i64 = 60_000;
/// At most so many answers are remembered: callers choose the names that are asked for.
const MAX_REMEMBERED: usize = 1_000;

/// Official Accounts and CRM accounts, as configured.
#[derive(Clone)]
pub struct Channels {
    rows: Arc<dyn Rows>,
    memory: Option<Arc<Memory>>,
}

/// What was answered in the last minute, absent ones too: a flood of made-up names costs nothing.
struct Memory {
    clock: Arc<dyn Clock>,
    answers: Mutex<HashMap<RowKey, (i64, Option<Row>)>>,
}

impl Channels {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        Self { rows, memory: None }
    }

    /// The same, remembering for a minute what [`find`](Self::find) and [`account`](Self::account)
    /// were answered. For functions; an operator's tools want to see what is there.
    #[must_use]
    pub fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { memory: Some(Arc::new(Memory { clock, answers: Mutex::default() })), ..self }
    }

    async fn get(&self, key: RowKey) -> Result<Option<Row>, PortError> {
        let Some(memory) = &self.memory else { return self.rows.get(&key).await };
        let now_ms = memory.clock.now_ms();
        let answers = || memory.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, row)) = answers().get(&key).filter(|(at_ms, _)| (0..REMEMBER_MS).contains(&(now_ms - at_ms))) {
            return Ok(row.clone());
        }
        let row = self.rows.get(&key).await?;
        let mut answers = answers();
        if answers.len() >= MAX_REMEMBERED {
            answers.clear();
        }
        answers.insert(key, (now_ms, row.clone()));
        Ok(row)
    }

    /// One Official Account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn find(&self, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        Ok(self.find_versioned(id).await?.map(|found| found.value))
    }

    /// One Official Account, to change it.
    ///
    /// # Errors
    /// As the table's.
    pub async fn find_versioned(&self, id: &ChannelId) -> Result<Option<Versioned<Channel>>, PortError> {
        let row = self.get(channel_key(id)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
    }

    /// All Official Accounts, by ID.
    ///
    /// # Errors
    /// As the table's.
    pub async fn all(&self) -> Result<Listed<Channel>, PortError> {
        Ok(Listed::of(&rows::all(&*self.rows, "channel", "").await?))
    }

    /// Stores an Official Account if nobody changed it since `rev` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put(&self, channel: &Channel, rev: u64) -> Result<Commit, PortError> {
        self.rows.commit(vec![Write::put(channel_key(&channel.id), channel, Expect::Rev(rev))]).await
    }

    /// Forgets an Official Account. Twice is the same as once.
    ///
    /// # Errors
    /// As the table's.
    pub async fn remove(&self, id: &ChannelId) -> Result<(), PortError> {
        let _ = self.rows.commit(vec![Write::Delete { key: channel_key(id), expect: Expect::Any }]).await?;
        Ok(())
    }

    /// One CRM account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn account(&self, key: &CrmAccountKey) -> Result<Option<Versioned<CrmAccount>>, PortError> {
        let row = self.get(account_key(key)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
    }

    /// All CRM accounts.
    ///
    /// # Errors
    /// As the table's.
    pub async fn accounts(&self) -> Result<Listed<CrmAccount>, PortError> {
        Ok(Listed::of(&rows::all(&*self.rows, "account", "").await?))
    }

    /// Stores a CRM account if nobody changed it since `rev` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put_account(&self, account: &CrmAccount, rev: u64) -> Result<Commit, PortError> {
        self.rows.commit(vec![Write::put(account_key(&account.key), account, Expect::Rev(rev))]).await
    }
}

fn channel_key(id: &ChannelId) -> RowKey {
    RowKey::new("channel", id.as_str())
}

fn account_key(key: &CrmAccountKey) -> RowKey {
    RowKey::new("account", key.to_string())
}
