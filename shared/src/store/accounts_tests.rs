//! What strangers may ask for costs a bounded number of reads, and drops nothing that is real.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::domain::ids::{ChannelId, CrmAccountId};
use crate::domain::language::Language;
use crate::ports::table::Row;
use crate::store::Channels;

/// A table with these accounts and nothing else, which counts how often it is read.
#[derive(Default)]
struct CountedTable {
    accounts: Mutex<Vec<Row>>,
    reads: AtomicUsize,
}

#[async_trait]
impl Table for CountedTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.accounts.lock().unwrap().iter().find(|row| row.key == *key).cloned())
    }

    async fn range(&self, partition: &str, _: &str, _: &str, _: usize) -> Result<Vec<Row>, PortError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        assert_eq!(partition, "account");
        Ok(self.accounts.lock().unwrap().clone())
    }

    async fn commit(&self, _: Vec<Write>) -> Result<Commit, PortError> {
        unreachable!("nothing is written")
    }
}

struct Hands(AtomicI64);

#[async_trait]
impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    async fn sleep_ms(&self, _: u64) {
        unreachable!("nobody waits")
    }
}

struct World {
    table: Arc<CountedTable>,
    hands: Arc<Hands>,
    accounts: Accounts,
    channels: Channels,
}

impl World {
    fn new() -> Self {
        let (table, hands) = (Arc::new(CountedTable::default()), Arc::new(Hands(AtomicI64::new(0))));
        let (rows, clock) = (Arc::clone(&table) as Arc<dyn Table>, Arc::clone(&hands) as Arc<dyn Clock>);
        let accounts = Accounts::new(Arc::clone(&rows)).remembering(Arc::clone(&clock));
        Self { table, hands, accounts, channels: Channels::new(rows).remembering(clock) }
    }

    fn connect(&self, portal: &str, app: &str) -> CrmAccountKey {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(portal) };
        let account = CrmAccount::new(key.clone(), CrmAppId::new(app), Language::Japanese, "Asia/Tokyo");
        let body = serde_json::to_string(&account).unwrap();
        self.table.accounts.lock().unwrap().push(Row { key: account_key(&key), version: 1, body });
        key
    }

    async fn has(&self, app: &str) -> bool {
        self.accounts.has_app(CrmKind::HubSpot, &CrmAppId::new(app)).await.unwrap()
    }

    /// How often the table was read since the last time.
    fn reads(&self) -> usize {
        self.table.reads.swap(0, Ordering::Relaxed)
    }
}

#[tokio::test]
async fn made_up_names_of_apps_cost_one_read_in_five_seconds_and_not_one_a_name() {
    let world = World::new();
    world.connect("1", "shop");
    assert!(world.has("shop").await);
    assert_eq!(world.reads(), 1);
    for index in 0..5_000 {
        assert!(!world.has(&format!("made-up-{index}")).await);
    }
    assert_eq!(world.reads(), 0);
    world.hands.0.store(5_000, Ordering::Relaxed);
    for index in 0..5_000 {
        assert!(!world.has(&format!("made-up-{index}")).await);
    }
    assert_eq!(world.reads(), 1);
    world.hands.0.store(64_999, Ordering::Relaxed);
    assert!(world.has("shop").await);
    assert_eq!(world.reads(), 0, "what is there counts for a minute");
}

#[tokio::test]
async fn an_app_that_was_connected_just_now_is_known_five_seconds_later() {
    let world = World::new();
    assert!(!world.has("shop").await);
    world.connect("1", "shop");
    world.hands.0.store(5_000, Ordering::Relaxed);
    assert!(world.has("shop").await);
}

#[tokio::test]
async fn an_account_of_another_version_may_have_come_by_any_app() {
    let world = World::new();
    let key = RowKey::new("account", "hubspot:2");
    world.table.accounts.lock().unwrap().push(Row { key, version: 1, body: "{}".to_owned() });
    assert!(world.has("shop").await, "its calls are not refused for good: the secrets decide");
}

#[tokio::test]
async fn made_up_names_drop_no_real_account_and_each_costs_one_read_a_minute() {
    let world = World::new();
    let real = world.connect("1", "shop");
    assert!(world.accounts.find(&real).await.unwrap().is_some());
    assert_eq!(world.reads(), 1);
    for _ in 0..2 {
        for index in 0..900 {
            assert!(world.channels.find(&ChannelId::new(format!("{index}"))).await.unwrap().is_none());
        }
    }
    assert_eq!(world.reads(), 900);
    for index in 0..3_000 {
        assert!(world.channels.find(&ChannelId::new(format!("9{index}"))).await.unwrap().is_none());
    }
    world.reads();
    assert!(world.accounts.find(&real).await.unwrap().is_some());
    assert_eq!(world.reads(), 0, "the real one is still remembered");
}
