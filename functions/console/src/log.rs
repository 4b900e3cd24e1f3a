//! Who did what.

use musubi::pages::Page;

use crate::pages::log;
use crate::visit::{Admin, Stopped};

/// So many lines are shown.
const LINES: usize = 200;

/// `GET /console/log`
pub async fn page(Admin(visit): Admin) -> Result<Page, Stopped> {
    let account = &visit.operator.account;
    let mut entries = visit.ports.console.audit(account, 0, LINES).await.map_err(|error| visit.failed(&error))?;
    entries.retain(|entry| entry.deed.channel().is_none_or(|id| visit.operator.sees(id)));
    Ok(log::page(&visit, &entries, &visit.account().await?))
}
