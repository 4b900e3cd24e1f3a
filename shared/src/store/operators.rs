//! The console's own table: who may use it, who is signed in, who was invited, and what they did.
//!
//! | partition | sort key | row |
//! |---|---|---|
//! | `operator:{account}` | operator's ID | [`Operator`] |
//! | `session:{hash of its ID}` | `session` | [`Session`], a day |
//! | `invitation:{hash of its code}` | `invitation` | [`Invitation`], a day |
//! | `hand-over:{hash of its code}` | `hand-over` | [`HandOver`], a day |
//! | `crm-person:{account}` | hash of their number there | [`CrmPerson`]; a day, until they have come in |
//! | `install:{hash of its state}` | `install` | that it is used, a day |
//! | `receipt:{account}` | hash of its name | [`KeptReceipt`], a day |
//! | `text:{account}` | hash of its name | [`TeamText`] |
//! | `audit:{account}` | milliseconds, 13 digits, and a hash | [`AuditEntry`], 400 days |
//!
//! What lets somebody in is kept as a hash alone: whoever reads the table can sign in by nothing in it.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, CrmUserId, OperatorId, fingerprint};
use crate::domain::operator::Operator;
use crate::domain::operator::audit::AuditEntry;
use crate::domain::operator::hand_over::{CrmPerson, HandOver};
use crate::domain::operator::session::{Invitation, Session};
use crate::domain::team_text::TeamText;
use crate::ports::secrets::Secret;
use crate::ports::table::{self, Commit, Listed, Precondition, Row, RowKey, Versioned, Write};
use crate::ports::{PortError, Table};

/// Longer than an invitation or a session lasts.
const SHORT_DAYS: i64 = 1;
/// A year, and the month in which somebody looks back at it.
const AUDIT_DAYS: i64 = 400;
/// How many lines of the list are read together.
const PAGE: usize = 200;

/// What erasing a person removed, kept for whoever erased them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReceipt {
    /// Of which Official Account.
    pub channel: ChannelId,
    /// The receipt, as JSON: numbers, and IDs of the CRM's.
    pub receipt: String,
}

/// The console's own table.
#[derive(Clone)]
pub struct Operators(Arc<dyn Table>);

impl Operators {
    /// Over the console's table.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(rows)
    }

    /// One operator.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find(
        &self,
        account: &CrmAccountKey,
        id: &OperatorId,
    ) -> Result<Option<Versioned<Operator>>, PortError> {
        read(self.0.get(&operator_key(account, id)).await?)
    }

    /// Everybody who may use the console of this CRM account.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn all(&self, account: &CrmAccountKey) -> Result<Listed<Operator>, PortError> {
        Ok(Listed::of(&table::all(&*self.0, &format!("operator:{account}"), "").await?))
    }

    /// The invitation with this code.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn invitation(&self, code: &Secret) -> Result<Option<Versioned<Invitation>>, PortError> {
        read(self.0.get(&invitation_key(code)).await?)
    }

    /// The hand-over with this code.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn hand_over(&self, code: &Secret) -> Result<Option<Versioned<HandOver>>, PortError> {
        read(self.0.get(&hand_over_key(code)).await?)
    }

    /// A person of the CRM.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn person(
        &self,
        account: &CrmAccountKey,
        user: &CrmUserId,
    ) -> Result<Option<Versioned<CrmPerson>>, PortError> {
        read(self.0.get(&person_key(account, user)).await?)
    }

    /// Everybody of the CRM whom the console of this CRM account knows.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn persons(&self, account: &CrmAccountKey) -> Result<Listed<CrmPerson>, PortError> {
        Ok(Listed::of(&table::all(&*self.0, &format!("crm-person:{account}"), "").await?))
    }

    /// The session with this ID.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn session(&self, id: &Secret) -> Result<Option<Versioned<Session>>, PortError> {
        read(self.0.get(&session_key(id)).await?)
    }

    /// Whether the install with this state ended well.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn is_install_used(&self, state: &str) -> Result<bool, PortError> {
        Ok(self.0.get(&install_key(state)).await?.is_some())
    }

    /// The receipt of this name.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn receipt(&self, account: &CrmAccountKey, name: &Secret) -> Result<Option<KeptReceipt>, PortError> {
        Ok(read(self.0.get(&receipt_key(account, name)).await?)?.map(|found| found.value))
    }

    /// What the team of this CRM account says again and again, by name.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn texts(&self, account: &CrmAccountKey) -> Result<Vec<TeamText>, PortError> {
        let mut texts = Listed::<TeamText>::of(&table::all(&*self.0, &format!("text:{account}"), "").await?).found;
        texts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(texts)
    }

    /// What was done from `since_ms` on, the newest first, at most so many lines.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn audit(
        &self,
        account: &CrmAccountKey,
        since_ms: i64,
        at_most: usize,
    ) -> Result<Listed<AuditEntry>, PortError> {
        let (partition, to) = (format!("audit:{account}"), table::prefix_end(""));
        let (mut newest, mut from) = (VecDeque::new(), format!("{since_ms:013}"));
        loop {
            // The port reads forwards alone; the last lines of the list are its newest.
            let page = self.0.range(&partition, &from, &to, PAGE).await?;
            let is_last = page.len() < PAGE;
            newest.extend(page);
            newest.drain(..newest.len().saturating_sub(at_most));
            let Some(last) = newest.back().filter(|_| !is_last) else { break };
            from = table::behind(&last.key.sort);
        }
        let rows: Vec<Row> = newest.into_iter().rev().collect();
        Ok(Listed::of(&rows))
    }

    /// All of these, or none.
    ///
    /// # Errors
    /// The table does not answer; nothing is written then, or all of it.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        self.0.commit(writes).await
    }
}

/// The operator is this; `version` as read, 0 for a new one.
pub fn operator(operator: &Operator, version: u64) -> Write {
    Write::put(operator_key(&operator.account, &operator.id), operator, Precondition::Version(version))
}

/// The operator may no more; `version` as read.
pub fn removed(operator: &Operator, version: u64) -> Write {
    let expect = Precondition::Version(version);
    Write::Delete { key: operator_key(&operator.account, &operator.id), expect }
}

/// Somebody is invited by a new code.
pub fn invited(code: &Secret, invitation: &Invitation, now_ms: i64) -> Write {
    Write::put(invitation_key(code), invitation, Precondition::Absent).expiring(now_ms, SHORT_DAYS)
}

/// The invitation is taken up; `version` as read.
pub fn taken_up(code: &Secret, version: u64) -> Write {
    Write::Delete { key: invitation_key(code), expect: Precondition::Version(version) }
}

/// Somebody of the CRM is given a new code.
pub fn handed_over(code: &Secret, hand_over: &HandOver, now_ms: i64) -> Write {
    Write::put(hand_over_key(code), hand_over, Precondition::Absent).expiring(now_ms, SHORT_DAYS)
}

/// The code is used; `version` as read.
pub fn entered(code: &Secret, version: u64) -> Write {
    Write::Delete { key: hand_over_key(code), expect: Precondition::Version(version) }
}

/// The console knows this of them; `version` as read, 0 for a new one. Whoever has not come in yet is forgotten in a day.
pub fn person(person: &CrmPerson, version: u64, now_ms: i64) -> Write {
    let put = Write::put(person_key(&person.account, &person.user), person, Precondition::Version(version));
    if person.operator.is_some() { put } else { put.expiring(now_ms, SHORT_DAYS) }
}

/// The console knows nothing of them any more; `version` as read.
pub fn person_forgotten(person: &CrmPerson, version: u64) -> Write {
    Write::Delete { key: person_key(&person.account, &person.user), expect: Precondition::Version(version) }
}

/// The install with this state ended well; no other does.
pub fn install_used(state: &str, now_ms: i64) -> Write {
    Write::put(install_key(state), &(), Precondition::Absent).expiring(now_ms, SHORT_DAYS)
}

/// The session is this; `version` as read, 0 for a new one.
pub fn session(id: &Secret, session: &Session, version: u64) -> Write {
    Write::put(session_key(id), session, Precondition::Version(version)).expiring(session.began_at_ms, SHORT_DAYS)
}

/// The session is over; `version` as read.
pub fn session_ended(id: &Secret, version: u64) -> Write {
    Write::Delete { key: session_key(id), expect: Precondition::Version(version) }
}

/// The receipt is kept for a day, under a name of 256 random bits. `Conflict`: there is one of this name.
pub fn receipt(account: &CrmAccountKey, name: &Secret, receipt: &KeptReceipt, now_ms: i64) -> Write {
    Write::put(receipt_key(account, name), receipt, Precondition::Absent).expiring(now_ms, SHORT_DAYS)
}

/// This was done. Two lines of one moment stand beside each other.
pub fn audited(account: &CrmAccountKey, entry: &AuditEntry, tell_apart: &str) -> Write {
    let sort = format!("{:013}:{}", entry.at_ms, &fingerprint(&["audit", tell_apart])[..16]);
    Write::put(RowKey::new(format!("audit:{account}"), sort), entry, Precondition::Any)
        .expiring(entry.at_ms, AUDIT_DAYS)
}

/// The team has this text; another one of its name goes.
pub fn text(account: &CrmAccountKey, text: &TeamText) -> Write {
    Write::put(text_key(account, &text.name), text, Precondition::Any)
}

/// The team has no text of this name.
pub fn no_text(account: &CrmAccountKey, name: &str) -> Write {
    Write::Delete { key: text_key(account, name), expect: Precondition::Any }
}

fn text_key(account: &CrmAccountKey, name: &str) -> RowKey {
    RowKey::new(format!("text:{account}"), fingerprint(&["text", name]))
}

fn read<T: serde::de::DeserializeOwned>(row: Option<Row>) -> Result<Option<Versioned<T>>, PortError> {
    row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
}

fn operator_key(account: &CrmAccountKey, id: &OperatorId) -> RowKey {
    RowKey::new(format!("operator:{account}"), id.as_str())
}

fn receipt_key(account: &CrmAccountKey, name: &Secret) -> RowKey {
    RowKey::new(format!("receipt:{account}"), fingerprint(&["receipt", name.expose()]))
}

fn session_key(id: &Secret) -> RowKey {
    RowKey::new(format!("session:{}", fingerprint(&["session", id.expose()])), "session")
}

fn invitation_key(code: &Secret) -> RowKey {
    RowKey::new(format!("invitation:{}", fingerprint(&["invitation", code.expose()])), "invitation")
}

fn hand_over_key(code: &Secret) -> RowKey {
    RowKey::new(format!("hand-over:{}", fingerprint(&["hand-over", code.expose()])), "hand-over")
}

fn person_key(account: &CrmAccountKey, user: &CrmUserId) -> RowKey {
    RowKey::new(format!("crm-person:{account}"), fingerprint(&["crm-person", user.expose()]))
}

fn install_key(state: &str) -> RowKey {
    RowKey::new(format!("install:{}", fingerprint(&["install", state])), "install")
}
