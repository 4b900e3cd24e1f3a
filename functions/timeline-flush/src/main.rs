//! The adapters of timeline-flush.

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{AwsAdapters, ReadableSecrets, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::WORKER)?;
    let ports = timeline_flush::Ports::of(&adapters, &environment)?;
    adapters.warm_up(ReadableSecrets::Line).await;
    // Stops ten seconds before Lambda would: what was begun can be written down.
    let handle = async |event: LambdaEvent<serde_json::Value>| {
        let until_ms = i64::try_from(event.context.deadline).unwrap_or(i64::MAX) - 10_000;
        Ok::<_, lambda_runtime::Error>(timeline_flush::handle(&ports, event.payload, until_ms).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}
