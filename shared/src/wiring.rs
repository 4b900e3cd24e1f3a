//! What more than one function puts together from its adapters in the same way. An HTTP client is made once in a
//! function.

use std::sync::Arc;

use crate::aws::AwsAdapters;
use crate::config::{self, ConfigError, Environment};
use crate::crm::hubspot::HubSpotUrls;
use crate::crm::{CrmDoctors, SetUpUrls};
use crate::flow::check_up::{CheckUp, Kept};
use crate::flow::doctor::{DeadLetterQueue, Doctor, QueueKind};
use crate::http_client::HttpClient;
use crate::line::{LineApiUrl, LineDoctor};
use crate::ports::Secrets;

/// Who looks for what is wrong.
///
/// # Errors
/// Names a missing or malformed variable.
pub fn doctor(
    adapters: &AwsAdapters,
    environment: &Environment,
    secrets: Arc<dyn Secrets>,
    http: &HttpClient,
) -> Result<Doctor, ConfigError> {
    let (clock, line_api) = (adapters.clock(), LineApiUrl::of_api(&config::line_urls(environment)?)?);
    let line = LineDoctor::new(http.clone(), line_api, Arc::clone(&secrets), Arc::clone(&clock));
    let crms = CrmDoctors::new(http.clone(), set_up_urls(environment)?, Arc::clone(&secrets), Arc::clone(&clock));
    // Where a queue's dead letters are not named is a finding.
    let letters = adapters.dead_letters().unwrap_or_default();
    let queue = |kind| DeadLetterQueue { kind, letters: letters.of(kind).cloned() };
    Ok(Doctor {
        accounts: adapters.accounts()?,
        channels: adapters.channels()?,
        inboxes: adapters.inboxes()?,
        journal: adapters.journal()?,
        links: adapters.link_reader()?,
        secrets,
        line: Arc::new(line),
        crms: Arc::new(crms),
        queues: QueueKind::ALL.map(queue).into(),
        clock,
        public_url: config::public_url(environment)?,
    })
}

/// Who looks and keeps what is found.
///
/// # Errors
/// Names a missing or malformed variable.
pub fn check_up(adapters: &AwsAdapters, environment: &Environment, http: &HttpClient) -> Result<CheckUp, ConfigError> {
    Ok(CheckUp {
        doctor: doctor(adapters, environment, adapters.secrets()?, http)?,
        kept: Kept { findings: adapters.findings()? },
        clock: adapters.clock(),
    })
}

/// Where CRMs are set up.
///
/// # Errors
/// An address is malformed.
pub fn set_up_urls(environment: &Environment) -> Result<SetUpUrls, ConfigError> {
    let authorize = config::hubspot_authorize_url(environment)?;
    Ok(SetUpUrls { hubspot: HubSpotUrls { api: config::hubspot_api_url(environment)?, authorize } })
}
