//! What every answer to a port must do, as code: adapters pass it over the emulators, clients over their vendors' fakes, the
//! simulation's models and a toy CRM pass it, too. So none of them can drift away from the others.
//!
//! Each panics where the contract is broken. Where a contract has drifts, each is planted once, and must be seen.

pub mod crm;
pub mod friend_list;
pub mod login;
pub mod messenger;
pub mod note_format;
pub mod secrets;
pub mod stores;
