//! Fakes of the two vendors: real HTTP servers that keep state, enforce the documented rules and refuse what the vendor refuses.
//!
//! A fake allows only what a source documents. What no source states is a switch (see each fake's `Switches`), so that both
//! ways can be tried. Neither fake knows anything of Musubi: they could stand in front of any program.
//!
//! Time comes from a [`FakeClock`], so a test can let a day pass; only connection time-outs and [`Fault::Delay`] use real time.
//! Faults are data ([`Fault`] and [`Plan`]). Every call is kept in a [`Ledger`], whose `Debug` never shows a body.

mod bucket;
mod clock;
mod fault;
mod ids;
mod ledger;
pub(crate) mod outgoing;
mod serve;
mod wire;

pub mod hubspot;
pub mod line;

pub use bucket::TokenBucket;
pub use clock::{FakeClock, SleeplessClock};
pub use fault::{Fault, Plan};
pub use ledger::{Call, Ledger};
pub use outgoing::Posted;
pub use serve::{CutHandle, CutListener, Served, serve, serve_on};
