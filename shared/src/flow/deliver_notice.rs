//! Another system is told of a message, or the team.

use std::sync::Arc;

use tracing::info;

use crate::domain::channel::Channel;
use crate::domain::notice::{Audience, Notice};
use crate::domain::team_message::TeamMessage;
use crate::ports::endpoints::{EndpointAnswer, Endpoints, ForbiddenAddress};
use crate::ports::{Clock, PortError, Secrets, Team};
use crate::store::{Accounts, Channels};

/// The team is told of what came within so long, in milliseconds.
const TOLD_WITHIN_MS: i64 = 86_400_000;

/// Tells other systems and the team.
pub struct DeliverNotice {
    /// Official Accounts, and whom they tell.
    pub channels: Channels,
    /// CRM accounts, and the language of who works there.
    pub accounts: Accounts,
    /// What a webhook is signed with.
    pub secrets: Arc<dyn Secrets>,
    /// Other systems.
    pub endpoints: Arc<dyn Endpoints>,
    /// The team.
    pub team: Arc<dyn Team>,
    /// Where the console is.
    pub public_url: String,
    /// How old a notice is.
    pub clock: Arc<dyn Clock>,
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
    /// The topic does not answer, or does not let us.
    TeamSilent,
    /// The topic does not take what the team is to be told.
    TeamRefused,
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
            Self::TeamSilent => "team_silent: the stack's topic for the team (SNS) did not answer / \
                 チームへの通知に使うトピック（SNS）が応答しませんでした"
                .to_owned(),
            Self::TeamRefused => "team_refused: the stack's topic for the team (SNS) does not take it; where it was deleted, make one of the \
                 name in the output TeamTopicArn again, with its subscriptions, then redrive within a day of the message / \
                 チームへの通知に使うトピック（SNS）が受け付けませんでした。削除した場合は、出力TeamTopicArnの名前で、サブスクリプションとともに作り直し、メッセージから1日以内に再投入してください"
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
        let Some(channel) = self.channels.find(&notice.channel).await? else { return Ok(Told::Done) };
        match notice.to {
            Audience::Webhook => self.tell_system(&channel, notice).await,
            Audience::Team => self.tell_team(&channel, notice).await,
        }
    }

    /// What is older than a day is told to nobody: most likely somebody has answered, and a mail that says otherwise misleads.
    async fn tell_team(&self, channel: &Channel, notice: &Notice) -> Result<Told, PortError> {
        let account = if channel.settings.tell_team { self.accounts.find(&channel.account).await? } else { None };
        let Some(account) = account else { return Ok(Told::Done) };
        if self.clock.now_ms() - notice.at_ms > TOLD_WITHIN_MS {
            info!(channel.id = %notice.channel, notice.id = %notice.id, tries = notice.tries, "team.too_late");
            return Ok(Told::Done);
        }
        let told = self.team.tell(&TeamMessage::of(notice, &channel.name, &account.value, &self.public_url)).await;
        let is_told = told.is_ok();
        info!(channel.id = %notice.channel, notice.id = %notice.id, tries = notice.tries, is_told, "team.attempted");
        let Err(error) = told else { return Ok(Told::Done) };
        crate::telemetry::log_chain("team.not_told", &error);
        Ok(if error.is_transient() { Told::Again(Untold::TeamSilent) } else { Told::Never(Untold::TeamRefused) })
    }

    async fn tell_system(&self, channel: &Channel, notice: &Notice) -> Result<Told, PortError> {
        let Some(address) = &channel.settings.webhook else { return Ok(Told::Done) };
        let secrets =
            self.secrets.line(&notice.channel).await?.map(|stored| stored.webhook_secrets).unwrap_or_default();
        if secrets.is_empty() {
            return Ok(Told::Never(Untold::NoSecret));
        }
        let answer = self.endpoints.tell(address, &secrets, notice).await;
        info!(channel.id = %notice.channel, notice.id = %notice.id, tries = notice.tries, ?answer, "notice.attempted");
        Ok(match answer {
            EndpointAnswer::Taken => Told::Done,
            EndpointAnswer::NoAnswer => Told::Again(Untold::NoAnswer),
            EndpointAnswer::Refused { status } => Told::Again(Untold::Refused(status)),
            EndpointAnswer::Forbidden(why) => Told::Never(Untold::Forbidden(why)),
        })
    }
}
