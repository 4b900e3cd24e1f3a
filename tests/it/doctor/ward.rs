//! A world with a doctor in it.

use std::sync::Arc;

use async_trait::async_trait;
use local::names::PEOPLE;
use local::seed::{BOT_USER_ID, CHANNEL_SECRET, CLIENT_SECRET, LINKED_USER, LOGIN_CHANNEL_SECRET, NEW_USER};
use musubi::aws::{AwsAdapters, RetryPolicy, SqsDeadLetters};
use musubi::config;
use musubi::crm::hubspot::HubSpotUrls;
use musubi::crm::{CrmDoctors, SetUpUrls};
use musubi::domain::account::{CrmAccount, CrmKind};
use musubi::domain::finding::Finding;
use musubi::domain::ids::InboxChannelId;
use musubi::flow::doctor::{DeadLetterQueue, Doctor, QueueKind};
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineDoctor};
use musubi::ports::checkup::{ActionTry, CrmCheckup, CrmCheckups, FieldFault, LeaveStanding, SeenPlace};
use musubi::ports::crm::Each;
use musubi::ports::secrets::CrmToken;
use musubi::ports::{Clock, DeadLetters, Secrets, Table};
use musubi::store::Journal;

use crate::app::{App, account};

/// Parts of foreign addresses, which may be secrets.
pub const FOREIGN_PATH: &str = "canary-path";

pub struct Ward {
    pub app: App,
    /// Where the doctor thinks that this Musubi is.
    pub public_url: String,
    /// A queue whose dead letters nobody said the place of.
    pub lost_queue: Option<QueueKind>,
    /// In place of the journal's own table.
    pub journal: Option<Arc<dyn Table>>,
    /// Until when our address's certificate is good, in milliseconds. Here everything is without TLS.
    pub certificate_ends_ms: Option<i64>,
    /// By how much the doctor's clock is ahead of everybody else's, in milliseconds.
    pub ahead_ms: i64,
    /// Servers that stand for this Musubi.
    pub doors: Vec<local::fake::Served>,
}

impl Ward {
    pub fn of(app: App) -> Self {
        let public_url = app.world.url.clone();
        Self {
            app,
            public_url,
            lost_queue: None,
            journal: None,
            certificate_ends_ms: None,
            ahead_ms: 0,
            doors: Vec::new(),
        }
    }

    /// Fresh ones: nothing is remembered.
    pub fn adapters(&self) -> AwsAdapters {
        self.app.world.adapters(RetryPolicy::WORKER).expect("adapters")
    }

    pub fn secrets(&self) -> Arc<dyn Secrets> {
        self.adapters().secrets().expect("secrets")
    }

    pub fn doctor(&self) -> Doctor {
        let (adapters, world) = (self.adapters(), &self.app.world);
        let (secrets, time) = (adapters.secrets().expect("secrets"), world.time());
        let line = LineApiUrl::parse(&world.vendor_urls.0).expect("an address");
        let authorize = format!("{}/oauth/authorize", world.vendor_urls.1).parse().expect("an address");
        let hubspot = HubSpotUrls { api: world.vendor_urls.1.clone(), authorize };
        let http = HttpClient::ready();
        let queue = |kind| DeadLetterQueue { kind, letters: self.letters(&adapters, kind) };
        Doctor {
            accounts: adapters.accounts().expect("accounts"),
            channels: adapters.channels().expect("channels"),
            inboxes: adapters.inboxes().expect("inboxes"),
            journal: self.journal.clone().map_or_else(|| adapters.journal().expect("a journal"), Journal::new),
            links: adapters.link_reader().expect("links"),
            secrets: Arc::clone(&secrets),
            line: Arc::new(LineDoctor::new(http.clone(), line, Arc::clone(&secrets), Arc::clone(&time))),
            crms: Arc::new(Certified {
                crms: CrmDoctors::new(http, SetUpUrls { hubspot }, secrets, Arc::clone(&time)),
                ends_at_ms: self.certificate_ends_ms,
            }),
            queues: QueueKind::ALL.map(queue).into(),
            clock: Arc::new(Ahead { clock: time, by_ms: self.ahead_ms }),
            public_url: self.public_url.clone(),
        }
    }

    fn letters(&self, adapters: &AwsAdapters, kind: QueueKind) -> Option<Arc<dyn DeadLetters>> {
        let environment = &self.app.world.environment;
        let urls = match kind {
            QueueKind::Inbox => config::inbox_queue(environment),
            QueueKind::Push => config::push_queue(environment),
            QueueKind::Crm => config::crm_queue(environment),
            QueueKind::Notices => config::notice_queue(environment),
        };
        let letters = SqsDeadLetters::new(adapters.aws().sqs().clone(), urls.expect("addresses"))?;
        (self.lost_queue != Some(kind)).then(|| Arc::new(letters) as Arc<dyn DeadLetters>)
    }

    /// Every row of every table, every secret, and what lies in the queues.
    pub async fn everything(&self) -> String {
        let aws = &self.app.world.aws;
        let rows = ["channels", "links", "journal"].map(|table| {
            let rows = aws.dynamodb().rows(table).expect("rows").into_iter();
            rows.map(|row| format!("{:?} {} {}", row.key, row.version, row.body)).collect::<Vec<_>>()
        });
        let token = self.secrets().crm_token(&account()).await.expect("it reads");
        let token = token.map(|token| format!("{:?}", tokens(&token)));
        let queues = ["inbox", "push", "crm.fifo", "inbox-dlq", "push-dlq", "crm-dlq.fifo"];
        let queues = queues.map(|queue| aws.sqs().counts(queue).total());
        format!("{rows:#?} {token:?} {:?} {queues:?}", aws.secrets().names())
    }

    /// What LINE and HubSpot were asked: method and path.
    pub fn calls(&self) -> [Vec<(String, String)>; 2] {
        let ledgers = [self.app.world.line.ledger(), self.app.world.hubspot.ledger()];
        ledgers.map(|ledger| ledger.calls.into_iter().map(|call| (call.method, call.path)).collect())
    }

    /// Nothing that is secret or belongs to a person.
    pub async fn no_canary_in(&self, shown: &str) {
        let fixed = [CHANNEL_SECRET, CLIENT_SECRET, LOGIN_CHANNEL_SECRET, BOT_USER_ID, LINKED_USER, NEW_USER, "花子"];
        let token = self.secrets().crm_token(&account()).await.expect("it reads");
        let tokens = token.as_ref().map(tokens).unwrap_or_default();
        let names = PEOPLE.iter().flat_map(|(ja, en)| [*ja, *en]);
        let birds = fixed.into_iter().chain(["canary", FOREIGN_PATH, "example.com"]).chain(names);
        for bird in birds.chain(tokens.iter().map(String::as_str)).filter(|bird| !bird.is_empty()) {
            assert!(!shown.to_lowercase().contains(&bird.to_lowercase()), "{bird} in {shown}");
        }
    }
}

/// CRMs that are asked through an address with a certificate.
struct Certified {
    crms: CrmDoctors,
    ends_at_ms: Option<i64>,
}

impl Certified {
    fn hubspot(&self) -> &dyn CrmCheckup {
        self.crms.of(CrmKind::HubSpot).expect("known")
    }
}

impl CrmCheckups for Certified {
    fn of(&self, kind: CrmKind) -> Option<&dyn CrmCheckup> {
        if kind == CrmKind::HubSpot { Some(self) } else { self.crms.of(kind) }
    }
}

#[async_trait]
impl CrmCheckup for Certified {
    async fn leave(&self, account: &CrmAccount) -> Each<LeaveStanding> {
        self.hubspot().leave(account).await
    }

    async fn fields(&self, account: &CrmAccount) -> Each<Vec<(&'static str, FieldFault)>> {
        self.hubspot().fields(account).await
    }

    async fn try_action(&self, account: &CrmAccount, public_url: &str) -> Each<ActionTry> {
        let tried = self.hubspot().try_action(account, public_url).await?;
        Ok(if tried == ActionTry::Good(None) { ActionTry::Good(self.ends_at_ms) } else { tried })
    }

    async fn has_unique_keys(&self, account: &CrmAccount) -> Each<bool> {
        self.hubspot().has_unique_keys(account).await
    }

    async fn inbox_places(&self, account: &CrmAccount, channel: &InboxChannelId) -> Each<Vec<SeenPlace>> {
        self.hubspot().inbox_places(account, channel).await
    }
}

/// A clock that is ahead.
struct Ahead {
    clock: Arc<dyn Clock>,
    by_ms: i64,
}

#[async_trait]
impl Clock for Ahead {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms() + self.by_ms
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.clock.sleep_ms(duration_ms).await;
    }
}

fn tokens(token: &CrmToken) -> Vec<String> {
    match token {
        CrmToken::OAuth { access_token, refresh_token, .. } => {
            vec![access_token.expose().to_owned(), refresh_token.expose().to_owned()]
        }
        CrmToken::Private { access_token } => vec![access_token.expose().to_owned()],
    }
}

/// The codes, as they come.
pub fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.complaint.code).collect()
}
