//! The first page: the CRM account, and those of its Official Accounts that the operator may see.

use musubi::pages::Page;

use crate::pages::home;
use crate::visit::{SignedIn, Stopped};

/// `GET /console`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let channels = visit.channels(&account).await?;
    Ok(home::page(&visit, &account, &channels))
}
