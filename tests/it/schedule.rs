//! The schedule sees to every account, whatever is wrong with one.

use std::sync::Arc;

use async_trait::async_trait;
use local::aws::LocalAws;
use local::fake::FakeClock;
use musubi::aws::{Aws, AwsAdapters, RetryPolicy};
use musubi::config::Environment;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{ContactId, CrmAccountId, CrmAppId};
use musubi::domain::language::Language;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::ports::table::{Commit, Precondition, Row, RowKey, Table, Write};
use musubi::ports::{Crm, Crms, PortError};
use musubi::store::Journal;
use musubi::store::journal::write;
use serde_json::json;
use timeline_flush::{Ports, schedule};

const NOW_MS: i64 = 1_790_000_000_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

struct Stack {
    aws: LocalAws,
    ports: Ports,
}

impl Stack {
    async fn start() -> Self {
        let clock = FakeClock::stopped_at(NOW_MS);
        let aws = LocalAws::start(Arc::new(clock.clone()), None).await.expect("AWS");
        let nowhere = "http://127.0.0.1:9";
        let environment =
            aws.environment().with([("MUSUBI_LINE_API_URL", nowhere), ("MUSUBI_HUBSPOT_API_URL", nowhere)]);
        let ports = ports(&environment, &clock);
        Self { aws, ports }
    }

    async fn account(&self, id: &str) -> CrmAccountKey {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(id) };
        let account = CrmAccount::new(key.clone(), CrmAppId::new("5"), Language::Japanese, "Asia/Tokyo");
        assert_eq!(self.ports.dispatch.accounts.put(&account, 0).await.expect("stored"), Commit::Done);
        key
    }

    async fn enqueue(&self, rows: Vec<OutboxRow>) {
        for some in rows.chunks(100) {
            let writes = some.iter().map(write::enqueue).collect();
            assert_eq!(self.ports.dispatch.outbox.journal.commit(writes).await.expect("stored"), Commit::Done);
        }
    }

    /// The accounts that were woken.
    fn woken(&self) -> Vec<String> {
        let messages = self.aws.sqs().messages("crm.fifo");
        let mut groups: Vec<String> = messages.into_iter().filter_map(|message| message.group).collect();
        groups.sort();
        groups
    }
}

fn ports(environment: &Environment, clock: &FakeClock) -> Ports {
    let aws = Aws::from_environment(environment, RetryPolicy::WORKER).expect("AWS");
    Ports::of(&AwsAdapters::over(aws, environment.clone(), Arc::new(clock.clone())), environment).expect("ports")
}

fn look(account: &CrmAccountKey, contact: usize, since_ms: i64, due_at_ms: i64) -> OutboxRow {
    let look = Effect::ReconcileContact { contact: ContactId::new(contact.to_string()) };
    OutboxRow::new(account, look, since_ms, due_at_ms)
}

/// A table of which one account's lists cannot be read.
struct Broken {
    inner: Arc<dyn Table>,
    list: String,
}

#[async_trait]
impl Table for Broken {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.inner.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        if partition.starts_with(&self.list) {
            return Err(PortError::transient("range", "broken"));
        }
        self.inner.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        self.inner.commit(writes).await
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_account_keeps_no_other_asleep_and_no_age_untold() {
    let mut stack = Stack::start().await;
    let broken = stack.account("1").await;
    let late = stack.account("2").await;
    stack.account("3").await;
    let dream = Write::Put {
        key: RowKey::new("account", "hubspot:0"),
        body: r#"{"v":9}"#.to_owned(),
        expect: Precondition::Any,
        expires_at_s: None,
    };
    let parts_rows = stack.ports.dispatch.outbox.journal.table();
    stack.enqueue(vec![look(&broken, 1, NOW_MS, NOW_MS)]).await;
    let rows = stack.aws.dynamodb().rows("journal").expect("rows");
    let list = rows[0].key.partition.rsplit_once(':').expect("a shard").0.to_owned();
    stack.enqueue(vec![look(&late, 2, NOW_MS - 2 * DAY_MS, NOW_MS)]).await;
    stack.ports.dispatch.outbox.journal = Journal::new(Arc::new(Broken { inner: parts_rows, list }));
    plant(&stack, dream).await;

    let round = schedule::round(&stack.ports, i64::MAX).await;
    assert_eq!(stack.woken(), ["hubspot:1", "hubspot:2", "hubspot:3"]);
    assert_eq!((round.oldest_ms, round.unreadable, round.failures.len()), (Some(2 * DAY_MS), 1, 1));
    assert!(round.tell().is_err(), "and Lambda counts the failure");
}

/// The CRM of three accounts, which lets nobody go on before all three are here, and breaks for one.
struct AllAtOnce(tokio::sync::Barrier);

#[async_trait]
impl Crms for AllAtOnce {
    async fn connect(&self, account: &CrmAccount, _until_ms: i64) -> Result<Option<Arc<dyn Crm>>, PortError> {
        self.0.wait().await;
        match account.key.id.as_str() {
            "1" => Err(PortError::permanent("test", "broken")),
            _ => Ok(None),
        }
    }
}

#[tokio::test]
async fn the_accounts_of_a_batch_are_seen_to_at_the_same_time_and_one_that_breaks_brings_nothing_back() {
    let mut stack = Stack::start().await;
    stack.ports.dispatch.crms = Arc::new(AllAtOnce(tokio::sync::Barrier::new(3)));
    let mut records = Vec::new();
    for id in ["1", "2", "3"] {
        let woken = musubi::aws::envelope::encode(&musubi::domain::job::WakeUp::of(&stack.account(id).await));
        records.push(json!({"messageId": id, "body": woken}));
    }
    let handled = timeline_flush::handle(&stack.ports, json!({"Records": records}), NOW_MS + 60_000);
    let response =
        tokio::time::timeout(std::time::Duration::from_secs(60), handled).await.expect("nobody waits for another");
    assert_eq!(response.expect("an answer").batch_item_failures.len(), 0);
}

async fn plant(stack: &Stack, write: Write) {
    let aws = Aws::from_environment(stack.aws.environment(), RetryPolicy::WORKER).expect("AWS");
    let rows = musubi::aws::DynamoTable::new(aws.dynamodb().clone(), "channels");
    assert_eq!(rows.commit(vec![write]).await.expect("stored"), Commit::Done);
}

#[tokio::test]
async fn the_oldest_effect_is_found_behind_a_flood() {
    let stack = Stack::start().await;
    let account = stack.account("1").await;
    // More than are looked at together.
    stack.enqueue((0..5_000).map(|number| look(&account, number, NOW_MS, NOW_MS)).collect()).await;
    let old = look(&account, 5_001, NOW_MS - 3 * DAY_MS, NOW_MS + 14 * MINUTE_MS);
    let by_design = look(&account, 5_002, NOW_MS - 9 * DAY_MS, NOW_MS + 16 * MINUTE_MS);
    stack.enqueue(vec![old, by_design]).await;
    let round = schedule::round(&stack.ports, i64::MAX).await;
    assert_eq!(round.oldest_ms, Some(3 * DAY_MS));
    assert!(round.tell().is_ok());
}

#[tokio::test]
async fn a_round_ends_when_its_time_is_up_and_has_woken_everybody() {
    let stack = Stack::start().await;
    let account = stack.account("1").await;
    stack.enqueue(vec![look(&account, 1, NOW_MS - DAY_MS, NOW_MS)]).await;
    let round = schedule::round(&stack.ports, NOW_MS).await;
    assert_eq!((stack.woken(), round.oldest_ms), (vec!["hubspot:1".to_owned()], None), "nobody looked");
    assert!(round.tell().is_err(), "the alarm on the oldest work hears nothing: Lambda counts a failure instead");
}

#[tokio::test]
async fn a_record_that_cannot_even_be_dead_lettered_comes_back_alone() {
    let clock = FakeClock::stopped_at(NOW_MS);
    let aws = LocalAws::start(Arc::new(clock.clone()), None).await.expect("AWS");
    let nowhere = "http://127.0.0.1:9";
    let environment = aws.environment().with([
        ("MUSUBI_LINE_API_URL", nowhere),
        ("MUSUBI_HUBSPOT_API_URL", nowhere),
        ("MUSUBI_CRM_DLQ_URL", &format!("{nowhere}/none.fifo")),
    ]);
    let stack = Stack { ports: ports(&environment, &clock), aws };
    let record = |id: &str, body: String| json!({"messageId": id, "body": body});
    let account = stack.account("1").await;
    let woken = musubi::aws::envelope::encode(&musubi::domain::job::WakeUp::of(&account));
    let batch = json!({"Records": [record("dream", "{\"v\":9}".to_owned()), record("good", woken)]});
    let response = timeline_flush::handle(&stack.ports, batch, NOW_MS + 60_000).await.expect("an answer");
    let back: Vec<String> = response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(back, ["dream"]);
}
