//! The CRM's own inbox, in which a team reads and answers people of several channels (HubSpot: a custom channel).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{CrmAccountId, InboxAccountId, InboxChannelId, InboxMessageId, LineUserId, fingerprint};

/// Where an Official Account's talks are in the inbox of its CRM account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmInbox {
    /// Our channel, the same for all accounts of an app.
    pub channel: InboxChannelId,
    /// The Official Account in it.
    pub account: InboxAccountId,
}

/// What became of an Official Account's place in the inbox, when it was to be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxEnd {
    /// It had none.
    NotThere,
    /// Nobody can write from there any more; what was said stays.
    Closed,
    /// The CRM does not let us close it: a person must do it there.
    Refused,
    /// The CRM did not answer: it may be closed, and another try may close it.
    Unknown,
}

/// Something that somebody of the team wrote in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// In which channel.
    pub channel: InboxChannelId,
    /// Which message.
    pub message: InboxMessageId,
}

/// Our channel in an app's inbox, and who may tell us of what the team writes in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppInbox {
    /// The channel.
    pub channel: InboxChannelId,
    /// Of the secret in the address that the CRM calls: [`CallToken::hash`]; of the one before, too, which the CRM may still call. The
    /// secret itself lies with the CRM alone.
    pub token_hashes: Vec<String>,
    /// How the address begins that the CRM was told, before the secret in it. `None`: it was told by a version that kept no note of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_base: Option<String>,
}

impl AppInbox {
    /// The CRM is about to be told this secret: it is good beside the one that the CRM knows, however often that fails.
    pub fn about_to_tell(&self, token: &CallToken) -> Self {
        let known = self.token_hashes.first().cloned();
        Self { token_hashes: known.into_iter().chain([token.hash()]).collect(), ..self.clone() }
    }

    /// The CRM knows it, behind this base; the one before stays good until the next one.
    pub fn told(channel: InboxChannelId, token: &CallToken, call_base: &str, before: Option<&Self>) -> Self {
        let new = token.hash();
        let old = before.and_then(|before| before.token_hashes.iter().find(|hash| **hash != new)).cloned();
        let token_hashes = std::iter::once(new).chain(old).collect();
        Self { channel, token_hashes, call_base: Some(call_base.to_owned()) }
    }
}

/// The secret in the address that a CRM calls when somebody writes in its inbox. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CallToken(String);

impl CallToken {
    /// A new one, out of randomness: 256 bits of it.
    pub fn of(random: [u8; 32]) -> Self {
        Self(hex::encode(random))
    }

    /// Reads what stands in an address. `None`: no secret of ours looks like that.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (text.len() == 64 && is_hex).then(|| Self(text.to_owned()))
    }

    /// What is stored of it. A secret of 256 bits cannot be found by its hash.
    pub fn hash(&self) -> String {
        fingerprint(&["inbox call", &self.0])
    }

    /// As it stands in the address.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallToken(..)")
    }
}

/// What somebody wrote in a CRM's inbox, as the CRM tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxPost {
    /// In which of the CRM's accounts.
    pub portal: CrmAccountId,
    /// Which message.
    pub message: InboxMessage,
    /// To people of which Official Account.
    pub account: InboxAccountId,
    /// To whom. `None`: the CRM does not name them.
    pub to: Option<LineUserId>,
    /// By whom.
    pub by: InboxAuthor,
    /// The words; may be none.
    pub text: String,
    /// Files are attached.
    pub has_files: bool,
    /// When it was written, in milliseconds, where the CRM says.
    pub at_ms: Option<i64>,
}

impl fmt::Debug for InboxPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxPost").field("message", &self.message).finish_non_exhaustive()
    }
}

/// Who wrote something in a CRM's inbox. `Debug` names nobody.
#[derive(Clone, PartialEq, Eq)]
pub enum InboxAuthor {
    /// A person of the team, called so, where the CRM says.
    Person(Option<String>),
    /// Anybody else: a bot, a rule.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_that_the_crm_knows_stays_good_however_often_it_cannot_be_told_another() {
        let [first, second, third] = [1, 2, 3].map(|byte| CallToken::of([byte; 32]));
        let channel = InboxChannelId::new("1");
        let known = AppInbox::told(channel.clone(), &first, "https://a/", None);
        let tried = known.about_to_tell(&second).about_to_tell(&third);
        assert_eq!(tried.token_hashes, [first.hash(), third.hash()]);
        let told = AppInbox::told(channel, &third, "https://b/", Some(&tried));
        assert_eq!(told.token_hashes, [third.hash(), first.hash()]);
        assert_eq!((tried.call_base.as_deref(), told.call_base.as_deref()), (Some("https://a/"), Some("https://b/")));
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_shown_to_nobody() {
        let token = CallToken::of([0xab; 32]);
        assert!(CallToken::parse(token.expose()).is_some_and(|read| read == token));
        assert!(CallToken::parse("ab").is_none() && CallToken::parse(&"A".repeat(64)).is_none());
        assert_eq!(format!("{token:?}"), "CallToken(..)");
    }
}
