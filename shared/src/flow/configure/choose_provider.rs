//! Of which LINE provider an Official Account is that is to be connected: no API of LINE's tells, so an operator says it, and
//! the CRM account gets fields for a provider that it has none of yet.

use std::sync::Arc;

use thiserror::Error;

use super::change_account::ChangeAccount;
use super::change_error::ChangeError;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::channel::FormerChannel;
use crate::domain::ids::ChannelId;
use crate::domain::provider::ProviderNumber;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::FieldProblem;
use crate::ports::{CrmSetUp, PortError};
use crate::store::Channels;

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

/// Why it is not known, or cannot be had. The Official Account is not connected by it; what was decided before the CRM refused is kept,
/// and so are fields that were made there.
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
    pub accounts: ChangeAccount,
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
    /// Which provider it is. One whose people are known stays what it is; the first of all needs nobody to say it. The answer stands in
    /// the account's row before anything of the Official Account does, so that nothing of it is taken for another provider's; for a
    /// new provider fields are made in the CRM. Twice is the same as once, and after a failure in between a second call goes on.
    ///
    /// # Errors
    /// See [`NoProvider`].
    pub async fn choose(
        &self,
        key: &CrmAccountKey,
        channel: &ChannelId,
        said: Option<SaidProvider>,
    ) -> Result<ChosenProvider, NoProvider> {
        let left = self.channels.former(channel).await?.filter(|left| left.account == *key && left.keeps_links);
        let account = self.accounts.change(key, |account| decide(account, channel, left.as_ref(), said)).await;
        let account = account.map_err(|error| match error {
            ChangeError::Absent => PortError::permanent("the CRM account", "it is not connected").into(),
            ChangeError::Refused(why) => why,
            ChangeError::Contended(contended) => NoProvider::Port(contended.into()),
            ChangeError::Port(error) => error.into(),
        })?;
        let number = account.provider_of(channel);
        self.make_fields(&account, channel, number).await?;
        Ok(ChosenProvider { number, is_new: !account.knows(channel) && !account.others_are_of(number, channel) })
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

/// What the account's row says from now on. `left`: the Official Account was disconnected from the account, perhaps in a row that is
/// gone since, and its links were kept.
fn decide(
    account: &mut CrmAccount,
    channel: &ChannelId,
    left: Option<&FormerChannel>,
    said: Option<SaidProvider>,
) -> Result<(), NoProvider> {
    if let Some(left) = left.filter(|_| !account.knows(channel)) {
        if account.others_are_of(left.provider, channel) && said != Some(SaidProvider::Known(left.provider)) {
            return Err(NoProvider::Stays);
        }
        account.former_channels.insert(channel.clone());
        account.set_provider(channel, left.provider);
    }
    if account.knows(channel) {
        let number = account.provider_of(channel);
        return match said {
            Some(SaidProvider::Known(said)) if said != number => Err(NoProvider::Stays),
            // Said again of the only one of it, it is so.
            Some(SaidProvider::Another) if account.others_are_of(number, channel) => Err(NoProvider::Stays),
            _ => Ok(()),
        };
    }
    if !is_asked(account, channel) {
        account.set_provider(channel, ProviderNumber::FIRST);
        return Ok(());
    }
    let number = match said.ok_or(NoProvider::Unsaid)? {
        SaidProvider::Known(number) if account.others_are_of(number, channel) => number,
        SaidProvider::Known(_) => return Err(NoProvider::NoSuch),
        SaidProvider::Another => {
            let own = account.providers.get(channel).copied();
            let own = own.filter(|own| *own != ProviderNumber::FIRST && !account.others_are_of(*own, channel));
            own.or(account.free_provider()).ok_or(NoProvider::TooMany)?
        }
    };
    account.set_provider(channel, number);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::CrmKind;
    use crate::domain::ids::{CrmAccountId, CrmAppId};
    use crate::domain::language::Language;

    #[test]
    fn whoever_says_otherwise_of_one_whose_people_are_gone_is_believed_and_no_number_is_given_anew() {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let mut account = CrmAccount::new(key, CrmAppId::new("a"), Language::English, "UTC");
        let [a, b, c] = ["1", "2", "3"].map(ChannelId::new);
        let [first, second, third, ..] = ProviderNumber::ALL;
        let another = Some(SaidProvider::Another);
        let says = |account: &mut CrmAccount, channel: &ChannelId, said| {
            decide(account, channel, None, said).map(|()| account.provider_of(channel))
        };
        assert_eq!(says(&mut account, &a, another).unwrap(), first, "the first of all");
        account.channels.push(a.clone());
        assert!(matches!(says(&mut account, &b, None), Err(NoProvider::Unsaid)));
        // Said again before it is connected, it is the same; so it is afterwards.
        for is_connected in [false, false, true] {
            account.channels.extend(is_connected.then(|| b.clone()));
            assert_eq!(says(&mut account, &b, another).unwrap(), second);
        }
        assert!(matches!(says(&mut account, &b, Some(SaidProvider::Known(first))), Err(NoProvider::Stays)));
        account.channels.pop();
        assert_eq!(says(&mut account, &b, Some(SaidProvider::Known(first))).unwrap(), first, "nobody is known by it");
        account.channels.push(b.clone());
        assert!(matches!(says(&mut account, &b, another), Err(NoProvider::Stays)), "the first is not its own");
        assert!(matches!(says(&mut account, &c, Some(SaidProvider::Known(second))), Err(NoProvider::NoSuch)));
        assert_eq!(says(&mut account, &c, another).unwrap(), third, "what stands in the second's fields is not theirs");
    }

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
