//! What operators set up: Official Accounts, CRM accounts, their settings and their secrets.
//!
//! A row of configuration is changed by one conditional write. Where somebody else changed it first, it is read anew and the
//! change is decided anew, so that two operators who change different settings at once both get what they asked for.

mod api_keys;
mod ask_for_properties;
pub mod change_account;
pub mod change_channel;
pub mod change_error;
pub mod change_routes;
pub mod choose_provider;
pub mod connect_account;
pub mod connect_channel;
mod enter_account;
mod enter_app;
mod leave_inbox;
pub mod open_inbox;
mod remove_login;
mod rotate_app_secret;
pub mod rotate_secret;
pub mod set_up_account;
pub mod set_up_channel;
pub mod set_up_login;
pub mod try_channel;
pub mod try_login;
mod webhook_secrets;

#[cfg(test)]
mod provider_tests;
#[cfg(test)]
mod set_up_tests;
#[cfg(test)]
mod tests;

pub use self::api_keys::{ApiKeyRefusal, ApiKeys, MAX_API_KEYS};
pub use self::ask_for_properties::AskForProperties;
pub use self::change_account::ChangeAccount;
pub use self::change_channel::ChangeChannel;
pub use self::change_error::ChangeError;
pub use self::change_routes::{ChangeRoutes, RoutePage, RouteRefusal};
pub use self::choose_provider::{ChooseProvider, ChosenProvider, NoProvider, SaidProvider, is_asked, known_providers};
pub use self::connect_account::{ConnectAccount, ConnectedAccount, PreparedAccount};
pub use self::connect_channel::{ConnectChannel, ConnectedElsewhere, OfficialAccount};
pub use self::enter_account::{EnterAccount, LeaveGiven};
pub use self::enter_app::EnterApp;
pub use self::leave_inbox::LeaveInbox;
pub use self::open_inbox::{ChannelAsked, InboxStaysShut, OpenInbox};
pub use self::remove_login::RemoveLogin;
pub use self::rotate_secret::{EnteredSecret, RotateSecret};
pub use self::set_up_account::{AccountAsked, AccountSetUp, SetUpAccount, SetUpError};
pub use self::set_up_channel::{NewWebhook, ProvenChannel, SetUpChannel};
pub use self::set_up_login::{LiffAsked, ProvenLogin, SetUpLogin, SetUpLoginError};
pub use self::try_channel::{EnteredChannel, Forget, TriedChannel, TryChannel, TryError, proposed};
pub use self::try_login::{TryLogin, TryLoginError};
pub use self::webhook_secrets::WebhookSecrets;
