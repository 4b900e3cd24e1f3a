//! The types of records that the fake CRM has.

/// The object types that the fake has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectType {
    /// `contacts`, 0-1
    Contact,
    /// `notes`, 0-46
    Note,
    /// `tasks`, 0-27
    Task,
}

impl ObjectType {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "contacts" | "contact" | "0-1" => Some(Self::Contact),
            "notes" | "note" | "0-46" => Some(Self::Note),
            "tasks" | "task" | "0-27" => Some(Self::Task),
            _ => None,
        }
    }

    /// The association type from this object to a contact (HubSpot docs: 202 note, 204 task).
    pub(crate) fn to_contact(self) -> Option<u64> {
        match self {
            Self::Contact => None,
            Self::Note => Some(202),
            Self::Task => Some(204),
        }
    }
}
