//! What goes wrong, and when.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

/// A small random number generator: the same seed gives the same run, on every machine.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.next() % n }
    }

    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
}

/// So many worlds: `of_400` unless `MUSUBI_SEEDS` asks for more or fewer of the 400 that are usual.
pub fn seeds(of_400: u64) -> u64 {
    let asked = std::env::var("MUSUBI_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    asked.map_or(of_400, |asked: u64| (asked * of_400).div_ceil(400))
}

/// Where fewer worlds are asked for, one of so many: 1 where all `of_400` are.
pub fn one_of(of_400: u64) -> usize {
    usize::try_from(of_400 / seeds(of_400).clamp(1, of_400)).unwrap_or(1)
}

/// What happens to one port call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Well,
    FailsBefore,
    AnswerLost,
}

struct State {
    dice: Dice,
    per_mille: u64,
    crash_per_mille: u64,
    gates: u64,
    crash_at: BTreeSet<u64>,
    crashed: bool,
    trace: Vec<String>,
}

/// Decides the fate of every port call. Each call passes two gates, before and after its effect.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    pub fn random(seed: u64, per_mille: u64, crash_per_mille: u64) -> Self {
        Self::new(Dice::new(seed), per_mille, crash_per_mille, BTreeSet::new())
    }

    pub fn crashes_at(gates: impl IntoIterator<Item = u64>) -> Self {
        Self::new(Dice::new(0), 0, 0, gates.into_iter().collect())
    }

    fn new(dice: Dice, per_mille: u64, crash_per_mille: u64, crash_at: BTreeSet<u64>) -> Self {
        Self(Arc::new(Mutex::new(State {
            dice,
            per_mille,
            crash_per_mille,
            gates: 0,
            crash_at,
            crashed: false,
            trace: Vec::new(),
        })))
    }

    /// From now on everything goes well.
    pub fn stop(&self) {
        let mut state = self.0.lock().unwrap();
        state.per_mille = 0;
        state.crash_per_mille = 0;
    }

    /// Whoever passes the gate that is so many further on crashes there.
    pub fn crash_after(&self, gates: u64) {
        let mut state = self.0.lock().unwrap();
        let at = state.gates + gates;
        state.crash_at.insert(at);
    }

    pub fn gates(&self) -> u64 {
        self.0.lock().unwrap().gates
    }

    pub fn trace(&self) -> Vec<String> {
        self.0.lock().unwrap().trace.clone()
    }

    pub fn note(&self, line: String) {
        self.0.lock().unwrap().trace.push(line);
    }

    /// Whether the call that was just polled crashed its process.
    pub fn take_crash(&self) -> bool {
        std::mem::take(&mut self.0.lock().unwrap().crashed)
    }

    /// Before the effect: others may run; then the fate is known.
    pub async fn before(&self, what: &str) -> Fate {
        self.gate(what, "before").await;
        let mut state = self.0.lock().unwrap();
        let per_mille = state.per_mille;
        if !state.dice.chance(per_mille) {
            return Fate::Well;
        }
        let fate = if state.dice.chance(500) { Fate::FailsBefore } else { Fate::AnswerLost };
        state.trace.push(format!("{what}: {fate:?}"));
        fate
    }

    /// After the effect, before the answer arrives.
    pub async fn after(&self, what: &str) {
        self.gate(what, "after").await;
    }

    async fn gate(&self, what: &str, when: &str) {
        let mut yielded = false;
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            if !yielded {
                yielded = true;
                state.gates += 1;
                let gate = state.gates;
                let per_mille = state.crash_per_mille;
                state.trace.push(format!("{gate} {when} {what}"));
                if state.crash_at.contains(&gate) || state.dice.chance(per_mille) {
                    state.crashed = true;
                    state.trace.push(format!("CRASH {when} {what}"));
                }
                // The simulation's driver polls of its own accord; other executors must be told to.
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}
