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
use crate::store::Accounts;

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
    /// The account's first.
    pub const FIRST: Self = Self { number: ProviderNumber::FIRST, is_new: false };
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
    /// Makes fields in the CRM.
    pub set_up: Arc<dyn CrmSetUp>,
}

/// Whether it must be said of which provider this Official Account is: the account knows people of others, and not this one.
pub fn is_asked(account: &CrmAccount, channel: &ChannelId) -> bool {
    !knows(account, channel) && account.free_provider() != Some(ProviderNumber::FIRST)
}

/// The account's Official Accounts, by provider. Those that are disconnected are among them as long as it is known who their people are.
pub fn known_providers(account: &CrmAccount) -> Vec<(ProviderNumber, Vec<&ChannelId>)> {
    let all = || account.channels.iter().chain(&account.former_channels);
    let of = |number| all().filter(|channel| account.provider_of(channel) == number).collect::<Vec<_>>();
    ProviderNumber::ALL.into_iter().map(|number| (number, of(number))).filter(|(_, of)| !of.is_empty()).collect()
}

fn knows(account: &CrmAccount, channel: &ChannelId) -> bool {
    account.channels.contains(channel) || account.former_channels.contains(channel)
}

impl ChooseProvider {
    /// Which provider it is. One that the account knows stays what it is, whatever is said; the first of all needs nobody to say
    /// it. For a new provider fields are made in the CRM. Twice is the same as once.
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
        if !is_asked(&account, channel) {
            let stays = knows(&account, channel).then(|| account.provider_of(channel));
            return Ok(ChosenProvider { number: stays.unwrap_or_default(), ..ChosenProvider::FIRST });
        }
        match said.ok_or(NoProvider::Unsaid)? {
            SaidProvider::Known(number) => {
                let is_known = known_providers(&account).iter().any(|(known, _)| *known == number);
                if is_known { Ok(ChosenProvider { number, is_new: false }) } else { Err(NoProvider::NoSuch) }
            }
            SaidProvider::Another => {
                let number = account.free_provider().ok_or(NoProvider::TooMany)?;
                self.make_fields(account, channel, number).await?;
                Ok(ChosenProvider { number, is_new: true })
            }
        }
    }

    async fn make_fields(
        &self,
        mut account: CrmAccount,
        channel: &ChannelId,
        number: ProviderNumber,
    ) -> Result<(), NoProvider> {
        let workflows_wait = Some(account.capabilities.workflows_wait);
        account.channels.push(channel.clone());
        account.providers.insert(channel.clone(), number);
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
    }
}
