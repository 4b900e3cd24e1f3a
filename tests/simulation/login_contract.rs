//! The model of LINE Login keeps the contract that our client keeps over the fake platform.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::channel::Channel;
use musubi::domain::ids::LineUserId;
use musubi::ports::Login;

use crate::faults::Faults;
use crate::logins::{CALLBACK, with_login};
use crate::models::login::ModelLogin;
use crate::port_login_contract::{LoginWorld, every_drift_is_seen, login_contract};
use crate::said::user;

struct ModelWorld(ModelLogin);

impl ModelWorld {
    fn new() -> Self {
        Self(ModelLogin::new(Faults::crashes_at([])))
    }
}

#[async_trait]
impl LoginWorld for ModelWorld {
    fn login(&self) -> Arc<dyn Login> {
        Arc::new(self.0.clone())
    }

    fn channel(&self) -> (Channel, String) {
        (with_login(Faults::crashes_at([])).channel, CALLBACK.to_owned())
    }

    fn person(&self) -> LineUserId {
        user(1)
    }

    async fn comes_back(&self, address: &str) -> String {
        self.0.comes_back(address, &user(1))
    }

    fn liff_token(&self) -> String {
        ModelLogin::liff_token(&user(1))
    }
}

#[tokio::test]
async fn the_model_of_line_login_keeps_the_contract_of_logins() {
    login_contract(&ModelWorld::new()).await;
}

#[tokio::test]
async fn every_drift_of_the_model_of_logins_would_be_seen() {
    every_drift_is_seen(|| async { ModelWorld::new() }.boxed()).await;
}
