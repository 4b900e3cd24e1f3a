//! The parts of line-inbox.

use lambda_runtime::{LambdaEvent, service_fn};
use musubi::aws::{Parts, Patience, ReadableSecrets};
use musubi::config::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    musubi::telemetry::start();
    let environment = Environment::process();
    let parts = Parts::from_environment(&environment, Patience::WORKER)?;
    let ports = line_inbox::Ports::of(&parts, &environment)?;
    parts.warm_up(ReadableSecrets::Line).await;
    let handle =
        async |event: LambdaEvent<_>| Ok::<_, lambda_runtime::Error>(line_inbox::handle(&ports, event.payload).await);
    lambda_runtime::run(service_fn(handle)).await
}
