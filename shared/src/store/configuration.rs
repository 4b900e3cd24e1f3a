//! The table of configuration, as it is or remembered for a minute.

use std::sync::{Arc, Mutex, PoisonError};

use super::remembered::{Answer, Remembered};
use crate::ports::table::{Row, RowKey};
use crate::ports::{Clock, PortError, Table};

/// Rows of configuration.
#[derive(Clone)]
pub(super) struct Configuration {
    table: Arc<dyn Table>,
    memory: Option<Arc<Memory>>,
}

/// What was answered in the last minute, absent rows too: a name costs one read a minute, and made-up names drop no other.
struct Memory {
    clock: Arc<dyn Clock>,
    answers: Mutex<Remembered<RowKey, Row>>,
}

impl Configuration {
    pub(super) fn new(table: Arc<dyn Table>) -> Self {
        Self { table, memory: None }
    }

    pub(super) fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { memory: Some(Arc::new(Memory { clock, answers: Mutex::default() })), ..self }
    }

    /// The table itself.
    pub(super) fn table(&self) -> &dyn Table {
        &*self.table
    }

    /// By whose clock answers are remembered. `None`: none are.
    pub(super) fn now_ms(&self) -> Option<i64> {
        self.memory.as_ref().map(|memory| memory.clock.now_ms())
    }

    pub(super) async fn get(&self, key: RowKey) -> Result<Option<Row>, PortError> {
        let Some(memory) = &self.memory else { return self.table.get(&key).await };
        let now_ms = memory.clock.now_ms();
        let answers = || memory.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers().get(&key, now_ms) {
            return Ok(answer.value);
        }
        let row = self.table.get(&key).await?;
        answers().put(key, Answer { value: row.clone(), at_ms: now_ms });
        Ok(row)
    }
}
