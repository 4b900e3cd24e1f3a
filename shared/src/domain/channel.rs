//! A LINE Official Account as Musubi knows it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::account_link::AccountLinkSettings;
use super::auto_reply::AutoReplies;
use super::crm_inbox::{CrmInbox, InboxEnd};
use super::ids::{BotUserId, ChannelId, ContactId};
use super::login::LoginSettings;
use super::opening_hours::OpeningHours;
use super::provider::ProviderNumber;
use super::push::OutgoingMessage;

/// One Official Account: who it is, which CRM account it is linked to, and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The Messaging API channel.
    pub id: ChannelId,
    /// Whose `destination` a webhook must name.
    pub bot_user_id: BotUserId,
    /// The name people see, for operators' lists.
    pub name: String,
    /// `@...`, for operators' lists.
    pub basic_id: String,
    /// The CRM account it is linked to.
    pub account: CrmAccountKey,
    /// What the owner chose.
    #[serde(default)]
    pub settings: ChannelSettings,
    /// LINE Login, where it is set up.
    #[serde(default)]
    pub login: Option<LoginSettings>,
    /// How far connecting it has come.
    #[serde(default)]
    pub connecting: Connecting,
    /// Of which of the CRM account's LINE providers it is, as the account's row says, too: there it is known for all at once.
    #[serde(default)]
    pub provider: ProviderNumber,
    /// Where its talks are in the CRM's own inbox. `None`: they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_inbox: Option<CrmInbox>,
    /// It is being disconnected: whoever finds it by its ID does not find it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<Leaving>,
}

impl Channel {
    /// One that nobody has set anything of.
    pub fn new(
        id: ChannelId,
        bot_user_id: BotUserId,
        name: impl Into<String>,
        basic_id: impl Into<String>,
        account: CrmAccountKey,
    ) -> Self {
        let (name, basic_id) = (name.into(), basic_id.into());
        let (settings, connecting) = (ChannelSettings::default(), Connecting::default());
        let provider = ProviderNumber::FIRST;
        let (login, crm_inbox, leaving) = (None, None, None);
        Self { id, bot_user_id, name, basic_id, account, settings, login, connecting, provider, crm_inbox, leaving }
    }

    /// Whether conversations become notes: without the CRM's inbox they have no other place.
    pub fn writes_notes(&self) -> bool {
        self.settings.notes || self.crm_inbox.is_none()
    }
}

/// How far connecting an Official Account has come, where neither LINE nor anything else of ours says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connecting {
    /// Where LINE sent its webhooks before it was connected here: for the way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_before: Option<WebhookBefore>,
    /// Switches that no API shows, and that an operator says are set.
    pub by_hand: BTreeSet<HandSwitch>,
    /// A test registration began then, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_began_at_ms: Option<i64>,
    /// All of a test registration was seen then, in milliseconds: its own rows are kept for a day alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_passed_at_ms: Option<i64>,
}

/// How far disconnecting it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Since when, in milliseconds. Functions may take it for connected for a minute more.
    pub at_ms: i64,
    /// Whether it stays known which contact is whom.
    pub keeps_links: bool,
    /// What became of LINE's webhook URL. `None`: it was not looked at yet.
    #[serde(default)]
    pub webhook: Option<WebhookEnd>,
    /// What became of its place in the CRM's inbox. `None`: it was not looked at yet.
    #[serde(default)]
    pub inbox: Option<InboxEnd>,
    /// So many parts of its people have been gone through.
    #[serde(default)]
    pub parts: u32,
    /// How many people there were in them.
    #[serde(default)]
    pub people: usize,
}

/// What became of LINE's webhook URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEnd {
    /// It is the one of before again. "Use webhook" must be switched off and on, as when it was taken over.
    Restored,
    /// It is the one of before again, and "Use webhook" was off then.
    RestoredUnused,
    /// It was another tool's by now, and was left as it is.
    NotOurs,
    /// There was none.
    Nowhere,
    /// It was none before, and LINE has no call to clear it: it is ours, and a person must switch "Use webhook" off.
    StillOurs,
    /// LINE refused, or did not answer: a person must look.
    Unknown,
}

/// An Official Account that was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerChannel {
    /// Which.
    pub id: ChannelId,
    /// To which CRM account.
    pub account: CrmAccountKey,
    /// The name people saw.
    pub name: String,
    /// `@...`
    pub basic_id: String,
    /// Until when, in milliseconds.
    pub at_ms: i64,
    /// Whether it is still known which contact is whom.
    pub keeps_links: bool,
    /// Of which of the account's LINE providers it was, and is if it is connected to the account again.
    #[serde(default)]
    pub provider: ProviderNumber,
}

/// A switch of LINE's that no API shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandSwitch {
    /// "Use webhook" was switched off and on again, where it was on for another tool.
    UseWebhookAnew,
    /// Webhook redelivery is on.
    Redelivery,
    /// Auto-response messages are off.
    AutoResponse,
    /// It is decided who greets.
    Greeting,
    /// It is decided whether it may be in groups.
    Groups,
    /// The LINE Login channel is as it must be.
    Login,
}

impl HandSwitch {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::UseWebhookAnew, Self::Redelivery, Self::AutoResponse, Self::Greeting, Self::Groups, Self::Login];

    /// The spelling in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UseWebhookAnew => "use_webhook_anew",
            Self::Redelivery => "redelivery",
            Self::AutoResponse => "auto_response",
            Self::Greeting => "greeting",
            Self::Groups => "groups",
            Self::Login => "login",
        }
    }

    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|switch| switch.as_str() == text)
    }
}

/// Another tool's address, which LINE sent webhooks to. All but its host may be a secret: `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookBefore {
    url: String,
    /// "Use webhook" was on: LINE goes on sending there until it is switched off and on again.
    pub was_used: bool,
}

impl WebhookBefore {
    /// As LINE shows it.
    pub fn new(url: impl Into<String>, was_used: bool) -> Self {
        Self { url: url.into(), was_used }
    }

    /// The host: all of it that anybody is told.
    pub fn host(&self) -> String {
        let url = url::Url::parse(&self.url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "?".to_owned())
    }

    /// The address, for LINE alone.
    pub fn expose(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for WebhookBefore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookBefore(..)")
    }
}

/// What the owner of an Official Account can choose. Every field has the default a new channel gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelSettings {
    /// A person without a contact gets one.
    pub create_contacts: bool,
    /// An inbound message makes a task for the contact's owner.
    pub tasks: bool,
    /// The owner of the task where the contact has none; without it, such a contact gets an unassigned task.
    pub fallback_owner: Option<String>,
    /// The owner whom notes name as their author; without it, nobody.
    pub note_owner: Option<String>,
    /// Conversations become notes, also where they are in the CRM's own inbox.
    pub notes: bool,
    /// Keep `line_recent_messages` up to date.
    pub recent_messages: bool,
    /// Pictures, films, sounds and files that people send are saved in the CRM.
    pub save_files: bool,
    /// A conversation idle for this long becomes an entry, in milliseconds.
    pub idle_window_ms: i64,
    /// A conversation becomes an entry this long after its first message at the latest, in milliseconds.
    pub entry_limit_ms: i64,
    /// Give a created contact the e-mail address `{LINE user ID}@{domain}`.
    pub dummy_email_domain: Option<String>,
    /// What a person who adds or unblocks the Official Account is greeted with, checked.
    /// At most [`REPLY_MESSAGES`], the message with the buttons included.
    pub greeting: Vec<OutgoingMessage>,
    /// The greeting has a button that begins an account link, where that is set up.
    pub link_button: bool,
    /// The greeting has a button that leads to LINE Login, where that is set up.
    pub login_button: bool,
    /// Account link to the customer's own site, where it is set up.
    pub account_link: Option<AccountLinkSettings>,
    /// What operators open shows as read on the person's phone, where LINE's chat is on.
    pub mark_as_read: bool,
    /// Operators' messages come under this name, "from" the Official Account.
    pub sender_name: Option<String>,
    /// And with this picture: its address.
    pub sender_icon: Option<String>,
    /// What is answered by itself.
    pub auto_replies: AutoReplies,
    /// Another system that is told of each message: its address.
    pub webhook: Option<String>,
    /// The team is told by mail and chat when somebody begins to wait for an answer.
    pub tell_team: bool,
    /// What becomes of a workflow's send for which no messages of the month are left.
    pub without_quota: WithoutQuota,
    /// When what workflows send may go out, but for what needs no consent. `None`: at any time.
    pub send_hours: Option<OpeningHours>,
    /// Contacts of the team's own to whom messages are sent to try them out.
    pub testers: Vec<ContactId>,
}

/// What becomes of a workflow's send for which no messages of the month are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutQuota {
    /// It ends at once as `no_quota`.
    #[default]
    Refuse,
    /// It is held until the next month.
    Hold,
}

/// LINE takes five messages in one reply.
pub const REPLY_MESSAGES: usize = 5;

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            create_contacts: true,
            tasks: true,
            fallback_owner: None,
            note_owner: None,
            notes: true,
            recent_messages: true,
            save_files: true,
            idle_window_ms: 15 * 60_000,
            entry_limit_ms: 60 * 60_000,
            dummy_email_domain: None,
            greeting: Vec::new(),
            link_button: false,
            login_button: false,
            account_link: None,
            mark_as_read: true,
            sender_name: None,
            sender_icon: None,
            auto_replies: AutoReplies::default(),
            webhook: None,
            tell_team: false,
            without_quota: WithoutQuota::default(),
            send_hours: None,
            testers: Vec::new(),
        }
    }
}
