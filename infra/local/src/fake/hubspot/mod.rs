//! A fake HubSpot: `api.hubapi.com` with the dated paths of 2026-03, and a stand-in for the OAuth page of `app.hubspot.com`.
//!
//! Sources: HubSpot's docs and specifications as of 2026-03 (facts only). Any other version in a path is 404. Left out: webhook
//! management, the journal, lists, imports, communications, custom events; the separate limits of the
//! association calls. What is unverified is a field of [`Switches`].
//!
//! Its files lie in layers, and each knows only what is below it or, without a circle, beside it (a test holds them to it):
//! *state*, what is stored: `state`, `inbox_state`, `store`, `platform`, `endpoint`, `object_type`, `definitions`, `execution`, `action`,
//! `signature`, `switches`; *rules*, what HubSpot allows and refuses, and how it goes on by itself: `problem`, `inputs`, `values`,
//! `lifecycle`, `answers`, `webhooks`; *routes* on top, what is called, over HTTP or from Rust: the rest.

mod action;
mod answers;
mod associations;
mod batch;
mod callbacks;
mod consent;
mod definitions;
mod dispatch;
mod endpoint;
mod execution;
mod fetch;
mod files;
mod inbox;
mod inbox_state;
mod inbox_team;
mod inputs;
mod lifecycle;
mod misc;
mod oauth;
mod object_type;
mod objects;
mod platform;
mod problem;
mod properties;
mod routes;
mod search;
mod server;
mod setup;
mod signature;
mod state;
mod store;
mod switches;
mod values;
mod webhooks;
mod workflow;

pub use action::{ActionSpec, Signatures, action_body, action_request, options_body, signed_headers};
pub use endpoint::{Endpoint, VERSION};
pub use execution::{Execution, ExecutionState};
pub use fetch::{FetchRefused, PageUser};
pub use inbox_state::{ChannelAccount, CustomChannel, InboxEntry};
pub use object_type::ObjectType;
pub use platform::FakeHubSpot;
pub use setup::{RecordView, TypingRefused};
pub use signature::{decode_v3, sign_v1, sign_v2, sign_v3};
pub use state::{AppSpec, Completion, OwnerSpec, PortalSpec, Properties, StoredFile, TimelineEvent};
pub use switches::Switches;
pub use webhooks::webhook_headers;
