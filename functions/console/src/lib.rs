//! `/console`: operators' pages, rendered here. Forms and redirects; no page needs a script.
//!
//! ```text
//! install -> install/begin -> the CRM -> install/callback -> console     (anybody: the CRM decides who may)
//! POST hand-over, by the CRM's servers -> enter?code=... -> POST enter -> console
//! join?code=...  (an invitation) -> POST join -> console
//! console        the CRM account and its Official Accounts
//! team           who may use the console, and their invitations     (admins)
//! doctor         what is wrong, and a look at once
//! log            who did what                                       (admins)
//! connect        an Official Account, by its two values: tried, confirmed, stored    (admins)
//! channels/{channel}/export       the people as files               (admins)
//! channels/{channel}/disconnect   what is lost, and how far it is   (admins)
//! account, channels/{channel}   settings                            (admins)
//! channels/{channel}/setup        what is left at LINE, and /trial: a test registration     (admins)
//! channels/{channel}/routes       routes and their QR codes           (changed by admins)
//! people, receipts   who is who, and erasing      (erasing: admins)
//! people/{person}/preview   what a workflow's message would be to them; /test: to testers
//! POST card/talk, card/say, card/writing, card/decide, card/tend, card/pictures, card/file, card/send, by the CRM's servers: the same on the contact's record
//! talks, talks/{person}   who waits for an answer; one talk, and answering; /live: what is new in it; /files: what was sent in it; /file: sends one
//! texts          what the team says again and again               (changed by admins)
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
mod card;
mod card_files;
mod card_tend;
mod connect;
mod dead_letters;
mod decisions;
mod disconnect_account;
mod disconnect_channel;
mod doctor;
mod export;
mod hand_over;
mod handle;
mod home;
mod inbox;
mod install;
mod join;
mod language;
mod line_login;
mod log;
mod mp3;
mod mp4;
mod one_time;
mod outgoing;
pub mod pages;
mod people;
mod picture;
mod ports;
mod preview;
mod routes;
mod send_file;
mod settings;
mod setup;
mod sign_out;
mod talk_files;
mod talks;
mod team;
mod tend;
mod texts;
mod trial;
mod visit;
mod webhook_secret;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use musubi::domain::account::CrmKind;
use musubi::flow::check_up::CheckUp;
use musubi::flow::console::connect::ConnectChannels;
use musubi::flow::console::dead_letters::ReturnLetters;
use musubi::flow::console::decide_sends::DecideSends;
use musubi::flow::console::disconnect_account::DisconnectAccount;
use musubi::flow::console::inbox::TeamInbox;
use musubi::flow::console::install::Install;
use musubi::flow::console::people::People;
use musubi::flow::console::questions::AnswerQuestions;
use musubi::flow::console::talks::Talks;
use musubi::flow::console::webhook_secret::WebhookSecret;
use musubi::flow::console::{ChangeSettings, Console};
use musubi::flow::disconnect_channel::DisconnectChannel;
use musubi::flow::export::Export;
use musubi::flow::test_send::TestSend;
use musubi::flow::verify_call::VerifyCall;
use musubi::ports::OutsideFiles;
use musubi::store::{Accounts, Channels, LinkReader, TrialReader};
use tower_http::csrf::CsrfLayer;

/// No form is larger, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Messages of settings are sent twice, as they were and as they are, and each byte of Japanese as three.
const MAX_SETTINGS_BYTES: usize = 512 * 1024;

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
    /// Makes what webhooks to other systems are signed with.
    pub webhook_secret: WebhookSecret,
    /// Connects Official Accounts.
    pub connect: ConnectChannels,
    /// HubSpot's own inbox.
    pub inbox: TeamInbox,
    /// Disconnects Official Accounts.
    pub disconnect_channel: DisconnectChannel,
    /// Disconnects the CRM account.
    pub disconnect_account: DisconnectAccount,
    /// Installs the CRM's app in accounts.
    pub install: Install,
    /// Whether it is the CRM that calls.
    pub verify: VerifyCall,
    /// Which app that is, by its name in our URLs.
    pub app: String,
    /// People on LINE.
    pub people: People,
    /// What a send to them would be, and sends to testers.
    pub test_send: TestSend,
    /// Talks with them.
    pub talks: Talks,
    /// Files at addresses that operators name.
    pub outside: Arc<dyn OutsideFiles>,
    /// Sends that may have arrived.
    pub sends: DecideSends,
    /// Who is who.
    pub questions: AnswerQuestions,
    /// What could not be done.
    pub letters: ReturnLetters,
    /// Looks for what is wrong.
    pub check_up: CheckUp,
    /// Takes people out.
    pub export: Export,
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
        .route("/console/enter", get(hand_over::ask).post(hand_over::enter))
        .route("/console/sign-out", post(sign_out::sign_out))
        .route("/console/team", get(team::page))
        .route("/console/team/invitations", post(team::invite))
        .route("/console/team/role", get(team::ask_to_change_role).post(team::change_role))
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
        .route(
            "/console/people/{handle}/preview",
            get(preview::page).post(preview::look).layer(DefaultBodyLimit::max(MAX_SETTINGS_BYTES)),
        )
        .route(
            "/console/people/{handle}/preview/test",
            post(preview::test).layer(DefaultBodyLimit::max(MAX_SETTINGS_BYTES)),
        )
        .route("/console/talks", get(talks::waiting).post(talks::search))
        .route("/console/talks/{person}", get(talks::page).post(talks::say))
        .route("/console/talks/{person}/live", get(talks::live))
        .route("/console/talks/{person}/writing", post(talks::writing))
        .route(
            "/console/talks/{person}/file",
            post(send_file::send).layer(DefaultBodyLimit::max(outgoing::MOST_FORM_BYTES + MAX_BYTES)),
        )
        .route("/console/talks/{person}/files/{file}", get(talk_files::file))
        .route("/console/talks/{person}/files/{file}/preview", get(talk_files::preview))
        .route("/console/talks/{person}/decide", post(talks::decide))
        .route("/console/talks/{person}/answered", post(tend::answered))
        .route("/console/talks/{person}/to-do", post(tend::to_do))
        .route("/console/talks/{person}/assign", post(tend::assign))
        .route("/console/texts", get(texts::page).post(texts::write))
        .route("/console/texts/remove", post(texts::remove))
        .route("/console/receipts/{name}", get(people::receipt))
        .route("/console/receipts/{name}/file", get(people::receipt_file))
        .route("/console/decisions", get(decisions::page))
        .route("/console/decisions/sends", post(decisions::decide_send))
        .route("/console/decisions/questions", post(decisions::answer))
        .route("/console/dead-letters", get(dead_letters::page).post(dead_letters::send_back))
        .route("/console/account/disconnect", get(disconnect_account::ask).post(disconnect_account::disconnect))
        .route("/console/account", get(settings::account).post(settings::change_account))
        .route("/console/channels/{channel}/inbox", get(inbox::page).post(inbox::change))
        .route(
            "/console/channels/{channel}",
            get(settings::channel).post(settings::change_channel).layer(DefaultBodyLimit::max(MAX_SETTINGS_BYTES)),
        )
        .route("/console/channels/{channel}/export", get(export::page).post(export::write))
        .route(
            "/console/channels/{channel}/disconnect",
            get(disconnect_channel::ask).post(disconnect_channel::disconnect),
        )
        .route("/console/channels/{channel}/routes", get(routes::page).post(routes::add))
        .route("/console/channels/{channel}/routes/remove", get(routes::ask_to_remove).post(routes::remove))
        .route("/console/channels/{channel}/setup", get(setup::page).post(setup::set_by_hand))
        .route("/console/channels/{channel}/trial", get(trial::page).post(trial::begin))
        .route("/console/channels/{channel}/login/setup", get(line_login::page).post(line_login::set_up))
        .route("/console/channels/{channel}/login", post(settings::change_login))
        .route("/console/channels/{channel}/webhook", get(webhook_secret::page).post(webhook_secret::change))
        .route("/console/assets/console.css", get(assets::style))
        .route("/console/assets/again.js", get(assets::again))
        .route("/console/assets/talk.js", get(assets::talk))
        .layer(from_fn(language::remember))
        .layer(from_our_pages)
        // No browser's form: the CRM's servers send it, and sign it.
        .route("/console/hand-over", post(hand_over::hand_over))
        .route("/console/card/talk", post(card::talk))
        .route("/console/card/say", post(card::say))
        .route("/console/card/writing", post(card::writing))
        .route("/console/card/tend", post(card_tend::tend))
        .route("/console/card/decide", post(card::decide))
        .route("/console/card/pictures", post(card_files::pictures))
        .route("/console/card/file", post(card_files::file))
        .route("/console/card/send", post(card_files::send))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(ports))
}
