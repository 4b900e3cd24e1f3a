//! A fake LINE platform: one server stands for `api.line.me`, `api-data.line.me`, `access.line.me` and, under `/liff/`,
//! `liff.line.me`.
//!
//! Sources: LINE Messaging API reference (2026-08) and line-openapi (2026-07); [`login`] names its own. Left out: narrowcast, broadcast, audiences, rich menus, coupons, memberships, insight.
//!
//! Where the documents are silent a [`Switches`] field decides. Two choices are stricter than LINE is known to be: a retry key's
//! 24 hours run from its first sight even if that call failed, and another body under a known key is refused (and noted in the
//! ledger's `violations`). Retry keys are held per channel.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use bytes::Bytes;

use super::fault::FaultPlan;
use super::ids::IdMaker;
use super::wire::Asked;
use super::{CutHandle, FakeClock, Fault, Ledger, Plan, Served, outgoing, serve};

mod admin;
mod dispatch;
pub mod event;
pub mod login;
mod people;
mod phone;
mod reach;
mod send;
mod setup;
mod shape;
mod state;
mod token;
mod webhook;

use dispatch::Step;
pub use phone::PhoneWebhook;
pub use state::{Accepted, ChannelSpec, Delivered, Friendship, TalkLine, WebhookErrors};
use state::{Content, State};

/// Endpoints, for faults and rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /oauth2/v3/token`
    Token,
    /// `POST /v2/bot/message/push`
    Push,
    /// `POST /v2/bot/message/multicast`
    Multicast,
    /// `POST /v2/bot/message/reply`
    Reply,
    /// `POST /v2/bot/message/validate/{push,reply,multicast}`
    Validate,
    /// `GET /v2/bot/profile/{userId}` and a group member's profile
    Profile,
    /// `GET /v2/bot/followers/ids`
    Followers,
    /// `GET /v2/bot/info`
    BotInfo,
    /// `GET /v2/bot/message/quota`
    Quota,
    /// `GET /v2/bot/message/quota/consumption`
    QuotaConsumption,
    /// `GET` and `PUT /v2/bot/channel/webhook/endpoint`
    WebhookEndpoint,
    /// `POST /v2/bot/channel/webhook/test`
    WebhookTest,
    /// `GET /v2/bot/message/{messageId}/content`
    Content,
    /// `POST /v2/bot/chat/loading/start`
    Loading,
    /// `POST /v2/bot/chat/markAsRead`
    MarkAsRead,
    /// `GET /oauth2/v2.1/authorize`: LINE Login's consent screen
    Authorize,
    /// A button of the consent screen
    Consent,
    /// `POST /oauth2/v2.1/token`: a code or a refresh token
    LoginToken,
    /// `GET /oauth2/v2.1/verify`
    VerifyAccessToken,
    /// `POST /oauth2/v2.1/verify`
    VerifyIdToken,
    /// `GET` and `POST /oauth2/v2.1/userinfo`
    UserInfo,
    /// `GET /v2/profile`
    LoginProfile,
    /// `GET /friendship/v1/status`
    FriendshipStatus,
    /// `POST /oauth2/v2.1/revoke`
    RevokeToken,
    /// `POST /user/v1/deauthorize`
    Deauthorize,
    /// `GET /oauth2/v2.1/certs`
    Certs,
    /// `GET /liff/{liffId}`, and the login that the LIFF SDK begins
    LiffOpen,
    /// Where a LIFF app that closed its window ends
    LiffClosed,
    /// `GET /liff/sdk.js`
    LiffSdk,
    /// `/liff/v1/apps`
    LiffApps,
    /// `POST /v2/bot/user/{userId}/linkToken`
    LinkToken,
    /// `GET /dialog/bot/accountLink`
    AccountLink,
}

/// What LINE's documents leave open. Each field is tried both ways.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// Multicast with a user ID of another provider: true = 400 for the whole call, false = 200 and undelivered to that one.
    pub multicast_refuses_foreign_users: bool,
    /// So many messages to one user within a minute are answered with the third kind of 429; `None` = never. The number is
    /// undisclosed.
    pub messages_per_user_and_minute: Option<u32>,
    /// Time until a failed webhook is posted again, and again. LINE discloses neither number nor interval.
    pub redelivery_after_ms: [i64; 4],
    /// How a login's redirect spells an error: true = `ACCESS_DENIED` (the reference of 2026), false = `access_denied` (older
    /// copies of it, and what is still seen).
    pub login_errors_in_upper_case: bool,
    /// Automatic login fails whenever it is allowed: an invalid code and a state that is not the caller's come back, until
    /// `disable_auto_login=true` (LINE Login, "How to handle auto login failure"). When it fails is not documented.
    pub auto_login_fails: bool,
    /// Scope `email` without the permission: true = `INVALID_SCOPE`, false = no address is asked for.
    pub email_without_permission_is_invalid_scope: bool,
    /// A `code_verifier` for a code that was asked for without a challenge: true = ignored, false = refused.
    pub verifier_without_challenge_is_ignored: bool,
    /// Verifying an ID token with a nonce without naming that nonce: true = refused.
    pub verify_wants_the_nonce: bool,
    /// Revoking a token that is not known: true = 200, false = 400.
    pub revoking_an_unknown_token_succeeds: bool,
    /// The status for a link token of somebody who is no friend.
    pub link_token_for_a_stranger: u16,
    /// The account link dialog ends in a webhook with `failed`, which is documented but not when.
    pub account_link_fails: bool,
    /// Pages of followers hold half of what was asked for. LINE says that they may be short, not when.
    pub follower_pages_are_short: bool,
}

impl Switches {
    /// An error of a login's redirect, as it is spelled.
    fn spell_error(&self, error: &str) -> String {
        if self.login_errors_in_upper_case { error.to_ascii_uppercase() } else { error.to_ascii_lowercase() }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            multicast_refuses_foreign_users: true,
            messages_per_user_and_minute: None,
            redelivery_after_ms: [60_000, 300_000, 1_800_000, 7_200_000],
            login_errors_in_upper_case: true,
            auto_login_fails: false,
            email_without_permission_is_invalid_scope: false,
            verifier_without_challenge_is_ignored: false,
            verify_wants_the_nonce: false,
            revoking_an_unknown_token_succeeds: true,
            link_token_for_a_stranger: 400,
            account_link_fails: false,
            follower_pages_are_short: false,
        }
    }
}

/// The fake platform. Clones are the same platform.
#[derive(Clone)]
pub struct FakeLine {
    state: Arc<Mutex<State>>,
    client: reqwest::Client,
    clock: FakeClock,
}

impl FakeLine {
    /// A platform without channels or people.
    pub fn new(clock: FakeClock) -> Self {
        let state = State {
            clock: clock.clone(),
            ids: IdMaker::started_at(0x4C49_4E45, clock.now_ms()),
            switches: Switches::default(),
            channels: Default::default(),
            people: Default::default(),
            stateless: Default::default(),
            contents: Default::default(),
            accepted: Vec::new(),
            delivered: Vec::new(),
            ledger: Ledger::default(),
            faults: FaultPlan::default(),
            rates: Default::default(),
            outbox: Vec::new(),
            follower_pages: Default::default(),
            login: login::LoginState::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), client: outgoing::client(), clock }
    }

    /// The platform's HTTP face. Serve it with [`super::serve`] or [`super::serve_on`], else lost answers cannot be cut cleanly.
    pub fn router(&self) -> Router {
        let fake = self.clone();
        Router::new().fallback(move |cut: Option<axum::Extension<ConnectInfo<CutHandle>>>, request: Request| {
            let fake = fake.clone();
            async move { fake.answer(cut.map(|cut| cut.0.0), request).await }
        })
    }

    /// Serves the platform on a free port of 127.0.0.1 until the result is dropped.
    pub async fn serve(&self) -> io::Result<Served> {
        serve::serve(self.router()).await
    }

    /// The platform's clock.
    pub fn clock(&self) -> &FakeClock {
        &self.clock
    }

    /// Changes what the documents leave open.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.lock().switches);
    }

    /// Plans a fault for an endpoint.
    pub fn fault(&self, endpoint: Endpoint, fault: Fault, plan: Plan) {
        self.lock().faults.add(endpoint, fault, plan);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Replaces an endpoint's documented rate (calls per so many milliseconds, per channel) from now on.
    pub fn set_rate(&self, endpoint: Endpoint, calls: u32, per_ms: u32) {
        let mut state = self.lock();
        state.rates.insert(endpoint, (calls, per_ms));
        for channel in state.channels.values_mut() {
            channel.buckets.remove(&endpoint);
        }
    }

    /// Every call and every violation so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Everything that reached a phone, oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.lock().delivered.clone()
    }

    /// Every send that was accepted, delivered or not, oldest first.
    pub fn accepted(&self) -> Vec<Accepted> {
        self.lock().accepted.clone()
    }

    /// Keeps a file for a message, as if a person had sent it. For the first `preparing` calls the content answers 202.
    pub fn keep_content(&self, channel_id: &str, message_id: &str, content_type: &str, bytes: Bytes, preparing: u32) {
        let content = Content {
            channel_id: channel_id.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
            preparing,
            gone: false,
        };
        self.lock().contents.insert(message_id.to_owned(), content);
    }

    /// Deletes a message's file, as LINE does after an unspecified time: its content answers 410.
    pub fn drop_content(&self, message_id: &str) {
        if let Some(content) = self.lock().contents.get_mut(message_id) {
            content.gone = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn answer(&self, cut: Option<CutHandle>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Some(asked) = Asked::read(parts, body).await else {
            return serve::no_answer(cut.as_ref());
        };
        let (step, webhooks) = {
            let mut state = self.lock();
            (dispatch::take(&mut state, &asked), std::mem::take(&mut state.outbox))
        };
        self.post_all(webhooks).await;
        let step = match step {
            Step::TestWebhook { channel_id, url, ticket } => {
                let answer = self.test_webhook(&channel_id, url).await;
                dispatch::close(&mut self.lock(), &asked, ticket, answer)
            }
            other => other,
        };
        match step {
            Step::Answer { answer, delay_ms } => {
                if delay_ms > 0 {
                    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                }
                answer.into_response()
            }
            Step::NoAnswer | Step::TestWebhook { .. } => serve::no_answer(cut.as_ref()),
        }
    }
}
