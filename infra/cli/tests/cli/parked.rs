//! `parked`.

use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::activity::Content;
use musubi::domain::ids::{CallbackId, ContactId, CrmAccountId, LineUserId};
use musubi::domain::push::{Naming, Push, PushId, PushOutcome, PushState, Sender, Sending};
use musubi::ports::table::Commit;
use musubi::store::journal::write;
use serde_json::json;

use super::support::{FRIEND, PORTAL, Stack};

const NOON_MS: i64 = 1_786_000_000_000;

async fn park(stack: &Stack, execution: &str) -> PushId {
    let id = PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new(PORTAL.to_string()), &[execution]);
    let sending = Sending {
        to: LineUserId::new(FRIEND),
        naming: Naming::Known,
        body: format!(r#"{{"to":"{FRIEND}","messages":[{{"type":"text","text":"ひみつ"}}]}}"#),
        reply: None,
        held_for: None,
        said: vec![Content::Text { text: "ひみつ".into() }],
        first_attempt_at_ms: NOON_MS,
        begun: 3,
        ended: 2,
    };
    let push = Push {
        sender: Sender::Workflow,
        id,
        account: CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL.to_string()) },
        callback: Some(CallbackId::new(execution)),
        waits: true,
        contact: Some(ContactId::new("101")),
        channel: stack.channel_id(),
        expires_at_ms: i64::MAX,
        accepted_at_ms: 1,
        state: PushState::Parked(sending),
        completed: false,
        noted_at_ms: None,
        inbox: None,
        completion_queued: false,
    };
    let journal = stack.adapters.journal().unwrap();
    let writes = vec![write::push(&push, 0, NOON_MS), write::parked(&push)];
    assert_eq!(journal.commit(writes).await.unwrap(), Commit::Done);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_message_is_shown_without_text_and_person_and_decided_once() {
    let stack = Stack::start().await.with_portal().await;
    let (shown, not_shown) = (park(&stack, "ap-1").await, park(&stack, "ap-2").await);
    let ran = stack.run(&["--json", "parked", "list", "--account", &PORTAL.to_string()], "").await;
    let listed = ran.json();
    assert_eq!(listed["parked"].as_array().unwrap().len(), 2);
    assert_eq!((&listed["parked"][0]["contact_id"], &listed["parked"][0]["attempts"]), (&json!("101"), &json!(3)));
    let people = stack.run(&["parked", "list", "--lang", "ja"], "").await;
    assert!(people.stdout.contains("JST") && people.stdout.contains("musubi parked decide"), "{}", people.stdout);
    assert!(![&ran.stdout, &people.stdout].iter().any(|said| said.contains("ひみつ")));

    assert_eq!(stack.run(&["parked", "decide", &shown.to_string(), "--shown"], "").await.code, 0);
    assert_eq!(stack.run(&["parked", "decide", &not_shown.to_string(), "--not-shown"], "").await.code, 0);
    let journal = stack.adapters.journal().unwrap();
    for (id, outcome) in [(shown, PushOutcome::Accepted), (not_shown, PushOutcome::Failed)] {
        let PushState::Settled(settlement) = journal.push(id).await.unwrap().unwrap().value.state else {
            panic!("it is decided");
        };
        assert_eq!(settlement.outcome, outcome);
    }
    assert!(!stack.aws.sqs().messages("crm.fifo").is_empty(), "the dispatcher is told");
    let again = stack.run(&["parked", "decide", &shown.to_string(), "--not-shown"], "").await;
    assert_eq!(again.code, 1, "what is settled stays settled");
    assert_eq!(stack.run(&["--json", "parked", "list"], "").await.json(), json!({"parked": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_pushes_and_missing_verdicts_have_their_exit_codes() {
    let stack = Stack::start().await.with_portal().await;
    let unknown = "00000000-0000-0000-0000-000000000000";
    assert_eq!(stack.run(&["parked", "decide", unknown, "--shown"], "").await.code, 3);
    assert_eq!(stack.run(&["parked", "decide", "x", "--shown"], "").await.code, 2);
    assert_eq!(stack.run(&["parked", "decide", unknown], "").await.code, 2);
    assert_eq!(stack.run(&["parked", "decide", unknown, "--shown", "--not-shown"], "").await.code, 2);
    assert_eq!(stack.run(&["parked", "list", "--account", "1"], "").await.code, 3);
}
