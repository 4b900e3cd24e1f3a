//! The table of contact links: which LINE user is which contact. Our row is the truth.
//!
//! A link is two rows written in one transaction: one found by the person, one by the contact.

use std::sync::Arc;

use super::error::PortError;
use super::rows::{Commit, Expect, RowKey, Rows, Versioned, Write};
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId, fingerprint};
use crate::domain::link::ContactLink;

/// Contact links.
#[derive(Clone)]
pub struct Links(Arc<dyn Rows>);

impl Links {
    /// Over the table of links.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        Self(rows)
    }

    /// Who this person is in the CRM.
    ///
    /// # Errors
    /// As the table's.
    pub async fn of_user(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        read(self.0.get(&user_key(channel, user)).await?)
    }

    /// Who this contact is on LINE, for one Official Account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn of_contact(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
        channel: &ChannelId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        read(self.0.get(&contact_key(account, contact, channel)).await?)
    }

    /// Ties two that are both free. `Conflict`: one of them is tied already, perhaps to the other.
    ///
    /// # Errors
    /// As the table's.
    pub async fn tie(&self, link: &ContactLink) -> Result<Commit, PortError> {
        let by_user = user_key(&link.channel, &link.user);
        let by_contact = contact_key(&link.account, &link.contact, &link.channel);
        self.0
            .commit(vec![Write::put(by_user, link, Expect::Absent), Write::put(by_contact, link, Expect::Absent)])
            .await
    }

    /// Ties the two, whatever either was tied to, in one write: `of_user` and `of_contact` are what was read for the person
    /// and for the contact. Whoever else was tied to them is not any more. `Conflict`: somebody changed one of them meanwhile.
    /// Twice: the second conflicts; read again and find it done.
    ///
    /// # Errors
    /// As the table's.
    pub async fn switch(
        &self,
        link: &ContactLink,
        of_user: Option<&Versioned<ContactLink>>,
        of_contact: Option<&Versioned<ContactLink>>,
    ) -> Result<Commit, PortError> {
        let rev = |found: Option<&Versioned<ContactLink>>| Expect::Rev(found.map_or(0, |found| found.rev));
        let by_user = user_key(&link.channel, &link.user);
        let by_contact = contact_key(&link.account, &link.contact, &link.channel);
        let mut writes = vec![
            Write::put(by_user.clone(), link, rev(of_user)),
            Write::put(by_contact.clone(), link, rev(of_contact)),
        ];
        // The two rows of one old link lie at four places at most; the two that are written stay.
        let left = of_user
            .map(|old| contact_key(&old.value.account, &old.value.contact, &old.value.channel))
            .into_iter()
            .chain(of_contact.map(|old| user_key(&old.value.channel, &old.value.user)));
        let left = left.filter(|key| *key != by_user && *key != by_contact);
        writes.extend(left.map(|key| Write::Delete { key, expect: Expect::Any }));
        self.0.commit(writes).await
    }

    /// The CRM gave the contact a new ID (a merge): the link follows. `Conflict`: somebody else moved
    /// it, or the new contact is tied to another person.
    ///
    /// # Errors
    /// As the table's.
    pub async fn follow_merge(&self, link: &Versioned<ContactLink>, to: &ContactId) -> Result<Commit, PortError> {
        let old = &link.value;
        let new = ContactLink { contact: to.clone(), ..old.clone() };
        self.0
            .commit(vec![
                Write::put(user_key(&old.channel, &old.user), &new, Expect::Rev(link.rev)),
                Write::Delete { key: contact_key(&old.account, &old.contact, &old.channel), expect: Expect::Any },
                Write::put(contact_key(&new.account, &new.contact, &new.channel), &new, Expect::Absent),
            ])
            .await
    }

    /// Unties the two. `Conflict`: somebody else changed it first.
    ///
    /// # Errors
    /// As the table's.
    pub async fn untie(&self, link: &Versioned<ContactLink>) -> Result<Commit, PortError> {
        let old = &link.value;
        self.0
            .commit(vec![
                Write::Delete { key: user_key(&old.channel, &old.user), expect: Expect::Rev(link.rev) },
                Write::Delete { key: contact_key(&old.account, &old.contact, &old.channel), expect: Expect::Any },
            ])
            .await
    }
}

fn read(row: Option<super::rows::Row>) -> Result<Option<Versioned<ContactLink>>, PortError> {
    row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
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
