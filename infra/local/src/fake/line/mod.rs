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
use super::wire::ApiRequest;
use super::{CutHandle, FakeClock, Fault, Ledger, Plan, Served, outgoing, serve};

mod admin;
mod dispatch;
mod endpoint;
pub mod event;
pub mod login;
mod people;
mod phone;
mod reach;
mod send;
mod setup;
mod shape;
mod state;
mod switches;
mod token;
mod webhook;

use dispatch::Step;
pub use endpoint::Endpoint;
pub use phone::PhoneWebhook;
pub use state::{Accepted, ChannelSpec, Delivered, Friendship, TalkLine, WebhookErrors};
use state::{Content, State};
pub use switches::Switches;

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
        let Some(asked) = ApiRequest::read(parts, body).await else {
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
