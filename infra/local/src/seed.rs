//! The demo world: a coffee shop's Official Account linked to a HubSpot account, two friends, and two people who may become some.

use musubi::crm::CrmClients;
use musubi::crm::hubspot::oauth::REQUIRED_SCOPES;
use musubi::crm::hubspot::setup;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::{Channel, ChannelSettings, Connecting};
use musubi::domain::ids::{
    BotUserId, ChannelId, ContactId, CrmAccountId, CrmAppId, LiffId, LineUserId, LoginChannelId,
};
use musubi::domain::language::Language;
use musubi::domain::link::ContactLink;
use musubi::domain::login::{FriendPrompt, LoginSettings, Route};
use musubi::domain::properties as property;
use musubi::domain::provider::ProviderNumber;
use musubi::domain::route::RouteName;
use musubi::ports::crm::{ContactWrite, Properties};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Secret};
use musubi::ports::{Clock, Crms, PortError, Secrets};
use musubi::store::{Accounts, Channels, Links};

use crate::fake::hubspot::{AppSpec, FakeHubSpot, OwnerSpec, PortalSpec};
use crate::fake::line::login::{LiffSpec, LoginChannelSpec};
use crate::fake::line::{ChannelSpec, FakeLine, Friendship};
use crate::names;

/// The Official Account's channel ID.
pub const CHANNEL_ID: &str = "1657000001";
/// Its channel secret.
pub const CHANNEL_SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Its own user ID.
pub const BOT_USER_ID: &str = "Ub0b00000000000000000000000000001";
/// The LINE Login channel that the Official Account is linked to.
pub const LOGIN_CHANNEL_ID: &str = "1657000002";
/// Its channel secret.
pub const LOGIN_CHANNEL_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// Its LIFF app.
pub const LIFF_ID: &str = "1657000002-demoLIFF";
/// The LINE provider that both channels belong to.
pub const PROVIDER: &str = "musubi-coffee";
/// An Official Account that nobody has connected yet: its channel ID.
pub const FREE_CHANNEL_ID: &str = "1657000011";
/// Its channel secret.
pub const FREE_CHANNEL_SECRET: &str = "00112233445566778899aabbccddeeff";
/// A LINE Login channel beside it.
pub const FREE_LOGIN_CHANNEL_ID: &str = "1657000012";
/// Its channel secret.
pub const FREE_LOGIN_CHANNEL_SECRET: &str = "ffeeddccbbaa99887766554433221100";
/// The LINE provider that both belong to.
pub const FREE_PROVIDER: &str = "musubi-bakery";
/// Somebody who knows it, and is no friend yet.
pub const FREE_USER: &str = "U00000000000000000000000000000011";
/// Where its webhooks go until it is connected.
pub const FREE_WEBHOOK: &str = "https://bot.other-tool.example/hook?key=demo";
/// The HubSpot app.
pub const APP_ID: u64 = 5_000_001;
/// Its client secret.
pub const CLIENT_SECRET: &str = "00000000-0000-4000-8000-000000000001";
/// The HubSpot account.
pub const PORTAL_ID: u64 = 24_000_001;
/// A HubSpot account that nothing is connected to.
pub const EMPTY_PORTAL_ID: u64 = 24_000_002;
/// Who sits at HubSpot: the contact's owner.
pub const HUBSPOT_USER: (u64, &str) = (9_586_504, "sato@example.com");
/// Somebody else at HubSpot, who is no super admin there.
pub const HUBSPOT_MEMBER: (u64, &str) = (9_586_511, "mori@example.com");
/// A friend whose contact is known and has an owner.
pub const LINKED_USER: &str = "U00000000000000000000000000000001";
/// A friend whom the CRM does not know.
pub const NEW_USER: &str = "U00000000000000000000000000000002";
/// Somebody who is no friend yet and has given LINE no e-mail address.
pub const STRANGER: &str = "U00000000000000000000000000000003";
/// Somebody who is no friend yet and has an e-mail address.
pub const STRANGER_WITH_EMAIL: &str = "U00000000000000000000000000000004";
/// The known friend's contact.
pub const LINKED_CONTACT: u64 = 1001;
/// The owner of that contact.
pub const OWNER_ID: u64 = 41_629_779;

/// The contact properties whose changes it is told of: of each LINE provider.
fn subscribed() -> impl Iterator<Item = &'static str> {
    let of_each = |plain| ProviderNumber::ALL.into_iter().filter_map(move |provider| provider.field(plain));
    [property::LINE_USER_ID, property::LINE_ANSWERED_AT].into_iter().flat_map(of_each)
}

/// The app as the fake HubSpot has it.
pub fn app() -> AppSpec {
    let properties = ["firstname", "lastname", "email", "company", "line_user_id", "line_user_name"];
    AppSpec {
        action_properties: properties.map(str::to_owned).to_vec(),
        object_subscriptions: true,
        subscribed_properties: subscribed().map(str::to_owned).collect(),
        ..AppSpec::demo(APP_ID, CLIENT_SECRET)
    }
}

/// LINE Login as the demo has it: by e-mail, with a LIFF app and two routes.
pub fn login() -> LoginSettings {
    let route = |name: &str| (RouteName::parse(name).expect("a route's name"), Route::default());
    LoginSettings {
        liff: Some(LiffId::new(LIFF_ID)),
        // The screen that asks for friendship is worth seeing.
        friend_prompt: FriendPrompt::Aggressive,
        ask_email: true,
        company: Some(names::COMPANY.0.to_owned()),
        routes: [route("poster"), route("counter")].into(),
        ..LoginSettings::new(LoginChannelId::new(LOGIN_CHANNEL_ID))
    }
}

/// What the vendors know before Musubi comes.
pub fn vendors(line: &FakeLine, hubspot: &FakeHubSpot, public_url: &str, unique_keys: bool) {
    line.add_channel(ChannelSpec {
        bot_user_id: BOT_USER_ID.to_owned(),
        basic_id: "@musubi-coffee".to_owned(),
        name: names::ACCOUNT.0.to_owned(),
        webhook_url: Some(format!("{public_url}/line/{CHANNEL_ID}/webhook")),
        // The shop answers by hand, too.
        chat: true,
        ..ChannelSpec::demo(CHANNEL_ID, CHANNEL_SECRET, PROVIDER)
    });
    for (user, name) in [LINKED_USER, NEW_USER, STRANGER, STRANGER_WITH_EMAIL].into_iter().zip(names::PEOPLE) {
        line.add_person_as(user, PROVIDER, name.0, None);
    }
    for user in [LINKED_USER, NEW_USER] {
        line.set_friendship(CHANNEL_ID, user, Friendship::Friend);
    }
    let addresses = [(LINKED_USER, "hanako"), (NEW_USER, "taro"), (STRANGER_WITH_EMAIL, "kenji")];
    for (user, name) in addresses {
        line.set_email(user, Some(&format!("{name}@example.com")));
    }
    line.add_login_channel(login_channel(public_url));
    free_channel(line, public_url);
    hubspot.edit_app(|app| {
        app.action_url = Some(format!("{public_url}/crm/hubspot/{APP_ID}/action"));
        app.webhook_url = Some(format!("{public_url}/crm/hubspot/{APP_ID}/webhook"));
        app.permitted_urls = vec![public_url.to_owned()];
    });
    hubspot.add_portal(PortalSpec {
        name: names::ACCOUNT.0.to_owned(),
        accepts_unique_note_property: unique_keys,
        ..PortalSpec::demo(PORTAL_ID)
    });
    hubspot.add_owner(
        PORTAL_ID,
        OwnerSpec {
            owner_id: OWNER_ID,
            user_id: HUBSPOT_USER.0,
            email: HUBSPOT_USER.1.to_owned(),
            first_name: names::OWNER[0].0.to_owned(),
            last_name: names::OWNER[1].0.to_owned(),
        },
    );
    let owner = OWNER_ID.to_string();
    let [(given, _), (family, _)] = names::CONTACT;
    let known =
        [("firstname", given), ("lastname", family), ("email", "hanako@example.com"), ("hubspot_owner_id", &owner)];
    hubspot.create_contact_as(PORTAL_ID, LINKED_CONTACT, &known);
}

/// As LINE makes one: nothing is switched on for anybody, and another tool hears it.
fn free_channel(line: &FakeLine, public_url: &str) {
    line.add_channel(ChannelSpec {
        basic_id: "@musubi-bakery".to_owned(),
        name: names::FREE_ACCOUNT.0.to_owned(),
        picture: Some(format!("{public_url}/page/picture.svg")),
        monthly_limit: Some(200),
        verified: false,
        webhook_url: Some(FREE_WEBHOOK.to_owned()),
        webhook_active: false,
        redelivery: false,
        ..ChannelSpec::demo(FREE_CHANNEL_ID, FREE_CHANNEL_SECRET, FREE_PROVIDER)
    });
    line.add_person_as(FREE_USER, FREE_PROVIDER, names::PEOPLE[2].0, None);
    line.add_login_channel(LoginChannelSpec::demo(FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET, FREE_PROVIDER));
}

/// An account of HubSpot's beside it, that Musubi has not seen, and who is signed in at HubSpot.
pub fn beside(hubspot: &FakeHubSpot) {
    hubspot.add_portal(PortalSpec { name: names::EMPTY_PORTAL.0.to_owned(), ..PortalSpec::demo(EMPTY_PORTAL_ID) });
    hubspot.sign_in_as(HUBSPOT_USER.0, HUBSPOT_USER.1);
}

/// The same, and whoever connects one is asked for consent.
pub fn from_nothing(hubspot: &FakeHubSpot, public_url: &str) {
    beside(hubspot);
    hubspot.ask_for_consent();
    hubspot.edit_app(|app| {
        let ours = format!("{public_url}/console/install/callback");
        // The port of `musubi portal add`, as the project names it.
        app.redirect_urls = vec![ours, "http://localhost:8976/callback".to_owned()];
        app.required_scopes = REQUIRED_SCOPES.map(str::to_owned).to_vec();
    });
}

fn login_channel(public_url: &str) -> LoginChannelSpec {
    let ours = format!("{public_url}/line/{CHANNEL_ID}");
    LoginChannelSpec {
        callback_urls: vec![format!("{ours}/login/callback")],
        linked_bot: Some(CHANNEL_ID.to_owned()),
        email_permission: true,
        liff: vec![LiffSpec::new(LIFF_ID, &format!("{ours}/liff"))],
        ..LoginChannelSpec::demo(LOGIN_CHANNEL_ID, LOGIN_CHANNEL_SECRET, PROVIDER)
    }
}

/// What Musubi is told, through its own ports, as an operator would.
///
/// # Errors
/// As the ports'.
pub async fn musubi(
    (accounts, channels): (&Accounts, &Channels),
    links: &Links,
    secrets: &dyn Secrets,
    crms: &CrmClients,
    hubspot: &FakeHubSpot,
    clock: &dyn Clock,
    settings: ChannelSettings,
) -> Result<(), PortError> {
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL_ID.to_string()) };
    let app = CrmAppId::new(APP_ID.to_string());
    let id = ChannelId::new(CHANNEL_ID);
    secrets
        .store_line(
            &id,
            &LineSecrets {
                channel_secrets: vec![Secret::new(CHANNEL_SECRET)],
                access_token: None,
                login_secrets: vec![Secret::new(LOGIN_CHANNEL_SECRET)],
                api_keys: Vec::new(),
                webhook_secrets: Vec::new(),
            },
        )
        .await?;
    let client_id = hubspot.app().client_id;
    let app_secrets = CrmAppSecrets { client_id, client_secrets: vec![Secret::new(CLIENT_SECRET)] };
    secrets.store_crm_app(key.kind, &app, &app_secrets).await?;
    let token = CrmToken::OAuth {
        access_token: Secret::new(""),
        refresh_token: Secret::new(hubspot.install(PORTAL_ID)),
        expires_at_ms: 0,
        instance_url: None,
    };
    secrets.store_crm_token(&key, &token).await?;

    let mut account = CrmAccount::new(key.clone(), app, Language::Japanese, "Asia/Tokyo");
    account.channels = vec![id.clone()];
    let api = crms.hubspot_api(&account);
    let failed = |failure: musubi::ports::crm::CrmFailure| PortError::permanent("demo set-up", failure.to_string());
    setup::prepare_properties(&api, account.language, account.providers()).await.map_err(failed)?;
    account.capabilities.unique_keys = setup::probe_unique_keys(&api, account.language).await.map_err(failed)?;
    account.capabilities.workflows_wait = true;
    let known = accounts.find(&key).await?.map_or(0, |found| found.version);
    let _ = accounts.put(&account, known).await?;

    let channel = Channel {
        login: Some(login()),
        settings,
        // Its test registration was seen: it is in order.
        connecting: Connecting { trial_passed_at_ms: Some(clock.now_ms()), ..Connecting::default() },
        ..Channel::new(id.clone(), BotUserId::new(BOT_USER_ID), names::ACCOUNT.0, "@musubi-coffee", key.clone())
    };
    let known = channels.find_versioned(&id).await?.map_or(0, |found| found.version);
    let _ = channels.put(&channel, known).await?;
    let link = ContactLink {
        channel: id,
        user: LineUserId::new(LINKED_USER),
        account: key,
        contact: ContactId::new(LINKED_CONTACT.to_string()),
        linked_at_ms: clock.now_ms(),
        is_new: false,
        provider: Default::default(),
        by: None,
    };
    let _ = links.link(&link).await?;
    show_link(crms, &account, &link).await
}

/// How long the demo data may take to be written, in milliseconds.
const SEED_WITHIN_MS: i64 = 60_000;

/// Says on the contact what the link says, as the dispatcher leaves it after a link.
async fn show_link(crms: &CrmClients, account: &CrmAccount, link: &ContactLink) -> Result<(), PortError> {
    let Some(crm) = crms.connect(account, link.linked_at_ms + SEED_WITHIN_MS).await? else { return Ok(()) };
    let linked_at = jiff::Timestamp::from_millisecond(link.linked_at_ms).unwrap_or_default();
    let mut properties = Properties::default();
    properties.set(property::LINE_USER_ID, link.user.expose());
    properties.set(property::LINE_USER_NAME, names::pick(names::PEOPLE[0], Language::default()));
    properties.set(property::LINE_LINKED_AT, linked_at.to_string());
    properties.set(property::LINE_FOLLOWS, "true");
    properties.set(property::LINE_UNANSWERED, "false");
    let writes = [ContactWrite { contact: link.contact.clone(), properties }];
    for written in crm.update_contacts(&writes).await {
        written.map_err(|failure| PortError::permanent("demo contact", failure.to_string()))?;
    }
    Ok(())
}
