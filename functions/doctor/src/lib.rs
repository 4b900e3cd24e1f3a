//! Looks each day for what is wrong with Official Accounts, CRM accounts and the work that waits. What is new is an alarm; what
//! it is, the console's page and `musubi doctor` say.

use musubi::aws::AwsAdapters;
use musubi::config::{ConfigError, Environment};
use musubi::flow::check_up::{CheckUp, Daily};
use musubi::http_client::HttpClient;
use musubi::ports::PortError;
use musubi::{telemetry, wiring};

/// What the doctor needs.
pub struct Ports {
    /// Looks, and keeps what is found.
    pub check_up: CheckUp,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { check_up: wiring::check_up(adapters, environment, &HttpClient::ready())? })
    }
}

/// Looks at everything. Answers with for how many findings an alarm is raised.
///
/// # Errors
/// The findings of some could not be kept: Lambda counts it, and that alarm goes, too. The next day looks again.
pub async fn handle(ports: &Ports) -> Result<usize, PortError> {
    let Daily { new, failed } = ports.check_up.everything().await;
    telemetry::count("NewFindings", new as u64);
    failed.map_or(Ok(new), Err)
}
