//! The CRM itself: what it keeps, behind one lock, with its clock and what is planned to go wrong.

use std::sync::{Arc, Mutex, MutexGuard};

use super::endpoint::Endpoint;
use super::state::{AppSpec, State, User};
use super::switches::Switches;
use crate::fake::fault::FaultPlan;
use crate::fake::ids::IdMaker;
use crate::fake::{FakeClock, Fault, Ledger, Plan, outgoing};

/// The fake CRM with one app. Clones are the same platform.
#[derive(Clone)]
pub struct FakeHubSpot {
    state: Arc<Mutex<State>>,
    pub(crate) client: reqwest::Client,
    clock: FakeClock,
}

impl FakeHubSpot {
    /// A platform with one app and no portals.
    pub fn new(clock: FakeClock, app: AppSpec) -> Self {
        let state = State {
            clock: clock.clone(),
            ids: IdMaker::started_at(0x4855_4253, clock.now_ms()),
            app,
            switches: Switches::default(),
            portals: Default::default(),
            user: User { id: 1, email: "admin@example.com".to_owned() },
            asks_for_consent: false,
            grants_only: None,
            consents: Default::default(),
            codes: Default::default(),
            access_tokens: Default::default(),
            refresh_tokens: Default::default(),
            signed_files: Default::default(),
            executions: Default::default(),
            next_block_ends_ms: i64::MAX,
            completions: Vec::new(),
            webhooks: Vec::new(),
            inbox: Default::default(),
            ledger: Ledger::default(),
            faults: FaultPlan::default(),
        };
        Self { state: Arc::new(Mutex::new(state)), client: outgoing::client(), clock }
    }

    /// The platform's clock.
    pub fn clock(&self) -> &FakeClock {
        &self.clock
    }

    /// Changes what the documents leave open.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.lock().switches);
    }

    /// Plans a fault for an endpoint.
    pub fn fault(&self, endpoint: Endpoint, fault: Fault, plan: Plan) {
        self.lock().faults.add(endpoint, fault, plan);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Every call and every violation so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
