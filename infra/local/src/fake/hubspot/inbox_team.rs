//! What a team sees and does in the inbox, and how HubSpot tells the integration of it.
//!
//! Whether one call holds one event or a list, whether it is signed, and when it comes again, no document says: switches.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::inbox_state::{ChannelAccount, CustomChannel, InboxEntry};
use super::platform::FakeHubSpot;
use super::signature::sign_v3;
use super::state::iso;
use crate::fake::{Posted, outgoing};

const ANSWER_LIMIT: Duration = Duration::from_secs(5);

impl FakeHubSpot {
    /// All channels of the app.
    pub fn custom_channels(&self) -> Vec<CustomChannel> {
        self.lock().inbox.channels.clone()
    }

    /// All accounts in them, of a portal.
    pub fn channel_accounts(&self, portal_id: u64) -> Vec<ChannelAccount> {
        let state = self.lock();
        state.inbox.accounts.iter().filter(|it| it.portal_id == portal_id).cloned().collect()
    }

    /// Somebody deletes an account in a channel.
    pub fn remove_channel_account(&self, id: u64) {
        self.lock().inbox.accounts.retain(|it| it.id != id);
    }

    /// Somebody lets an account in a channel, or not.
    pub fn authorize_channel_account(&self, id: u64, authorized: bool) {
        let mut state = self.lock();
        state.inbox.accounts.iter_mut().filter(|it| it.id == id).for_each(|it| it.authorized = authorized);
    }

    /// A channel with one account, as an administrator who did all by hand would have them.
    pub fn open_inbox(&self, portal_id: u64, webhook_url: &str, identifier: &str) -> (u64, u64) {
        let mut state = self.lock();
        let channel_id = 1_000_000 + state.ids.number();
        let id = 2_000_000 + state.ids.number();
        state.inbox.channels.push(CustomChannel {
            id: channel_id,
            name: "LINE".to_owned(),
            webhook_url: webhook_url.to_owned(),
            capabilities: Value::Null,
        });
        let (inbox_id, name, identifier) = ("1".to_owned(), "LINE".to_owned(), identifier.to_owned());
        let account = ChannelAccount { id, portal_id, channel_id, inbox_id, name, identifier, authorized: true };
        state.inbox.accounts.push(account);
        (channel_id, id)
    }

    /// All messages of a portal's inbox, in the order in which they came. A merged contact's are of the one that is left.
    pub fn inbox(&self, portal_id: u64) -> Vec<InboxEntry> {
        let state = self.lock();
        let merged = state.portals.get(&portal_id).map(|portal| portal.merged.clone()).unwrap_or_default();
        let now = |mut entry: InboxEntry| {
            while let Some(left) = entry.contact_id.and_then(|id| merged.get(&id)) {
                entry.contact_id = Some(*left);
            }
            entry
        };
        state.inbox.entries.iter().filter(|it| it.portal_id == portal_id).cloned().map(now).collect()
    }

    /// Somebody answers in a thread of the inbox, with so many files; returns the message's ID, and what
    /// HubSpot tells of it. `None`: there is no such thread.
    pub fn write_in_inbox(&self, portal_id: u64, thread: &str, text: &str, files: usize) -> Option<(String, Value)> {
        let mut state = self.lock();
        let before = state.inbox.entries.iter().find(|it| it.portal_id == portal_id && it.thread == thread)?.clone();
        let account = state.inbox.accounts.iter().find(|it| it.id == before.account_id)?.clone();
        let channel = state.inbox.channels.iter().find(|it| it.id == account.channel_id)?.clone();
        let (id, at_ms, user_id) = (state.ids.hex32(), state.now_ms(), state.user.id);
        let actor = format!("A-{user_id}");
        let side = |value: &str| json!({"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": value});
        let attached: Vec<Value> = (0..files).map(|file| json!({"type": "FILE", "fileId": file.to_string()})).collect();
        let event = json!({
            "type": "OUTGOING_CHANNEL_MESSAGE_CREATED", "portalId": portal_id.to_string(),
            "channelId": channel.id.to_string(), "eventTimestamp": iso(at_ms), "eventId": state.ids.uuid(),
            "channelIntegrationThreadIds": [thread],
            "message": {
                "id": id, "type": "MESSAGE", "channelId": channel.id.to_string(),
                "channelAccountId": account.id.to_string(), "conversationsThreadId": "1", "createdAt": iso(at_ms),
                "createdBy": actor, "text": text, "richText": format!("<p>{text}</p>"), "direction": "OUTGOING",
                "truncationStatus": "NOT_TRUNCATED", "status": "SENT", "attachments": attached,
                "senders": [{"actorId": actor, "name": "佐藤 美咲", "deliveryIdentifier": side(&account.identifier)}],
                "recipients": [{"actorId": "V-1", "name": "", "deliveryIdentifier": side(&before.visitor)}],
            },
        });
        state.inbox.calls.push((channel.webhook_url, event.clone()));
        let (text, status) = (text.to_owned(), "SENT".to_owned());
        state.inbox.entries.push(InboxEntry {
            id: id.clone(),
            is_incoming: false,
            text,
            status,
            key: None,
            error: None,
            is_told: false,
            files: Vec::new(),
            at_ms,
            ..before
        });
        Some((id, event))
    }

    /// Tells the integration of all that waits; what is not answered with 2xx comes again.
    pub async fn deliver_inbox(&self) -> Vec<Posted> {
        let calls = std::mem::take(&mut self.lock().inbox.calls);
        let mut outcomes = Vec::new();
        for (url, event) in calls {
            let posted = self.tell(&url, &event).await;
            if !posted.is_success() {
                self.lock().inbox.calls.push((url, event));
            }
            outcomes.push(posted);
        }
        outcomes
    }

    /// One call, as it is made now.
    pub async fn tell(&self, url: &str, event: &Value) -> Posted {
        let (is_list, is_signed, secret, now_ms) = {
            let state = self.lock();
            let switches = &state.switches;
            let (is_list, is_signed) = (switches.inbox_calls_are_lists, switches.inbox_calls_are_signed);
            (is_list, is_signed, state.app.client_secret.clone(), state.now_ms())
        };
        let body = Bytes::from(if is_list { json!([event]).to_string() } else { event.to_string() });
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if is_signed {
            let timestamp = now_ms.to_string();
            let signature = sign_v3(&secret, "POST", url, &body, &timestamp);
            for (name, value) in [("x-hubspot-signature-v3", signature), ("x-hubspot-request-timestamp", timestamp)] {
                headers.insert(name, HeaderValue::from_str(&value).expect("ASCII"));
            }
        }
        outgoing::post(&self.client, url, headers, body, ANSWER_LIMIT).await
    }
}
