//! A contact that is linked to nobody any more loses what LINE told about the person.

use super::super::load::load_or_new;
use super::super::unlink::unlink;
use super::gone::conversation_of;
use super::sync_contact::Person;
use super::{Dispatcher, Verdict};
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties as property;
use crate::ports::PortError;
use crate::ports::crm::Properties;
use crate::ports::journal::write;
use crate::ports::table::Commit;

/// What goes with the link. The route stays: it says how the contact came, not who it is on LINE.
const CLEARED: [&str; 12] = [
    property::LINE_USER_ID,
    property::LINE_USER_NAME,
    property::LINE_USER_PICTURE,
    property::LINE_LINKED_AT,
    property::LINE_FOLLOWS,
    property::LINE_FOLLOWED_AT,
    property::LINE_FOLLOW_KIND,
    property::LINE_ANSWERED_AT,
    property::LINE_UNANSWERED,
    property::LINE_UNANSWERED_MESSAGE,
    property::LINE_LAST_MESSAGE,
    property::LINE_RECENT_MESSAGES,
];

/// The fields of a contact that nobody is linked to.
pub(super) fn cleared() -> Properties {
    let mut properties = Properties::default();
    for name in CLEARED {
        properties.set(name, "");
    }
    properties
}

impl Dispatcher<'_> {
    pub(super) async fn clear_contacts(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.clear(&row).await?;
            self.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// By our links as they are now: a contact that is linked (again) is written anew by whom it is linked to. Where that is somebody
    /// who was erased meanwhile, what stands there from before goes first.
    async fn clear(&self, row: &OutboxRow) -> Result<Verdict, PortError> {
        let Effect::ClearContactFields { contact, .. } = &row.effect else { return Ok(Verdict::Leave) };
        let linked = self.links_of(contact).await?;
        let mut empties = linked.is_empty();
        for link in &linked {
            empties |= self.journal().erasure(&conversation_of(&link.value)).await?.is_marked();
        }
        if empties && let Err(failure) = self.wipe(contact).await? {
            return Ok(Verdict::Failed(failure));
        }
        for link in linked {
            if !self.enqueue_anew(&link.value).await? {
                return Ok(Verdict::Leave);
            }
        }
        self.done(row).await?;
        Ok(Verdict::Leave)
    }

    /// Somebody erased the person after they were loaded, while their link was made: it goes again. `true`: so it was.
    pub(super) async fn unlink_if_erased_meanwhile(&self, person: &mut Person) -> Result<bool, PortError> {
        if !self.journal().erasure(&person.state.value.key).await?.covers(person.loaded_at_ms) {
            return Ok(false);
        }
        if let Some(link) = person.link.take() {
            let _ = unlink(self.journal(), &self.up.links, &link, self.now_ms()).await?;
        }
        Ok(true)
    }

    /// The contact of this link is to be written anew, unless its person was erased since. `false`: somebody changed the
    /// conversation first.
    pub(super) async fn enqueue_anew(&self, link: &ContactLink) -> Result<bool, PortError> {
        let mut loaded = load_or_new(self.journal(), &conversation_of(link), &self.account.key).await?;
        if loaded.erasure.covers(link.linked_at_ms) {
            return Ok(true);
        }
        loaded.state.value.profile_wanted = true;
        let rows = loaded.state.value.enqueue_sync(self.now_ms());
        let writes = rows.iter().map(write::enqueue).chain(loaded.writes()).collect();
        Ok(self.journal().commit(writes).await? == Commit::Done)
    }
}
