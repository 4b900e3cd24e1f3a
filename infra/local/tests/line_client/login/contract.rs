//! The contract of LINE Login, over the served fake platform.

use async_trait::async_trait;
use futures::FutureExt;
use local::contract::login::{LoginWorld, every_drift_is_seen, login_contract};
use musubi::domain::ids::LineUserId;

use super::*;

#[async_trait]
impl LoginWorld for Scene {
    fn login(&self) -> Arc<dyn Login> {
        Arc::clone(&self.login) as Arc<dyn Login>
    }

    fn channel(&self) -> (Channel, String) {
        (self.channel.clone(), CALLBACK.to_owned())
    }

    fn person(&self) -> LineUserId {
        LineUserId::new(PERSON)
    }

    async fn comes_back(&self, address: &str) -> String {
        let back =
            Url::parse(&self.line.consent(address, consent()).await.expect("LINE redirects")).expect("an address");
        back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
    }

    fn liff_token(&self) -> String {
        self.line.sign_es256(&self.claims())
    }
}

#[tokio::test]
async fn lines_login_keeps_the_contract() {
    login_contract(&Scene::new().await).await;
}

#[tokio::test]
async fn every_drift_of_lines_login_would_be_seen() {
    every_drift_is_seen(|| Scene::new().boxed()).await;
}
