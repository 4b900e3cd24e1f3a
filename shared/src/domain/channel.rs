//! A LINE Official Account as Musubi knows it.

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::account_link::AccountLinkSettings;
use super::ids::{BotUserId, ChannelId};
use super::login::LoginSettings;
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
    /// Keep `line_recent_messages` up to date.
    pub recent_messages: bool,
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
}

/// LINE takes five messages in one reply.
pub const REPLY_MESSAGES: usize = 5;

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            create_contacts: true,
            tasks: true,
            fallback_owner: None,
            recent_messages: true,
            idle_window_ms: 15 * 60_000,
            entry_limit_ms: 60 * 60_000,
            dummy_email_domain: None,
            greeting: Vec::new(),
            link_button: false,
            login_button: false,
            account_link: None,
        }
    }
}
