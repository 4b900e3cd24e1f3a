//! What can be wrong at LINE.

use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, Uri};
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};
use local::fake::line::{ChannelSpec, Endpoint, event};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, CHANNEL_SECRET, LINKED_USER, LOGIN_CHANNEL_ID, LOGIN_CHANNEL_SECRET};
use musubi::domain::heard::Sign;
use musubi::domain::ids::{ChannelId, LoginChannelId};
use musubi::domain::push::PushOutcome;
use musubi::domain::sent::Ends;
use musubi::ports::secrets::{LineSecrets, Secret};
use musubi::store::journal::LastRefusal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ward::{FOREIGN_PATH, Ward};

pub async fn make(ward: &mut Ward, code: &'static str) {
    let line = ward.app.world.line.clone();
    let edit = |change: fn(&mut ChannelSpec)| line.edit_channel(CHANNEL_ID, change);
    match code {
        "line.secrets_missing" => ward.secrets().forget_line(&ChannelId::new(CHANNEL_ID)).await.expect("gone"),
        "line.refused" => edit(|spec| spec.channel_secret = "f".repeat(32)),
        "line.bot_differs" => edit(|spec| spec.bot_user_id = format!("U{}", "b".repeat(32))),
        "line.basic_id_differs" => edit(|spec| spec.basic_id = "@renamed".to_owned()),
        "line.name_differs" => edit(|spec| spec.name = "canary-name".to_owned()),
        "line.webhook_not_set" => edit(|spec| spec.webhook_url = None),
        "line.webhook_url_differs" => edit(|spec| spec.webhook_url = Some(foreign())),
        "line.webhook_off" => edit(|spec| spec.webhook_active = false),
        "line.webhook_unauthorised" => {
            line.set_long_lived_token(CHANNEL_ID, Some("canary-token"));
            let old = Secret::new("e".repeat(32));
            store(ward, |line| {
                line.access_token = Some(Secret::new("canary-token"));
                line.channel_secrets = vec![old];
            })
            .await;
        }
        "line.webhook_not_found" => answer_with(ward, Duration::ZERO, StatusCode::NOT_FOUND, "").await,
        "line.webhook_refused" => answer_with(ward, Duration::ZERO, StatusCode::INTERNAL_SERVER_ERROR, "").await,
        "line.webhook_too_late" => answer_with(ward, Duration::from_secs(6), StatusCode::OK, "").await,
        "line.webhook_unreachable" => {
            answer_with(ward, Duration::ZERO, StatusCode::OK, "").await;
            ward.doors.clear();
        }
        "line.chat_off" => edit(|spec| spec.chat = false),
        "line.not_verified" => edit(|spec| spec.verified = false),
        "line.quota_used_up" => {
            send(ward, 3).await;
            edit(|spec| spec.monthly_limit = Some(3));
        }
        "line.quota_nearly_used" => {
            send(ward, 9).await;
            edit(|spec| spec.monthly_limit = Some(10));
        }
        "line.quota_will_run_out" => {
            ward.to_the_middle_of_a_month();
            send(ward, 10).await;
            edit(|spec| spec.monthly_limit = Some(15));
        }
        "line.wrong_provider" => {
            let refusal = LastRefusal { at_ms: ward.app.world.clock.now_ms(), outcome: PushOutcome::WrongProvider };
            let journal = ward.adapters().journal().expect("a journal");
            journal.note_refusal(&ChannelId::new(CHANNEL_ID), refusal).await.expect("noted");
        }
        "line.sends_refused" => {
            let ends = Ends::from([(PushOutcome::InvalidMessage, 20), (PushOutcome::Accepted, 100)]);
            let journal = ward.adapters().journal().expect("a journal");
            let now_ms = ward.app.world.clock.now_ms();
            journal.note_sent(&ChannelId::new(CHANNEL_ID), &ends, now_ms).await.expect("noted");
        }
        // Each hour of four weeks, and then not for half a day.
        "line.silent" => {
            let now_ms = ward.app.world.clock.now_ms();
            let signs = (12..28 * 24).map(|hours| now_ms - hours * 3_600_000);
            let signs: Vec<Sign> = signs.map(|at_ms| Sign { at_ms, is_redelivered: false, suspends: None }).collect();
            let hearings = ward.adapters().hearings().expect("a journal");
            hearings.note_signs(&ChannelId::new(CHANNEL_ID), &signs).await.expect("noted");
        }
        "line.suspended" => {
            let at_ms = ward.app.world.clock.now_ms();
            let common = event::Common { source: None, ..event::Common::by_user("", at_ms, "01SUSPENDED", None) };
            let suspended = event::event(&common, "botSuspended", json!({}));
            assert_eq!(ward.app.post_events(&[suspended]).await, 200);
            ward.app.until_queues_empty().await;
        }
        "line.unchecked" => line.fault(Endpoint::BotInfo, Fault::FailBefore(503), Plan::Every(1)),
        _ => panic!("{code} has no row"),
    }
}

pub async fn make_login(ward: &mut Ward, code: &'static str) {
    let line = ward.app.world.line.clone();
    match code {
        "login.secret_missing" => store(ward, |line| line.login_secrets.clear()).await,
        "login.refused" => line.edit_login_channel(LOGIN_CHANNEL_ID, |spec| spec.secret = "d".repeat(32)),
        "login.is_messaging_api" => {
            store(ward, |line| line.login_secrets = vec![Secret::new(CHANNEL_SECRET)]).await;
            let mistaken = LoginChannelId::new(CHANNEL_ID);
            ward.change_channel(|channel| channel.login.as_mut().expect("a login").channel = mistaken).await;
        }
        "login.liff_missing" => line.edit_login_channel(LOGIN_CHANNEL_ID, |spec| spec.liff.clear()),
        "login.liff_url_differs" => {
            line.edit_login_channel(LOGIN_CHANNEL_ID, |spec| spec.liff[0].endpoint_url = foreign());
        }
        "login.liff_without_openid" => {
            line.edit_login_channel(LOGIN_CHANNEL_ID, |spec| spec.liff[0].scopes.retain(|scope| scope != "openid"));
        }
        "login.unchecked" => line.fault(Endpoint::LiffApps, Fault::FailBefore(503), Plan::Every(1)),
        _ => panic!("{code} has no row"),
    }
}

impl Ward {
    /// Noon of the next 15th in Japan.
    pub fn to_the_middle_of_a_month(&self) {
        let clock = &self.app.world.clock;
        let now = Timestamp::from_millisecond(clock.now_ms()).expect("a time").to_zoned(TimeZone::fixed(offset(9)));
        let first = now.first_of_month().expect("a day").start_of_day().expect("a time");
        let middle = first.checked_add(1_i32.month().days(14).hours(12)).expect("a time");
        clock.advance_ms(middle.timestamp().as_millisecond() - clock.now_ms());
    }
}

fn foreign() -> String {
    format!("https://elsewhere.example/{FOREIGN_PATH}")
}

/// Changes what is stored of the Official Account's secrets.
async fn store(ward: &Ward, change: impl FnOnce(&mut LineSecrets)) {
    let (secrets, id) = (ward.secrets(), ChannelId::new(CHANNEL_ID));
    let mut stored = secrets.line(&id).await.expect("it reads").expect("they are stored");
    assert_eq!(stored.login_secrets[0].expose(), LOGIN_CHANNEL_SECRET);
    change(&mut stored);
    secrets.store_line(&id, &stored).await.expect("stored");
}

/// This Musubi is somewhere else, where everything below this path is answered so, and all else with 200.
pub async fn answer_with(ward: &mut Ward, after: Duration, status: StatusCode, below: &'static str) {
    let router = Router::new().fallback(move |to: Uri| async move {
        if !to.path().starts_with(below) {
            return StatusCode::OK;
        }
        tokio::time::sleep(after).await;
        status
    });
    let door = local::fake::serve(router).await.expect("a port");
    let page = |name: &str| format!("{}/line/{CHANNEL_ID}/{name}", door.url());
    let (webhook, liff) = (page("webhook"), page("liff"));
    ward.app.world.line.edit_channel(CHANNEL_ID, |spec| spec.webhook_url = Some(webhook));
    ward.app.world.line.edit_login_channel(LOGIN_CHANNEL_ID, |spec| spec.liff[0].endpoint_url = liff);
    ward.public_url = door.url();
    ward.doors.push(door);
}

/// Somebody else sends so many messages.
pub async fn send(ward: &Ward, messages: u32) {
    let (http, url) = (&ward.app.http, &ward.app.world.vendor_urls.0);
    let form = [("grant_type", "client_credentials"), ("client_id", CHANNEL_ID), ("client_secret", CHANNEL_SECRET)];
    let issued = http.post(format!("{url}/oauth2/v3/token")).form(&form).send().await.expect("an answer");
    let issued: Value = issued.json().await.expect("JSON");
    let token = issued["access_token"].as_str().expect("a token");
    for _ in 0..messages {
        let body = json!({"to": LINKED_USER, "messages": [{"type": "text", "text": "canary"}]});
        let push = http.post(format!("{url}/v2/bot/message/push")).bearer_auth(token).json(&body);
        let push = push.header("x-line-retry-key", Uuid::new_v4().to_string());
        assert_eq!(push.send().await.expect("an answer").status().as_u16(), 200);
    }
    assert_eq!(ward.app.world.line.used_this_month(CHANNEL_ID), messages);
}
