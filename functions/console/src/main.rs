//! The adapters of console.

use std::sync::Arc;

use musubi::aws::{AwsAdapters, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::PAGE)?;
    let ports = Arc::new(console::Ports::of(&adapters, &environment)?);
    lambda_http::run(console::router(ports)?).await
}
