//! Parked sends and questions of who is who, decided by whom they concern.

use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::activity::Content;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{CallbackId, ChannelId, ContactId, CrmAccountId, LineUserId};
use musubi::domain::operator::Role;
use musubi::domain::push::{Naming, Push, PushId, PushOutcome, PushState, Sender, Sending};
use musubi::domain::question::AskedBecause;
use musubi::ports::table::Commit;
use musubi::store::Journal;
use musubi::store::journal::{Question, write};
use reqwest::StatusCode;

use super::browser::{Browser, console, outsiders};
use crate::app::{App, account};

/// What the parked sends say. It is on no page.
const WORDS: &str = "だれにも見せない言葉";
const SENDS: &str = "/console/decisions/sends";
const QUESTIONS: &str = "/console/decisions/questions";
/// Nobody of the demo.
const SOMEBODY: &str = "U0000000000000000000000000000dada";

fn journal(app: &App) -> Journal {
    app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal")
}

async fn park(app: &App, execution: &str) -> PushId {
    let account = account();
    let id = PushId::of_action(account.kind, &CrmAccountId::new(PORTAL_ID.to_string()), &[execution]);
    let now_ms = app.world.clock.now_ms();
    let sending = Sending {
        to: LineUserId::new(LINKED_USER),
        naming: Naming::Known,
        body: format!(r#"{{"to":"{LINKED_USER}","messages":[{{"type":"text","text":"{WORDS}"}}]}}"#),
        reply: None,
        held_for: None,
        said: vec![Content::Text { text: WORDS.to_owned() }],
        first_attempt_at_ms: now_ms,
        begun: 3,
        ended: 2,
    };
    let push = Push {
        sender: Sender::Workflow,
        id,
        account,
        callback: Some(CallbackId::new(execution)),
        waits: false,
        contact: Some(ContactId::new(LINKED_CONTACT.to_string())),
        channel: ChannelId::new(CHANNEL_ID),
        expires_at_ms: i64::MAX,
        accepted_at_ms: 1,
        state: PushState::Parked(sending),
        completed: false,
        noted_at_ms: None,
        inbox: None,
        completion_queued: false,
    };
    let writes = vec![write::push(&push, 0, now_ms), write::parked(&push)];
    assert_eq!(journal(app).commit(writes).await.expect("stored"), Commit::Done);
    id
}

/// How a send ended, if it did.
async fn outcome(app: &App, id: PushId) -> Option<PushOutcome> {
    match journal(app).push(id).await.expect("a row").expect("a send").value.state {
        PushState::Settled(settlement) => Some(settlement.outcome),
        _ => None,
    }
}

fn somebody() -> ConversationKey {
    ConversationKey::person(&ChannelId::new(CHANNEL_ID), &LineUserId::new(SOMEBODY))
}

async fn ask(app: &App, contact: &str) -> String {
    let question = Question::new(&somebody(), &ContactId::new(contact), AskedBecause::Email, app.world.clock.now_ms());
    assert_eq!(journal(app).commit(vec![write::question(&account(), &question)]).await.expect("stored"), Commit::Done);
    somebody().hash()
}

async fn lines(app: &App) -> usize {
    console(app).audit(&account(), 0, 100).await.expect("lines").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_says_what_became_of_sends_and_who_is_who_once_and_sees_no_words() {
    let app = App::start().await;
    let (arrived, lost) = (park(&app, "1").await, park(&app, "2").await);
    let question = ask(&app, "777").await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let page = taro.get("/console/decisions").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has(&format!("コンタクト {LINKED_CONTACT} への送信")) && page.has("コンタクト 777 ですか？"));
    assert!(page.has("3回試行") && page.has("同じメールアドレスのコンタクト"));
    for canary in [WORDS, LINKED_USER, SOMEBODY] {
        assert!(!page.has(canary), "{canary}");
    }
    let token = page.token();
    for (id, answer, ended) in [(arrived, "yes", PushOutcome::Accepted), (lost, "no", PushOutcome::Failed)] {
        let id_text = id.to_string();
        let fields = [("token", &*token), ("send", &*id_text), ("arrived", answer)];
        let saved = taro.post(SENDS, &fields).await;
        assert_eq!(saved.location(), Some("/console/decisions?saved=1"));
        assert_eq!(outcome(&app, id).await, Some(ended));
        let before = lines(&app).await;
        let again = taro.post(SENDS, &[("token", &token), ("send", &id_text), ("arrived", "yes")]).await;
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.has("すでに結果が確定しています"));
        assert_eq!((outcome(&app, id).await, lines(&app).await), (Some(ended), before), "twice changes nothing");
    }
    let fields = [("token", &*token), ("question", &*question), ("same", "no")];
    assert_eq!(taro.post(QUESTIONS, &fields).await.location(), Some("/console/decisions?saved=1"));
    let before = lines(&app).await;
    let again = taro.post(QUESTIONS, &[("token", &token), ("question", &question), ("same", "yes")]).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.has("すでに回答があります"));
    assert_eq!(lines(&app).await, before);
    assert!(journal(&app).claim(&somebody()).await.expect("a row").is_none(), "nobody was linked");
    let page = taro.get("/console/decisions?saved=1").await;
    assert!(page.has("記録しました") && !page.has("への送信") && !page.has("777"));

    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let log = hanako.get("/console/log").await;
    for line in ["「届いていた」として登録", "「届いていない」として登録", "コンタクト 777 を「別の人」と回答"]
    {
        assert!(log.has(line), "{line}");
    }
    assert!(!log.has(WORDS) && !log.has(LINKED_USER) && !log.has(SOMEBODY));

    // The same person is linked by the claim that the dispatcher acts on.
    let asked = ask(&app, &LINKED_CONTACT.to_string()).await;
    let fields = [("token", &*token), ("question", &*asked), ("same", "yes")];
    assert_eq!(taro.post(QUESTIONS, &fields).await.status, StatusCode::SEE_OTHER);
    assert!(journal(&app).questions(&account()).await.expect("rows").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_about_what_they_do_not_see() {
    let app = App::start().await;
    let (send, question) = (park(&app, "1").await, ask(&app, "777").await);
    let send_text = send.to_string();
    let before = lines(&app).await;
    for mut who in outsiders(&app).await {
        let page = who.get("/console/decisions").await;
        assert!(page.status == StatusCode::OK && !page.has("への送信") && !page.has("777"));
        let token = page.token();
        for (path, fields) in [
            (SENDS, [("token", &*token), ("send", &*send_text), ("arrived", "no")]),
            (QUESTIONS, [("token", &*token), ("question", &*question), ("same", "yes")]),
        ] {
            let answer = who.post(path, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "as if it were not there: {path}");
        }
    }
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let token = taro.get("/console/decisions").await.token();
    for (token, id, arrived, status) in [
        ("", &*send_text, "yes", StatusCode::FORBIDDEN),
        (&token, &*send_text, "perhaps", StatusCode::FORBIDDEN),
        (&token, "x", "yes", StatusCode::NOT_FOUND),
        (&token, "00000000-0000-0000-0000-000000000000", "yes", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let fields = [("token", token), ("send", id), ("arrived", arrived)];
        assert_eq!(taro.post(SENDS, &fields).await.status, status, "{id} {arrived}");
    }
    taro.origin = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())];
    let fields = [("token", &*token), ("send", &*send_text), ("arrived", "yes")];
    assert_eq!(taro.post(SENDS, &fields).await.status, StatusCode::FORBIDDEN);
    let mut nobody = Browser::new(&app);
    assert_eq!(nobody.get("/console/decisions").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.post(SENDS, &fields).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(outcome(&app, send).await, None);
    assert_eq!(journal(&app).questions(&account()).await.expect("rows").len(), 1);
    let joined = lines(&app).await - before;
    assert!(!format!("{:?}", console(&app).audit(&account(), 0, joined).await.expect("lines")).contains("Decided"));
}
