//! The platform itself: what it keeps, behind one lock, with its clock and what is planned to go wrong.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;

use super::endpoint::Endpoint;
use super::login::state::LoginState;
use super::state::{Accepted, Content, Delivered, State};
use super::switches::Switches;
use crate::fake::fault::FaultPlan;
use crate::fake::ids::IdMaker;
use crate::fake::{FakeClock, Fault, Ledger, Plan, outgoing};

/// The fake platform. Clones are the same platform.
#[derive(Clone)]
pub struct FakeLine {
    state: Arc<Mutex<State>>,
    pub(crate) client: reqwest::Client,
    clock: FakeClock,
}

impl FakeLine {
    /// A platform without channels or people.
    pub fn new(clock: FakeClock) -> Self {
        let state = State {
            clock: clock.clone(),
            ids: IdMaker::started_at(0x4C49_4E45, clock.now_ms()),
            switches: Switches::default(),
            channels: Default::default(),
            people: Default::default(),
            stateless: Default::default(),
            contents: Default::default(),
            accepted: Vec::new(),
            delivered: Vec::new(),
            ledger: Ledger::default(),
            faults: FaultPlan::default(),
            rates: Default::default(),
            outbox: Vec::new(),
            follower_pages: Default::default(),
            login: LoginState::new(),
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

    /// Replaces an endpoint's documented rate (calls per so many milliseconds, per channel) from now on.
    pub fn set_rate(&self, endpoint: Endpoint, calls: u32, per_ms: u32) {
        let mut state = self.lock();
        state.rates.insert(endpoint, (calls, per_ms));
        for channel in state.channels.values_mut() {
            channel.buckets.remove(&endpoint);
        }
    }

    /// Every call and every violation so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Everything that reached a phone, oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.lock().delivered.clone()
    }

    /// How many of what reached a phone are so, without copying what there is.
    pub fn count_delivered(&self, is_counted: impl Fn(&Delivered) -> bool) -> usize {
        self.lock().delivered.iter().filter(|one| is_counted(one)).count()
    }

    /// Every send that was accepted, delivered or not, oldest first.
    pub fn accepted(&self) -> Vec<Accepted> {
        self.lock().accepted.clone()
    }

    /// Keeps a file for a message, as if a person had sent it. For the first `preparing` calls the content answers 202.
    pub fn keep_content(&self, channel_id: &str, message_id: &str, content_type: &str, bytes: Bytes, preparing: u32) {
        let content = Content {
            channel_id: channel_id.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
            preparing,
            gone: false,
        };
        self.lock().contents.insert(message_id.to_owned(), content);
    }

    /// Deletes a message's file, as LINE does after an unspecified time: its content answers 410.
    pub fn drop_content(&self, message_id: &str) {
        if let Some(content) = self.lock().contents.get_mut(message_id) {
            content.gone = true;
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
