//! Wake-ups of one slot of time are one. Nothing waits for the schedule because its wake-up was dropped.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use musubi::domain::job::WakeUp;
use musubi::flow::dispatch::Dispatch;
use musubi::flow::outbox::Outbox;
use musubi::flow::record::Record;
use musubi::ports::{Clock, PortError, Queue};

use crate::crash_points::small;
use crate::faults::{Dice, Faults};
use crate::models::clock::ModelClock;
use crate::said::said;
use crate::world::{START_MS, World, run};

/// A clock on which sleeping takes its time.
struct Patient(ModelClock);

#[async_trait]
impl Clock for Patient {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        let until_ms = self.0.now_ms() + i64::try_from(duration_ms).unwrap();
        poll_fn(|_| if self.0.now_ms() >= until_ms { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// A FIFO queue as we use it: of one slot it takes one, whatever became of that one.
#[derive(Clone)]
struct Fifo {
    clock: ModelClock,
    slots: Arc<Mutex<HashSet<i64>>>,
    waiting: Arc<Mutex<Vec<WakeUp>>>,
}

#[async_trait]
impl Queue<WakeUp> for Fifo {
    async fn send(&self, job: &WakeUp) -> Result<(), PortError> {
        if self.slots.lock().unwrap().insert(WakeUp::end_of_slot_ms(self.clock.now_ms())) {
            self.waiting.lock().unwrap().push(job.clone());
        }
        Ok(())
    }

    async fn send_later(&self, job: &WakeUp, _: u32) -> Result<(), PortError> {
        self.send(job).await
    }

    async fn dead_letter(&self, _: &WakeUp, _: &str) -> Result<(), PortError> {
        Ok(())
    }
}

type Dispatching = Pin<Box<dyn Future<Output = ()>>>;

fn dispatcher(world: &World) -> Dispatching {
    let dispatch = Dispatch {
        outbox: Outbox { clock: Arc::new(Patient(world.clock.clone())), ..world.outbox() },
        ..world.dispatch()
    };
    let (account, until_ms) = (world.account.key.clone(), world.clock.now_ms() + 60_000);
    Box::pin(async move {
        dispatch.dispatch(&account, until_ms).await.expect("no faults");
    })
}

/// People write at any moment of four seconds, while a dispatcher that is faster or slower than they are does what it finds. How
/// many of them nobody came for, and how many wake-ups there were.
fn unseen(seed: u64) -> (usize, usize) {
    let world = small(true, true, Faults::crashes_at([]));
    let mut dice = Dice::new(seed);
    let (slots, waiting) = (Arc::default(), Arc::default());
    let fifo = Fifo { clock: world.clock.clone(), slots, waiting };
    let record = Record { outbox: Outbox { wake_ups: Arc::new(fifo.clone()), ..world.outbox() } };
    let mut at_ms: Vec<i64> = (0..40).map(|_| START_MS + i64::try_from(dice.below(4_000)).unwrap()).collect();
    at_ms.sort_unstable();
    let speed = 1 + dice.below(40);
    let (mut working, mut number): (Option<Dispatching>, u64) = (None, 0);
    for now_ms in START_MS..START_MS + 8_000 {
        world.clock.advance_to(now_ms);
        while at_ms.get(usize::try_from(number).unwrap()).is_some_and(|at_ms| *at_ms <= now_ms) {
            number += 1;
            run(record.record(&world.channel, now_ms, &said(number, number, now_ms))).expect("no faults");
        }
        if working.is_none() && fifo.waiting.lock().unwrap().pop().is_some() {
            working = Some(dispatcher(&world));
        }
        for _ in 0..speed {
            let Some(dispatcher) = &mut working else { break };
            if dispatcher.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                working = None;
            }
        }
    }
    let rows = world.journal_rows.all();
    let waiting =
        rows.iter().filter(|(partition, _, body)| partition.starts_with("o:") && body.contains("\"sync_contact\""));
    let woken = fifo.slots.lock().unwrap().len();
    (waiting.count(), woken)
}

#[test]
fn a_wake_up_that_is_dropped_for_its_slot_leaves_nobody_waiting() {
    for seed in 0..60 {
        let (unseen, woken) = unseen(seed);
        assert_eq!(unseen, 0, "seed {seed}: people wait for the schedule");
        assert!(woken <= 5, "seed {seed}: {woken} wake-ups in four seconds");
    }
}
