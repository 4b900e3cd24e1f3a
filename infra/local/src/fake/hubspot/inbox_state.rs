//! What the inbox keeps: custom channels, the accounts in them, messages, and calls that wait.

use serde_json::Value;

/// Our channel in the inbox, of the whole app.
#[derive(Clone, Debug)]
pub struct CustomChannel {
    /// Its ID.
    pub id: u64,
    /// What the inbox calls it.
    pub name: String,
    /// Where HubSpot calls when somebody writes.
    pub webhook_url: String,
    /// As it was given.
    pub capabilities: Value,
}

/// One account in it.
#[derive(Clone, Debug)]
pub struct ChannelAccount {
    /// Its ID.
    pub id: u64,
    /// In which portal.
    pub portal_id: u64,
    /// In which channel.
    pub channel_id: u64,
    /// In which inbox of the portal.
    pub inbox_id: String,
    /// What the inbox calls it.
    pub name: String,
    /// What names it among people.
    pub identifier: String,
    /// Somebody let it.
    pub authorized: bool,
}

/// One message in the inbox.
#[derive(Clone)]
pub struct InboxEntry {
    /// Its ID.
    pub id: String,
    /// In which portal.
    pub portal_id: u64,
    /// Of which account of the channel.
    pub account_id: u64,
    /// In which thread, by the integration's own name.
    pub thread: String,
    /// The visitor's identifier.
    pub visitor: String,
    /// The contact that it was said to be of.
    pub contact_id: Option<u64>,
    /// From the visitor, not from the team.
    pub is_incoming: bool,
    /// The words.
    pub text: String,
    /// The integration's key.
    pub key: Option<String>,
    /// `RECEIVED`, `SENT`, `FAILED`, `READ`.
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Files that hang on it.
    pub files: Vec<u64>,
    /// The integration has said how it ended.
    pub is_told: bool,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// All of it.
#[derive(Default)]
pub(crate) struct InboxState {
    pub(crate) channels: Vec<CustomChannel>,
    pub(crate) accounts: Vec<ChannelAccount>,
    pub(crate) entries: Vec<InboxEntry>,
    /// Calls to be made: where, and what.
    pub(crate) calls: Vec<(String, Value)>,
}
