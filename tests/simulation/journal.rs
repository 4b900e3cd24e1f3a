//! What the journal says of what was written: no more, no less, and of nobody else.

use std::sync::Arc;

use musubi::domain::account::CrmAccountKey;
use musubi::domain::activity::Mark;
use musubi::domain::conversation::{Conversation, ConversationKey, PendingActivity, Source};
use musubi::domain::friends::FriendsImport;
use musubi::domain::ids::*;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::push::{PushId, PushOutcome};
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Write};
use musubi::store::Journal;
use musubi::store::journal::{AskedBecause, LastRefusal, MessagePosition, NewestSend, Question, Trace, Walk, write};

use crate::due::from_the_future;
use crate::faults::Faults;
use crate::models::table::ModelTable;
use crate::said::user;
use crate::watched_links;
use crate::world::{START_MS, run};

fn table() -> (ModelTable, Journal) {
    let rows = ModelTable::new("journal", Faults::crashes_at([]));
    (rows.clone(), Journal::new(Arc::new(rows)))
}

fn commit(rows: &ModelTable, writes: impl IntoIterator<Item = Write>) -> Commit {
    run(rows.commit(writes.into_iter().collect())).expect("a calm table")
}

fn channel() -> ChannelId {
    ChannelId::new("1657000000")
}

fn account() -> CrmAccountKey {
    watched_links::account("77")
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
    let of = PendingActivity { message: None, at_ms: START_MS, event: event.clone() };
    let seen = |by: u64, state: &str| {
        run(async {
            [
                journal.trace(&key(by), &of).await.map(|trace| !matches!(trace, Trace::None)),
                journal.is_unsent(&key(by), &message).await,
                journal.is_reply_recorded(&key(by), &event).await,
                journal.is_event_handled(&key(by), &event).await,
                journal.is_login_used(state).await,
            ]
            .map(|found| found.expect("a calm table"))
        })
    };
    assert_eq!(seen(1, "state"), [false; 5]);
    let writes = [
        write::tombstone(&key(1), &event, START_MS),
        write::unsent(&key(1), &message, START_MS),
        write::reply_recorded(&key(1), &event, START_MS),
        write::event_handled(&key(1), &event, START_MS),
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
        let stored = journal.friends_import(&channel()).await.expect("rows").map(|found| (found.value, found.version));
        assert_eq!(stored, Some((import, 1)));
        let stored = journal.conversation_by_hash(&key(1).hash()).await.expect("rows").map(|found| found.value.key);
        assert_eq!(stored, Some(key(1)));
        assert!(journal.conversation_by_hash(&key(2).hash()).await.expect("rows").is_none());
        let stored = journal.newest_send(&account(), &contact).await.expect("rows").map(|found| found.value.at_ms);
        assert_eq!(stored, Some(2));
        let stored = journal.unreadable_told(&account()).await.expect("rows").map(|found| (found.value, found.version));
        assert_eq!(stored, Some((START_MS, 1)));
    });
}

#[test]
fn an_official_account_was_last_heard_of_to_ten_minutes() {
    let (_, journal) = table();
    let heard = |at_ms| {
        run(journal.note_event(&channel(), at_ms)).expect("a calm table");
        run(journal.last_event(&channel())).expect("a calm table")
    };
    assert_eq!(run(journal.last_event(&channel())).expect("a calm table"), None);
    assert_eq!(heard(START_MS), Some(START_MS));
    assert_eq!(heard(START_MS + 599_999), Some(START_MS), "one write in ten minutes");
    assert_eq!(heard(START_MS + 600_000), Some(START_MS + 600_000));
    assert_eq!(heard(START_MS), Some(START_MS + 600_000), "a redelivery is no news");
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

    assert_eq!(commit(&rows, [write::question_closed(&account(), &key(1))]), Commit::Done);
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
    let lost = ModelTable::new("journal", Faults::random(1, 1_000, 0));
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
fn the_outbox_rows_of_a_person_and_what_names_them_goes_with_them_and_nothing_else_does() {
    let (rows, journal) = table();
    let enqueued = |by| {
        write::enqueue(&OutboxRow::new(&account(), Effect::SyncContact { conversation: key(by) }, START_MS, START_MS))
    };
    assert_eq!(commit(&rows, [enqueued(1), enqueued(2)]), Commit::Done);
    let partition = rows.all()[0].0.clone();
    let body = |text: &str| format!(r#"{{"v":9,"to":"{text}"}}"#);
    let put = |sort: String, body: String| {
        let key = RowKey::new(partition.clone(), sort);
        Write::Put { key, body, expect: Precondition::Any, expires_at_s: None }
    };
    let of_later = [
        put("1:by-body".to_owned(), body(user(1).expose())),
        put(format!("2:{}", key(1).hash()), body("-")),
        put("3:nobody".to_owned(), body("-")),
        put("4:somebody-else".to_owned(), body(user(2).expose())),
    ];
    assert_eq!(commit(&rows, of_later), Commit::Done);
    let erasable = run(journal.erasable_rows(&account(), &key(1))).expect("a calm table");
    let left: Vec<_> = erasable.effects.iter().map(|row| row.effect.conversation().cloned()).collect();
    assert_eq!(left, [Some(key(1))]);
    let named: Vec<_> = erasable.entries.iter().map(|key| key.sort.chars().take(1).collect::<String>()).collect();
    assert_eq!(named, ["1", "2"]);
}

/// Everybody who is listed, page by page, and how many cannot be read.
fn everybody(journal: &Journal, limit: usize) -> (Vec<ConversationKey>, usize) {
    let (mut all, mut unreadable, mut from) = (Vec::new(), 0, None);
    loop {
        let page = run(journal.people(&key(1).channel, from, limit)).expect("a calm table");
        assert!(page.people.len() <= limit);
        unreadable += page.unreadable;
        all.extend(page.people);
        match page.next {
            Some(next) => from = Some(next),
            None => return (all, unreadable),
        }
    }
}

#[test]
fn the_people_of_an_official_account_are_listed_once_each_whatever_the_pages_and_a_later_version_hides_nobody() {
    let (rows, journal) = table();
    let listed = |by: u64| write::person_listed(&key(by)).expect("a person");
    assert_eq!(commit(&rows, (1..=90).map(listed)), Commit::Done);
    let first = rows.all().remove(0).0;
    assert_eq!(commit(&rows, [from_the_future(&first, "!")]), Commit::Done);
    for limit in [1, 7, 90, 1_000] {
        let (all, unreadable) = everybody(&journal, limit);
        let users: std::collections::BTreeSet<_> = all.iter().map(ConversationKey::hash).collect();
        assert_eq!((all.len(), users.len(), unreadable), (90, 90, 1), "pages of {limit}");
    }
    assert_eq!(commit(&rows, [write::person_unlisted(&key(5)).expect("a person")]), Commit::Done);
    let (left, _) = everybody(&journal, 7);
    assert!(left.len() == 89 && !left.contains(&key(5)));
    let group = ConversationKey { channel: key(1).channel, source: Source::Group("C1".into()) };
    assert!(write::person_listed(&group).is_none(), "a group is nobody");
}

#[test]
fn what_is_due_comes_until_as_many_as_were_asked_for_and_ends() {
    let (rows, journal) = table();
    let enqueued = |by| {
        write::enqueue(&OutboxRow::new(&account(), Effect::SyncContact { conversation: key(by) }, START_MS, START_MS))
    };
    assert_eq!(commit(&rows, (1..=40).map(enqueued)), Commit::Done);
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
    assert_eq!(run(journal.count_effects(&account(), 100)).expect("a calm table"), 40);
    let early = run(journal.due(&account(), START_MS - 1, 100)).expect("a calm table");
    assert!(early.is_empty(), "nothing is due yet");
}

#[test]
fn a_row_that_could_not_be_read_is_not_given_up_once_it_is_another() {
    let (rows, journal) = table();
    let enqueued =
        write::enqueue(&OutboxRow::new(&account(), Effect::SyncContact { conversation: key(1) }, START_MS, START_MS));
    assert_eq!(commit(&rows, [enqueued]), Commit::Done);
    let (partition, ..) = rows.all().remove(0);
    let future = || from_the_future(&partition, &format!("{START_MS:013}:dream"));
    assert_eq!(commit(&rows, [future()]), Commit::Done);
    let seen = run(journal.next_due(&mut Walk::through(&account(), START_MS), 100)).expect("a calm table").unread;
    let [seen] = &seen[..] else { panic!("one is seen") };
    assert_eq!(commit(&rows, [future()]), Commit::Done);
    assert_eq!(commit(&rows, [write::give_up_unread(seen)]), Commit::Conflict);
    let seen = run(journal.next_due(&mut Walk::through(&account(), START_MS), 100)).expect("a calm table").unread;
    assert_eq!(commit(&rows, [write::give_up_unread(&seen[0])]), Commit::Done);
    assert_eq!(rows.all().len(), 1, "the other row is still in the outbox");
}

/// What is asked for is the least that comes: all that is due lies in eight lists, and each is read by the page.
#[test]
fn no_more_pages_are_read_than_what_was_asked_for_takes() {
    let (rows, journal) = table();
    let enqueued = |by| {
        write::enqueue(&OutboxRow::new(&account(), Effect::SyncContact { conversation: key(by) }, START_MS, START_MS))
    };
    for some in (0..2_000).collect::<Vec<_>>().chunks(100) {
        assert_eq!(commit(&rows, some.iter().copied().map(enqueued)), Commit::Done);
    }
    let first = |limit| {
        let mut walk = Walk::through(&account(), START_MS);
        let first = run(journal.next_due(&mut walk, limit)).expect("a calm table").rows.len();
        (first, walk.is_over())
    };
    let (page, is_over) = first(1);
    assert!((1..2_000).contains(&page) && !is_over, "{page}");
    assert_eq!(first(page), (page, false), "as many as were asked for are there");
    assert!(first(page + 1).0 > page);
}

fn mark(at_ms: i64) -> Mark {
    Mark::at(at_ms, EventId::new("E"))
}

/// Entries 0 to 49, each with one message of its number's time; what `part` says of it.
fn fifty_entries(rows: &ModelTable, part: impl Fn(i64) -> serde_json::Value) {
    for number in 0..50 {
        let entry = serde_json::from_value(serde_json::json!({
            "number": number, "key": format!("k{number}"), "contact": "501", "at_ms": number, "rendering": 1,
            "members": [{"mark": mark(number), "message": null, "part": part(number)}], "tried_at_ms": null, "note": null,
        }));
        let entry = entry.expect("an entry");
        assert_eq!(commit(rows, [write::entry(&key(1), &entry, 0, START_MS)]), Commit::Done);
    }
}

#[test]
fn the_entries_that_hold_a_message_are_found_once_each_however_many_there_are() {
    let (rows, journal) = table();
    fifty_entries(&rows, |_| serde_json::Value::Null);
    let with = |marks: &[i64], not_before, limit| {
        let standings: Vec<_> =
            marks.iter().map(|at_ms| MessagePosition { mark: mark(*at_ms), not_before, note: None }).collect();
        let found = run(journal.entries_with(&key(1), &standings, limit)).expect("a calm table");
        found.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    // The last of a page, the first of the next, and one behind them.
    assert_eq!(with(&[19, 20, 45], 0, 10), [19, 20, 45]);
    assert_eq!(with(&[19, 20, 45], 0, 2), [19, 20]);
    assert_eq!(with(&[5, 45], 6, 10), [45], "it is in none before");
    assert_eq!(with(&[60], 0, 10), [0_u32; 0]);
    assert_eq!(with(&[], 0, 10), [0_u32; 0]);
}

#[test]
fn a_message_in_parts_is_found_in_each_entry_that_holds_one() {
    let (rows, journal) = table();
    fifty_entries(&rows, |number| match number {
        7 => serde_json::json!({"from": 0, "to": 10}),
        _ => serde_json::Value::Null,
    });
    // Entry 8 goes on with the message of entry 7.
    let mut entry = run(journal.entry(&key(1), 8)).expect("a calm table").expect("an entry");
    entry.value.members[0].mark = mark(7);
    assert_eq!(commit(&rows, [write::entry(&key(1), &entry.value, entry.version, START_MS)]), Commit::Done);
    let standing = MessagePosition { mark: mark(7), not_before: 0, note: None };
    let found = run(journal.entries_with(&key(1), &[standing], 10)).expect("a calm table");
    assert_eq!(found.iter().map(|entry| entry.number).collect::<Vec<_>>(), [7, 8]);
}

#[test]
fn of_a_messages_places_those_go_that_are_forgotten_and_no_others() {
    let (rows, journal) = table();
    let message = MessageId::new("5");
    let (old, new) = ([mark(1), mark(2)], [mark(3), mark(4)]);
    // As an earlier version kept them: all in one row.
    let of_before = RowKey::new(format!("c:{}", key(1).hash()), format!("m:{message}"));
    let stood = |mark: &Mark| MessagePosition { mark: mark.clone(), not_before: 0, note: None };
    let writes = new.iter().map(|mark| write::message_position(&key(1), &message, &stood(mark), START_MS));
    let writes = writes.chain([Write::put(of_before, &old, Precondition::Any)]);
    assert_eq!(commit(&rows, writes), Commit::Done);
    let forget = |marks: &[Mark]| {
        let standings = run(journal.message_positions(&key(1), &message)).expect("a calm table");
        let writes = standings.forgotten(&key(1), &message, marks, START_MS);
        let count = writes.len();
        assert_eq!(commit(&rows, writes), Commit::Done);
        let left = run(journal.message_positions(&key(1), &message)).expect("a calm table").all;
        (count, left.iter().map(|standing| standing.mark.at_ms).collect::<Vec<_>>())
    };
    assert_eq!(forget(&[mark(3)]), (1, vec![1, 2, 4]), "the row of before stays as it is");
    assert_eq!(forget(&[mark(1), mark(4)]), (2, vec![2]));
    assert_eq!(forget(&[mark(2)]), (1, vec![]));
}
