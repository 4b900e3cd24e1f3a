//! Everything in one process: the real handlers and AWS adapters, the emulators under them, the
//! fakes around them.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use musubi::aws::{Aws, AwsAdapters, RetryPolicy};
use musubi::config::{self, ConfigError, Environment};
use musubi::crm::CrmClients;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::channel::ChannelSettings;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::flow::console::Console;
use musubi::http_client::HttpClient;
use musubi::outward::{Lookup, Outward, Reach};
use musubi::ports::{Clock, PortError};
use serde_json::json;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::aws::{LocalAws, Meter, StartError};
use crate::demo::{self, Demo, Spoken};
use crate::fake::hubspot::FakeHubSpot;
use crate::fake::line::FakeLine;
use crate::fake::{FakeClock, Served, SleeplessClock, serve_on};
use crate::pollers::{Kill, Mapping, Running, poll};
use crate::seed;
use crate::senders::Senders;
use crate::waking::wake_when_due;

/// The demo's HubSpot account.
fn account() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(seed::PORTAL_ID.to_string()) }
}

/// What other systems this world tells and asks for files: those on this machine, by plain http.
const THIS_MACHINE: Reach = Reach { allows: |address| address.is_loopback(), https_only: false };

/// No name leads anywhere from here.
struct Nowhere;

#[async_trait]
impl Lookup for Nowhere {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// Changes the adapters of push-delivery, to make them fail.
pub type Sabotage = Box<dyn FnOnce(&mut push_delivery::Ports, Kill) + Send>;

/// How a world is made.
pub struct Options {
    /// The page's and the webhooks' port; 0: any free one.
    pub port: u16,
    /// Ports for DynamoDB, for SQS and Secrets Manager, for LINE's and for HubSpot's fake; 0: any free one.
    pub emulators: [u16; 4],
    /// Where tables, queues and secrets are kept.
    pub data: Option<PathBuf>,
    /// What the owner of the demo channel has chosen.
    pub settings: ChannelSettings,
    /// Whether the fake HubSpot's notes and tasks take a unique property.
    pub unique_keys: bool,
    /// Changes the adapters of push-delivery, to make them fail.
    pub sabotage: Option<Sabotage>,
    /// How often the schedule comes, at the start for the first time, in milliseconds of the world's time; `None`: never.
    pub schedule_ms: Option<u64>,
    /// Work that falls due is woken for at once, not only by the schedule: for people who watch. Tests that move the clock have the
    /// schedule alone, as a stack has.
    pub wakes_when_due: bool,
    /// How long a batch of events has before line-inbox stops by itself.
    pub inbox_patience: Duration,
    /// Counts what is asked of DynamoDB.
    pub meter: Option<Meter>,
    /// Whether the local DynamoDB keeps the tokens of transactions.
    pub keeps_tokens: bool,
    /// Who delivers pushes.
    pub senders: Senders,
}

impl Default for Options {
    fn default() -> Self {
        let settings = ChannelSettings::default();
        Self {
            port: 0,
            emulators: [0; 4],
            data: None,
            settings,
            unique_keys: true,
            sabotage: None,
            schedule_ms: Some(60_000),
            wakes_when_due: false,
            // As on AWS.
            inbox_patience: Duration::from_secs(25),
            meter: None,
            keeps_tokens: true,
            senders: Senders::default(),
        }
    }
}

/// Why a world could not be made.
#[derive(Debug, Error)]
pub enum WorldError {
    /// The emulators.
    #[error("the local AWS could not start")]
    Aws(#[from] StartError),
    /// The environment.
    #[error("the environment is not complete")]
    Config(#[from] ConfigError),
    /// No port.
    #[error("no port could be opened")]
    Io(#[from] std::io::Error),
    /// The demo data.
    #[error("the demo data could not be written")]
    Seed(#[from] PortError),
}

/// A running world. Ends when dropped.
pub struct World {
    /// Its time.
    pub clock: FakeClock,
    /// Its AWS.
    pub aws: Arc<LocalAws>,
    /// Its LINE.
    pub line: FakeLine,
    /// Its HubSpot.
    pub hubspot: FakeHubSpot,
    /// Where LINE's and HubSpot's fakes are.
    pub vendor_urls: (String, String),
    /// Where it is.
    pub url: String,
    /// The environment of its functions.
    pub environment: Environment,
    /// Ends running invocations of push-delivery.
    pub kill: Kill,
    /// Invocations by queues.
    pub running: Running,
    servers: Vec<Served>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for World {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl World {
    /// Starts everything and fills it with the demo data.
    ///
    /// # Errors
    /// Where a part cannot start.
    pub async fn start(mut options: Options) -> Result<Self, WorldError> {
        let clock = FakeClock::new();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let [dynamodb, others, line_port, hubspot_port] = options.emulators;
        let aws = LocalAws::start_on([dynamodb, others], Arc::clone(&time), options.data.as_deref()).await?;
        let aws = if options.keeps_tokens { aws } else { aws.without_tokens().await? };
        let aws = Arc::new(match options.meter.take() {
            Some(meter) => aws.metered(meter).await?,
            None => aws,
        });
        let (line, hubspot) = (FakeLine::new(clock.clone()), FakeHubSpot::new(clock.clone(), seed::app()));
        let line_served = serve_on(TcpListener::bind(("127.0.0.1", line_port)).await?, line.router())?;
        let hubspot_served = serve_on(TcpListener::bind(("127.0.0.1", hubspot_port)).await?, hubspot.router())?;
        let vendor_urls = (line_served.url(), hubspot_served.url());
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let environment = aws.environment().with([
            ("MUSUBI_PUBLIC_URL", url.as_str()),
            ("MUSUBI_LINE_API_URL", &vendor_urls.0),
            ("MUSUBI_LINE_ACCESS_URL", &vendor_urls.0),
            ("MUSUBI_LINE_APP_URL", &vendor_urls.0),
            ("MUSUBI_LIFF_URL", &format!("{}/liff", vendor_urls.0)),
            ("MUSUBI_LIFF_SDK_URL", &format!("{}/liff/sdk.js", vendor_urls.0)),
            ("MUSUBI_HUBSPOT_API_URL", &vendor_urls.1),
            ("MUSUBI_HUBSPOT_APP", &seed::APP_ID.to_string()),
            ("MUSUBI_HUBSPOT_AUTHORIZE_URL", &format!("{}/oauth/authorize", vendor_urls.1)),
        ]);
        let mut world = Self {
            clock,
            aws,
            line,
            hubspot,
            vendor_urls,
            url,
            environment,
            kill: Kill::default(),
            running: Running::default(),
            servers: vec![line_served, hubspot_served],
            tasks: Vec::new(),
        };
        seed::vendors(&world.line, &world.hubspot, &world.url, options.unique_keys);
        seed::from_nothing(&world.hubspot, &world.url);
        world.line.show_phones_at(&world.url);
        world.line.show_talk_at("@musubi-bakery", &format!("{}/demo/line/bakery", world.url));
        world.seed(options.settings.clone()).await?;
        let router = world.functions(&mut options)?;
        world.servers.push(serve_on(listener, router)?);
        if options.wakes_when_due {
            world.wake()?;
        }
        world.vendors_work();
        Ok(world)
    }

    /// The clock, as our own ports see it.
    pub fn time(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    /// Parts over this world's AWS, as a function or an operator gets them.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn adapters(&self, retry_policy: RetryPolicy) -> Result<AwsAdapters, ConfigError> {
        let aws = Aws::from_environment(&self.environment, retry_policy)?;
        Ok(AwsAdapters::over(aws, self.environment.clone(), self.time()))
    }

    async fn seed(&self, settings: ChannelSettings) -> Result<(), WorldError> {
        let adapters = self.adapters(RetryPolicy::WORKER)?;
        let secrets = adapters.secrets()?;
        // Nobody else calls this HubSpot yet: the account's rate limit is all ours.
        let time = Arc::new(SleeplessClock::default());
        let crms = CrmClients::new(HttpClient::ready(), &self.vendor_urls.1, Arc::clone(&secrets), time);
        let (accounts, channels, links) = (adapters.accounts()?, adapters.channels()?, adapters.links()?);
        seed::musubi((&accounts, &channels), &links, &*secrets, &crms, &self.hubspot, &self.clock, settings).await?;
        Ok(())
    }

    /// Every function, behind its queue, its schedule or its route.
    fn functions(&mut self, options: &mut Options) -> Result<Router, WorldError> {
        let Options { schedule_ms, inbox_patience, .. } = *options;
        let sqs = self.aws.sqs().clone();
        let inbox = Arc::new(line_inbox::Ports::of(&self.adapters(RetryPolicy::WORKER)?, &self.environment)?);
        let flush = Arc::new(timeline_flush::Ports::of(&self.adapters(RetryPolicy::WORKER)?, &self.environment)?);

        self.tasks.push(tokio::spawn(poll(
            sqs.clone(),
            Mapping { queue: "inbox", batch: batch("LineInboxFunction"), window_ms: 0, concurrency: 4 },
            self.running.clone(),
            Kill::default(),
            move |event| {
                let inbox = Arc::clone(&inbox);
                async move { line_inbox::handle(&inbox, event, inbox_patience).await }
            },
        )));
        self.tasks.extend(options.senders.start(self, options.sabotage.take())?);
        let (dispatcher, time) = (Arc::clone(&flush), self.time());
        self.tasks.push(tokio::spawn(poll(
            sqs,
            Mapping { queue: "crm.fifo", batch: batch("TimelineFlushFunction"), window_ms: 0, concurrency: 2 },
            self.running.clone(),
            Kill::default(),
            move |event| {
                let (dispatcher, until_ms) = (Arc::clone(&dispatcher), time.now_ms() + 50_000);
                async move {
                    let event = serde_json::to_value(event).unwrap_or_default();
                    timeline_flush::handle(&dispatcher, event, until_ms).await.unwrap_or_default()
                }
            },
        )));
        if let Some(every_ms) = schedule_ms {
            let time = self.time();
            self.tasks.push(tokio::spawn(async move {
                loop {
                    if let Err(error) = timeline_flush::handle(&flush, json!({"schedule": "wake"}), i64::MAX).await {
                        musubi::telemetry::log_chain("schedule.failed", &error);
                    }
                    time.sleep_ms(every_ms).await;
                }
            }));
        }
        let mut notices = notice_delivery::Ports::of(&self.adapters(RetryPolicy::WORKER)?, &self.environment)?;
        // Whoever listens on this machine may be told here, and nobody else.
        notices.deliver.endpoints = Arc::new(Outward::within(THIS_MACHINE, Arc::new(Nowhere), self.time()));
        let notices = Arc::new(notices);
        self.tasks.push(tokio::spawn(poll(
            self.aws.sqs().clone(),
            Mapping { queue: "notices", batch: batch("NoticeDeliveryFunction"), window_ms: 0, concurrency: 2 },
            self.running.clone(),
            Kill::default(),
            move |event| {
                let notices = Arc::clone(&notices);
                async move { notice_delivery::handle(&notices, event).await }
            },
        )));
        let demo = self.demo()?;
        let webhook = Arc::new(line_webhook::Ports::of(&self.adapters(RetryPolicy::EDGE)?)?);
        let action = Arc::new(crm_action::Ports::of(&self.adapters(RetryPolicy::EDGE)?, &self.environment)?);
        let login = Arc::new(line_login::Ports::of(&self.adapters(RetryPolicy::EDGE)?, &self.environment)?);
        let mut pages = console::Ports::of(&self.adapters(RetryPolicy::PAGE)?, &self.environment)?;
        pages.outside = Arc::new(Outward::within(THIS_MACHINE, Arc::new(Nowhere), self.time()));
        let pages = console::router(Arc::new(pages))
            .map_err(|_| ConfigError::Malformed { name: "MUSUBI_PUBLIC_URL", expected: "an origin" })?;
        let ours = line_webhook::router(webhook).merge(crm_action::router(action)).merge(line_login::router(login));
        let door = demo::door::Door {
            console: Console { operators: self.adapters(RetryPolicy::WORKER)?.operators()?, clock: self.time() },
            account: account(),
            public_url: self.url.clone(),
            language: demo.language.clone(),
        };
        let consoles = demo::consoles::Consoles { line: self.line.clone(), language: demo.language.clone() };
        let card = demo::app_card::AppCard {
            hubspot: self.hubspot.clone(),
            clock: self.clock.clone(),
            public_url: self.url.clone(),
        };
        let settings = demo::app_settings::AppSettings {
            hubspot: self.hubspot.clone(),
            clock: self.clock.clone(),
            public_url: self.url.clone(),
        };
        let ours = ours
            .merge(demo::consoles::router(consoles))
            .merge(demo::app_settings::router(settings))
            .merge(demo::app_card::router(card))
            .merge(demo::app_inbox::router(demo::app_inbox::AppInbox { hubspot: self.hubspot.clone() }));
        Ok(ours.merge(pages).merge(demo::door::router(door)).merge(demo::router(demo)))
    }

    /// Work that falls due is woken for.
    fn wake(&mut self) -> Result<(), WorldError> {
        let adapters = self.adapters(RetryPolicy::WORKER)?;
        let (journal, wake_ups) = (adapters.journal()?, adapters.wake_ups()?);
        let queue = self.aws.sqs().clone();
        let is_woken = move || queue.counts("crm.fifo").total() > 0;
        self.tasks.push(tokio::spawn(wake_when_due(journal, wake_ups, is_woken, account(), self.time())));
        Ok(())
    }

    fn demo(&self) -> Result<Demo, ConfigError> {
        let adapters = self.adapters(RetryPolicy::WORKER)?;
        let inside = demo::Inside::new(self.aws.sqs().clone(), adapters.journal()?, account(), self.time());
        let liff_url = config::liff_urls(&self.environment)?.apps;
        Ok(Demo {
            line: self.line.clone(),
            hubspot: self.hubspot.clone(),
            clock: self.clock.clone(),
            channel_id: seed::CHANNEL_ID.to_owned(),
            portal_id: seed::PORTAL_ID,
            ours: Arc::new(inside.with_login(
                adapters.accounts()?,
                adapters.channels()?,
                ChannelId::new(seed::CHANNEL_ID),
                &liff_url,
            )),
            language: Spoken::default(),
        })
    }

    /// The vendors repeat what was not answered.
    fn vendors_work(&mut self) {
        let (line, hubspot) = (self.line.clone(), self.hubspot.clone());
        self.tasks.push(tokio::spawn(async move {
            loop {
                line.redeliver_due().await;
                hubspot.retry_due().await;
                hubspot.deliver_webhooks().await;
                hubspot.deliver_inbox().await;
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            }
        }));
    }
}

/// How many records one invocation of a function gets at most, as it is deployed.
pub(crate) fn batch(function: &str) -> usize {
    usize::try_from(crate::stack::number(function, "BatchSize")).expect("a small number")
}
