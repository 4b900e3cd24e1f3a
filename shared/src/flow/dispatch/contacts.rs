//! An account's contacts, as the Official Accounts of one LINE provider read and write them: each provider has LINE fields of its
//! own on a contact (see [`ProviderNumber`]), and what works here knows them by their plain names.

use crate::domain::claim::EmailAddress;
use crate::domain::ids::{ContactId, LineUserId};
use crate::domain::provider::ProviderNumber;
use crate::ports::Crm;
use crate::ports::crm::{ContactRecord, ContactWrite, Each, Named, PersonWrite, Properties};

/// The contacts of one account, for one LINE provider. As the [`Crm`]'s calls of the same names.
#[derive(Clone, Copy)]
pub(super) struct Contacts<'a> {
    crm: &'a dyn Crm,
    provider: ProviderNumber,
}

impl<'a> Contacts<'a> {
    pub(super) fn new(crm: &'a dyn Crm, provider: ProviderNumber) -> Self {
        Self { crm, provider }
    }

    /// Whose fields they are.
    pub(super) fn provider(&self) -> ProviderNumber {
        self.provider
    }

    /// Makes or finds people by LINE user ID.
    pub(super) async fn upsert(&self, people: &[(LineUserId, Properties)]) -> Vec<Each<ContactId>> {
        let id_field = self.provider.user_id_field();
        let write = |(user, properties): &(LineUserId, Properties)| PersonWrite {
            id_field,
            user: user.clone(),
            properties: self.numbered(properties),
        };
        self.crm.upsert_people(&people.iter().map(write).collect::<Vec<_>>()).await
    }

    pub(super) async fn find_by_email(&self, address: &EmailAddress, names: &[&str]) -> Each<Option<ContactRecord>> {
        let found = self.crm.find_by_email(std::slice::from_ref(address), &self.names(names)).await.pop();
        Ok(found.transpose()?.flatten().map(|record| self.plain(record)))
    }

    pub(super) async fn find_person(&self, user: &LineUserId) -> Each<Option<Named>> {
        self.crm.find_person(self.provider.user_id_field(), user).await
    }

    pub(super) async fn read(&self, contacts: &[ContactId], names: &[&str]) -> Vec<Each<ContactRecord>> {
        let records = self.crm.read_contacts(contacts, &self.names(names)).await;
        records.into_iter().map(|record| record.map(|record| self.plain(record))).collect()
    }

    pub(super) async fn update(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
        let numbered = |write: &ContactWrite| ContactWrite {
            contact: write.contact.clone(),
            properties: self.numbered(&write.properties),
        };
        self.crm.update_contacts(&writes.iter().map(numbered).collect::<Vec<_>>()).await
    }

    fn names<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().map(|name| self.provider.field(name).unwrap_or(name)).collect()
    }

    fn numbered(&self, properties: &Properties) -> Properties {
        let numbered = |(name, value): (&String, &String)| {
            (self.provider.field(name).map_or_else(|| name.clone(), str::to_owned), value.clone())
        };
        Properties(properties.0.iter().map(numbered).collect())
    }

    /// What stands there for another provider is left out.
    fn plain(&self, record: ContactRecord) -> ContactRecord {
        let plain = |(name, value): (String, String)| match ProviderNumber::of_field(&name) {
            Some((whose, plain)) => (whose == self.provider).then(|| (plain.to_owned(), value)),
            None => Some((name, value)),
        };
        let properties = Properties(record.properties.0.into_iter().filter_map(plain).collect());
        ContactRecord { properties, ..record }
    }
}
