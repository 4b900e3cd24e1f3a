//! Verbs: what Musubi does. One verb a file; each struct lists exactly the ports it needs, and that
//! list is the function's permissions and environment.

pub mod accept;
pub mod account_link;
pub mod answer;
pub mod answered;
mod ask;
pub mod auto_reply;
pub mod check_up;
pub mod configure;
pub mod console;
pub mod contacts_changed;
pub mod decide;
pub mod decide_question;
pub mod deliver;
pub mod disconnect_channel;
pub mod dispatch;
pub mod doctor;
pub mod erase;
pub mod export;
pub mod from_inbox;
pub mod greet;
pub mod import_friend;
pub mod import_friends;
pub mod link;
mod load;
pub mod log_in;
pub mod mark_read;
pub mod offer_link;
pub mod open_questions;
pub mod outbox;
pub mod parked_sends;
pub mod person_state;
pub mod preset_friends;
pub mod read_talk;
pub mod receive;
pub mod record;
pub mod reply;
pub mod retry;
pub mod send_back;
pub mod settle;
pub mod talk;
#[cfg(test)]
pub(crate) mod testing;
pub mod trial;
mod unlink;
pub mod verify_call;
pub mod verify_inbox;
