//! What a workflow sends while no messages of the month are left is held until the next, once, and shown once.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use musubi::domain::activity::Mark;
use musubi::domain::button::Button;
use musubi::domain::channel::{Leaving, WithoutQuota};
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::ids::{CallbackId, ChannelId, ContactId, LineUserId};
use musubi::domain::operator::OperatorName;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::push::{OutgoingMessage, PushId, PushJob, PushOutcome, PushState, Sender, SettlementNote};
use musubi::domain::read_token::SealedReadToken;
use musubi::domain::reply_chance::SealedReplyToken;
use musubi::flow::deliver::Deliver;
use musubi::flow::erase::{Erase, Who};
use musubi::flow::release::Release;
use musubi::flow::settle::Settle;
use musubi::ports::messenger::{LineProfile, PushAnswer, ReplyAnswer};
use musubi::ports::secrets::Secret;
use musubi::ports::table::Commit;
use musubi::ports::{Clock, Messenger, PortError};
use musubi::store::journal::{Walk, write};

use crate::crash_points::{small, with_every_stop};
use crate::faults::Faults;
use crate::models::line::ModelLine;
use crate::said::{said, user};
use crate::world::{MINUTE_MS, START_MS, World, run};

pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// The world begins on 21 September 2026 in Japan: the morning of 1 October.
pub(crate) const DUE_MS: i64 = 1_790_812_800_000;
const FOR_EVER_MS: i64 = 9_999_999_999_999;

/// LINE, which says whether messages are left.
struct Month {
    line: ModelLine,
    has_room: Arc<AtomicBool>,
}

#[async_trait]
impl Messenger for Month {
    fn compose_push(&self, to: &LineUserId, messages: &[OutgoingMessage], tag: Option<&str>) -> String {
        self.line.compose_push(to, messages, tag)
    }

    async fn may_begin(&self, _: &ChannelId) -> bool {
        self.has_room.load(Ordering::Relaxed)
    }

    async fn push(&self, channel: &ChannelId, body: &str, key: PushId) -> PushAnswer {
        self.line.push(channel, body, key).await
    }

    async fn profile(&self, channel: &ChannelId, user: &LineUserId) -> Result<Option<LineProfile>, PortError> {
        self.line.profile(channel, user).await
    }

    fn compose_text(&self, text: &str) -> OutgoingMessage {
        self.line.compose_text(text)
    }

    fn compose_buttons(&self, text: &str, buttons: &[Button]) -> OutgoingMessage {
        self.line.compose_buttons(text, buttons)
    }

    async fn reply(&self, channel: &ChannelId, token: &Secret, messages: &[OutgoingMessage]) -> ReplyAnswer {
        self.line.reply(channel, token, messages).await
    }

    async fn seal_reply_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        self.line.seal_reply_token(channel, token).await
    }

    async fn seal_read_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError> {
        self.line.seal_read_token(channel, token).await
    }

    async fn reply_instead(&self, channel: &ChannelId, token: &SealedReplyToken, push_body: &str) -> ReplyAnswer {
        self.line.reply_instead(channel, token, push_body).await
    }

    async fn account_link_url(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError> {
        self.line.account_link_url(channel, user, login_url).await
    }
}

pub(crate) struct Scene {
    pub(crate) world: World,
    has_room: Arc<AtomicBool>,
}

impl Scene {
    pub(crate) fn with(faults: Faults, without_quota: WithoutQuota) -> Self {
        let mut world = small(true, true, faults);
        world.change_channel(|channel| channel.settings.without_quota = without_quota);
        Self { world, has_room: Arc::new(AtomicBool::new(false)) }
    }

    /// An Official Account that holds, and no messages left.
    pub(crate) fn holding() -> Self {
        Self::with(Faults::crashes_at([]), WithoutQuota::Hold)
    }

    pub(crate) fn deliver(&self) -> Deliver {
        let messenger = Month { line: self.world.line.clone(), has_room: Arc::clone(&self.has_room) };
        Deliver { messenger: Arc::new(messenger), ..self.world.deliver() }
    }

    pub(crate) fn release(&self) -> Release {
        let (journal, clock) = (self.world.journal(), self.world.clock());
        Release { journal, push: Arc::new(self.world.push.clone()), clock }
    }

    pub(crate) fn job(&self) -> PushJob {
        self.world.push_job("held")
    }

    pub(crate) fn comes(&self, job: &PushJob) {
        run(self.deliver().deliver(job)).expect("nothing fails here");
    }

    pub(crate) fn at(&self, at_ms: i64, has_room: bool) -> &Self {
        self.world.clock.advance_to(at_ms);
        self.has_room.store(has_room, Ordering::Relaxed);
        self
    }

    /// Queues what is due, and delivers it; how many.
    pub(crate) fn released(&self) -> usize {
        let until_ms = self.world.clock.now_ms() + 30_000;
        let queued = run(self.release().release(&self.world.account.key, until_ms)).expect("nothing fails here");
        while let Some(waiting) = self.world.push.receive(0) {
            self.world.push.delete(waiting.id);
            self.comes(&waiting.job);
        }
        queued
    }

    pub(crate) fn state(&self) -> PushState {
        run(self.world.journal().push(self.job().id)).expect("a calm table").expect("a send").value.state
    }

    pub(crate) fn outcome(&self) -> (PushOutcome, Option<SettlementNote>) {
        match self.state() {
            PushState::Settled(settlement) => (settlement.outcome, settlement.note),
            state => panic!("it did not end: {state:?}"),
        }
    }

    pub(crate) fn is_held(&self) -> bool {
        matches!(self.state(), PushState::Sending(sending) if sending.is_held())
    }

    pub(crate) fn rows(&self, mut walk: Walk) -> Vec<OutboxRow> {
        run(self.world.journal().next_due(&mut walk, 100)).expect("a calm table").rows
    }

    /// When held sends are due.
    pub(crate) fn held(&self) -> Vec<i64> {
        let rows = self.rows(Walk::through_held(&self.world.account.key, FOR_EVER_MS));
        rows.iter().map(|row| row.due_at_ms).collect()
    }

    /// How many workflows are to be told.
    pub(crate) fn told(&self) -> usize {
        let rows = self.rows(Walk::through(&self.world.account.key, FOR_EVER_MS));
        let tells =
            |row: &&OutboxRow| matches!(row.effect, Effect::CompleteWorkflow { .. } | Effect::TellOutcome { .. });
        rows.iter().filter(tells).count()
    }

    /// How many entries are to be written.
    pub(crate) fn entries(&self) -> usize {
        let rows = self.rows(Walk::through(&self.world.account.key, FOR_EVER_MS));
        rows.iter().filter(|row| matches!(row.effect, Effect::WriteEntry { .. })).count()
    }

    pub(crate) fn shown(&self) -> usize {
        self.world.line.shown().len()
    }

    /// What is due then is queued and delivered, `step_ms` apart, whatever stops in between.
    pub(crate) fn goes_on_whatever_stops(&self, due_ms: i64, step_ms: i64) {
        self.at(due_ms, true);
        while until_a_crash(self, self.release().release(&self.world.account.key, due_ms + 30_000)).is_none() {}
        while let Some(waiting) = self.at(self.world.clock.now_ms() + step_ms, true).world.push.receive(0) {
            if until_a_crash(self, self.deliver().deliver(&waiting.job)).is_some() {
                self.world.push.delete(waiting.id);
            }
        }
    }

    /// It was shown once, nothing of it is left to be done but its note, and no rule was broken.
    pub(crate) fn ended_well(&self, crash: Option<u64>) {
        assert_eq!((self.shown(), self.outcome().0), (1, PushOutcome::Accepted), "{crash:?}");
        assert_eq!((self.held(), self.world.line.violations()), (vec![], vec![]), "{crash:?}");
        assert_eq!(self.entries(), 1, "its words become a note, {crash:?}");
    }
}

#[test]
fn what_is_held_waits_for_the_morning_of_the_next_month_and_is_shown_once_however_often_its_job_comes() {
    let scene = Scene::holding();
    for at_ms in [START_MS, START_MS + DAY_MS, DUE_MS - 1] {
        // Messages may be left again: it was said when it goes.
        scene.at(at_ms, at_ms > START_MS).comes(&scene.job());
        assert!(scene.is_held() && scene.released() == 0);
        assert_eq!((scene.held(), scene.shown()), (vec![DUE_MS], 0));
    }
    scene.at(DUE_MS, true);
    assert_eq!((scene.released(), scene.shown(), scene.outcome()), (1, 1, (PushOutcome::Accepted, None)));
    assert_eq!((scene.held(), scene.released()), (vec![], 0));
    for _ in 0..2 {
        scene.comes(&scene.job());
        scene.comes(&PushJob { messages: Vec::new(), ..scene.job() });
    }
    assert_eq!((scene.shown(), scene.world.line.attempts(scene.job().id).len()), (1, 1));
    assert_eq!(scene.world.line.violations(), Vec::<String>::new());
}

#[test]
fn two_that_release_it_at_once_send_the_same_bytes_under_one_key() {
    let scene = Scene::holding();
    scene.at(START_MS, false).comes(&scene.job());
    scene.at(DUE_MS, true);
    let (one, other) = (scene.deliver(), scene.deliver());
    let job = scene.job();
    let both = run(async { futures::join!(one.deliver(&job), other.deliver(&job)) });
    assert!(both.0.is_ok() && both.1.is_ok());
    while let Some(waiting) = scene.at(scene.world.clock.now_ms() + DAY_MS / 24, true).world.push.receive(0) {
        scene.world.push.delete(waiting.id);
        scene.comes(&waiting.job);
    }
    assert_eq!((scene.shown(), scene.outcome().0), (1, PushOutcome::Accepted));
    assert_eq!(scene.world.line.violations(), Vec::<String>::new());
}

#[test]
fn without_the_setting_nothing_is_held_and_nothing_that_cannot_wait() {
    let operator = Sender::Operator { name: OperatorName::parse("佐藤").expect("a name") };
    let scene = Scene::with(Faults::crashes_at([]), WithoutQuota::Refuse);
    scene.at(START_MS, false).comes(&scene.job());
    assert_eq!(scene.outcome(), (PushOutcome::NoQuota, None));
    let scene = Scene::holding();
    let until = |not_after_ms| PushJob { not_after_ms: Some(not_after_ms), ..scene.job() };
    scene.at(START_MS, false).comes(&until(DUE_MS + DAY_MS - 1));
    assert_eq!(scene.outcome(), (PushOutcome::NoQuota, None), "the action says by when, and it may go a day later");
    let scene = Scene::holding();
    scene.at(START_MS, false).comes(&PushJob { not_after_ms: Some(DUE_MS + DAY_MS), ..scene.job() });
    assert!(scene.is_held());
    let scene = Scene::holding();
    scene.at(START_MS, false).comes(&PushJob { sender: operator, ..scene.job() });
    assert_eq!((scene.outcome().0, scene.shown()), (PushOutcome::Accepted, 1), "LINE alone stops what people say");
    let scene = Scene::holding();
    scene.at(DUE_MS, false).comes(&scene.job());
    assert_eq!(scene.outcome(), (PushOutcome::NoQuota, None), "its next month has begun");
    assert_eq!(scene.held(), Vec::<i64>::new());
}

#[test]
fn when_its_time_has_come_all_is_looked_at_again() {
    let held = || {
        let scene = Scene::holding();
        scene.at(START_MS, false).comes(&scene.job());
        scene
    };
    let ends = |scene: &Scene, outcome, note| {
        assert_eq!((scene.released(), scene.outcome(), scene.shown()), (1, (outcome, note), 0));
        assert_eq!(scene.held(), Vec::<i64>::new());
    };
    let scene = held();
    ends(scene.at(DUE_MS, false), PushOutcome::NoQuota, None);

    let mut scene = held();
    scene.world.change_channel(|channel| channel.settings.without_quota = WithoutQuota::Refuse);
    ends(scene.at(DUE_MS, true), PushOutcome::NoQuota, None);

    let scene = held();
    let key = ConversationKey::person(&scene.world.channel.id, &user(1));
    let mut head = Conversation::new(key, scene.world.account.key.clone());
    head.friendship.observe(&Mark::at(DUE_MS - 1, said(1, 1, START_MS).id), true);
    let stored = run(scene.world.journal().commit(vec![write::conversation(&head, 0)]));
    assert_eq!(stored.expect("a calm table"), Commit::Done);
    ends(scene.at(DUE_MS, true), PushOutcome::Blocked, None);

    let scene = held();
    ends(scene.at(DUE_MS + DAY_MS + 1, true), PushOutcome::Expired, Some(SettlementNote::TooOld));

    let mut scene = held();
    let leaving = Leaving { at_ms: DUE_MS, keeps_links: true, webhook: None, inbox: None, parts: 0, people: 0 };
    scene.world.change_channel(|channel| channel.leaving = Some(leaving));
    ends(scene.at(DUE_MS, true), PushOutcome::Failed, Some(SettlementNote::UnknownChannel));
}

#[test]
fn the_last_retry_leaves_twenty_three_hours_after_the_first_attempt_and_not_after_it_was_held() {
    let scene = Scene::holding();
    scene.at(START_MS, false).comes(&scene.job());
    scene.world.line.rate_limit(2);
    scene.at(DUE_MS, true).released();
    assert!(!scene.is_held() && scene.shown() == 0, "LINE asks to wait");
    scene.at(DUE_MS + 23 * HOUR_MS - 1, false).comes(&scene.job());
    scene.at(DUE_MS + 23 * HOUR_MS, true).comes(&scene.job());
    assert_eq!(scene.outcome(), (PushOutcome::Expired, Some(SettlementNote::NeverTaken)));
    assert_eq!(scene.world.line.attempts(scene.job().id).len(), 2);
    assert_eq!(scene.world.line.violations(), Vec::<String>::new());
}

#[test]
fn a_workflow_hears_at_once_that_it_is_queued_unless_it_waits_until_the_end() {
    for (expires_at_ms, told) in [(START_MS + 49 * HOUR_MS, 1), (DUE_MS + 23 * HOUR_MS, 1), (DUE_MS + DAY_MS, 0)] {
        let scene = Scene::holding();
        scene.world.crm.state.lock().unwrap().waiting.insert(CallbackId::new("held"));
        let job = PushJob { expires_at_ms, contact: Some(ContactId::new("501")), ..scene.job() };
        scene.at(START_MS, false).comes(&job);
        assert_eq!(scene.told(), told);
        run(scene.world.dispatch().dispatch(&scene.world.account.key, START_MS + 30_000)).expect("nothing fails here");
        let heard =
            |scene: &Scene| scene.world.crm.state.lock().unwrap().completed.values().map(Vec::len).sum::<usize>();
        assert_eq!(heard(&scene), told);
        scene.at(START_MS + MINUTE_MS, false).comes(&job);
        assert_eq!(scene.told(), told, "who asks again is told again");
        scene.at(DUE_MS, true).released();
        run(scene.world.dispatch().dispatch(&scene.world.account.key, DUE_MS + 30_000)).expect("nothing fails here");
        assert_eq!((heard(&scene), scene.shown()), (1, 1));
    }
}

#[test]
fn whoever_is_erased_while_something_is_held_for_them_gets_nothing_and_its_words_go_at_once() {
    let scene = Scene::holding();
    scene.at(START_MS, false).comes(&scene.job());
    let settle = Settle { channels: scene.world.channels.clone(), outbox: scene.world.outbox() };
    let erase = Erase { links: scene.world.links(), settle };
    let at_rest = |scene: &Scene| {
        let stored = run(scene.world.journal().push(scene.job().id)).expect("a calm table").expect("a send");
        serde_json::to_string(&stored.value).expect("JSON")
    };
    assert!(at_rest(&scene).contains("text-held"));
    scene.at(START_MS + DAY_MS, false);
    let (account, channel) = (scene.world.account.key.clone(), scene.world.channel.id.clone());
    for parked in [1, 0] {
        let receipt = run(erase.erase(&account, &channel, &Who::User(user(1)))).expect("nothing fails here");
        assert_eq!((receipt.removed.parked, receipt.removed.effects), (parked, 0));
    }
    assert_eq!((scene.outcome().0, scene.held()), (PushOutcome::NotLinked, vec![]));
    assert!(!at_rest(&scene).contains("text-held") && !at_rest(&scene).contains(user(1).expose()));
    scene.at(DUE_MS, true).comes(&scene.job());
    assert_eq!(scene.shown(), 0);
    // What comes late of before is not held for them.
    let late = PushJob { id: scene.world.push_job("late").id, ..scene.job() };
    scene.comes(&late);
    assert_eq!((scene.held(), scene.shown()), (vec![], 0));
}

/// Polls it to its end, or until its process is gone.
pub(crate) fn until_a_crash<T>(scene: &Scene, work: impl Future<Output = Result<T, PortError>>) -> Option<T> {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let polled = work.as_mut().poll(&mut context);
        if scene.world.faults.take_crash() {
            return None;
        }
        if let Poll::Ready(done) = polled {
            return Some(done.expect("no call fails here"));
        }
    }
}

#[test]
fn a_stop_anywhere_loses_nothing_that_is_held_and_shows_nothing_twice() {
    with_every_stop(|crash| {
        let scene = Scene::with(Faults::crashes_at(crash), WithoutQuota::Hold);
        scene.at(START_MS, false);
        while until_a_crash(&scene, scene.deliver().deliver(&scene.job())).is_none() {}
        assert!(scene.is_held() && scene.held() == [DUE_MS] && scene.told() == 0, "{crash:?}");
        scene.goes_on_whatever_stops(DUE_MS, HOUR_MS);
        scene.ended_well(crash);
        scene.world.faults.gates()
    });
}
