//! Words that are kept where it is said that they were recorded: written first, and once.

use musubi::domain::activity::{Activity, Content, Mark, Speaker};
use musubi::domain::conversation::{ConversationKey, PendingActivity};
use musubi::domain::ids::{CallbackId, EventId, NoteId};
use musubi::ports::table::{Commit, Write};
use musubi::store::journal::{Trace, write};

use crate::check::{Expected, check};
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::Faults;
use crate::said::{said, user};
use crate::world::{MINUTE_MS, Post, START_MS, World, run};

/// A message to begin with; then, to a conversation that is there, another one and a send.
fn a_message_and_a_send(world: &World) -> Expected {
    let (second_ms, callback, text) = (START_MS + 10 * MINUTE_MS, CallbackId::new("ap-1"), "text-once-".to_owned());
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.event(said(2, 1, second_ms), second_ms + 10);
    let post = Post { callback: callback.clone(), to: Some(user(1)), contact: None, text: text.clone(), extra: false };
    world.post(post, START_MS + 20 * MINUTE_MS);
    let said = vec![(1, 1, START_MS, false), (2, 1, second_ms, false)];
    Expected { said, actions: vec![(callback, vec![text])], ..Expected::default() }
}

/// A queue brings a job back after minutes. Where a note is written sooner, whoever stopped comes back when their words are in it.
#[test]
fn whoever_comes_back_when_their_words_are_in_a_note_says_nothing_twice() {
    for unique_keys in [true, false] {
        let make = |faults| {
            let mut world = small(unique_keys, true, faults);
            world.change_channel(|channel| channel.settings.idle_window_ms = 1_000);
            world
        };
        every_crash_point_of(false, make, a_message_and_a_send, check);
    }
}

/// Of two copies of an event the slower one finds that it was recorded, however far the other one is.
#[test]
fn what_was_recorded_is_recorded_once_whatever_became_of_its_words() {
    let world = small(true, true, Faults::random(0, 0, 0));
    let (journal, key) = (world.journal(), ConversationKey::person(&world.channel.id, &user(1)));
    let activity = Activity {
        mark: Mark::at(START_MS, EventId::new("E1")),
        arrived_at_ms: START_MS,
        speaker: Speaker::Person,
        operator: None,
        message: None,
        quotes: None,
        content: Content::Text { text: "word-".to_owned() },
        late: false,
    };
    let commit = |write: Write| run(journal.commit(vec![write])).expect("a calm table");
    let first = || commit(write::recorded_with_words(&key, &activity, 0, START_MS));
    let trace = || run(journal.trace(&key, &PendingActivity::of(&activity))).expect("a calm table");
    assert_eq!((first(), first()), (Commit::Done, Commit::Conflict));
    let Trace::Waits(words) = trace() else { panic!("they wait") };
    let note = Some(NoteId::new("7"));
    assert_eq!(commit(words.become_note(&key, note.clone(), START_MS)), Commit::Done);
    assert_eq!(first(), Commit::Conflict, "nor behind its note");
    assert!(matches!(trace(), Trace::Recorded(of) if of == note));
    // Whoever read them before forgets nothing anew.
    assert_eq!(commit(words.become_note(&key, None, START_MS)), Commit::Conflict);
}
