//! Identifiers: one newtype each, saying where it is unique.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a text identifier: how it is made, kept and read.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $(#[$text_doc:meta])* $text:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; where it came from has checked it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            $(#[$text_doc])*
            pub fn $text(&self) -> &str {
                &self.0
            }
        }
    };
}

/// Declares a text identifier that may be shown in logs.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        text_id!($(#[$doc])* $name, /** The text. */ as_str);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Declares an identifier of a person: it never appears in a log, an error or `Debug`.
macro_rules! private_id {
    ($(#[$doc:meta])* $name:ident) => {
        text_id!($(#[$doc])* $name, /** The text. Not for logs. */ expose);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

id! {
    /// A Messaging API channel, which is one LINE Official Account. Digits; unique in LINE.
    ChannelId
}
id! {
    /// A LINE Login channel. Digits; unique in LINE. Another channel than the Messaging API's, of the same provider.
    LoginChannelId
}
id! {
    /// A LIFF app of a LINE Login channel. Unique in LINE.
    LiffId
}
id! {
    /// A customer's app in a CRM (HubSpot: the app ID). Unique per [`CrmKind`](super::account::CrmKind).
    CrmAppId
}
id! {
    /// One customer's instance of a CRM (HubSpot: the portal ID). Unique per [`CrmKind`](super::account::CrmKind).
    CrmAccountId
}
id! {
    /// A contact's record ID. Unique per CRM account; a merge may give a new one.
    ContactId
}
id! {
    /// LINE's `webhookEventId` (a ULID), or a hash of the event where LINE sent none. Unique per channel.
    EventId
}
id! {
    /// LINE's message ID: digits, as text. Unique in LINE.
    MessageId
}
id! {
    /// The CRM's name for one execution of a workflow action. Unique per CRM account.
    CallbackId
}
id! {
    /// A note's record ID. Unique per CRM account.
    NoteId
}
id! {
    /// A file's ID in the CRM's own file store. Unique per CRM account.
    FileId
}
id! {
    /// A task's record ID. Unique per CRM account.
    TaskId
}
id! {
    /// Our channel in a CRM's inbox (HubSpot: a custom channel). Digits; unique per CRM.
    InboxChannelId
}
id! {
    /// An Official Account in that channel (HubSpot: a channel account). Digits; unique per CRM.
    InboxAccountId
}
id! {
    /// A message in a CRM's inbox. Unique per channel.
    InboxMessageId
}
id! {
    /// Somebody who may use the console. A hash of the CRM account and their name in it; unique in Musubi.
    OperatorId
}
private_id! {
    /// A person who works in the CRM (HubSpot: the user ID). Unique per CRM account.
    CrmUserId
}
private_id! {
    /// A person on LINE: `U` and 32 hex digits. Unique per LINE *provider*, not in all of LINE.
    LineUserId
}
private_id! {
    /// The `userId` of the Official Account itself, which LINE puts in `destination`.
    BotUserId
}

impl OperatorId {
    /// Whether the text can be an operator's ID at all: a hash as [`fingerprint`] writes it.
    pub fn is_well_formed(text: &str) -> bool {
        text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

impl ChannelId {
    /// Whether the text can be a channel ID at all: digits, and not more than a number has. LINE's have ten today.
    pub fn is_well_formed(text: &str) -> bool {
        (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    }
}

impl CrmAppId {
    /// Whether the text can be an app's name in our addresses at all: up to 64 letters, digits, `-` and `_`, as the command
    /// line takes them.
    pub fn is_well_formed(text: &str) -> bool {
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }
}

impl LineUserId {
    /// Whether the text has the shape LINE documents for a user ID.
    pub fn is_well_formed(text: &str) -> bool {
        text.len() == 33
            && text.starts_with('U')
            && text[1..].bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

/// Hashes parts so that no part can run into its neighbour: each is preceded by its length.
/// For keys whose parts a caller can choose.
pub fn fingerprint(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_u_and_32_lower_hex_digits() {
        assert!(LineUserId::is_well_formed("U0123456789abcdef0123456789abcdef"));
        for bad in [
            "",
            "U",
            "u0123456789abcdef0123456789abcdef",
            "U0123456789ABCDEF0123456789abcdef",
            "U0123456789abcdef0123456789abcde\u{e9}",
        ] {
            assert!(!LineUserId::is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn a_channel_id_is_digits() {
        assert!(ChannelId::is_well_formed("1657000001"));
        for bad in ["", " 1", "1x", "１", &"1".repeat(21)] {
            assert!(!ChannelId::is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn an_app_is_named_in_letters_digits_and_two_signs() {
        for good in ["musubi", "5000001", "shop-2_b", &"a".repeat(64)] {
            assert!(CrmAppId::is_well_formed(good), "{good}");
        }
        for bad in ["", "a/b", "a.b", " a", "ａ", "a\u{0}", &"a".repeat(65)] {
            assert!(!CrmAppId::is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn parts_of_a_fingerprint_do_not_run_together() {
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
    }

    #[test]
    fn a_person_is_not_in_debug() {
        assert_eq!(format!("{:?}", LineUserId::new("U1")), "LineUserId(..)");
    }
}
