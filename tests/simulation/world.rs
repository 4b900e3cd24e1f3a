//! The world: the real verbs over the models, moved step by step.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::activity::Content;
use musubi::domain::channel::Channel;
use musubi::domain::ids::*;
use musubi::domain::inbound::InboundEvent;
use musubi::domain::job::WakeUp;
use musubi::domain::language::Language;
use musubi::domain::notice::Notice;
use musubi::domain::push::{OutgoingMessage, PushId, PushJob};
use musubi::flow::accept::PushRequest;
use musubi::flow::dispatch::LastLooks;
use musubi::flow::erase::Receipt;
use musubi::ports::Table;
use musubi::ports::table::Commit;
use musubi::ports::{Clock, PortError};
use musubi::store::{Accounts, Channels, Journal, Links};

use crate::acts::{Act, Moment};
use crate::faults::{Dice, Faults};
pub use crate::make::Make;
use crate::models::clock::ModelClock;
use crate::models::crm::ModelCrm;
use crate::models::line::ModelLine;
use crate::models::login::ModelLogin;
use crate::models::queue::ModelQueue;
use crate::models::table::ModelTable;

pub const START_MS: i64 = 1_790_000_000_000;
pub const MINUTE_MS: i64 = 60_000;
const HALF_DAY_MS: i64 = 12 * 60 * MINUTE_MS;

/// A workflow's request as HubSpot posts it; it asks again until it hears our answer.
#[derive(Clone)]
pub struct Post {
    pub callback: CallbackId,
    pub to: Option<LineUserId>,
    pub contact: Option<ContactId>,
    pub text: String,
    /// HubSpot already knows that it waits.
    pub extra: bool,
}

/// An event as it waits in the queue.
#[derive(Clone)]
pub struct Arrived {
    pub accepted_at_ms: i64,
    pub event: InboundEvent,
    /// It confirms an account link.
    pub nonce: Option<String>,
    /// It may be answered by this.
    pub reply_token: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Origin {
    Inbox(u64),
    Push(u64),
    Wake(u64),
    Post(Box<Post>),
    Act(u64),
}

pub(crate) struct InFlight {
    origin: Origin,
    pub(crate) future: Pin<Box<dyn Future<Output = Result<(), PortError>>>>,
}

pub struct World {
    pub clock: ModelClock,
    pub faults: Faults,
    pub dice: Dice,
    pub journal_rows: ModelTable,
    pub links_rows: ModelTable,
    pub channel: Channel,
    pub account: CrmAccount,
    pub inbox: ModelQueue<Arrived>,
    pub push: ModelQueue<PushJob>,
    pub notices: ModelQueue<Notice>,
    pub wake_ups: ModelQueue<WakeUp>,
    pub posts: ModelQueue<Post>,
    pub acts: ModelQueue<Act>,
    /// What happens at one gate.
    pub moment: Option<Moment>,
    /// What erasing said.
    pub receipts: Arc<Mutex<Vec<Receipt>>>,
    /// The contacts that person 1 was linked to, one after the other; `-`: to none.
    pub linked_contacts: Vec<String>,
    /// So many commits the table of links had when it was last looked at.
    pub(crate) link_commits_seen: u64,
    pub line: ModelLine,
    pub login: ModelLogin,
    /// So many people have set out to log in: each time with another state.
    pub(crate) set_out: Arc<AtomicU64>,
    pub crm: ModelCrm,
    pub(crate) accounts: Accounts,
    pub(crate) channels: Channels,
    pub(crate) in_flight: Vec<InFlight>,
    concurrency: usize,
    next_schedule_ms: i64,
    lost_answers_per_mille: u64,
    lease: bool,
    pub(crate) last_looks: LastLooks,
}

impl World {
    pub fn new(make: Make) -> Self {
        let clock = ModelClock::starting_at(START_MS);
        let calm = Faults::random(0, 0, 0);
        let account_key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("77") };
        let mut account = CrmAccount::new(account_key.clone(), CrmAppId::new("5"), Language::Japanese, "Asia/Tokyo");
        account.capabilities.workflows_wait = true;
        account.capabilities.unique_keys = make.unique_keys;
        let mut channel =
            Channel::new(ChannelId::new("1657000000"), BotUserId::new("Ub"), "結び珈琲", "@musubi", account_key);
        channel.settings.create_contacts = make.create_contacts;
        account.channels = vec![channel.id.clone()];
        let configuration = Arc::new(ModelTable::new("channels", calm));
        let accounts = Accounts::new(Arc::clone(&configuration) as Arc<dyn Table>);
        let channels = Channels::new(configuration);
        let mut world = Self {
            journal_rows: ModelTable::new("journal", make.faults.clone()),
            links_rows: ModelTable::new("links", make.faults.clone()),
            inbox: ModelQueue::new("inbox", make.faults.clone(), clock.clone()),
            push: ModelQueue::new("push", make.faults.clone(), clock.clone()),
            notices: ModelQueue::new("notices", make.faults.clone(), clock.clone()),
            wake_ups: ModelQueue::new("wake-ups", make.faults.clone(), clock.clone()),
            posts: ModelQueue::new("posts", make.faults.clone(), clock.clone()),
            acts: ModelQueue::new("acts", make.faults.clone(), clock.clone()),
            moment: None,
            receipts: Arc::default(),
            linked_contacts: Vec::new(),
            link_commits_seen: u64::MAX,
            line: ModelLine::new(make.faults.clone(), clock.clone()),
            login: ModelLogin::new(make.faults.clone()),
            set_out: Arc::default(),
            crm: ModelCrm::new(make.faults.clone(), make.unique_keys, clock.clone()),
            dice: Dice::new(make.seed),
            faults: make.faults,
            clock,
            channel,
            account,
            accounts,
            channels,
            in_flight: Vec::new(),
            concurrency: make.concurrency,
            next_schedule_ms: START_MS,
            lost_answers_per_mille: make.lost_answers_per_mille,
            lease: make.lease,
            last_looks: LastLooks::default(),
        };
        world.configure();
        world
    }

    fn configure(&mut self) {
        let (accounts, channels) = (self.accounts.clone(), self.channels.clone());
        let (channel, account) = (self.channel.clone(), self.account.clone());
        run(async move {
            let _ = channels.put(&channel, 0).await.expect("configured");
            let _ = accounts.put(&account, 0).await.expect("configured");
        });
    }

    /// Changes the Official Account's settings.
    pub fn change_channel(&mut self, change: impl FnOnce(&mut Channel)) {
        change(&mut self.channel);
        let (channels, channel) = (self.channels.clone(), self.channel.clone());
        run(async move {
            let found = channels.find_versioned(&channel.id).await.expect("a calm table").expect("a channel");
            assert_eq!(channels.put(&channel, found.version).await.expect("a calm table"), Commit::Done);
        });
    }

    pub fn journal(&self) -> Journal {
        Journal::new(Arc::new(self.journal_rows.clone()))
    }

    pub fn links(&self) -> Links {
        Links::new(Arc::new(self.links_rows.clone()))
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    /// LINE delivered this event; our 2xx has left.
    pub fn event(&self, event: InboundEvent, ready_at_ms: i64) {
        self.inbox.put(Arrived { accepted_at_ms: ready_at_ms, event, nonce: None, reply_token: None }, ready_at_ms);
    }

    /// HubSpot posts this action.
    pub fn post(&self, post: Post, at_ms: i64) {
        self.posts.put(post, at_ms);
    }

    /// Runs until nothing is left to do or `until_ms` has come. The faults stop at `calm_at_ms`.
    pub fn run(&mut self, calm_at_ms: i64, until_ms: i64) {
        for _ in 0..2_000_000 {
            let now_ms = self.clock.now_ms();
            if now_ms >= calm_at_ms {
                self.faults.stop();
                self.line.relent();
                self.crm.relent();
                self.push.relent();
            }
            if now_ms >= until_ms {
                return;
            }
            if now_ms >= self.next_schedule_ms {
                // What takes more than half a day is worth no minutes.
                self.next_schedule_ms = now_ms + if now_ms < START_MS + HALF_DAY_MS { 1 } else { 30 } * MINUTE_MS;
                // A dispatcher that finds nothing due does nothing: worlds are many.
                if self.journal_rows.has_effects_by(now_ms) || self.journal_rows.has_looks_by(now_ms) {
                    self.wake_ups.put(WakeUp::of(&self.account.key), now_ms);
                }
            }
            if self.in_flight.len() < self.concurrency && self.dice.chance(400) && self.start() {
                continue;
            }
            if self.in_flight.is_empty() && !self.start() {
                self.pass_time();
                continue;
            }
            if !self.in_flight.is_empty() {
                let at = usize::try_from(self.dice.below(self.in_flight.len() as u64)).expect("small");
                self.poll(at);
            }
        }
        panic!("the world does not come to rest");
    }

    fn pass_time(&mut self) {
        let queues = [
            self.inbox.next_ready_ms(),
            self.push.next_ready_ms(),
            self.wake_ups.next_ready_ms(),
            self.posts.next_ready_ms(),
            self.acts.next_ready_ms(),
            Some(self.next_schedule_ms),
        ];
        let next = queues.into_iter().flatten().min().unwrap_or(0);
        self.clock.advance_to(next.max(self.clock.now_ms() + 1));
    }

    /// Starts one invocation for something that is visible in a queue.
    fn start(&mut self) -> bool {
        // Where things happen at once, an operator acts at some point of it, not before everything else.
        let now = self.acts.len() > 0 && (self.concurrency == 1 || self.dice.chance(40));
        if now && self.start_act() {
            return true;
        }
        let first = self.dice.below(4);
        for turn in 0..4 {
            let choose = self.dice.next();
            let started = match (first + turn) % 4 {
                0 => self
                    .inbox
                    .receive(choose)
                    .map(|waiting| in_flight(Origin::Inbox(waiting.id), self.take_in(waiting.job))),
                1 => self.push.receive(choose).map(|waiting| {
                    let deliver = self.deliver();
                    in_flight(Origin::Push(waiting.id), async move { deliver.deliver(&waiting.job).await })
                }),
                2 if self.lease && self.in_flight.iter().any(|other| matches!(other.origin, Origin::Wake(_))) => None,
                2 => self.wake_ups.receive(choose).map(|waiting| {
                    let dispatch = self.dispatch();
                    let until_ms = self.clock.now_ms() + 30_000;
                    in_flight(Origin::Wake(waiting.id), async move {
                        dispatch.enqueue_again(&waiting.job).await?;
                        dispatch.dispatch(&waiting.job.account, until_ms).await.map(|_| ())
                    })
                }),
                _ => self.posts.receive(choose).map(|waiting| {
                    self.posts.delete(waiting.id);
                    let accept = self.accept();
                    let account = self.account.clone();
                    let asked = self.asked(&waiting.job);
                    in_flight(Origin::Post(Box::new(waiting.job)), async move { accept.accept(&account, asked).await })
                }),
            };
            if let Some(started) = started {
                self.in_flight.push(started);
                return true;
            }
        }
        self.start_act()
    }

    fn asked(&self, post: &Post) -> PushRequest {
        PushRequest {
            by_consent: false,
            id: push_id(&self.account, &post.callback),
            callback: Some(post.callback.clone()),
            contact: post.contact.clone(),
            channel: self.channel.id.clone(),
            to: post.to.clone(),
            messages: vec![OutgoingMessage {
                json: format!("{{\"type\":\"text\",\"text\":\"{}\"}}", post.text),
                said: Content::Text { text: post.text.clone() },
            }],
            purpose: Default::default(),
            tag: None,
            not_after_ms: None,
        }
    }

    fn poll(&mut self, at: usize) {
        let mut context = Context::from_waker(Waker::noop());
        let polled = self.in_flight[at].future.as_mut().poll(&mut context);
        self.watch_links();
        let dies = self.at_the_moment();
        if self.faults.take_crash() || dies {
            // The process is gone: what it held in its hands comes back when its time is up.
            let crashed = self.in_flight.remove(at);
            if let Origin::Post(post) = crashed.origin {
                self.ask_again(*post);
            }
            return;
        }
        let Poll::Ready(result) = polled else { return };
        let finished = self.in_flight.remove(at);
        if let Err(error) = &result {
            self.faults.note(format!("failed: {error}"));
        }
        match (finished.origin, result) {
            (Origin::Inbox(id), Ok(())) => self.inbox.delete(id),
            (Origin::Push(id), Ok(())) => self.push.delete(id),
            (Origin::Act(id), Ok(())) => self.acts.delete(id),
            // A wake-up is done with whatever came of it: the schedule stands behind it.
            (Origin::Wake(id), _) => self.wake_ups.delete(id),
            (Origin::Post(post), Ok(())) => self.answered(*post),
            (Origin::Post(post), Err(_)) => self.ask_again(*post),
            (_, Err(_)) => {}
        }
    }

    fn answered(&mut self, post: Post) {
        if post.extra {
            return;
        }
        if self.dice.chance(self.lost_answers_per_mille) {
            return self.ask_again(post);
        }
        let mut crm = self.crm.state.lock().unwrap();
        if !crm.completed.contains_key(&post.callback) {
            crm.waiting.insert(post.callback);
        }
    }

    fn ask_again(&self, post: Post) {
        self.posts.put(post, self.clock.now_ms() + MINUTE_MS);
    }
}

pub fn push_id(account: &CrmAccount, callback: &CallbackId) -> PushId {
    PushId::of_action(account.key.kind, &account.key.id, &[callback.as_str()])
}

pub(crate) fn in_flight(origin: Origin, future: impl Future<Output = Result<(), PortError>> + 'static) -> InFlight {
    InFlight { origin, future: Box::pin(future) }
}

/// Runs something that only waits at gates.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
