use std::sync::atomic::Ordering;

use futures::future::join_all;
use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use musubi::crm::hubspot::oauth::{OAuth, OAuthError};
use musubi::crm::hubspot::setup::{self, PropertyProblem};
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::ports::Crms;
use musubi::ports::crm::CrmFailure;
use musubi::ports::secrets::{CrmToken, Secret};

use crate::support::{CLIENT_SECRET, NOON_MS, PORTAL, World, person};

#[tokio::test]
async fn without_a_stored_token_an_account_is_not_connected() {
    let world = World::bare().await;
    *world.vault.token.lock().unwrap() = None;
    assert!(world.clients.connect(&world.account, i64::MAX).await.unwrap().is_none());
}

#[tokio::test]
async fn fifty_callers_at_once_refresh_once_and_the_new_token_is_stored() {
    for rotates in [false, true] {
        let world = World::bare().await;
        world.fake.switch(|switches| switches.rotates_refresh_tokens = rotates);
        let api = world.api();
        let details = join_all((0..50).map(|_| setup::account_details(&api))).await;
        assert!(details.iter().all(Result::is_ok));
        assert_eq!(world.calls("/token"), 1);
        assert_eq!(world.vault.stored.lock().unwrap().len(), 1);
        // Two minutes before the half hour is over, the next one is fetched.
        world.fake.clock().advance_ms(29 * 60_000);
        assert!(setup::account_details(&api).await.is_ok());
        assert_eq!(world.calls("/token"), 2);
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_is_not_used_until_it_can_be() {
    let world = World::bare().await;
    world.fake.switch(|switches| switches.rotates_refresh_tokens = true);
    let api = world.api();
    world.vault.full.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert!(matches!(setup::account_details(&api).await, Err(CrmFailure::Later { .. })));
    }
    assert_eq!(world.calls("/details"), 0);
    world.vault.full.store(false, Ordering::SeqCst);
    assert!(setup::account_details(&api).await.is_ok());
    assert_eq!(world.calls("/token"), 1, "the first one granted was kept and stored");
}

#[tokio::test]
async fn an_uninstalled_app_is_disconnected_and_hubspot_is_asked_once_a_minute() {
    let world = World::bare().await;
    world.fake.uninstall(PORTAL);
    let api = world.api();
    for _ in 0..5 {
        assert_eq!(setup::account_details(&api).await, Err(CrmFailure::Disconnected));
    }
    assert_eq!(world.calls("/token"), 1);
    let refresh_token = Secret::new(world.fake.install(PORTAL));
    *world.vault.token.lock().unwrap() = Some(CrmToken::OAuth {
        access_token: Secret::new("x"),
        refresh_token,
        expires_at_ms: NOON_MS,
        instance_url: None,
    });
    world.fake.clock().advance_ms(60_000);
    assert!(setup::account_details(&api).await.is_ok(), "connected anew");
}

#[tokio::test]
async fn an_access_token_that_ends_before_its_time_is_renewed_once() {
    let world = World::bare().await;
    let api = world.api();
    setup::account_details(&api).await.unwrap();
    world.fake.clock().advance_ms(61_000);
    world.fake.expire_access_tokens(PORTAL);
    assert!(setup::account_details(&api).await.is_ok());
    assert_eq!(world.calls("/token"), 2);
    world.fake.expire_access_tokens(PORTAL);
    assert_eq!(setup::account_details(&api).await, Err(CrmFailure::Disconnected), "twice within a minute");
    assert_eq!(world.calls("/token"), 2);
}

#[tokio::test]
async fn a_private_token_is_used_as_it_is_and_disconnected_when_refused() {
    let world = World::bare().await;
    let access_token = Secret::new(world.fake.private_token(PORTAL));
    *world.vault.token.lock().unwrap() = Some(CrmToken::Private { access_token });
    let api = world.api();
    assert!(setup::account_details(&api).await.is_ok());
    assert_eq!(setup::probe_workflows_wait(&api).await, Ok(true));
    world.fake.uninstall(PORTAL);
    assert_eq!(setup::account_details(&api).await, Err(CrmFailure::Disconnected));
    assert_eq!(world.calls("/token"), 0);
}

#[tokio::test]
async fn a_missing_scope_is_a_lost_connection() {
    let world = World::bare().await;
    world.fake.edit_portal(PORTAL, |portal| portal.scopes = vec!["oauth".to_owned()]);
    let refresh_token = Secret::new(world.fake.install(PORTAL));
    *world.vault.token.lock().unwrap() = Some(CrmToken::OAuth {
        access_token: Secret::new("x"),
        refresh_token,
        expires_at_ms: NOON_MS,
        instance_url: None,
    });
    assert_eq!(setup::probe_workflows_wait(&world.api()).await, Ok(false));
    let answers = world.crm().await.upsert_people(&[person(1, "x")]).await;
    assert_eq!(answers, [Err(CrmFailure::Disconnected)]);
}

#[tokio::test]
async fn a_thousand_calls_keep_within_the_accounts_limit() {
    let world = World::bare().await;
    let api = world.api();
    for _ in 0..1_000 {
        setup::account_details(&api).await.unwrap();
    }
    let ledger = world.fake.ledger();
    assert!(ledger.calls.iter().all(|call| call.status == 200));
    let took_ms = world.fake.clock().now_ms() - NOON_MS;
    assert!(took_ms <= 1_000 * 10_000 / 110 + 10_000, "and do not idle: {took_ms}");
}

#[tokio::test]
async fn a_429_is_handed_back_and_the_next_call_waits() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    world.fake.fault(Endpoint::BatchUpsert(ObjectType::Contact), Fault::RateLimited, Plan::Next(1));
    let limited = Err(CrmFailure::Later { wait_ms: 10_000 });
    assert_eq!(crm.upsert_people(&[person(1, "x")]).await, [limited]);
    let before = world.fake.clock().now_ms();
    assert!(crm.upsert_people(&[person(1, "x")]).await[0].is_ok());
    assert!(world.fake.clock().now_ms() - before >= 10_000);
}

#[tokio::test]
async fn waits_that_hubspot_names_are_handed_back() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    for (status, seconds, wait_ms) in [(423, 0, 2_000), (423, 5, 5_000), (477, 600, 600_000)] {
        let fault = Fault::FailBeforeRetryAfter { status, seconds };
        world.fake.fault(Endpoint::BatchUpsert(ObjectType::Contact), fault, Plan::Next(1));
        assert_eq!(crm.upsert_people(&[person(1, "x")]).await, [Err(CrmFailure::Later { wait_ms })]);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_has_happened() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let World { served, .. } = world;
    drop(served);
    let mut answers = crm.upsert_people(&[person(1, "x")]).await;
    for _ in 0..20 {
        // A connection that was kept alive may break first; that end is unknown.
        if answers == [Err(CrmFailure::Unknown)] {
            answers = crm.upsert_people(&[person(1, "x")]).await;
        }
    }
    assert_eq!(answers, [Err(CrmFailure::Later { wait_ms: 5_000 })]);
}

#[tokio::test]
async fn setting_up_twice_changes_nothing_and_labels_are_japanese() {
    let world = World::bare().await;
    let api = world.api();
    let first = setup::prepare_properties(&api, Language::Japanese, [ProviderNumber::FIRST]).await.unwrap();
    let again = setup::prepare_properties(&api, Language::English, [ProviderNumber::FIRST]).await.unwrap();
    assert_eq!((first.created.len(), first.problems.len()), (setup::PROPERTIES.len(), 0));
    assert_eq!((again.created.len(), again.found.len(), again.problems.len()), (0, setup::PROPERTIES.len(), 0));
    let property = world.fake.property(PORTAL, ObjectType::Contact, "line_user_id").unwrap();
    assert_eq!(
        (property["label"].as_str(), property["hasUniqueValue"].as_bool()),
        (Some("LINE ユーザーID"), Some(true))
    );
    assert_eq!(property["groupName"], "line");
    assert_eq!(setup::account_details(&api).await.unwrap().time_zone, "Asia/Tokyo");
}

#[tokio::test]
async fn a_property_of_the_wrong_kind_is_told_and_left_alone() {
    let world = World::bare().await;
    let token = world.fake.private_token(PORTAL);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/crm/properties/2026-03/contacts", world.served.url());
    let plain = serde_json::json!({"name": "line_user_id", "label": "x", "groupName": "contactinformation",
        "type": "string", "fieldType": "text"});
    assert_eq!(http.post(url).bearer_auth(token).json(&plain).send().await.unwrap().status(), 201);
    let report = setup::prepare_properties(&world.api(), Language::Japanese, [ProviderNumber::FIRST]).await.unwrap();
    assert_eq!(report.problems, [PropertyProblem::NotUnique { name: "line_user_id" }]);
    assert_eq!(report.created.len(), setup::PROPERTIES.len() - 1);
    assert!(report.problems[0].words(Language::Japanese).contains("一意の値"));
}

#[tokio::test]
async fn a_property_made_by_a_first_try_whose_answer_was_lost_is_found() {
    let world = World::bare().await;
    world.fake.fault(Endpoint::WriteProperties, Fault::LoseAnswerAfterEffect, Plan::Every(2));
    // The end of a lost try is unknown; running it again finds what it made.
    let api = world.api();
    let mut reports = Vec::new();
    for _ in 0..20 {
        reports.push(setup::prepare_properties(&api, Language::Japanese, [ProviderNumber::FIRST]).await);
    }
    let last = reports.pop().unwrap().unwrap();
    assert_eq!((last.found.len(), last.problems.len()), (setup::PROPERTIES.len(), 0));
}

#[tokio::test]
async fn a_grant_is_looked_into_and_revoked() {
    let world = World::bare().await;
    let (http, url) = (reqwest::Client::builder().no_proxy().build().unwrap(), world.served.url());
    let secret = Secret::new(CLIENT_SECRET);
    let oauth = OAuth::new(&http, &url, "client-77", &secret);
    let refresh_token = Secret::new(world.fake.install(PORTAL));
    let granted = oauth.refresh(&refresh_token, NOON_MS).await.unwrap();
    assert_eq!(granted.account.unwrap().as_str(), PORTAL.to_string());
    let CrmToken::OAuth { access_token, expires_at_ms, .. } = granted.token else { panic!("{:?}", granted.token) };
    assert_eq!(expires_at_ms, NOON_MS + 1_800_000);
    let introspection = oauth.introspect(&access_token).await.unwrap();
    assert!(introspection.active && introspection.workflows_wait());
    assert_eq!(introspection.hub_id, Some(PORTAL));
    oauth.revoke(&refresh_token).await.unwrap();
    assert!(matches!(oauth.refresh(&refresh_token, NOON_MS).await, Err(OAuthError::InvalidGrant)));
    let wrong = Secret::new("wrong");
    let stranger = OAuth::new(&http, &url, "client-77", &wrong);
    assert!(matches!(stranger.refresh(&refresh_token, NOON_MS).await, Err(OAuthError::InvalidClient)));
}
