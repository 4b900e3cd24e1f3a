//! `message`: a workflow's message is looked at, and tried out on testers.

use local::fake::hubspot::ObjectType;
use musubi::aws::envelope;
use musubi::domain::claim::ClaimedBy;
use musubi::domain::ids::{ContactId, LineUserId};
use musubi::domain::link::ContactLink;
use musubi::domain::push::{PushJob, Sender};
use musubi::ports::table::Commit;
use serde_json::json;

use super::doctor::healthy;
use super::support::{CHANNEL, FRIEND, PORTAL, Stack};

const WORDS: &str = "{{line:firstname|お客さま}}様、ご予約を承りました。";

/// A contact of this first name; one that is linked to a friend.
async fn contact(stack: &Stack, first_name: &str, is_linked: bool) -> String {
    let contact = stack.hubspot.create_contact(PORTAL, &[("firstname", first_name)]).to_string();
    let account = stack.account().await.expect("an account").key;
    let link = ContactLink {
        channel: stack.channel_id(),
        user: LineUserId::new(FRIEND),
        account,
        contact: ContactId::new(&contact),
        linked_at_ms: 1_786_000_000_000,
        is_new: false,
        provider: Default::default(),
        by: Some(ClaimedBy::Login),
    };
    if is_linked {
        assert_eq!(stack.adapters.links().unwrap().link(&link).await.unwrap(), Commit::Done);
    }
    contact
}

/// What waits to be sent.
fn jobs(stack: &Stack) -> Vec<PushJob> {
    let messages = stack.aws.sqs().messages("push");
    messages.iter().map(|message| envelope::decode(&message.body).expect("a job")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_looked_at_for_a_contact_and_nothing_is_sent() {
    let stack = healthy().await;
    let hanako = contact(&stack, "花子", true).await;
    let preview = ["message", "preview", "--channel", CHANNEL, "--contact"];
    let seen = stack.run(&[&["--json"], &preview[..], &[&hanako, WORDS, "2通目"]].concat(), "").await;
    assert_eq!(seen.code, 0, "{} {}", seen.stdout, seen.stderr);
    let seen = seen.json();
    assert_eq!((&seen["would_be_sent"], &seen["checked_by_line"]), (&json!(true), &json!(true)), "{seen}");
    assert_eq!(seen["messages"][0], json!({"type": "text", "text": "花子様、ご予約を承りました。"}));
    assert_eq!((seen["messages"].as_array().map(Vec::len), &seen["obstacles"]), (Some(2), &json!([])));

    let nobody = contact(&stack, "無名", false).await;
    let seen = stack.run(&[&["--lang", "ja"], &preview[..], &[&nobody, "{\"type\":\"text\""]].concat(), "").await;
    assert_eq!(seen.code, 0);
    for words in ["このままでは送信されません。", "not_linked"] {
        assert!(seen.stdout.contains(words), "{words}: {}", seen.stdout);
    }
    let broken = stack.run(&[&preview[..], &[&hanako, "{\"type\":\"text\""]].concat(), "").await;
    assert!(broken.code == 0 && broken.stdout.contains("message_1"), "{}", broken.stdout);
    stack.hubspot.delete(PORTAL, ObjectType::Contact, hanako.parse().expect("a number"));
    let gone = stack.run(&[&preview[..], &[&hanako, WORDS]].concat(), "").await;
    assert_eq!((gone.code, gone.stdout.as_str()), (3, ""), "{}", gone.stderr);
    assert!(gone.stderr.contains("no such contact"), "{}", gone.stderr);
    let six = stack.run(&[&preview[..], &[&nobody, "1", "2", "3", "4", "5", "6"]].concat(), "").await;
    assert_eq!(six.code, 2);
    assert!(jobs(&stack).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_the_testers_and_says_who_got_none() {
    let stack = healthy().await;
    let (hanako, nobody) = (contact(&stack, "花子", true).await, contact(&stack, "無名", false).await);
    let test = ["--json", "message", "test", "--channel", CHANNEL, WORDS];
    let none = stack.run(&test[1..], "").await;
    assert!(none.code == 1 && none.stderr.contains("testers="), "{}", none.stderr);
    let testers = format!("testers={nobody},{hanako}");
    assert_eq!(stack.run(&["channel", "set", CHANNEL, &testers], "").await.code, 0);
    let sent = stack.run(&test, "").await;
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    let tested = sent.json()["tested"].clone();
    assert_eq!((&tested[0]["on_its_way"], &tested[1]["on_its_way"]), (&json!(false), &json!(true)), "{tested}");
    assert!(tested[0]["obstacles"][0].as_str().is_some_and(|why| why.contains("not_linked")), "{tested}");
    let [job] = &jobs(&stack)[..] else { panic!("one message") };
    assert!(matches!(&job.sender, Sender::Test { .. }) && job.to.user().is_some_and(|to| to.expose() == FRIEND));
    assert_eq!(
        job.messages[0].json,
        r#"{"type":"text","text":"花子様、ご予約を承りました。","sender":{"name":"Test"}}"#
    );
}
