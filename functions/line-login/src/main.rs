//! The parts of line-login.

use std::sync::Arc;

use musubi::aws::{Parts, Patience, ReadableSecrets};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let parts = Parts::from_environment(&environment, Patience::EDGE)?;
    let ports = Arc::new(line_login::Ports::of(&parts, &environment)?);
    parts.warm_up(ReadableSecrets::Line).await;
    lambda_http::run(line_login::router(ports)).await
}
