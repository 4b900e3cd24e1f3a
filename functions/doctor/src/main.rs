//! The adapters of doctor.

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{AwsAdapters, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::WORKER)?;
    let ports = doctor::Ports::of(&adapters, &environment)?;
    let handle =
        async |_: LambdaEvent<serde_json::Value>| Ok::<_, lambda_runtime::Error>(doctor::handle(&ports).await?);
    lambda_runtime::run(service_fn(handle)).await
}
