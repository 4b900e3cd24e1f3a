//! What a CRM tells of its contacts.

use super::ids::ContactId;

/// A contact at which something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The record ID of the contact.
    pub contact: ContactId,
    /// It was deleted for ever under privacy law.
    pub forget: bool,
}
