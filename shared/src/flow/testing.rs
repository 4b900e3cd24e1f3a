//! What the verbs' tests share: a table in memory in which somebody else can be faster, secrets in memory, a process that dies at
//! one of its writes, and a clock that waits for nobody.

pub(crate) mod crm_inbox_in_tests;
pub(crate) mod held_in_tests;
pub(crate) mod line_in_tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{BotUserId, ChannelId, CrmAccountId, CrmAppId, LineUserId};
use crate::domain::job::WakeUp;
use crate::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread};
use crate::ports::table::{Commit, Precondition, Row, RowKey, Write};
use crate::ports::{Clock, PortError, Queue, Secrets, Table};

/// A CRM account.
pub(crate) fn account() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") }
}

/// An Official Account of it.
pub(crate) fn channel() -> Channel {
    Channel::new(ChannelId::new("1"), BotUserId::new("U0"), "Shop", "@shop", account())
}

/// A person, by number.
pub(crate) fn user(number: usize) -> LineUserId {
    LineUserId::new(format!("U{number:032x}"))
}

/// What they and the Official Account say to each other.
pub(crate) fn key(number: usize) -> ConversationKey {
    ConversationKey::person(&channel().id, &user(number))
}

/// A process, which dies at one of its writes.
#[derive(Clone, Default)]
pub(crate) struct Life(Arc<Mutex<Option<Left>>>);

#[derive(Clone, Copy)]
struct Left {
    writes: usize,
    last_has_effect: bool,
    is_dead: bool,
}

impl Life {
    /// A write, in whichever port.
    pub(crate) fn write<T>(&self, effect: impl FnOnce() -> T) -> Result<T, PortError> {
        let mut left = self.0.lock().expect("nobody panics here");
        match left.as_mut() {
            None => return Ok(effect()),
            Some(left) if left.is_dead => {}
            Some(left) if left.writes > 0 => {
                left.writes -= 1;
                return Ok(effect());
            }
            Some(left) => {
                left.is_dead = true;
                if left.last_has_effect {
                    effect();
                }
            }
        }
        Err(PortError::transient("write", "the process died"))
    }

    /// So many writes go well. At the next one the process dies, before it has an effect or after.
    fn ends_after(&self, writes: usize, last_has_effect: bool) {
        *self.0.lock().expect("nobody panics here") = Some(Left { writes, last_has_effect, is_dead: false });
    }

    /// The next process lives. Whether this one had died.
    fn begins_anew(&self) -> bool {
        self.0.lock().expect("nobody panics here").take().is_some_and(|left| left.is_dead)
    }
}

/// Tries a verb with a death at each of its writes, before it has an effect and after, each time in a new world. A second call
/// must go well and leave everything as `good` says. Says how many writes a call has.
pub(crate) async fn die_anywhere<W>(
    world: impl AsyncFn(Life) -> W,
    verb: impl AsyncFn(&W) -> bool,
    good: impl AsyncFn(&W),
) -> usize {
    for writes in 0.. {
        for last_has_effect in [false, true] {
            let life = Life::default();
            let world = world(life.clone()).await;
            life.ends_after(writes, last_has_effect);
            verb(&world).await;
            if !life.begins_anew() {
                return writes;
            }
            assert!(verb(&world).await, "a second call after {writes} writes, {last_has_effect}");
            good(&world).await;
        }
    }
    unreachable!("a verb has an end")
}

/// Rows in memory. Versions count up, whatever a write expects.
#[derive(Default)]
pub(crate) struct RivalTable {
    life: Life,
    rows: Mutex<BTreeMap<RowKey, Row>>,
    rivals: Mutex<VecDeque<Write>>,
}

impl RivalTable {
    /// Of this process.
    pub(crate) fn of(life: Life) -> Self {
        Self { life, ..Self::default() }
    }

    /// Somebody else commits this, right before the next commit that may conflict.
    pub(crate) fn before_next_commit(&self, rival: Write) {
        self.rivals.lock().expect("nobody panics here").push_back(rival);
    }

    /// Every key and every body.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let rows = self.rows.lock().expect("nobody panics here");
        rows.values().map(|row| format!("{} {} {}", row.key.partition, row.key.sort, row.body)).collect()
    }

    fn apply(&self, writes: Vec<Write>) -> Commit {
        let mut rows = self.rows.lock().expect("nobody panics here");
        let version = |key: &RowKey, rows: &BTreeMap<RowKey, Row>| rows.get(key).map_or(0, |row| row.version);
        let holds = |write: &Write| {
            let (Write::Put { expect, .. } | Write::Delete { expect, .. } | Write::Check { expect, .. }) = write;
            match expect {
                Precondition::Any => true,
                Precondition::Absent | Precondition::AbsentAnew => version(write.key(), &rows) == 0,
                Precondition::Version(expected) => version(write.key(), &rows) == *expected,
            }
        };
        if !writes.iter().all(holds) {
            return Commit::Conflict;
        }
        for write in writes {
            match write {
                Write::Put { key, body, .. } => {
                    let version = version(&key, &rows) + 1;
                    rows.insert(key.clone(), Row { key, version, body });
                }
                Write::Delete { key, .. } => _ = rows.remove(&key),
                Write::Check { .. } => {}
            }
        }
        Commit::Done
    }
}

#[async_trait]
impl Table for RivalTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        Ok(self.rows.lock().expect("nobody panics here").get(key).cloned())
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        let rows = self.rows.lock().expect("nobody panics here");
        let range = RowKey::new(partition, from)..=RowKey::new(partition, to);
        Ok(rows.range(range).take(limit).map(|(_, row)| row.clone()).collect())
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let rival = self.rivals.lock().expect("nobody panics here").pop_front();
        if let Some(rival) = rival {
            assert_eq!(self.apply(vec![rival]), Commit::Done, "the other one is first");
        }
        self.life.write(|| self.apply(writes))
    }
}

/// The secrets of whichever channel or app is asked about.
#[derive(Default)]
pub(crate) struct SecretsInMemory {
    pub(crate) life: Life,
    pub(crate) token: Mutex<Option<(CrmAccountKey, CrmToken)>>,
    pub(crate) line: Mutex<Option<LineSecrets>>,
    pub(crate) app: Mutex<Option<CrmAppSecrets>>,
}

fn read<T: Clone>(place: &Mutex<T>) -> T {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn store<T>(place: &Mutex<T>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

#[async_trait]
impl Secrets for SecretsInMemory {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        Ok(read(&self.line))
    }

    async fn line_anew(&self, _: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        Ok(Reread { secrets: read(&self.line), as_of_ms: 0 })
    }

    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(read(&self.app))
    }

    async fn crm_app_anew(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(read(&self.app))
    }

    async fn crm_token(&self, account: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        Ok(read(&self.token).filter(|(of, _)| of == account).map(|(_, token)| token))
    }

    async fn store_crm_token(&self, account: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError> {
        self.life.write(|| store(&self.token, Some((account.clone(), token.clone()))))
    }

    async fn store_line(&self, _: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError> {
        self.life.write(|| store(&self.line, Some(secrets.clone())))
    }

    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError> {
        self.life.write(|| store(&self.app, Some(secrets.clone())))
    }

    async fn forget_crm_token(&self, _: &CrmAccountKey) -> Result<(), PortError> {
        self.life.write(|| store(&self.token, None))
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        self.life.write(|| store(&self.line, None))
    }
}

/// Waits for nobody.
pub(crate) struct NoWaiting;

#[async_trait]
impl Clock for NoWaiting {
    fn now_ms(&self) -> i64 {
        1_000
    }

    async fn sleep_ms(&self, _: u64) {}
}

/// Hears how often the dispatcher is told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) life: Life,
    pub(crate) times: Mutex<usize>,
}

#[async_trait]
impl Queue<WakeUp> for Told {
    async fn send(&self, _: &WakeUp) -> Result<(), PortError> {
        self.life.write(|| *self.times.lock().expect("nobody panics here") += 1)
    }

    async fn send_later(&self, job: &WakeUp, _: u32) -> Result<(), PortError> {
        self.send(job).await
    }

    async fn dead_letter(&self, _: &WakeUp, _: &str) -> Result<(), PortError> {
        Ok(())
    }
}
