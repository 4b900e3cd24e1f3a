//! Dead letters, sent back by admins of whom they are about.

use local::fake::line::event;
use local::seed::{BOT_USER_ID, CHANNEL_ID, LINKED_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::job::{InboxJob, WakeUp};
use musubi::domain::operator::Role;
use musubi::ports::Queue;
use reqwest::StatusCode;

use super::browser::{Browser, console, invited, outsiders};
use crate::app::{App, account, text_at};

const PATH: &str = "/console/dead-letters";
/// What the webhook says. It is on no page.
const WORDS: &str = "だれにも見せない言葉";

/// Whose?
fn other() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("24000077") }
}

/// A webhook, work for the CRM, and another customer's.
async fn put_aside(app: &App) {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let inbox = adapters.inbox_queue(|_| None).expect("a queue");
    let now_ms = app.world.clock.now_ms();
    let body = event::webhook_body(BOT_USER_ID, &[text_at(LINKED_USER, 1, now_ms, WORDS)]).into_bytes();
    let job = |channel: &str| {
        let (channel, body) = (ChannelId::new(channel), body.clone());
        InboxJob { channel, accepted_at_ms: now_ms, tries: 0, place: None, body }
    };
    inbox.dead_letter(&job(CHANNEL_ID), "読めません / not readable").await.expect("put aside");
    inbox.dead_letter(&job("1657000077"), "another customer's").await.expect("put aside");
    let crm = adapters.wake_ups().expect("a queue");
    crm.dead_letter(&WakeUp::of(&account()), "crm_refused (X)").await.expect("put aside");
    crm.dead_letter(&WakeUp::of(&other()), "another customer's").await.expect("put aside");
}

fn left(app: &App) -> [usize; 2] {
    ["inbox-dlq", "crm-dlq.fifo"].map(|queue| app.world.aws.sqs().counts(queue).total())
}

async fn lines(app: &App) -> usize {
    let all = console(app).audit(&account(), 0, 100).await.expect("lines");
    all.iter().filter(|line| format!("{line:?}").contains("SentBack")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_why_and_sends_back_what_is_theirs_and_nothing_twice() {
    let app = App::start().await;
    put_aside(&app).await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let page = hanako.get(PATH).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.has("読めません") && page.has("crm_refused (X)") && page.has("結び珈琲") && page.has("LINEからの受信")
    );
    assert!(page.has(&format!("HubSpotアカウント {PORTAL_ID}")));
    for canary in [WORDS, "another customer", "1657000077", "24000077"] {
        assert!(!page.has(canary), "{canary}");
    }
    let token = page.token();
    let ids: Vec<String> = page.fields().into_iter().filter(|(name, _)| name == "id").map(|(_, id)| id).collect();
    assert_eq!(ids.len(), 2);
    let one = [("token", &*token), ("id", &*ids[0])];
    assert_eq!(hanako.post(PATH, &one).await.location(), Some("/console/dead-letters?saved=1"));
    assert_eq!((left(&app).iter().sum::<usize>(), lines(&app).await), (3, 1));
    let again = hanako.post(PATH, &one).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.has("見つかりませんでした"));
    assert_eq!((left(&app).iter().sum::<usize>(), lines(&app).await), (3, 1), "twice is once");

    let all = [("token", &*token)];
    assert_eq!(hanako.post(PATH, &all).await.status, StatusCode::SEE_OTHER);
    assert_eq!((left(&app), lines(&app).await), ([1, 1], 2), "another customer's stay");
    assert_eq!(hanako.post(PATH, &all).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((left(&app), lines(&app).await), ([1, 1], 2));
    let log = hanako.get("/console/log").await;
    assert!(log.has("処理できなかったもの 1 件を再処理しました") && !log.has(WORDS));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_back_what_is_not_theirs() {
    let app = App::start().await;
    put_aside(&app).await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let page = hanako.get(PATH).await;
    let ids: Vec<String> = page.fields().into_iter().filter(|(name, _)| name == "id").map(|(_, id)| id).collect();
    let before = left(&app);
    for mut who in outsiders(&app).await {
        let page = who.get(PATH).await;
        assert!(page.status == StatusCode::OK && !page.has("読めません") && !page.has("crm_refused"));
        let token = page.token();
        for id in ids.iter().map(|id| Some(("id", &**id))).chain([None]) {
            let fields: Vec<_> = [("token", &*token)].into_iter().chain(id).collect();
            assert_eq!(who.post(PATH, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    // Work for the CRM is about everybody: who sees one Official Account alone sees that one's.
    let mut jiro = Browser::new(&app);
    jiro.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    let page = jiro.get(PATH).await;
    assert!(page.has("読めません") && !page.has("crm_refused"));

    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let token = taro.get("/console").await.token();
    assert_eq!(taro.get(PATH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(taro.post(PATH, &[("token", &token)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(hanako.post(PATH, &[("id", &ids[0])]).await.status, StatusCode::FORBIDDEN, "no token");
    assert_eq!(Browser::new(&app).get(PATH).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((left(&app), lines(&app).await), (before, 0));
}
