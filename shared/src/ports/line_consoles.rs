//! LINE, asked and told by secrets of one's own choice: those that were typed just now, or those that are stored.

use std::sync::Arc;

use super::checkup::LineCheckup;
use super::console::{ChannelConsole, LoginConsole};
use super::secrets::{Secret, Secrets};
use crate::domain::ids::LoginChannelId;

/// Opens LINE by secrets. Nothing is asked before what it gives is used.
pub trait LineConsoles: Send + Sync {
    /// Asks.
    fn checkup(&self, secrets: Arc<dyn Secrets>) -> Arc<dyn LineCheckup>;

    /// Sets what an API can set of an Official Account.
    fn channel(&self, secrets: Arc<dyn Secrets>) -> Arc<dyn ChannelConsole>;

    /// The same of a LINE Login channel.
    fn login(&self, login: &LoginChannelId, secret: &Secret) -> Arc<dyn LoginConsole>;
}
