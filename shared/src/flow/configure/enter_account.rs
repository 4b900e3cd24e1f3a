//! A CRM account is connected by what an operator enters: the app's client ID and secret, and a code or a private token.

use super::enter_app::EnterApp;
use super::set_up_account::{AccountAsked, AccountSetUp, SetUpAccount, SetUpError};
use crate::ports::crm_set_up::AppClient;
use crate::ports::secrets::Secret;

/// Connects CRM accounts.
#[derive(Clone)]
pub struct EnterAccount {
    /// What every way of connecting does.
    pub set_up: SetUpAccount,
}

/// How leave is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveGiven {
    /// By OAuth: a person agreed in their browser.
    Code {
        /// The app. Its secret is proven by the exchange, and stored.
        client: AppClient,
        /// Where the person came back to, letter by letter as it was asked for.
        redirect_uri: String,
        /// What they brought. It works once.
        code: Secret,
    },
    /// By a private token.
    PrivateToken {
        /// The token.
        token: Secret,
        /// The app's secret, with which the CRM signs what it sends. `None`: what is stored stays.
        client_secret: Option<Secret>,
    },
}

impl EnterAccount {
    /// Takes leave and learns whose it is; stores the app's secret, the one before it staying good until `forget_old_secret`; and
    /// goes on as [`SetUpAccount::set_up`]. What does not work never replaces what does. Answers with how many secrets of the
    /// app are good, too: none where none is known, two while one is being replaced.
    ///
    /// A second call finds what the first one made and updates it: twice is the same as once, and after a failure in between it
    /// goes on. By OAuth it takes another code: the same one is refused, and nothing is stored or changed then.
    ///
    /// # Errors
    /// See [`SetUpError`].
    pub async fn enter(
        &self,
        given: &LeaveGiven,
        asked: &AccountAsked,
        forget_old_secret: bool,
    ) -> Result<(AccountSetUp, usize), SetUpError> {
        let crm = &self.set_up.set_up;
        let (leave, client) = match given {
            LeaveGiven::Code { client, redirect_uri, code } => {
                (crm.exchange_code(client, redirect_uri, code).await?, Some(client.clone()))
            }
            LeaveGiven::PrivateToken { token, client_secret } => {
                let client = client_secret.clone().map(|secret| AppClient { id: String::new(), secret });
                (crm.by_private_token(&asked.app, token).await?, client)
            }
        };
        if !leave.missing.is_empty() {
            return Err(SetUpError::Missing { scopes: leave.missing });
        }
        let enter = EnterApp { set_up: crm.clone(), secrets: self.set_up.secrets.clone() };
        let good_secrets = enter.store((asked.kind, &asked.app), client, forget_old_secret).await?;
        Ok((self.set_up.set_up(&leave, asked).await?, good_secrets))
    }
}
