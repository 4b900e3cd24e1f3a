//! Logins and account links that were used, and nonces that may be.

use super::*;

/// Far longer than an attempt to log in may take.
const USED_LOGIN_DAYS: i64 = 1;
/// Far longer than a nonce can be used, so that one that comes too late is known as such.
const NONCE_DAYS: i64 = 1;

impl Journal {
    /// Whether the attempt to log in with this state has ended well before.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_login_used(&self, state: &str) -> Result<bool, PortError> {
        Ok(self.read::<UsedLogin>(&used_login_key(state)).await?.is_some())
    }

    /// Whom an account link's nonce stands for.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn nonce(&self, nonce: &str) -> Result<Option<Versioned<LinkNonce>>, PortError> {
        self.read(&nonce_key(nonce)).await
    }
}

/// The attempt to log in with this state has ended well, if it had not before.
pub fn login_used(state: &str, now_ms: i64) -> Write {
    Write::put(used_login_key(state), &UsedLogin { at_ms: now_ms }, Precondition::Version(0))
        .expiring(now_ms, USED_LOGIN_DAYS)
}

/// The nonce becomes this; `version` as read, 0 for a new one.
pub fn nonce(nonce: &str, value: &LinkNonce, version: u64) -> Write {
    Write::put(nonce_key(nonce), value, Precondition::Version(version)).expiring(value.made_at_ms, NONCE_DAYS)
}

pub(super) fn used_login_key(state: &str) -> RowKey {
    RowKey::new(format!("l:{}", fingerprint(&[state])), "used")
}

pub(super) fn nonce_key(nonce: &str) -> RowKey {
    RowKey::new(format!("a:{}", fingerprint(&[nonce])), "nonce")
}
