//! What people send hangs in the CRM's inbox once, on its message or behind it, and what is lost is said there once: wherever a crash
//! comes in between.

use musubi::domain::file::FileLoss;
use musubi::domain::language::Language;
use musubi::domain::words;
use musubi::domain::words::crm_inbox::{file_came_late, file_follows, file_not_shown};

use crate::check::nothing_is_left;
use crate::crash_points::{every_crash_point_until, small};
use crate::faults::{Faults, seeds};
use crate::files::{AT_MS, AT_ONCE, AtLine, GONE, GONE_LATE, LATE, NUMBER, UNTIL_MS, a_picture};
use crate::inbox_talks::with_inbox;
use crate::said::{unsent, word};
use crate::world::{MINUTE_MS, Make, START_MS, World};

const JA: Language = Language::Japanese;

fn make(faults: Faults) -> World {
    with_inbox(small(true, true, faults))
}

/// What stands there of the picture: its words, and whether the file hangs on them.
fn pictures(world: &World) -> Vec<(String, bool)> {
    let state = world.crm.state.lock().unwrap();
    let of_it = state.inbox.messages.iter().filter(|(.., text)| text.contains("[画像]"));
    of_it.map(|(key, _, text)| (text.clone(), state.inbox.files.contains_key(key))).collect()
}

/// Both texts stand there once, and nothing waits any more, neither words nor a file.
fn the_rest_holds(world: &World) -> Result<(), String> {
    let state = world.crm.state.lock().unwrap();
    for number in [1, 3] {
        let said = state.inbox.messages.iter().filter(|(.., text)| *text == word(number)).count();
        if said != 1 {
            return Err(format!("word {number} stands there {said} times"));
        }
    }
    drop(state);
    if let Some((_, sort, _)) = world.journal_rows.all().iter().find(|(_, sort, _)| sort.starts_with("k:")) {
        return Err(format!("a file is still waited for: {sort}"));
    }
    nothing_is_left(world)
}

/// It hangs on its message; or its message says that it follows, and it hangs on the one that does.
fn it_hangs_once(world: &World, (): &()) -> Result<(), String> {
    let late = format!("[画像]{}", file_came_late(JA));
    match &pictures(world)[..] {
        [(text, true)] if text == "[画像]" => {}
        [(first, false), (second, true)] if *first == format!("[画像]{}", file_follows(JA)) && *second == late => {}
        other => return Err(format!("of the picture: {other:?}")),
    }
    the_rest_holds(world)
}

/// That it is lost stands there once, with its message or behind it.
fn it_is_said_once(world: &World, (): &()) -> Result<(), String> {
    let lost = words::file_loss(FileLoss::Gone, JA);
    match &pictures(world)[..] {
        [(text, false)] if *text == format!("[画像]{lost}") => {}
        [(first, false), (second, false)] if first.ends_with(file_follows(JA)) && second.ends_with(lost) => {}
        other => return Err(format!("of the picture: {other:?}")),
    }
    the_rest_holds(world)
}

#[test]
fn undisturbed_it_hangs_on_its_message_in_its_place() {
    let mut world = make(Faults::crashes_at([]));
    a_picture(&world, AT_ONCE);
    world.run(i64::MAX, START_MS + 5 * MINUTE_MS);
    let state = world.crm.state.lock().unwrap();
    let texts: Vec<_> = state.inbox.messages.iter().map(|(.., text)| text.clone()).collect();
    assert_eq!(texts, [word(1), "[画像]".to_owned(), word(3)]);
    assert_eq!(state.inbox.files.len(), 1);
}

#[test]
fn a_picture_survives_a_crash_anywhere_and_hangs_there_once() {
    every_crash_point_until(UNTIL_MS, false, make, |world| a_picture(world, AT_ONCE), it_hangs_once);
}

#[test]
fn one_that_comes_late_is_announced_and_follows_once_whatever_crashes() {
    let fill = |world: &World| a_picture(world, LATE);
    every_crash_point_until(UNTIL_MS, false, make, fill, |world, it| {
        it_hangs_once(world, it)?;
        if pictures(world).len() == 2 { Ok(()) } else { Err("it did not come late".to_owned()) }
    });
}

#[test]
fn one_that_is_lost_is_said_once_whether_before_its_message_or_after() {
    for at_line in [GONE, GONE_LATE] {
        every_crash_point_until(UNTIL_MS, false, make, |world| a_picture(world, at_line), it_is_said_once);
    }
}

#[test]
fn one_that_the_inbox_does_not_take_stands_there_in_words_and_nothing_waits_behind_it() {
    for at_line in [AT_ONCE, LATE] {
        let fill = |world: &World| {
            world.crm.state.lock().unwrap().inbox.refuses_files = true;
            a_picture(world, at_line);
        };
        every_crash_point_until(UNTIL_MS, false, make, fill, |world, ()| {
            let of_it = pictures(world);
            let said = of_it.iter().filter(|(text, _)| text.contains(file_not_shown(JA))).count();
            if (said, of_it.iter().any(|(_, hangs)| *hangs)) != (1, false) {
                return Err(format!("of the picture: {of_it:?}"));
            }
            the_rest_holds(world)
        });
    }
}

#[test]
fn one_that_is_taken_back_is_in_no_place_and_nothing_waits_for_it_whenever_that_is() {
    for taken_back_at_ms in [AT_MS + 20, AT_MS + 700, AT_MS + 40_000, START_MS + 50 * MINUTE_MS] {
        for at_line in [AT_ONCE, LATE] {
            let fill = |world: &World| {
                a_picture(world, at_line);
                world.event(unsent(9, NUMBER, 1, taken_back_at_ms), taken_back_at_ms);
            };
            every_crash_point_until(UNTIL_MS, false, make, fill, |world, ()| {
                let state = world.crm.state.lock().unwrap();
                if !state.files.is_empty() {
                    return Err(format!("{} files are left", state.files.len()));
                }
                let says_so = state.inbox.messages.iter().filter(|(.., text)| text.contains("取り消しました")).count();
                drop(state);
                if says_so != 1 {
                    return Err(format!("that it was taken back stands there {says_so} times"));
                }
                the_rest_holds(world)
            });
        }
    }
}

#[test]
fn with_failures_lost_answers_and_crashes_it_hangs_there_once() {
    for seed in 0..seeds(300) {
        let mut world = with_inbox(World::new(Make::unlucky(seed)));
        a_picture(&world, AtLine { preparing: (seed % 5) as u32, ..AT_ONCE });
        world.run(START_MS + 180 * MINUTE_MS, START_MS + 12 * 60 * MINUTE_MS);
        if let Err(why) = it_hangs_once(&world, &()) {
            let trace = world.faults.trace();
            panic!("seed {seed}: {why}\n{}", trace[trace.len().saturating_sub(60)..].join("\n"));
        }
    }
}
