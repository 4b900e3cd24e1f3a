//! Nouns: what Musubi is about. No I/O, nothing async, no vendor's JSON, nothing of ours above it.

pub mod account;
pub mod account_link;
pub mod action;
pub mod activity;
pub mod addresses;
pub mod after_login;
pub mod button;
pub mod channel;
pub mod claim;
pub mod conversation;
pub mod entry;
pub mod friends;
pub mod ids;
pub mod job;
pub mod language;
pub mod link;
pub mod login;
pub mod not_after;
pub mod owed;
pub mod properties;
pub mod push;
pub mod put_aside;
pub mod route;
pub mod timeline;
pub mod words;
