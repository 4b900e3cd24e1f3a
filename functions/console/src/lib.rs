//! `/console`: operators' pages, rendered here. Forms and redirects; no page needs a script.
//!
//! ```text
//! install -> install/begin -> the CRM -> install/callback -> console     (anybody: the CRM decides who may)
//! join?code=...  (an invitation) -> POST join -> console
//! console        the CRM account and its Official Accounts
//! team           who may use the console, and their invitations     (admins)
//! doctor         what is wrong, and a look at once
//! log            who did what                                       (admins)
//! connect        an Official Account, by its two values: tried, confirmed, stored    (admins)
//! account, channels/{channel}   settings                            (admins)
//! channels/{channel}/setup        what is left at LINE, and /trial: a test registration     (admins)
//! channels/{channel}/routes       routes and their QR codes           (changed by admins)
//! people, receipts   who is who, and erasing      (erasing: admins)
//! decisions      parked sends, and questions of who is who
//! dead-letters   what could not be done, and sending it back      (admins)
//! POST sign-out
//! ```
//!
//! Which CRM account a page is about, the session says and nothing in a request: there is no address for another one.
//!
//! Against other sites: a form must come from a page of ours ([`tower_http::csrf`]: `Sec-Fetch-Site`, `Origin`), and bears a
//! token of its session, which counts where a browser sends neither header.

mod assets;
mod connect;
mod dead_letters;
mod decisions;
mod disconnect_account;
mod doctor;
mod home;
mod install;
mod join;
mod language;
mod log;
mod login;
pub mod pages;
mod people;
mod routes;
mod settings;
mod setup;
mod sign_out;
mod team;
mod trial;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use musubi::aws::AwsAdapters;
use musubi::config::{self, ConfigError, Environment};
use musubi::crm;
use musubi::domain::account::CrmKind;
use musubi::flow::answered::Answered;
use musubi::flow::check_up::CheckUp;
use musubi::flow::configure::change_account::ChangeAccount;
use musubi::flow::configure::change_channel::ChangeChannel;
use musubi::flow::configure::connect_channel::ConnectChannel;
use musubi::flow::configure::set_up_account::SetUpAccount;
use musubi::flow::configure::try_channel::TryChannel;
use musubi::flow::console::connect::ConnectChannels;
use musubi::flow::console::dead_letters::ReturnLetters;
use musubi::flow::console::decide_sends::DecideSends;
use musubi::flow::console::disconnect_account::DisconnectAccount;
use musubi::flow::console::install::Install;
use musubi::flow::console::people::People;
use musubi::flow::console::questions::AnswerQuestions;
use musubi::flow::console::{ChangeSettings, Console};
use musubi::flow::decide::Decide;
use musubi::flow::decide_question::DecideQuestion;
use musubi::flow::erase::Erase;
use musubi::flow::link::Link;
use musubi::flow::open_questions::OpenQuestions;
use musubi::flow::parked_sends::ParkedSends;
use musubi::flow::person_state::PersonStates;
use musubi::flow::send_back::SendBack;
use musubi::flow::settle::Settle;
use musubi::line::{LineApiUrl, OpenLine};
use musubi::store::{Accounts, Channels, LinkReader, TrialReader};
use musubi::{http, wiring};
use tower_http::csrf::CsrfLayer;

/// No form is larger, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The CRM whose app is installed here.
const KIND: CrmKind = CrmKind::HubSpot;

/// What the console needs.
pub struct Ports {
    /// Who may use it.
    pub console: Console,
    /// CRM accounts.
    pub accounts: Accounts,
    /// Official Accounts.
    pub channels: Channels,
    /// Changes settings.
    pub settings: ChangeSettings,
    /// Connects Official Accounts.
    pub connect: ConnectChannels,
    /// Disconnects the CRM account.
    pub disconnect_account: DisconnectAccount,
    /// Installs the CRM's app in accounts.
    pub install: Install,
    /// Which app that is, by its name in our URLs.
    pub app: String,
    /// People on LINE.
    pub people: People,
    /// Sends that may have arrived.
    pub sends: DecideSends,
    /// Who is who.
    pub questions: AnswerQuestions,
    /// What could not be done.
    pub letters: ReturnLetters,
    /// Looks for what is wrong.
    pub check_up: CheckUp,
    /// Test registrations.
    pub trials: TrialReader,
    /// Who is linked to whom.
    pub links: LinkReader,
    /// What opens LIFF apps.
    pub liff_url: String,
    /// Where LINE opens a chat.
    pub line_app_url: String,
    /// Where it is.
    pub public_url: String,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let http = http::client();
        let console = Console { operators: adapters.operators()?, clock: adapters.clock() };
        let (accounts, channels) = (adapters.accounts()?, adapters.channels()?);
        let settings = ChangeSettings {
            console: console.clone(),
            accounts: ChangeAccount { accounts: accounts.clone(), clock: adapters.clock() },
            channels: ChangeChannel { channels: channels.clone(), clock: adapters.clock() },
            messages: musubi::line::message::read_setting,
        };
        let public_url = config::public_url(environment)?;
        let base = LineApiUrl::of_api(&config::line_urls(environment)?)?;
        let connect = ConnectChannels {
            console: console.clone(),
            trial: TryChannel {
                line: Arc::new(OpenLine { http: http.clone(), base, clock: adapters.clock() }),
                secrets: adapters.secrets()?,
                channels: channels.clone(),
                public_url: public_url.clone(),
            },
            connect: ConnectChannel {
                channels: channels.clone(),
                accounts: ChangeAccount { accounts: accounts.clone(), clock: adapters.clock() },
            },
        };
        let (secrets, clock) = (adapters.secrets()?, adapters.clock());
        let urls = wiring::set_up_urls(environment)?;
        let set_up = crm::set_up(KIND, http.clone(), urls, Arc::clone(&secrets), clock);
        let set_up = set_up.expect("every build knows how to connect accounts of this CRM");
        let disconnect_account = DisconnectAccount {
            console: console.clone(),
            accounts: settings.accounts.clone(),
            channels: channels.clone(),
            secrets: Arc::clone(&secrets),
            set_up: Arc::clone(&set_up),
        };
        let install = Install {
            console: console.clone(),
            set_up: SetUpAccount { set_up, secrets, accounts: settings.accounts.clone() },
        };
        let app = config::hubspot_app(environment)?;
        let outbox = adapters.outbox()?;
        let sends = DecideSends {
            console: console.clone(),
            sends: ParkedSends { journal: outbox.journal.clone() },
            decide: Decide { settle: Settle { channels: channels.clone(), outbox: outbox.clone() } },
        };
        let questions = AnswerQuestions {
            console: console.clone(),
            questions: OpenQuestions { journal: outbox.journal.clone(), links: adapters.link_reader()? },
            decide: DecideQuestion { channels: channels.clone(), link: Link { outbox: outbox.clone() } },
        };
        let settle = Settle { channels: channels.clone(), outbox: outbox.clone() };
        let links = adapters.links()?;
        let people = People {
            console: console.clone(),
            accounts: accounts.clone(),
            channels: channels.clone(),
            crms: crm::connections(
                http.clone(),
                &config::hubspot_api_url(environment)?,
                adapters.secrets()?,
                adapters.clock(),
            ),
            states: PersonStates { journal: outbox.journal.clone(), links: links.reader() },
            link: Link { outbox: outbox.clone() },
            answered: Answered { outbox: outbox.clone() },
            erase: Erase { links, settle },
        };
        let letters = ReturnLetters {
            console: console.clone(),
            accounts: accounts.clone(),
            channels: channels.clone(),
            send_back: SendBack { queues: adapters.dead_letters()? },
        };
        let check_up = wiring::check_up(adapters, environment, &http)?;
        let (trials, links) = (adapters.trials()?, adapters.link_reader()?);
        let line_app_url = config::line_app_url(environment)?;
        let liff_url = config::liff_urls(environment)?.apps;
        Ok(Self {
            console,
            accounts,
            channels,
            settings,
            connect,
            disconnect_account,
            install,
            app,
            people,
            sends,
            questions,
            letters,
            check_up,
            trials,
            links,
            liff_url,
            line_app_url,
            public_url,
        })
    }
}

/// The routes.
///
/// # Errors
/// The public address is none that a browser could come from.
pub fn router(ports: Arc<Ports>) -> Result<Router, tower_http::csrf::ConfigError> {
    let from_our_pages = CsrfLayer::new().add_trusted_origin(&ports.public_url)?;
    Ok(Router::new()
        .route("/console", get(home::page))
        .route("/console/install", get(install::ask))
        .route("/console/install/begin", get(install::begin))
        .route("/console/install/callback", get(install::come_back))
        .route("/console/install/done", get(install::done))
        .route("/console/join", get(join::ask).post(join::join))
        .route("/console/sign-out", post(sign_out::sign_out))
        .route("/console/team", get(team::page))
        .route("/console/team/invitations", post(team::invite))
        .route("/console/team/remove", get(team::ask_to_remove).post(team::remove))
        .route("/console/doctor", get(doctor::page).post(doctor::look))
        .route("/console/log", get(log::page))
        .route("/console/connect", get(connect::ask).post(connect::try_at_line))
        .route("/console/connect/confirm", post(connect::confirm))
        .route("/console/people", get(people::ask).post(people::search))
        .route("/console/people/link", post(people::link))
        .route("/console/people/new", post(people::link_new))
        .route("/console/people/unlink", post(people::unlink))
        .route("/console/people/answered", post(people::answered))
        .route("/console/people/erase", post(people::ask_to_erase))
        .route("/console/people/erased", post(people::erase))
        .route("/console/people/{handle}", get(people::page))
        .route("/console/receipts/{name}", get(people::receipt))
        .route("/console/receipts/{name}/file", get(people::receipt_file))
        .route("/console/decisions", get(decisions::page))
        .route("/console/decisions/sends", post(decisions::decide_send))
        .route("/console/decisions/questions", post(decisions::answer))
        .route("/console/dead-letters", get(dead_letters::page).post(dead_letters::send_back))
        .route("/console/account/disconnect", get(disconnect_account::ask).post(disconnect_account::disconnect))
        .route("/console/account", get(settings::account).post(settings::change_account))
        .route("/console/channels/{channel}", get(settings::channel).post(settings::change_channel))
        .route("/console/channels/{channel}/routes", get(routes::page).post(routes::add))
        .route("/console/channels/{channel}/routes/remove", get(routes::ask_to_remove).post(routes::remove))
        .route("/console/channels/{channel}/setup", get(setup::page).post(setup::set_by_hand))
        .route("/console/channels/{channel}/trial", get(trial::page).post(trial::begin))
        .route("/console/channels/{channel}/login/setup", get(login::page).post(login::set_up))
        .route("/console/channels/{channel}/login", post(settings::change_login))
        .route("/console/assets/console.css", get(assets::style))
        .route("/console/assets/again.js", get(assets::again))
        .layer(from_fn(language::remember))
        .layer(from_our_pages)
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(ports))
}
