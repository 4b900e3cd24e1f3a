//! `person` and `questions`.

use musubi::domain::channel::Channel;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::ids::{ContactId, LineUserId};
use musubi::domain::link::ContactLink;
use musubi::ports::table::Commit;
use musubi::store::journal::{AskedBecause, Question, write};
use serde_json::json;

use super::support::{CHANNEL, FRIEND, Stack};

const ANN: &str = "101";
const BOB: &str = "102";

/// A friend who is linked to Ann, and waits for an answer.
async fn linked() -> (Stack, Channel) {
    let stack = Stack::start().await.with_portal().await;
    let channel = stack.channel().await;
    let link = ContactLink {
        channel: channel.id.clone(),
        user: LineUserId::new(FRIEND),
        account: channel.account.clone(),
        contact: ContactId::new(ANN),
        linked_at_ms: 1_786_000_000_000,
        is_new: false,
        provider: Default::default(),
        by: Some(ClaimedBy::Login),
    };
    assert_eq!(stack.adapters.links().unwrap().link(&link).await.unwrap(), Commit::Done);
    let mut head = Conversation::new(key(&channel), channel.account.clone());
    head.unanswered_since_ms = Some(1_786_000_000_001);
    assert_eq!(
        stack.adapters.journal().unwrap().commit(vec![write::conversation(&head, 0)]).await.unwrap(),
        Commit::Done
    );
    (stack, channel)
}

fn key(channel: &Channel) -> ConversationKey {
    ConversationKey::person(&channel.id, &LineUserId::new(FRIEND))
}

async fn said(stack: &Stack, channel: &Channel) -> Option<Claim> {
    stack.adapters.journal().unwrap().claim(&key(channel)).await.unwrap().map(|claim| claim.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_moved_and_unlinked_without_their_line_user_id() {
    let (stack, channel) = linked().await;
    let shown = stack.run(&["--json", "person", "show", "--channel", CHANNEL, "--contact", ANN], "").await.json();
    assert_eq!((&shown["by"], &shown["unanswered_since_ms"]), (&json!("login"), &json!(1_786_000_000_001_i64)));
    let nobody = ["person", "show", "--channel", CHANNEL, "--contact", BOB];
    assert_eq!(stack.run(&nobody, "").await.code, 3);

    let moved = ["person", "link", "--channel", CHANNEL, "--contact", BOB, "--from-contact", ANN];
    assert_eq!(stack.run(&moved, "").await.code, 0);
    let claim = said(&stack, &channel).await.expect("a claim");
    assert_eq!((claim.by, claim.target), (ClaimedBy::Operator, Target::Contact(ContactId::new(BOB))));
    assert!(!stack.aws.sqs().messages("crm.fifo").is_empty(), "the dispatcher is told");

    let unlink = ["person", "unlink", "--channel", CHANNEL, "--user-stdin", "--lang", "ja"];
    let ran = stack.run(&unlink, &format!("{FRIEND}\n")).await;
    assert!(ran.code == 0 && ran.stdout.contains("連動アプリ"), "{} {}", ran.stdout, ran.stderr);
    assert_eq!(said(&stack, &channel).await.expect("a claim").target, Target::Unlinked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_user_id_is_no_argument_and_a_bad_one_is_not_repeated() {
    let (stack, channel) = linked().await;
    let link = ["person", "link", "--channel", CHANNEL, "--contact", BOB];
    let ran = stack.run(&link, "Utypo-of-somebody\n").await;
    assert_eq!(ran.code, 2);
    assert!(!ran.stderr.contains("typo"), "{}", ran.stderr);
    assert_eq!(said(&stack, &channel).await, None);
    assert_eq!(stack.run(&link, &format!("{FRIEND}\n")).await.code, 0);
    assert_eq!(said(&stack, &channel).await.expect("a claim").target, Target::Contact(ContactId::new(BOB)));
    let both = ["person", "unlink", "--channel", CHANNEL, "--contact", ANN, "--user-stdin"];
    assert_eq!(stack.run(&both, "").await.code, 2);
    assert_eq!(stack.run(&["person", "unlink", "--channel", CHANNEL], "").await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_asks_first_and_gives_a_receipt_the_second_of_which_is_empty() {
    let (stack, channel) = linked().await;
    let erase = ["--json", "person", "erase", "--channel", CHANNEL, "--contact", ANN];
    let asked = stack.run(&erase, "").await;
    assert!(asked.code == 1 && asked.stderr.contains("cannot be brought back"), "{}", asked.stderr);
    assert!(stack.adapters.journal().unwrap().conversation(&key(&channel)).await.unwrap().is_some());

    let erase = [&erase[..], &["--yes"]].concat();
    let receipt = stack.run(&erase, "").await.json();
    assert_eq!((&receipt["removed"]["links"], &receipt["removed"]["conversations"]), (&json!(1), &json!(1)));
    assert_eq!(receipt["left"]["contact"], ANN);
    let rows = |table: &str| stack.aws.dynamodb().rows(table).unwrap();
    let left =
        ["links", "journal"].iter().flat_map(|table| rows(table)).filter(|row| row.body.contains(FRIEND)).count();
    assert_eq!(left, 0, "rows that name the person");

    let again = ["person", "erase", "--channel", CHANNEL, "--user-stdin", "--yes", "--lang", "ja"];
    let again = stack.run(&again, &format!("{FRIEND}\n")).await;
    assert!(again.code == 0 && again.stdout.contains("残っているものはありませんでした"), "{}", again.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_listed_without_the_person_and_answered_once() {
    let (stack, channel) = linked().await;
    let journal = stack.adapters.journal().unwrap();
    for (answer, target) in [("--different", None), ("--same", Some(Target::Contact(ContactId::new(BOB))))] {
        let question = Question::new(&key(&channel), &ContactId::new(BOB), AskedBecause::EmailTaken, 1_786_000_000_000);
        let asked = write::question(&channel.account, &question);
        assert_eq!(journal.commit(vec![asked]).await.unwrap(), Commit::Done);
        let listed = stack.run(&["--json", "questions", "list"], "").await.json();
        let first = &listed["questions"][0];
        assert_eq!((&first["contact_id"], &first["linked_contact_id"]), (&json!(BOB), &json!(ANN)));
        assert_eq!((&first["why"], &first["asked_at_ms"]), (&json!("email_taken"), &json!(1_786_000_000_000_i64)));
        for (language, words) in [("en", "same address, taken"), ("ja", "同じメールアドレス、別の人と連携中")]
        {
            let shown = stack.run(&["questions", "list", "--lang", language], "").await.stdout;
            assert!(shown.contains(&format!("  {BOB}  ")) && shown.contains(&format!("  {words}")), "{shown}");
            assert!(!shown.contains(FRIEND), "{shown}");
        }
        let id = listed["questions"][0]["question_id"].as_str().unwrap().to_owned();
        assert_eq!(stack.run(&["questions", "decide", &id, answer], "").await.code, 0);
        assert_eq!(said(&stack, &channel).await.map(|claim| claim.target), target);
        assert_eq!(stack.run(&["questions", "decide", &id, answer], "").await.code, 3);
        let comes_up_again = journal.to_ask(&channel.account, &question).await.unwrap();
        assert_eq!(comes_up_again.is_none(), answer == "--different", "what was denied is not asked again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_settled_otherwise_is_listed_no_more() {
    let (stack, channel) = linked().await;
    let question = Question::new(&key(&channel), &ContactId::new(ANN), AskedBecause::Sent, 1_786_000_000_000);
    let asked = write::question(&channel.account, &question);
    assert_eq!(stack.adapters.journal().unwrap().commit(vec![asked]).await.unwrap(), Commit::Done);
    assert_eq!(stack.run(&["--json", "questions", "list"], "").await.json()["questions"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_answered_elsewhere_waits_no_more_and_the_crm_will_say_so() {
    let (stack, channel) = linked().await;
    let answered = ["--json", "person", "answered", "--channel", CHANNEL, "--contact", ANN];
    assert_eq!(stack.run(&answered, "").await.json()["waited"], true);
    let head =
        stack.adapters.journal().unwrap().conversation(&key(&channel)).await.unwrap().expect("a conversation").value;
    assert_eq!((head.unanswered_since_ms, head.sync_queued), (None, true));
    assert!(!stack.aws.sqs().messages("crm.fifo").is_empty(), "the dispatcher is told");
    let again = ["person", "answered", "--channel", CHANNEL, "--user-stdin", "--lang", "ja"];
    let ran = stack.run(&again, &format!("{FRIEND}\n")).await;
    assert!(
        ran.code == 0 && ran.stdout.contains("返信を待っているメッセージはありません"),
        "{} {}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(stack.run(&["person", "answered", "--channel", CHANNEL, "--contact", BOB], "").await.code, 3);
}
