//! What can be asked of `musubi`.

mod channel;
mod console;
mod friends;
mod login;
mod message;
mod portal;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use musubi::domain::account::CrmKind;
use musubi::domain::language::Language;
use musubi::domain::queue_kind::QueueKind;

pub use channel::{ChannelAdd, ChannelCommand};
pub use console::ConsoleCommand;
pub use friends::FriendsCommand;
pub use login::{LoginCommand, LoginLinks, LoginSet, RouteCommand};
pub use message::MessageCommand;
pub use portal::{PortalAdd, PortalCommand, PortalInbox};

/// How the process ends, as scripts see it.
const EXIT_CODES: &str = "\
Exit codes: 0 it worked, 1 it failed, 2 wrong usage, 3 not found.

Where to work: --outputs FILE, made by
  sam list stack-outputs --stack-name NAME --output json > FILE
or MUSUBI_* variables as the functions have them. AWS credentials and region as for the AWS CLI;
AWS_ENDPOINT_URL* point at an emulator.

Secrets are read from a hidden prompt, or from standard input, one a line, in the order in which
the prompts come.";

/// Connects CRM accounts and LINE Official Accounts to Musubi, and looks after what was dead-lettered.
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
        self.lang.map_or_else(of_machine, Language::from)
    }
}

/// The language that a command line asks for, or the machine's: known before it is read, for what is said of reading it.
pub fn language_of(arguments: &[OsString]) -> Language {
    let texts: Vec<&str> = arguments.iter().take_while(|it| *it != "--").filter_map(|it| it.to_str()).collect();
    let after = texts.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1]);
    let named = after.or_else(|| texts.iter().find_map(|text| text.strip_prefix("--lang=")));
    named.and_then(|name| Lang::from_str(name, false).ok()).map_or_else(of_machine, Language::from)
}

fn of_machine() -> Language {
    let named = ["LC_ALL", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    Language::from_tag(&named.unwrap_or_default())
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
    /// What is wrong, why it matters and what to do: asks LINE, the CRMs and the stack, and changes nothing. Exit code 1: something
    /// is to be put right; notes alone are none.
    Doctor,
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
    /// A workflow's message, before it is sent: looked at, and tried out on the team's own.
    #[command(subcommand)]
    Message(MessageCommand),
    /// What operators are asked: is this person that contact?
    #[command(subcommand)]
    Questions(QuestionsCommand),
    /// Who may use the console, Musubi's pages for operators.
    #[command(subcommand)]
    Console(ConsoleCommand),
    /// The HubSpot developer project.
    #[command(subcommand, name = "hubspot")]
    HubSpot(HubSpotCommand),
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
    /// Notices to other systems.
    Notices,
}

impl QueueName {
    /// The queue.
    pub fn kind(self) -> QueueKind {
        match self {
            Self::Inbox => QueueKind::Inbox,
            Self::Push => QueueKind::Push,
            Self::Crm => QueueKind::Crm,
            Self::Notices => QueueKind::Notices,
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
        account: Option<String>,
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
    /// Says that the person was answered elsewhere (in LINE's own chat, by telephone): what they said so far waits no more.
    Answered {
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
    /// Stores the app's client ID and client secret, once HubSpot takes them: from then on accounts can be connected in the console.
    App {
        /// The app's name in our URLs, the same as for `hubspot project`: letters, digits, - and _.
        #[arg(long, visible_alias = "app-id", default_value = "musubi")]
        app: String,
        /// Forgets the client secret before this one; else both are good until then.
        #[arg(long)]
        forget_old_secret: bool,
    },
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
        /// With an app event for conversations. Needs HubSpot's approval, and makes the app one of the marketplace.
        #[arg(long)]
        app_events: bool,
        /// Contact properties that tokens such as {{line:shoe_size}} may stand for, by internal name, beside the usual ones. They are
        /// added to those that the project in DIR and the app's accounts have already, and stored in the accounts' settings.
        #[arg(long, value_delimiter = ',', value_name = "a,b,c")]
        token_properties: Vec<String>,
        /// Overwrites files that differ.
        #[arg(long)]
        force: bool,
    },
}
