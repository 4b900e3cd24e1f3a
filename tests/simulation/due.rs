//! What is due is seen whole, served in turns, and stopped by no row that cannot be read.

use std::sync::Arc;

use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::*;
use musubi::domain::language::Language;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::properties::LINE_LAST_MESSAGE;
use musubi::domain::push::{Push, PushJob, PushOutcome, PushState, Recipient, Settlement};
use musubi::flow::record::Record;
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Write};
use musubi::store::journal::{AskedBecause, Question, Walk, write};
use musubi::store::{Accounts, Channels, Journal};

use crate::crash_points::small;
use crate::faults::Faults;
use crate::models::table::ModelTable;
use crate::said::{said, user, word};
use crate::world::{MINUTE_MS, START_MS, World, run};

const DAY_MS: i64 = 86_400_000;

fn calm() -> World {
    small(true, true, Faults::crashes_at([]))
}

fn table() -> ModelTable {
    ModelTable::new("table", Faults::crashes_at([]))
}

fn commit(rows: &ModelTable, writes: Vec<Write>) {
    for some in writes.chunks(100) {
        assert_eq!(run(rows.commit(some.to_vec())).expect("no faults"), Commit::Done);
    }
}

/// A row as no version yet writes it.
pub fn from_the_future(partition: &str, sort: &str) -> Write {
    let body = r#"{"v":9,"kind":"dream"}"#.to_owned();
    Write::Put { key: RowKey::new(partition, sort), body, expect: Precondition::Any, expires_at_s: None }
}

/// The partitions and sort keys of rows that begin so.
fn keys(rows: &ModelTable, begins: &str) -> Vec<(String, String)> {
    let all = rows.all().into_iter().filter(|(partition, ..)| partition.starts_with(begins));
    all.map(|(partition, sort, _)| (partition, sort)).collect()
}

fn account(number: usize) -> CrmAccount {
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(format!("{number:05}")) };
    CrmAccount::new(key, CrmAppId::new("5"), Language::Japanese, "Asia/Tokyo")
}

#[test]
fn lists_of_accounts_and_channels_go_on_behind_the_first_thousand() {
    let world = calm();
    let rows = table();
    let (accounts, channels) = (Accounts::new(Arc::new(rows.clone())), Channels::new(Arc::new(rows.clone())));
    for number in 0..1_203 {
        let channel = Channel { id: ChannelId::new(format!("{number:05}")), ..world.channel.clone() };
        let _ = run(channels.put(&channel, 0)).expect("stored");
        let _ = run(accounts.put(&account(number), 0)).expect("stored");
    }
    assert_eq!(run(channels.all()).expect("a list").len(), 1_203);
    let accounts = run(accounts.all()).expect("a list");
    assert_eq!((accounts.len(), accounts.unreadable), (1_203, 0));
    assert_eq!(accounts.last().map(|last| last.key.id.as_str()), Some("01202"));
}

#[test]
fn a_row_of_another_version_hides_no_other_of_its_list() {
    let rows = table();
    let (channels, journal) = (Channels::new(Arc::new(rows.clone())), Journal::new(Arc::new(rows.clone())));
    let accounts = Accounts::new(Arc::new(rows.clone()));
    let world = calm();
    let account = account(1);
    let key = ConversationKey::person(&world.channel.id, &user(1));
    let contact = ContactId::new("7");
    let _ = run(channels.put(&world.channel, 0)).expect("stored");
    let _ = run(accounts.put(&account, 0)).expect("stored");
    let push = settled(&world, 1);
    let lists = vec![
        write::parked(&push),
        write::question(&push.account, &Question::new(&key, &contact, AskedBecause::Sent, START_MS)),
        write::former_link(&push.account, &contact, &key, START_MS),
    ];
    commit(&rows, lists);
    // Before and behind every row there is one that only a later version reads.
    for (partition, sort) in keys(&rows, "") {
        commit(&rows, vec![from_the_future(&partition, "!"), from_the_future(&partition, &format!("{sort}~"))]);
    }
    let counted = |listed: (usize, usize), what: &str| assert_eq!(listed, (1, 2), "{what}");
    let list = run(channels.all()).expect("a list");
    counted((list.len(), list.unreadable), "channels");
    let list = run(accounts.all()).expect("a list");
    counted((list.len(), list.unreadable), "accounts");
    let list = run(journal.parked(&push.account)).expect("a list");
    counted((list.len(), list.unreadable), "parked sends");
    let list = run(journal.questions(&push.account)).expect("a list");
    counted((list.len(), list.unreadable), "questions");
    let list = run(journal.former_links(&push.account, &contact)).expect("a list");
    counted((list.len(), list.unreadable), "who was linked");
}

fn settled(world: &World, number: usize) -> Push {
    let job = PushJob {
        to: Recipient::Nobody,
        expires_at_ms: START_MS + 7 * DAY_MS,
        ..world.push_job(&format!("ap-{number}"))
    };
    let outcome = PushOutcome::Blocked;
    Push::of(&job, PushState::Settled(Settlement { outcome, note: None, line_request_id: None, at_ms: START_MS }))
}

/// Outcomes that no workflow waits for, as far as the CRM knows.
fn unknown_completions(world: &World, count: usize) {
    let mut writes = Vec::new();
    for number in 0..count {
        let push = Push { completion_queued: true, ..settled(world, number) };
        let row = OutboxRow::new(&push.account, Effect::CompleteWorkflow { push: push.id }, START_MS, START_MS);
        writes.extend([write::push(&push, 0, START_MS), write::enqueue(&row)]);
    }
    commit(&world.journal_rows, writes);
}

#[test]
fn rows_that_stay_due_hide_nothing_behind_them() {
    let world = calm();
    let rows = world.journal_rows.clone();
    let looked = |number: usize, due_at_ms: i64| {
        let look = Effect::ReconcileContact { contact: ContactId::new(number.to_string()) };
        write::enqueue(&OutboxRow::new(&world.account.key, look, START_MS, due_at_ms))
    };
    commit(&rows, (0..5_000).map(|number| looked(number, START_MS + number as i64)).collect());
    let journal = world.journal();
    let mut walk = Walk::through(&world.account.key, START_MS + 4_998);
    let mut found = Vec::new();
    while !walk.is_over() {
        found.extend(run(journal.next_due(&mut walk, 700)).expect("no faults").rows);
    }
    assert_eq!(found.len(), 4_999, "everything that is due, and nothing that is not");
    assert_eq!(run(journal.count_effects(&world.account.key, 1_000)).expect("no faults"), 5_000);
}

#[test]
fn rows_that_cannot_be_read_stop_nobody_and_are_told_once_and_kept() {
    let mut world = calm();
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.event(said(2, 2, START_MS), START_MS + 11);
    world.run(0, START_MS + 2_000);
    let rows = world.journal_rows.clone();
    // In each list more of them than are read together, before and behind everything else.
    let lists: Vec<String> = (0..8).map(|shard| outbox_list(&world, shard)).collect();
    let planted: Vec<Write> = lists
        .iter()
        .flat_map(|list| {
            (0..120).flat_map(|number| {
                let sort = |due_at_ms: i64| format!("{due_at_ms:013}:dream-{number}");
                [
                    from_the_future(list, &sort(START_MS - DAY_MS)),
                    from_the_future(list, &sort(START_MS + 30 * MINUTE_MS)),
                ]
            })
        })
        .collect();
    let count = planted.len();
    commit(&rows, planted);
    world.event(said(3, 1, START_MS + MINUTE_MS), START_MS + MINUTE_MS);
    world.run(0, START_MS + 60 * MINUTE_MS);

    let notes: String = world.crm.state.lock().unwrap().notes.iter().map(|note| note.body.clone()).collect();
    for number in 1..=3 {
        assert!(notes.contains(&word(number)), "message {number} is on the timeline");
    }
    let dead_lettered = world.wake_ups.dead_letters();
    assert_eq!(dead_lettered.len(), 1, "{dead_lettered:?}");
    assert!(
        dead_lettered[0].1.starts_with("unreadable") && dead_lettered[0].1.contains("dream-"),
        "{}",
        dead_lettered[0].1
    );
    let left = rows.all().into_iter().filter(|(.., body)| body.contains("dream")).count();
    assert_eq!(left, count, "kept for the version that reads them");
}

/// The partition of one of the world's outbox lists.
fn outbox_list(world: &World, shard: u32) -> String {
    let rows = table();
    for number in 0.. {
        let look = Effect::ReconcileContact { contact: ContactId::new(number.to_string()) };
        if look.shard() == shard {
            commit(&rows, vec![write::enqueue(&OutboxRow::new(&world.account.key, look, 0, 0))]);
            return keys(&rows, "o:").remove(0).0;
        }
    }
    unreachable!("a hash reaches every list")
}

#[test]
fn after_29_days_a_row_that_cannot_be_read_is_given_up_in_words() {
    let mut world = calm();
    let rows = world.journal_rows.clone();
    let list = outbox_list(&world, 3);
    let young = format!("{:013}:dream-young", START_MS);
    let body = format!(r#"{{"v":9,"kind":"dream","since_ms":{START_MS}}}"#);
    let key = RowKey::new(&list, &young);
    commit(
        &rows,
        vec![
            Write::Put { key, body, expect: Precondition::Any, expires_at_s: None },
            from_the_future(&list, &format!("{:013}:dream-old", START_MS - 30 * DAY_MS)),
        ],
    );
    world.run(0, START_MS + MINUTE_MS);
    let sorts = |rows: &ModelTable| keys(rows, "o:").into_iter().map(|(_, sort)| sort).collect::<Vec<_>>();
    assert_eq!(sorts(&rows), [young]);
    let reasons: Vec<String> = world.wake_ups.dead_letters().into_iter().map(|(_, reason)| reason).collect();
    assert!(reasons.iter().any(|reason| reason.contains("29") && reason.contains("dream-old")), "{reasons:?}");
    world.clock.advance_to(START_MS + 30 * DAY_MS);
    world.run(0, START_MS + 30 * DAY_MS + MINUTE_MS);
    assert!(sorts(&rows).is_empty(), "and the other one when its time has come");
}

#[test]
fn a_conversation_that_cannot_be_read_stops_nobody_else_and_is_tried_until_it_can() {
    for what in ["state", "p:", "claim"] {
        let mut world = calm();
        for by in 1..=3 {
            record(&world, by, by);
        }
        let rows = world.journal_rows.clone();
        let partition = keys(&rows, "c:").remove(0).0;
        let find = |begins: &str| {
            let mut found = rows.all().into_iter().filter(|(p, s, _)| *p == partition && s.starts_with(begins));
            found.next().map(|(_, sort, body)| (sort, body))
        };
        let (sort, before) = find(what).unwrap_or((what.to_owned(), String::new()));
        commit(&rows, vec![from_the_future(&partition, &sort)]);
        world.run(0, START_MS + 40 * MINUTE_MS);
        let said_by: Vec<u64> = (1..=3).filter(|by| on_timeline(&world, *by)).collect();
        assert_eq!(said_by.len(), 2, "{what}: the two others are served");
        let dead_lettered = world.wake_ups.dead_letters();
        assert_eq!(dead_lettered.len(), 1, "{what}: {dead_lettered:?}");

        // The version that reads it is back.
        let key = RowKey::new(&partition, &sort);
        let back = match before.is_empty() {
            true => Write::Delete { key, expect: Precondition::Any },
            false => Write::Put { key, body: before, expect: Precondition::Any, expires_at_s: None },
        };
        commit(&rows, vec![back]);
        world.run(0, START_MS + 90 * MINUTE_MS);
        assert!((1..=3).all(|by| on_timeline(&world, by)), "{what}: and then everybody");
    }
}

/// A message is recorded; nothing is dispatched yet.
fn record(world: &World, number: u64, by: u64) {
    let record = Record { outbox: world.outbox() };
    run(record.record(&world.channel, START_MS, &said(number, by, START_MS))).expect("no faults");
}

fn on_timeline(world: &World, number: u64) -> bool {
    world.crm.state.lock().unwrap().notes.iter().any(|note| note.body.contains(&word(number)))
}

#[test]
fn the_newest_of_hundreds_of_messages_of_one_person_is_the_one_that_is_shown() {
    let mut world = calm();
    for number in 1..=230 {
        record(&world, number, 1);
    }
    world.run(0, START_MS + 2_000);
    let state = world.crm.state.lock().unwrap();
    let shown = state.contacts.values().find_map(|properties| properties.get(LINE_LAST_MESSAGE).cloned());
    assert_eq!(shown, Some(word(230)));
}

#[test]
fn a_flood_of_unknown_completions_leaves_the_new_message_its_turn() {
    let mut world = calm();
    unknown_completions(&world, 400);
    record(&world, 1, 1);
    world.run(0, START_MS + 5_000);
    let trace = world.faults.trace();
    let calls: Vec<&str> =
        trace.iter().filter_map(|line| line.split_once(" before crm ").map(|(_, call)| call)).collect();
    let told = calls.iter().position(|call| *call == "update").expect("the property is written");
    let before = calls[..told].iter().filter(|call| **call == "complete").count();
    assert!(before <= 2, "{before} calls for completions came before the property: {calls:?}");
}
