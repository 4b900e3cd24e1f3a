//! CRMs as seen from us. A new one is a folder here, an arm in [`CrmClients::connect`], in [`caller`], in [`set_up`] and in
//! [`CrmDoctors`], and the contract suites passing.

mod certificate;
pub mod hubspot;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::http_client::HttpClient;
use crate::ports::{Clock, Crm, CrmCaller, CrmCheckup, CrmCheckups, CrmSetUp, Crms, PortError, Secrets};
use hubspot::{Api, HubSpot, HubSpotSetUp, HubSpotUrls};

/// The CRM accounts that this environment talks to. One lives as long as the environment: it holds each account's rate
/// limit and access token.
pub struct CrmClients {
    http: HttpClient,
    hubspot_url: String,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    hubspot: Mutex<HashMap<CrmAccountKey, Arc<Api>>>,
    room: usize,
}

/// Of HubSpot's 110 calls in ten seconds so many are left by whoever makes the most to those who make them for somebody who looks: talks on
/// cards and in the console. These spend what they need; a flood of work beside them is a little slower.
const ROOM: usize = 20;

impl CrmClients {
    /// `hubspot_url` is the address of HubSpot's API (`MUSUBI_HUBSPOT_API_URL`), without a path.
    pub fn new(http: HttpClient, hubspot_url: &str, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { http, hubspot_url: hubspot_url.to_owned(), secrets, clock, hubspot: Mutex::default(), room: 0 }
    }

    /// The same for the one who makes the most calls: it leaves room for those of people who look.
    pub fn leaving_room(self) -> Self {
        Self { room: ROOM, ..self }
    }

    /// The one HubSpot account client of this environment, to call or to set up.
    ///
    /// The account need not be stored yet, but its token must be by the time of the first call.
    pub fn hubspot_api(&self, account: &CrmAccount) -> Arc<Api> {
        let mut known = self.hubspot.lock().expect("nothing panics while it holds this lock");
        if let Some(api) = known.get(&account.key).filter(|api| api.is_of(&account.app)) {
            return Arc::clone(api);
        }
        let (http, secrets, clock) = (self.http.clone(), Arc::clone(&self.secrets), Arc::clone(&self.clock));
        let (key, app) = (account.key.clone(), account.app.clone());
        let api = Arc::new(Api::new(http, &self.hubspot_url, key, app, secrets, clock, self.room));
        known.insert(account.key.clone(), Arc::clone(&api));
        api
    }
}

/// Connections to accounts, of every CRM. `hubspot_url` as with [`CrmClients::new`].
pub fn connections(
    http: HttpClient,
    hubspot_url: &str,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Crms> {
    Arc::new(CrmClients::new(http, hubspot_url, secrets, clock))
}

/// Who reads and answers what a CRM calls. `None`: this build does not know how.
pub fn caller(kind: CrmKind) -> Option<&'static dyn CrmCaller> {
    match kind {
        CrmKind::HubSpot => Some(&hubspot::HubSpotCaller),
        #[cfg(feature = "toy-crm")]
        CrmKind::Toy => None,
    }
}

/// Where each CRM is that accounts are connected of.
#[derive(Debug, Clone)]
pub struct SetUpUrls {
    /// HubSpot's addresses.
    pub hubspot: HubSpotUrls,
}

/// Who connects accounts of a CRM. `None`: this build does not know how.
pub fn set_up(
    kind: CrmKind,
    http: HttpClient,
    urls: SetUpUrls,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Option<Arc<dyn CrmSetUp>> {
    match kind {
        CrmKind::HubSpot => Some(Arc::new(HubSpotSetUp::new(http, urls.hubspot, secrets, clock))),
        #[cfg(feature = "toy-crm")]
        CrmKind::Toy => None,
    }
}

/// Who checks accounts, of every CRM.
pub struct CrmDoctors {
    hubspot: HubSpotSetUp,
}

impl CrmDoctors {
    /// `secrets` is where leave and the apps' secrets are.
    pub fn new(http: HttpClient, urls: SetUpUrls, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { hubspot: HubSpotSetUp::new(http, urls.hubspot, secrets, clock) }
    }
}

impl CrmCheckups for CrmDoctors {
    fn of(&self, kind: CrmKind) -> Option<&dyn CrmCheckup> {
        match kind {
            CrmKind::HubSpot => Some(&self.hubspot),
            #[cfg(feature = "toy-crm")]
            CrmKind::Toy => None,
        }
    }
}

#[async_trait]
impl Crms for CrmClients {
    async fn connect(&self, account: &CrmAccount, until_ms: i64) -> Result<Option<Arc<dyn Crm>>, PortError> {
        match account.key.kind {
            CrmKind::HubSpot => {
                let api = self.hubspot_api(account);
                if !api.has_token().await? {
                    return Ok(None);
                }
                let api = Arc::new(api.until(until_ms));
                Ok(Some(Arc::new(HubSpot::new(api, account.capabilities, account.surface.clone()))))
            }
            #[cfg(feature = "toy-crm")]
            CrmKind::Toy => Ok(None),
        }
    }
}
