//! LINE as seen from us. Its JSON, its texts and its addresses stay in here.
//!
//! ```text
//! a webhook in   signature -> Verified -> webhook::split_by_event, webhook::events -> event, content
//! a push out     quota -> messaging -> pace -> token -> api -> answer
//! a person in    login::authorize -> (LINE) -> login::code -> login::id_token
//! ```

pub mod account;
pub mod account_link;
pub mod answer;
pub mod api;
mod chat_signs;
mod checkup;
mod consoles;
mod content;
pub mod event;
mod file;
mod followers;
pub mod liff;
pub mod login;
pub mod message;
pub mod messaging;
pub mod pace;
pub mod pictures;
mod quota;
mod reply;
mod reply_token;
pub mod signature;
pub mod stickers;
pub mod token;
pub mod webhook;

pub use api::LineApiUrl;
pub use checkup::LineDoctor;
pub use consoles::OpenLine;
pub use event::{EventFault, LineEvent};
pub use login::LineLogin;
pub use messaging::LineMessenger;
pub use signature::{Rejection, Verified, authenticate};
