//! A standard queue: at least once, in any order, invisible while in flight, a dead-letter queue.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::ports::{Clock, PortError, Queue};

use super::clock::ModelClock;
use crate::faults::{Dice, Fate, Faults};

const HOUR_MS: i64 = 3_600_000;
pub const VISIBILITY_MS: i64 = 60_000;

#[derive(Clone)]
pub struct Waiting<T> {
    pub id: u64,
    pub job: T,
    pub ready_at_ms: i64,
}

struct State<T> {
    waiting: Vec<Waiting<T>>,
    dead_lettered: Vec<(T, String)>,
    next_id: u64,
    /// Puts off so many of a thousand jobs that come back, for most of a day or more.
    late: Option<(Dice, u64)>,
}

pub struct ModelQueue<T> {
    name: &'static str,
    faults: Faults,
    clock: ModelClock,
    state: Arc<Mutex<State<T>>>,
}

impl<T> Clone for ModelQueue<T> {
    fn clone(&self) -> Self {
        Self { name: self.name, faults: self.faults.clone(), clock: self.clock.clone(), state: Arc::clone(&self.state) }
    }
}

impl<T: Clone> ModelQueue<T> {
    pub fn new(name: &'static str, faults: Faults, clock: ModelClock) -> Self {
        let state = State { waiting: Vec::new(), dead_lettered: Vec::new(), next_id: 1, late: None };
        Self { name, faults, clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Takes one that is visible; it comes back unless it is deleted.
    pub fn receive(&self, choose: u64) -> Option<Waiting<T>> {
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock().unwrap();
        let ready: Vec<usize> =
            (0..state.waiting.len()).filter(|at| state.waiting[*at].ready_at_ms <= now_ms).collect();
        let at = *ready.get(usize::try_from(choose % ready.len().max(1) as u64).unwrap())?;
        state.waiting[at].ready_at_ms = now_ms + VISIBILITY_MS;
        Some(state.waiting[at].clone())
    }

    pub fn delete(&self, id: u64) {
        self.state.lock().unwrap().waiting.retain(|waiting| waiting.id != id);
    }

    pub fn next_ready_ms(&self) -> Option<i64> {
        self.state.lock().unwrap().waiting.iter().map(|waiting| waiting.ready_at_ms).min()
    }

    pub fn len(&self) -> usize {
        self.state.lock().unwrap().waiting.len()
    }

    /// From now on so many of a thousand jobs that are sent here are put off by 20 to 28 hours: a queue that stands still, or a
    /// dead letter that is sent back the next day.
    pub fn put_off(&self, seed: u64, per_mille: u64) {
        self.state.lock().unwrap().late = Some((Dice::new(seed ^ 0x1a7e), per_mille));
    }

    /// From now on none is.
    pub fn relent(&self) {
        self.state.lock().unwrap().late = None;
    }

    pub fn dead_letters(&self) -> Vec<(T, String)> {
        self.state.lock().unwrap().dead_lettered.clone()
    }

    /// As if SQS delivered it anew.
    pub fn put(&self, job: T, ready_at_ms: i64) {
        let mut state = self.state.lock().unwrap();
        let id = state.next_id;
        state.next_id += 1;
        state.waiting.push(Waiting { id, job, ready_at_ms });
    }
}

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Queue<T> for ModelQueue<T> {
    async fn send(&self, job: &T) -> Result<(), PortError> {
        self.send_later(job, 0).await
    }

    async fn send_later(&self, job: &T, delay_s: u32) -> Result<(), PortError> {
        if delay_s > 900 {
            return Err(PortError::permanent("send", "SQS delays at most 15 minutes"));
        }
        let what = format!("{} send", self.name);
        let fate = self.faults.before(&what).await;
        if fate == Fate::FailsBefore {
            return Err(PortError::transient("send", "the model lost it"));
        }
        let late_ms = self.state.lock().unwrap().late.as_mut().map_or(0, |(dice, per_mille)| {
            let is_late = dice.chance(*per_mille);
            if is_late { 20 * HOUR_MS + dice.below(8 * HOUR_MS as u64) as i64 } else { 0 }
        });
        self.put(job.clone(), self.clock.now_ms() + i64::from(delay_s) * 1000 + late_ms);
        self.faults.after(&what).await;
        if fate == Fate::AnswerLost { Err(PortError::transient("send", "the model lost it")) } else { Ok(()) }
    }

    async fn dead_letter(&self, job: &T, reason: &str) -> Result<(), PortError> {
        self.state.lock().unwrap().dead_lettered.push((job.clone(), reason.to_owned()));
        Ok(())
    }
}
