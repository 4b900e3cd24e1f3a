//! The team, as mail and chat reach it.

use async_trait::async_trait;

use super::PortError;
use crate::domain::team_message::TeamMessage;

/// Tells the team: whoever has asked to be told.
#[async_trait]
pub trait Team: Send + Sync {
    /// Tells all of them. Where nobody has asked, nobody is told, and that is no error. Twice is told twice.
    ///
    /// # Errors
    /// Transient where another try may help; permanent where none will until somebody changes something.
    async fn tell(&self, message: &TeamMessage) -> Result<(), PortError>;
}
