//! `friends`.

use local::fake::line::{Endpoint, Friendship};
use local::fake::{Fault, Plan};
use musubi::domain::activity::Mark;
use musubi::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::ids::{ContactId, EventId, LineUserId};
use musubi::domain::link::ContactLink;
use musubi::ports::table::Commit;
use musubi::store::journal::write;
use serde_json::json;

use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Ran, Stack};

async fn start() -> Stack {
    let stack = Stack::start().await.with_portal().await;
    let portal = PORTAL.to_string();
    let args = ["channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes"];
    assert_eq!(stack.run(&args, &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    stack
}

/// A LINE user ID that may not be printed.
fn user(stack: &mut Stack, number: u32) -> LineUserId {
    let id = format!("U{number:032x}");
    stack.hide(&id);
    LineUserId::new(id)
}

fn key(stack: &Stack, user: &LineUserId) -> ConversationKey {
    ConversationKey::person(&stack.channel_id(), user)
}

async fn claim(stack: &Stack, user: &LineUserId) -> Option<Claim> {
    stack.adapters.journal().unwrap().claim(&key(stack, user)).await.unwrap().map(|found| found.value)
}

async fn conversation(stack: &Stack, user: &LineUserId) -> Option<Conversation> {
    stack.adapters.journal().unwrap().conversation(&key(stack, user)).await.unwrap().map(|found| found.value)
}

async fn effects(stack: &Stack) -> usize {
    let account = stack.account().await.unwrap();
    stack.adapters.journal().unwrap().count_effects(&account.key, 100).await.unwrap()
}

async fn import_csv(stack: &Stack, bytes: &[u8], more: &[&str]) -> Ran {
    let path = stack.dir.join("friends.csv");
    std::fs::write(&path, bytes).unwrap();
    let args = ["--json", "friends", "import", CHANNEL, "--csv", path.to_str().unwrap()];
    stack.run(&[&args[..], more].concat(), "").await
}

async fn import_from_line(stack: &Stack, page: &str) -> Ran {
    stack.run(&["--json", "friends", "import", CHANNEL, "--from-line", "--page", page], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_file_become_claims_and_a_second_run_changes_nothing() {
    let mut stack = start().await;
    let [contact, email, bare, broken] = [1, 2, 3, 4].map(|number| user(&mut stack, number));
    for hidden in ["髙橋", "taro@example.com", "not-an-address"] {
        stack.hide(hidden);
    }
    let text = format!(
        "line_user_id,contact_id,email,name\r\n{},101,,髙橋\r\n{},,not-an-address,\r\n{},,Taro@example.com,\r\n{},,,\r\n",
        contact.expose(),
        broken.expose(),
        email.expose(),
        bare.expose()
    );
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let tried = import_csv(&stack, &bytes, &["--dry-run"]).await.json();
    assert_eq!((&tried["taken"], &tried["encoding"]), (&json!(3), &json!("CP932 (Shift_JIS)")));
    assert_eq!((claim(&stack, &contact).await, effects(&stack).await), (None, 0), "a dry run writes nothing");

    let ran = import_csv(&stack, &bytes, &[]).await;
    let told = ran.json();
    assert_eq!((ran.code, &told["taken"], &told["already"]), (1, &json!(3), &json!(0)), "a bad row is to be mended");
    assert_eq!(told["bad"], json!([{"line": 3, "reason": "email is no e-mail address"}]));
    let first = claim(&stack, &contact).await.unwrap();
    assert_eq!((first.by, &first.target), (ClaimedBy::Preset, &Target::Contact(ContactId::new("101"))));
    assert_eq!(first.name.as_deref(), Some("髙橋"));
    let address = EmailAddress::parse("taro@example.com").unwrap();
    assert_eq!(claim(&stack, &email).await.unwrap().target, Target::Email(address));
    assert_eq!(claim(&stack, &bare).await.unwrap().target, Target::ByLineUserId);
    assert_eq!((claim(&stack, &broken).await, effects(&stack).await), (None, 3));
    assert!(!stack.aws.sqs().messages("crm.fifo").is_empty(), "the dispatcher is told");

    let again = import_csv(&stack, text.as_bytes(), &[]).await.json();
    assert_eq!((&again["taken"], &again["already"], &again["encoding"]), (&json!(0), &json!(3), &json!("UTF-8")));
    assert_eq!(claim(&stack, &contact).await.unwrap(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_linked_as_the_row_says_or_was_erased_is_left_alone() {
    let mut stack = start().await;
    let [linked, moved, erased] = [1, 2, 3].map(|number| user(&mut stack, number));
    let account = stack.account().await.unwrap().key;
    for (who, contact) in [(&linked, "101"), (&moved, "102")] {
        let link = ContactLink {
            channel: stack.channel_id(),
            user: who.clone(),
            account: account.clone(),
            contact: ContactId::new(contact),
            linked_at_ms: 1,
            is_new: false,
            provider: Default::default(),
            by: None,
        };
        assert_eq!(stack.adapters.links().unwrap().link(&link).await.unwrap(), Commit::Done);
    }
    let gone = write::erased(&key(&stack, &erased), 1_786_000_000_000);
    assert_eq!(stack.adapters.journal().unwrap().commit(vec![gone]).await.unwrap(), Commit::Done);
    let text = format!(
        "line_user_id,contact_id,name\n{},101,A\n{},999,B\n{},103,C\n",
        linked.expose(),
        moved.expose(),
        erased.expose()
    );
    let told = import_csv(&stack, text.as_bytes(), &[]).await.json();
    assert_eq!((&told["taken"], &told["already"], &told["bad"][0]["line"]), (&json!(1), &json!(1), &json!(4)));
    assert_eq!((claim(&stack, &linked).await, claim(&stack, &erased).await), (None, None));
    let moves = claim(&stack, &moved).await.unwrap();
    assert_eq!((moves.target, moves.name), (Target::Contact(ContactId::new("999")), None), "LINE's own name is newer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_refused_in_words() {
    let stack = start().await;
    for (bytes, words) in [
        (&b"\xFF\xFE\xFF"[..], "neither UTF-8 nor CP932"),
        (b"user,contact\n", "has no line_user_id"),
        (b"", "has no line_user_id"),
    ] {
        let ran = import_csv(&stack, bytes, &[]).await;
        assert!(ran.code == 2 && ran.stdout.contains(words), "{}", ran.stdout);
    }
    let missing = stack.run(&["friends", "import", CHANNEL, "--csv", "/nowhere/friends.csv"], "").await;
    assert_eq!(missing.code, 2);
    assert_eq!(stack.run(&["friends", "import", CHANNEL], "").await.code, 2, "from where?");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_from_line_goes_on_where_it_stopped_and_leaves_the_known_alone() {
    let mut stack = start().await;
    let friends: Vec<String> = (0..5).map(|n| stack.line.add_person("provider", &format!("P{n}"), None)).collect();
    for friend in &friends {
        stack.hide(friend);
        stack.line.set_friendship(CHANNEL, friend, Friendship::Friend);
    }
    let stranger = stack.line.add_person("provider", "S", None);
    let known = LineUserId::new(friends[0].clone());
    let mut before = Conversation::new(key(&stack, &known), stack.account().await.unwrap().key);
    before.friendship.observe(&Mark::at(1, EventId::new("E")), true);
    let journal = stack.adapters.journal().unwrap();
    assert_eq!(journal.commit(vec![write::conversation(&before, 0)]).await.unwrap(), Commit::Done);

    stack.line.fault(Endpoint::Followers, Fault::FailBefore(500), Plan::Every(2));
    assert_eq!(import_from_line(&stack, "2").await.code, 1, "the second page fails");
    let listed = stack.run(&["--json", "friends", "count", CHANNEL], "").await.json();
    assert_eq!((&listed["listed"], &listed["finished"]), (&json!(2), &json!(false)));
    stack.line.clear_faults();
    let ran = import_from_line(&stack, "2").await;
    let told = ran.json();
    assert_eq!((ran.code, &told["listed"], &told["new"]), (0, &json!(5), &json!(4)), "{}", ran.stdout);
    assert_eq!((&told["went_on"], effects(&stack).await), (&json!(true), 4));
    assert_eq!(conversation(&stack, &known).await, Some(before));
    let new = conversation(&stack, &LineUserId::new(friends[4].clone())).await.unwrap();
    assert_eq!((new.friendship.blocked, new.sync_queued, new.profile_wanted), (Some(false), true, true));
    assert_eq!(conversation(&stack, &LineUserId::new(stranger)).await, None);

    let again = import_from_line(&stack, "1000").await.json();
    assert_eq!((&again["listed"], &again["new"], &again["went_on"]), (&json!(5), &json!(0), &json!(false)));
    assert_eq!(effects(&stack).await, 4);
    let counted = stack.run(&["friends", "count", CHANNEL, "--lang", "ja"], "").await.stdout;
    assert!(counted.contains("LINEの一覧にあった友だち") && counted.contains('5'), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_line_has_forgotten_means_from_the_beginning() {
    let mut stack = start().await;
    for n in 0..3 {
        let friend = stack.line.add_person("provider", &format!("P{n}"), None);
        stack.hide(&friend);
        stack.line.set_friendship(CHANNEL, &friend, Friendship::Friend);
    }
    stack.line.fault(Endpoint::Followers, Fault::FailBefore(500), Plan::Every(2));
    assert_eq!(import_from_line(&stack, "2").await.code, 1);
    stack.line.clear_faults();
    stack.line.clock().advance_ms(25 * 3_600_000);
    let told = import_from_line(&stack, "2").await.json();
    assert_eq!((&told["listed"], &told["new"]), (&json!(3), &json!(3)));
    assert_eq!(effects(&stack).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_list_its_friends_is_told_what_else_there_is() {
    let stack = start().await;
    stack.line.edit_channel(CHANNEL, |spec| spec.verified = false);
    let ran = import_from_line(&stack, "1000").await;
    assert!(ran.code == 1 && ran.stdout.contains("verified and premium"), "{}", ran.stdout);
    let counted = stack.run(&["--json", "friends", "count", CHANNEL], "").await.json();
    assert_eq!(counted["listed"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_whose_everything_was_erased_is_not_met_again() {
    let mut stack = start().await;
    let friend = stack.line.add_person("provider", "P", None);
    stack.hide(&friend);
    stack.line.set_friendship(CHANNEL, &friend, Friendship::Friend);
    let who = LineUserId::new(friend);
    let gone = write::erased(&key(&stack, &who), 1_786_000_000_000);
    assert_eq!(stack.adapters.journal().unwrap().commit(vec![gone]).await.unwrap(), Commit::Done);
    let told = import_from_line(&stack, "1000").await.json();
    assert_eq!((&told["new"], &told["erased"]), (&json!(0), &json!(1)));
    assert_eq!((conversation(&stack, &who).await, effects(&stack).await), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_taken_out_into_a_new_file_and_what_is_there_is_left_alone() {
    let mut stack = start().await;
    let friends = [1, 2].map(|number| user(&mut stack, number));
    let journal = stack.adapters.journal().unwrap();
    for friend in &friends {
        let key = key(&stack, friend);
        let account = stack.account().await.unwrap().key;
        let begun =
            vec![write::conversation(&Conversation::new(key.clone(), account), 0), write::person_listed(&key).unwrap()];
        assert_eq!(journal.commit(begun).await.unwrap(), Commit::Done);
    }
    let path = stack.dir.join("people.csv");
    let path = path.to_str().unwrap();
    let ran = stack.run(&["--json", "friends", "export", CHANNEL, path], "").await;
    assert_eq!((ran.code, &ran.json()["people"]), (0, &json!(2)), "{}", ran.stderr);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with('\u{FEFF}') && friends.iter().all(|friend| text.contains(friend.expose())));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What was taken out can be taken in.
    let again = import_csv(&stack, text.as_bytes(), &["--dry-run"]).await.json();
    assert_eq!((&again["taken"], &again["bad"]), (&json!(2), &json!([])));
    let ran = stack.run(&["friends", "export", CHANNEL, path], "").await;
    assert_eq!((ran.code, std::fs::read_to_string(path).unwrap()), (2, text), "left as it is");
    let json = stack.dir.join("people.json");
    assert_eq!(stack.run(&["friends", "export", CHANNEL, json.to_str().unwrap()], "").await.code, 0);
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!(read["people"].as_array().map(Vec::len), Some(2));
    let odd = stack.dir.join("people.xml");
    assert_eq!(stack.run(&["friends", "export", CHANNEL, odd.to_str().unwrap()], "").await.code, 2);
    assert_eq!(
        stack.run(&["friends", "export", "nobody", stack.dir.join("x.csv").to_str().unwrap()], "").await.code,
        3
    );
    assert!(!odd.exists() && !stack.dir.join("x.csv").exists());
}
