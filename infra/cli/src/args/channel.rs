//! What can be asked about Official Accounts.

use clap::Subcommand;
use musubi::domain::language::Language;

use super::Kind;

/// For Official Accounts.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Connects an Official Account to a CRM account, or stores new secrets for it: asks for the channel secret.
    Add(ChannelAdd),
    /// Asks LINE whether everything is as it must be. Exit code 1: something is not.
    Check {
        /// The channel ID.
        channel: String,
    },
    /// All Official Accounts.
    List,
    /// One Official Account and its settings.
    Show {
        /// The channel ID.
        channel: String,
    },
    /// Changes settings, written KEY=VALUE.
    #[command(after_help = crate::settings::of_channel(Language::English))]
    Set {
        /// The channel ID.
        channel: String,
        /// KEY=VALUE.
        #[arg(required = true)]
        settings: Vec<String>,
    },
    /// Makes a key with which your own site asks for account links, and shows its secret once.
    Key {
        /// The channel ID.
        channel: String,
        /// The key's name, of your choice. A name that is there gets a new secret.
        name: String,
        /// Forgets it instead.
        #[arg(long)]
        forget: bool,
    },
    /// Makes what webhooks to another system are signed with, and shows it this once. The one before signs, too, until it is forgotten.
    WebhookSecret {
        /// The channel ID.
        channel: String,
        /// Forgets the one before instead.
        #[arg(long)]
        forget_old: bool,
    },
    /// Disconnects an Official Account, says what is lost and what is left, and puts LINE's webhook URL back. It takes about a minute.
    /// Running it again goes on where it stopped.
    Remove {
        /// The channel ID.
        channel: String,
        /// It stays known which LINE user ID is which contact.
        #[arg(long, conflicts_with = "erase_links")]
        keep_links: bool,
        /// Everything of its people is erased. Links that were kept can be erased later, so.
        #[arg(long)]
        erase_links: bool,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
        /// Stops it and does not wait for the minute: running it again deletes the rest. Exit code 1.
        #[arg(long)]
        no_wait: bool,
    },
}

/// Connects an Official Account.
#[derive(Debug, clap::Args)]
pub struct ChannelAdd {
    /// The CRM account's ID.
    #[arg(long)]
    pub account: String,
    /// Which CRM.
    #[arg(long, value_enum, default_value = "hubspot")]
    pub kind: Kind,
    /// The Messaging API channel's ID. Without it, the steps to get one are told, and it is asked for.
    #[arg(long)]
    pub channel_id: Option<String>,
    /// Asks for a long-lived channel access token, too. Without it, one that is stored is kept while it works; else short-lived ones are issued when needed.
    #[arg(long)]
    pub long_lived_token: bool,
    /// Forgets a long-lived channel access token that is stored: short-lived ones are issued when needed.
    #[arg(long, conflicts_with = "long_lived_token")]
    pub forget_long_lived_token: bool,
    /// Does not ask whether it is the right Official Account.
    #[arg(long)]
    pub yes: bool,
    /// Leaves the webhook URL at LINE as it is; it is shown, to be pasted by hand.
    #[arg(long)]
    pub keep_webhook: bool,
    /// Forgets the channel secret before this one; else both are good until then.
    #[arg(long)]
    pub forget_old_secret: bool,
    /// It is of the same LINE provider as this Official Account, which is the CRM account's: connected, or disconnected with its links kept.
    #[arg(long, value_name = "LINE_CHANNEL_ID", conflicts_with = "another_provider")]
    pub same_provider_as: Option<String>,
    /// It is of a LINE provider of which no other Official Account of the CRM account is: contacts get fields of its own.
    #[arg(long)]
    pub another_provider: bool,
}
