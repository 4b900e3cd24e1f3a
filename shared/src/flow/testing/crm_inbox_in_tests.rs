//! A CRM whose inbox has one Official Account in it.

use std::sync::Mutex;

use async_trait::async_trait;

use super::Life;
use crate::domain::account::CrmAccount;
use crate::domain::crm_inbox::CrmInbox;
use crate::domain::ids::{CrmAppId, InboxAccountId, InboxChannelId};
use crate::ports::CrmSetUp;
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::crm_set_up::{AppClient, Leave, LeaveAsk, LeaveRefusal, Readiness};
use crate::ports::secrets::Secret;

/// The CRM's inbox. `Err`: how it refuses.
pub(crate) struct CrmInboxInMemory {
    life: Life,
    pub(crate) closes: Mutex<Result<(), CrmFailure>>,
    pub(crate) is_open: Mutex<bool>,
}

impl CrmInboxInMemory {
    pub(crate) fn open(life: Life) -> Self {
        Self { life, closes: Mutex::new(Ok(())), is_open: Mutex::new(true) }
    }
}

#[async_trait]
impl CrmSetUp for CrmInboxInMemory {
    fn authorize_url(&self, _: &LeaveAsk) -> String {
        unreachable!("nobody is asked")
    }

    async fn exchange_code(&self, _: &AppClient, _: &str, _: &Secret) -> Result<Leave, LeaveRefusal> {
        Err(LeaveRefusal::Client)
    }

    async fn check_client(&self, _: &AppClient) -> Result<(), LeaveRefusal> {
        Err(LeaveRefusal::Client)
    }

    async fn by_private_token(&self, _: &CrmAppId, _: &Secret) -> Each<Leave> {
        Err(CrmFailure::Disconnected)
    }

    async fn uninstall(&self, _: &CrmAccount) -> Each<bool> {
        Err(CrmFailure::Disconnected)
    }

    async fn make_ready(&self, _: &CrmAccount, _: Option<bool>) -> Each<Readiness> {
        Err(CrmFailure::Disconnected)
    }

    async fn leave_inbox(&self, _: &CrmAccount, place: &CrmInbox) -> Each<()> {
        assert_eq!(*place, its_place());
        self.closes.lock().unwrap().clone()?;
        self.life.write(|| *self.is_open.lock().unwrap() = false).map_err(|_| CrmFailure::Unknown)
    }
}

/// The one place in it.
pub(crate) fn its_place() -> CrmInbox {
    CrmInbox { channel: InboxChannelId::new("1"), account: InboxAccountId::new("2") }
}
