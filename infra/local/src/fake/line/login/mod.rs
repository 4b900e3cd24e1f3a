//! LINE Login v2.1, LIFF and account link: what `access.line.me`, `liff.line.me` and their part of `api.line.me` do.
//!
//! Sources: LINE Login v2.1 API reference and guides, LIFF server API reference, "Linking user accounts" (2026-08). Left out:
//! `response_mode` other than `query`, app-to-app login, sessions (everybody logs in anew, so `prompt=none` always fails), channel
//! access tokens v2.1 (JWT assertion), the OpenID configuration document.
//!
//! A screen is plain HTML without scripts. What its parts are called is fixed, for browser tests: the form is `#line-consent`; each
//! person is a `.person[data-name]` with a radio button and the ticks `[data-tick=email]` and `[data-tick=friend]`; the
//! buttons are `#allow` and `#cancel`, on the screen that asks for friendship alone `#add-friend` and `#skip-friend`. A page that
//! refuses is `main#line-error`, one that is the end of a way `main#line-done`.
//!
//! In the layers of the fake (see its module): *state* is `spec`, `state` and `signing`; *rules* are `authorize`, `offers`, `grants`,
//! `id_token`, `liff_token` and `consent`; the rest is *routes*, with `routes` on top.

pub(super) mod account_link;
mod authorize;
mod consent;
mod exchange;
mod grants;
mod id_token;
mod liff;
mod liff_apps;
mod liff_token;
pub(super) mod masked;
mod offers;
mod revoke;
pub(super) mod routes;
mod screen;
mod screens;
mod setup;
mod signing;
mod spec;
pub(super) mod state;
mod talk;
mod user;
mod verify;

pub use setup::NoRedirect;
pub use spec::{Consent, LiffSpec, LoginChannelSpec};
