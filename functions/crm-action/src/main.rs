//! The adapters of crm-action.

use std::sync::Arc;

use musubi::aws::{AwsAdapters, ReadableSecrets, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::EDGE)?;
    let ports = Arc::new(crm_action::Ports::of(&adapters, &environment)?);
    adapters.warm_up(ReadableSecrets::CrmApp).await;
    lambda_http::run(crm_action::router(ports)).await
}
