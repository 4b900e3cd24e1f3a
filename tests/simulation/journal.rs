//! What the journal says of what was written: no more, no less, and of nobody else.

use std::sync::Arc;

use musubi::domain::account::CrmAccountKey;
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::friends::FriendsImport;
use musubi::domain::ids::*;
use musubi::domain::owed::{Owed, OwedRow};
use musubi::domain::push::{PushId, PushOutcome};
use musubi::ports::Journal;
use musubi::ports::journal::{AskedBecause, LastRefusal, NewestSend, Question, Walk, write};
use musubi::ports::rows::{Commit, Expect, RowKey, Rows, Write};

use crate::due::from_the_future;
use crate::faults::Faults;
use crate::models::rows::ModelRows;
use crate::said::user;
use crate::ties;
use crate::world::{START_MS, run};

fn table() -> (ModelRows, Journal) {
    let rows = ModelRows::new("journal", Faults::crashes_at([]));
    (rows.clone(), Journal::new(Arc::new(rows)))
}

fn commit(rows: &ModelRows, writes: impl IntoIterator<Item = Write>) -> Commit {
    run(rows.commit(writes.into_iter().collect())).expect("a calm table")
}

fn channel() -> ChannelId {
    ChannelId::new("1657000000")
}

fn account() -> CrmAccountKey {
    ties::account("77")
}

fn key(by: u64) -> ConversationKey {
    ConversationKey::person(&channel(), &user(by))
}

fn question(by: u64, contact: &str, why: AskedBecause, asked_at_ms: i64) -> Question {
    Question::new(&key(by), &ContactId::new(contact), why, asked_at_ms)
}

#[test]
fn what_has_happened_is_found_and_nothing_else_is() {
    let (rows, journal) = table();
    let (event, message) = (EventId::new("E1"), MessageId::new("5"));
    let seen = |by: u64, state: &str| {
        run(async {
            [
                journal.is_recorded(&key(by), &event).await,
                journal.is_unsent(&key(by), &message).await,
                journal.is_answered(&key(by), &event).await,
                journal.is_done(&key(by), &event).await,
                journal.is_login_used(state).await,
            ]
            .map(|found| found.expect("a calm table"))
        })
    };
    assert_eq!(seen(1, "state"), [false; 5]);
    let writes = [
        write::tombstone(&key(1), &event, START_MS),
        write::unsent(&key(1), &message, START_MS),
        write::event_answered(&key(1), &event, START_MS),
        write::done(&key(1), &event, START_MS),
        write::login_used("state", START_MS),
    ];
    assert_eq!(commit(&rows, writes.clone()), Commit::Done);
    assert_eq!(seen(1, "state"), [true; 5]);
    assert_eq!(seen(2, "another"), [false; 5]);
    assert_eq!(commit(&rows, [writes[4].clone()]), Commit::Conflict, "a login is used once");
}

#[test]
fn rows_are_read_as_they_were_written() {
    let (rows, journal) = table();
    let import = FriendsImport { began_at_ms: 1, at_ms: 2, next: None, finished: true, listed: 3, new: 1, erased: 0 };
    let head = Conversation::new(key(1), account());
    let callback = CallbackId::new("ap-1");
    let push = PushId::of_action(account().kind, &account().id, &[callback.as_str()]);
    let send = NewestSend { asked_at_ms: 1, at_ms: 2, push };
    let contact = ContactId::new("501");
    let writes = [
        write::friends_import(&channel(), &import, 0),
        write::conversation(&head, 0),
        write::newest_send(&account(), &contact, &send, 0, START_MS),
        write::unreadable_told(&account(), START_MS, 0),
    ];
    assert_eq!(commit(&rows, writes), Commit::Done);
    run(async {
        let stored = journal.friends_import(&channel()).await.expect("rows").map(|found| (found.value, found.rev));
        assert_eq!(stored, Some((import, 1)));
        let stored = journal.conversation_by_hash(&key(1).hash()).await.expect("rows").map(|found| found.value.key);
        assert_eq!(stored, Some(key(1)));
        assert!(journal.conversation_by_hash(&key(2).hash()).await.expect("rows").is_none());
        let stored = journal.newest_send(&account(), &contact).await.expect("rows").map(|found| found.value.at_ms);
        assert_eq!(stored, Some(2));
        let stored = journal.unreadable_told(&account()).await.expect("rows").map(|found| (found.value, found.rev));
        assert_eq!(stored, Some((START_MS, 1)));
    });
}

#[test]
fn an_official_account_was_last_heard_of_to_the_minute() {
    let (_, journal) = table();
    let heard = |at_ms| {
        run(journal.note_event(&channel(), at_ms)).expect("a calm table");
        run(journal.last_event(&channel())).expect("a calm table")
    };
    assert_eq!(run(journal.last_event(&channel())).expect("a calm table"), None);
    assert_eq!(heard(START_MS), Some(START_MS));
    assert_eq!(heard(START_MS + 59_999), Some(START_MS), "one write a minute");
    assert_eq!(heard(START_MS + 60_000), Some(START_MS + 60_000));
    assert_eq!(heard(START_MS), Some(START_MS + 60_000), "a redelivery is no news");
}

#[test]
fn the_newest_refusal_is_the_last() {
    let (_, journal) = table();
    let refused = |at_ms, outcome| {
        run(journal.note_refusal(&channel(), LastRefusal { at_ms, outcome })).expect("a calm table");
        run(journal.last_refusal(&channel())).expect("a calm table").map(|last| (last.at_ms, last.outcome))
    };
    assert_eq!(refused(10, PushOutcome::Blocked), Some((10, PushOutcome::Blocked)));
    assert_eq!(refused(9, PushOutcome::NoQuota), Some((10, PushOutcome::Blocked)));
    assert_eq!(refused(10, PushOutcome::NoQuota), Some((10, PushOutcome::Blocked)), "of one moment the first");
    assert_eq!(refused(11, PushOutcome::NoQuota), Some((11, PushOutcome::NoQuota)));
}

#[test]
fn a_question_stands_until_it_is_closed_and_a_denied_one_is_not_shown() {
    let (rows, journal) = table();
    let asked = question(1, "501", AskedBecause::Sent, START_MS);
    let is = |by, contact: &str| {
        run(async {
            let asked = journal.is_asked(&account(), &key(by)).await.expect("a calm table");
            let denied = journal.is_denied(&account(), &key(by), &ContactId::new(contact)).await;
            (asked, denied.expect("a calm table"), journal.questions(&account()).await.expect("a calm table").len())
        })
    };
    assert_eq!(is(1, "501"), (false, false, 0));
    let write = run(journal.to_ask(&account(), &asked)).expect("a calm table").expect("it is new");
    assert_eq!(commit(&rows, [write]), Commit::Done);
    assert_eq!((is(1, "501"), is(2, "501")), ((true, false, 1), (false, false, 1)));
    assert!(run(journal.to_ask(&account(), &asked)).expect("a calm table").is_none(), "it is asked already");

    let standing = run(journal.question(&account(), &key(1))).expect("a calm table").expect("a question");
    assert_eq!(commit(&rows, [write::denied(&account(), &standing, START_MS)]), Commit::Done);
    assert_eq!((is(1, "501"), is(1, "502")), ((true, true, 0), (true, false, 0)));
    assert!(run(journal.to_ask(&account(), &asked)).expect("a calm table").is_none(), "no means no");
    let other = question(1, "502", AskedBecause::Sent, START_MS);
    assert!(run(journal.to_ask(&account(), &other)).expect("a calm table").is_some());

    assert_eq!(commit(&rows, [write::answered(&account(), &key(1))]), Commit::Done);
    assert_eq!(is(1, "501"), (false, false, 0));
}

#[test]
fn a_question_that_another_version_asked_does_not_stand_in_the_way() {
    let (rows, journal) = table();
    let asked = question(1, "501", AskedBecause::Sent, START_MS);
    assert_eq!(commit(&rows, [write::question(&account(), &asked)]), Commit::Done);
    let (partition, sort, _) = rows.all().remove(0);
    assert_eq!(commit(&rows, [from_the_future(&partition, &sort)]), Commit::Done);
    assert!(run(journal.to_ask(&account(), &asked)).expect("it is as if nobody had asked").is_some());
    let lost = ModelRows::new("journal", Faults::random(1, 1_000, 0));
    assert!(run(Journal::new(Arc::new(lost)).to_ask(&account(), &asked)).is_err(), "a table that fails is no answer");
}

#[test]
fn a_question_about_an_address_stands_until_it_is_closed_and_others_for_thirty_days() {
    let expires = |why| match write::question(&account(), &question(1, "501", why, START_MS)) {
        Write::Put { expires_at_s, .. } => expires_at_s,
        _ => panic!("nothing is stored"),
    };
    for why in [AskedBecause::Email, AskedBecause::Merged] {
        assert_eq!(expires(why), None, "{why:?}");
    }
    for why in [AskedBecause::Sent, AskedBecause::NameTaken, AskedBecause::EmailTaken] {
        assert_eq!(expires(why), Some(START_MS / 1_000 + 30 * 86_400), "{why:?}");
    }
}

#[test]
fn an_erasure_covers_what_was_before_it_and_that_moment() {
    let (rows, journal) = table();
    let none = run(journal.erasure(&key(1))).expect("a calm table");
    assert_eq!((none.at_ms(), none.is_marked(), none.covers(0)), (None, false, false));
    assert_eq!(commit(&rows, [write::erased(&key(1), START_MS)]), Commit::Done);
    let marked = run(journal.erasure(&key(1))).expect("a calm table");
    assert_eq!((marked.at_ms(), marked.is_marked()), (Some(START_MS), true));
    let covers = [START_MS - 1, START_MS, START_MS + 1].map(|at_ms| marked.covers(at_ms));
    assert_eq!(covers, [true, true, false]);
}

#[test]
fn what_is_owed_of_a_person_and_what_names_them_goes_with_them_and_nothing_else_does() {
    let (rows, journal) = table();
    let owe = |by| write::owe(&OwedRow::new(&account(), Owed::Person { conversation: key(by) }, START_MS, START_MS));
    assert_eq!(commit(&rows, [owe(1), owe(2)]), Commit::Done);
    let partition = rows.all()[0].0.clone();
    let body = |text: &str| format!(r#"{{"v":9,"to":"{text}"}}"#);
    let put = |sort: String, body: String| {
        let key = RowKey::new(partition.clone(), sort);
        Write::Put { key, body, expect: Expect::Any, expires_at_s: None }
    };
    let of_later = [
        put("1:by-body".to_owned(), body(user(1).expose())),
        put(format!("2:{}", key(1).hash()), body("-")),
        put("3:nobody".to_owned(), body("-")),
        put("4:somebody-else".to_owned(), body(user(2).expose())),
    ];
    assert_eq!(commit(&rows, of_later), Commit::Done);
    let remains = run(journal.remains(&account(), &key(1))).expect("a calm table");
    let owed: Vec<_> = remains.owed.iter().map(|row| row.owed.conversation().cloned()).collect();
    assert_eq!(owed, [Some(key(1))]);
    let named: Vec<_> = remains.entries.iter().map(|key| key.sort.chars().take(1).collect::<String>()).collect();
    assert_eq!(named, ["1", "2"]);
}

#[test]
fn what_is_due_comes_until_as_many_as_were_asked_for_and_ends() {
    let (rows, journal) = table();
    let owe = |by| write::owe(&OwedRow::new(&account(), Owed::Person { conversation: key(by) }, START_MS, START_MS));
    assert_eq!(commit(&rows, (1..=40).map(owe)), Commit::Done);
    let (partition, ..) = rows.all().remove(0);
    assert_eq!(commit(&rows, [from_the_future(&partition, &format!("{:013}:person", START_MS - 1))]), Commit::Done);
    let mut walk = Walk::through(&account(), START_MS);
    let mut seen = (0, 0);
    let mut turns = 0;
    while !walk.is_over() {
        let due = run(journal.next_due(&mut walk, 7)).expect("a calm table");
        seen = (seen.0 + due.rows.len(), seen.1 + due.unread.len());
        for unread in &due.unread {
            assert_eq!((unread.name(), unread.since_ms), ("person", START_MS - 1));
        }
        turns += 1;
        assert!(turns < 100, "it comes to an end");
    }
    assert_eq!(seen, (40, 1));
    assert_eq!(run(journal.count_owed(&account(), 100)).expect("a calm table"), 40);
    let early = run(journal.due(&account(), START_MS - 1, 100)).expect("a calm table");
    assert!(early.is_empty(), "nothing is due yet");
}
