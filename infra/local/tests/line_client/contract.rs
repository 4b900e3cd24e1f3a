//! The contract of LINE's Messaging API, over the served fake platform.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use local::contract::messenger::{LineWorld, every_drift_is_seen, messenger_contract};
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::ports::secrets::Secret;
use musubi::ports::{Clock, Messenger};

use crate::harness::{CHANNEL, FRIEND, Scene, Time};

#[async_trait]
impl LineWorld for Scene {
    fn messenger(&self) -> Arc<dyn Messenger> {
        Arc::clone(&self.messenger) as Arc<dyn Messenger>
    }

    fn friend(&self) -> (ChannelId, LineUserId) {
        (ChannelId::new(CHANNEL), LineUserId::new(FRIEND))
    }

    fn shown(&self) -> usize {
        self.line.delivered().len()
    }

    fn lose_next_answer(&self) {
        self.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    }

    async fn reply_token(&self) -> Secret {
        let token = "b60d432864f44d079f6d8efe86cf404b";
        self.line.know_reply_token(CHANNEL, token, FRIEND, Time(self.clock.clone()).now_ms());
        Secret::new(token)
    }
}

#[tokio::test]
async fn lines_client_keeps_the_contract() {
    messenger_contract(&Scene::new().await).await;
}

#[tokio::test]
async fn every_drift_of_lines_client_would_be_seen() {
    every_drift_is_seen(|| Scene::new().boxed()).await;
}
