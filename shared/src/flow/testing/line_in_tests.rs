//! LINE as a disconnection asks it, in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::Life;
use crate::domain::ids::{ChannelId, LoginChannelId};
use crate::domain::push::OutgoingMessage;
use crate::ports::checkup::{MessageFault, SeenAccount, SeenLogin, SeenMessaging, SeenQuota, SeenWebhook, WebhookTry};
use crate::ports::secrets::Secret;
use crate::ports::{ChannelConsole, LineCheckup, LineConsoles, LoginConsole, PortError, Secrets};

/// LINE's webhook URL. `Err`: LINE refuses.
pub(crate) struct AtLine {
    pub(crate) life: Life,
    pub(crate) webhook: Mutex<Result<Option<String>, ()>>,
}

fn refused() -> PortError {
    PortError::permanent("LINE", "it refuses")
}

/// LINE, asked about webhooks and nothing else.
#[derive(Clone)]
pub(crate) struct Line(pub(crate) Arc<AtLine>);

impl LineConsoles for Line {
    fn checkup(&self, _: Arc<dyn Secrets>) -> Arc<dyn LineCheckup> {
        Arc::new(self.clone())
    }

    fn channel(&self, _: Arc<dyn Secrets>) -> Arc<dyn ChannelConsole> {
        Arc::new(self.clone())
    }

    fn login(&self, _: &LoginChannelId, _: &Secret) -> Arc<dyn LoginConsole> {
        unreachable!("nothing of LINE Login is asked")
    }
}

#[async_trait]
impl ChannelConsole for Line {
    async fn set_webhook(&self, _: &ChannelId, url: &str) -> Result<(), PortError> {
        self.0.life.write(|| *self.0.webhook.lock().unwrap() = Ok(Some(url.to_owned())))
    }
}

#[async_trait]
impl LineCheckup for Line {
    async fn webhook(&self, _: &ChannelId) -> Result<Option<SeenWebhook>, PortError> {
        let url = self.0.webhook.lock().unwrap().clone().map_err(|()| refused())?;
        Ok(url.map(|url| SeenWebhook { url, is_used: true }))
    }

    async fn official_account(&self, _: &ChannelId) -> Result<SeenAccount, PortError> {
        Err(refused())
    }

    async fn messaging(&self, _: &ChannelId) -> Result<SeenMessaging, PortError> {
        Err(refused())
    }

    async fn try_webhook(&self, _: &ChannelId) -> Result<WebhookTry, PortError> {
        Err(refused())
    }

    async fn quota(&self, _: &ChannelId) -> Result<SeenQuota, PortError> {
        Err(refused())
    }

    async fn message_faults(&self, _: &ChannelId, _: &[OutgoingMessage]) -> Result<Vec<MessageFault>, PortError> {
        Err(refused())
    }

    async fn is_verified(&self, _: &ChannelId) -> Result<bool, PortError> {
        Err(refused())
    }

    async fn login(&self, _: &LoginChannelId, _: &Secret) -> Result<SeenLogin, PortError> {
        Err(refused())
    }
}
