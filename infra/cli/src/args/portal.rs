//! What can be asked about CRM accounts.

use clap::Subcommand;
use musubi::domain::language::Language;

use super::{Kind, Lang};

/// For CRM accounts.
#[derive(Debug, Subcommand)]
pub enum PortalCommand {
    /// Connects an account, or connects it anew: asks for client ID and client secret, has HubSpot ask for access, makes the contact properties.
    Add(PortalAdd),
    /// All accounts.
    List,
    /// Changes settings, written KEY=VALUE.
    #[command(after_help = crate::settings::of_account(Language::English))]
    Set {
        /// Its ID in the CRM.
        portal: String,
        /// KEY=VALUE.
        #[arg(required = true)]
        settings: Vec<String>,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
    /// Disconnects an account: uninstalls the app in it, deletes its access, and closes its console. Its Official Accounts are
    /// disconnected first, with `channel remove`.
    Remove {
        /// Its ID in the CRM.
        portal: String,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
        /// Leaves the app in the account: where the CRM does not answer, or an admin there uninstalls it.
        #[arg(long)]
        keep_app: bool,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
    /// HubSpot's own inbox: an Official Account's conversations stand there, too, and are answered there.
    Inbox(PortalInbox),
    /// One account.
    Show {
        /// Its ID in the CRM.
        portal: String,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
}

/// HubSpot's own inbox.
#[derive(Debug, clap::Args)]
pub struct PortalInbox {
    /// Its ID in the CRM.
    pub portal: String,
    /// The Official Account's channel ID. May be left out where the account has one alone.
    #[arg(long)]
    pub channel: Option<String>,
    /// In which of the account's inboxes. May be left out where there is one alone.
    #[arg(long, conflicts_with = "off")]
    pub inbox: Option<String>,
    /// Makes the channel in HubSpot first, once for all accounts of the app: asks for the app ID and the developer API key, which is
    /// used once and kept nowhere.
    #[arg(long, conflicts_with = "off")]
    pub make_channel: bool,
    /// Conversations are not there any more. What was said stays.
    #[arg(long)]
    pub off: bool,
    /// Which CRM.
    #[arg(long, value_enum, default_value = "hubspot")]
    pub kind: Kind,
}

/// Connects an account.
#[derive(Debug, clap::Args)]
pub struct PortalAdd {
    /// Which CRM.
    #[arg(long, value_enum, default_value = "hubspot")]
    pub kind: Kind,
    /// The app's name in our URLs, as given to `hubspot project`: letters, digits, - and _. The app ID will do, too.
    #[arg(long, visible_alias = "app-id", default_value = "musubi")]
    pub app: String,
    /// Asks for a private token in place of OAuth, then for the client secret, which may be left empty.
    #[arg(long)]
    pub private_token: bool,
    /// Where HubSpot sends the browser back to: http://localhost:PORT/callback. The project must name the same.
    #[arg(long, default_value_t = crate::hubspot_project::DEFAULT_PORT)]
    pub port: u16,
    /// How long to wait for the browser, in seconds.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub wait: u64,
    /// Does not ask for the scope `automation`, which some subscriptions cannot grant: workflows then do not wait for outcomes.
    #[arg(long)]
    pub no_automation: bool,
    /// Asks for the scope `timeline`, too: for a project that was written with --app-events.
    #[arg(long, conflicts_with = "private_token")]
    pub app_events: bool,
    /// Asks for the scopes of HubSpot's inbox, too: see `portal inbox`. Sales or Service Professional grants them.
    #[arg(long, conflicts_with = "private_token")]
    pub inbox: bool,
    /// Contact properties that tokens in messages may stand for, as given to `hubspot project`. Default: those of the app's other
    /// accounts.
    #[arg(long, value_delimiter = ',', value_name = "a,b,c")]
    pub token_properties: Vec<String>,
    /// Language of the properties' labels and of reasons. Default: that of --lang.
    #[arg(long, value_enum)]
    pub portal_lang: Option<Lang>,
    /// Forgets the client secret before this one; else both are good until then.
    #[arg(long)]
    pub forget_old_secret: bool,
}
