//! An import that stops anywhere is gone on with, and everybody is met once.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ChannelId;
use crate::flow::testing::{Life, NoWaiting, RivalTable, Told, account, channel, die_anywhere, key, user};
use crate::store::Journal;

/// LINE's list of five. A page is named by how many come before it.
#[derive(Default)]
struct List {
    /// Which pages it was asked for.
    asked: Mutex<Vec<Option<String>>>,
    /// These it answers with first.
    answers: Mutex<Vec<Friends>>,
}

const FRIENDS: usize = 5;

#[async_trait]
impl FriendList for List {
    async fn friends(&self, _: &ChannelId, page: Option<&str>, limit: u16) -> Result<Friends, PortError> {
        self.asked.lock().unwrap().push(page.map(str::to_owned));
        if let Some(answer) = self.answers.lock().unwrap().pop() {
            return Ok(answer);
        }
        let from: usize = page.map_or(0, |page| page.parse().expect("a name of ours"));
        let to = FRIENDS.min(from + usize::from(limit));
        Ok(Friends::Page { users: (from..to).map(user).collect(), next: (to < FRIENDS).then(|| to.to_string()) })
    }
}

struct World {
    rows: Arc<RivalTable>,
    told: Arc<Told>,
    list: Arc<List>,
    verb: ImportFriends,
}

/// The first friend is known, and the last one was erased.
async fn world(life: Life) -> World {
    let rows = Arc::new(RivalTable::of(life.clone()));
    let (told, list) = (Arc::new(Told { life, ..Told::default() }), Arc::<List>::default());
    let journal = Journal::new(rows.clone());
    let known = write::conversation(&Conversation::new(key(0), account()), 0);
    let state = vec![known, write::erased(&key(FRIENDS - 1), 1)];
    assert_eq!(journal.commit(state).await.unwrap(), Commit::Done);
    let outbox = Outbox { journal, wake_ups: told.clone(), clock: Arc::new(NoWaiting) };
    World { rows, told, list: list.clone(), verb: ImportFriends { list, outbox } }
}

impl World {
    async fn import(&self) -> Result<Imported, ImportFriendsError> {
        self.verb.import(&channel(), 2, |_| ControlFlow::Continue(())).await
    }

    async fn stored(&self) -> Option<FriendsImport> {
        self.verb.outbox.journal.friends_import(&channel().id).await.unwrap().map(|found| found.value)
    }

    /// Everybody is met, and each new one is enqueued once.
    async fn everybody_is_met_once(&self) {
        let journal = &self.verb.outbox.journal;
        for number in 0..FRIENDS {
            let is_met = journal.conversation(&key(number)).await.unwrap().is_some();
            assert_eq!(is_met, number < FRIENDS - 1, "{number}");
        }
        assert_eq!(journal.count_effects(&account(), 100).await.unwrap(), 3);
        let import = self.stored().await.unwrap();
        assert_eq!((import.finished, import.listed, import.erased), (true, 5, 1));
    }

    fn asked(&self) -> Vec<Option<String>> {
        std::mem::take(&mut *self.list.asked.lock().unwrap())
    }
}

fn pages(pages: &[&str]) -> Vec<Option<String>> {
    pages.iter().map(|page| Some((*page).to_owned()).filter(|page| !page.is_empty())).collect()
}

#[tokio::test]
async fn an_import_that_dies_anywhere_is_gone_on_with_and_everybody_is_met_once() {
    let good = async |world: &World| {
        world.everybody_is_met_once().await;
        assert!(*world.told.times.lock().unwrap() >= 1, "the dispatcher is told");
    };
    let writes = die_anywhere(world, async |world: &World| world.import().await.is_ok(), good).await;
    assert_eq!(writes, 3 + 2 * 3, "three who are new; each of three pages is stored, and the dispatcher is told");
}

#[tokio::test]
async fn whoever_has_little_time_stops_after_a_page_and_another_call_goes_on_there() {
    let world = world(Life::default()).await;
    for (went_on, page, listed) in [(false, "", 2), (true, "2", 4)] {
        let stopped = world.verb.import(&channel(), 2, |_| ControlFlow::Break(())).await.unwrap();
        assert_eq!((stopped.went_on, stopped.import.finished, stopped.import.listed), (went_on, false, listed));
        assert_eq!(world.asked(), pages(&[page]));
        assert_eq!(world.stored().await, Some(stopped.import));
    }
    let ended = world.import().await.unwrap();
    assert_eq!((ended.went_on, ended.import.new, world.asked()), (true, 3, pages(&["4"])));
    world.everybody_is_met_once().await;
    let again = world.import().await.unwrap();
    assert_eq!((again.went_on, again.import.new, world.asked()), (false, 0, pages(&["", "2", "4"])));
    world.everybody_is_met_once().await;
}

#[tokio::test]
async fn each_page_but_the_last_is_told() {
    let world = world(Life::default()).await;
    let mut heard = Vec::new();
    let on_page = |import: &FriendsImport| {
        heard.push((import.listed, import.new));
        ControlFlow::Continue(())
    };
    world.verb.import(&channel(), 2, on_page).await.unwrap();
    assert_eq!(heard, [(2, 1), (4, 3)]);
}

#[tokio::test]
async fn two_imports_at_once_do_not_both_go_on() {
    let world = world(Life::default()).await;
    world.import().await.unwrap();
    // Everybody is known: what is stored next is the page.
    let theirs = FriendsImport { listed: 7, ..FriendsImport::begun(2_000) };
    world.rows.before_next_commit(write::friends_import(&channel().id, &theirs, 3));
    assert!(matches!(world.import().await, Err(ImportFriendsError::AnotherIsUnderWay)));
    assert_eq!(world.stored().await, Some(theirs));
}

#[tokio::test]
async fn a_page_that_line_has_forgotten_means_from_the_beginning_and_no_first_page_means_no_list() {
    let world = world(Life::default()).await;
    world.verb.import(&channel(), 2, |_| ControlFlow::Break(())).await.unwrap();
    world.list.answers.lock().unwrap().push(Friends::NoSuchPage);
    world.asked();
    let ended = world.import().await.unwrap();
    assert_eq!(world.asked(), pages(&["2", "", "2", "4"]));
    assert_eq!((ended.import.listed, ended.import.new), (5, 3), "who was new before stays counted");
    world.everybody_is_met_once().await;

    let before = world.stored().await;
    for (answer, is_allowed) in [(Friends::NoSuchPage, true), (Friends::NotAllowed, false)] {
        world.list.answers.lock().unwrap().push(answer);
        match world.import().await.unwrap_err() {
            ImportFriendsError::NoList => assert!(is_allowed),
            ImportFriendsError::NotAllowed => assert!(!is_allowed),
            other => panic!("{other}"),
        }
        assert_eq!(world.stored().await, before, "nothing is stored");
    }
}
