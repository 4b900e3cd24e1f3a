//! The contract of a CRM, over the served fake: with and without unique keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use local::contract::crm::{CrmWorld, crm_contract, every_drift_is_seen};
use local::contract::note_format::html_as_shown;
use local::fake::Posted;
use local::fake::hubspot::{ObjectType, OwnerSpec};
use musubi::crm::hubspot::HubSpotCaller;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, TaskId};
use musubi::ports::crm_caller::ActionAnswer;
use musubi::ports::{Crm, CrmCaller};

use crate::support::{PORTAL, World, number};

#[async_trait]
impl CrmWorld for World {
    async fn crm(&self) -> Arc<dyn Crm> {
        World::crm(self).await
    }

    fn unique_keys(&self) -> bool {
        self.account.capabilities.unique_keys
    }

    fn shown(&self, body: &str) -> String {
        html_as_shown(body)
    }

    async fn contact(&self, properties: &[(&str, &str)]) -> ContactId {
        ContactId::new(self.fake.create_contact(PORTAL, properties).to_string())
    }

    async fn delete_contact(&self, contact: &ContactId) {
        self.fake.delete(PORTAL, ObjectType::Contact, number(contact));
    }

    async fn finish_task(&self, task: &TaskId) {
        self.fake.complete_task(PORTAL, task.as_str().parse().unwrap());
    }

    async fn colleague(&self) -> CrmUserId {
        let [first_name, last_name] = ["美咲", "佐藤"].map(str::to_owned);
        let (owner_id, user_id, email) = (71, 9_586_599, "misaki@example.com".to_owned());
        self.fake.add_owner(PORTAL, OwnerSpec { owner_id, user_id, email, first_name, last_name });
        CrmUserId::new(user_id.to_string())
    }

    async fn colleague_as_owner(&self) -> String {
        "71".to_owned()
    }

    async fn search_catches_up(&self) {
        self.clock.advance_ms(60_000);
    }

    async fn waits(&self) -> CallbackId {
        let contact = self.fake.create_contact(PORTAL, &[]);
        let id = self.fake.enrol(PORTAL, &[contact], &BTreeMap::new()).remove(0);
        let body = Bytes::from(HubSpotCaller.answer(ActionAnswer::Wait { expiry_ms: 3_600_000 }).to_string());
        self.fake.note_action_answer(&id, &Posted::Answered { status: 200, body, retry_after: None });
        CallbackId::new(id)
    }
}

#[tokio::test]
async fn hubspots_client_keeps_the_contract() {
    for unique_keys in [true, false] {
        crm_contract(&World::start(unique_keys).await).await;
    }
}

#[tokio::test]
async fn every_drift_of_hubspots_client_would_be_seen() {
    every_drift_is_seen(|| World::start(true).boxed()).await;
}
