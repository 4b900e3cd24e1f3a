//! Connecting an account: leave by a code or a private token, and the account made ready.

use std::sync::Arc;

use local::fake::hubspot::ObjectType;
use musubi::crm::hubspot::HubSpotUrls;
use musubi::crm::{self, SetUpUrls};
use musubi::domain::account::Capabilities;
use musubi::domain::ids::CrmAppId;
use musubi::domain::language::Language;
use musubi::ports::CrmSetUp;
use musubi::ports::crm::CrmFailure;
use musubi::ports::crm_set_up::{AppClient, LeaveAsk, LeaveRefusal};
use musubi::ports::secrets::{CrmToken, Secret};

use crate::support::{CLIENT_SECRET, OneClock, PORTAL, World};

const BACK: &str = "http://localhost:8976/callback";

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn set_up(world: &World) -> Arc<dyn CrmSetUp> {
    let authorize = format!("{}/oauth/authorize", world.served.url()).parse().unwrap();
    let urls = SetUpUrls { hubspot: HubSpotUrls { api: world.served.url(), authorize } };
    let clock = Arc::new(OneClock(world.clock.clone()));
    crm::set_up(world.account.key.kind, http().into(), urls, world.vault.clone(), clock).expect("HubSpot is known")
}

fn client(secret: &str) -> AppClient {
    AppClient { id: "client-77".to_owned(), secret: Secret::new(secret) }
}

fn ask(workflows_wait: bool, app_events: bool) -> LeaveAsk {
    let (client_id, redirect_uri, state) = ("client-77".to_owned(), BACK.to_owned(), "s&t".to_owned());
    LeaveAsk { client_id, redirect_uri, state, workflows_wait, app_events, inbox: false }
}

/// A person agrees, and comes back with a code.
async fn code(set_up: &dyn CrmSetUp) -> Secret {
    let agreed = http().get(set_up.authorize_url(&ask(true, false))).send().await.unwrap();
    let back: reqwest::Url = agreed.headers()["location"].to_str().unwrap().parse().unwrap();
    let query = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(query("state"), "s&t");
    Secret::new(query("code"))
}

#[tokio::test]
async fn a_person_is_asked_for_what_is_wanted_and_no_more() {
    let world = World::bare().await;
    let set_up = set_up(&world);
    let scopes = |ask: &LeaveAsk| {
        let url: reqwest::Url = set_up.authorize_url(ask).parse().unwrap();
        let scopes = url.query_pairs().find(|(key, _)| key == "scope").unwrap().1.into_owned();
        ["automation", "timeline", "oauth"].map(|scope| scopes.split(' ').any(|asked| asked == scope))
    };
    assert_eq!(scopes(&ask(true, false)), [true, false, true]);
    assert_eq!(scopes(&ask(false, true)), [false, true, true]);
    assert_eq!(format!("{:?}", ask(true, true)), "LeaveAsk(..)", "the state is nobody's business");
}

#[tokio::test]
async fn a_code_is_leave_for_its_account_once_however_hubspot_names_it() {
    let world = World::bare().await;
    let set_up = set_up(&world);
    for names_portal in [true, false] {
        world.fake.switch(|switches| switches.token_answer_names_portal = names_portal);
        let code = code(&*set_up).await;
        let leave = set_up.exchange_code(&client(CLIENT_SECRET), BACK, &code).await.unwrap();
        assert_eq!((leave.account.as_str(), leave.workflows_wait), (&*PORTAL.to_string(), Some(true)));
        assert!(matches!(leave.token, CrmToken::OAuth { .. }));
        let again = set_up.exchange_code(&client(CLIENT_SECRET), BACK, &code).await;
        assert_eq!(again.unwrap_err(), LeaveRefusal::Code);
    }
    let code = code(&*set_up).await;
    let wrong = set_up.exchange_code(&client("wrong"), BACK, &code).await;
    assert_eq!(wrong.unwrap_err(), LeaveRefusal::Client);
    assert!(world.vault.stored.lock().unwrap().is_empty(), "storing is somebody else's");
}

#[tokio::test]
async fn a_private_token_says_whose_it_is() {
    let world = World::bare().await;
    let (set_up, app) = (set_up(&world), CrmAppId::new("77"));
    let token = Secret::new(world.fake.private_token(PORTAL));
    let leave = set_up.by_private_token(&app, &token).await.unwrap();
    assert_eq!((leave.account.as_str(), leave.workflows_wait), (&*PORTAL.to_string(), None));
    assert_eq!(leave.token, CrmToken::Private { access_token: token });
    let nobodys = set_up.by_private_token(&app, &Secret::new("pat-na1-nobody")).await;
    assert_eq!(nobodys.unwrap_err(), CrmFailure::Disconnected);
}

#[tokio::test]
async fn an_account_is_made_ready_once_and_found_so() {
    for unique_keys in [true, false] {
        let world = World::bare().await;
        world.fake.edit_portal(PORTAL, |portal| portal.accepts_unique_note_property = unique_keys);
        let set_up = set_up(&world);
        let first = set_up.make_ready(&world.account, Some(false)).await.unwrap();
        let again = set_up.make_ready(&world.account, None).await.unwrap();
        assert_eq!(
            (first.time_zone.as_str(), first.fields.created.len(), first.fields.found.len()),
            ("Asia/Tokyo", 14, 0)
        );
        assert_eq!((again.fields.created.len(), again.fields.found.len()), (0, 14));
        assert_eq!(
            first.capabilities,
            Some(Capabilities { workflows_wait: false, unique_keys }),
            "what is known counts"
        );
        assert_eq!(again.capabilities, Some(Capabilities { workflows_wait: true, unique_keys }), "it was found out");
    }
}

#[tokio::test]
async fn an_account_with_an_odd_property_is_not_ready_and_nothing_more_is_made_in_it() {
    let world = World::bare().await;
    let token = world.fake.private_token(PORTAL);
    let url = format!("{}/crm/properties/2026-03/contacts", world.served.url());
    let plain = serde_json::json!({"name": "line_user_id", "label": "x", "groupName": "contactinformation",
        "type": "string", "fieldType": "text"});
    assert_eq!(http().post(url).bearer_auth(token).json(&plain).send().await.unwrap().status(), 201);
    let ready = set_up(&world).make_ready(&world.account, None).await.unwrap();
    assert_eq!((ready.capabilities, ready.fields.problems.len()), (None, 1));
    let problem = &ready.fields.problems[0];
    assert!(problem.words(Language::Japanese).contains("一意の値"));
    assert!(problem.words(Language::English).contains("unique values"));
    for kind in [ObjectType::Note, ObjectType::Task] {
        assert!(world.fake.property(PORTAL, kind, musubi::crm::hubspot::KEY_PROPERTY).is_none());
    }
}
