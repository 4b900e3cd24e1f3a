//! The SDK, set up so that a function's start costs milliseconds: no default features, rustls with
//! ring, five static roots, credentials from the environment, a first retry within 25 ms.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::{ConfigError, Environment};

/// The roots AWS's endpoints chain to; see `roots/README.md`.
const ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.pem"),
    include_bytes!("roots/amazon-root-ca-2.pem"),
    include_bytes!("roots/amazon-root-ca-3.pem"),
    include_bytes!("roots/amazon-root-ca-4.pem"),
    include_bytes!("roots/starfield-services-root-ca-g2.pem"),
];

/// How long a call to AWS may take. The whole includes every retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// For a connection, in milliseconds.
    pub connect_ms: u64,
    /// For one attempt, in milliseconds.
    pub attempt_ms: u64,
    /// For all attempts together, in milliseconds.
    pub total_ms: u64,
    /// At most so many attempts; the wait before the n-th retry is random, up to 25 ms times 2^(n-1).
    pub attempts: u32,
}

impl RetryPolicy {
    /// Somebody waits for the answer: LINE for two seconds in all.
    pub const EDGE: Self = Self { connect_ms: 500, attempt_ms: 800, total_ms: 1_700, attempts: 4 };
    /// A person waits for a page, and a look into a queue takes a second of its own.
    pub const PAGE: Self = Self { connect_ms: 500, attempt_ms: 3_000, total_ms: 6_000, attempts: 4 };
    /// Only a queue waits.
    pub const WORKER: Self = Self { connect_ms: 1_000, attempt_ms: 5_000, total_ms: 15_000, attempts: 4 };
}

/// The connection to AWS: one HTTP client, one set of credentials, a client for each service made
/// when first asked for.
#[derive(Debug)]
pub struct Aws {
    config: SdkConfig,
    endpoints: Endpoints,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    secrets_manager: OnceLock<aws_sdk_secretsmanager::Client>,
}

/// Where the services are, if not at AWS.
#[derive(Debug, Clone)]
struct Endpoints {
    all: Option<String>,
    dynamodb: Option<String>,
    sns: Option<String>,
    sqs: Option<String>,
    secrets_manager: Option<String>,
}

impl Aws {
    /// As a function connects: region and credentials from the environment alone, which is where
    /// Lambda puts them; they live as long as the execution environment.
    ///
    /// # Errors
    /// Names a missing variable, or `AWS_CA_BUNDLE` where it cannot be read.
    pub fn from_environment(environment: &Environment, retry_policy: RetryPolicy) -> Result<Self, ConfigError> {
        let credentials = Credentials::new(
            environment.demand("AWS_ACCESS_KEY_ID")?,
            environment.demand("AWS_SECRET_ACCESS_KEY")?,
            environment.get("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let region = match environment.get("AWS_REGION") {
            Some(region) => region,
            None => environment.get("AWS_DEFAULT_REGION").ok_or(ConfigError::Missing { name: "AWS_REGION" })?,
        };
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client(environment)?)
            .retry_config(retries(retry_policy))
            .timeout_config(timeouts(retry_policy))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Ok(Self::over(config, environment))
    }

    /// As an operator's machine connects: the SDK's default chain of profiles, SSO and so on.
    /// Slow to start; not for functions.
    ///
    /// # Errors
    /// Names `AWS_CA_BUNDLE` where it cannot be read.
    pub async fn from_default_chain(environment: &Environment, retry_policy: RetryPolicy) -> Result<Self, ConfigError> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client(environment)?)
            .retry_config(retries(retry_policy))
            .timeout_config(timeouts(retry_policy))
            .load()
            .await;
        Ok(Self::over(config, environment))
    }

    fn over(config: SdkConfig, environment: &Environment) -> Self {
        let endpoints = Endpoints {
            all: environment.get("AWS_ENDPOINT_URL"),
            dynamodb: environment.get("AWS_ENDPOINT_URL_DYNAMODB"),
            sns: environment.get("AWS_ENDPOINT_URL_SNS"),
            sqs: environment.get("AWS_ENDPOINT_URL_SQS"),
            secrets_manager: environment.get("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
        };
        let (dynamodb, sns, sqs, secrets_manager) = Default::default();
        Self { config, endpoints, dynamodb, sns, sqs, secrets_manager }
    }

    /// DynamoDB.
    pub fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| {
            let mut builder = aws_sdk_dynamodb::config::Builder::from(&self.config);
            builder.set_endpoint_url(self.endpoints.of(&self.endpoints.dynamodb));
            aws_sdk_dynamodb::Client::from_conf(builder.build())
        })
    }

    /// SNS.
    pub fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| {
            let mut builder = aws_sdk_sns::config::Builder::from(&self.config);
            builder.set_endpoint_url(self.endpoints.of(&self.endpoints.sns));
            aws_sdk_sns::Client::from_conf(builder.build())
        })
    }

    /// SQS.
    pub fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| {
            let mut builder = aws_sdk_sqs::config::Builder::from(&self.config);
            builder.set_endpoint_url(self.endpoints.of(&self.endpoints.sqs));
            aws_sdk_sqs::Client::from_conf(builder.build())
        })
    }

    /// Secrets Manager.
    pub fn secrets_manager(&self) -> &aws_sdk_secretsmanager::Client {
        self.secrets_manager.get_or_init(|| {
            let mut builder = aws_sdk_secretsmanager::config::Builder::from(&self.config);
            builder.set_endpoint_url(self.endpoints.of(&self.endpoints.secrets_manager));
            aws_sdk_secretsmanager::Client::from_conf(builder.build())
        })
    }
}

impl Endpoints {
    fn of(&self, service: &Option<String>) -> Option<String> {
        service.clone().or_else(|| self.all.clone())
    }
}

fn retries(retry_policy: RetryPolicy) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(retry_policy.attempts)
        .with_initial_backoff(Duration::from_millis(25))
        .with_max_backoff(Duration::from_secs(2))
}

fn timeouts(retry_policy: RetryPolicy) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(retry_policy.connect_ms))
        .operation_attempt_timeout(Duration::from_millis(retry_policy.attempt_ms))
        .operation_timeout(Duration::from_millis(retry_policy.total_ms))
        .build()
}

/// TLS by rustls and ring, trusting the static roots and `AWS_CA_BUNDLE`. Plain http works too.
fn http_client(environment: &Environment) -> Result<SharedHttpClient, ConfigError> {
    let mut trust = TrustStore::empty();
    for root in ROOTS {
        trust.add_pem_certificate(root);
    }
    if let Some(path) = environment.get("AWS_CA_BUNDLE") {
        trust.add_pem_certificate(bundle(&path).ok_or(UNREADABLE_BUNDLE)?);
    }
    let context =
        TlsContext::builder().with_trust_store(trust).build().expect("building a context cannot fail for rustls");
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

const UNREADABLE_BUNDLE: ConfigError =
    ConfigError::Malformed { name: "AWS_CA_BUNDLE", expected: "the path of a readable file of PEM certificates" };

/// Reads and checks a bundle here, since the HTTP client panics over a certificate it cannot parse.
fn bundle(path: &str) -> Option<Vec<u8>> {
    let pem = std::fs::read(path).ok()?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().ok()?;
    let mut store = rustls::RootCertStore::empty();
    for certificate in certificates {
        store.add(certificate).ok()?;
    }
    (!store.is_empty()).then_some(pem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_static_roots_are_the_published_ones() {
        let readme = include_str!("roots/README.md");
        for root in ROOTS {
            let certificate = CertificateDer::from_pem_slice(root).unwrap();
            rustls::RootCertStore::empty().add(certificate.clone()).unwrap();
            let sum: String = Sha256::digest(&certificate).iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(readme.contains(&sum), "{sum}");
        }
    }

    fn credentials() -> Environment {
        Environment::of([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "ap-northeast-1")])
    }

    #[test]
    fn an_empty_endpoint_is_no_endpoint_and_a_service_has_its_own() {
        let environment = credentials().with([
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:2"),
            ("AWS_ENDPOINT_URL_DYNAMODB", ""),
        ]);
        let aws = Aws::from_environment(&environment, RetryPolicy::EDGE).unwrap();
        assert_eq!(aws.endpoints.of(&aws.endpoints.sqs).as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(aws.endpoints.of(&aws.endpoints.dynamodb).as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn a_function_without_credentials_says_which_variable_is_missing() {
        let environment = credentials().with([("AWS_SECRET_ACCESS_KEY", "")]);
        let missing = Aws::from_environment(&environment, RetryPolicy::EDGE).err();
        assert_eq!(missing, Some(ConfigError::Missing { name: "AWS_SECRET_ACCESS_KEY" }));
    }

    #[test]
    fn a_broken_certificate_bundle_is_an_error_and_no_panic() {
        let environment = credentials().with([("AWS_CA_BUNDLE", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))]);
        assert_eq!(Aws::from_environment(&environment, RetryPolicy::EDGE).err(), Some(UNREADABLE_BUNDLE));
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws/roots/amazon-root-ca-1.pem");
        assert!(Aws::from_environment(&credentials().with([("AWS_CA_BUNDLE", root)]), RetryPolicy::EDGE).is_ok());
    }
}
