//! A fake HubSpot: `api.hubapi.com` with the dated paths of 2026-03, and a stand-in for the OAuth page of `app.hubspot.com`.
//!
//! Sources: HubSpot's docs and specifications as of 2026-03 (facts only). Any other version in a path is 404. Left out: webhook
//! management, the journal, custom channels, lists, imports, files, communications, custom events; the separate limits of the
//! association calls. What is unverified is a field of [`Switches`].

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;

use super::fault::FaultPlan;
use super::ids::IdMaker;
use super::wire::ApiRequest;
use super::{CutHandle, FakeClock, Fault, Ledger, Plan, Served, outgoing, serve};

mod action;
mod associations;
mod batch;
mod callbacks;
mod definitions;
mod dispatch;
mod execution;
mod lifecycle;
mod misc;
mod oauth;
mod objects;
mod problem;
mod properties;
mod routes;
mod search;
mod setup;
mod signature;
mod state;
mod store;
mod values;
mod webhooks;
mod workflow;

pub use action::{ActionSpec, Signatures, action_body, action_request, options_body, signed_headers};
use dispatch::Step;
pub use execution::{Execution, ExecutionState};
pub use setup::{RecordView, TypingRefused};
pub use signature::{decode_v3, sign_v1, sign_v2, sign_v3};
use state::State;
pub use state::{AppSpec, Completion, ObjectType, OwnerSpec, PortalSpec, Properties, TimelineEvent};
pub use webhooks::webhook_headers;

/// The version in every dated path.
pub const VERSION: &str = "2026-03";

/// Endpoints, for faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The install page
    Authorize,
    /// `POST /oauth/{V}/token`
    Token,
    /// `POST /oauth/{V}/token/introspect`
    Introspect,
    /// `POST /oauth/{V}/token/revoke`
    Revoke,
    /// `DELETE /appinstalls/{V}/external-install`
    Uninstall,
    /// `GET /account-info/{V}/details`
    Account,
    /// `GET /crm/objects/{V}/{type}/{id}`
    Get(ObjectType),
    /// `POST /crm/objects/{V}/{type}`
    Create(ObjectType),
    /// `PATCH /crm/objects/{V}/{type}/{id}`
    Update(ObjectType),
    /// `DELETE /crm/objects/{V}/{type}/{id}`
    Delete(ObjectType),
    /// `POST .../batch/read`
    BatchRead(ObjectType),
    /// `POST .../batch/create`
    BatchCreate(ObjectType),
    /// `POST .../batch/update`
    BatchUpdate(ObjectType),
    /// `POST .../batch/upsert`
    BatchUpsert(ObjectType),
    /// `POST .../batch/archive`
    BatchArchive(ObjectType),
    /// `POST .../search`
    Search(ObjectType),
    /// `POST /crm/objects/{V}/contacts/merge`
    Merge,
    /// `POST /crm/objects/{V}/contacts/gdpr-delete`
    GdprDelete,
    /// `PUT .../associations/default/..` and `POST .../batch/associate/default`
    Associate,
    /// `GET .../associations/{to}` and `POST .../batch/read` of associations
    ReadAssociations,
    /// `POST .../batch/archive` of associations
    Dissociate,
    /// Property definitions and groups, reading
    ReadProperties,
    /// Property definitions and groups, writing
    WriteProperties,
    /// `GET /crm/owners/{V}[/{id}]`
    Owners,
    /// `POST /integrators/timeline/{V}/events`
    TimelineEvent,
    /// `POST /integrators/timeline/{V}/events/batch`
    TimelineBatch,
    /// `POST /automation/actions/callbacks/{V}/{callbackId}/complete`
    Complete,
    /// `POST /automation/actions/callbacks/{V}/complete`
    CompleteBatch,
}

/// What HubSpot's documents leave open. Each field is to be tried both ways.
#[derive(Clone, Debug)]
pub struct Switches {
    /// Refreshing gives a new refresh token and ends the old one.
    pub rotates_refresh_tokens: bool,
    /// Revoking a refresh token ends its live access tokens.
    pub revoke_kills_access_tokens: bool,
    /// The token answer has the optional `hub_id` and `scopes`.
    pub token_answer_names_portal: bool,
    /// Reading one contact by an ID that was merged away answers the merged one (for PATCH this is documented).
    pub single_get_follows_merge: bool,
    /// A taken unique value (other than e-mail) is answered 409 CONFLICT instead of 400 VALIDATION_ERROR.
    pub unique_conflict_is_409: bool,
    /// A batch refused as a whole keeps its bad input's status (409, 404) instead of 400.
    pub failed_batch_keeps_status: bool,
    /// Reading associations of a record without any is an error entry of a 207 instead of an absent result of a 200.
    pub no_associations_is_207: bool,
    /// Completing a callback that is unknown, not blocked or over is 404 instead of an ignored 204.
    pub unknown_block_is_404: bool,
    /// Action requests carry v3 beside v2.
    pub actions_carry_v3: bool,
    /// How long search lags behind writes, in milliseconds.
    pub search_lag_ms: i64,
    /// Each webhook event comes twice, and the newest first ("duplicates occur, order is not guaranteed").
    pub webhooks_are_untidy: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            rotates_refresh_tokens: false,
            revoke_kills_access_tokens: false,
            token_answer_names_portal: true,
            single_get_follows_merge: false,
            unique_conflict_is_409: false,
            failed_batch_keeps_status: false,
            no_associations_is_207: true,
            unknown_block_is_404: true,
            actions_carry_v3: false,
            search_lag_ms: 10_000,
            webhooks_are_untidy: false,
        }
    }
}

/// The fake CRM with one app. Clones are the same platform.
#[derive(Clone)]
pub struct FakeHubSpot {
    state: Arc<Mutex<State>>,
    client: reqwest::Client,
    clock: FakeClock,
}

impl FakeHubSpot {
    /// A platform with one app and no portals.
    pub fn new(clock: FakeClock, app: AppSpec) -> Self {
        let state = State {
            clock: clock.clone(),
            ids: IdMaker::started_at(0x4855_4253, clock.now_ms()),
            app,
            switches: Switches::default(),
            portals: Default::default(),
            codes: Default::default(),
            access_tokens: Default::default(),
            refresh_tokens: Default::default(),
            executions: Default::default(),
            completions: Vec::new(),
            webhooks: Vec::new(),
            ledger: Ledger::default(),
            faults: FaultPlan::default(),
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

    /// Every call and every violation so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn answer(&self, cut: Option<CutHandle>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Some(asked) = ApiRequest::read(parts, body).await else {
            return serve::no_answer(cut.as_ref());
        };
        let step = dispatch::take(&mut self.lock(), &asked);
        match step {
            Step::Answer { answer, delay_ms } => {
                if delay_ms > 0 {
                    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                }
                answer.into_response()
            }
            Step::NoAnswer => serve::no_answer(cut.as_ref()),
        }
    }
}
