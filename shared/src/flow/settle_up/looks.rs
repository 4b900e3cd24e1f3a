//! Something changed at a contact in the CRM: the link follows.

use super::Payer;
use crate::domain::owed::OwedRow;
use crate::ports::PortError;

impl Payer<'_> {
    pub(super) async fn looks(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        for row in rows {
            self.paid(&row).await?;
        }
        Ok(())
    }
}
