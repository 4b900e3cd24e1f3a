//! An operator makes what webhooks to another system are signed with.
//!
//! The line in the list comes first. It says that it was made, and nothing of it.

use std::convert::Infallible;

use super::Console;
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::{Deed, SettingsOf};
use crate::flow::configure::{ChangeError, WebhookSecrets};
use crate::ports::secrets::Secret;

/// As the line in the list names it.
const NAME: &str = "webhook_secret";

/// Makes and forgets them, and notes who did.
pub struct WebhookSecret {
    /// Where it is noted.
    pub console: Console,
    /// Where they are.
    pub secrets: WebhookSecrets,
}

impl WebhookSecret {
    /// See [`WebhookSecrets::make`]. Twice is the same as once, in two lines of the list.
    ///
    /// # Errors
    /// As there. An Official Account that the operator does not see is not there.
    pub async fn make(&self, by: &Operator, id: &ChannelId, secret: Secret) -> Result<(), ChangeError<Infallible>> {
        self.note(by, id).await?;
        self.secrets.make(id, secret).await
    }

    /// See [`WebhookSecrets::forget_old`].
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub async fn forget_old(&self, by: &Operator, id: &ChannelId) -> Result<(), ChangeError<Infallible>> {
        self.note(by, id).await?;
        self.secrets.forget_old(id).await.map(|_| ())
    }

    async fn note(&self, by: &Operator, id: &ChannelId) -> Result<(), ChangeError<Infallible>> {
        if !by.sees(id) {
            return Err(ChangeError::Absent);
        }
        let of = SettingsOf::Channel { id: id.clone() };
        self.console.note(by, Deed::ChangedSettings { of, names: vec![NAME.to_owned()] }).await?;
        Ok(())
    }
}
