//! What the doctor found the last time, in the console's own table: each CRM account's own, and what is of no account.
//!
//! | partition | sort key | row |
//! |---|---|---|
//! | `findings:{account}`, `findings:stack` | `about:` and whom, spelt as in a log | [`AllAbout`], a month |
//! | the same | `reading` | [`AccountReading`], [`StackReading`]: what else the look saw, a month |
//! | the same | `looked`, `begun` | when a look ended, and when one last began for an operator, in milliseconds; a month |
//!
//! A row holds fifty findings at most. Rows are written anew at each look: what is left of a CRM
//! account that is not connected any more goes by itself.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::domain::account::CrmAccountKey;
use crate::domain::finding::About;
use crate::domain::reading::{AccountReading, StackReading};
use crate::domain::standing::AllAbout;
use crate::ports::table::{self, Commit, Listed, MAX_WRITES, Precondition, RowKey, Write};
use crate::ports::{PortError, Table};

/// Longer than the doctor is ever away.
const DAYS: i64 = 31;
const LOOKED: &str = "looked";
const BEGUN: &str = "begun";
const READING: &str = "reading";

/// What the doctor found.
#[derive(Clone)]
pub struct Findings(Arc<dyn Table>);

impl Findings {
    /// Over the console's table.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(rows)
    }

    /// What stands of this account; `None`: of no account.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn standing(&self, of: Option<&CrmAccountKey>) -> Result<Listed<AllAbout>, PortError> {
        Ok(Listed::of(&table::all(&*self.0, &partition(of), ABOUT).await?))
    }

    /// When the doctor looked at this account the last time, in milliseconds.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn looked_at_ms(&self, of: &CrmAccountKey) -> Result<Option<i64>, PortError> {
        self.0.get(&RowKey::new(partition(Some(of)), LOOKED)).await?.map(|row| row.read()).transpose()
    }

    /// What else the last look at this account saw. One that another version of Musubi wrote is none: the next look writes it anew.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn reading(&self, of: &CrmAccountKey) -> Result<AccountReading, PortError> {
        self.read_of(Some(of)).await
    }

    /// What else the last look saw of no account. Of another version as of an account.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn stack_reading(&self) -> Result<StackReading, PortError> {
        self.read_of(None).await
    }

    async fn read_of<T: DeserializeOwned + Default>(&self, of: Option<&CrmAccountKey>) -> Result<T, PortError> {
        let row = self.0.get(&RowKey::new(partition(of), READING)).await?;
        Ok(row.and_then(|row| row.read().ok()).unwrap_or_default())
    }

    /// Somebody is about to look at this account: `false` where somebody else has begun within the last `rest_ms`. Of two at once
    /// one may.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn begin_look(&self, of: &CrmAccountKey, now_ms: i64, rest_ms: i64) -> Result<bool, PortError> {
        let key = RowKey::new(partition(Some(of)), BEGUN);
        let begun = self.0.get(&key).await?;
        let (version, begun_at_ms) = match &begun {
            Some(row) => (row.version, row.read()?),
            None => (0, i64::MIN),
        };
        if now_ms.saturating_sub(begun_at_ms) < rest_ms {
            return Ok(false);
        }
        let write = Write::put(key, &now_ms, Precondition::Version(version)).expiring(now_ms, DAYS);
        Ok(self.0.commit(vec![write]).await? == Commit::Done)
    }

    /// Writes all of these. Not in one: whoever looks meanwhile sees some of the old and some of the new. Twice is once.
    ///
    /// # Errors
    /// The table does not answer; some may be written then.
    pub async fn commit(&self, mut writes: Vec<Write>) -> Result<(), PortError> {
        while !writes.is_empty() {
            let rest = writes.split_off(writes.len().min(MAX_WRITES));
            match self.0.commit(std::mem::replace(&mut writes, rest)).await? {
                Commit::Done => {}
                Commit::Conflict => return Err(PortError::transient("findings", std::io::Error::other("conflict"))),
            }
        }
        Ok(())
    }
}

const ABOUT: &str = "about:";

/// This stands now.
pub fn stands(of: Option<&CrmAccountKey>, all: &AllAbout, now_ms: i64) -> Write {
    Write::put(key(of, &all.about), all, Precondition::Any).expiring(now_ms, DAYS)
}

/// Nothing is wrong with them any more.
pub fn stands_no_more(of: Option<&CrmAccountKey>, about: &About) -> Write {
    Write::Delete { key: key(of, about), expect: Precondition::Any }
}

/// The doctor has looked.
pub fn looked(of: &CrmAccountKey, now_ms: i64) -> Write {
    Write::put(RowKey::new(partition(Some(of)), LOOKED), &now_ms, Precondition::Any).expiring(now_ms, DAYS)
}

/// The look saw this of an account.
pub fn reading(of: &CrmAccountKey, reading: &AccountReading, now_ms: i64) -> Write {
    Write::put(RowKey::new(partition(Some(of)), READING), reading, Precondition::Any).expiring(now_ms, DAYS)
}

/// The look saw this of no account.
pub fn stack_reading(reading: &StackReading, now_ms: i64) -> Write {
    Write::put(RowKey::new(partition(None), READING), reading, Precondition::Any).expiring(now_ms, DAYS)
}

fn key(of: Option<&CrmAccountKey>, about: &About) -> RowKey {
    let whom = match about {
        About::Stack => "stack".to_owned(),
        About::Account(key) => format!("account:{key}"),
        About::Channel(id) => format!("channel:{id}"),
    };
    RowKey::new(partition(of), format!("{ABOUT}{whom}"))
}

fn partition(of: Option<&CrmAccountKey>) -> String {
    format!("findings:{}", of.map_or_else(|| "stack".to_owned(), ToString::to_string))
}
