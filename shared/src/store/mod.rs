//! What is stored, where, and how it is read and changed: one module for each table, over the port [`Table`].
//!
//! [`Table`]: crate::ports::Table

pub mod accounts;
pub mod channels;
mod configuration;
pub mod findings;
pub mod hearings;
pub mod inboxes;
pub mod journal;
pub mod links;
pub mod operators;
pub mod remembered;
pub mod trials;

pub use accounts::Accounts;
pub use channels::Channels;
pub use findings::Findings;
pub use hearings::Hearings;
pub use inboxes::Inboxes;
pub use journal::Journal;
pub use links::{LinkReader, Links};
pub use operators::Operators;
pub use trials::TrialReader;
