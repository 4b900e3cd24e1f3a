//! An operator's file says who people on LINE are in the CRM: each row is a claim, and the dispatcher acts on it.

use futures::{StreamExt as _, TryStreamExt as _};

use super::import_friends::AT_A_TIME;
use super::link::Link;
use super::outbox::Outbox;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::ports::PortError;
use crate::store::LinkReader;

/// Takes in what a file says of friends.
pub struct PresetFriends {
    /// Who is linked already.
    pub links: LinkReader,
    /// Where. The dispatcher is told once, at the end.
    pub outbox: Outbox,
}

/// What a row says of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct PresetFriend {
    /// Who on LINE.
    pub user: LineUserId,
    /// Who in the CRM.
    pub target: Target,
    /// The name, where the row has one.
    pub name: Option<String>,
    /// The picture's address, where the row has one.
    pub picture: Option<String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresetResult {
    /// The dispatcher is told.
    Claimed,
    /// It is so already, or the dispatcher has been told.
    Already,
    /// Everything of the person was erased: nothing is recorded.
    Erased,
}

impl PresetFriends {
    /// Records what the rows say, and answers for each in their order. With `dry_run` nothing is recorded, and the answers are
    /// what would become of them. Twice changes nothing.
    ///
    /// # Errors
    /// The ports': what was recorded until then stays and is acted on; another call goes on.
    pub async fn preset(
        &self,
        channel: &Channel,
        friends: &[PresetFriend],
        dry_run: bool,
    ) -> Result<Vec<PresetResult>, PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let link = Link { outbox: self.outbox.clone().quiet() };
        let each = friends.iter().map(|friend| self.take(&link, channel, friend, now_ms, dry_run));
        let results: Vec<PresetResult> = futures::stream::iter(each).buffered(AT_A_TIME).try_collect().await?;
        if !dry_run && results.contains(&PresetResult::Claimed) {
            self.outbox.wake(&channel.account).await;
        }
        Ok(results)
    }

    async fn take(
        &self,
        link: &Link,
        channel: &Channel,
        friend: &PresetFriend,
        now_ms: i64,
        dry_run: bool,
    ) -> Result<PresetResult, PortError> {
        let (journal, key) = (&self.outbox.journal, ConversationKey::person(&channel.id, &friend.user));
        if journal.erasure(&key).await?.is_marked() {
            return Ok(PresetResult::Erased);
        }
        let linked = self.links.of_user(&channel.id, &friend.user).await?;
        let is_so = linked.as_ref().is_some_and(|linked| match &friend.target {
            Target::Contact(contact) => linked.value.contact == *contact,
            Target::ByLineUserId => true,
            _ => false,
        });
        let waiting = journal.claim(&key).await?.map(|waiting| waiting.value);
        let is_told = waiting.is_some_and(|claim| claim.by == ClaimedBy::Preset && claim.target == friend.target);
        if is_so || is_told {
            return Ok(PresetResult::Already);
        }
        if !dry_run {
            let mut claim = Claim::new(ClaimedBy::Preset, friend.target.clone(), now_ms);
            if linked.is_none() {
                // Of somebody who is linked already, LINE has told a newer name.
                claim.name = friend.name.clone();
                claim.picture = friend.picture.clone();
            }
            link.claim(channel, &friend.user, &claim).await?;
        }
        Ok(PresetResult::Claimed)
    }
}

#[cfg(test)]
#[path = "preset_friends_tests.rs"]
mod tests;
