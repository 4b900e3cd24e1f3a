//! Musubi (結び, a tie) joins LINE Official Accounts to a CRM.
//!
//! Imports run one way only; `tests/it/architecture.rs` holds them to it:
//!
//! ```text
//! functions/*, infra/* -> http, batch -> line, crm, aws -> flow -> store -> ports -> domain
//!                         the edges      who answers       verbs   rows     needs    nouns
//! ```

#[cfg(feature = "aws")]
pub mod aws;
pub mod batch;
pub mod config;
pub mod crm;
pub mod domain;
pub mod flow;
pub mod http;
pub mod line;
pub mod ports;
pub mod qr;
pub mod store;
pub mod telemetry;
