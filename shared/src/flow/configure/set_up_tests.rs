//! What operators connect: stored in an order in which a death anywhere leaves nothing that is believed too early, and gone on
//! with by a second call.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::tests::{account, channel, key, names, put_account, put_channel, secrets, seen, with_login};
use super::*;
use crate::domain::account::{Capabilities, CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::channel::{Channel, WebhookBefore};
use crate::domain::ids::{ChannelId, CrmAccountId, CrmAppId, LiffId, LoginChannelId};
use crate::domain::language::Language;
use crate::domain::login::FriendPrompt;
use crate::flow::testing::{Life, NoWaiting, RivalTable, SecretsInMemory, die_anywhere};
use crate::ports::PortError;
use crate::ports::console::LiffApp;
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::crm_set_up::{AppClient, FieldProblem, FieldReport, Leave, LeaveAsk, LeaveRefusal, Readiness};
use crate::ports::secrets::{CrmToken, LineSecrets, Secret};
use crate::ports::{ChannelConsole, CrmSetUp, LoginConsole, Secrets, Table};
use crate::store::{Accounts, Channels};

/// A CRM with one account, in which a field is missing at first.
pub(super) struct Crm {
    life: Life,
    secrets: Arc<SecretsInMemory>,
    /// Codes that were exchanged.
    used: Mutex<Vec<String>>,
    has_field: Mutex<bool>,
    /// A field is not as it must be.
    pub(super) is_odd: Mutex<bool>,
}

const CLIENT_SECRET: &str = "the app's secret";

pub(super) fn granted(access: &str) -> CrmToken {
    let (access_token, refresh_token) = (Secret::new(access), Secret::new("refresh"));
    CrmToken::OAuth { access_token, refresh_token, expires_at_ms: 1, instance_url: None }
}

#[async_trait]
impl CrmSetUp for Crm {
    fn authorize_url(&self, ask: &LeaveAsk) -> String {
        ask.redirect_uri.clone()
    }

    async fn exchange_code(&self, client: &AppClient, _: &str, code: &Secret) -> Result<Leave, LeaveRefusal> {
        if client.secret.expose() != CLIENT_SECRET {
            return Err(LeaveRefusal::Client);
        }
        let mut used = self.used.lock().unwrap();
        if used.iter().any(|used| used == code.expose()) {
            return Err(LeaveRefusal::Code);
        }
        used.push(code.expose().to_owned());
        Ok(Leave {
            account: CrmAccountId::new("7"),
            token: granted(code.expose()),
            workflows_wait: Some(true),
            missing: Vec::new(),
            by: None,
        })
    }

    async fn check_client(&self, client: &AppClient) -> Result<(), LeaveRefusal> {
        if client.secret.expose() == CLIENT_SECRET { Ok(()) } else { Err(LeaveRefusal::Client) }
    }

    async fn by_private_token(&self, _: &CrmAppId, token: &Secret) -> Each<Leave> {
        if token.expose() != "good" {
            return Err(CrmFailure::Disconnected);
        }
        let token = CrmToken::Private { access_token: token.clone() };
        Ok(Leave { account: CrmAccountId::new("7"), token, workflows_wait: None, missing: Vec::new(), by: None })
    }

    async fn uninstall(&self, _: &CrmAccount) -> Each<bool> {
        Ok(self.secrets.token.lock().unwrap().is_some())
    }

    async fn make_ready(&self, account: &CrmAccount, workflows_wait: Option<bool>) -> Each<Readiness> {
        if self.secrets.crm_token(&account.key).await.unwrap().is_none() {
            return Err(CrmFailure::Disconnected);
        }
        let time_zone = "Asia/Tokyo".to_owned();
        if *self.is_odd.lock().unwrap() {
            let problems = vec![FieldProblem::new("型".to_owned(), "type".to_owned())];
            let fields = FieldReport { problems, ..FieldReport::default() };
            return Ok(Readiness { time_zone, fields, capabilities: None });
        }
        let had_it = self.life.write(|| std::mem::replace(&mut *self.has_field.lock().unwrap(), true));
        let fields = match had_it.map_err(|_| CrmFailure::Unknown)? {
            true => FieldReport { found: vec!["line_user_id"], ..FieldReport::default() },
            false => FieldReport { created: vec!["line_user_id"], ..FieldReport::default() },
        };
        let capabilities = Capabilities { workflows_wait: workflows_wait.unwrap_or(false), unique_keys: true };
        Ok(Readiness { time_zone, fields, capabilities: Some(capabilities) })
    }
}

pub(super) struct World {
    pub(super) rows: Arc<RivalTable>,
    pub(super) secrets: Arc<SecretsInMemory>,
    pub(super) crm: Arc<Crm>,
}

pub(super) async fn world(life: Life, before: Vec<crate::ports::table::Write>, line: Option<LineSecrets>) -> World {
    let rows = Arc::new(RivalTable::of(life.clone()));
    let _ = rows.commit(before).await.expect("it commits");
    let secrets = SecretsInMemory { life: life.clone(), line: line.into(), ..SecretsInMemory::default() };
    let secrets = Arc::new(secrets);
    let crm = Crm {
        life,
        secrets: secrets.clone(),
        used: Mutex::default(),
        has_field: Mutex::default(),
        is_odd: Mutex::default(),
    };
    World { rows, secrets, crm: Arc::new(crm) }
}

fn asked() -> AccountAsked {
    AccountAsked {
        kind: CrmKind::HubSpot,
        app: CrmAppId::new("shop"),
        language: Language::English,
        keeps_language: false,
        token_properties: names(&["plan"]),
    }
}

fn by_code(code: &str, secret: &str) -> LeaveGiven {
    let client = AppClient { id: "id".to_owned(), secret: Secret::new(secret) };
    LeaveGiven::Code { client, redirect_uri: "http://localhost/callback".to_owned(), code: Secret::new(code) }
}

fn by_token(token: &str, secret: Option<&str>) -> LeaveGiven {
    LeaveGiven::PrivateToken { token: Secret::new(token), client_secret: secret.map(Secret::new) }
}

impl World {
    fn table(&self) -> Arc<dyn Table> {
        self.rows.clone()
    }

    fn accounts(&self) -> ChangeAccount {
        ChangeAccount { accounts: Accounts::new(self.table()), clock: Arc::new(NoWaiting) }
    }

    fn channels(&self) -> ChangeChannel {
        ChangeChannel { channels: Channels::new(self.table()), clock: Arc::new(NoWaiting) }
    }

    async fn set_up(&self, given: &LeaveGiven) -> Result<(AccountSetUp, usize), SetUpError> {
        let (set_up, secrets, accounts) = (self.crm.clone(), self.secrets.clone(), self.accounts());
        EnterAccount { set_up: SetUpAccount { set_up, secrets, accounts } }.enter(given, &asked(), false).await
    }

    async fn account(&self) -> Option<CrmAccount> {
        self.accounts().accounts.find(&key("7")).await.unwrap().map(|found| found.value)
    }

    fn token(&self) -> Option<(CrmAccountKey, CrmToken)> {
        self.secrets.token.lock().unwrap().clone()
    }

    fn app_secrets(&self) -> Vec<String> {
        let app = self.secrets.app.lock().unwrap().clone();
        app.map_or_else(Vec::new, |app| app.client_secrets.iter().map(|it| it.expose().to_owned()).collect())
    }
}

#[tokio::test]
async fn an_account_is_connected_by_a_code_and_anew_by_another() {
    let world = world(Life::default(), Vec::new(), None).await;
    let (first, good_secrets) = world.set_up(&by_code("one", CLIENT_SECRET)).await.unwrap();
    assert_eq!((first.key, good_secrets, first.fields.created.len()), (key("7"), 1, 1));
    let connected = first.connected.unwrap();
    assert!(connected.is_new);
    assert_eq!(world.account().await, Some(connected.account.clone()));
    assert_eq!((&*connected.account.time_zone, connected.account.capabilities.workflows_wait), ("Asia/Tokyo", true));
    assert_eq!(connected.account.token_properties, names(&["plan"]));
    assert_eq!(world.token(), Some((key("7"), granted("one"))));

    let (second, good_secrets) = world.set_up(&by_code("two", CLIENT_SECRET)).await.unwrap();
    assert_eq!((second.fields.created.len(), second.fields.found.len(), good_secrets), (0, 1, 1));
    let again = second.connected.unwrap();
    assert_eq!((again.is_new, again.account), (false, connected.account));
    assert_eq!(world.token(), Some((key("7"), granted("two"))));
}

#[tokio::test]
async fn a_connection_that_dies_anywhere_shows_no_account_too_early_and_goes_on() {
    let verb = async |world: &World| {
        let code = format!("code {}", world.crm.used.lock().unwrap().len());
        let end = world.set_up(&by_code(&code, CLIENT_SECRET)).await;
        let is_ready =
            world.token().is_some() && !world.app_secrets().is_empty() && *world.crm.has_field.lock().unwrap();
        assert!(world.account().await.is_none() || is_ready, "who can be found is ready");
        end.is_ok()
    };
    let good = async |world: &World| {
        assert_eq!(world.token(), Some((key("7"), granted("code 1"))), "the newest leave counts");
        assert_eq!(world.app_secrets(), [CLIENT_SECRET]);
        assert_eq!(world.account().await.unwrap().time_zone, "Asia/Tokyo");
    };
    let writes = die_anywhere(async |life: Life| world(life, Vec::new(), None).await, verb, good).await;
    assert_eq!(writes, 4, "secret, token, field, row");
}

#[tokio::test]
async fn what_the_crm_does_not_take_changes_nothing() {
    let world = world(Life::default(), Vec::new(), None).await;
    world.set_up(&by_code("one", CLIENT_SECRET)).await.unwrap();
    let before = (world.token(), world.app_secrets(), world.account().await);
    let refusal = |end: Result<(AccountSetUp, usize), SetUpError>| match end {
        Err(SetUpError::NoLeave(why)) => Some(why),
        _ => None,
    };
    assert_eq!(refusal(world.set_up(&by_code("one", CLIENT_SECRET)).await), Some(LeaveRefusal::Code));
    assert_eq!(refusal(world.set_up(&by_code("two", "another")).await), Some(LeaveRefusal::Client));
    let bad = world.set_up(&by_token("bad", Some("another"))).await;
    assert!(matches!(bad, Err(SetUpError::Crm(CrmFailure::Disconnected))));
    assert_eq!((world.token(), world.app_secrets(), world.account().await), before);
}

#[tokio::test]
async fn a_private_token_needs_no_secret_and_takes_none_away() {
    let world = world(Life::default(), Vec::new(), None).await;
    assert_eq!(world.set_up(&by_token("good", None)).await.unwrap().1, 0);
    assert!(!world.account().await.unwrap().capabilities.workflows_wait, "it was found out");
    assert_eq!(world.set_up(&by_token("good", Some("a"))).await.unwrap().1, 1);
    assert_eq!(world.set_up(&by_token("good", None)).await.unwrap().1, 1);
    assert_eq!(world.set_up(&by_token("good", Some("b"))).await.unwrap().1, 2);
    assert_eq!(world.app_secrets(), ["b", "a"]);
}

#[tokio::test]
async fn an_account_with_an_odd_field_has_leave_and_is_not_there_until_it_is_put_right() {
    let world = world(Life::default(), Vec::new(), None).await;
    *world.crm.is_odd.lock().unwrap() = true;
    let odd = world.set_up(&by_code("one", CLIENT_SECRET)).await.unwrap();
    assert_eq!((odd.0.connected, odd.0.fields.problems[0].words(Language::English)), (None, "type"));
    assert_eq!((world.account().await, world.token().is_some()), (None, true));
    *world.crm.is_odd.lock().unwrap() = false;
    assert!(world.set_up(&by_code("two", CLIENT_SECRET)).await.unwrap().0.connected.unwrap().is_new);
}

/// LINE's console. What it was told stays.
#[derive(Default)]
struct Console {
    life: Life,
    webhook: Mutex<Option<String>>,
    apps: Mutex<Vec<LiffApp>>,
}

#[async_trait]
impl ChannelConsole for Console {
    async fn set_webhook(&self, _: &ChannelId, url: &str) -> Result<(), PortError> {
        self.life.write(|| *self.webhook.lock().unwrap() = Some(url.to_owned()))
    }
}

#[async_trait]
impl LoginConsole for Console {
    async fn make_liff(&self, app: &LiffApp) -> Result<LiffId, PortError> {
        self.life.write(|| {
            let mut apps = self.apps.lock().unwrap();
            apps.retain(|known| known.url != app.url);
            apps.push(app.clone());
            LiffId::new("2-x")
        })
    }
}

/// LINE's console beside the rest.
struct AtLine {
    world: World,
    console: Arc<Console>,
}

async fn at_line(life: Life, rows: Vec<crate::ports::table::Write>, line: Option<LineSecrets>) -> AtLine {
    let console = Arc::new(Console { life: life.clone(), ..Console::default() });
    AtLine { world: world(life, rows, line).await, console }
}

const WEBHOOK: &str = "https://a.example/webhook";

fn new_webhook() -> NewWebhook {
    NewWebhook { url: WEBHOOK.to_owned(), before: Some(WebhookBefore::new("https://other.example/hook", true)) }
}

impl AtLine {
    async fn connect(&self, webhook: Option<&NewWebhook>) -> Result<Channel, ChangeError<ConnectedElsewhere>> {
        let connect = ConnectChannel { channels: self.world.channels().channels, accounts: self.world.accounts() };
        let set_up = SetUpChannel { secrets: self.world.secrets.clone(), connect, console: self.console.clone() };
        let secret = EnteredSecret { secret: Secret::new("entered"), forget_old: false };
        let proven = ProvenChannel { seen: seen("Shop"), secret, access_token: Some(Secret::new("token")) };
        set_up.set_up(&proven, &key("1"), ChosenProvider::FIRST, webhook).await
    }

    fn line(&self) -> Option<LineSecrets> {
        self.world.secrets.line.lock().unwrap().clone()
    }

    async fn channel(&self) -> Option<Channel> {
        self.world.channels().channels.find(&seen("").id).await.unwrap()
    }
}

#[tokio::test]
async fn an_official_account_hears_of_line_last_and_a_death_anywhere_is_gone_on_from() {
    let start = async |life: Life| at_line(life, vec![put_account(&account("1"))], None).await;
    let verb = async |at: &AtLine| {
        let end = at.connect(Some(&new_webhook())).await;
        assert!(at.channel().await.is_none() || at.line().is_some(), "who is there can be believed");
        assert!(at.console.webhook.lock().unwrap().is_none() || at.channel().await.is_some(), "what is sent is taken");
        end.is_ok()
    };
    let good = async |at: &AtLine| {
        let mut connected = at.channel().await.unwrap();
        assert_eq!(connected.connecting.webhook_before.take(), new_webhook().before, "for the way back");
        assert_eq!(connected, channel("1"));
        let line = at.line().unwrap();
        assert_eq!((line.channel_secrets.len(), line.access_token.is_some()), (1, true));
        assert_eq!(at.console.webhook.lock().unwrap().as_deref(), Some(WEBHOOK));
        let chosen = at.world.accounts().accounts.find(&key("1")).await.unwrap().unwrap().value.channels;
        assert_eq!(chosen, [seen("").id]);
    };
    assert_eq!(die_anywhere(start, verb, good).await, 4, "secrets, row, choice, webhook");
}

#[tokio::test]
async fn webhooks_stay_where_they_go_if_that_is_wanted_or_it_is_connected_elsewhere() {
    let rows = vec![put_account(&account("1"))];
    let at = at_line(Life::default(), rows, None).await;
    at.connect(None).await.unwrap();
    assert_eq!(*at.console.webhook.lock().unwrap(), None);
    let elsewhere = at_line(Life::default(), vec![put_account(&account("1")), put_channel(&channel("2"))], None).await;
    let refused = elsewhere.connect(Some(&new_webhook())).await;
    assert!(matches!(refused, Err(ChangeError::Refused(ConnectedElsewhere))));
    assert_eq!(*elsewhere.console.webhook.lock().unwrap(), None);
}

impl AtLine {
    async fn log_in(&self) -> Result<Channel, SetUpLoginError<Infallible>> {
        let app = LiffApp { url: "https://a.example/liff".to_owned(), email: true, friend_prompt: FriendPrompt::Off };
        let liff = LiffAsked { console: self.console.clone(), app };
        let secret = EnteredSecret { secret: Secret::new("entered"), forget_old: true };
        let proven = ProvenLogin { id: LoginChannelId::new("2"), secret };
        let change = |channel: &mut Channel, made: Option<&LiffId>| {
            let mut login = with_login("1").login.expect("it has one");
            login.liff = made.cloned();
            channel.login = Some(login);
            Ok(())
        };
        let set_up = SetUpLogin { secrets: self.world.secrets.clone(), channels: self.world.channels() };
        set_up.set_up(&channel("1"), Some(&liff), Some(&proven), change).await
    }
}

#[tokio::test]
async fn a_login_that_dies_anywhere_is_set_up_by_a_second_call_with_one_liff_app() {
    let start = async |life: Life| {
        let mut line = secrets("a");
        line.login_secrets.clear();
        at_line(life, vec![put_channel(&channel("1"))], Some(line)).await
    };
    let verb = async |at: &AtLine| {
        let end = at.log_in().await;
        let is_there = at.channel().await.is_some_and(|channel| channel.login.is_some());
        assert!(!is_there || !at.line().unwrap().login_secrets.is_empty(), "who logs in can be verified");
        end.is_ok()
    };
    let good = async |at: &AtLine| {
        assert_eq!(at.console.apps.lock().unwrap().len(), 1);
        assert_eq!(at.line().unwrap().login_secrets, [Secret::new("entered")]);
        assert_eq!(at.channel().await.unwrap().login.unwrap().liff, Some(LiffId::new("2-x")));
    };
    assert_eq!(die_anywhere(start, verb, good).await, 3, "LIFF app, secret, row");
    let none = at_line(Life::default(), vec![put_channel(&channel("1"))], None).await;
    assert!(matches!(none.log_in().await, Err(SetUpLoginError::NoSecrets)));
    assert_eq!(none.channel().await, Some(channel("1")));
}
