//! What can be asked of `musubi`.

mod friends;
mod login;

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use musubi::domain::account::CrmKind;
use musubi::domain::language::Language;

pub use friends::FriendsCommand;
pub use login::{LoginCommand, LoginLinks, LoginSet, RouteCommand};

/// How the process ends, as scripts see it.
const EXIT_CODES: &str = "\
Exit codes: 0 it worked, 1 it failed, 2 wrong usage, 3 not found.

Where to work: --outputs FILE, made by
  sam list stack-outputs --stack-name NAME --output json > FILE
or MUSUBI_* variables as the functions have them. AWS credentials and region as for the AWS CLI;
AWS_ENDPOINT_URL* point at an emulator.

Secrets are read from a hidden prompt, or from standard input, one a line, in the order in which
the prompts come.";

/// Connects CRM accounts and LINE Official Accounts to Musubi, and looks after what was put aside.
#[derive(Debug, Parser)]
#[command(name = "musubi", version, after_help = EXIT_CODES, after_long_help = EXIT_CODES)]
pub struct Args {
    /// One JSON document on standard output, for machines.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of words for people. Default: that of LC_ALL or LANG.
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    /// The stack's outputs, as JSON. They win over MUSUBI_* variables.
    #[arg(long, global = true, env = "MUSUBI_OUTPUTS", value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A language, as it is spelled in arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ja => Self::Japanese,
            Lang::En => Self::English,
        }
    }
}

impl Args {
    /// The language that was asked for, or the machine's.
    pub fn language(&self) -> Language {
        let of_machine = || {
            let named = ["LC_ALL", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
            Language::from_tag(&named.unwrap_or_default())
        };
        self.lang.map_or_else(of_machine, Language::from)
    }
}

/// A CRM, as it is spelled in arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// HubSpot
    Hubspot,
}

impl From<Kind> for CrmKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Hubspot => Self::HubSpot,
        }
    }
}

/// The things to look after.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// CRM accounts.
    #[command(subcommand)]
    Portal(PortalCommand),
    /// LINE Official Accounts.
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// LINE Login of an Official Account: people log in, and Musubi knows which contact they are.
    #[command(subcommand)]
    Login(LoginCommand),
    /// Routes: where friends come from. Each has its own login link and QR code.
    #[command(subcommand)]
    Route(RouteCommand),
    /// The friends that an Official Account had before Musubi.
    #[command(subcommand)]
    Friends(FriendsCommand),
    /// Messages that could not be worked on. What they say is never shown.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
    /// LINE messages of which it cannot be known whether they were shown: a person decides.
    #[command(subcommand)]
    Parked(ParkedCommand),
    /// One person on LINE: who they are in the CRM. LINE user IDs are read from a hidden prompt or standard input.
    #[command(subcommand)]
    Person(PersonCommand),
    /// What operators are asked: is this person that contact?
    #[command(subcommand)]
    Questions(QuestionsCommand),
    /// The HubSpot developer project.
    #[command(subcommand, name = "hubspot")]
    HubSpot(HubSpotCommand),
}

/// For CRM accounts.
#[derive(Debug, Subcommand)]
pub enum PortalCommand {
    /// Connects an account, or connects it anew: asks for client ID and client secret, has HubSpot ask for access, makes the contact properties.
    Add(PortalAdd),
    /// All accounts.
    List,
    /// One account.
    Show {
        /// Its ID in the CRM.
        portal: String,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
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
    /// Language of the properties' labels and of reasons. Default: that of --lang.
    #[arg(long, value_enum)]
    pub portal_lang: Option<Lang>,
    /// Forgets the client secret before this one; else both are good until then.
    #[arg(long)]
    pub forget_old_secret: bool,
}

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
    #[command(after_help = "\
create_contacts=on|off       a person without a contact gets one
tasks=on|off                 a message makes a task for the contact's owner
fallback_owner=ID|none       the task's owner where the contact has none (HubSpot's owner ID)
recent_messages=on|off       keeps the property line_recent_messages
idle_window=15m              a conversation idle for this long becomes an entry (s, m, h)
entry_limit=1h               ... and at the latest this long after its first message
dummy_email_domain=DOMAIN|none   e-mail addresses for contacts that are made
greeting=TEXT|JSON|none      what a new friend reads at once, free of charge: text, a LINE message object, or a list of them
link_button=on|off           ... with a button that begins an account link
login_button=on|off          ... with a button that leads to LINE Login
account_link.login_url=URL   the login page of your own site; account_link=none takes it away
account_link.success_url=URL|none   where the welcome message's button leads
account_link.welcome=TEXT|none   what a person reads once they are linked")]
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
    /// Disconnects an Official Account and forgets its secrets. What LINE sends is then refused.
    Remove {
        /// The channel ID.
        channel: String,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Connects an Official Account.
#[derive(Debug, clap::Args)]
pub struct ChannelAdd {
    /// The CRM account's ID.
    #[arg(long)]
    pub portal: String,
    /// Which CRM.
    #[arg(long, value_enum, default_value = "hubspot")]
    pub kind: Kind,
    /// The Messaging API channel's ID.
    #[arg(long)]
    pub channel_id: String,
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
}

/// A queue, as it is spelled in arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueueName {
    /// Webhooks from LINE.
    Inbox,
    /// Messages to send.
    Push,
    /// Work for the CRM.
    Crm,
}

impl QueueName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inbox, Self::Push, Self::Crm];

    /// The spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Push => "push",
            Self::Crm => "crm",
        }
    }
}

/// For dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// What lies there, since when and why. Looking hides them for up to a minute from others who look.
    List {
        /// Only this queue.
        #[arg(long, value_enum)]
        queue: Option<QueueName>,
    },
    /// Sends them back to their queue. Nothing is done twice: what was done before is known.
    #[command(group = ArgGroup::new("which").required(true))]
    Redrive {
        /// Only this queue.
        #[arg(long, value_enum)]
        queue: Option<QueueName>,
        /// The message with this ID, as listed.
        #[arg(long, group = "which")]
        id: Option<String>,
        /// All that are there now.
        #[arg(long, group = "which")]
        all: bool,
    },
}

/// For parked messages.
#[derive(Debug, Subcommand)]
pub enum ParkedCommand {
    /// What waits for a decision.
    List {
        /// Only this CRM account.
        #[arg(long)]
        portal: Option<String>,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
    /// Says what you found in the chat on LINE. It is not sent again.
    #[command(group = ArgGroup::new("verdict").required(true))]
    Decide {
        /// As listed.
        push_id: String,
        /// The person has it.
        #[arg(long, group = "verdict")]
        shown: bool,
        /// The person does not have it.
        #[arg(long, group = "verdict")]
        not_shown: bool,
    },
}

/// Which person: by the contact, or by the LINE user ID.
#[derive(Debug, clap::Args)]
#[group(id = "who", required = true, multiple = false)]
pub struct Whose {
    /// Whoever is linked to this contact.
    #[arg(long, group = "who")]
    pub contact: Option<String>,
    /// Reads a LINE user ID from a hidden prompt or standard input.
    #[arg(long, group = "who")]
    pub user_stdin: bool,
}

/// For people.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Since when and on whose word the person is linked, whether they follow, whether they wait for an answer. No texts.
    Show {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// The contact's ID in the CRM.
        #[arg(long)]
        contact: String,
    },
    /// Links a person to a contact, whatever either was linked to. Asks for the LINE user ID, unless --from-contact says who.
    Link {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// The contact's ID in the CRM.
        #[arg(long)]
        contact: String,
        /// Moves whoever is linked to this contact.
        #[arg(long)]
        from_contact: Option<String>,
    },
    /// Parts a person from their contact. None is made for them until somebody links them again.
    Unlink {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// Who.
        #[command(flatten)]
        whose: Whose,
    },
    /// Removes everything that Musubi holds about a person, and says what was removed and what lies in the CRM.
    Erase {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// Who.
        #[command(flatten)]
        whose: Whose,
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// For questions.
#[derive(Debug, Subcommand)]
pub enum QuestionsCommand {
    /// What waits for an answer.
    List,
    /// Answers one, after you have looked at the contact and the chat.
    #[command(group = ArgGroup::new("answer").required(true))]
    Decide {
        /// As listed.
        question: String,
        /// The person is this contact: they are linked.
        #[arg(long, group = "answer")]
        same: bool,
        /// They are two.
        #[arg(long, group = "answer")]
        different: bool,
    },
}

/// For the developer project.
#[derive(Debug, Subcommand)]
pub enum HubSpotCommand {
    /// Writes the project with this stack's URLs, to be uploaded with `hs project upload`.
    Project {
        /// Where to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The stack's public URL. Default: the output PublicUrl, or MUSUBI_PUBLIC_URL.
        #[arg(long)]
        public_url: Option<String>,
        /// The app's name in our URLs, the same as for `portal add`: letters, digits, - and _.
        #[arg(long, visible_alias = "app-id", default_value = "musubi")]
        app: String,
        /// The port of `portal add`.
        #[arg(long, default_value_t = crate::hubspot_project::DEFAULT_PORT)]
        port: u16,
        /// Overwrites files that differ.
        #[arg(long)]
        force: bool,
    },
}
