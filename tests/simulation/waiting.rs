//! Until when words wait, to the millisecond: for the pause after them, for the properties, for a link.

use musubi::domain::activity::{Activity, Content};
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::entry::{Entry, Sealing};
use musubi::domain::ids::ContactId;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::timeline::NoteFormat;
use musubi::ports::Clock;
use musubi::ports::table::{Commit, Versioned};
use musubi::store::journal::write;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::linked;
use crate::models::crm::ModelNote;
use crate::said::{said, saying, user, word};
use crate::world::{MINUTE_MS, START_MS, World, run};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// How long the CRM may take to show a note that it took.
const REST_MS: i64 = 5 * MINUTE_MS;
const CONTACT: &str = "501";

/// Somebody writes so many messages, all of which arrive now; nobody makes contacts of strangers here.
fn writes(messages: u64) -> World {
    let world = small(true, false, Faults::crashes_at([]));
    for number in 1..=messages {
        let at_ms = START_MS + i64::try_from(number).expect("few");
        world.arrives(said(number, 1, at_ms), START_MS + 1_000);
    }
    world
}

pub fn key(world: &World) -> ConversationKey {
    ConversationKey::person(&world.channel.id, &user(1))
}

fn conversation(world: &World) -> Versioned<Conversation> {
    run(world.journal().conversation(&key(world))).expect("a calm table").expect("a conversation")
}

pub fn entries_in_outbox(world: &World) -> Vec<OutboxRow> {
    let rows = run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table");
    rows.into_iter().filter(|row| matches!(row.effect, Effect::WriteEntry { .. })).collect()
}

fn words(world: &World) -> Vec<Activity> {
    run(world.journal().pending(&conversation(world).value, 1_000)).expect("a calm table")
}

pub fn pending(world: &World) -> usize {
    match run(world.journal().conversation(&key(world))).expect("a calm table") {
        Some(_) => words(world).len(),
        // Nobody names them any more: none may lie anywhere.
        None => run(world.journal().erasable_rows_but_effects(&key(world))).expect("a calm table").texts.len(),
    }
}

/// What is due at this moment is done.
pub fn dispatched(world: &World, at_ms: i64) {
    world.clock.advance_to(at_ms);
    run(world.dispatch().dispatch(&world.account.key, at_ms + 30_000)).expect("nothing fails here");
}

/// Everything that waits of what was said is done, as it falls due.
pub fn all_dispatched(world: &World) {
    for _ in 0..100 {
        let Some(row) = entries_in_outbox(world).first().cloned() else { return };
        dispatched(world, row.due_at_ms.max(world.clock.now_ms()));
    }
    panic!("it does not end");
}

pub fn notes(world: &World) -> usize {
    world.crm.state.lock().unwrap().notes.len()
}

#[test]
fn a_note_is_written_in_the_moment_in_which_the_pause_is_over() {
    let world = writes(1);
    linked(&world, CONTACT);
    let ready_at_ms = entries_in_outbox(&world)[0].due_at_ms;
    dispatched(&world, ready_at_ms - 1);
    assert_eq!(notes(&world), 0);
    dispatched(&world, ready_at_ms);
    assert_eq!(notes(&world), 1);
    assert_eq!((entries_in_outbox(&world).len(), pending(&world)), (0, 0));
    assert_eq!(conversation(&world).value.next_entry, 1);
}

#[test]
fn a_note_waits_ten_minutes_for_the_properties_and_no_longer() {
    let world = writes(1);
    linked(&world, CONTACT);
    let ready_at_ms = entries_in_outbox(&world)[0].due_at_ms;
    dispatched(&world, ready_at_ms - 1);
    // As where the CRM refuses them for now.
    let mut head = conversation(&world);
    head.value.sync_queued = true;
    let stored = run(world.journal().commit(vec![write::conversation(&head.value, head.version)]));
    assert_eq!(stored.expect("a calm table"), Commit::Done);
    for (waits_ms, written) in [(0, 0), (10 * MINUTE_MS - 1, 0), (10 * MINUTE_MS, 1)] {
        dispatched(&world, ready_at_ms + waits_ms);
        assert_eq!(notes(&world), written, "after {waits_ms} ms");
    }
}

#[test]
fn what_strangers_say_waits_seven_days_for_a_link_and_is_counted_as_it_goes() {
    let world = writes(91);
    let until_ms = START_MS + 1_000 + 7 * DAY_MS;
    dispatched(&world, START_MS + 60 * MINUTE_MS);
    assert_eq!(entries_in_outbox(&world).iter().map(|row| row.due_at_ms).collect::<Vec<_>>(), [until_ms]);
    dispatched(&world, until_ms - 1);
    assert_eq!(pending(&world), 91);
    dispatched(&world, until_ms);
    let count = run(world.journal().not_linked(&world.channel.id)).expect("a calm table").value.dropped;
    assert_eq!((pending(&world), count, conversation(&world).value.not_linked), (0, 91, 91));
    assert_eq!((entries_in_outbox(&world).len(), notes(&world)), (0, 0));
    assert!(conversation(&world).value.open.is_none());
}

#[test]
fn whoever_gets_a_contact_is_waited_for_as_long_as_that_takes() {
    let mut world = writes(1);
    world.change_channel(|channel| channel.settings.create_contacts = true);
    let due_at_ms = entries_in_outbox(&world)[0].due_at_ms;
    // Nobody makes the contact: the properties do not wait here.
    for row in run(world.journal().due(&world.account.key, i64::MAX / 2, 100)).expect("a calm table") {
        if matches!(row.effect, Effect::SyncContact { .. }) {
            assert_eq!(run(world.journal().commit(vec![write::done(&row)])).expect("a calm table"), Commit::Done);
        }
    }
    dispatched(&world, due_at_ms);
    let [row] = &entries_in_outbox(&world)[..] else { panic!("one entry waits") };
    assert_eq!((row.due_at_ms, row.tries, pending(&world)), (due_at_ms + 5_000, 1, 1), "it is tried again soon");
}

/// What waits is sealed for this contact, and a try was made at this moment.
pub fn sealed(world: &World, contact: &str, tried_at_ms: i64) -> Entry {
    let said = words(world);
    let (conversation, contact) = (key(world), ContactId::new(contact));
    let sealing = Sealing {
        conversation: &conversation,
        number: 0,
        contact: &contact,
        language: world.account.language,
        format: NoteFormat::Html,
        max_units: 60_000,
        continued: None,
        before_at_ms: None,
    };
    let mut entry = Entry::seal(&sealing, &said).expect("something was said");
    entry.tried_at_ms = Some(tried_at_ms);
    let stored = run(world.journal().commit(vec![write::entry(&conversation, &entry, 0, tried_at_ms)]));
    assert_eq!(stored.expect("a calm table"), Commit::Done);
    entry
}

/// Between two parts of a message an older one arrives, as long as a note: it stands in between, and the rest goes on where it was.
#[test]
fn an_older_message_that_comes_between_two_parts_costs_and_doubles_nothing() {
    let world = small(true, false, Faults::crashes_at([]));
    linked(&world, CONTACT);
    let long = |number, more: String| Content::Text { text: word(number) + &more };
    world.arrives(saying(2, 1, START_MS, long(2, "&".repeat(20_000))), START_MS + 1_000);
    let due_at_ms = entries_in_outbox(&world)[0].due_at_ms;
    let entry = sealed(&world, CONTACT, due_at_ms - 1_000);
    assert!(entry.continued().is_some(), "a part of it");
    world.arrives(saying(1, 1, START_MS - 60_000, long(1, "a".repeat(59_000))), START_MS + 2_000);
    all_dispatched(&world);
    let notes = world.crm.state.lock().unwrap().notes.iter().map(|note| note.body.clone()).collect::<Vec<_>>();
    let count = |of: &str| notes.iter().map(|body| body.matches(of).count()).sum::<usize>();
    assert_eq!((count("&amp;"), count(&word(1)), count(&word(2))), (20_000, 1, 1));
    assert!(notes[1].contains(&word(1)), "in between");
    assert_eq!(pending(&world), 0);
}

#[test]
fn where_the_pause_was_made_longer_the_note_waits_for_the_longer_one() {
    let mut world = writes(1);
    linked(&world, CONTACT);
    let due_at_ms = entries_in_outbox(&world)[0].due_at_ms;
    world.change_channel(|channel| channel.settings.idle_window_ms += 60_000);
    dispatched(&world, due_at_ms);
    assert_eq!((notes(&world), entries_in_outbox(&world)[0].due_at_ms), (0, due_at_ms + 60_000));
    let open = conversation(&world).value.open.expect("words wait");
    assert_eq!(open.due_at_ms, due_at_ms + 60_000);
    dispatched(&world, due_at_ms + 60_000);
    assert_eq!(notes(&world), 1);
}

/// A try was made, and whether the CRM took it is not known.
#[test]
fn where_the_crm_takes_no_key_of_ours_a_try_is_left_alone_for_five_minutes_and_then_looked_for() {
    for was_taken in [false, true] {
        let world = small(false, false, Faults::crashes_at([]));
        linked(&world, CONTACT);
        world.arrives(said(1, 1, START_MS), START_MS + 1_000);
        let tried_at_ms = entries_in_outbox(&world)[0].due_at_ms;
        let entry = sealed(&world, CONTACT, tried_at_ms);
        if was_taken {
            let note = ModelNote {
                key: entry.key,
                contact: entry.contact,
                at_ms: entry.at_ms,
                body: "-".into(),
                files: Vec::new(),
            };
            world.crm.state.lock().unwrap().notes.push(note);
        }
        dispatched(&world, tried_at_ms + 1_000);
        assert_eq!(entries_in_outbox(&world)[0].due_at_ms, tried_at_ms + REST_MS, "it may be on its way");
        dispatched(&world, tried_at_ms + REST_MS - 1);
        assert_eq!((notes(&world), pending(&world)), (usize::from(was_taken), 1));
        dispatched(&world, tried_at_ms + REST_MS);
        assert_eq!((notes(&world), pending(&world)), (1, 0), "was taken: {was_taken}");
        let entry = run(world.journal().entry(&key(&world), 0)).expect("a calm table").expect("it stands").value;
        let newest_ms = if was_taken { tried_at_ms } else { tried_at_ms + REST_MS };
        assert_eq!(entry.tried_at_ms, Some(newest_ms), "a new try is to be left alone as long");
    }
}
