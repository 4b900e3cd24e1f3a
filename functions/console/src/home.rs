//! The first page: the CRM account, and those of its Official Accounts that the operator may see, each with how it stood at the
//! doctor's last look. Nobody is asked anything for it.

use musubi::pages::Page;

use crate::pages::home;
use crate::visit::{SignedIn, Stopped};

/// `GET /console`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    let (account, last) = futures::try_join!(visit.account(), visit.last_look())?;
    let channels = visit.channels(&account).await?;
    let left = visit.ports.disconnect_channel.not_through(&account, &visit.operator).await;
    let left = left.map_err(|error| visit.failed(&error))?;
    let now_ms = visit.ports.console.clock.now_ms();
    Ok(home::page(&visit, &account, (&channels, &left), &last, now_ms))
}
