//! A contact that is tied to nobody any more loses what LINE told about the person.

use super::gone::conversation_of;
use super::people::Person;
use super::{Payer, Verdict};
use crate::domain::link::ContactLink;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::properties as property;
use crate::ports::PortError;
use crate::ports::crm::Properties;
use crate::ports::journal::write;

/// What goes with the tie. The route stays: it says how the contact came, not who it is on LINE.
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

/// The fields of a contact that nobody is tied to.
pub(super) fn cleared() -> Properties {
    let mut properties = Properties::default();
    for name in CLEARED {
        properties.set(name, "");
    }
    properties
}

impl Payer<'_> {
    pub(super) async fn clears(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.clear(&row).await?;
            self.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// By our links as they are now: a contact that is tied (again) is written anew by whom it is tied to.
    async fn clear(&self, row: &OwedRow) -> Result<Verdict, PortError> {
        let Owed::Clear { contact, .. } = &row.owed else { return Ok(Verdict::Leave) };
        let tied = self.links_of(contact).await?;
        if tied.is_empty()
            && let Err(failure) = self.wipe(contact).await
        {
            return Ok(Verdict::Failed(failure));
        }
        for link in tied {
            if !self.owe_anew(&link.value).await? {
                return Ok(Verdict::Leave);
            }
        }
        self.paid(row).await?;
        Ok(Verdict::Leave)
    }

    /// Somebody erased the person while their link was made: it goes again. `true`: so it was.
    pub(super) async fn part_if_erased(&self, person: &mut Person) -> Result<bool, PortError> {
        if self.head(&person.head.value.key).await?.is_some() {
            return Ok(false);
        }
        if let Some(link) = person.link.take() {
            self.owe_now(Owed::clear(&link.value)).await?;
            let _ = self.up.links.untie(&link).await?;
        }
        Ok(true)
    }

    /// The contact of this link is to be written anew. `false`: somebody changed the conversation first.
    pub(super) async fn owe_anew(&self, link: &ContactLink) -> Result<bool, PortError> {
        let mut head = self.head_or_new(&conversation_of(link)).await?;
        head.value.profile_wanted = true;
        let owed = head.value.owe_person(self.now_ms());
        self.commit_head(&mut head, owed.iter().map(write::owe).collect()).await
    }
}
