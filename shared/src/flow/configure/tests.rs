//! What operators change at once: each gets what they asked for, decided from what is stored by then.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use super::*;
use crate::domain::account::{Capabilities, CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::channel::Channel;
use crate::domain::ids::{BotUserId, ChannelId, CrmAccountId, CrmAppId, LiffId, LoginChannelId};
use crate::domain::language::Language;
use crate::domain::login::{LoginSettings, Route};
use crate::domain::provider::ProviderNumber;
use crate::domain::route::RouteName;
use crate::flow::testing::{NoWaiting, RivalTable, SecretsInMemory};
use crate::ports::Table;
use crate::ports::secrets::{CrmAppSecrets, LineSecrets, Secret};
use crate::ports::table::{Precondition, RowKey, Write};
use crate::store::{Accounts, Channels};

pub(super) fn key(portal: &str) -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(portal) }
}

pub(super) fn account(portal: &str) -> CrmAccount {
    CrmAccount::new(key(portal), CrmAppId::new("shop"), Language::English, "UTC")
}

pub(super) fn seen(name: &str) -> OfficialAccount {
    let (bot_user_id, basic_id) = (BotUserId::new("U1"), "@shop".to_owned());
    OfficialAccount { id: ChannelId::new("1"), bot_user_id, name: name.to_owned(), basic_id }
}

pub(super) fn channel(portal: &str) -> Channel {
    let OfficialAccount { id, bot_user_id, name, basic_id } = seen("Shop");
    Channel::new(id, bot_user_id, name, basic_id, key(portal))
}

pub(super) fn with_login(portal: &str) -> Channel {
    Channel { login: Some(LoginSettings::new(LoginChannelId::new("2"))), ..channel(portal) }
}

pub(super) fn put_channel(channel: &Channel) -> Write {
    Write::put(RowKey::new("channel", channel.id.as_str()), channel, Precondition::Any)
}

pub(super) fn put_account(account: &CrmAccount) -> Write {
    Write::put(RowKey::new("account", account.key.to_string()), account, Precondition::Any)
}

pub(super) fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The table of configuration, and somebody else who changes it.
struct World(Arc<RivalTable>);

impl World {
    async fn of(rows: Vec<Write>) -> Self {
        let world = Self(Arc::default());
        let _ = world.0.commit(rows).await.expect("it commits");
        world
    }

    fn meanwhile(&self, rival: Write) -> &Self {
        self.0.before_next_commit(rival);
        self
    }

    fn rows(&self) -> Arc<dyn Table> {
        self.0.clone()
    }

    fn channels(&self) -> ChangeChannel {
        ChangeChannel { channels: Channels::new(self.rows()), clock: Arc::new(NoWaiting) }
    }

    fn accounts(&self) -> ChangeAccount {
        ChangeAccount { accounts: Accounts::new(self.rows()), clock: Arc::new(NoWaiting) }
    }

    fn connect(&self) -> ConnectChannel {
        ConnectChannel { channels: Channels::new(self.rows()), accounts: self.accounts() }
    }

    async fn account(&self, portal: &str) -> CrmAccount {
        self.accounts().accounts.find(&key(portal)).await.expect("it reads").expect("it is there").value
    }

    async fn channel(&self) -> Option<Channel> {
        self.channels().channels.find(&ChannelId::new("1")).await.expect("it reads")
    }
}

pub(super) fn secrets(of: &str) -> LineSecrets {
    let secret = |name: &str| Secret::new(format!("{name} {of}"));
    LineSecrets {
        channel_secrets: vec![secret("channel")],
        access_token: Some(secret("token")),
        login_secrets: vec![secret("login")],
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    }
}

fn stored(secrets: &SecretsInMemory) -> LineSecrets {
    secrets.line.lock().expect("nobody panics").clone().expect("they are stored")
}

fn entered(secret: &str, forget_old: bool) -> EnteredSecret {
    EnteredSecret { secret: Secret::new(secret), forget_old }
}

#[tokio::test]
async fn two_who_change_an_official_account_at_once_both_get_what_they_asked_for() {
    let mut theirs = channel("1");
    theirs.settings.tasks = false;
    let world = World::of(vec![put_channel(&channel("1"))]).await;
    let change = |channel: &mut Channel| {
        channel.settings.recent_messages = false;
        Ok::<_, Infallible>(())
    };
    let changed = world.meanwhile(put_channel(&theirs)).channels().change(&seen("").id, change).await.unwrap();
    assert!(!changed.settings.tasks && !changed.settings.recent_messages);
    assert_eq!(world.channel().await, Some(changed));
}

#[tokio::test]
async fn a_change_is_refused_by_what_is_stored_by_then() {
    let mut theirs = channel("1");
    theirs.settings.tasks = false;
    let world = World::of(vec![put_channel(&channel("1"))]).await;
    let while_tasks = |channel: &mut Channel| {
        channel.settings.recent_messages = false;
        if channel.settings.tasks { Ok(()) } else { Err("there are no tasks") }
    };
    let refused = world.meanwhile(put_channel(&theirs)).channels().change(&seen("").id, while_tasks).await;
    assert!(matches!(refused, Err(ChangeError::Refused("there are no tasks"))));
    assert_eq!(world.channel().await, Some(theirs));
}

#[tokio::test]
async fn what_is_not_there_is_not_made_by_a_change() {
    let world = World::of(Vec::new()).await;
    let nothing = world.channels().change(&seen("").id, |_| Ok::<_, Infallible>(())).await;
    assert!(matches!(nothing, Err(ChangeError::Absent)));
    let nothing = world.accounts().change(&key("1"), |_| Ok::<_, Infallible>(())).await;
    assert!(matches!(nothing, Err(ChangeError::Absent)));
}

#[tokio::test]
async fn who_never_gets_to_it_is_told_so() {
    let world = World::of(vec![put_channel(&channel("1"))]).await;
    for _ in 0..100 {
        world.meanwhile(put_channel(&channel("1")));
    }
    let change = |channel: &mut Channel| {
        channel.settings.tasks = false;
        Ok::<_, Infallible>(())
    };
    let contended = world.channels().change(&seen("").id, change).await;
    assert!(matches!(contended, Err(ChangeError::Contended(_))));
}

#[tokio::test]
async fn an_official_account_that_is_connected_can_be_chosen_beside_those_connected_at_once() {
    let other = ChannelId::new("9");
    let world = World::of(vec![put_account(&account("1"))]).await;
    let theirs = CrmAccount { channels: vec![other.clone()], ..account("1") };
    // One commit writes the row, the next one the list; the other one is faster with the list.
    world.connect().connect(&seen("Shop"), &key("1"), ChosenProvider::FIRST, None).await.unwrap();
    world.accounts().detach(&key("1"), &seen("").id).await.unwrap();
    let same = ChosenProvider { is_new: false, ..ChosenProvider::FIRST };
    world.meanwhile(put_account(&theirs)).accounts().attach(&key("1"), &seen("").id, same).await.unwrap();
    assert_eq!(world.account("1").await.channels, [other, seen("").id]);
}

#[tokio::test]
async fn of_two_that_are_the_first_at_once_one_is_and_the_other_is_asked() {
    let theirs = CrmAccount { channels: vec![ChannelId::new("9")], ..account("1") };
    let world = World::of(vec![put_account(&account("1"))]).await;
    let connect = world.connect();
    world.meanwhile(put_account(&theirs));
    let late = connect.connect(&seen("Shop"), &key("1"), ChosenProvider::FIRST, None).await;
    assert!(matches!(late, Err(ChangeError::Contended(_))), "{late:?}");
    assert_eq!(world.account("1").await.channels, theirs.channels);
    assert!(is_asked(&world.account("1").await, &seen("").id));
    let other = ChosenProvider { number: ProviderNumber::ALL[1], is_new: true };
    let connected = connect.connect(&seen("Shop"), &key("1"), other, None).await.unwrap();
    let known = world.account("1").await;
    assert_eq!((connected.provider, known.provider_of(&seen("").id)), (other.number, other.number));
    // Whoever says otherwise of one that is connected changes nothing, in neither row.
    for _ in 0..2 {
        let again = connect.connect(&seen("Shop"), &key("1"), ChosenProvider::FIRST, None).await.unwrap();
        assert_eq!((again.provider, world.channel().await.map(|row| row.provider)), (other.number, Some(other.number)));
        assert_eq!(world.account("1").await, known);
    }
}

#[tokio::test]
async fn connecting_again_keeps_what_was_chosen_and_learns_what_line_says() {
    let mut known = with_login("1");
    known.settings.tasks = false;
    let world = World::of(vec![put_channel(&known), put_account(&account("1"))]).await;
    for _ in 0..2 {
        let connected =
            world.connect().connect(&seen("New name"), &key("1"), ChosenProvider::FIRST, None).await.unwrap();
        assert_eq!(connected, Channel { name: "New name".to_owned(), ..known.clone() });
        assert_eq!(world.account("1").await.channels, [seen("").id]);
    }
}

#[tokio::test]
async fn an_official_account_that_another_crm_account_gets_first_is_not_taken_from_it() {
    let world = World::of(vec![put_account(&account("1")), put_account(&account("2"))]).await;
    let refused = world
        .meanwhile(put_channel(&channel("2")))
        .connect()
        .connect(&seen("Shop"), &key("1"), ChosenProvider::FIRST, None)
        .await;
    assert!(matches!(refused, Err(ChangeError::Refused(ConnectedElsewhere))));
    assert_eq!(world.channel().await, Some(channel("2")));
    assert_eq!(world.account("1").await.channels, []);
}

#[tokio::test]
async fn an_account_that_is_connected_anew_keeps_its_settings_and_asks_for_what_its_app_asks_for() {
    let others = CrmAccount { token_properties: names(&["shoe_size"]), ..account("2") };
    let before = CrmAccount { token_properties: names(&["hat_size"]), ..account("1") };
    let world = World::of(vec![put_account(&others), put_account(&before)]).await;
    let changed_meanwhile = CrmAccount { channels: vec![seen("").id], ..before };
    let capabilities = Capabilities { workflows_wait: true, unique_keys: true };
    let (language, time_zone) = (Language::Japanese, "Asia/Tokyo".to_owned());
    let (app, token_properties) = (CrmAppId::new("shop"), names(&["plan"]));
    let prepared = PreparedAccount { key: key("1"), app, language, time_zone, capabilities, token_properties };
    let connect = ConnectAccount { accounts: world.meanwhile(put_account(&changed_meanwhile)).accounts() };
    let connected = connect.connect(&prepared).await.unwrap();
    assert!(!connected.is_new);
    assert_eq!(connected.account.token_properties, names(&["hat_size", "plan", "shoe_size"]));
    assert_eq!((connected.account.channels.len(), &*connected.account.time_zone), (1, "Asia/Tokyo"));
    assert_eq!(world.account("1").await, connected.account);
    let new = connect.connect(&PreparedAccount { key: key("3"), ..prepared }).await.unwrap();
    assert!(new.is_new && new.account.channels.is_empty());
}

#[tokio::test]
async fn every_account_of_an_app_asks_for_the_same_properties() {
    let with = |portal: &str, asked: &[&str]| CrmAccount { token_properties: names(asked), ..account(portal) };
    let elsewhere = CrmAccount { app: CrmAppId::new("other"), ..with("3", &["x"]) };
    let rows = [with("1", &["a"]), with("2", &["b"]), elsewhere];
    let world = World::of(rows.iter().map(put_account).collect()).await;
    let ask = AskForProperties { accounts: world.meanwhile(put_account(&with("1", &["a", "d"]))).accounts() };
    let (keys, all) = ask.ask_for(&CrmAppId::new("shop"), &names(&["c"])).await.unwrap();
    assert_eq!((keys, all), (vec![key("1"), key("2")], names(&["a", "b", "c"])));
    let asked = [world.account("1").await, world.account("2").await, world.account("3").await];
    let expected = [names(&["a", "b", "c", "d"]), names(&["a", "b", "c"]), names(&["x"])];
    assert_eq!(asked.map(|account| account.token_properties), expected);
}

#[tokio::test]
async fn a_route_is_made_beside_one_that_is_made_at_once() {
    let name = |text: &str| RouteName::parse(text).expect("a name");
    let mut theirs = with_login("1");
    theirs.login.as_mut().unwrap().routes.insert(name("flyer"), Route::default());
    let world = World::of(vec![put_channel(&with_login("1"))]).await;
    let routes = ChangeRoutes { channels: world.meanwhile(put_channel(&theirs)).channels() };
    let id = seen("").id;
    routes.add(&id, &name("poster"), &RoutePage::AsItIs).await.unwrap();
    let login = world.channel().await.unwrap().login.unwrap();
    assert_eq!(login.routes.into_keys().collect::<Vec<_>>(), [name("flyer"), name("poster")]);

    let own = RoutePage::Own("https://shop.example/".to_owned());
    let refused = routes.add(&id, &name("poster"), &own).await;
    assert!(matches!(refused, Err(ChangeError::Refused(RouteRefusal::BadPage(_)))), "its origin is not allowed");
    routes.remove(&id, &name("poster")).await.unwrap();
    let gone = routes.remove(&id, &name("poster")).await;
    assert!(matches!(gone, Err(ChangeError::Refused(RouteRefusal::Unknown))));
}

#[tokio::test]
async fn login_goes_with_its_secrets_and_nothing_else_goes() {
    let mut theirs = with_login("1");
    theirs.settings.tasks = false;
    let world = World::of(vec![put_channel(&with_login("1"))]).await;
    let memory = Arc::new(SecretsInMemory { line: Some(secrets("a")).into(), ..SecretsInMemory::default() });
    let channels = world.meanwhile(put_channel(&theirs)).channels();
    let remove = RemoveLogin { channels, secrets: memory.clone() };
    for _ in 0..2 {
        remove.remove(&seen("").id).await.unwrap();
        assert_eq!(world.channel().await, Some(Channel { login: None, ..theirs.clone() }));
        assert_eq!(stored(&memory), LineSecrets { login_secrets: Vec::new(), ..secrets("a") });
    }
}

#[tokio::test]
async fn the_secret_before_stays_good_until_it_is_said_to_be_forgotten() {
    let memory = Arc::new(SecretsInMemory { line: Some(secrets("a")).into(), ..SecretsInMemory::default() });
    let rotate = RotateSecret { secrets: memory.clone() };
    let id = seen("").id;
    let good = || stored(&memory).channel_secrets.iter().map(|it| it.expose().to_owned()).collect::<Vec<_>>();
    for _ in 0..2 {
        rotate.channel(&id, &entered("b", false), None).await.unwrap();
        assert_eq!(good(), ["b", "channel a"]);
    }
    rotate.channel(&id, &entered("c", false), None).await.unwrap();
    assert_eq!(good(), ["c", "b"]);
    rotate.channel(&id, &entered("c", true), None).await.unwrap();
    assert_eq!(good(), ["c"]);
    let left = LineSecrets { channel_secrets: stored(&memory).channel_secrets, access_token: None, ..secrets("a") };
    assert_eq!(stored(&memory), left, "LINE Login's stay");
}

#[tokio::test]
async fn another_login_channels_secret_is_not_kept_and_its_liff_app_does_not_come_along() {
    let memory = Arc::new(SecretsInMemory { line: Some(secrets("a")).into(), ..SecretsInMemory::default() });
    let rotate = RotateSecret { secrets: memory.clone() };
    let good = || stored(&memory).login_secrets.iter().map(|it| it.expose().to_owned()).collect::<Vec<_>>();
    rotate.login(&with_login("1"), &LoginChannelId::new("2"), &entered("b", false)).await.unwrap();
    assert_eq!(good(), ["b", "login a"]);
    rotate.login(&with_login("1"), &LoginChannelId::new("3"), &entered("c", false)).await.unwrap();
    assert_eq!(good(), ["c"]);
    *memory.line.lock().unwrap() = None;
    let nowhere = rotate.login(&with_login("1"), &LoginChannelId::new("2"), &entered("b", false)).await;
    assert!(matches!(nowhere, Err(ChangeError::Absent)));

    let login = LoginSettings { liff: Some(LiffId::new("2-x")), ..LoginSettings::new(LoginChannelId::new("2")) };
    assert_eq!(login.clone().at(LoginChannelId::new("2")), login);
    assert_eq!(login.at(LoginChannelId::new("3")), LoginSettings::new(LoginChannelId::new("3")));
}

#[tokio::test]
async fn an_apps_secret_is_rotated_alike() {
    let memory = Arc::new(SecretsInMemory::default());
    let (rotate, app) = (RotateSecret { secrets: memory.clone() }, CrmAppId::new("shop"));
    let shop = (CrmKind::HubSpot, &app);
    assert_eq!(rotate.crm_app(shop, "id", &entered("a", false)).await.unwrap(), 1);
    assert_eq!(rotate.crm_app(shop, "id", &entered("b", false)).await.unwrap(), 2);
    assert_eq!(rotate.crm_app(shop, "id", &entered("b", true)).await.unwrap(), 1);
    let left = CrmAppSecrets { client_id: "id".to_owned(), client_secrets: vec![Secret::new("b")] };
    assert_eq!(*memory.app.lock().unwrap(), Some(left));
}

#[tokio::test]
async fn keys_are_made_up_to_ten_and_made_again_by_name() {
    let memory = Arc::new(SecretsInMemory { line: Some(secrets("a")).into(), ..SecretsInMemory::default() });
    let (keys, id) = (ApiKeys { secrets: memory.clone() }, seen("").id);
    for round in 0..2 {
        for name in 0..MAX_API_KEYS {
            keys.make(&id, &format!("key-{name}"), Secret::new(format!("{round}"))).await.unwrap();
        }
    }
    assert_eq!(stored(&memory).api_keys.len(), MAX_API_KEYS);
    assert!(stored(&memory).api_keys.iter().all(|key| key.secret.expose() == "1"));
    let why = |end: Result<(), ChangeError<ApiKeyRefusal>>| match end {
        Err(ChangeError::Refused(why)) => Some(why),
        _ => None,
    };
    assert_eq!(why(keys.make(&id, "more", Secret::new("x")).await), Some(ApiKeyRefusal::TooMany));
    assert_eq!(why(keys.make(&id, "two words", Secret::new("x")).await), Some(ApiKeyRefusal::Name));
    keys.forget(&id, "key-1").await.unwrap();
    assert_eq!(why(keys.forget(&id, "key-1").await), Some(ApiKeyRefusal::Unknown));
    assert_eq!(stored(&memory).api_keys.len(), MAX_API_KEYS - 1);
}
