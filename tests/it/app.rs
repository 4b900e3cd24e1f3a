//! A running world and the verbs that stories are told with.

use std::collections::BTreeMap;
use std::time::Duration;

use local::fake::hubspot::{Execution, RecordView};
use local::fake::line::event::{self, Common};
use local::seed::{BOT_USER_ID, CHANNEL_ID, CHANNEL_SECRET, LINKED_CONTACT, PORTAL_ID};
use local::world::{Options, World};
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::flow::settle::Settle;
use musubi::http_client::HttpClient;
use musubi::ports::table::Commit;
use serde_json::Value;

/// So far the clock moves, each 50 ms, while an invocation runs.
const WHILE_BUSY_MS: i64 = 100;

/// A world under test.
pub struct App {
    pub world: World,
    pub http: reqwest::Client,
}

impl App {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let world = World::start(options).await.expect("the world starts");
        Self { world, http: (*HttpClient::ready()).clone() }
    }

    /// Posts these bytes as LINE would, with this signature.
    pub async fn post_signed(&self, body: Vec<u8>, signature: &str) -> u16 {
        let url = format!("{}/line/{CHANNEL_ID}/webhook", self.world.url);
        let request = self.http.post(url).header("x-line-signature", signature).body(body);
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Posts events as LINE would: what a busy machine could not take in time (503) comes again.
    pub async fn post_events(&self, events: &[Value]) -> u16 {
        let body = event::webhook_body(BOT_USER_ID, events);
        let signature = event::sign(CHANNEL_SECRET, &body);
        for _ in 0..20 {
            let status = self.post_signed(body.clone().into_bytes(), &signature).await;
            if status != 503 {
                return status;
            }
        }
        503
    }

    /// What HubSpot shows of the contact whose LINE user ID this is; none where there is no such contact.
    pub fn contact_of(&self, user: &str) -> Option<RecordView> {
        let contacts = self.world.hubspot.contacts(PORTAL_ID);
        contacts.into_iter().find(|contact| contact.properties.get("line_user_id").is_some_and(|id| id == user))
    }

    /// A property of the linked friend's contact; empty where it has no value.
    pub fn linked(&self, name: &str) -> String {
        let contacts = self.world.hubspot.contacts(PORTAL_ID);
        let contact = contacts.into_iter().find(|contact| contact.id == LINKED_CONTACT).expect("the demo contact");
        contact.properties.get(name).cloned().unwrap_or_default()
    }

    /// The bodies of all notes.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.world.hubspot.notes(PORTAL_ID);
        notes.into_iter().map(|note| note.properties.get("hs_note_body").cloned().unwrap_or_default()).collect()
    }

    /// Runs the action "Send LINE message" on the linked friend's contact.
    pub async fn run_action(&self, fields: &[(&str, &str)]) -> String {
        let fields: BTreeMap<String, String> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut callbacks = self.world.hubspot.run_workflow(PORTAL_ID, &[LINKED_CONTACT], &fields).await;
        callbacks.remove(0)
    }

    /// How HubSpot sees an execution.
    pub fn execution(&self, callback: &str) -> Execution {
        self.world.hubspot.execution(callback).expect("an execution")
    }

    /// Looks again and again whether something is so, with this pause between two looks; panics, naming it, if it does not come.
    async fn poll(&self, what: &str, holds: impl AsyncFn() -> bool, pause: impl AsyncFn()) {
        for _ in 0..9_600 {
            if holds().await {
                return;
            }
            pause().await;
        }
        panic!("{what}: it did not come; {} in the outbox", self.effects().await);
    }

    /// Waits until something is so.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        self.poll(what, async || holds(self), async || tokio::time::sleep(Duration::from_millis(25)).await).await;
    }

    /// The same of what is stored, and so a little slower.
    async fn until_stored(&self, what: &str, holds: impl AsyncFn() -> bool) {
        self.poll(what, holds, async || tokio::time::sleep(Duration::from_millis(50)).await).await;
    }

    /// What lies in the queues of webhooks and sends.
    fn queued(&self) -> usize {
        ["inbox", "push"].iter().map(|queue| self.world.aws.sqs().counts(queue).total()).sum()
    }

    /// Moves the clock.
    pub fn minutes_pass(&self, minutes: i64) {
        self.world.clock.advance_ms(minutes * 60_000);
    }

    /// How many rows are in the outbox.
    pub async fn effects(&self) -> usize {
        self.outbox_rows().await.len()
    }

    /// How often HubSpot was asked how tasks stand.
    pub fn looks(&self) -> usize {
        let calls = self.world.hubspot.ledger().calls;
        calls.iter().filter(|call| call.path.ends_with("/tasks/batch/read")).count()
    }

    /// Moves the clock, and on until the open task was looked at because of it: the schedule may have come just before.
    pub async fn minutes_pass_until_looked(&self, minutes: i64) {
        let before = self.looks();
        self.minutes_pass(minutes);
        self.until_moving("the look at the task", |app| app.looks() > before).await;
    }

    async fn outbox_rows(&self) -> Vec<OutboxRow> {
        let journal =
            self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
        journal.due(&account(), 9_999_999_999_999, 40_000).await.expect("rows")
    }

    /// How many rows are in the outbox that do not wait for time to pass anyway.
    pub async fn effects_but_entries(&self) -> usize {
        let waits =
            |row: &&OutboxRow| matches!(row.effect, Effect::WriteEntry { .. } | Effect::ExpireParkedPush { .. });
        let rows = self.outbox_rows().await;
        rows.len() - rows.iter().filter(waits).count()
    }

    /// Ends sends, as operators do.
    pub fn settle(&self) -> Settle {
        let adapters = self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters");
        Settle { channels: adapters.channels().expect("channels"), outbox: adapters.outbox().expect("an outbox") }
    }

    /// The demo portal's settings.
    pub async fn account(&self) -> CrmAccount {
        let adapters = self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters");
        adapters.accounts().expect("accounts").find(&account()).await.expect("a row").expect("an account").value
    }

    /// Changes the demo portal's settings.
    pub async fn change_account(&self, change: impl FnOnce(&mut CrmAccount)) {
        let accounts =
            self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").accounts().expect("accounts");
        let mut found = accounts.find(&account()).await.expect("a row").expect("an account");
        change(&mut found.value);
        assert_eq!(accounts.put(&found.value, found.version).await.expect("stored"), Commit::Done);
        self.minutes_pass(1);
    }

    /// Waits until no queue holds anything and nothing but entries, which wait for a pause, is in the outbox.
    pub async fn at_rest_but_entries(&self) {
        self.until_stored("rest, but for entries", async || {
            self.queued() == 0 && self.effects_but_entries().await == 0
        })
        .await;
    }

    /// Waits until what was sent has been received.
    pub async fn until_queues_empty(&self) {
        self.until("the queues are empty", |app| app.queued() == 0).await;
    }

    /// Waits until everything that is due by now is done.
    pub async fn until_nothing_due(&self) {
        let is_done = async || {
            let now_ms = self.world.clock.now_ms();
            self.queued() == 0 && !self.outbox_rows().await.iter().any(|row| row.due_at_ms <= now_ms)
        };
        self.until_stored("what is due", is_done).await;
    }

    /// Waits until something is so, moving the clock on meanwhile.
    pub async fn until_moving(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        self.until_moving_by(20_000, what, holds).await;
    }

    /// The same, by such steps.
    pub async fn until_moving_by(&self, step_ms: i64, what: &str, holds: impl Fn(&Self) -> bool) {
        self.poll(what, async || holds(self), async || self.time_passes(step_ms).await).await;
    }

    /// A step of the clock while nothing runs; little more than what passes by itself while something does: a function has a minute
    /// of the world's time, and a machine that is busy needs most of a minute of its own to do a minute's work.
    pub async fn time_passes(&self, step_ms: i64) {
        let step_ms = if self.world.running.any() { step_ms.min(WHILE_BUSY_MS) } else { step_ms };
        self.world.clock.advance_ms(step_ms);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    /// Waits until so many rows are in the outbox.
    pub async fn until_effects(&self, what: &str, rows: usize) {
        self.until_stored(what, async || self.queued() == 0 && self.effects().await == rows).await;
    }

    /// In how many rows of all tables these words stand.
    pub async fn texts_at_rest(&self, words: &str) -> usize {
        let tables = ["channels", "links", "journal"];
        let rows = |table: &&str| self.world.aws.dynamodb().rows(table).expect("rows");
        tables.iter().flat_map(rows).filter(|row| row.body.contains(words)).count()
    }

    /// Sends that wait for a person's decision.
    pub async fn parked(&self) -> usize {
        let journal =
            self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
        journal.parked(&account()).await.expect("rows").len()
    }

    /// Changes the demo channel's settings. Functions remember a channel for a minute: that passes.
    pub async fn change_channel(&self, change: impl FnOnce(&mut Channel)) {
        let channels =
            self.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").channels().expect("channels");
        let mut found = channels.find_versioned(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
        change(&mut found.value);
        assert_eq!(channels.put(&found.value, found.version).await.expect("stored"), Commit::Done);
        self.minutes_pass(1);
    }

    /// Waits until no queue holds anything and the outbox is empty.
    pub async fn at_rest(&self) {
        self.until_stored("rest", async || self.queued() == 0 && self.effects().await == 0).await;
    }
}

/// The demo portal.
pub fn account() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL_ID.to_string()) }
}

/// A text as LINE would send it.
pub fn text_at(user: &str, number: u64, at_ms: i64, words: &str) -> Value {
    event::text(&common(user, number, at_ms), &message_id(number), words)
}

/// What every event has.
pub fn common(user: &str, number: u64, at_ms: i64) -> Common {
    Common::by_user(user, at_ms, &format!("01J{number:023}"), Some("reply"))
}

/// The message ID of a numbered message.
pub fn message_id(number: u64) -> String {
    format!("5{number:017}")
}
