//! A contact says that its person was answered, wherever that was: a workflow or a person wrote it there.

use jiff::Timestamp;

use super::ReconcileContact;
use crate::domain::properties::LINE_ANSWERED_AT;
use crate::flow::dispatch::links::conversation_of;
use crate::ports::PortError;
use crate::ports::crm::ContactRecord;
use crate::store::journal::write;

impl ReconcileContact<'_> {
    /// What the contact's person said until then waits no more. `false`: somebody changed the conversation first.
    pub(super) async fn hear_of_answer(&self, record: &ContactRecord) -> Result<bool, PortError> {
        let Some(at_ms) = record.properties.get(LINE_ANSWERED_AT).and_then(time) else { return Ok(true) };
        for link in self.links.of_contact(&record.contact).await? {
            let now_ms = self.round.now_ms();
            let Some(mut state) = self.round.state(&conversation_of(&link.value)).await? else { continue };
            if state.value.answered(at_ms, now_ms) {
                let rows = state.value.enqueue_sync(now_ms);
                if !self.round.commit_state(&mut state, rows.iter().map(write::enqueue).collect()).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// A time as CRMs write it: ISO 8601, or milliseconds since 1970.
fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<Timestamp>().ok().map(|at| at.as_millisecond()))
}
