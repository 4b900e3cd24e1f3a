//! The adapters of line-inbox.

use std::time::{Duration, SystemTime};

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{AwsAdapters, ReadableSecrets, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::WORKER)?;
    let ports = line_inbox::Ports::of(&adapters, &environment)?;
    adapters.warm_up(ReadableSecrets::Line).await;
    // Stops five seconds before Lambda would: what is not handled by then can be sent on.
    let handle = async |event: LambdaEvent<_>| {
        let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let patience = left.saturating_sub(Duration::from_secs(5));
        Ok::<_, lambda_runtime::Error>(line_inbox::handle(&ports, event.payload, patience).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
