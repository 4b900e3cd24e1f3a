//! Secrets Manager: what is remembered for how long, and what never.

use std::sync::Arc;

use futures::FutureExt;
use local::contract::secrets::{SecretsWorld, every_drift_is_seen, secrets_contract};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId};
use musubi::ports::Secrets;
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, Secret};

use crate::{Stack, line_secrets, stack};

#[tokio::test]
async fn a_secret_is_read_once_a_minute_and_a_mismatch_reads_it_at_once() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let operator = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("1234567890");
    let name = "musubi/local/line/1234567890";
    operator.store_line(&channel, &line_secrets("old")).await.unwrap();
    for _ in 0..5 {
        assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("old")));
    }
    assert_eq!(stack.aws.secrets().reads(name), 1);

    operator.store_line(&channel, &line_secrets("new")).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("old")), "within the minute");
    let asked_at_ms = stack.clock.now_ms();
    let first = secrets.line_anew(&channel).await.unwrap();
    assert_eq!(first.secrets, Some(line_secrets("new")), "a mismatch reads at once");
    assert!(first.as_of_ms >= asked_at_ms, "they are of this moment");
    stack.clock.advance_ms(30_000);
    for _ in 0..100 {
        assert_eq!(secrets.line_anew(&channel).await.unwrap(), first, "and say their age from then on");
    }
    assert_eq!(stack.aws.secrets().reads(name), 2, "forged requests cost nothing");
    stack.clock.advance_ms(30_000);
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("new")));
    assert_eq!(stack.aws.secrets().reads(name), 3);
}

#[tokio::test]
async fn a_missing_secret_is_remembered_too_and_a_name_that_cannot_be_is_not_asked_for() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("42");
    for _ in 0..3 {
        assert_eq!(secrets.line(&channel).await.unwrap(), None);
    }
    assert_eq!(stack.aws.secrets().reads("musubi/local/line/42"), 1);
    let odd = ChannelId::new("結び");
    assert_eq!(secrets.line(&odd).await.unwrap(), None);
    assert_eq!(stack.aws.secrets().reads("musubi/local/line/結び"), 0);
    assert!(secrets.store_line(&odd, &line_secrets("x")).await.is_err());
}

#[tokio::test]
async fn a_forgotten_secret_is_gone_and_can_be_stored_again() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("1");
    secrets.forget_line(&channel).await.unwrap();
    secrets.store_line(&channel, &line_secrets("a")).await.unwrap();
    secrets.forget_line(&channel).await.unwrap();
    secrets.forget_line(&channel).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), None);
    assert!(stack.aws.secrets().names().is_empty());
    secrets.store_line(&channel, &line_secrets("b")).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("b")));
}

#[tokio::test]
async fn tokens_are_never_cached_and_apps_are() {
    let stack = stack().await;
    let (ours, other) = (stack.parts().secrets().unwrap(), stack.parts().secrets().unwrap());
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("99") };
    let token = |text: &str| CrmToken::Private { access_token: Secret::new(text) };
    assert_eq!(ours.crm_token(&account).await.unwrap(), None);
    for text in ["1", "2"] {
        other.store_crm_token(&account, &token(text)).await.unwrap();
        assert_eq!(ours.crm_token(&account).await.unwrap(), Some(token(text)));
    }
    let app = CrmAppId::new("7");
    let of_app = CrmAppSecrets { client_id: "c".to_owned(), client_secrets: vec![Secret::new("s")] };
    other.store_crm_app(CrmKind::HubSpot, &app, &of_app).await.unwrap();
    assert_eq!(ours.crm_app(CrmKind::HubSpot, &app).await.unwrap(), Some(of_app.clone()));
    assert_eq!(ours.crm_app(CrmKind::HubSpot, &app).await.unwrap(), Some(of_app));
    assert_eq!(stack.aws.secrets().reads("musubi/local/hubspot/app/7"), 1);
    assert_eq!(stack.aws.secrets().names(), ["musubi/local/hubspot/account/99", "musubi/local/hubspot/app/7"]);
}

struct Environments {
    stack: Stack,
}

impl SecretsWorld for Environments {
    fn environment(&self) -> Arc<dyn Secrets> {
        self.stack.parts().secrets().expect("the environment names them")
    }

    fn advance_ms(&self, ms: i64) {
        self.stack.clock.advance_ms(ms);
    }
}

async fn environments() -> Environments {
    Environments { stack: stack().await }
}

#[tokio::test]
async fn secrets_manager_keeps_the_contract() {
    secrets_contract(&environments().await).await;
}

#[tokio::test]
async fn every_drift_of_secrets_manager_would_be_seen() {
    every_drift_is_seen(|| environments().boxed()).await;
}
