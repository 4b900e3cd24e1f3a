use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use async_trait::async_trait;

use super::*;

/// Stands still until it is moved.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

#[async_trait]
impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    async fn sleep_ms(&self, _: u64) {}
}

struct Scene {
    clock: Hand,
    guard: QuotaGuard,
    asked: AtomicU32,
}

impl Scene {
    fn new() -> Self {
        Self::of(1)
    }

    fn of(environments: u32) -> Self {
        let clock = Hand::default();
        Self { guard: QuotaGuard::new(environments, Arc::new(clock.clone())), clock, asked: AtomicU32::new(0) }
    }

    async fn may_begin(&self, channel: &str, answer: Result<(u64, Option<u64>), ()>) -> bool {
        let ask = async || {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let (used, limit) = answer.map_err(|()| PortError::transient("quota", "no answer"))?;
            Ok(MessageQuota { limit, used })
        };
        self.guard.may_begin(&ChannelId::new(channel), ask).await
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    fn passes(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn what_begins_between_two_answers_is_counted_and_line_is_asked_once_a_minute() {
    let scene = Scene::new();
    let five_of_eight = Ok((5, Some(8)));
    let mut began = Vec::new();
    for _ in 0..5 {
        began.push(scene.may_begin("1", five_of_eight).await);
    }
    assert_eq!((began, scene.asked()), (vec![true, true, true, false, false], 1));
    scene.passes(ASK_EVERY_MS);
    assert!(!scene.may_begin("1", five_of_eight).await, "the answer counts for all of a minute");
    scene.passes(1);
    assert!(scene.may_begin("1", five_of_eight).await, "LINE has the last word");
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn where_the_others_may_have_used_up_what_was_left_line_is_asked_again_in_five_seconds() {
    let scene = Scene::of(10);
    let of_eighty = |used| Ok((used, Some(80)));
    for _ in 0..3 {
        assert!(scene.may_begin("1", of_eighty(50)).await);
    }
    scene.passes(ASK_UNSURE_EVERY_MS - 1);
    assert!(
        scene.may_begin("1", of_eighty(50)).await,
        "thirty may have begun, of thirty: but it was asked a moment ago"
    );
    assert_eq!(scene.asked(), 1);
    scene.passes(1);
    assert!(!scene.may_begin("1", of_eighty(80)).await, "the others have used it up");
    scene.passes(ASK_UNSURE_EVERY_MS);
    assert!(!scene.may_begin("1", of_eighty(50)).await, "what LINE said for sure counts for a minute");
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn where_line_does_not_say_again_what_it_said_before_counts_for_its_minute() {
    let scene = Scene::of(10);
    assert!(scene.may_begin("1", Ok((76, Some(80)))).await);
    scene.passes(ASK_UNSURE_EVERY_MS);
    let mut began = Vec::new();
    for _ in 0..4 {
        began.push(scene.may_begin("1", Err(())).await);
    }
    assert_eq!((began, scene.asked()), (vec![true, true, true, false], 2));
}

#[tokio::test]
async fn while_much_is_left_line_is_asked_once_a_minute_however_many_send() {
    let scene = Scene::of(10);
    for _ in 0..12 {
        assert!(scene.may_begin("1", Ok((50, Some(800)))).await);
        scene.passes(ASK_UNSURE_EVERY_MS);
    }
    assert_eq!(scene.asked(), 1);
}

#[tokio::test]
async fn one_accounts_month_says_nothing_of_anothers() {
    let scene = Scene::new();
    assert!(!scene.may_begin("1", Ok((8, Some(8)))).await);
    assert!(scene.may_begin("2", Ok((0, Some(8)))).await);
    scene.guard.note_refusal(&ChannelId::new("2")).await;
    assert!(!scene.may_begin("2", Ok((0, Some(8)))).await);
    assert!(scene.may_begin("3", Ok((0, None))).await);
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn where_line_does_not_say_everything_begins_and_it_is_not_asked_for_each() {
    let scene = Scene::new();
    for _ in 0..3 {
        assert!(scene.may_begin("1", Err(())).await);
    }
    assert_eq!(scene.asked(), 1);
    scene.passes(ASK_EVERY_MS + 1);
    assert!(!scene.may_begin("1", Ok((1, Some(1)))).await);
}

#[tokio::test]
async fn an_account_without_a_limit_is_asked_about_once_an_hour_and_lines_refusal_counts_at_once() {
    let scene = Scene::new();
    assert!(scene.may_begin("1", Ok((9, None))).await);
    scene.passes(ASK_UNLIMITED_EVERY_MS);
    assert!(scene.may_begin("1", Ok((9, Some(1)))).await);
    assert_eq!(scene.asked(), 1);
    scene.guard.note_refusal(&ChannelId::new("1")).await;
    assert!(!scene.may_begin("1", Ok((9, None))).await);
    scene.passes(ASK_EVERY_MS + 1);
    assert!(scene.may_begin("1", Ok((9, None))).await, "asked again");
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn memory_is_bounded_and_a_clock_that_is_set_back_asks_again() {
    let scene = Scene::new();
    for number in 0..=MAX_CHANNELS {
        assert!(scene.may_begin(&number.to_string(), Ok((0, Some(9)))).await);
    }
    assert!(scene.guard.channels.lock().unwrap().len() <= MAX_CHANNELS);
    let asked = scene.asked();
    scene.passes(-ASK_UNLIMITED_EVERY_MS - 1);
    assert!(scene.may_begin("1000", Ok((0, Some(9)))).await);
    assert_eq!(scene.asked(), asked + 1);
}
