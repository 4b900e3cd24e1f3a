//! LINE's list of friends is taken in, page by page. How far it is, is a row: whoever stopped is gone on with at the last page
//! that was stored, and two who are at it at once do not both go on.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use thiserror::Error;

use super::import_friend::{ImportFriend, ImportResult};
use super::outbox::Outbox;
use crate::domain::channel::Channel;
use crate::domain::friends::FriendsImport;
use crate::domain::ids::LineUserId;
use crate::ports::friend_list::Friends;
use crate::ports::table::Commit;
use crate::ports::{FriendList, PortError};
use crate::store::journal::write;

/// So many people are worked on at a time.
pub(super) const AT_A_TIME: usize = 8;
/// After a page so long a pause for each friend of it, in milliseconds: 1,000 friends a second at the most.
const PAUSE_MS: u64 = 1;

/// Imports friends from LINE's list.
pub struct ImportFriends {
    /// LINE's list.
    pub list: Arc<dyn FriendList>,
    /// Where. The dispatcher is told once a page.
    pub outbox: Outbox,
}

/// How far an import came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// As it is stored.
    pub import: FriendsImport,
    /// It went on where an earlier one had stopped.
    pub went_on: bool,
}

/// Why an import ended before LINE's list did. What was stored until then stays.
#[derive(Debug, Error)]
pub enum ImportFriendsError {
    /// LINE lets only verified and premium accounts list their friends.
    #[error("LINE does not let this account list its friends")]
    NotAllowed,
    /// LINE does not even know the first page.
    #[error("LINE gives no list of friends")]
    NoList,
    /// Somebody else has stored a page since this import looked.
    #[error("another import of these friends is under way")]
    AnotherIsUnderWay,
    /// A port's; another call goes on.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ImportFriends {
    /// Takes in the whole list, `limit` friends a page, or what an import that stopped has left of it. After each page but the
    /// last, `on_page` hears how far it is and may break: whoever has little time calls again. Everybody of a page is recorded
    /// before its end is stored, and the dispatcher is told then.
    ///
    /// A second call goes on behind the last page that was stored, while LINE remembers the next one (a day), and begins anew
    /// else, as it does after one that came to its end; whoever is known by then is left as they are.
    ///
    /// # Errors
    /// LINE does not give the list; another import is under way; or the ports'.
    pub async fn import(
        &self,
        channel: &Channel,
        limit: u16,
        mut on_page: impl FnMut(&FriendsImport) -> ControlFlow<()> + Send,
    ) -> Result<Imported, ImportFriendsError> {
        let clock = &self.outbox.clock;
        let found = self.outbox.journal.friends_import(&channel.id).await?;
        let mut version = found.as_ref().map_or(0, |found| found.version);
        let mut import = begin(found.map(|found| found.value), clock.now_ms());
        let went_on = import.next.is_some();
        loop {
            let (users, next) = match self.list.friends(&channel.id, import.next.as_deref(), limit).await? {
                Friends::Page { users, next } => (users, next),
                Friends::NotAllowed => return Err(ImportFriendsError::NotAllowed),
                // LINE has forgotten the page: those who are known by now are left as they are.
                Friends::NoSuchPage if import.next.is_some() => {
                    import = FriendsImport { next: None, listed: 0, erased: 0, ..import };
                    continue;
                }
                Friends::NoSuchPage => return Err(ImportFriendsError::NoList),
            };
            self.take(channel, &users, &mut import).await?;
            import.finished = next.is_none();
            import.next = next;
            import.at_ms = clock.now_ms();
            let stored = self.outbox.journal.commit(vec![write::friends_import(&channel.id, &import, version)]).await?;
            if stored == Commit::Conflict {
                return Err(ImportFriendsError::AnotherIsUnderWay);
            }
            version += 1;
            self.outbox.wake(&channel.account).await;
            if import.finished || on_page(&import).is_break() {
                return Ok(Imported { import, went_on });
            }
            clock.sleep_ms(PAUSE_MS * users.len() as u64).await;
        }
    }

    async fn take(&self, channel: &Channel, users: &[LineUserId], import: &mut FriendsImport) -> Result<(), PortError> {
        let meet = ImportFriend { outbox: self.outbox.clone().quiet() };
        let each = users.iter().map(|user| meet.import_friend(channel, user));
        let met: Vec<ImportResult> = futures::stream::iter(each).buffer_unordered(AT_A_TIME).try_collect().await?;
        let count = |wanted| met.iter().filter(|met| **met == wanted).count() as u64;
        import.listed += met.len() as u64;
        import.new += count(ImportResult::New);
        import.erased += count(ImportResult::Erased);
        Ok(())
    }
}

/// Goes on where it stopped, or begins. What was new stays counted where LINE has only forgotten the page.
fn begin(before: Option<FriendsImport>, now_ms: i64) -> FriendsImport {
    match before {
        Some(import) if import.goes_on_at(now_ms).is_some() => import,
        Some(import) if !import.finished => FriendsImport { new: import.new, ..FriendsImport::begun(now_ms) },
        _ => FriendsImport::begun(now_ms),
    }
}

#[cfg(test)]
#[path = "import_friends_tests.rs"]
mod tests;
