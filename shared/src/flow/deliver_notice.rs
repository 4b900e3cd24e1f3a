//! Another system is told of a message.

use std::sync::Arc;

use tracing::info;

use crate::domain::notice::Notice;
use crate::ports::endpoints::{EndpointAnswer, Endpoints, ForbiddenAddress};
use crate::ports::{PortError, Secrets};
use crate::store::Channels;

/// Tells other systems.
pub struct DeliverNotice {
    /// Official Accounts, and whom they tell.
    pub channels: Channels,
    /// What a webhook is signed with.
    pub secrets: Arc<dyn Secrets>,
    /// Other systems.
    pub endpoints: Arc<dyn Endpoints>,
}

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was told, or there is nobody to tell any more.
    Done,
    /// Another try may help.
    Again(Untold),
    /// None will, until somebody changes something.
    Never(Untold),
}

/// Why it was not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// The other system did not answer.
    NoAnswer,
    /// It answered with this status.
    Refused(u16),
    /// It may not be called.
    Forbidden(ForbiddenAddress),
    /// There is nothing to sign with.
    NoSecret,
}

impl Untold {
    /// For a dead letter: a name to look for, then English and Japanese.
    pub fn words(self) -> String {
        match self {
            Self::NoAnswer => "webhook_no_answer: the other system did not answer / 通知先が応答しませんでした".to_owned(),
            Self::Refused(status) => format!(
                "webhook_refused ({status}): the other system did not take it / 通知先が受け付けませんでした"
            ),
            Self::Forbidden(_) => "webhook_forbidden: the address is no https address of the public internet; change the setting webhook, \
                 then redrive / 通知先が、インターネット上のhttpsのURLではありません。設定webhookを直してから、再投入してください"
                .to_owned(),
            Self::NoSecret => "webhook_no_secret: make a secret with musubi channel webhook-secret, then redrive / \
                 musubi channel webhook-secretでシークレットを作成してから、再投入してください"
                .to_owned(),
        }
    }
}

impl DeliverNotice {
    /// One try. Twice is told twice, under the same ID.
    ///
    /// # Errors
    /// As the ports'.
    pub async fn deliver(&self, notice: &Notice) -> Result<Told, PortError> {
        let channel = self.channels.find(&notice.channel).await?;
        let Some(address) = channel.and_then(|channel| channel.settings.webhook) else { return Ok(Told::Done) };
        let secrets =
            self.secrets.line(&notice.channel).await?.map(|stored| stored.webhook_secrets).unwrap_or_default();
        if secrets.is_empty() {
            return Ok(Told::Never(Untold::NoSecret));
        }
        let answer = self.endpoints.tell(&address, &secrets, notice).await;
        info!(channel.id = %notice.channel, notice.id = %notice.id, tries = notice.tries, ?answer, "notice.attempted");
        Ok(match answer {
            EndpointAnswer::Taken => Told::Done,
            EndpointAnswer::NoAnswer => Told::Again(Untold::NoAnswer),
            EndpointAnswer::Refused { status } => Told::Again(Untold::Refused(status)),
            EndpointAnswer::Forbidden(why) => Told::Never(Untold::Forbidden(why)),
        })
    }
}
