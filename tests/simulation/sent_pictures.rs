//! What operators send as files: each part lies in the CRM once, and the message with their addresses is one.

use bytes::Bytes;
use musubi::domain::account::CrmAccount;
use musubi::domain::activity::{Content, Media};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::file::FileKind;
use musubi::domain::push::OutgoingMessage;
use musubi::flow::console::talks::{SentPart, published};
use musubi::flow::talk::{Saying, Talk};
use musubi::ports::PortError;

use crate::acts::Act;
use crate::crash_points::{every_crash_point_of, small};
use crate::faults::{Faults, seeds};
use crate::models::crm::ModelCrm;
use crate::talks::{Said, each_is_shown_once, writes};
use crate::world::{MINUTE_MS, Make, START_MS, World};

/// As the console and the card do it: the picture and its preview are put where phones fetch them, then the message is said that names them;
/// beside words here, by which the checks know it.
pub async fn sent(
    crm: &ModelCrm,
    talk: &Talk,
    account: &CrmAccount,
    saying: Saying,
    name: &str,
) -> Result<(), PortError> {
    let part = |name: &str, bytes: &'static [u8]| {
        let (name, bytes) = (name.to_owned(), Bytes::from_static(bytes));
        SentPart { name, kind: FileKind::Jpeg, bytes }
    };
    let parts = vec![part("picture.jpg", b"whole"), part("preview.jpg", b"small")];
    let key = ConversationKey::person(&saying.channel, &saying.to);
    let addresses = published(crm, &key, name, parts).await;
    let addresses = addresses.map_err(|failure| PortError::transient("a picture", failure.to_string()))?;
    let picture = Content::Media {
        media: Media::Image,
        name: None,
        size_bytes: None,
        duration_ms: None,
        url: addresses.first().cloned(),
    };
    let picture = OutgoingMessage { json: addresses.join(" "), said: picture };
    let messages = saying.messages.into_iter().chain([picture]).collect();
    talk.say(account, Saying { messages, ..saying }).await
}

/// The person writes, and is sent a picture at once, and another one later; each is posted twice.
fn pictures(world: &World) -> Said {
    writes(world, 1, START_MS);
    let talk: Said = vec![("a", "picture-a-".to_owned()), ("b", "picture-b-".to_owned())];
    for (name, text) in &talk {
        let from_ms = if *name == "a" { START_MS + 5_000 } else { START_MS + 12 * MINUTE_MS };
        for after_ms in [0, 1_000] {
            world.acts.put(Act::SendPicture(name, text.clone()), from_ms + after_ms);
        }
    }
    talk
}

/// Beside the messages: four parts, each there once, and what was shown names them.
fn each_lies_there_once(world: &World, talk: &Said) -> Result<(), String> {
    each_is_shown_once(world, talk)?;
    let mut hanging = hanging(world);
    hanging.sort_unstable();
    if hanging.windows(2).any(|two| two[0] == two[1]) {
        return Err(format!("{hanging:?}: one hangs twice"));
    }
    let state = world.crm.state.lock().unwrap();
    let mut paths: Vec<_> = state.files.values().map(|file| file.path.clone()).collect();
    paths.sort_unstable();
    let shown: String = world.line.replied().into_iter().chain(world.line.shown().into_iter().map(|it| it.1)).collect();
    let unnamed = paths.iter().filter(|path| !shown.is_empty() && !shown.contains(path.as_str())).count();
    paths.dedup();
    match (state.files.len(), paths.len()) {
        (4, 4) if unnamed == 0 => Ok(()),
        // What LINE has perhaps not shown is named by nothing that is known.
        (4, 4) if talk.iter().any(|(_, text)| !shown.contains(text)) => Ok(()),
        (files, paths) => Err(format!("{files} files at {paths} places, {unnamed} unnamed")),
    }
}

/// The pictures that hang on notes, by their paths.
fn hanging(world: &World) -> Vec<String> {
    let state = world.crm.state.lock().unwrap();
    let hangs = state.notes.iter().flat_map(|note| &note.files);
    hangs.filter_map(|id| state.files.get(id).map(|file| file.path.clone())).collect()
}

#[test]
fn undisturbed_what_is_sent_hangs_on_its_note_without_its_preview() {
    let mut world = small(true, true, Faults::crashes_at([]));
    let talk = pictures(&world);
    world.run(i64::MAX, START_MS + 150 * MINUTE_MS);
    each_lies_there_once(&world, &talk).expect("it holds");
    let hanging = hanging(&world);
    assert_eq!(hanging.len(), 2, "{hanging:?}");
    assert!(hanging.iter().all(|path| path.ends_with("-picture.jpg")), "{hanging:?}");
}

#[test]
fn a_picture_that_is_sent_survives_a_crash_anywhere_and_is_one_message() {
    every_crash_point_of(true, |faults| small(true, true, faults), pictures, each_lies_there_once);
}

#[test]
fn with_failures_lost_answers_and_crashes_a_picture_that_is_sent_is_one_message() {
    for seed in 0..seeds(200) {
        let mut world = World::new(Make { unique_keys: true, lease: false, ..Make::unlucky(seed) });
        let talk = pictures(&world);
        world.run(START_MS + 180 * MINUTE_MS, START_MS + 12 * 60 * MINUTE_MS);
        if let Err(why) = each_is_shown_once(&world, &talk) {
            panic!("seed {seed}: {why}");
        }
        let state = world.crm.state.lock().unwrap();
        let mut paths: Vec<_> = state.files.values().map(|file| file.path.clone()).collect();
        paths.sort_unstable();
        paths.dedup();
        // Two requests at once may both find nothing there: then HubSpot has it twice, and the message names one place.
        assert_eq!(paths.len(), 4, "seed {seed}");
        assert!((4..=6).contains(&state.files.len()), "seed {seed}: {} files", state.files.len());
    }
}
