//! A CRM account: one customer's instance of a CRM, and what it can do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::consent::Consent;
use super::ids::{ChannelId, CrmAccountId, CrmAppId};
use super::language::Language;
use super::provider::ProviderNumber;
use super::token_property;

/// Which CRM. Stored, and spelled in URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CrmKind {
    /// HubSpot.
    HubSpot,
    /// Of the tests, which hold that another CRM is a folder and an arm. Never shipped.
    #[cfg(feature = "toy-crm")]
    Toy,
}

impl CrmKind {
    /// All that this build knows.
    pub const ALL: &[Self] = &[
        Self::HubSpot,
        #[cfg(feature = "toy-crm")]
        Self::Toy,
    ];

    /// The spelling in URLs, keys and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HubSpot => "hubspot",
            #[cfg(feature = "toy-crm")]
            Self::Toy => "toy",
        }
    }
}

impl FromStr for CrmKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "hubspot" => Ok(Self::HubSpot),
            #[cfg(feature = "toy-crm")]
            "toy" => Ok(Self::Toy),
            _ => Err(()),
        }
    }
}

/// Names one CRM account in all of Musubi.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CrmAccountKey {
    /// Which CRM.
    pub kind: CrmKind,
    /// The account in it.
    pub id: CrmAccountId,
}

impl fmt::Display for CrmAccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}

impl fmt::Debug for CrmAccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a CRM account can do, as found when it was set up. Data, so that no flow asks which CRM it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// A workflow may wait for our answer (HubSpot: the scope `automation` was granted).
    pub workflows_wait: bool,
    /// Notes and tasks take a unique property of ours, so that writing one twice makes one.
    /// Unverified for HubSpot; probed at set-up.
    pub unique_keys: bool,
}

/// As what conversations stand on a contact's timeline.
///
/// While a change takes effect, an entry whose first try had no answer may be written as both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineSurface {
    /// Notes: anybody's, and they can be edited.
    #[default]
    Notes,
    /// Events of our app, which nobody can change. HubSpot: app events, which need its approval and an app that is distributed
    /// on the marketplace.
    AppEvents {
        /// The CRM's full name of the event's type (HubSpot: `fullyQualifiedName`).
        event_type: String,
    },
}

/// What becomes of a message with another system's token in it that nobody filled in, such as `{{ contact.firstname }}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnfilledTokens {
    /// It is refused in words.
    #[default]
    Refuse,
    /// It is sent as it is written: somebody means it.
    Send,
}

/// A connected CRM account and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmAccount {
    /// Its name in Musubi.
    pub key: CrmAccountKey,
    /// The customer's app, whose secret signs what the CRM sends.
    pub app: CrmAppId,
    /// The language of labels and reasons.
    pub language: Language,
    /// IANA name, for times that people read.
    pub time_zone: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// As what conversations are written.
    #[serde(default)]
    pub surface: TimelineSurface,
    /// Contact properties that its app's workflow action asks for, beside [`token_property::ALWAYS`]: tokens may stand for them.
    #[serde(default)]
    pub token_properties: BTreeSet<String>,
    /// What becomes of tokens that nobody filled in.
    #[serde(default)]
    pub unfilled_tokens: UnfilledTokens,
    /// Without this no workflow sends marketing to a contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Its Official Accounts. An action that names none uses the only one.
    pub channels: Vec<ChannelId>,
    /// Official Accounts that are being disconnected, or were, and of which it is still known which contact is whom.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former_channels: BTreeSet<ChannelId>,
    /// Of which LINE provider each is that was ever connected, or is about to be; whoever is not named is of the first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub providers: BTreeMap<ChannelId, ProviderNumber>,
    /// Numbers of which something may still stand in the CRM, and that nobody is of any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former_providers: BTreeSet<ProviderNumber>,
    /// How long a message may wait before its first attempt, in milliseconds (24 hours).
    #[serde(default = "day_ms")]
    pub send_limit_ms: i64,
    /// How long a workflow waits for the outcome, in milliseconds (49 hours: the send limit,
    /// 23 hours of retries with LINE's key, and time to tell).
    #[serde(default = "block_ms")]
    pub block_expiry_ms: i64,
}

const fn day_ms() -> i64 {
    24 * 3_600_000
}

const fn block_ms() -> i64 {
    49 * 3_600_000
}

impl CrmAccount {
    /// An account with the settings a new one gets.
    pub fn new(key: CrmAccountKey, app: CrmAppId, language: Language, time_zone: &str) -> Self {
        Self {
            key,
            app,
            language,
            time_zone: time_zone.to_owned(),
            capabilities: Capabilities::default(),
            surface: TimelineSurface::default(),
            token_properties: BTreeSet::new(),
            unfilled_tokens: UnfilledTokens::default(),
            consent: None,
            channels: Vec::new(),
            former_channels: BTreeSet::new(),
            providers: BTreeMap::new(),
            former_providers: BTreeSet::new(),
            send_limit_ms: day_ms(),
            block_expiry_ms: block_ms(),
        }
    }

    /// Whether the CRM is asked for this contact property with each action.
    pub fn asks_for(&self, property: &str) -> bool {
        token_property::ALWAYS.iter().any(|(name, ..)| *name == property) || self.token_properties.contains(property)
    }

    /// Of which LINE provider an Official Account is.
    pub fn provider_of(&self, channel: &ChannelId) -> ProviderNumber {
        self.providers.get(channel).copied().unwrap_or_default()
    }

    /// Its Official Accounts of one LINE provider.
    pub fn channels_of(&self, provider: ProviderNumber) -> impl Iterator<Item = &ChannelId> {
        self.channels.iter().filter(move |channel| self.provider_of(channel) == provider)
    }

    /// The LINE providers of its Official Accounts, ascending. The first is always among them: its fields are made with the account.
    pub fn providers(&self) -> BTreeSet<ProviderNumber> {
        let of_channels = self.channels.iter().map(|channel| self.provider_of(channel));
        of_channels.chain([ProviderNumber::FIRST]).collect()
    }

    /// Those whose fields may still say something, ascending: of Official Accounts that are disconnected, too.
    pub fn providers_ever(&self) -> BTreeSet<ProviderNumber> {
        let mut all = self.providers();
        all.extend(self.providers.values());
        all.extend(&self.former_providers);
        all
    }

    /// Whether it is known who the Official Account's people are: it is connected, or was and its links were kept.
    pub fn knows(&self, channel: &ChannelId) -> bool {
        self.channels.contains(channel) || self.former_channels.contains(channel)
    }

    /// A further number, that no provider ever had in this account's row. `None`: there can be no more.
    pub fn free_provider(&self) -> Option<ProviderNumber> {
        let had = self.providers_ever();
        ProviderNumber::ALL.into_iter().find(|number| !had.contains(number))
    }

    /// The Official Account is of this provider from now on. What it was said to be of before is remembered.
    pub fn set_provider(&mut self, channel: &ChannelId, number: ProviderNumber) {
        let before = self.providers.insert(channel.clone(), number);
        self.former_providers.extend(before.filter(|before| *before != number));
    }

    /// Whether another Official Account whose people are known is of this provider.
    pub fn others_are_of(&self, number: ProviderNumber, channel: &ChannelId) -> bool {
        let mut others = self.channels.iter().chain(&self.former_channels).filter(|other| *other != channel);
        others.any(|other| self.provider_of(other) == number)
    }

    /// The latest first attempt of something accepted now: the limit, and always 10 minutes
    /// before the workflow stops waiting.
    pub fn send_by_ms(&self, accepted_at_ms: i64) -> i64 {
        accepted_at_ms + self.send_limit_ms.min(self.block_expiry_ms - 600_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_from_before_there_were_choices_has_notes_and_refuses_unfilled_tokens() {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let account = CrmAccount::new(key, CrmAppId::new("a"), Language::English, "UTC");
        let mut stored = serde_json::to_value(&account).expect("an account is JSON");
        for (name, value) in [
            ("surface", "notes".into()),
            ("token_properties", serde_json::json!([])),
            ("unfilled_tokens", "refuse".into()),
        ] {
            assert_eq!(stored.as_object_mut().and_then(|row| row.remove(name)), Some(value), "{name}");
        }
        assert_eq!(serde_json::from_value::<CrmAccount>(stored).expect("it reads"), account);
    }

    #[test]
    fn a_provider_keeps_its_number_as_long_as_anybody_is_known_by_it() {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let mut account = CrmAccount::new(key, CrmAppId::new("a"), Language::English, "UTC");
        let [first, second, third, ..] = ProviderNumber::ALL;
        assert_eq!((account.free_provider(), account.providers()), (Some(second), [first].into()));
        let (a, b, c) = (ChannelId::new("1"), ChannelId::new("2"), ChannelId::new("3"));
        account.channels = vec![a.clone(), b.clone(), c.clone()];
        account.providers = [(b.clone(), second)].into();
        assert_eq!(account.channels_of(first).collect::<Vec<_>>(), [&a, &c]);
        assert_eq!((account.free_provider(), account.providers()), (Some(third), [first, second].into()));
        account.channels.retain(|channel| *channel != b);
        account.former_channels.insert(b.clone());
        assert_eq!((account.free_provider(), account.provider_of(&b)), (Some(third), second));
        account.former_channels.clear();
        assert_eq!(account.free_provider(), Some(third), "what stands in its fields may be the other company's");
        assert_eq!((account.providers(), account.providers_ever()), ([first].into(), [first, second].into()));
        account.set_provider(&b, third);
        assert_eq!(
            account.providers_ever(),
            [first, second, third].into(),
            "the second's fields may name somebody still"
        );
        assert_eq!(account.free_provider(), Some(ProviderNumber::ALL[3]));
    }
}
