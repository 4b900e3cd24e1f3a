//! The table of contact links: which LINE user is which contact. Our row is the truth.
//!
//! A link is two rows written in one transaction: one found by the person, one by the contact.

use std::sync::Arc;

use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId, fingerprint};
use crate::domain::link::ContactLink;
use crate::ports::PortError;
use crate::ports::table::{Commit, Precondition, RowKey, Table, Versioned, Write};

/// Contact links, to be read: who may not make a link holds this.
#[derive(Clone)]
pub struct LinkReader(Arc<dyn Table>);

/// Contact links.
#[derive(Clone)]
pub struct Links(LinkReader);

impl LinkReader {
    /// Over the table of links.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(rows)
    }

    /// Who this person is in the CRM.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn of_user(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        read(self.0.get(&user_key(channel, user)).await?)
    }

    /// Who this contact is on LINE, for one Official Account, at the version of the person's row: that one guards every change
    /// of the link.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn of_contact(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
        channel: &ChannelId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        // Two reads may see a link on its way from one contact to another: then they are made again.
        for _ in 0..3 {
            let Some(found) = read(self.0.get(&contact_key(account, contact, channel)).await?)? else {
                return Ok(None);
            };
            let link = self.of_user(channel, &found.value.user).await?;
            if let Some(link) = link.filter(|link| link.value.contact == *contact && link.value.account == *account) {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }
}

impl std::ops::Deref for Links {
    type Target = LinkReader;

    fn deref(&self) -> &LinkReader {
        &self.0
    }
}

impl Links {
    /// Over the table of links.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(LinkReader::new(rows))
    }

    /// The same links, to be read.
    pub fn reader(&self) -> LinkReader {
        self.0.clone()
    }

    /// Links two that are both free. `Conflict`: one of them is linked already, perhaps to the other.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn link(&self, link: &ContactLink) -> Result<Commit, PortError> {
        let by_user = user_key(&link.channel, &link.user);
        let by_contact = contact_key(&link.account, &link.contact, &link.channel);
        self.0
            .0
            .commit(vec![
                Write::put(by_user, link, Precondition::AbsentAnew),
                Write::put(by_contact, link, Precondition::AbsentAnew),
            ])
            .await
    }

    /// Links the two, whatever either was linked to, in one write: `of_user` and `of_contact` are what was read for the person
    /// and for the contact. Whoever else was linked to them is not any more. `Conflict`: somebody changed one of them meanwhile.
    /// Twice: the second conflicts; read again and find it done.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn relink(
        &self,
        link: &ContactLink,
        of_user: Option<&Versioned<ContactLink>>,
        of_contact: Option<&Versioned<ContactLink>>,
    ) -> Result<Commit, PortError> {
        let by_user = user_key(&link.channel, &link.user);
        let by_contact = contact_key(&link.account, &link.contact, &link.channel);
        let of_user_was = of_user.map_or(Precondition::AbsentAnew, |old| Precondition::Version(old.version));
        // Whoever changes the contact's row changes the row of its person, too: that one is guarded.
        let of_contact_was = of_contact.map_or(Precondition::AbsentAnew, |_| Precondition::Any);
        let mut writes =
            vec![Write::put(by_user.clone(), link, of_user_was), Write::put(by_contact.clone(), link, of_contact_was)];
        if let Some(old) = of_user {
            let key = contact_key(&old.value.account, &old.value.contact, &old.value.channel);
            writes.extend((key != by_contact).then_some(Write::Delete { key, expect: Precondition::Any }));
        }
        if let Some(old) = of_contact {
            let key = user_key(&old.value.channel, &old.value.user);
            writes
                .extend((key != by_user).then_some(Write::Delete { key, expect: Precondition::Version(old.version) }));
        }
        self.0.0.commit(writes).await
    }

    /// The CRM gave the contact a new ID (a merge): the link follows. `Conflict`: somebody else moved
    /// it, or the new contact is linked to another person.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn follow_merge(&self, link: &Versioned<ContactLink>, to: &ContactId) -> Result<Commit, PortError> {
        let old = &link.value;
        let new = ContactLink { contact: to.clone(), ..old.clone() };
        self.0
            .0
            .commit(vec![
                Write::put(user_key(&old.channel, &old.user), &new, Precondition::Version(link.version)),
                Write::Delete { key: contact_key(&old.account, &old.contact, &old.channel), expect: Precondition::Any },
                Write::put(contact_key(&new.account, &new.contact, &new.channel), &new, Precondition::Absent),
            ])
            .await
    }

    /// Unlinks the two. `Conflict`: somebody else changed it first.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn unlink(&self, link: &Versioned<ContactLink>) -> Result<Commit, PortError> {
        let old = &link.value;
        self.0
            .0
            .commit(vec![
                Write::Delete { key: user_key(&old.channel, &old.user), expect: Precondition::Version(link.version) },
                Write::Delete { key: contact_key(&old.account, &old.contact, &old.channel), expect: Precondition::Any },
            ])
            .await
    }
}

fn read(row: Option<crate::ports::table::Row>) -> Result<Option<Versioned<ContactLink>>, PortError> {
    row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
}

fn user_key(channel: &ChannelId, user: &LineUserId) -> RowKey {
    RowKey::new(format!("user:{}", fingerprint(&[channel.as_str(), user.expose()])), "link")
}

fn contact_key(account: &CrmAccountKey, contact: &ContactId, channel: &ChannelId) -> RowKey {
    RowKey::new(
        format!("contact:{}", fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()])),
        channel.as_str(),
    )
}
