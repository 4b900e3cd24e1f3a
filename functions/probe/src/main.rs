//! The parts of probe.

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{Parts, Patience};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let parts = Parts::from_environment(&environment, Patience::WORKER)?;
    let ports = probe::Ports::of(&parts, &environment)?;
    let handle = async |_: LambdaEvent<serde_json::Value>| Ok::<_, lambda_runtime::Error>(probe::handle(&ports).await?);
    lambda_runtime::run(service_fn(handle)).await
}
