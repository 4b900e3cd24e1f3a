//! The LINE client against the fake LINE, over HTTP.

#[path = "line_client/contract.rs"]
mod contract;
#[path = "line_client/harness.rs"]
mod harness;
#[path = "line_client/log.rs"]
mod log;
#[path = "line_client/login/mod.rs"]
mod login;

use std::net::TcpListener;

use futures::future::join_all;
use harness::{CHANNEL, FRIEND, SECRET, Scene, key, messenger, pasted, secret, text};
use local::fake::line::{Endpoint, Friendship};
use local::fake::{Fault, Plan};
use log::Written;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::read_token::SealedReadToken;
use musubi::ports::ChatSigns;
use musubi::ports::messenger::{Messenger, PushAnswer, PushRefusal};
use musubi::ports::secrets::Secret;

const PUSH: &str = "/v2/bot/message/push";
const TOKEN: &str = "/oauth2/v3/token";

#[track_caller]
fn accepted(answer: &PushAnswer) -> &str {
    match answer {
        PushAnswer::Accepted { request_id: Some(id), .. } => id,
        other => panic!("not accepted: {other:?}"),
    }
}

#[track_caller]
fn refused(answer: &PushAnswer) -> PushRefusal {
    match answer {
        PushAnswer::Refused { why, .. } => *why,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_push_is_shown_once_however_often_it_is_repeated() {
    let scene = Scene::new().await;
    let first = scene.push("a").await;
    let again = scene.push("a").await;
    assert_eq!(accepted(&first), accepted(&again), "the repeat names the request that was accepted");
    assert_eq!(scene.line.delivered().len(), 1);
    let calls = scene.calls(PUSH);
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [200, 409]);
    let body = scene.messenger.compose_push(&LineUserId::new(FRIEND), &[text("こんにちは")], Some("tag_1"));
    for call in &calls {
        assert_eq!((call.path.as_str(), call.body.as_ref()), (PUSH, body.as_bytes()));
        assert_eq!(call.retry_key.as_deref(), Some(key("a").to_string().as_str()));
    }
    assert_eq!(scene.line.ledger().violations, Vec::<String>::new());
}

#[tokio::test]
async fn an_end_that_nobody_saw_is_unknown_and_the_next_try_tells() {
    let faults = [
        Fault::LoseAnswerAfterEffect,
        Fault::CloseBeforeEffect,
        Fault::FailBefore(500),
        Fault::FailBefore(503),
        Fault::FailAfterEffect(500),
        Fault::FailAfterEffect(502),
    ];
    let scene = Scene::new().await;
    for (number, fault) in faults.into_iter().enumerate() {
        let execution = number.to_string();
        scene.line.fault(Endpoint::Push, fault, Plan::Next(1));
        assert_eq!(scene.push(&execution).await, PushAnswer::Unknown, "{fault:?}");
        accepted(&scene.push(&execution).await);
        assert_eq!(scene.line.delivered().len(), number + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let scene = Scene::new().await;
    scene.secrets.set(Some(pasted("token")));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let messenger = messenger(&format!("http://127.0.0.1:{port}"), &scene.secrets, &scene.clock);
    assert_eq!(messenger.push(&ChannelId::new(CHANNEL), "{}", key("a")).await, PushAnswer::NotNow);
}

#[tokio::test]
async fn each_refusal_of_line_has_its_reason() {
    let scene = Scene::new().await;
    let stranger = scene.line.add_person("another provider", "太郎", None);
    assert_eq!(refused(&scene.push_to(&stranger, "a").await), PushRefusal::WrongProvider);
    let body = scene.messenger.compose_push(&LineUserId::new(FRIEND), &[], None);
    let empty = scene.messenger.push(&ChannelId::new(CHANNEL), &body, key("b")).await;
    assert_eq!(refused(&empty), PushRefusal::InvalidMessage);
    for (status, why) in [(403, PushRefusal::NotAllowed), (404, PushRefusal::Other), (413, PushRefusal::Other)] {
        scene.line.fault(Endpoint::Push, Fault::FailBefore(status), Plan::Next(1));
        assert_eq!(refused(&scene.push("c").await), why, "{status}");
    }
    assert_eq!(scene.line.delivered().len(), 0);
}

#[tokio::test]
async fn of_the_three_429_only_the_months_limit_is_a_refusal() {
    let scene = Scene::new().await;
    scene.line.fault(Endpoint::Push, Fault::RateLimited, Plan::Next(1));
    assert_eq!(scene.push("a").await, PushAnswer::NotNow);
    accepted(&scene.push("a").await);
    scene.line.switch(|switches| switches.messages_per_user_and_minute = Some(1));
    assert_eq!(scene.push("b").await, PushAnswer::NotNow);
    scene.line.switch(|switches| switches.messages_per_user_and_minute = None);
    scene.line.edit_channel(CHANNEL, |channel| channel.monthly_limit = Some(1));
    assert_eq!(refused(&scene.push("b").await), PushRefusal::Quota);
}

#[tokio::test]
async fn somebody_who_blocked_the_channel_looks_like_anybody_else() {
    let scene = Scene::new().await;
    scene.line.set_friendship(CHANNEL, FRIEND, Friendship::Blocked);
    accepted(&scene.push("a").await);
    assert_eq!(scene.line.delivered().len(), 0);
}

#[tokio::test]
async fn a_token_is_used_until_a_minute_before_its_end() {
    let scene = Scene::new().await;
    accepted(&scene.push("a").await);
    scene.clock.advance_ms(13 * 60_000 + 50_000);
    accepted(&scene.push("b").await);
    assert_eq!(scene.calls(TOKEN).len(), 1);
    scene.clock.advance_ms(11_000);
    accepted(&scene.push("c").await);
    assert_eq!(scene.calls(TOKEN).len(), 2);
    assert!(scene.calls(PUSH).iter().all(|call| call.status == 200));
}

#[tokio::test]
async fn a_hundred_pushes_share_one_token_and_one_new_one_after_it() {
    let scene = Scene::new().await;
    for round in 1..=2 {
        let answers = join_all((0..100).map(|number| {
            let scene = &scene;
            async move { scene.push(&format!("{round}/{number}")).await }
        }))
        .await;
        answers.iter().for_each(|answer| assert!(!accepted(answer).is_empty()));
        assert_eq!(scene.calls(TOKEN).len(), round);
        scene.line.expire_tokens(CHANNEL);
    }
    assert_eq!(scene.line.delivered().len(), 200);
}

#[tokio::test]
async fn a_401_is_tried_once_more_with_a_new_token_and_then_believed() {
    let scene = Scene::new().await;
    scene.line.fault(Endpoint::Push, Fault::FailBefore(401), Plan::Next(1));
    accepted(&scene.push("a").await);
    assert_eq!((scene.calls(TOKEN).len(), scene.calls(PUSH).len()), (2, 2));
    scene.clock.advance_ms(60_000);
    scene.line.fault(Endpoint::Push, Fault::FailBefore(401), Plan::Every(1));
    assert_eq!(refused(&scene.push("b").await), PushRefusal::Token);
    assert_eq!((scene.calls(TOKEN).len(), scene.calls(PUSH).len()), (3, 4));
}

#[tokio::test]
async fn after_a_401_the_second_try_may_still_end_in_the_unknown() {
    let scene = Scene::new().await;
    accepted(&scene.push("a").await);
    scene.line.expire_tokens(CHANNEL);
    scene.line.fault(Endpoint::Push, Fault::FailBefore(401), Plan::Next(1));
    scene.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    assert_eq!(scene.push("b").await, PushAnswer::Unknown);
    accepted(&scene.push("b").await);
    assert_eq!(scene.line.delivered().len(), 2);
}

#[tokio::test]
async fn while_no_token_can_be_had_nothing_is_sent_and_nothing_settled() {
    let scene = Scene::new().await;
    for fault in [Fault::FailBefore(500), Fault::RateLimited, Fault::CloseBeforeEffect, Fault::LoseAnswerAfterEffect] {
        scene.line.fault(Endpoint::Token, fault, Plan::Next(1));
        assert_eq!(scene.push("a").await, PushAnswer::NotNow, "{fault:?}");
    }
    assert_eq!(scene.calls(PUSH).len(), 0);
    accepted(&scene.push("a").await);
}

#[tokio::test]
async fn secrets_that_line_does_not_take_are_a_refusal() {
    let scene = Scene::new().await;
    for secrets in [None, Some(secret("wrong")), Some(pasted("wrong")), Some(pasted("with\nnewline")), Some(pasted(""))]
    {
        scene.secrets.set(secrets);
        assert_eq!(refused(&scene.push("a").await), PushRefusal::Token);
    }
    // The wrong token was tried once: there was no other.
    assert_eq!(scene.calls(PUSH).len(), 1);
}

#[tokio::test]
async fn a_secret_or_token_that_was_just_rotated_is_found() {
    let scene = Scene::new().await;
    scene.secrets.set(Some(secret("old")));
    scene.secrets.rotate(secret(SECRET));
    accepted(&scene.push("a").await);

    let mut both = secret("old");
    both.channel_secrets.push(Secret::new(SECRET));
    scene.secrets.set(Some(both));
    scene.line.expire_tokens(CHANNEL);
    accepted(&scene.push("b").await);

    scene.line.set_long_lived_token(CHANNEL, Some("new"));
    scene.secrets.set(Some(pasted("old")));
    scene.secrets.rotate(pasted("new"));
    accepted(&scene.push("c").await);
}

#[tokio::test]
async fn what_line_refuses_is_believed_only_once_our_secrets_are_of_this_minute() {
    let scene = Scene::new().await;
    scene.secrets.set(Some(secret("reissued since")));
    assert_eq!(refused(&scene.push("a").await), PushRefusal::Token, "they were read again at once");
    for newer in [secret("not the one either"), secret(SECRET)] {
        scene.clock.advance_ms(10_000);
        scene.secrets.rotate(newer);
        assert_eq!(scene.push("b").await, PushAnswer::NotNow, "newer ones may be stored");
        assert_eq!(scene.push("b").await, PushAnswer::NotNow);
    }
    scene.clock.advance_ms(60_000);
    accepted(&scene.push("b").await);
    assert_eq!(scene.line.delivered().len(), 1);
}

#[tokio::test]
async fn a_pasted_token_that_line_refuses_is_believed_only_once_it_is_of_this_minute() {
    let scene = Scene::new().await;
    scene.line.set_long_lived_token(CHANNEL, Some("new"));
    scene.secrets.set(Some(pasted("old")));
    assert_eq!(refused(&scene.push("a").await), PushRefusal::Token);
    scene.secrets.rotate(pasted("new"));
    scene.clock.advance_ms(10_000);
    assert_eq!(scene.push("b").await, PushAnswer::NotNow);
    scene.clock.advance_ms(60_000);
    accepted(&scene.push("b").await);

    // Another token than the one that was refused, and as little to be believed.
    scene.line.set_long_lived_token(CHANNEL, Some("newest"));
    scene.secrets.rotate(pasted("newer"));
    assert_eq!(refused(&scene.push("c").await), PushRefusal::Token);
    scene.secrets.rotate(pasted("newest"));
    scene.clock.advance_ms(10_000);
    assert_eq!(scene.push("c").await, PushAnswer::NotNow);
}

#[tokio::test]
async fn a_pasted_token_wins_whatever_is_around_it() {
    let scene = Scene::new().await;
    scene.line.set_long_lived_token(CHANNEL, Some("long-lived"));
    scene.secrets.set(Some(pasted(" long-lived\n")));
    accepted(&scene.push("a").await);
    assert_eq!(scene.calls(TOKEN).len(), 0);
}

#[tokio::test]
async fn a_profile_is_what_line_tells_and_nothing_where_it_tells_nothing() {
    let scene = Scene::new().await;
    let channel = ChannelId::new(CHANNEL);
    let profile = async |user: &str| scene.messenger.profile(&channel, &LineUserId::new(user)).await;
    let found = profile(FRIEND).await.unwrap().expect("a friend");
    assert_eq!(
        (found.display_name.as_str(), found.picture_url.as_deref()),
        ("花子", Some("https://example.com/a.jpg"))
    );
    scene.line.set_friendship(CHANNEL, FRIEND, Friendship::Blocked);
    assert!(profile(FRIEND).await.unwrap().is_none());
    let calls = scene.calls(FRIEND).len();
    for nobody in ["", "..", "U1", "a/b"] {
        assert!(profile(nobody).await.unwrap().is_none(), "{nobody}");
    }
    assert_eq!((calls, scene.line.ledger().calls.len()), (2, 3), "who cannot be is not asked for");
    for (fault, transient) in
        [(Fault::FailBefore(500), true), (Fault::RateLimited, true), (Fault::FailBefore(403), false)]
    {
        scene.line.fault(Endpoint::Profile, fault, Plan::Next(1));
        let error = profile(FRIEND).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{fault:?}");
    }
    scene.line.fault(Endpoint::Profile, Fault::CloseBeforeEffect, Plan::Next(1));
    let error = profile(FRIEND).await.unwrap_err();
    assert!(error.is_transient() && !chain(&error).contains(FRIEND), "{}", chain(&error));
}

fn chain(error: &dyn std::error::Error) -> String {
    let next = error.source().map(chain).unwrap_or_default();
    format!("{error:?} {error}: {next}")
}

#[tokio::test]
async fn an_operator_sees_who_the_channel_is_and_where_its_webhook_goes() {
    let scene = Scene::new().await;
    let channel = ChannelId::new(CHANNEL);
    let spec = scene.line.channel(CHANNEL).unwrap();
    let info = scene.messenger.bot_info(&channel).await.unwrap();
    assert_eq!(
        (info.bot_user_id.expose(), info.basic_id.as_str()),
        (spec.bot_user_id.as_str(), spec.basic_id.as_str())
    );
    assert_eq!(scene.messenger.webhook_endpoint(&channel).await.unwrap(), None);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/line/1/webhook");
    scene.messenger.set_webhook_endpoint(&channel, &url).await.unwrap();
    let endpoint = scene.messenger.webhook_endpoint(&channel).await.unwrap().unwrap();
    assert_eq!((endpoint.endpoint, endpoint.active), (url, true));
    assert!(!scene.messenger.test_webhook(&channel).await.unwrap().success);

    scene.line.edit_channel(CHANNEL, |channel| channel.monthly_limit = Some(200));
    accepted(&scene.push("a").await);
    let quota = scene.messenger.quota(&channel).await.unwrap();
    assert_eq!((quota.limit, quota.used), (Some(200), 1));
    scene.secrets.set(Some(secret("wrong")));
    scene.line.expire_tokens(CHANNEL);
    assert!(!scene.messenger.bot_info(&channel).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn the_log_has_each_request_and_nothing_of_anybodys() {
    let (written, _guard) = Written::listen();
    let scene = Scene::new().await;
    let request_id = accepted(&scene.push("a").await).to_owned();
    scene.line.fault(Endpoint::Push, Fault::CloseBeforeEffect, Plan::Next(1));
    assert_eq!(scene.push("b").await, PushAnswer::Unknown);
    scene.line.fault(Endpoint::Profile, Fault::CloseBeforeEffect, Plan::Next(1));
    let _ = scene.messenger.profile(&ChannelId::new(CHANNEL), &LineUserId::new(FRIEND)).await;
    let ours = written.ours();
    let attempts: Vec<&String> = ours.iter().filter(|line| line.contains("push.attempted")).collect();
    assert_eq!(attempts.len(), 2);
    for part in [CHANNEL, &key("a").to_string(), &request_id, r#""status":200"#, "duration_ms"] {
        assert!(attempts[0].contains(part), "{part} in {}", attempts[0]);
    }
    for private in [SECRET, FRIEND, "こんにちは", "stateless.", "花子"] {
        assert!(!ours.iter().any(|line| line.contains(private)), "{private}");
    }
}

#[tokio::test]
async fn a_message_is_marked_as_read_by_its_own_sealed_token_alone() {
    let scene = Scene::new().await;
    scene.line.edit_channel(CHANNEL, |channel| channel.chat = true);
    let written = scene.line.write_text(CHANNEL, FRIEND, "こんにちは").await;
    let event = scene.line.event(CHANNEL, &written.webhook_event_id).expect("an event");
    let (channel, token) = (ChannelId::new(CHANNEL), event["message"]["markAsReadToken"].as_str().expect("a token"));
    let read = || scene.line.talk(CHANNEL, FRIEND).iter().all(|line| line.read);
    let open = scene.messenger.mark_as_read(&channel, &SealedReadToken::new(token)).await;
    assert!(!open.expect_err("it was not sealed here").is_transient() && !read());
    let sealed = scene.messenger.seal_read_token(&channel, &Secret::new(token)).await.expect("sealed");
    scene.line.fault(Endpoint::MarkAsRead, Fault::FailBefore(500), Plan::Next(1));
    assert!(scene.messenger.mark_as_read(&channel, &sealed).await.expect_err("trouble").is_transient());
    for _ in 0..2 {
        scene.messenger.mark_as_read(&channel, &sealed).await.expect("taken");
    }
    assert!(read());
    scene.line.edit_channel(CHANNEL, |channel| channel.chat = false);
    assert!(!scene.messenger.mark_as_read(&channel, &sealed).await.expect_err("chat is off").is_transient());
}
