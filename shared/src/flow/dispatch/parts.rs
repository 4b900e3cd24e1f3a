//! One row that holds two pieces of work: each is done as if it lay in the outbox alone, and neither waits for the other.
//!
//! Its parts have no rows of their own. Of each it is kept in mind whether it is over: it is done, or was put off and so has a row by now.
//! Where both are over, the row leaves the outbox. Where one is, the other goes on in a row of its own, which is there before the one of
//! both leaves. Where none is, the row stays as it is. A stop in between finds the row of both, and does again what can be done twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::round::Round;
use crate::domain::outbox::OutboxRow;
use crate::flow::side_by_side::side_by_side;
use crate::ports::PortError;
use crate::ports::table::RowKey;
use crate::store::journal::write;

/// Parts that are being served, by where their rows would lie, and whether each is over.
#[derive(Default)]
pub(super) struct Parts(Mutex<HashMap<RowKey, bool>>);

impl Parts {
    fn known(&self) -> MutexGuard<'_, HashMap<RowKey, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is a part.
    pub(super) fn has(&self, row: &OutboxRow) -> bool {
        self.known().contains_key(&key(row))
    }

    /// What would lie here leaves the outbox. `true`: it is a part, and no row lies there.
    pub(super) fn end(&self, key: &RowKey) -> bool {
        self.known().get_mut(key).map(|is_over| *is_over = true).is_some()
    }
}

/// A row that holds two pieces of work, and each of them.
pub(super) struct Apart {
    row: OutboxRow,
    pub(super) parts: [OutboxRow; 2],
}

impl Round<'_> {
    /// The parts of each row, to be served; until they [end](Self::end_parts).
    pub(super) fn take_apart(&self, rows: Vec<OutboxRow>) -> Vec<Apart> {
        let part = |row: &OutboxRow, effect| OutboxRow { effect, ..row.clone() };
        let apart = rows.into_iter().filter_map(|row| {
            let parts = row.effect.parts()?.map(|effect| part(&row, effect));
            Some(Apart { row, parts })
        });
        let apart: Vec<Apart> = apart.collect();
        self.parts.known().extend(apart.iter().flat_map(|row| &row.parts).map(|part| (key(part), false)));
        apart
    }

    /// Both parts have been served, and their handlers ended so. A failure is the rows' own where one of them stays; else it is found again by
    /// the part that it befell.
    pub(super) async fn end_parts(&self, rows: &[Apart], ends: [Result<(), PortError>; 2]) -> Result<(), PortError> {
        let over: Vec<[bool; 2]> = {
            let mut known = self.parts.known();
            let mut take = |part| known.remove(&key(part)).unwrap_or_default();
            rows.iter().map(|Apart { parts: [first, second], .. }| [take(first), take(second)]).collect()
        };
        side_by_side(rows.iter().zip(&over).map(|(row, over)| self.end_apart(row, *over))).await?;
        let stays = over.contains(&[false, false]);
        for failure in ends.into_iter().filter_map(Result::err) {
            if stays {
                return Err(failure);
            }
            crate::telemetry::log_chain("effect.failed", &failure);
        }
        Ok(())
    }

    async fn end_apart(&self, Apart { row, parts: [first, second] }: &Apart, over: [bool; 2]) -> Result<(), PortError> {
        let goes_on = match over {
            [true, true] => None,
            [false, true] => Some(first),
            [true, false] => Some(second),
            [false, false] => return Ok(()),
        };
        let writes = goes_on.map(write::enqueue).into_iter().chain([write::done(row)]);
        let _ = self.commit(writes.collect()).await?;
        Ok(())
    }
}

/// Where the row of this lies, if there is one.
fn key(row: &OutboxRow) -> RowKey {
    write::done(row).key().clone()
}
