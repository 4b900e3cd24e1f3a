//! The phone's side: what people do changes the chat and becomes a webhook.

use bytes::Bytes;
use serde_json::{Value, json};

use super::event::{self, Common};
use super::platform::FakeLine;
use super::state::{Friendship, State, TalkLine};
use crate::fake::Posted;

/// One thing a person did, as it went out.
#[derive(Clone, Debug)]
pub struct PhoneWebhook {
    /// ULID of the event.
    pub webhook_event_id: String,
    /// The message's ID, for messages.
    pub message_id: Option<String>,
    /// What came of the webhook. `NotSent`: no URL, or "Use webhook" is off.
    pub posted: Posted,
}

impl FakeLine {
    /// The person writes a text.
    pub async fn write_text(&self, channel_id: &str, user_id: &str, text: &str) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::text(common, id, text)).await
    }

    /// The person holds a message of the talk, chooses "Reply" and writes a text.
    pub async fn write_quoting(&self, channel_id: &str, user_id: &str, text: &str, quoted: &str) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::text_quoting(common, id, text, quoted)).await
    }

    /// The person sends a sticker.
    pub async fn write_sticker(
        &self,
        channel_id: &str,
        user_id: &str,
        package_id: &str,
        sticker_id: &str,
    ) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::sticker(common, id, package_id, sticker_id, &["Happy"]))
            .await
    }

    /// The person sends a picture; its bytes can be fetched as the message's content.
    pub async fn write_image(&self, channel_id: &str, user_id: &str, content_type: &str, bytes: Bytes) -> PhoneWebhook {
        let fake = self.clone();
        let keep = |common: &Common, id: &str| {
            fake.keep_content(channel_id, id, content_type, bytes, 0);
            event::image(common, id)
        };
        self.write(channel_id, user_id, keep).await
    }

    /// The person sends a place.
    pub async fn write_location(
        &self,
        channel_id: &str,
        user_id: &str,
        title: &str,
        address: &str,
        at: (f64, f64),
    ) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::location(common, id, title, address, at.0, at.1)).await
    }

    /// The person sends any message: `make` builds the event from what is common and a new message ID.
    pub async fn write(
        &self,
        channel_id: &str,
        user_id: &str,
        make: impl FnOnce(&Common, &str) -> Value,
    ) -> PhoneWebhook {
        let message_id = self.lock().message_id();
        let wrote = |state: &mut State, common: &Common| {
            let one = state.channel(channel_id).relationships.entry(user_id.to_owned()).or_default();
            one.wrote_at_ms = Some(common.at_ms);
        };
        let mut webhook = self.act(channel_id, user_id, true, wrote, |common| make(common, &message_id)).await;
        webhook.message_id = Some(message_id);
        webhook
    }

    /// The person taps a postback action.
    pub async fn postback(&self, channel_id: &str, user_id: &str, data: &str) -> PhoneWebhook {
        self.act(channel_id, user_id, true, |_, _| {}, |common| event::postback(common, data, None)).await
    }

    /// The person takes a message back; the phone no longer shows it, and its content is gone.
    pub async fn unsend(&self, channel_id: &str, user_id: &str, message_id: &str) -> PhoneWebhook {
        self.drop_content(message_id);
        let forget = |state: &mut State, _: &Common| {
            let one = state.channel(channel_id).relationships.entry(user_id.to_owned()).or_default();
            for line in one.talk.iter_mut().filter(|line| line.message_id == message_id) {
                line.unsent = true;
                line.message = json!({"type": "unsent"});
            }
        };
        self.act(channel_id, user_id, false, forget, |common| event::unsend(common, message_id)).await
    }

    /// The person adds the channel, or unblocks it if they had blocked it.
    pub async fn follow(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        let unblocked = self.friendship(channel_id, user_id) == Friendship::Blocked;
        self.set_friendship(channel_id, user_id, Friendship::Friend);
        self.act(channel_id, user_id, true, |_, _| {}, |common| event::follow(common, unblocked)).await
    }

    /// The person blocks the channel.
    pub async fn block(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        self.set_friendship(channel_id, user_id, Friendship::Blocked);
        self.act(channel_id, user_id, false, |_, _| {}, event::unfollow).await
    }

    /// The person unblocks the channel: a follow with `isUnblocked`.
    pub async fn unblock(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        self.follow(channel_id, user_id).await
    }

    async fn act(
        &self,
        channel_id: &str,
        user_id: &str,
        with_reply_token: bool,
        effect: impl FnOnce(&mut State, &Common),
        make: impl FnOnce(&Common) -> Value,
    ) -> PhoneWebhook {
        let common = {
            let mut state = self.lock();
            let common = state.common_by(user_id, with_reply_token);
            effect(&mut state, &common);
            common
        };
        let event = make(&common);
        if let Some(message) = event.get("message") {
            // Where nobody can chat, LINE marks by itself.
            let read = !self.lock().channel(channel_id).spec.chat;
            let line = TalkLine {
                by_person: true,
                message_id: message["id"].as_str().unwrap_or_default().to_owned(),
                message: message.clone(),
                at_ms: common.at_ms,
                unsent: false,
                read,
            };
            self.lock().channel(channel_id).relationships.entry(user_id.to_owned()).or_default().talk.push(line);
        }
        let posted = self.post_events(channel_id, vec![event]).await;
        PhoneWebhook { webhook_event_id: common.webhook_event_id, message_id: None, posted }
    }
}
