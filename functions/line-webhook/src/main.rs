//! The parts of line-webhook.

use std::sync::Arc;

use musubi::aws::{Parts, Patience, ReadableSecrets};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let parts = Parts::from_environment(&environment, Patience::EDGE)?;
    let ports = Arc::new(line_webhook::Ports::of(&parts)?);
    parts.warm_up(ReadableSecrets::Line).await;
    lambda_http::run(line_webhook::router(ports)).await
}
