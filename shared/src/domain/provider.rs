//! The LINE providers of one CRM account's Official Accounts.
//!
//! LINE knows a person by one user ID a *provider* (the company that LINE's channels belong to): two Official Accounts of one provider
//! see one person, those of two providers never do. So a contact has a set of LINE fields for each provider. The first provider's
//! have their plain names; those of the second are called `line_user_id_2` and so on.
//!
//! No API of LINE's names a channel's provider: an operator says whether it is one of those that are there, when they connect.

use serde::{Deserialize, Serialize};

use super::properties as property;

/// Which of the account's providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct ProviderNumber(u8);

/// There is no provider of this number.
#[derive(Debug, thiserror::Error)]
#[error("no provider has this number")]
pub struct NoSuchProvider;

/// Half of the unique properties that HubSpot allows a kind of record (10, its guide on properties).
const MAX: usize = 5;

macro_rules! numbered {
    ($($name:literal),+ $(,)?) => {
        [$([$name, concat!($name, "_2"), concat!($name, "_3"), concat!($name, "_4"), concat!($name, "_5")]),+]
    };
}

/// The fields that each provider has of its own. How the newest send ended is one for all: it is asked of the contact.
const FIELDS: [[&str; MAX]; 13] = numbered![
    "line_user_id",
    "line_user_name",
    "line_user_picture",
    "line_linked_at",
    "line_follows",
    "line_followed_at",
    "line_follow_kind",
    "line_answered_at",
    "line_unanswered",
    "line_unanswered_message",
    "line_last_message",
    "line_recent_messages",
    "line_route",
];

impl ProviderNumber {
    /// The first, whose fields have their plain names.
    pub const FIRST: Self = Self(1);
    /// As many as there can be.
    pub const ALL: [Self; MAX] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// What a field of ours is called for this provider. One that no provider has of its own keeps its name.
    pub fn field(self, name: &str) -> Option<&'static str> {
        let names = FIELDS.iter().find(|names| names[0] == name)?;
        Some(names[usize::from(self.0) - 1])
    }

    /// The field that holds the person's LINE user ID.
    pub fn user_id_field(self) -> &'static str {
        self.field(property::LINE_USER_ID).unwrap_or(property::LINE_USER_ID)
    }

    /// Whose field this is, by its numbered name, and what it is called without the number. `None`: no provider's.
    pub fn of_field(numbered: &str) -> Option<(Self, &'static str)> {
        FIELDS.iter().find_map(|names| {
            let at = names.iter().position(|name| *name == numbered)?;
            Some((Self::ALL[at], names[0]))
        })
    }

    /// As people read it.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for ProviderNumber {
    fn default() -> Self {
        Self::FIRST
    }
}

impl From<ProviderNumber> for u8 {
    fn from(number: ProviderNumber) -> Self {
        number.0
    }
}

impl TryFrom<u8> for ProviderNumber {
    type Error = NoSuchProvider;

    fn try_from(number: u8) -> Result<Self, NoSuchProvider> {
        Self::ALL.into_iter().find(|known| known.0 == number).ok_or(NoSuchProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_provider_has_the_plain_names_and_each_other_one_its_own() {
        let mut all: Vec<&str> = FIELDS.iter().flatten().copied().collect();
        for number in ProviderNumber::ALL {
            for [plain, ..] in FIELDS {
                let name = number.field(plain).expect("a field of each provider");
                assert_eq!(ProviderNumber::of_field(name), Some((number, plain)));
                assert_eq!(name == plain, number == ProviderNumber::FIRST, "{name}");
            }
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), FIELDS.len() * MAX, "none is two providers'");
        assert_eq!(ProviderNumber::ALL[1].user_id_field(), "line_user_id_2");
    }

    #[test]
    fn what_is_the_contacts_own_has_no_number() {
        for name in [property::EMAIL, property::LINE_LAST_OUTCOME, "anything"] {
            assert_eq!((ProviderNumber::ALL[1].field(name), ProviderNumber::of_field(name)), (None, None), "{name}");
        }
    }

    #[test]
    fn a_number_that_there_is_not_is_not_read() {
        for (stored, read) in [("1", true), ("5", true), ("0", false), ("6", false)] {
            assert_eq!(serde_json::from_str::<ProviderNumber>(stored).is_ok(), read, "{stored}");
        }
    }
}
