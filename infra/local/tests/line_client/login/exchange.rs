use super::*;

const TOKEN: &str = "/oauth2/v2.1/token";

#[tokio::test]
async fn whoever_comes_back_with_a_code_is_logged_in_with_what_they_share() {
    let scene = Scene::new().await;
    let person = scene.log_in(&ask()).await.unwrap();
    assert_eq!(person.user.expose(), PERSON);
    assert_eq!((person.name.as_deref(), person.picture.as_deref()), (Some("花子"), Some("https://example.com/a.jpg")));
    assert_eq!(person.email.map(|email| email.expose().to_owned()).as_deref(), Some("hanako@example.com"));
    assert_eq!(person.is_friend, Some(true), "bot_prompt was asked for, and the person agreed");
    assert!(person.access_token.is_some());
    scene.line.set_friendship(CHANNEL, PERSON, Friendship::None);
    let modest = LoginAsk { email: false, friend: false, ..ask() };
    let person = scene.log_in(&modest).await.unwrap();
    assert!(person.email.is_none(), "the address was not asked for");
    assert_eq!(person.is_friend, Some(false), "neither was friendship");
    let code = scene.code(&ask(), Consent { email: false, add_friend: false, ..consent() }).await;
    let person = scene.login.exchange(&scene.channel, &ask(), &code).await.unwrap();
    assert!(person.email.is_none() && person.is_friend == Some(false), "the person declined both");
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_own_attempt_alone() {
    let scene = Scene::new().await;
    let code = scene.code(&ask(), consent()).await;
    assert!(scene.login.exchange(&scene.channel, &ask(), &code).await.is_ok());
    let others = [
        LoginAsk { verifier: "x".repeat(43), ..ask() },
        LoginAsk { callback_url: format!("{CALLBACK}?other=1"), ..ask() },
    ];
    let mut ends = vec![scene.login.exchange(&scene.channel, &ask(), &code).await];
    ends.push(scene.login.exchange(&scene.channel, &ask(), "made up").await);
    for other in &others {
        let code = scene.code(&ask(), consent()).await;
        ends.push(scene.login.exchange(&scene.channel, other, &code).await);
    }
    let code = scene.code(&ask(), consent()).await;
    scene.clock.advance_ms(10 * 60_000);
    ends.push(scene.login.exchange(&scene.channel, &ask(), &code).await);
    for (number, end) in ends.into_iter().enumerate() {
        assert!(matches!(end, Err(LoginFailure::Code)), "{number}");
    }
}

#[tokio::test]
async fn an_id_token_of_another_attempt_or_kind_logs_nobody_in() {
    let scene = Scene::new().await;
    let code = scene.code(&ask(), consent()).await;
    let other = LoginAsk { nonce: "another".into(), ..ask() };
    let end = scene.login.exchange(&scene.channel, &other, &code).await;
    assert_eq!(id_token_refused(end), "it is of another attempt");
    let mut claims = scene.claims();
    claims["nonce"] = "a-nonce".into();
    let liffs = scene.line.sign_es256(&claims);
    let unsigned = "eyJhbGciOiJub25lIn0.e30.".to_owned();
    let algorithm = "its algorithm is not the one of this way to log in";
    for (forged, why) in [(liffs, algorithm), (unsigned, algorithm), (String::new(), "it has not three parts")] {
        scene.line.forge_next_id_token(&forged);
        assert_eq!(id_token_refused(scene.log_in(&ask()).await), why);
    }
    assert_eq!(scene.calls("/friendship/v1/status"), 0, "nothing more is asked for somebody who is nobody");
}

#[tokio::test]
async fn a_rotated_secret_costs_one_login_at_most() {
    let scene = Scene::new().await;
    scene.line.edit_login_channel(LOGIN, |channel| channel.secret = "the new one".into());
    scene.secrets.rotate(stored(&["the new one", LOGIN_SECRET]));
    // The fake uses a code up before it looks at the secret.
    assert!(matches!(scene.log_in(&ask()).await, Err(LoginFailure::Code)));
    assert!(scene.log_in(&ask()).await.is_ok());
    assert_eq!(scene.calls(TOKEN), 3);
}

#[tokio::test]
async fn without_a_secret_that_line_takes_login_is_not_set_up() {
    let scene = Scene::new().await;
    for (secrets, asked) in [(None, 0), (Some(stored(&[])), 0), (Some(stored(&[""])), 0), (Some(stored(&["wrong"])), 1)]
    {
        scene.secrets.set(secrets);
        let before = scene.calls(TOKEN);
        assert!(matches!(scene.log_in(&ask()).await, Err(LoginFailure::NotSetUp(_))));
        assert_eq!(scene.calls(TOKEN) - before, asked);
    }
    let without = Channel { login: None, ..channel() };
    assert!(scene.login.authorize_url(&without, &ask()).is_none());
    assert!(matches!(scene.login.exchange(&without, &ask(), "code").await, Err(LoginFailure::NotSetUp(_))));
    assert!(matches!(scene.login.verify_liff(&without, "a.b.c").await, Err(LoginFailure::NotSetUp(_))));
}

#[tokio::test]
async fn while_line_does_not_answer_it_is_not_now() {
    let scene = Scene::new().await;
    let faults = [
        Fault::FailBefore(500),
        Fault::FailBefore(503),
        Fault::RateLimited,
        Fault::CloseBeforeEffect,
        Fault::LoseAnswerAfterEffect,
    ];
    for fault in faults {
        scene.line.fault(Endpoint::LoginToken, fault, Plan::Next(1));
        let before = scene.calls(TOKEN);
        assert!(matches!(scene.log_in(&ask()).await, Err(LoginFailure::NotNow(_))), "{fault:?}");
        assert!(scene.calls(TOKEN) - before <= 1, "a code is shown to LINE once");
    }
    assert!(scene.log_in(&ask()).await.is_ok());
}

#[tokio::test]
async fn nobody_is_kept_out_because_line_does_not_tell_of_friendship() {
    let scene = Scene::new().await;
    let faults = [
        Fault::FailBefore(400),
        Fault::FailBefore(401),
        Fault::FailBefore(500),
        Fault::CloseBeforeEffect,
        Fault::RateLimited,
    ];
    for fault in faults {
        scene.line.fault(Endpoint::FriendshipStatus, fault, Plan::Next(1));
        assert_eq!(scene.log_in(&ask()).await.unwrap().is_friend, None, "{fault:?}");
    }
    scene.line.edit_login_channel(LOGIN, |channel| channel.linked_bot = None);
    assert_eq!(scene.log_in(&ask()).await.unwrap().is_friend, None, "no Official Account is linked");
}

#[tokio::test]
async fn by_hand_a_login_works_where_the_automatic_one_fails() {
    let scene = Scene::new().await;
    scene.line.switch(|switches| switches.auto_login_fails = true);
    let url = scene.login.authorize_url(&scene.channel, &ask()).unwrap();
    let back = Url::parse(&scene.line.consent(&url, consent()).await.unwrap()).unwrap();
    assert!(back.query_pairs().any(|(name, value)| name == "state" && value != ask().state));
    assert!(scene.log_in(&LoginAsk { by_hand: true, ..ask() }).await.is_ok());
}
