//! Messages that are taken back: with many edits, in several entries, behind many others.

use musubi::domain::activity::{Content, Mark};
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::entry::{Entry, Member, RENDERING};
use musubi::domain::ids::{ContactId, EventId, MessageId, NoteId};
use musubi::ports::table::{Commit, Precondition, RowKey, Write};
use musubi::store::journal::{MessagePosition, write};

use crate::check::{Expected, check, nothing_is_left};
use crate::crash_points::{every_crash_point, small};
use crate::faults::Faults;
use crate::models::crm::ModelNote;
use crate::said::{edited, said, saying, unsent, user, word};
use crate::world::{MINUTE_MS, START_MS, World, run};

/// A message, then one edit of it after another, then it is taken back.
fn edited_often(world: &World, edits: u64, taken_back_at_ms: i64) -> Expected {
    let mut expected = Expected::default();
    for number in 0..=edits {
        let at_ms = START_MS + i64::try_from(number).expect("few");
        world.event(if number == 0 { said(0, 1, at_ms) } else { edited(number, 0, 1, at_ms) }, at_ms + 10);
        expected.said.push((number, 1, at_ms, true));
    }
    // Somebody must stay for whom the task is.
    world.event(said(900, 1, START_MS + 900), START_MS + 910);
    expected.said.push((900, 1, START_MS + 900, false));
    world.event(unsent(901, 0, 1, taken_back_at_ms), taken_back_at_ms);
    expected
}

#[test]
fn a_message_edited_more_often_than_a_transaction_has_room_for_loses_all_its_words() {
    for taken_back_at_ms in [START_MS + 5_000, START_MS + 40 * MINUTE_MS] {
        let mut world = small(true, true, Faults::random(0, 0, 0));
        let expected = edited_often(&world, 120, taken_back_at_ms);
        world.run(START_MS, START_MS + 100 * MINUTE_MS);
        check(&world, &expected).unwrap_or_else(|why| panic!("taken back at {taken_back_at_ms}: {why}"));
    }
}

#[test]
fn with_failures_and_crashes_it_loses_them_too() {
    for seed in 0..12 {
        for taken_back_at_ms in [START_MS + 5_000, START_MS + 40 * MINUTE_MS] {
            let mut world = small(true, true, Faults::random(seed, 30, 5));
            let expected = edited_often(&world, 120, taken_back_at_ms);
            world.run(START_MS + 120 * MINUTE_MS, START_MS + 400 * MINUTE_MS);
            check(&world, &expected)
                .unwrap_or_else(|why| panic!("seed {seed}, taken back at {taken_back_at_ms}: {why}"));
        }
    }
}

/// Every note of this world is written, measured and found again in plain text.
#[test]
fn where_the_crm_takes_plain_text_it_loses_them_there() {
    for taken_back_at_ms in [START_MS + 5_000, START_MS + 40 * MINUTE_MS] {
        let mut world = small(true, true, Faults::random(0, 0, 0));
        world.crm.state.lock().unwrap().takes_plain_text = true;
        let mut expected = edited_often(&world, 100, taken_back_at_ms);
        // Longer than a note however its letters are counted, and no longer than a property.
        let (at_ms, long) = (START_MS + 901, "&".repeat(62_000) + &word(902));
        world.event(saying(902, 1, at_ms, Content::Text { text: long }), at_ms + 10);
        expected.said.push((902, 1, at_ms, false));
        world.run(START_MS, START_MS + 100 * MINUTE_MS);
        check(&world, &expected).unwrap_or_else(|why| panic!("taken back at {taken_back_at_ms}: {why}"));
        let state = world.crm.state.lock().unwrap();
        let bodies: Vec<&str> = state.notes.iter().map(|note| note.body.as_str()).collect();
        assert!(bodies.iter().all(|body| !body.contains(['<', ';'])), "no markup: {bodies:?}");
        let counts: Vec<usize> =
            bodies.iter().map(|body| body.matches('&').count()).filter(|count| *count > 0).collect();
        assert_eq!((counts.iter().sum::<usize>(), counts.len()), (62_000, 2), "no more notes than it needs");
    }
}

#[test]
fn a_message_whose_edit_stands_in_another_entry_leaves_both_whatever_crashes() {
    every_crash_point(true, false, |world| {
        let later_ms = START_MS + 25 * MINUTE_MS;
        world.event(said(1, 1, START_MS), START_MS + 10);
        world.event(said(2, 1, START_MS + 5), START_MS + 12);
        world.event(edited(3, 1, 1, later_ms), later_ms);
        world.event(unsent(9, 1, 1, later_ms + 25 * MINUTE_MS), later_ms + 25 * MINUTE_MS);
        let said = vec![(1, 1, START_MS, true), (2, 1, START_MS + 5, false), (3, 1, later_ms, true)];
        Expected { said, ..Expected::default() }
    });
}

/// A conversation with more entries than anybody reads at once; the message of number 1 stands in the newest.
fn behind_many_entries(stands: impl Fn(&ConversationKey, &MessageId, &Mark) -> Write) {
    const ENTRIES: u32 = 1_100;
    let mut world = small(true, true, Faults::random(0, 0, 0));
    let key = ConversationKey::person(&world.channel.id, &user(1));
    let message = MessageId::new("400001");
    let mark_of =
        |number: u32| Mark::at(START_MS - i64::from(ENTRIES - number), EventId::new(format!("01OLD{number:06}")));
    let mut writes = Vec::new();
    for number in 0..ENTRIES {
        let is_newest = number + 1 == ENTRIES;
        let message = if is_newest { message.clone() } else { MessageId::new(format!("5{number:06}")) };
        let entry = Entry {
            number,
            key: format!("musubi-entry-{number}"),
            contact: ContactId::new("1"),
            at_ms: START_MS,
            members: vec![Member { mark: mark_of(number), message: Some(message), part: None }],
            rendering: RENDERING,
            tried_at_ms: Some(START_MS),
            note: Some(NoteId::new("0")),
            withheld: None,
            is_of_one: false,
        };
        writes.push(write::entry(&key, &entry, 0, START_MS));
    }
    let mut head = Conversation::new(key.clone(), world.account.key.clone());
    head.next_entry = ENTRIES;
    writes.push(write::conversation(&head, 0));
    writes.push(stands(&key, &message, &mark_of(ENTRIES - 1)));
    for some in writes.chunks(100) {
        let (journal, some) = (world.journal(), some.to_vec());
        assert_eq!(run(async move { journal.commit(some).await }).expect("a calm table"), Commit::Done);
    }
    let body = format!("<p>{} <b>x</b> {}</p>", "23:13:19", word(1));
    world.crm.state.lock().unwrap().notes.push(ModelNote {
        key: "musubi-entry-newest".into(),
        contact: ContactId::new("1"),
        at_ms: START_MS,
        body,
        files: Vec::new(),
    });
    world.event(unsent(9, 1, 1, START_MS + 10), START_MS + 10);
    world.run(START_MS, START_MS + 30 * MINUTE_MS);
    let body = world.crm.state.lock().unwrap().notes[0].body.clone();
    assert!(!body.contains(&word(1)), "{body}");
    nothing_is_left(&world).unwrap();
}

#[test]
fn a_message_is_taken_out_of_its_entry_behind_a_thousand_others() {
    behind_many_entries(|key, message, mark| {
        let standing = MessagePosition { mark: mark.clone(), not_before: 1_098, note: None };
        write::message_position(key, message, &standing, START_MS)
    });
}

#[test]
fn one_that_was_recorded_before_entries_were_remembered_is_found_too() {
    behind_many_entries(|key, message, mark| {
        Write::put(RowKey::new(format!("c:{}", key.hash()), format!("m:{message}")), &[mark], Precondition::Absent)
    });
}

#[test]
fn what_was_taken_out_of_its_note_still_says_which_note_that_was() {
    let world = small(true, true, Faults::random(0, 0, 0));
    let (journal, key) = (world.journal(), ConversationKey::person(&world.channel.id, &user(1)));
    let (message, note) = (MessageId::new("5"), NoteId::new("77"));
    let mark = Mark::at(7, EventId::new("E7"));
    let position = MessagePosition { mark: mark.clone(), not_before: 0, note: Some(note.clone()) };
    let stands = write::message_position(&key, &message, &position, START_MS);
    assert_eq!(run(journal.commit(vec![stands])).expect("a calm table"), Commit::Done);
    let positions = run(journal.message_positions(&key, &message)).expect("a calm table");
    let gone = positions.forgotten(&key, &message, &[mark], START_MS);
    assert_eq!(run(journal.commit(gone)).expect("a calm table"), Commit::Done);
    assert!(run(journal.message_positions(&key, &message)).expect("a calm table").all.is_empty());
    let erasable = run(journal.erasable_rows_but_effects(&key)).expect("a calm table");
    assert_eq!((erasable.notes, erasable.noted.len(), erasable.messages.len()), (vec![note], 1, 0));
}
