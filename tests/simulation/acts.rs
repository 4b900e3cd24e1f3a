//! What operators do.

use std::sync::Arc;

use musubi::domain::claim::Claim;
use musubi::domain::ids::LineUserId;
use musubi::flow::erase::Who;
use musubi::flow::link::Link;

use crate::world::{InFlight, Origin, World, in_flight};

/// What an operator does, and does again until it is done.
#[derive(Clone)]
pub enum Act {
    Claim(LineUserId, Claim),
    Erase(Who),
}

impl World {
    pub fn start_act(&mut self) -> bool {
        let Some(waiting) = self.acts.receive(0) else { return false };
        self.in_flight.push(self.act(waiting.id, waiting.job));
        true
    }

    fn act(&self, id: u64, act: Act) -> InFlight {
        let (link, erase) = (self.link(), self.settle_up().erase());
        let (channel, receipts) = (self.channel.clone(), Arc::clone(&self.receipts));
        in_flight(Origin::Act(id), async move {
            match act {
                Act::Claim(user, claim) => link.claim(&channel, &user, &claim).await,
                Act::Erase(who) => {
                    let receipt = erase.erase(&channel.account, &channel.id, &who).await?;
                    receipts.lock().unwrap().push(receipt);
                    Ok(())
                }
            }
        })
    }

    fn link(&self) -> Link {
        Link { journal: self.journal(), wake_ups: Arc::new(self.wake_ups.clone()), clock: self.clock() }
    }
}
