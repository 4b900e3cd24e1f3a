//! A flood of one kind of work keeps nobody else waiting. In time that passes only where somebody sleeps.

use std::sync::Arc;

use async_trait::async_trait;
use local::aws::LocalAws;
use local::fake::hubspot::{Endpoint, FakeHubSpot};
use local::fake::line::FakeLine;
use local::fake::{FakeClock, Fault, Plan, Served};
use local::seed::{self, CHANNEL_ID, LINKED_USER};
use musubi::aws::{Aws, AwsAdapters, RetryPolicy};
use musubi::crm::CrmClients;
use musubi::domain::activity::Content;
use musubi::domain::conversation::Source;
use musubi::domain::ids::{CallbackId, ChannelId, EventId, LineUserId, MessageId};
use musubi::domain::inbound::{InboundEvent, InboundWhat};
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::push::{Push, PushId, PushJob, PushOutcome, PushState, Recipient, Sender, Settlement};
use musubi::flow::record::Record;
use musubi::http_client::HttpClient;
use musubi::ports::Clock;
use musubi::ports::table::Commit;
use musubi::store::Journal;
use musubi::store::journal::write;
use timeline_flush::Ports;

use crate::app::account;

const DAY_MS: i64 = 86_400_000;
/// A call of the dispatcher.
const CALL_MS: i64 = 20_000;

/// A clock that only sleeping moves.
struct Sleepers(FakeClock);

#[async_trait]
impl Clock for Sleepers {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.0.advance_ms(i64::try_from(duration_ms).expect("a short sleep"));
    }
}

/// Dispatcher, tables and HubSpot; nothing runs by itself.
struct Still {
    clock: FakeClock,
    hubspot: FakeHubSpot,
    ports: Ports,
    _served: Served,
    _aws: LocalAws,
}

impl Still {
    async fn start() -> Self {
        let clock = FakeClock::stopped_at(1_790_000_000_000);
        let time: Arc<dyn Clock> = Arc::new(Sleepers(clock.clone()));
        let aws = LocalAws::start(Arc::clone(&time), None).await.expect("AWS");
        let hubspot = FakeHubSpot::new(clock.clone(), seed::app());
        seed::vendors(&FakeLine::new(clock.clone()), &hubspot, "http://127.0.0.1:9", true);
        let served = hubspot.serve().await.expect("HubSpot");
        let environment = aws
            .environment()
            .with([("MUSUBI_LINE_API_URL", "http://127.0.0.1:9"), ("MUSUBI_HUBSPOT_API_URL", served.url().as_str())]);
        let connected = Aws::from_environment(&environment, RetryPolicy::WORKER).expect("AWS");
        let adapters = AwsAdapters::over(connected, environment.clone(), Arc::clone(&time));
        let secrets = adapters.secrets().expect("secrets");
        let crms = CrmClients::new(HttpClient::ready(), &served.url(), secrets.clone(), Arc::clone(&time));
        let (channels, links) = (adapters.channels().expect("channels"), adapters.links().expect("links"));
        let accounts = adapters.accounts().expect("accounts");
        let settings = Default::default();
        seed::musubi((&accounts, &channels), &links, &*secrets, &crms, &hubspot, &*time, settings)
            .await
            .expect("the demo data");
        let ports = Ports::of(&adapters, &environment).expect("ports");
        Self { clock, hubspot, ports, _served: served, _aws: aws }
    }

    fn journal(&self) -> &Journal {
        &self.ports.dispatch.outbox.journal
    }

    /// Outcomes for workflows that HubSpot knows nothing of.
    async fn unknown_completions(&self, numbers: std::ops::Range<usize>) {
        let (key, now_ms) = (account(), self.clock.now_ms());
        let mut writes = Vec::new();
        for number in numbers {
            let callback = CallbackId::new(format!("ap-unknown-{number}"));
            let job = PushJob {
                sender: Sender::Workflow,
                id: PushId::of_action(key.kind, &key.id, &[callback.as_str()]),
                account: key.clone(),
                callback: Some(callback),
                waits: true,
                contact: None,
                channel: ChannelId::new(CHANNEL_ID),
                to: Recipient::Nobody,
                messages: vec![],
                purpose: Default::default(),
                tag: None,
                accepted_at_ms: now_ms,
                send_by_ms: now_ms + DAY_MS,
                not_after_ms: None,
                expires_at_ms: now_ms + 7 * DAY_MS,
                refused: None,
                tries: 0,
                inbox: None,
            };
            let outcome = PushOutcome::Blocked;
            let state = PushState::Settled(Settlement { outcome, note: None, line_request_id: None, at_ms: now_ms });
            let push = Push { completion_queued: true, ..Push::of(&job, state) };
            let row = OutboxRow::new(&key, Effect::CompleteWorkflow { push: push.id }, now_ms, now_ms);
            writes.extend([write::push(&push, 0, now_ms), write::enqueue(&row)]);
        }
        for some in writes.chunks(100) {
            assert_eq!(self.journal().commit(some.to_vec()).await.expect("stored"), Commit::Done);
        }
    }

    async fn says(&self, words: &str) {
        let dispatch = &self.ports.dispatch;
        let record = Record { outbox: dispatch.outbox.clone() };
        let channel = dispatch.channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
        let now_ms = self.clock.now_ms();
        let event = InboundEvent {
            at_ms: now_ms,
            id: EventId::new(format!("01{now_ms:024}")),
            place: None,
            quotes: None,
            source: Source::User(LineUserId::new(LINKED_USER)),
            what: InboundWhat::Said {
                content: Content::Text { text: words.to_owned() },
                message: Some(MessageId::new(now_ms.to_string())),
            },
        };
        record.record(&channel, now_ms, &event).await.expect("recorded");
    }

    /// One call of the dispatcher. How long after its beginning HubSpot first heard these words, and how many calls before.
    async fn pay_until_heard(&self, words: &str) -> (i64, usize) {
        let (began_ms, before) = (self.clock.now_ms(), self.hubspot.ledger().calls.len());
        self.ports.dispatch.dispatch(&account(), began_ms + CALL_MS).await.expect("done");
        let calls = self.hubspot.ledger().calls.split_off(before);
        assert!(self.clock.now_ms() - began_ms <= CALL_MS, "the call did not outlive its time");
        let at = calls.iter().position(|call| String::from_utf8_lossy(&call.body).contains(words));
        let at = at.unwrap_or_else(|| panic!("{} calls, and none has the words", calls.len()));
        (calls[at].at_ms - began_ms, at)
    }
}

#[tokio::test]
async fn four_hundred_unknown_completions_leave_a_new_message_its_property_and_its_note_in_time() {
    let still = Still::start().await;
    still.unknown_completions(0..400).await;
    still.says("急ぎの用件").await;
    // A batch of completions and twenty of it told alone come first, at eleven calls a second.
    let (after_ms, calls) = still.pay_until_heard("急ぎの用件").await;
    assert!(after_ms <= 5_000 && calls <= 40, "the property came after {after_ms} ms and {calls} calls");

    still.clock.advance_ms(16 * 60_000);
    // Fresh ones come on top of those that failed before.
    still.unknown_completions(400..800).await;
    let (after_ms, calls) = still.pay_until_heard("急ぎの用件").await;
    assert!(after_ms <= 10_000 && calls <= 60, "the note came after {after_ms} ms and {calls} calls");
    assert!(still.hubspot.notes(seed::PORTAL_ID).len() == 1);
}

#[tokio::test]
async fn a_workflow_that_hubspot_does_not_know_for_hours_is_told_no_more_until_it_asks_again() {
    let still = Still::start().await;
    still.unknown_completions(0..3).await;
    let mut told = 0;
    for _ in 0..40 {
        still.ports.dispatch.dispatch(&account(), still.clock.now_ms() + CALL_MS).await.expect("done");
        told = still.hubspot.completions().len();
        still.clock.advance_ms(15 * 60_000);
    }
    let left = still.journal().count_effects(&account(), 1_000).await.expect("rows");
    assert_eq!(left, 0, "ten hours later");
    still.ports.dispatch.dispatch(&account(), still.clock.now_ms() + CALL_MS).await.expect("done");
    assert_eq!(still.hubspot.completions().len(), told);
    assert!((30..=80).contains(&told), "each was told some twenty times, not {told} in all");
}

#[tokio::test]
async fn after_hubspot_did_not_answer_hundreds_are_told_together_again() {
    let still = Still::start().await;
    still.hubspot.switch(|switches| switches.unknown_block_is_404 = false);
    still.unknown_completions(0..300).await;
    still.hubspot.fault(Endpoint::CompleteBatch, Fault::FailBefore(503), Plan::Every(1));
    for _ in 0..3 {
        still.ports.dispatch.dispatch(&account(), still.clock.now_ms() + CALL_MS).await.expect("done");
        still.clock.advance_ms(5 * 60_000);
    }
    assert_eq!(still.hubspot.completions().len(), 0, "nobody has heard");

    still.hubspot.clear_faults();
    let before = still.hubspot.ledger().calls.len();
    still.clock.advance_ms(15 * 60_000);
    still.ports.dispatch.dispatch(&account(), still.clock.now_ms() + CALL_MS).await.expect("done");
    assert_eq!(still.hubspot.completions().len(), 300);
    let calls = still.hubspot.ledger().calls.split_off(before);
    let told = calls.iter().filter(|call| call.path.ends_with("/complete")).count();
    assert_eq!(
        told, 4,
        "a hundred at a time, and the last of them in two halves: it may be one of them that is never answered for"
    );
}
