//! What every answer to the port [`FriendList`] must do, as code: LINE's client passes it over the fake platform.
//!
//! It panics where the contract is broken.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::ports::friend_list::Friends;
use musubi::ports::{FriendList, PortError};

/// What the contract needs of a LINE platform.
pub trait FriendWorld: Send + Sync {
    /// The client.
    fn list(&self) -> Arc<dyn FriendList>;
    /// An Official Account that may list its friends.
    fn channel(&self) -> ChannelId;
    /// Exactly these are its friends from now on.
    fn befriend(&self, friends: &[LineUserId]);
    /// LINE's pages are shorter than what was asked for, from now on.
    fn shorten_pages(&self);
    /// So much time goes by that LINE forgets its pages.
    fn forget_pages(&self);
    /// The Official Account may list its friends no more.
    fn forbid(&self);
}

/// How many friends there are, and how many a page are asked for.
const FRIENDS: usize = 5;
const LIMIT: u16 = 2;

/// The whole contract.
pub async fn friend_list_contract(world: &dyn FriendWorld) {
    let list = world.list();
    let all: Vec<LineUserId> = (0..FRIENDS).map(|n| LineUserId::new(format!("U{n:032x}"))).collect();
    world.befriend(&all);
    everybody_is_listed_once(world, &*list, &all).await;
    world.shorten_pages();
    everybody_is_listed_once(world, &*list, &all).await;
    a_page_is_known_while_line_remembers_it(world, &*list).await;
    world.befriend(&[]);
    let none = list.friends(&world.channel(), None, LIMIT).await.expect("an answer");
    assert_eq!(none, Friends::Page { users: Vec::new(), next: None }, "nobody is a list, too");
    world.forbid();
    let forbidden = list.friends(&world.channel(), None, LIMIT).await.expect("an answer");
    assert_eq!(forbidden, Friends::NotAllowed);
}

async fn page(world: &dyn FriendWorld, list: &dyn FriendList, name: Option<&str>) -> (Vec<LineUserId>, Option<String>) {
    match list.friends(&world.channel(), name, LIMIT).await.expect("an answer") {
        Friends::Page { users, next } => (users, next),
        _ => panic!("there is such a page"),
    }
}

async fn everybody_is_listed_once(world: &dyn FriendWorld, list: &dyn FriendList, all: &[LineUserId]) {
    let (mut listed, mut name, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let (users, next) = page(world, list, name.as_deref()).await;
        let (again, _) = page(world, list, name.as_deref()).await;
        assert!(users == again, "a page is the same when it is asked for again");
        assert!(users.len() <= usize::from(LIMIT), "no page is longer than was asked for");
        listed.extend(users);
        pages += 1;
        assert!(pages <= 2 * FRIENDS, "the list has an end");
        name = match next {
            Some(next) => Some(next),
            None => break,
        };
    }
    let distinct: BTreeSet<&LineUserId> = listed.iter().collect();
    assert!(distinct.len() == listed.len() && all.iter().all(|user| distinct.contains(user)), "everybody once");
}

async fn a_page_is_known_while_line_remembers_it(world: &dyn FriendWorld, list: &dyn FriendList) {
    let unknown = list.friends(&world.channel(), Some("no-page-of-this-name"), LIMIT).await.expect("an answer");
    assert_eq!(unknown, Friends::NoSuchPage);
    let (_, next) = page(world, list, None).await;
    let next = next.expect("there are more");
    page(world, list, Some(&next)).await;
    world.forget_pages();
    let forgotten = list.friends(&world.channel(), Some(&next), LIMIT).await.expect("an answer");
    assert_eq!(forgotten, Friends::NoSuchPage);
    page(world, list, None).await;
}

/// The contract bites: of an answer that has drifted in any of these ways it says so.
pub async fn every_drift_is_seen<W: FriendWorld + 'static>(world: impl Fn() -> BoxFuture<'static, W>) {
    for drift in [Drift::Ends, Drift::Repeats, Drift::Begins, Drift::Hides, Drift::Overflows] {
        let drifted = Drifted { world: world().await, drift };
        let seen = std::panic::AssertUnwindSafe(friend_list_contract(&drifted)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How an answer may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// Every page is the last.
    Ends,
    /// The second page lists somebody of the first again.
    Repeats,
    /// Where there is no such page, the first one is given.
    Begins,
    /// Who may not list friends has none.
    Hides,
    /// Pages are longer than was asked for.
    Overflows,
}

struct Drifted<W> {
    world: W,
    drift: Drift,
}

impl<W: FriendWorld> FriendWorld for Drifted<W> {
    fn list(&self) -> Arc<dyn FriendList> {
        Arc::new(DriftedList { list: self.world.list(), drift: self.drift })
    }

    fn channel(&self) -> ChannelId {
        self.world.channel()
    }

    fn befriend(&self, friends: &[LineUserId]) {
        self.world.befriend(friends);
    }

    fn shorten_pages(&self) {
        self.world.shorten_pages();
    }

    fn forget_pages(&self) {
        self.world.forget_pages();
    }

    fn forbid(&self) {
        self.world.forbid();
    }
}

struct DriftedList {
    list: Arc<dyn FriendList>,
    drift: Drift,
}

#[async_trait]
impl FriendList for DriftedList {
    async fn friends(&self, channel: &ChannelId, page: Option<&str>, limit: u16) -> Result<Friends, PortError> {
        let limit = if self.drift == Drift::Overflows { limit + 1 } else { limit };
        match (self.drift, self.list.friends(channel, page, limit).await?) {
            (Drift::Ends, Friends::Page { users, .. }) => Ok(Friends::Page { users, next: None }),
            (Drift::Repeats, Friends::Page { mut users, next }) if page.is_some() => {
                users.insert(0, LineUserId::new(format!("U{:032x}", 0)));
                Ok(Friends::Page { users, next })
            }
            (Drift::Begins, Friends::NoSuchPage) => self.list.friends(channel, None, limit).await,
            (Drift::Hides, Friends::NotAllowed) => Ok(Friends::Page { users: Vec::new(), next: None }),
            (_, answer) => Ok(answer),
        }
    }
}
