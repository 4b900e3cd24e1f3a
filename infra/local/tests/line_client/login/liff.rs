use super::*;

const CERTS: &str = "/oauth2/v2.1/certs";

#[tokio::test]
async fn an_id_token_of_a_liff_app_is_taken_and_lines_keys_are_asked_for_once() {
    let scene = Scene::new().await;
    let mut claims = scene.claims();
    claims["name"] = "花子".into();
    let token = scene.line.sign_es256(&claims);
    for _ in 0..10 {
        let person = scene.login.verify_liff(&scene.channel, &token).await.unwrap();
        assert_eq!((person.user.expose(), person.name.as_deref()), (PERSON, Some("花子")));
        assert!(person.is_friend.is_none() && person.access_token.is_none());
    }
    assert_eq!(scene.calls(CERTS), 1);
    scene.clock.advance_ms(3_600_000);
    let end = scene.login.verify_liff(&scene.channel, &token).await;
    assert_eq!(id_token_refused(end), "it has expired");
    assert_eq!(scene.calls(CERTS), 2);
}

#[tokio::test]
async fn a_key_that_line_has_just_published_is_found_within_a_minute() {
    let scene = Scene::new().await;
    assert!(scene.login.verify_liff(&scene.channel, &scene.line.sign_es256(&scene.claims())).await.is_ok());
    scene.line.rotate_signing_key();
    let token = scene.line.sign_es256(&scene.claims());
    for _ in 0..10 {
        let end = scene.login.verify_liff(&scene.channel, &token).await;
        assert_eq!(id_token_refused(end), "LINE publishes no such key");
    }
    assert_eq!(scene.calls(CERTS), 1);
    scene.clock.advance_ms(60_000);
    assert!(scene.login.verify_liff(&scene.channel, &token).await.is_ok());
    assert_eq!(scene.calls(CERTS), 2);
}

#[tokio::test]
async fn what_cannot_be_a_liff_apps_token_costs_line_nothing() {
    let scene = Scene::new().await;
    let header = "eyJhbGciOiJIUzI1NiJ9";
    let huge = "a".repeat(20_000);
    for token in ["", "a.b.c", &format!("{header}.e30.AAAA"), "eyJhbGciOiJub25lIn0.e30.", &huge] {
        assert!(!id_token_refused(scene.login.verify_liff(&scene.channel, token).await).is_empty());
    }
    assert_eq!(scene.calls(CERTS), 0);
}

#[tokio::test]
async fn another_channels_token_is_refused() {
    let scene = Scene::new().await;
    let mut claims = scene.claims();
    claims["aud"] = "1657000003".into();
    let end = scene.login.verify_liff(&scene.channel, &scene.line.sign_es256(&claims)).await;
    assert_eq!(id_token_refused(end), "it is for another channel");
}

#[tokio::test]
async fn while_lines_keys_cannot_be_had_it_is_not_now() {
    let scene = Scene::new().await;
    let token = scene.line.sign_es256(&scene.claims());
    for fault in [Fault::FailBefore(500), Fault::CloseBeforeEffect, Fault::FailBefore(404)] {
        scene.line.fault(Endpoint::Certs, fault, Plan::Next(1));
        let end = scene.login.verify_liff(&scene.channel, &token).await;
        assert!(matches!(end, Err(LoginFailure::NotNow(_))), "{fault:?}");
        scene.clock.advance_ms(60_000);
    }
    assert!(scene.login.verify_liff(&scene.channel, &token).await.is_ok());
}
