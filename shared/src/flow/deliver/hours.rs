//! What a workflow sends outside of the sending hours of its Official Account waits until they begin.
//!
//! It is held as what waits for messages of the month is (`held`): before anything of it was tried. What was tried once goes on, whatever the
//! hour. What the person waits for, such as a receipt, does not wait here, nor does what the team says or tries out.

use super::Deliver;
use super::held::held_for;
use crate::domain::account::CrmAccountKey;
use crate::domain::action::Purpose;
use crate::domain::channel::Channel;
use crate::domain::push::{HeldFor, PushJob, PushOutcome, Sender, Sending, SettlementNote};
use crate::domain::timeline::time_zone;
use crate::ports::PortError;

impl Deliver {
    /// When the hours begin that this job has to wait for, in milliseconds. `None`: it may go now.
    pub(super) async fn waits_for_hours(&self, job: &PushJob, channel: &Channel) -> Result<Option<i64>, PortError> {
        let waits = job.sender == Sender::Workflow && job.purpose == Purpose::Marketing;
        if waits { self.opens_later(&job.account, channel).await } else { Ok(None) }
    }

    /// When the Official Account's hours begin next, by its CRM account's clocks, in milliseconds. `None`: they last, or there are none.
    pub(super) async fn opens_later(
        &self,
        account: &CrmAccountKey,
        channel: &Channel,
    ) -> Result<Option<i64>, PortError> {
        let Some(hours) = &channel.settings.send_hours else { return Ok(None) };
        let now_ms = self.outbox.clock.now_ms();
        let account = self.accounts.find(account).await?;
        let time_zone = time_zone(account.as_ref().map_or("", |account| &account.value.time_zone));
        Ok(hours.next_ms(now_ms, &time_zone).filter(|opens_at_ms| *opens_at_ms > now_ms))
    }

    /// It waits until then; or ends, where its action says that it must go before.
    pub(super) async fn outside_hours(
        &self,
        job: &PushJob,
        sending: Sending,
        opens_at_ms: i64,
    ) -> Result<(), PortError> {
        if job.not_after_ms.is_some_and(|not_after_ms| not_after_ms < opens_at_ms) {
            return self.end_untried(job, PushOutcome::Expired, Some(SettlementNote::NotWithinHours)).await;
        }
        let held_for = HeldFor { hours_at_ms: Some(opens_at_ms), ..held_for(job) };
        let now_ms = self.outbox.clock.now_ms();
        self.hold(job, sending.held(now_ms, held_for), opens_at_ms).await
    }
}
