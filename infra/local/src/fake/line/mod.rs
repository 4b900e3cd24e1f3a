//! A fake LINE platform: one server stands for `api.line.me`, `api-data.line.me`, `access.line.me` and, under `/liff/`,
//! `liff.line.me`.
//!
//! Sources: LINE Messaging API reference (2026-08) and line-openapi (2026-07); [`login`] names its own. Left out: narrowcast, broadcast, audiences, rich menus, coupons, memberships, insight.
//!
//! Where the documents are silent a [`Switches`] field decides. Two choices are stricter than LINE is known to be: a retry key's
//! 24 hours run from its first sight even if that call failed, and another body under a known key is refused (and noted in the
//! ledger's `violations`). Retry keys are held per channel.
//!
//! Its files lie in layers, and each knows only what is below it or, without a circle, beside it (a test holds them to it):
//! *state*, what is stored: `state`, `platform`, `endpoint`, `event`, `switches`; *rules*, what LINE allows and refuses, and how
//! it posts: `refusal`, `shape`, `reach`, `token`, `webhook`; *routes* on top, what is called, over HTTP or from Rust: `send`, `people`,
//! `admin`, `dispatch`, `server`, `setup`, `phone`. [`login`] has its own files of each layer.

mod admin;
mod dispatch;
mod endpoint;
pub mod event;
pub mod login;
mod people;
mod phone;
mod platform;
mod reach;
mod refusal;
mod send;
mod server;
mod setup;
mod shape;
mod state;
mod switches;
mod token;
mod webhook;

pub use endpoint::Endpoint;
pub use phone::PhoneWebhook;
pub use platform::FakeLine;
pub use state::{Accepted, ChannelSpec, Delivered, Friendship, TalkLine, WebhookErrors};
pub use switches::Switches;
