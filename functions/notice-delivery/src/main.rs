//! The adapters of notice-delivery.

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{AwsAdapters, ReadableSecrets, RetryPolicy};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let adapters = AwsAdapters::from_environment(&environment, RetryPolicy::WORKER)?;
    let ports = notice_delivery::Ports::of(&adapters, &environment)?;
    adapters.warm_up(ReadableSecrets::Line).await;
    let handle = async |event: LambdaEvent<_>| {
        Ok::<_, lambda_runtime::Error>(notice_delivery::handle(&ports, event.payload).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
