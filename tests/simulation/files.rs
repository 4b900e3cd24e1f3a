//! What people send goes into the CRM once, hangs on the note of its message once, and goes when the message is taken back: wherever a
//! crash comes in between.

use musubi::domain::activity::{Content, Media};
use musubi::domain::file::{FileKind, FileLoss};
use musubi::domain::ids::MessageId;
use musubi::domain::language::Language;
use musubi::domain::words;

use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_until, small};
use crate::faults::seeds;
use crate::models::line::ModelContent;
use crate::said::{said, saying, unsent};
use crate::world::{MINUTE_MS, Make, START_MS, World};

const PICTURE: &[u8] = b"\xFF\xD8\xFF\xE0 a picture \xFF\xD9";
/// A picture, between two texts.
pub const NUMBER: u64 = 2;
pub const AT_MS: i64 = START_MS + 1_000;
const NEVER_MS: i64 = i64::MAX;

/// How LINE has the picture.
#[derive(Clone, Copy)]
pub struct AtLine {
    /// So many times it is still being prepared.
    pub preparing: u32,
    pub gone_at_ms: i64,
}

pub const AT_ONCE: AtLine = AtLine { preparing: 0, gone_at_ms: NEVER_MS };
/// Long after the note was written.
pub const LATE: AtLine = AtLine { preparing: 9, gone_at_ms: NEVER_MS };
pub const GONE: AtLine = AtLine { preparing: 0, gone_at_ms: 0 };
/// It is gone before it was ever there, and the note was written meanwhile.
pub const GONE_LATE: AtLine = AtLine { preparing: u32::MAX, gone_at_ms: START_MS + 45 * MINUTE_MS };

fn message() -> MessageId {
    MessageId::new((400_000 + NUMBER).to_string())
}

pub fn a_picture(world: &World, at_line: AtLine) {
    let AtLine { preparing, gone_at_ms } = at_line;
    world.line.keep(&message(), ModelContent { bytes: PICTURE.to_vec(), preparing, gone_at_ms });
    let content = Content::Media { media: Media::Image, name: None, size_bytes: None, duration_ms: None, url: None };
    world.event(said(1, 1, START_MS), START_MS + 10);
    world.event(saying(NUMBER, 1, AT_MS, content), AT_MS + 10);
    world.event(said(3, 1, AT_MS + 1_000), AT_MS + 1_010);
}

/// The picture is in the CRM once, and hangs once, on the note of its message.
fn it_is_saved(world: &World, (): &()) -> Result<(), String> {
    let state = world.crm.state.lock().unwrap();
    let [(id, file)] = &state.files.iter().collect::<Vec<_>>()[..] else {
        return Err(format!("{} files", state.files.len()));
    };
    if (file.kind, &*file.bytes) != (FileKind::Jpeg, PICTURE) {
        return Err("it is another file".to_owned());
    }
    let hanging: Vec<_> = state.notes.iter().filter(|note| !note.files.is_empty()).collect();
    let [note] = hanging[..] else { return Err(format!("it hangs on {} notes", hanging.len())) };
    if note.files != [(*id).clone()] || note.body.matches("[画像]").count() != 1 {
        return Err("it hangs on another note, or twice".to_owned());
    }
    if state.notes.iter().any(|note| note.body.contains("保存")) {
        return Err("a note says that it is lost".to_owned());
    }
    drop(state);
    no_place_is_kept(world)?;
    nothing_is_left(world)
}

/// No file is in the CRM, and none is remembered.
fn it_is_gone(world: &World, (): &()) -> Result<(), String> {
    let state = world.crm.state.lock().unwrap();
    if !state.files.is_empty() {
        return Err(format!("{} files are left", state.files.len()));
    }
    if state.notes.iter().any(|note| note.body.contains("[画像]")) {
        return Err("the note still has it".to_owned());
    }
    drop(state);
    if world.journal_rows.all().iter().any(|(_, sort, _)| sort.starts_with("f:")) {
        return Err("it is still remembered".to_owned());
    }
    nothing_is_left(world)
}

/// The note says once that it is lost.
fn it_is_said(world: &World, (): &()) -> Result<(), String> {
    let state = world.crm.state.lock().unwrap();
    let words = words::file_loss(FileLoss::Gone, Language::Japanese);
    let said: usize = state.notes.iter().map(|note| note.body.matches(words).count()).sum();
    let beside: usize = state.notes.iter().map(|note| note.body.matches(&format!("[画像]{words}")).count()).sum();
    if (said, beside, state.files.len()) != (1, 1, 0) {
        return Err(format!("{said} times, {beside} in its place, {} files", state.files.len()));
    }
    drop(state);
    nothing_is_left(world)
}

/// A place may hold the name of a person's file: it goes as soon as it is known how the file is called in the CRM.
pub fn no_place_is_kept(world: &World) -> Result<(), String> {
    let rows = world.journal_rows.all();
    let files: Vec<_> = rows.iter().filter(|(_, sort, _)| sort.starts_with("f:")).collect();
    match files[..] {
        [(_, _, body)] if body.contains("saved") && !body.contains("/Musubi/") => Ok(()),
        _ => Err(format!("{} rows of files", files.len())),
    }
}

pub const UNTIL_MS: i64 = START_MS + 120 * MINUTE_MS;

#[test]
fn a_picture_survives_a_crash_anywhere_and_hangs_once_on_its_note() {
    for unique_keys in [true, false] {
        let make = |faults| small(unique_keys, true, faults);
        every_crash_point_until(UNTIL_MS, unique_keys, make, |world| a_picture(world, AT_ONCE), it_is_saved);
    }
}

#[test]
fn one_that_line_prepares_until_after_the_note_is_hung_on_it_then() {
    let make = |faults| small(true, true, faults);
    every_crash_point_until(UNTIL_MS, false, make, |world| a_picture(world, LATE), it_is_saved);
}

#[test]
fn one_that_line_has_no_more_is_said_once_whether_before_the_note_or_after() {
    for at_line in [GONE, GONE_LATE] {
        let make = |faults| small(true, true, faults);
        every_crash_point_until(UNTIL_MS, false, make, |world| a_picture(world, at_line), it_is_said);
    }
}

#[test]
fn one_that_is_taken_back_is_deleted_in_the_crm_whenever_that_is_and_whatever_crashes() {
    // Before anything, while it is being saved, before the note, after it.
    for taken_back_at_ms in [AT_MS + 20, AT_MS + 700, AT_MS + 60_000, START_MS + 50 * MINUTE_MS] {
        for at_line in [AT_ONCE, LATE] {
            let fill = |world: &World| {
                a_picture(world, at_line);
                world.event(unsent(9, NUMBER, 1, taken_back_at_ms), taken_back_at_ms);
            };
            every_crash_point_until(UNTIL_MS, false, |faults| small(true, true, faults), fill, it_is_gone);
        }
    }
}

#[test]
fn with_failures_lost_answers_and_crashes_a_picture_is_saved_once() {
    for seed in 0..seeds(300) {
        let mut world = World::new(Make::unlucky(seed));
        a_picture(&world, AtLine { preparing: (seed % 5) as u32, ..AT_ONCE });
        world.run(START_MS + 180 * MINUTE_MS, START_MS + 12 * 60 * MINUTE_MS);
        if let Err(why) = it_is_saved(&world, &()) {
            let trace = world.faults.trace();
            panic!("seed {seed}: {why}\n{}", trace[trace.len().saturating_sub(60)..].join("\n"));
        }
    }
}
