//! Somebody says who a person on LINE is in the CRM: it is recorded, and the dispatcher tells the CRM.
//!
//! The link itself is switched by the dispatcher alone, which works for an account one at a time: so two claims can never
//! half-undo each other, and whoever claims needs nothing of the CRM.

use tracing::info;

use super::load::load_or_new;
use super::outbox::Outbox;
use crate::domain::account::CrmAccountKey;
use crate::domain::activity::Mark;
use crate::domain::channel::Channel;
use crate::domain::claim::Claim;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{EventId, LineUserId};
use crate::domain::outbox::OutboxRow;
use crate::ports::PortError;
use crate::ports::table::{Commit, Write};
use crate::store::journal::write;

/// Records claims.
#[derive(Clone)]
pub struct Link {
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl Link {
    /// Records the claim and that the CRM is to follow, in one transaction. Twice is the same as once; of two different ones
    /// that wait, what [`Claim::after`] says is kept.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn claim(&self, channel: &Channel, user: &LineUserId, claim: &Claim) -> Result<(), PortError> {
        self.claim_for(&channel.account, &ConversationKey::person(&channel.id, user), claim).await
    }

    /// The same, where the account is known and the Official Account was not read.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub(super) async fn claim_for(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        claim: &Claim,
    ) -> Result<(), PortError> {
        let attempt = || async move {
            Ok((self.try_claim(account, key, claim, Vec::new()).await? == Commit::Done).then_some(()))
        };
        self.outbox.retry("claim", attempt).await
    }

    /// Tries once to record the claim, together with what gives the right to it. `Conflict`: somebody changed one of the rows;
    /// look again whether the right still holds. Of a claim from before the person was erased nothing is recorded but that its
    /// right is used up.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub(super) async fn try_claim(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        claim: &Claim,
        right: Vec<Write>,
    ) -> Result<Commit, PortError> {
        let Some((mut state, effects)) = self.change(account, key, claim).await? else {
            return if right.is_empty() { Ok(Commit::Done) } else { self.outbox.journal.commit(right).await };
        };
        state.extend(right);
        let commit = self.outbox.commit(account, state, &effects).await?;
        if commit == Commit::Done {
            info!(channel.id = %key.channel, conversation = key.hash(), by = ?claim.by, "claim.recorded");
        }
        Ok(commit)
    }

    /// `None`: the person was erased after this was said.
    async fn change(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        claim: &Claim,
    ) -> Result<Option<(Vec<Write>, Vec<OutboxRow>)>, PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let mut loaded = load_or_new(&self.outbox.journal, key, account).await?;
        if loaded.erasure.covers(claim.at_ms) {
            return Ok(None);
        }
        let state = &mut loaded.state;
        let waiting = self.outbox.journal.claim(key).await?;
        let version = waiting.as_ref().map_or(0, |waiting| waiting.version);
        if claim.is_friend == Some(true) {
            let sign = Mark::at(claim.at_ms, EventId::new("login"));
            state.value.friendship.observe(&sign, false);
        }
        state.value.profile_wanted |= claim.name.is_none();
        let claim = claim.clone().after(waiting.map(|waiting| waiting.value));
        let mut writes = vec![write::claim(key, &claim, version, now_ms)];
        let effects = state.value.enqueue_sync(now_ms).into_iter().collect();
        writes.extend(loaded.writes());
        Ok(Some((writes, effects)))
    }
}
