//! One person whose contact is to follow, and all that was read of them.

use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, EmailAddress};
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ContactId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::outbox::OutboxRow;
use crate::ports::messenger::LineProfile;
use crate::ports::table::{Versioned, Write};

/// A person whose contact is to follow.
pub(super) struct Person {
    pub(super) row: OutboxRow,
    /// The moment before anything of this was read, in milliseconds: whoever was erased after it was erased under our hands.
    pub(super) loaded_at_ms: i64,
    pub(super) state: Versioned<Conversation>,
    pub(super) channel: Channel,
    pub(super) user: LineUserId,
    pub(super) link: Option<Versioned<ContactLink>>,
    pub(super) profile: Option<LineProfile>,
    /// What somebody says of who this is, until it is acted on.
    pub(super) claim: Option<Versioned<Claim>>,
    /// The address that somebody named.
    pub(super) email: Option<EmailAddress>,
    /// Written with the state in which the person is left.
    pub(super) also: Vec<Write>,
    /// Their task is young again: it is watched as one that was opened now.
    pub(super) watch: Option<OutboxRow>,
}

impl Person {
    /// Whether a contact may be made now, if there is none: by the channel's setting, or since the person asked for it.
    pub(super) fn may_get_a_contact(&self) -> bool {
        match &self.claim {
            Some(claim) if claim.value.allows_creation() => true,
            _ => self.channel.settings.create_contacts && self.state.value.may_create_contact(),
        }
    }

    /// The link of a person who is to be linked now.
    pub(super) fn link_to(&self, contact: ContactId, by: Option<ClaimedBy>) -> ContactLink {
        ContactLink {
            channel: self.channel.id.clone(),
            user: self.user.clone(),
            account: self.row.account.clone(),
            contact,
            linked_at_ms: self.loaded_at_ms,
            by,
            is_new: true,
            provider: self.channel.provider,
        }
    }

    /// A link that what follows from is still to be done: in this call, or in one before that did not come to it.
    pub(super) fn new_link(&self) -> Option<&ContactLink> {
        self.link.as_ref().map(|link| &link.value).filter(|link| !self.state.value.has_taken_in(link))
    }

    /// The address that the contact gets, if it has none: what somebody named; for a contact that was made for this person, the
    /// channel's stand-in.
    pub(super) fn email(&self) -> Option<EmailAddress> {
        let stand_in = || {
            let domain = self.channel.settings.dummy_email_domain.as_ref()?;
            self.new_link().filter(|link| link.by.is_none())?;
            EmailAddress::parse(&format!("{}@{domain}", self.user.expose()))
        };
        self.email.clone().or_else(stand_in)
    }
}
