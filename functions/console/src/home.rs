//! The first page: the CRM account, and those of its Official Accounts that the operator may see.

use musubi::pages::Page;

use crate::pages::ended::Ended;
use crate::pages::home;
use crate::visit::{SignedIn, Stopped};

/// `GET /console`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    let account = visit.ports.accounts.find(&visit.operator.account).await.map_err(|error| visit.failed(&error))?;
    let account = account.ok_or_else(|| visit.ends(Ended::NotConnected))?.value;
    let mut channels = Vec::new();
    for id in account.channels.iter().filter(|id| visit.operator.sees(id)) {
        channels.extend(visit.ports.channels.find(id).await.map_err(|error| visit.failed(&error))?);
    }
    Ok(home::page(&visit, &account, &channels))
}
