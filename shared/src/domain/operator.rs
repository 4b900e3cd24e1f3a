//! Operators: people who may use the console, each of one CRM account.
//!
//! There are no passwords: somebody who may invites them, and whoever opens the one-time address first is the one who was
//! invited.

pub mod audit;
pub mod hand_over;
pub mod session;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use self::audit::Actor;
use super::account::CrmAccountKey;
use super::ids::{ChannelId, OperatorId, fingerprint};

/// What an operator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// People, chat and sends.
    Member,
    /// Everything: settings, secrets, erasing, and who else may use the console.
    Admin,
}

impl Role {
    /// All of them, the one that may least first.
    pub const ALL: [Self; 2] = [Self::Member, Self::Admin];

    /// The spelling in forms, on the command line and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }

    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How an operator is called among their own: 1 to 60 characters, none of them a control character, no space at either end.
/// Within an account it names one operator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperatorName(String);

impl OperatorName {
    /// No name has more characters.
    pub const MAX_CHARS: usize = 60;

    /// Reads a name as a person typed it. `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_name = (1..=Self::MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        is_name.then(|| Self(text.to_owned()))
    }

    /// The text. Not for logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorName(..)")
    }
}

/// Somebody who may use the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Names them in all of Musubi.
    pub id: OperatorId,
    /// Of this CRM account, and of nothing else.
    pub account: CrmAccountKey,
    /// How they are called.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// The Official Accounts that they may see. `None`: all of the CRM account's.
    #[serde(default)]
    pub channels: Option<BTreeSet<ChannelId>>,
    /// Since when they may, in milliseconds: no session from before holds.
    pub since_ms: i64,
}

impl Operator {
    /// Whether they may see this Official Account of their CRM account.
    pub fn sees(&self, channel: &ChannelId) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(channel))
    }

    /// Whether they see all of these (`None`: all that there are). Nobody lets somebody see more than they see themselves, or
    /// decides about somebody who sees more.
    pub fn covers(&self, channels: Option<&BTreeSet<ChannelId>>) -> bool {
        match (&self.channels, channels) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(channels)) => channels.is_subset(own),
        }
    }

    /// As the list of what was done names them.
    pub fn actor(&self) -> Actor {
        Actor::Operator { id: self.id.clone(), name: self.name.clone() }
    }

    /// Whether they may do what this role may.
    pub fn is(&self, role: Role) -> bool {
        self.role >= role
    }
}

/// Who is meant by a name within a CRM account.
pub fn operator_id(account: &CrmAccountKey, name: &OperatorName) -> OperatorId {
    OperatorId::new(fingerprint(&["operator", &account.to_string(), name.expose()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_list_can_show_in_one_line() {
        for (text, name) in [
            (" 佐藤 花子 ", Some("佐藤 花子")),
            ("", None),
            ("  ", None),
            ("a\nb", None),
            (&"あ".repeat(60), Some(&*"あ".repeat(60))),
            (&"あ".repeat(61), None),
        ] {
            assert_eq!(OperatorName::parse(text).as_ref().map(OperatorName::expose), name, "{text:?}");
        }
    }

    #[test]
    fn an_admin_may_what_a_member_may_and_not_the_other_way_round() {
        assert!(Role::Admin > Role::Member);
        assert!(Role::ALL.into_iter().all(|role| Role::parse(role.as_str()) == Some(role)));
        assert_eq!(Role::parse("owner"), None);
    }

    #[test]
    fn nobody_covers_more_than_they_see() {
        let only = |ids: &[&str]| Some(ids.iter().map(|id| ChannelId::new(*id)).collect::<BTreeSet<_>>());
        let account = CrmAccountKey {
            kind: crate::domain::account::CrmKind::HubSpot,
            id: super::super::ids::CrmAccountId::new("1"),
        };
        let name = OperatorName::parse("a").unwrap();
        assert!(OperatorId::is_well_formed(operator_id(&account, &name).as_str()));
        let of = |channels| {
            let id = operator_id(&account, &name);
            Operator { id, account: account.clone(), name: name.clone(), role: Role::Admin, channels, since_ms: 0 }
        };
        for (own, others, covers) in [
            (None, None, true),
            (None, only(&["1"]), true),
            (only(&["1", "2"]), only(&["1"]), true),
            (only(&["1"]), only(&["1"]), true),
            (only(&["1"]), only(&["1", "2"]), false),
            (only(&["1"]), None, false),
        ] {
            assert_eq!(of(own.clone()).covers(others.as_ref()), covers, "{own:?} {others:?}");
        }
    }
}
