//! What operators set up: Official Accounts, CRM accounts, their settings and their secrets.
//!
//! A row of configuration is changed by one conditional write. Where somebody else changed it first, it is read anew and the
//! change is decided anew, so that two operators who change different settings at once both get what they asked for.

mod api_keys;
mod ask_for_properties;
mod change_account;
mod change_channel;
mod change_routes;
mod connect_account;
mod connect_channel;
mod disconnect_channel;
mod remove_login;
mod rotate_secret;
mod set_up_account;
mod set_up_channel;
mod set_up_login;

#[cfg(test)]
mod set_up_tests;
#[cfg(test)]
mod tests;

use std::convert::Infallible;

use thiserror::Error;

pub use self::api_keys::{ApiKeyRefusal, ApiKeys, MAX_API_KEYS};
pub use self::ask_for_properties::AskForProperties;
pub use self::change_account::ChangeAccount;
pub use self::change_channel::ChangeChannel;
pub use self::change_routes::{ChangeRoutes, RoutePage, RouteRefusal};
pub use self::connect_account::{ConnectAccount, ConnectedAccount, PreparedAccount};
pub use self::connect_channel::{ConnectChannel, ConnectedElsewhere, OfficialAccount};
pub use self::disconnect_channel::DisconnectChannel;
pub use self::remove_login::RemoveLogin;
pub use self::rotate_secret::{EnteredSecret, RotateSecret};
pub use self::set_up_account::{AccountAsked, AccountSetUp, LeaveGiven, SetUpAccount, SetUpError};
pub use self::set_up_channel::{ProvenChannel, SetUpChannel};
pub use self::set_up_login::{LiffAsked, ProvenLogin, SetUpLogin, SetUpLoginError};
use super::retry::Contended;
use crate::ports::PortError;

/// Why a row of configuration stays as it is.
#[derive(Debug, Error)]
pub enum ChangeError<E> {
    /// There is no such row.
    #[error("there is nothing of this name")]
    Absent,
    /// The change is not to be made to what is stored by now.
    #[error("the change is refused")]
    Refused(E),
    /// Somebody else keeps changing the same.
    #[error("somebody else keeps changing the same")]
    Contended(#[from] Contended),
    /// The port's. A lost answer may hide that it is written; the same change made again finds it so.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChangeError<Infallible> {
    /// The same, where something else may be refused.
    pub fn widened<E>(self) -> ChangeError<E> {
        match self {
            Self::Absent => ChangeError::Absent,
            Self::Refused(never) => match never {},
            Self::Contended(contended) => ChangeError::Contended(contended),
            Self::Port(error) => ChangeError::Port(error),
        }
    }
}
