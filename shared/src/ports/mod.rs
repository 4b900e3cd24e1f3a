//! Needs: what the flows ask of the world. Each is an object-safe trait, answered in `aws`, `line`
//! and `crm`, and by models in the simulation.

pub mod channels;
pub mod clock;
pub mod crm;
pub mod error;
pub mod journal;
pub mod links;
pub mod login;
pub mod messenger;
pub mod queue;
pub mod remembered;
pub mod secrets;
pub mod table;

pub use channels::Channels;
pub use clock::Clock;
pub use crm::{Crm, Crms};
pub use error::PortError;
pub use journal::Journal;
pub use links::{LinkReader, Links};
pub use login::Login;
pub use messenger::Messenger;
pub use queue::Queue;
pub use secrets::Secrets;
pub use table::Table;
