//! `dead-letters`.

use musubi::aws::envelope;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::job::{InboxJob, WakeUp};
use musubi::ports::Queue;
use serde_json::json;

use super::support::{CHANNEL, FRIEND, Stack};

fn job(n: usize) -> InboxJob {
    let body = format!(r#"{{"n":{n},"words":"ひみつ","userId":"{FRIEND}"}}"#).into_bytes();
    InboxJob { channel: ChannelId::new(CHANNEL), accepted_at_ms: 1, tries: 0, place: None, body }
}

async fn with_letters(inbox: usize) -> Stack {
    let stack = Stack::start().await;
    let queue = stack.adapters.inbox_queue(|_| None).unwrap();
    for n in 0..inbox {
        queue.dead_letter(&job(n), &format!("reason {n}")).await.unwrap();
        // They are listed by age, in milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") };
    stack.adapters.wake_ups().unwrap().dead_letter(&WakeUp::of(&key), "crm_unreachable").await.unwrap();
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_listed_by_reason_and_age_without_what_they_say_and_stay_there() {
    let stack = with_letters(12).await;
    for _ in 0..2 {
        let ran = stack.run(&["--json", "dead-letters", "list"], "").await;
        let letters = ran.json()["dead_letters"].as_array().unwrap().clone();
        assert_eq!((ran.code, letters.len()), (0, 13), "looking twice in a row shows the same");
        assert_eq!((&letters[0]["reason"], &letters[0]["group"]), (&json!("reason 0"), &json!(CHANNEL)));
        assert_eq!((&letters[12]["queue"], &letters[12]["reason"]), (&json!("crm"), &json!("crm_unreachable")));
        assert!(!ran.stdout.contains("ひみつ") && !ran.stdout.contains("eyJ"), "no body, not even in base64");
    }
    let people = stack.run(&["dead-letters", "list", "--queue", "inbox", "--lang", "ja"], "").await;
    assert!(people.stdout.contains("理由") && people.stdout.contains("reason 11"), "{}", people.stdout);
    assert!(!people.stdout.contains("crm_unreachable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_letter_goes_back_and_the_others_stay() {
    let stack = with_letters(3).await;
    let listed = stack.run(&["--json", "dead-letters", "list"], "").await.json();
    let id = listed["dead_letters"][1]["id"].as_str().unwrap().to_owned();
    let ran = stack.run(&["--json", "dead-letters", "redrive", "--id", &id], "").await;
    assert_eq!((ran.code, ran.json()), (0, json!({"redriven": 1})));
    let back = stack.aws.sqs().messages("inbox");
    assert_eq!(back.iter().map(|one| envelope::decode::<InboxJob>(&one.body).unwrap()).collect::<Vec<_>>(), [job(1)]);
    let counts = stack.aws.sqs().counts("inbox-dlq");
    assert_eq!((counts.visible, counts.total()), (2, 2), "the others can be seen at once");
    assert_eq!(stack.run(&["dead-letters", "redrive", "--id", &id], "").await.code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_letters_go_back_whole_and_in_their_group() {
    let stack = with_letters(23).await;
    let ran = stack.run(&["--json", "dead-letters", "redrive", "--all"], "").await;
    assert_eq!((ran.code, ran.json()), (0, json!({"redriven": 24})));
    let back = stack.aws.sqs().messages("inbox");
    assert_eq!(back.len(), 23);
    assert!(back.iter().all(|one| one.group.as_deref() == Some(CHANNEL) && one.attributes.is_empty()));
    assert_eq!(stack.aws.sqs().messages("crm.fifo").len(), 1);
    for queue in ["inbox-dlq", "crm-dlq.fifo"] {
        assert_eq!(stack.aws.sqs().counts(queue).total(), 0);
    }
    let none = stack.run(&["dead-letters", "redrive", "--all"], "").await;
    assert!(none.code == 0 && none.stdout.starts_with('0'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_its_queue_does_not_take_stays() {
    let stack = with_letters(3).await;
    let url = stack.aws.environment().get("MUSUBI_INBOX_QUEUE_URL").unwrap().replace("inbox", "nowhere");
    let args = ["dead-letters", "redrive", "--queue", "inbox", "--all"];
    let ran = stack.run_with(&[("MUSUBI_INBOX_QUEUE_URL", &url)], &args, "").await;
    assert_eq!(ran.code, 1, "{} {}", ran.stdout, ran.stderr);
    let counts = stack.aws.sqs().counts("inbox-dlq");
    assert_eq!((counts.visible, counts.total()), (3, 3), "none is lost, none is hidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_letters_must_be_said() {
    let stack = Stack::start().await;
    assert_eq!(stack.run(&["dead-letters", "redrive"], "").await.code, 2);
    assert_eq!(stack.run(&["dead-letters", "redrive", "--all", "--id", "x"], "").await.code, 2);
    let empty = stack.run(&["dead-letters", "list"], "").await;
    assert_eq!((empty.code, empty.stdout.trim()), (0, "None."));
}
