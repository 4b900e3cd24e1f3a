//! Somebody, in an address of ours.
//!
//! Neither a LINE user ID nor an e-mail address stands in an address of ours. Where somebody is meant, the address holds a handle:
//! who it is, sealed with the session's own secret. It opens in that session alone, and so for that operator's CRM account alone;
//! from a browser's history it opens nothing once the session is over.

use musubi::flow::console::people::Sought;
use musubi::ports::PortError;
use musubi::sealed;
use serde::{Deserialize, Serialize};

use crate::visit::SignedIn;

/// Names what is sealed.
const SEALED: &str = "people";

/// What a handle holds.
#[derive(Clone, Serialize, Deserialize)]
pub enum Handle {
    /// A contact of the CRM.
    Contact(String),
    /// A person on LINE.
    User(String),
    /// An Official Account, and a person on it.
    Person(String, String),
}

impl Handle {
    /// Of whom somebody looked for.
    pub fn of(sought: &Sought) -> Self {
        match sought {
            Sought::Contact(contact) => Self::Contact(contact.as_str().to_owned()),
            Sought::User(user) => Self::User(user.expose().to_owned()),
        }
    }

    /// As it stands in an address.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn sealed(&self, visit: &SignedIn) -> Result<String, PortError> {
        sealed::seal(&visit.session, SEALED, &serde_json::to_string(self).expect("texts are JSON"))
    }

    /// Read from an address. `None`: it is none of this session.
    pub fn unsealed(visit: &SignedIn, text: &str) -> Option<Self> {
        serde_json::from_str(sealed::unseal(&visit.session, SEALED, text)?.expose()).ok()
    }
}
