//! A stack on this machine, and `musubi` run against it. Whatever it prints is searched for secrets.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use local::aws::LocalAws;
use local::fake::hubspot::{AppSpec, FakeHubSpot, PortalSpec};
use local::fake::line::{ChannelSpec, FakeLine};
use local::fake::{FakeClock, Served};
use musubi::aws::{Aws, AwsAdapters, RetryPolicy};
use musubi::config::Environment;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::ids::{BotUserId, ChannelId, CrmAccountId, CrmAppId};
use musubi::domain::language::Language;
use musubi::http_client::HttpClient;
use musubi::ports::secrets::LineSecrets;
use musubi::ports::table::Commit;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

pub const PORTAL: u64 = 50_000_001;
pub const CHANNEL: &str = "1234567890";
pub const CHANNEL_SECRET: &str = "c5e2d00dfeedc0ffee0123456789abcd";
pub const CLIENT_SECRET: &str = "hub-secret-4f1e9c77-never-shown";
pub const FRIEND: &str = "U00000000000000000000000000000abc";

/// Names that the binary needs and nothing else of this process.
const PASSED: [&str; 20] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "MUSUBI_STACK",
    "MUSUBI_CHANNELS_TABLE",
    "MUSUBI_LINKS_TABLE",
    "MUSUBI_CONSOLE_TABLE",
    "MUSUBI_JOURNAL_TABLE",
    "MUSUBI_INBOX_QUEUE_URL",
    "MUSUBI_INBOX_DLQ_URL",
    "MUSUBI_PUSH_QUEUE_URL",
    "MUSUBI_PUSH_DLQ_URL",
    "MUSUBI_CRM_QUEUE_URL",
    "MUSUBI_CRM_DLQ_URL",
    "MUSUBI_NOTICES_QUEUE_URL",
    "MUSUBI_NOTICES_DLQ_URL",
    "MUSUBI_KEY_ARN",
];

pub struct Stack {
    pub aws: LocalAws,
    pub line: FakeLine,
    pub hubspot: FakeHubSpot,
    pub adapters: AwsAdapters,
    pub line_url: String,
    pub hubspot_url: String,
    pub public_url: String,
    pub dir: PathBuf,
    /// None of these may be printed.
    secrets: Vec<String>,
    _served: [Served; 3],
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim()).unwrap_or_else(|_| panic!("no JSON: {} {}", self.stdout, self.stderr))
    }
}

impl Stack {
    pub async fn start() -> Self {
        let clock = FakeClock::new();
        let aws = LocalAws::start(Arc::new(clock.clone()), None).await.unwrap();
        let line = FakeLine::new(clock.clone());
        let spec = ChannelSpec::demo(CHANNEL, CHANNEL_SECRET, "provider");
        let mut secrets = vec![spec.bot_user_id.clone()];
        line.add_channel(spec);
        let hubspot = FakeHubSpot::new(clock.clone(), AppSpec::demo(77, CLIENT_SECRET));
        hubspot.add_portal(PortalSpec::demo(PORTAL));
        let line_served = line.serve().await.unwrap();
        let hubspot_served = hubspot.serve().await.unwrap();
        // Stands for the stack's front door: it takes whatever LINE tries.
        let door = local::fake::serve(axum::Router::new().fallback(|| async { "ok" })).await.unwrap();
        secrets.extend([CHANNEL_SECRET, CLIENT_SECRET, FRIEND].map(str::to_owned));
        let connection = Aws::from_environment(aws.environment(), RetryPolicy::WORKER).unwrap();
        let adapters = AwsAdapters::over(connection, aws.environment().clone(), Arc::new(clock));
        let dir = std::env::temp_dir().join(format!("musubi-cli-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&dir).unwrap();
        Self {
            line_url: line_served.url(),
            hubspot_url: hubspot_served.url(),
            public_url: door.url(),
            aws,
            line,
            hubspot,
            adapters,
            dir,
            secrets,
            _served: [line_served, hubspot_served, door],
        }
    }

    /// From now on this may not be printed either.
    pub fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// The minute has passed in which functions remember an Official Account that is being disconnected.
    pub async fn after_the_minute(&self, channel: &str) {
        let channels = self.adapters.channels().unwrap();
        let mut found = channels.find_versioned(&ChannelId::new(channel)).await.unwrap().expect("a row");
        found.value.leaving.as_mut().expect("it is leaving").at_ms -= musubi::flow::disconnect_channel::REST_MS;
        assert_eq!(channels.put(&found.value, found.version).await.unwrap(), Commit::Done);
    }

    /// A connected portal, as `portal add` leaves it.
    pub async fn with_portal(self) -> Self {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL.to_string()) };
        let account = CrmAccount::new(key, CrmAppId::new("musubi"), Language::Japanese, "Asia/Tokyo");
        assert_eq!(self.adapters.accounts().unwrap().put(&account, 0).await.unwrap(), Commit::Done);
        self
    }

    /// An Official Account of that portal's, as the table has it.
    pub async fn channel(&self) -> Channel {
        let channel = Channel::new(
            self.channel_id(),
            BotUserId::new("Ub"),
            "結び珈琲",
            "@musubi",
            self.account().await.unwrap().key,
        );
        assert_eq!(self.adapters.channels().unwrap().put(&channel, 0).await.unwrap(), Commit::Done);
        channel
    }

    pub async fn account(&self) -> Option<CrmAccount> {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL.to_string()) };
        self.adapters.accounts().unwrap().find(&key).await.unwrap().map(|found| found.value)
    }

    pub fn channel_id(&self) -> ChannelId {
        ChannelId::new(CHANNEL)
    }

    /// The channel's secrets as they are stored now, whatever was read before.
    pub async fn stored_secrets(&self) -> LineSecrets {
        let adapters = AwsAdapters::over(
            Aws::from_environment(self.aws.environment(), RetryPolicy::WORKER).unwrap(),
            self.aws.environment().clone(),
            Arc::new(FakeClock::new()),
        );
        adapters.secrets().unwrap().line(&self.channel_id()).await.unwrap().expect("they are stored")
    }

    fn command(&self, args: &[&str]) -> Command {
        let environment: &Environment = self.aws.environment();
        let mut command = Command::new(env!("CARGO_BIN_EXE_musubi"));
        command.env_clear().args(args);
        command.envs(PASSED.iter().filter_map(|name| Some((*name, environment.get(name)?))));
        command.envs([
            ("MUSUBI_LINE_API_URL", self.line_url.as_str()),
            ("MUSUBI_HUBSPOT_API_URL", &self.hubspot_url),
            ("MUSUBI_HUBSPOT_AUTHORIZE_URL", &format!("{}/oauth/authorize", self.hubspot_url)),
            ("MUSUBI_PUBLIC_URL", &self.public_url),
            ("LANG", "en_US.UTF-8"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.env("HOME", &self.dir).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `musubi` to its end, with this on standard input.
    pub async fn run(&self, args: &[&str], input: &str) -> Ran {
        self.run_with(&[], args, input).await
    }

    /// The same, with these variables changed.
    pub async fn run_with(&self, variables: &[(&str, &str)], args: &[&str], input: &str) -> Ran {
        let mut child = self.command(args).envs(variables.iter().copied()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // One that ends before it has read all closes the pipe.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        self.searched(Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        })
    }

    /// Starts `musubi` and waits for the address that it asks a person to open.
    pub async fn until_address(&self, args: &[&str], input: &str) -> (Started, String) {
        let mut child = self.command(args).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        loop {
            let before = said.len();
            assert_ne!(stderr.read_line(&mut said).await.unwrap(), 0, "ended without an address: {said}");
            let line = said[before..].trim().to_owned();
            if line.starts_with("http") {
                return (Started { child, stderr, said }, line);
            }
        }
    }

    /// The end of what was started.
    pub async fn end(&self, started: Started) -> Ran {
        let Started { child, mut stderr, said: mut all } = started;
        let (output, _) = tokio::join!(child.wait_with_output(), stderr.read_to_string(&mut all));
        let output = output.unwrap();
        self.searched(Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: all,
        })
    }

    fn searched(&self, ran: Ran) -> Ran {
        for secret in &self.secrets {
            assert!(!ran.stdout.contains(secret.as_str()), "a secret is on standard output");
            assert!(!ran.stderr.contains(secret.as_str()), "a secret is on standard error");
        }
        ran
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

pub struct Started {
    child: Child,
    stderr: BufReader<tokio::process::ChildStderr>,
    said: String,
}

/// A browser that does not follow redirects by itself.
pub fn browser() -> reqwest::Client {
    let _ = HttpClient::ready();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}
