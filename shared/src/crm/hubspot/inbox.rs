//! HubSpot's own inbox, by a custom channel: what people say goes into a thread a person, and what the team answers is told how it ended.
//!
//! Source: HubSpot's custom channels API (2026-03). Not documented, and so unverified: what it answers to a key that it has (taken
//! for done), how long a text may be, and whether the contact that is named is taken where identifiers are opaque (it is named each
//! time).

use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::contacts::segment;
use super::timeline::iso;
use crate::domain::activity::Media;
use crate::domain::ids::InboxChannelId;
use crate::ports::crm::{CrmFailure, Each, InboxFile, InboxOutcome, InboxWrite};

/// HubSpot names no limit. The longest text that LINE documents has half of these.
pub(super) const LONGEST_UNITS: usize = 10_000;
/// How our own keys begin: what comes back to us under one is an echo.
pub(super) const OURS: &str = "musubi-";
/// What names people and Official Accounts: no address, no telephone number.
pub(super) const IDENTIFIER: &str = "CHANNEL_SPECIFIC_OPAQUE_ID";

/// Under our own key, so it may be repeated.
pub(crate) async fn write(api: &Api, message: &InboxWrite) -> Each<()> {
    let path = path(&message.inbox.channel, "messages");
    match api.call(&Call::post("custom-channels/messages", path, body(message), Repeat::Harmless)).await {
        // The key is ours alone: whatever has it is this message.
        Ok(_) | Err(CrmFailure::Taken) => Ok(()),
        Err(CrmFailure::Gone) => Err(CrmFailure::NotReady { code: "INBOX_GONE".to_owned() }),
        Err(failure) => Err(failure),
    }
}

fn body(message: &InboxWrite) -> Value {
    let user = message.user.expose();
    let mut sender = named(user);
    if let Some(name) = &message.person_name {
        sender["name"] = json!(name);
    }
    json!({
        "text": message.text,
        "messageDirection": "INCOMING",
        "timestamp": iso(message.at_ms),
        "channelAccountId": message.inbox.account.as_str(),
        "integrationThreadId": format!("line:{}:{user}", message.channel),
        "integrationIdempotencyId": format!("{OURS}{}", message.key),
        // A number, as the specification has it.
        "associateWithContactId": message.contact.as_str().parse::<u64>().ok(),
        "senders": [sender],
        "recipients": [named(message.channel.as_str())],
        "attachments": message.file.iter().map(attached).collect::<Vec<_>>(),
    })
}

/// A private file of the account's own, by its ID.
fn attached(file: &InboxFile) -> Value {
    let usage = match file.media {
        Media::Image => "IMAGE",
        Media::Audio => "AUDIO",
        Media::Video | Media::File => "OTHER",
    };
    json!({"type": "FILE", "fileId": file.file.as_str(), "fileUsageType": usage})
}

/// Somebody, by an identifier of ours.
fn named(id: &str) -> Value {
    json!({"deliveryIdentifier": {"type": IDENTIFIER, "value": id}})
}

pub(crate) async fn tell(api: &Api, outcome: &InboxOutcome) -> Each<()> {
    let message = &outcome.message;
    let path = path(&message.channel, &format!("messages/{}", segment(message.message.as_str())));
    let body = match &outcome.not_sent {
        None => json!({"statusType": "SENT"}),
        Some(why) => json!({"statusType": "FAILED", "errorMessage": why}),
    };
    api.call(&Call::patch("custom-channels/messages/patch", path, body)).await.map(|_| ())
}

/// Under one custom channel.
pub(super) fn path(channel: &InboxChannelId, rest: &str) -> String {
    format!("/conversations/custom-channels/{VERSION}/{}/{rest}", segment(channel.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::crm_inbox::CrmInbox;
    use crate::domain::ids::{ChannelId, ContactId, FileId, InboxAccountId, LineUserId};

    #[test]
    fn a_message_names_its_thread_its_key_and_its_contact_each_time() {
        let message = InboxWrite {
            key: "k".to_owned(),
            inbox: CrmInbox { channel: InboxChannelId::new("1"), account: InboxAccountId::new("2") },
            channel: ChannelId::new("165"),
            user: LineUserId::new("U1"),
            person_name: Some("はなこ".to_owned()),
            contact: ContactId::new("7"),
            at_ms: 0,
            text: "やあ".to_owned(),
            file: Some(InboxFile { file: FileId::new("31"), media: Media::Image }),
        };
        let written = body(&message);
        assert_eq!(written["integrationThreadId"], "line:165:U1");
        assert_eq!(
            (&written["integrationIdempotencyId"], &written["associateWithContactId"]),
            (&json!("musubi-k"), &json!(7))
        );
        assert_eq!(
            written["senders"],
            json!([{"deliveryIdentifier": {"type": IDENTIFIER, "value": "U1"}, "name": "はなこ"}])
        );
        assert_eq!(written["attachments"], json!([{"type": "FILE", "fileId": "31", "fileUsageType": "IMAGE"}]));
        assert!(!format!("{message:?}").contains("やあ"));
    }
}
