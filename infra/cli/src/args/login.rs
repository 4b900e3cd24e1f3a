//! What can be asked about LINE Login and routes.

use std::path::PathBuf;

use clap::Subcommand;
use musubi::domain::language::Language;

/// For LINE Login.
#[derive(Debug, Subcommand)]
pub enum LoginCommand {
    /// Connects a LINE Login channel, stores a new secret for it, or changes settings, written KEY=VALUE.
    #[command(after_help = crate::settings::of_login(Language::English))]
    Set(LoginSet),
    /// What is set, and the addresses that LINE must know.
    Show {
        /// The Messaging API channel's ID.
        channel: String,
    },
    /// Links to log in by, QR codes of them, and a text to send.
    Links(LoginLinks),
    /// Goes on without LINE Login, and forgets its secrets. People who are linked stay linked.
    Remove {
        /// The Messaging API channel's ID.
        channel: String,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Connects a LINE Login channel or changes its settings.
#[derive(Debug, clap::Args)]
pub struct LoginSet {
    /// The Messaging API channel's ID.
    pub channel: String,
    /// The LINE Login channel's ID. It is another channel than the Messaging API's, of the same provider.
    #[arg(long)]
    pub login_channel_id: Option<String>,
    /// The LIFF app's ID, if there is one.
    #[arg(long, conflicts_with = "make_liff")]
    pub liff_id: Option<String>,
    /// Makes the LIFF app at LINE, or brings the one with our URL up to date.
    #[arg(long)]
    pub make_liff: bool,
    /// Forgets the LINE Login channel's secret before this one; else both are good until then.
    #[arg(long)]
    pub forget_old_secret: bool,
    /// KEY=VALUE.
    pub settings: Vec<String>,
}

/// Links to log in by.
#[derive(Debug, clap::Args)]
pub struct LoginLinks {
    /// The Messaging API channel's ID.
    pub channel: String,
    /// Only this route. Default: all, and the link without a route.
    #[arg(long)]
    pub route: Option<String>,
    /// Writes the QR codes here, as SVG and PNG.
    #[arg(long, value_name = "DIR")]
    pub qr_dir: Option<PathBuf>,
}

/// For routes.
#[derive(Debug, Subcommand)]
pub enum RouteCommand {
    /// Makes a route, or changes the page it leads to.
    Add {
        /// The Messaging API channel's ID.
        channel: String,
        /// Its name: a small letter or digit, then those, - and _; 40 at most. It becomes the contact's `line_route`.
        name: String,
        /// Where people of this route go after logging in. Default: the channel's page.
        #[arg(long, value_name = "URL")]
        after_login: Option<String>,
    },
    /// All routes of an Official Account.
    List {
        /// The Messaging API channel's ID.
        channel: String,
    },
    /// Forgets a route. Its links still log people in; the route is then not written to the contact.
    Remove {
        /// The Messaging API channel's ID.
        channel: String,
        /// Its name.
        name: String,
    },
}
