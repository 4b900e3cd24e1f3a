//! The real verbs over the world's models, as the functions put them together.

use std::sync::Arc;

use musubi::domain::activity::Content;
use musubi::domain::ids::CallbackId;
use musubi::domain::inbound::InboundEvent;
use musubi::domain::push::{OutgoingMessage, PushJob, Recipient, Sender};
use musubi::flow::accept::Accept;
use musubi::flow::account_link::AccountLink;
use musubi::flow::answer::Answer;
use musubi::flow::auto_reply::AutoReply;
use musubi::flow::decide::Decide;
use musubi::flow::deliver::Deliver;
use musubi::flow::dispatch::Dispatch;
use musubi::flow::from_inbox::FromInbox;
use musubi::flow::greet::Greet;
use musubi::flow::link::Link;
use musubi::flow::log_in::LogIn;
use musubi::flow::outbox::Outbox;
use musubi::flow::record::Record;
use musubi::flow::reply::{Reply, ReplyContext};
use musubi::flow::settle::Settle;
use musubi::flow::talk::Talk;
use musubi::flow::tell::Tell;
use musubi::flow::trial::FollowTrial;
use musubi::ports::PortError;
use musubi::ports::secrets::Secret;

use crate::said::user;
use crate::world::{Arrived, MINUTE_MS, START_MS, World, push_id, run};

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl World {
    /// As the function of the inbox does it: the answer, then the record, then the notice.
    pub(crate) fn take_in(&self, arrived: Arrived) -> impl Future<Output = Result<(), PortError>> + 'static {
        let reply = Reply {
            accounts: self.accounts.clone(),
            journal: self.journal(),
            messenger: Arc::new(self.line.clone()),
            clock: self.clock(),
            public_url: "https://musubi.example".to_owned(),
        };
        let answer = Answer {
            greet: Greet { reply: reply.clone() },
            trial: FollowTrial { reply: reply.clone() },
            auto: AutoReply { reply: reply.clone() },
            account_link: AccountLink { reply: reply.clone(), link: self.link() },
            reply,
        };
        let record = Record { outbox: self.outbox() };
        let (links, notices) = (self.links().reader(), Arc::new(self.notices.clone()));
        let tell = Tell { links, journal: self.journal(), notices };
        let channel = self.channel.clone();
        async move {
            let Arrived { accepted_at_ms, event, nonce, reply_token } = arrived;
            let (linked, token) = (nonce.map(Secret::new), reply_token.map(Secret::new));
            let asked = ReplyContext {
                event: &event,
                accepted_at_ms,
                token: token.as_ref(),
                read_token: None,
                standby: false,
                linked: linked.as_ref(),
            };
            let answered = answer.answer(&channel, &asked).await?;
            record.record_answered(&channel, accepted_at_ms, &event, &answered).await?;
            tell.tell(&channel, accepted_at_ms, &event).await
        }
    }

    /// The event has arrived, and is recorded at once.
    pub fn arrives(&self, event: InboundEvent, accepted_at_ms: i64) {
        run(self.take_in(Arrived { accepted_at_ms, event, nonce: None, reply_token: None }))
            .expect("nothing fails here");
    }

    /// What a workflow that waits sends person 1, as it lies in the queue: asked for at the start, good for a year.
    pub fn push_job(&self, name: &str) -> PushJob {
        let callback = CallbackId::new(name);
        let text = format!("text-{name}");
        PushJob {
            sender: Sender::Workflow,
            id: push_id(&self.account, &callback),
            account: self.account.key.clone(),
            callback: Some(callback),
            waits: true,
            contact: None,
            channel: self.channel.id.clone(),
            to: Recipient::Named { user: user(1), taken: false },
            messages: vec![OutgoingMessage { json: text.clone(), said: Content::Text { text } }],
            purpose: Default::default(),
            tag: None,
            accepted_at_ms: START_MS,
            send_by_ms: START_MS + 365 * DAY_MS,
            not_after_ms: None,
            expires_at_ms: START_MS + 365 * DAY_MS,
            refused: None,
            tries: 0,
            inbox: None,
        }
    }

    pub(crate) fn outbox(&self) -> Outbox {
        Outbox { journal: self.journal(), wake_ups: Arc::new(self.wake_ups.clone()), clock: self.clock() }
    }

    pub(crate) fn log_in(&self) -> LogIn {
        let (login, clock) = (Arc::new(self.login.clone()), self.clock());
        LogIn { journal: self.journal(), login, link: self.link(), clock }
    }

    pub(crate) fn link(&self) -> Link {
        Link { outbox: self.outbox() }
    }

    pub(crate) fn decide(&self) -> Decide {
        Decide { settle: Settle { channels: self.channels.clone(), outbox: self.outbox() } }
    }

    pub(crate) fn accept(&self) -> Accept {
        Accept { links: self.links().reader(), push: Arc::new(self.push.clone()), clock: self.clock() }
    }

    pub(crate) fn talk(&self) -> Talk {
        Talk { push: Arc::new(self.push.clone()) }
    }

    pub(crate) fn inbox_taker(&self) -> FromInbox {
        let (channels, links) = (self.channels.clone(), self.links().reader());
        FromInbox { channels, links, push: Arc::new(self.push.clone()), clock: self.clock() }
    }

    pub(crate) fn deliver(&self) -> Deliver {
        Deliver {
            accounts: self.accounts.clone(),
            channels: self.channels.clone(),
            outbox: self.outbox(),
            messenger: Arc::new(self.line.clone()),
            push: Arc::new(self.push.clone()),
        }
    }

    pub fn dispatch(&self) -> Dispatch {
        Dispatch {
            accounts: self.accounts.clone(),
            channels: self.channels.clone(),
            links: self.links(),
            outbox: self.outbox(),
            crms: Arc::new(self.crm.clone()),
            messenger: Arc::new(self.line.clone()),
            content: Arc::new(self.line.clone()),
            last_looks: self.last_looks.clone(),
        }
    }
}
