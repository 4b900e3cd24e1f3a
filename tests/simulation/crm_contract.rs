//! The model of a CRM keeps the contract that HubSpot's client keeps over its fake.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, TaskId};
use musubi::ports::Crm;

use crate::faults::Faults;
use crate::models::clock::ModelClock;
use crate::models::crm::{COLLEAGUE, COLLEAGUE_AS_OWNER, ModelCrm};
use crate::note_format::html_as_shown;
use crate::port_crm_contract::{CrmWorld, crm_contract, every_drift_is_seen};
use crate::world::START_MS;

struct ModelWorld {
    crm: ModelCrm,
    unique_keys: bool,
}

impl ModelWorld {
    fn new(unique_keys: bool) -> Self {
        let clock = ModelClock::starting_at(START_MS);
        Self { crm: ModelCrm::new(Faults::crashes_at([]), unique_keys, clock), unique_keys }
    }
}

#[async_trait]
impl CrmWorld for ModelWorld {
    async fn crm(&self) -> Arc<dyn Crm> {
        Arc::new(self.crm.clone())
    }

    fn unique_keys(&self) -> bool {
        self.unique_keys
    }

    fn shown(&self, body: &str) -> String {
        if self.crm.state.lock().unwrap().takes_plain_text { body.to_owned() } else { html_as_shown(body) }
    }

    async fn contact(&self, properties: &[(&str, &str)]) -> ContactId {
        let id = ContactId::new(uuid::Uuid::new_v4().to_string());
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.crm.state.lock().unwrap().contacts.insert(id.clone(), properties);
        id
    }

    async fn delete_contact(&self, contact: &ContactId) {
        self.crm.state.lock().unwrap().contacts.remove(contact);
    }

    async fn finish_task(&self, task: &TaskId) {
        let at: usize = task.as_str().parse().expect("a model's task");
        self.crm.state.lock().unwrap().tasks[at].done = true;
    }

    /// It searches what is there.
    async fn search_catches_up(&self) {}

    async fn colleague(&self) -> CrmUserId {
        CrmUserId::new(COLLEAGUE)
    }

    async fn colleague_as_owner(&self) -> String {
        COLLEAGUE_AS_OWNER.to_owned()
    }

    async fn waits(&self) -> CallbackId {
        let callback = CallbackId::new("ap-waits");
        self.crm.state.lock().unwrap().waiting.insert(callback.clone());
        callback
    }
}

#[tokio::test]
async fn the_model_of_a_crm_keeps_the_contract_of_crms() {
    for (unique_keys, takes_plain_text) in [(true, false), (false, false), (true, true)] {
        let world = ModelWorld::new(unique_keys);
        world.crm.state.lock().unwrap().takes_plain_text = takes_plain_text;
        crm_contract(&world).await;
    }
}

#[tokio::test]
async fn every_drift_of_the_model_would_be_seen() {
    every_drift_is_seen(|| async { ModelWorld::new(true) }.boxed()).await;
}
