//! What every answer to the port [`Messenger`] must do, as code: LINE's client over the fake platform, and the simulation's model.
//!
//! It panics where the contract is broken.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::account::CrmKind;
use musubi::domain::activity::Content;
use musubi::domain::button::Button;
use musubi::domain::ids::{ChannelId, CrmAccountId, LineUserId};
use musubi::domain::push::{OutgoingMessage, PushId};
use musubi::domain::read_token::SealedReadToken;
use musubi::domain::reply_chance::SealedReplyToken;
use musubi::ports::messenger::{LineProfile, PushAnswer, ReplyAnswer};
use musubi::ports::secrets::Secret;
use musubi::ports::{Messenger, PortError};

/// What the contract needs of a LINE platform.
#[async_trait]
pub trait LineWorld: Send + Sync {
    /// The client.
    fn messenger(&self) -> Arc<dyn Messenger>;
    /// An Official Account, and a friend of it.
    fn friend(&self) -> (ChannelId, LineUserId);
    /// How many pushes have appeared on phones.
    fn shown(&self) -> usize;
    /// The answer to the next push is lost.
    fn lose_next_answer(&self);
    /// An event of the friend's has just come, with this reply token.
    async fn reply_token(&self) -> Secret;
}

/// The whole contract.
pub async fn messenger_contract(world: &dyn LineWorld) {
    let messenger = world.messenger();
    let messenger = &*messenger;
    the_same_is_composed_of_the_same(world, messenger);
    a_push_is_shown_once_under_a_key(world, messenger).await;
    a_reply_token_works_once(world, messenger).await;
    a_push_goes_out_as_a_reply_once_by_a_token_that_nobody_else_reads(world, messenger).await;
    a_friend_has_a_profile_and_a_way_to_link(world, messenger).await;
}

fn text(words: &str) -> OutgoingMessage {
    let json = serde_json::json!({"type": "text", "text": words}).to_string();
    OutgoingMessage { json, said: Content::Text { text: words.into() } }
}

fn key(name: &str) -> PushId {
    PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("9"), &[name])
}

fn the_same_is_composed_of_the_same(world: &dyn LineWorld, messenger: &dyn Messenger) {
    let (_, friend) = world.friend();
    let compose = |words: &str| messenger.compose_push(&friend, &[text(words)], Some("unit"));
    assert_eq!(compose("one"), compose("one"), "a retry sends the same bytes");
    assert_ne!(compose("one"), compose("two"));
    let other = LineUserId::new("U00000000000000000000000000000fff");
    assert_ne!(compose("one"), messenger.compose_push(&other, &[text("one")], Some("unit")));
}

async fn a_push_is_shown_once_under_a_key(world: &dyn LineWorld, messenger: &dyn Messenger) {
    let ((channel, friend), before) = (world.friend(), world.shown());
    let body = messenger.compose_push(&friend, &[text("hello")], None);
    for name in ["contract-1", "contract-1", "contract-2"] {
        let answer = messenger.push(&channel, &body, key(name)).await;
        assert!(matches!(answer, PushAnswer::Accepted { .. }), "{name}: {answer:?}");
    }
    assert_eq!(world.shown() - before, 2, "one for each key");
    world.lose_next_answer();
    assert_eq!(messenger.push(&channel, &body, key("contract-3")).await, PushAnswer::Unknown);
    let again = messenger.push(&channel, &body, key("contract-3")).await;
    assert!(matches!(again, PushAnswer::Accepted { .. }), "LINE has it: {again:?}");
    assert_eq!(world.shown() - before, 3, "shown once, whatever became of the answer");
}

async fn a_reply_token_works_once(world: &dyn LineWorld, messenger: &dyn Messenger) {
    let (channel, _) = world.friend();
    let token = world.reply_token().await;
    let messages = [messenger.compose_text("hello")];
    let answer = messenger.reply(&channel, &token, &messages).await;
    assert!(matches!(answer, ReplyAnswer::Accepted { .. }), "{answer:?}");
    assert_eq!(messenger.reply(&channel, &token, &messages).await, ReplyAnswer::Refused, "it is used up");
}

async fn a_push_goes_out_as_a_reply_once_by_a_token_that_nobody_else_reads(
    world: &dyn LineWorld,
    messenger: &dyn Messenger,
) {
    let (channel, friend) = world.friend();
    let token = world.reply_token().await;
    let sealed = messenger.seal_reply_token(&channel, &token).await.expect("sealed");
    assert_ne!(sealed.expose(), token.expose());
    let read = messenger.seal_read_token(&channel, &token).await.expect("sealed");
    assert_ne!(read.expose(), token.expose());
    let body = messenger.compose_push(&friend, &[text("hello")], None);
    let by = |token: SealedReplyToken| {
        let (channel, body) = (channel.clone(), body.clone());
        async move { messenger.reply_instead(&channel, &token, &body).await }
    };
    assert_eq!(by(SealedReplyToken::new(token.expose())).await, ReplyAnswer::Refused, "it was not sealed here");
    assert!(matches!(by(sealed.clone()).await, ReplyAnswer::Accepted { .. }));
    assert_eq!(by(sealed).await, ReplyAnswer::Refused, "it is used up");
}

async fn a_friend_has_a_profile_and_a_way_to_link(world: &dyn LineWorld, messenger: &dyn Messenger) {
    let (channel, friend) = world.friend();
    let profile = messenger.profile(&channel, &friend).await.expect("an answer").expect("a friend has one");
    assert!(!profile.display_name.is_empty());
    let page = "https://shop.example.com/login";
    let address = messenger.account_link_url(&channel, &friend, page).await.expect("an answer");
    assert!(address.starts_with(page) && address.contains("linkToken="), "the page, with a token");
}

/// The contract bites: of an answer that has drifted in any of these ways it says so.
pub async fn every_drift_is_seen<W: LineWorld + 'static>(world: impl Fn() -> futures::future::BoxFuture<'static, W>) {
    for drift in [Drift::Composes, Drift::Pushes, Drift::Replies, Drift::Seals, Drift::Profiles] {
        let drifted = Drifted { world: world().await, drift };
        let seen = std::panic::AssertUnwindSafe(messenger_contract(&drifted)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How an answer may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// No two bodies are the same.
    Composes,
    /// Each push goes under a key of its own.
    Pushes,
    /// Every reply is taken.
    Replies,
    /// A token is kept as it is.
    Seals,
    /// Nobody has a profile.
    Profiles,
}

struct Drifted<W> {
    world: W,
    drift: Drift,
}

#[async_trait]
impl<W: LineWorld> LineWorld for Drifted<W> {
    fn messenger(&self) -> Arc<dyn Messenger> {
        Arc::new(DriftedMessenger { messenger: self.world.messenger(), drift: self.drift })
    }

    fn friend(&self) -> (ChannelId, LineUserId) {
        self.world.friend()
    }

    fn shown(&self) -> usize {
        self.world.shown()
    }

    fn lose_next_answer(&self) {
        self.world.lose_next_answer();
    }

    async fn reply_token(&self) -> Secret {
        self.world.reply_token().await
    }
}

struct DriftedMessenger {
    messenger: Arc<dyn Messenger>,
    drift: Drift,
}

#[async_trait]
impl Messenger for DriftedMessenger {
    fn compose_push(&self, to: &LineUserId, messages: &[OutgoingMessage], tag: Option<&str>) -> String {
        let body = self.messenger.compose_push(to, messages, tag);
        if self.drift == Drift::Composes { format!("{body}{}", " ".repeat(another())) } else { body }
    }

    async fn push(&self, channel: &ChannelId, body: &str, push: PushId) -> PushAnswer {
        let own = key(&uuid::Uuid::new_v4().to_string());
        self.messenger.push(channel, body, if self.drift == Drift::Pushes { own } else { push }).await
    }

    async fn profile(&self, channel: &ChannelId, user: &LineUserId) -> Result<Option<LineProfile>, PortError> {
        let profile = self.messenger.profile(channel, user).await?;
        Ok(profile.filter(|_| self.drift != Drift::Profiles))
    }

    fn compose_text(&self, text: &str) -> OutgoingMessage {
        self.messenger.compose_text(text)
    }

    fn compose_buttons(&self, text: &str, buttons: &[Button]) -> OutgoingMessage {
        self.messenger.compose_buttons(text, buttons)
    }

    async fn reply(&self, channel: &ChannelId, token: &Secret, messages: &[OutgoingMessage]) -> ReplyAnswer {
        match self.messenger.reply(channel, token, messages).await {
            ReplyAnswer::Refused if self.drift == Drift::Replies => ReplyAnswer::Accepted { messages: Vec::new() },
            answer => answer,
        }
    }

    async fn seal_reply_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        match self.drift {
            Drift::Seals => Ok(SealedReplyToken::new(token.expose())),
            _ => self.messenger.seal_reply_token(channel, token).await,
        }
    }

    async fn seal_read_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError> {
        match self.drift {
            Drift::Seals => Ok(SealedReadToken::new(token.expose())),
            _ => self.messenger.seal_read_token(channel, token).await,
        }
    }

    async fn reply_instead(&self, channel: &ChannelId, token: &SealedReplyToken, push_body: &str) -> ReplyAnswer {
        self.messenger.reply_instead(channel, token, push_body).await
    }

    async fn account_link_url(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError> {
        self.messenger.account_link_url(channel, user, login_url).await
    }
}

/// A number that is another each time.
fn another() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LAST: AtomicUsize = AtomicUsize::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}
