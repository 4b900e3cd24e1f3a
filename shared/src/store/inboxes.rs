//! Apps' channels in their CRM's inbox, as configured: they lie in the table of configuration.

use std::sync::Arc;

use super::configuration::Configuration;
use crate::domain::account::CrmKind;
use crate::domain::crm_inbox::AppInbox;
use crate::domain::ids::CrmAppId;
use crate::ports::table::{Commit, Precondition, RowKey, Versioned, Write};
use crate::ports::{Clock, PortError, Table};

/// Apps' channels in their CRM's inbox.
#[derive(Clone)]
pub struct Inboxes {
    rows: Configuration,
}

impl Inboxes {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self { rows: Configuration::new(rows) }
    }

    /// The same, remembering for a minute what [`find`](Self::find) was answered. For functions.
    #[must_use]
    pub fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { rows: self.rows.remembering(clock) }
    }

    /// An app's channel. `None`: nobody made one.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<Versioned<AppInbox>>, PortError> {
        let row = self.rows.get(inbox_key(kind, app)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// Stores an app's channel if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn put(
        &self,
        (kind, app): (CrmKind, &CrmAppId),
        inbox: &AppInbox,
        version: u64,
    ) -> Result<Commit, PortError> {
        let write = Write::put(inbox_key(kind, app), inbox, Precondition::Version(version));
        self.rows.table().commit(vec![write]).await
    }
}

fn inbox_key(kind: CrmKind, app: &CrmAppId) -> RowKey {
    RowKey::new("crm-inbox", format!("{}:{app}", kind.as_str()))
}
