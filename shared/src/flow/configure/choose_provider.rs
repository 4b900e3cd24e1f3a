//! Of which LINE provider an Official Account is that is to be connected: no API of LINE's tells, so an operator says it, and
//! the CRM account gets fields for a provider that it has none of yet.

use std::sync::Arc;

use thiserror::Error;

use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::ids::ChannelId;
use crate::domain::provider::ProviderNumber;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::FieldProblem;
use crate::ports::{CrmSetUp, PortError};
use crate::store::{Accounts, Channels};

/// What an operator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidProvider {
    /// One of those that the account's Official Accounts are of.
    Known(ProviderNumber),
    /// One that none of them is of.
    Another,
}

/// Which provider it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenProvider {
    /// Its number.
    pub number: ProviderNumber,
    /// Nobody has had this number until now.
    pub is_new: bool,
}

impl ChosenProvider {
    /// The account's first: of two that are connected at once, one is.
    pub const FIRST: Self = Self { number: ProviderNumber::FIRST, is_new: true };
}

/// Why it is not known, or cannot be had. Nothing is changed at our side; fields that were made in the CRM stay.
#[derive(Debug, Error)]
pub enum NoProvider {
    /// The account knows people of one provider at least, and nobody has said whether it is that one.
    #[error("nobody has said of which LINE provider it is")]
    Unsaid,
    /// None of the account's Official Accounts is of it.
    #[error("the account knows no such provider")]
    NoSuch,
    /// Its people are known as another provider's.
    #[error("its people are known as another provider's")]
    Stays,
    /// There are as many as there can be.
    #[error("there can be no more providers")]
    TooMany,
    /// Fields of the CRM account must be put right first.
    #[error("fields of the CRM account are not as they must be")]
    Fields(Vec<FieldProblem>),
    /// The CRM did not do its part.
    #[error("the CRM did not do its part")]
    Crm(#[from] CrmFailure),
    /// The account cannot be read, or is not there.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Finds out which provider it is.
#[derive(Clone)]
pub struct ChooseProvider {
    /// CRM accounts.
    pub accounts: Accounts,
    /// What is remembered of those that were disconnected.
    pub channels: Channels,
    /// Makes fields in the CRM.
    pub set_up: Arc<dyn CrmSetUp>,
}

/// Whether it must be said of which provider this Official Account is: the account knows people of others, and not this one's.
pub fn is_asked(account: &CrmAccount, channel: &ChannelId) -> bool {
    let knows_others = !account.channels.is_empty() || !account.former_channels.is_empty();
    !account.knows(channel) && knows_others
}

/// The account's Official Accounts, by provider. Those that are disconnected are among them as long as it is known who their people are.
pub fn known_providers(account: &CrmAccount) -> Vec<(ProviderNumber, Vec<&ChannelId>)> {
    let all = || account.channels.iter().chain(&account.former_channels);
    let of = |number| all().filter(|channel| account.provider_of(channel) == number).collect::<Vec<_>>();
    ProviderNumber::ALL.into_iter().map(|number| (number, of(number))).filter(|(_, of)| !of.is_empty()).collect()
}

impl ChooseProvider {
    /// Which provider it is. One whose people are known stays what it is; the first of all needs nobody to say it. For a new provider
    /// fields are made in the CRM. Twice is the same as once.
    ///
    /// # Errors
    /// See [`NoProvider`].
    pub async fn choose(
        &self,
        key: &CrmAccountKey,
        channel: &ChannelId,
        said: Option<SaidProvider>,
    ) -> Result<ChosenProvider, NoProvider> {
        let absent = || PortError::permanent("the CRM account", "it is not connected");
        let account = self.accounts.find(key).await?.ok_or_else(absent)?.value;
        let left = self.channels.former(channel).await?.filter(|left| left.account == *key && left.keeps_links);
        let stays = account.knows(channel).then(|| account.provider_of(channel)).or(left.map(|left| left.provider));
        if let Some(number) = stays {
            let is_so = match said {
                None => true,
                Some(SaidProvider::Known(said)) => said == number,
                // Said again of one that is the only one of it.
                Some(SaidProvider::Another) => {
                    let known = known_providers(&account);
                    !known.iter().any(|(of, all)| *of == number && all.iter().any(|other| *other != channel))
                }
            };
            // An account that was connected anew has the fields of the first alone.
            self.make_fields(&account, channel, number).await?;
            return if is_so { Ok(ChosenProvider { number, is_new: false }) } else { Err(NoProvider::Stays) };
        }
        if !is_asked(&account, channel) {
            return Ok(ChosenProvider::FIRST);
        }
        match said.ok_or(NoProvider::Unsaid)? {
            SaidProvider::Known(number) => {
                let is_known = known_providers(&account).iter().any(|(known, _)| *known == number);
                if is_known { Ok(ChosenProvider { number, is_new: false }) } else { Err(NoProvider::NoSuch) }
            }
            SaidProvider::Another => {
                let number = account.free_provider().ok_or(NoProvider::TooMany)?;
                self.make_fields(&account, channel, number).await?;
                Ok(ChosenProvider { number, is_new: true })
            }
        }
    }

    /// The first one's are made with the account.
    async fn make_fields(
        &self,
        account: &CrmAccount,
        channel: &ChannelId,
        number: ProviderNumber,
    ) -> Result<(), NoProvider> {
        if number == ProviderNumber::FIRST || account.providers().contains(&number) {
            return Ok(());
        }
        let workflows_wait = Some(account.capabilities.workflows_wait);
        // No other provider's are looked at: each takes a call.
        let account = CrmAccount {
            channels: vec![channel.clone()],
            providers: [(channel.clone(), number)].into(),
            ..account.clone()
        };
        let problems = self.set_up.make_ready(&account, workflows_wait).await?.fields.problems;
        if problems.is_empty() { Ok(()) } else { Err(NoProvider::Fields(problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::CrmKind;
    use crate::domain::ids::{CrmAccountId, CrmAppId};
    use crate::domain::language::Language;

    #[test]
    fn it_is_asked_only_where_the_account_knows_somebody_and_not_this_one() {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let mut account = CrmAccount::new(key, CrmAppId::new("a"), Language::English, "UTC");
        let (known, new) = (ChannelId::new("1"), ChannelId::new("2"));
        assert!(!is_asked(&account, &new), "the first of all");
        account.channels.push(known.clone());
        assert!(is_asked(&account, &new) && !is_asked(&account, &known));
        account.channels.clear();
        account.former_channels.insert(known.clone());
        assert!(is_asked(&account, &new) && !is_asked(&account, &known), "its people are known still");
        assert_eq!(known_providers(&account), [(ProviderNumber::FIRST, vec![&known])]);
        account.providers.insert(known.clone(), ProviderNumber::ALL[1]);
        assert!(is_asked(&account, &new), "those of the first are gone");
    }
}
