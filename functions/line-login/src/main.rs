//! The adapters of line-login.

use std::sync::Arc;

use musubi::aws::{AwsAdapters, ReadableSecrets, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::EDGE)?;
    let ports = Arc::new(line_login::Ports::of(&adapters, &environment)?);
    adapters.warm_up(ReadableSecrets::Line).await;
    lambda_http::run(line_login::router(ports)).await
}
