//! An identity claim (no claim of a JSON web token): somebody says who a person on LINE is in the CRM. The one dispatcher acts on it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::ContactId;
use super::route::RouteName;

/// An e-mail address as somebody gave it. It is a person's: `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Takes what looks like an address: one `@` with something before it and a name with a dot behind it, at most 254
    /// characters, none of them blank or a control. Lower case: the CRM tells no cases apart. `None`: it does not.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, host) = text.split_once('@')?;
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let named = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
        (plain && !local.is_empty() && named && !host.contains('@') && text.len() <= 254).then_some(Self(text))
    }

    /// The address. Not for logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

/// Who says so. Later ones weigh more where two disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimedBy {
    /// LINE Login or LIFF: the person, who showed an e-mail address at most.
    Login,
    /// A workflow's request named both, and LINE took the message.
    Action,
    /// The CRM: the LINE user ID stands on the contact.
    Preset,
    /// The person, logged in at LINE and at the customer's own site.
    AccountLink,
    /// An operator.
    Operator,
}

impl ClaimedBy {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Login, Self::Action, Self::Preset, Self::AccountLink, Self::Operator];

    /// The spelling in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Action => "action",
            Self::Preset => "preset",
            Self::AccountLink => "account_link",
            Self::Operator => "operator",
        }
    }
}

/// Who the person is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", content = "at", rename_all = "snake_case")]
pub enum Target {
    /// Whoever has the LINE user ID; a new contact where nobody has.
    ByLineUserId,
    /// Whoever has this e-mail address.
    Email(EmailAddress),
    /// This contact.
    Contact(ContactId),
    /// Nobody any more: the two are unlinked.
    Unlinked,
}

impl Target {
    /// Whether it says as much as the other one or more. That there is nobody outlives nothing that is said later, and nothing
    /// outlives it.
    fn is_at_least(&self, other: &Self) -> bool {
        let exact = |target: &Self| match target {
            Self::ByLineUserId => Some(0),
            Self::Email(_) => Some(1),
            Self::Contact(_) => Some(2),
            Self::Unlinked => None,
        };
        matches!((exact(self), exact(other)), (Some(own), Some(others)) if own >= others)
    }
}

/// A claim. At most one waits for each conversation; it is gone when the contact follows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who says so.
    pub by: ClaimedBy,
    /// Who the person is.
    pub target: Target,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Where the person came from.
    #[serde(default)]
    pub route: Option<RouteName>,
    /// The name that LINE Login told; asked from LINE where it told none.
    #[serde(default)]
    pub name: Option<String>,
    /// The picture's address that LINE Login told.
    #[serde(default)]
    pub picture: Option<String>,
    /// Whether LINE says that the person is a friend now.
    #[serde(default)]
    pub is_friend: Option<bool>,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("by", &self.by).field("at_ms", &self.at_ms).finish_non_exhaustive()
    }
}

impl Claim {
    /// A bare claim: who says that the person is whom.
    pub fn new(by: ClaimedBy, target: Target, at_ms: i64) -> Self {
        Self { by, target, at_ms, route: None, name: None, picture: None, is_friend: None }
    }

    /// Whether the person has agreed by an act of their own, so that a contact may be made for them even where follows and
    /// messages make none.
    pub fn allows_creation(&self) -> bool {
        matches!(self.by, ClaimedBy::Login | ClaimedBy::AccountLink | ClaimedBy::Operator)
    }

    /// What to keep of a claim that still waits and this newer one: the newer one, unless the older one is by somebody who
    /// weighs more and says something more exact than the newer one does.
    #[must_use]
    pub fn after(self, waiting: Option<Self>) -> Self {
        match waiting {
            Some(waiting) if waiting.by > self.by && waiting.target.is_at_least(&self.target) => Self {
                by: waiting.by,
                target: waiting.target,
                route: self.route.or(waiting.route),
                name: self.name.or(waiting.name),
                picture: self.picture.or(waiting.picture),
                is_friend: self.is_friend.or(waiting.is_friend),
                at_ms: self.at_ms,
            },
            Some(waiting) => Self { route: self.route.or(waiting.route), ..self },
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_none() {
        for good in ["taro@example.com", " Taro.Y+x@Sub.Example.co.jp "] {
            assert!(EmailAddress::parse(good).is_some(), "{good}");
        }
        for bad in ["", "taro", "@example.com", "taro@", "taro@example", "a b@example.com", "a@b@c.d", "a@b..c", "a@.b"]
        {
            assert!(EmailAddress::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(EmailAddress::parse("Taro@Example.com").map(|address| address.0), Some("taro@example.com".into()));
    }

    #[test]
    fn an_operators_word_outlives_a_login_and_an_unlinking_outlives_nothing() {
        let contact = Target::Contact(ContactId::new("1"));
        let operator = Claim::new(ClaimedBy::Operator, contact.clone(), 1);
        let login = Claim::new(ClaimedBy::Login, Target::ByLineUserId, 2);
        assert_eq!(login.clone().after(Some(operator.clone())).target, contact);
        assert_eq!(operator.clone().after(Some(login.clone())).target, contact);
        let unlink = Claim::new(ClaimedBy::Login, Target::Unlinked, 3);
        assert_eq!(unlink.clone().after(Some(operator)).target, Target::Unlinked);
        assert_eq!(login.clone().after(Some(unlink)).target, Target::ByLineUserId);
        let unlinked = Claim::new(ClaimedBy::Operator, Target::Unlinked, 4);
        assert_eq!(login.after(Some(unlinked)).target, Target::ByLineUserId, "who logs in after having left is back");
    }

    #[test]
    fn of_two_addresses_the_weightier_word_stays_whatever_they_spell() {
        let said = |by, text: &str| Claim::new(by, Target::Email(EmailAddress::parse(text).unwrap()), 1);
        let site = said(ClaimedBy::AccountLink, "aaa@example.com");
        assert_eq!(said(ClaimedBy::Login, "bbb@example.com").after(Some(site.clone())).target, site.target);
    }

    #[test]
    fn a_claim_shows_nobody() {
        let mut claim =
            Claim::new(ClaimedBy::Login, Target::Email(EmailAddress::parse("taro@example.com").unwrap()), 1);
        claim.name = Some("Taro".into());
        assert_eq!(format!("{claim:?}"), "Claim { by: Login, at_ms: 1, .. }");
        assert!(!format!("{:?}", claim.target).contains("taro"));
    }
}
