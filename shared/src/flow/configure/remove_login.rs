//! An Official Account goes on without LINE Login.

use std::convert::Infallible;
use std::sync::Arc;

use super::{ChangeChannel, ChangeError};
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::ports::Secrets;
use crate::ports::secrets::LineSecrets;

/// Takes LINE Login away.
#[derive(Clone)]
pub struct RemoveLogin {
    /// Where it is set up.
    pub channels: ChangeChannel,
    /// What it is verified with.
    pub secrets: Arc<dyn Secrets>,
}

impl RemoveLogin {
    /// First nobody can log in any more, then nothing can be verified: the settings go with their routes, then the secrets.
    /// People who are linked stay linked. Twice is the same as once; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// There is no such Official Account; others keep changing it; or the ports'.
    pub async fn remove(&self, channel: &ChannelId) -> Result<(), ChangeError<Infallible>> {
        let without = |channel: &mut Channel| {
            channel.login = None;
            Ok(())
        };
        self.channels.change(channel, without).await?;
        if let Some(stored) = self.secrets.line_anew(channel).await?.secrets {
            let without = LineSecrets { login_secrets: Vec::new(), ..stored };
            self.secrets.store_line(channel, &without).await?;
        }
        Ok(())
    }
}
