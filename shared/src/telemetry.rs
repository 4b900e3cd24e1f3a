//! Logs and counts: one wide JSON line per effect, metrics in the same stream.
//!
//! No body, token, name, message text or LINE user ID ever goes in here.

use std::error::Error;
use std::sync::OnceLock;

use tracing_subscriber::EnvFilter;

/// The stack's name, the one dimension of our metrics.
static STACK: OnceLock<String> = OnceLock::new();

/// Starts logging to standard output: JSON, `info` unless `RUST_LOG` says otherwise. A second call changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .try_init();
    if started.is_ok() {
        let _ = STACK.set(std::env::var("MUSUBI_STACK").unwrap_or_default());
    }
}

/// Adds to a count that an alarm watches.
pub fn count(name: &str, value: u64) {
    metric(name, "Count", value);
}

/// Says how old something is, in seconds.
pub fn seconds(name: &str, value: u64) {
    metric(name, "Seconds", value);
}

/// CloudWatch's embedded metric format: a log line that CloudWatch turns into a metric.
/// Nothing is written where no stack runs (tests, the laptop).
fn metric(name: &str, unit: &str, value: u64) {
    let Some(stack) = STACK.get().filter(|stack| !stack.is_empty()) else { return };
    let at_ms = crate::ports::Clock::now_ms(&crate::ports::clock::SystemClock);
    let line = serde_json::json!({
        "_aws": {
            "Timestamp": at_ms,
            "CloudWatchMetrics": [{
                "Namespace": "Musubi",
                "Dimensions": [["stack"]],
                "Metrics": [{"Name": name, "Unit": unit}],
            }],
        },
        "stack": stack,
        name: value,
    });
    println!("{line}");
}

/// Logs a failure with every cause behind it, once, where it is handled.
pub fn log_chain(what: &'static str, error: &dyn Error) {
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    tracing::error!(%error, causes = causes.join(": "), "{what}");
}
