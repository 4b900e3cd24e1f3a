//! What a doctor asks the vendors. Every call reads: asked twice, they say the same. One thing may change on the way, as with
//! any call to a CRM: an access token whose time is over is renewed and stored.

use async_trait::async_trait;

use super::crm::Each;
use super::error::PortError;
use super::secrets::Secret;
use crate::domain::account::{CrmAccount, CrmKind};
use crate::domain::ids::{BotUserId, ChannelId, InboxAccountId, InboxChannelId, LiffId, LoginChannelId};
use crate::domain::push::OutgoingMessage;

/// Who LINE says an Official Account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAccount {
    /// What its webhooks have as `destination`.
    pub bot_user_id: BotUserId,
    /// `@...`
    pub basic_id: String,
    /// The name people see.
    pub name: String,
    /// The picture's address, where there is one.
    pub picture: Option<String>,
    /// Whether people can be answered by hand. `None`: LINE does not say.
    pub is_chat_on: Option<bool>,
    /// What time it was at LINE, in milliseconds, if it says.
    pub at_ms: Option<i64>,
}

/// Where its webhooks go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenWebhook {
    /// The address.
    pub url: String,
    /// LINE's switch "Use webhook".
    pub is_used: bool,
}

/// How LINE fared with the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookTry {
    /// It was answered as it must be.
    Good,
    /// Another status than a success.
    Status(u16),
    /// It was answered too late.
    TooLate,
    /// There was no answer.
    NoAnswer,
}

/// This month's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenQuota {
    /// How many may be sent; `None`: no limit.
    pub limit: Option<u64>,
    /// How many were sent, roughly.
    pub used: u64,
}

/// What LINE does not take of a message, in LINE's own words (English).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFault {
    /// Where, as LINE names it, such as `messages[0].text`. Empty: LINE does not say.
    pub place: String,
    /// What is wrong there.
    pub words: String,
}

/// What a Messaging API channel's ID and secret, or its token, are good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenMessaging {
    /// LINE gives no token for them.
    Refused,
    /// LINE takes them, and they open no Messaging API: those of a LINE Login channel, of a deleted channel, a bad token.
    NoMessagingApi,
    /// They are good, and this is the Official Account.
    Good(SeenAccount),
}

/// What LINE says of a LINE Login channel's ID and secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenLogin {
    /// They do not belong together.
    Refused,
    /// They are those of a Messaging API channel.
    MessagingApi,
    /// They are good; these are its LIFF apps.
    Good(Vec<SeenLiff>),
}

/// A LIFF app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLiff {
    /// Its ID.
    pub id: LiffId,
    /// The page that it opens.
    pub url: String,
    /// Whether it gives ID tokens: who is there can be known.
    pub has_openid: bool,
}

/// LINE, asked by a doctor.
///
/// A permanent error says that LINE refuses, a transient one that it does not answer.
#[async_trait]
pub trait LineCheckup: Send + Sync {
    /// Who the Official Account is. Permanent where LINE does not take what is stored for it.
    async fn official_account(&self, channel: &ChannelId) -> Result<SeenAccount, PortError>;

    /// What the channel's ID and secrets are good for. That LINE refuses is no error here.
    async fn messaging(&self, channel: &ChannelId) -> Result<SeenMessaging, PortError>;

    /// Where its webhooks go; `None`: nowhere.
    async fn webhook(&self, channel: &ChannelId) -> Result<Option<SeenWebhook>, PortError>;

    /// Has LINE try the address of its webhooks: 60 times an hour at most.
    async fn try_webhook(&self, channel: &ChannelId) -> Result<WebhookTry, PortError>;

    /// This month's messages.
    async fn quota(&self, channel: &ChannelId) -> Result<SeenQuota, PortError>;

    /// What LINE would not take of these messages, were they pushed now: nothing, where it takes them. Nothing is sent, and nothing counted.
    async fn message_faults(
        &self,
        channel: &ChannelId,
        messages: &[OutgoingMessage],
    ) -> Result<Vec<MessageFault>, PortError>;

    /// Whether it is verified or premium.
    async fn is_verified(&self, channel: &ChannelId) -> Result<bool, PortError>;

    /// What the LINE Login channel's ID and secret are good for.
    async fn login(&self, login: &LoginChannelId, secret: &Secret) -> Result<SeenLogin, PortError>;
}

/// How our leave to work in an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveStanding {
    /// No token is stored.
    NoToken,
    /// The app's secret is not stored.
    NoAppSecret,
    /// The CRM does not take the app's ID and secret.
    AppRefused,
    /// The CRM takes the token no more: it was revoked, or the app was uninstalled.
    Revoked,
    /// It stands.
    Good {
        /// What must be granted and is not, by the CRM's names.
        missing: Vec<&'static str>,
        /// Whether workflows may wait for us. `None`: the CRM tells of tokens of this kind nothing more than that they work.
        workflows_wait: Option<bool>,
        /// What the CRM's own inbox takes beside that, and is not granted: it matters where the inbox is open.
        inbox_missing: Vec<&'static str>,
    },
}

/// What is wrong with one of our fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// It is not there.
    Missing,
    /// It is of another type.
    Type {
        /// As it must be.
        expected: String,
        /// As it is.
        found: String,
    },
    /// Two records may have the same value.
    NotUnique,
}

/// How our own address answers a CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionTry {
    /// As it must, with a certificate that is good until then, in milliseconds. `None`: without one.
    Good(Option<i64>),
    /// With another status.
    Status(u16),
    /// Not, or too late.
    NoAnswer,
}

/// An Official Account's place in the CRM's own inbox, as the CRM has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPlace {
    /// Which.
    pub account: InboxAccountId,
    /// Messages go in and out.
    pub is_open: bool,
}

/// A CRM, asked by a doctor.
#[async_trait]
pub trait CrmCheckup: Send + Sync {
    /// How our leave stands.
    async fn leave(&self, account: &CrmAccount) -> Each<LeaveStanding>;

    /// Which of our fields on contacts are not as they must be.
    async fn fields(&self, account: &CrmAccount) -> Each<Vec<(&'static str, FieldFault)>>;

    /// Calls our own address below `public_url` as the CRM does: for the choices of the workflow action's field, which changes nothing.
    async fn try_action(&self, account: &CrmAccount, public_url: &str) -> Each<ActionTry>;

    /// Whether the field is there by which notes and tasks are written once.
    async fn has_unique_keys(&self, account: &CrmAccount) -> Each<bool>;

    /// The account's places in our channel of its inbox. Of a CRM that has no inbox there are none.
    async fn inbox_places(&self, _account: &CrmAccount, _channel: &InboxChannelId) -> Each<Vec<SeenPlace>> {
        Ok(Vec::new())
    }
}

/// Who checks accounts of a CRM.
pub trait CrmCheckups: Send + Sync {
    /// `None`: this build does not know how.
    fn of(&self, kind: CrmKind) -> Option<&dyn CrmCheckup>;
}
