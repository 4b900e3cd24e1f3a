//! Which conversations are an operator's: listed by their name, and told by hashes alone. The conversation's own row is the truth; what
//! it does not say any more is passed over.

use super::*;
use crate::domain::operator::OperatorName;

/// What was given to somebody so long ago is found in the talk alone.
const ASSIGNED_DAYS: i64 = 400;

impl Journal {
    /// [Hashes](ConversationKey::hash) of the conversations that were given to this operator of the account, ascending.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn assigned(&self, account: &CrmAccountKey, to: &OperatorName) -> Result<Vec<String>, PortError> {
        let rows = self.all(&assigned_partition(account, to), "").await?;
        Ok(rows.into_iter().map(|row| row.key.sort).collect())
    }
}

/// The conversation is this operator's. Twice is once.
pub fn assigned(account: &CrmAccountKey, to: &OperatorName, key: &ConversationKey, now_ms: i64) -> Write {
    Write::put(assigned_key(account, to, key), &(), Precondition::Any).expiring(now_ms, ASSIGNED_DAYS)
}

/// It is theirs no more.
pub fn not_assigned(account: &CrmAccountKey, to: &OperatorName, key: &ConversationKey) -> Write {
    Write::Delete { key: assigned_key(account, to, key), expect: Precondition::Any }
}

pub(super) fn assigned_key(account: &CrmAccountKey, to: &OperatorName, key: &ConversationKey) -> RowKey {
    RowKey::new(assigned_partition(account, to), key.hash())
}

fn assigned_partition(account: &CrmAccountKey, to: &OperatorName) -> String {
    format!("b:{}", fingerprint(&[account.kind.as_str(), account.id.as_str(), to.expose()]))
}
