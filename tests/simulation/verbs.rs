//! The real verbs over the world's models, as the functions put them together.

use std::sync::Arc;

use musubi::flow::account_link::AccountLink;
use musubi::flow::answer::Answer;
use musubi::flow::deliver::Deliver;
use musubi::flow::greet::Greet;
use musubi::flow::link::Link;
use musubi::flow::record::Record;
use musubi::flow::reply::{Asked, Reply};
use musubi::flow::settle_up::SettleUp;
use musubi::ports::PortError;
use musubi::ports::secrets::Secret;

use crate::world::{Arrived, World};

impl World {
    /// As the function of the inbox does it: the answer, then the record.
    pub(crate) fn take_in(&self, arrived: Arrived) -> impl Future<Output = Result<(), PortError>> + 'static {
        let reply = Reply {
            channels: self.channels.clone(),
            journal: self.journal(),
            messenger: Arc::new(self.line.clone()),
            clock: self.clock(),
            public_url: "https://musubi.example".to_owned(),
        };
        let answer =
            Answer { greet: Greet { reply: reply.clone() }, account_link: AccountLink { reply, link: self.link() } };
        let record = Record { journal: self.journal(), wake_ups: Arc::new(self.wake_ups.clone()), clock: self.clock() };
        let channel = self.channel.clone();
        async move {
            let Arrived { accepted_at_ms, event, nonce } = arrived;
            let linked = nonce.map(Secret::new);
            let asked = Asked { event: &event, accepted_at_ms, token: None, standby: false, linked: linked.as_ref() };
            let answered = answer.answer(&channel, &asked).await?;
            record.record_answered(&channel, accepted_at_ms, &event, &answered).await
        }
    }

    pub(crate) fn link(&self) -> Link {
        Link { journal: self.journal(), wake_ups: Arc::new(self.wake_ups.clone()), clock: self.clock() }
    }

    pub(crate) fn deliver(&self) -> Deliver {
        Deliver {
            channels: self.channels.clone(),
            links: self.links(),
            journal: self.journal(),
            messenger: Arc::new(self.line.clone()),
            push: Arc::new(self.push.clone()),
            wake_ups: Arc::new(self.wake_ups.clone()),
            clock: self.clock(),
        }
    }

    pub fn settle_up(&self) -> SettleUp {
        SettleUp {
            channels: self.channels.clone(),
            links: self.links(),
            journal: self.journal(),
            crms: Arc::new(self.crm.clone()),
            messenger: Arc::new(self.line.clone()),
            wake_ups: Arc::new(self.wake_ups.clone()),
            clock: self.clock(),
        }
    }
}
