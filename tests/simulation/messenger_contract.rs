//! The model of LINE keeps the contract that our client keeps over the fake platform.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::ports::Messenger;
use musubi::ports::secrets::Secret;

use crate::faults::Faults;
use crate::models::clock::ModelClock;
use crate::models::line::ModelLine;
use crate::port_messenger_contract::{LineWorld, every_drift_is_seen, messenger_contract};
use crate::said::user;
use crate::world::START_MS;

struct ModelWorld(ModelLine);

impl ModelWorld {
    fn new() -> Self {
        Self(ModelLine::new(Faults::crashes_at([]), ModelClock::starting_at(START_MS)))
    }
}

#[async_trait]
impl LineWorld for ModelWorld {
    fn messenger(&self) -> Arc<dyn Messenger> {
        Arc::new(self.0.clone())
    }

    fn friend(&self) -> (ChannelId, LineUserId) {
        (ChannelId::new("1"), user(1))
    }

    fn shown(&self) -> usize {
        self.0.shown().len()
    }

    fn lose_next_answer(&self) {
        self.0.lose_next_answer();
    }

    async fn reply_token(&self) -> Secret {
        Secret::new(uuid::Uuid::new_v4().to_string())
    }
}

#[tokio::test]
async fn the_model_of_line_keeps_the_contract_of_messengers() {
    messenger_contract(&ModelWorld::new()).await;
}

#[tokio::test]
async fn every_drift_of_the_model_would_be_seen() {
    every_drift_is_seen(|| async { ModelWorld::new() }.boxed()).await;
}
