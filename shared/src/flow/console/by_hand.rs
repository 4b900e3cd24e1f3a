//! An operator says what no API shows, or begins a test registration.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::ChangeSettings;
use crate::domain::channel::{Channel, HandSwitch};
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::configure::change_error::ChangeError;

impl ChangeSettings {
    /// The operator says that switches of LINE's are set, or are not, one after the other. Twice is the same as once, in twice
    /// the lines of the list.
    ///
    /// # Errors
    /// As [`of_channel`](Self::of_channel); that switch and those after it stand as they did.
    pub async fn set_by_hand(
        &self,
        by: &Operator,
        id: &ChannelId,
        switches: &BTreeSet<HandSwitch>,
        is_set: bool,
    ) -> Result<(), ChangeError<Infallible>> {
        for &switch in switches {
            let set = |channel: &mut Channel| {
                let all = &mut channel.connecting.by_hand;
                let _ = if is_set { all.insert(switch) } else { all.remove(&switch) };
                Ok(())
            };
            self.change_noted(by, id, Deed::SetByHand { id: id.clone(), switch, is_set }, set).await?;
        }
        Ok(())
    }

    /// A test registration begins now; the one before, if it is still open, is over. A second call begins another one.
    ///
    /// # Errors
    /// As [`of_channel`](Self::of_channel); nothing is changed then.
    pub async fn begin_trial(&self, by: &Operator, id: &ChannelId) -> Result<(), ChangeError<Infallible>> {
        let now_ms = self.console.clock.now_ms();
        let begin = |channel: &mut Channel| {
            channel.connecting.trial_began_at_ms = Some(now_ms);
            Ok(())
        };
        self.change_noted(by, id, Deed::BeganTrial { id: id.clone() }, begin).await
    }

    /// All of a test registration was seen. Of what was seen already, nothing changes; a test begun again takes nothing back.
    ///
    /// # Errors
    /// As [`of_channel`](Self::of_channel); nothing is changed then.
    pub async fn pass_trial(&self, by: &Operator, channel: &Channel) -> Result<(), ChangeError<Infallible>> {
        if channel.connecting.trial_passed_at_ms.is_some() {
            return Ok(());
        }
        let now_ms = self.console.clock.now_ms();
        let pass = |channel: &mut Channel| {
            channel.connecting.trial_passed_at_ms.get_or_insert(now_ms);
            Ok(())
        };
        self.change_noted(by, &channel.id, Deed::PassedTrial { id: channel.id.clone() }, pass).await
    }
}
