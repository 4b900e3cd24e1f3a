//! A table: conditions, versions, all or nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::domain::conversation::is_looked_at;
use musubi::domain::outbox::OutboxRow;
use musubi::ports::table::{Commit, MAX_WRITES, Precondition, Row, RowKey, TOO_LARGE, Write};
use musubi::ports::{PortError, Table};

use crate::faults::{Fate, Faults};

#[derive(Default)]
struct State {
    rows: BTreeMap<(String, String), (u64, String)>,
    fresh_version: u64,
    commits: u64,
}

#[derive(Clone)]
pub struct ModelTable {
    name: &'static str,
    faults: Faults,
    state: Arc<Mutex<State>>,
}

fn lost(what: &'static str) -> PortError {
    PortError::transient(what, "the model lost it")
}

impl ModelTable {
    pub fn new(name: &'static str, faults: Faults) -> Self {
        Self {
            name,
            faults,
            state: Arc::new(Mutex::new(State { rows: BTreeMap::new(), fresh_version: 1 << 40, commits: 0 })),
        }
    }

    /// The same table, without faults: to set the scene.
    pub fn calm(&self) -> Self {
        Self { faults: Faults::random(0, 0, 0), ..self.clone() }
    }

    /// Every row of another table, in place of its own.
    pub fn restore(&self, other: &Self) {
        let rows = other.state.lock().unwrap().rows.clone();
        self.state.lock().unwrap().rows = rows;
    }

    /// So many commits were done: while that stays, every row stays.
    pub fn commits(&self) -> u64 {
        self.state.lock().unwrap().commits
    }

    /// Whether the outbox holds work that is due. Open tasks are none.
    pub fn has_effects_by(&self, now_ms: i64) -> bool {
        let until = format!("{now_ms:013}:\u{10FFFF}");
        let outbox = ("o:".to_owned(), String::new())..("o;".to_owned(), String::new());
        let is_due = |(list, sort): &(String, String)| !list.ends_with(":watched") && *sort <= until;
        self.state.lock().unwrap().rows.range(outbox).any(|(key, _)| is_due(key))
    }

    /// Whether an open task was to be looked at in the last minutes.
    pub fn has_looks_by(&self, now_ms: i64) -> bool {
        let outbox = ("o:".to_owned(), String::new())..("o;".to_owned(), String::new());
        let state = self.state.lock().unwrap();
        state.rows.range(outbox).any(|((list, _), (_, body))| {
            let watched = list.ends_with(":watched").then(|| serde_json::from_str::<OutboxRow>(body).ok()).flatten();
            watched.is_some_and(|row| is_looked_at(row.since_ms, now_ms - 2 * 60_000, now_ms))
        })
    }

    /// Every row, for checks.
    pub fn all(&self) -> Vec<(String, String, String)> {
        let state = self.state.lock().unwrap();
        state.rows.iter().map(|((p, s), (_, body))| (p.clone(), s.clone(), body.clone())).collect()
    }
}

fn commit(state: &mut State, writes: Vec<Write>) -> Commit {
    let holds = |state: &State, key: &RowKey, expect: Precondition| {
        let version = state.rows.get(&(key.partition.clone(), key.sort.clone())).map_or(0, |(version, _)| *version);
        match expect {
            Precondition::Any => true,
            Precondition::Absent | Precondition::AbsentAnew => version == 0,
            Precondition::Version(expected) => version == expected,
        }
    };
    for write in &writes {
        let expect = match write {
            Write::Put { expect, .. } | Write::Delete { expect, .. } | Write::Check { expect, .. } => *expect,
        };
        if !holds(state, write.key(), expect) {
            return Commit::Conflict;
        }
    }
    for write in writes {
        let at = (write.key().partition.clone(), write.key().sort.clone());
        match write {
            Write::Put { body, expect, .. } => {
                let version = match expect {
                    Precondition::Absent => 1,
                    Precondition::Version(version) => version + 1,
                    Precondition::AbsentAnew | Precondition::Any => {
                        // Room for the versions that follow it one by one.
                        state.fresh_version += 1 << 20;
                        state.fresh_version
                    }
                };
                state.rows.insert(at, (version, body));
            }
            Write::Delete { .. } => {
                state.rows.remove(&at);
            }
            Write::Check { .. } => {}
        }
    }
    state.commits += 1;
    Commit::Done
}

#[async_trait]
impl Table for ModelTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        let what = format!("{} get {}", self.name, kind(&key.sort));
        if self.faults.before(&what).await != Fate::Well {
            return Err(lost("get"));
        }
        let state = self.state.lock().unwrap();
        let found = state.rows.get(&(key.partition.clone(), key.sort.clone()));
        Ok(found.map(|(version, body)| Row { key: key.clone(), version: *version, body: body.clone() }))
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        if self.faults.before(&format!("{} range", self.name)).await != Fate::Well {
            return Err(lost("range"));
        }
        let state = self.state.lock().unwrap();
        if from > to {
            return Ok(Vec::new());
        }
        let range = (partition.to_owned(), from.to_owned())..=(partition.to_owned(), to.to_owned());
        let rows = state.rows.range(range).take(limit);
        Ok(rows
            .map(|((p, s), (version, body))| Row { key: RowKey::new(p, s), version: *version, body: body.clone() })
            .collect())
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        if writes.len() > MAX_WRITES {
            return Err(PortError::permanent("commit", "more writes than a transaction takes"));
        }
        if writes.iter().any(Write::is_too_large) {
            return Err(PortError::permanent("commit", TOO_LARGE));
        }
        let twice = |(at, write): (usize, &Write)| writes[..at].iter().any(|other| other.key() == write.key());
        if writes.iter().enumerate().any(twice) {
            return Err(PortError::permanent("commit", "a key twice in one transaction"));
        }
        let what = format!("{} commit of {}", self.name, writes.len());
        let fate = self.faults.before(&what).await;
        if fate == Fate::FailsBefore {
            return Err(lost("commit"));
        }
        let done = commit(&mut self.state.lock().unwrap(), writes);
        self.faults.after(&what).await;
        if fate == Fate::AnswerLost { Err(lost("commit")) } else { Ok(done) }
    }
}

fn kind(sort: &str) -> &str {
    sort.split(':').next().unwrap_or(sort)
}
