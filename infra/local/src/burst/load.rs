//! What happens at once: workflow actions as HubSpot posts them, messages as LINE posts them, and what goes wrong meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use tokio::task::JoinHandle;

use super::Burst;
use super::crowd::Crowd;
use crate::fake::line::Endpoint;
use crate::fake::{Fault, Plan};
use crate::world::World;

/// So many are posted at once, of all accounts together. (HubSpot says 20 an account of its workflow webhooks; LINE says nothing.)
const POSTED_AT_ONCE: usize = 20;

/// How many posts were answered otherwise than well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) actions: usize,
    pub(super) messages: usize,
}

/// Posts all of it, as fast as it is taken.
pub(super) async fn post(world: &World, burst: &Burst, crowd: &Crowd) -> Refused {
    let (actions, messages) = futures::join!(actions(world, burst, crowd), messages(world, burst, crowd));
    Refused { actions, messages }
}

async fn actions(world: &World, burst: &Burst, crowd: &Crowd) -> usize {
    let ids: Vec<String> = (0..burst.actions).map(|number| enrol(world, crowd, number)).collect();
    let twice = ids.iter().take(burst.actions * burst.twice / 100);
    futures::stream::iter(ids.iter().chain(twice))
        .map(|id| world.hubspot.post_action(id))
        .buffer_unordered(POSTED_AT_ONCE)
        .filter(|posted| std::future::ready(!posted.is_success()))
        .count()
        .await
}

/// The contact whose turn it is comes to the action.
fn enrol(world: &World, crowd: &Crowd, number: usize) -> String {
    let (home, person) = crowd.turn(number);
    let fields = [("message_1", "hello"), ("channel", &home.channel)];
    let fields: BTreeMap<String, String> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    world.hubspot.enrol(home.portal, &[person.contact], &fields).remove(0)
}

async fn messages(world: &World, burst: &Burst, crowd: &Crowd) -> usize {
    let is_twice = |number: usize| number < burst.messages * burst.twice / 100;
    futures::stream::iter(0..burst.messages)
        .map(|number| async move {
            let (home, person) = crowd.turn(number);
            let wrote = world.line.write_text(&home.channel, &person.user, &super::watch::text(number)).await;
            if is_twice(number) {
                world.line.post_again(&home.channel, &wrote.webhook_event_id, false).await;
            }
            wrote.posted
        })
        .buffer_unordered(POSTED_AT_ONCE)
        .filter(|posted| std::future::ready(!posted.is_success()))
        .count()
        .await
}

/// What goes wrong, until it is stopped.
pub(super) struct Faults(JoinHandle<()>);

impl Faults {
    /// Answers of LINE are lost, and what runs is killed, as asked for.
    pub(super) fn start(world: &World, burst: &Burst) -> Self {
        if burst.lost > 0 {
            let share = Plan::Share { per_mille: u16::from(burst.lost) * 10, seed: 1 };
            world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, share);
        }
        slow(world, burst);
        let (kill, every_s) = (world.kill.clone(), burst.kill_every);
        let task = tokio::spawn(async move {
            if every_s == 0 {
                return;
            }
            loop {
                tokio::time::sleep(Duration::from_secs(every_s)).await;
                kill.now();
            }
        });
        Self(task)
    }

    /// Nothing goes wrong any more.
    pub(super) fn stop(&self, world: &World, burst: &Burst) {
        self.0.abort();
        world.line.clear_faults();
        slow(world, burst);
    }
}

/// LINE takes its time, which is no fault.
fn slow(world: &World, burst: &Burst) {
    if burst.line_ms > 0 {
        world.line.fault(Endpoint::Push, Fault::Delay(burst.line_ms), Plan::Every(1));
    }
}
