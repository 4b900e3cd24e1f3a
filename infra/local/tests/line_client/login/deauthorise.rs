use super::*;

const DEAUTHORIZE: &str = "/user/v1/deauthorize";

#[tokio::test]
async fn whoever_leaves_is_forgotten_at_line_and_twice_is_once() {
    let scene = Scene::new().await;
    let token = scene.log_in(&ask()).await.unwrap().access_token.unwrap();
    for _ in 0..2 {
        scene.login.deauthorise(&scene.channel, &token).await.unwrap();
    }
    let calls = scene.line.ledger().calls;
    let statuses: Vec<u16> = calls.iter().filter(|call| call.path == DEAUTHORIZE).map(|call| call.status).collect();
    assert_eq!(statuses, [204, 400]);
    let owners: Vec<_> = calls.iter().filter(|call| call.path == DEAUTHORIZE).map(|call| call.owner.clone()).collect();
    assert_eq!(owners, [Some(LOGIN.to_owned()), Some(LOGIN.to_owned())], "the LINE Login channel asks, not the bot");
}

#[tokio::test]
async fn deauthorising_fails_for_now_or_for_good() {
    let scene = Scene::new().await;
    let token = scene.log_in(&ask()).await.unwrap().access_token.unwrap();
    for endpoint in [Endpoint::Deauthorize, Endpoint::Token] {
        for fault in [Fault::FailBefore(500), Fault::RateLimited, Fault::CloseBeforeEffect] {
            scene.line.fault(endpoint, fault, Plan::Next(1));
            let error = scene.login.deauthorise(&scene.channel, &token).await.unwrap_err();
            assert!(error.is_transient(), "{endpoint:?} {fault:?}");
        }
    }
    scene.line.fault(Endpoint::Deauthorize, Fault::FailBefore(403), Plan::Next(1));
    assert!(!scene.login.deauthorise(&scene.channel, &token).await.unwrap_err().is_transient());
    let without = Channel { login: None, ..channel() };
    assert!(!scene.login.deauthorise(&without, &token).await.unwrap_err().is_transient());
    for secrets in [None, Some(stored(&[])), Some(stored(&["wrong"]))] {
        scene.secrets.set(secrets);
        assert!(!scene.login.deauthorise(&scene.channel, &token).await.unwrap_err().is_transient());
    }
    // Somebody has stored the right one since the secrets were read.
    scene.secrets.rotate(stored(&[LOGIN_SECRET]));
    scene.clock.advance_ms(1);
    assert!(scene.login.deauthorise(&scene.channel, &token).await.unwrap_err().is_transient());
    scene.clock.advance_ms(60_000);
    scene.login.deauthorise(&scene.channel, &token).await.unwrap();
}
