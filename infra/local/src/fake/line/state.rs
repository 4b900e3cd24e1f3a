//! What the fake LINE keeps: channels, people, what was accepted and what reached a phone.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use super::endpoint::Endpoint;
use super::event::{self, Common};
use super::login::state::LoginState;
use super::switches::Switches;
use crate::fake::fault::FaultPlan;
use crate::fake::ids::IdMaker;
use crate::fake::{FakeClock, Ledger, TokenBucket};

/// A Messaging API channel as it is set up in the console.
#[derive(Clone)]
pub struct ChannelSpec {
    /// Decimal channel ID.
    pub channel_id: String,
    /// Channel secret: signs webhooks, issues stateless tokens.
    pub channel_secret: String,
    /// The bot's user ID (`U` + 32 hex), a webhook's `destination`.
    pub bot_user_id: String,
    /// Basic ID, such as `@216abcde`.
    pub basic_id: String,
    /// Display name.
    pub name: String,
    /// The picture's address.
    pub picture: Option<String>,
    /// The LINE provider. People have one user ID per provider.
    pub provider: String,
    /// Messages a month; `None` = no limit.
    pub monthly_limit: Option<u32>,
    /// Verified or premium: may list its followers.
    pub verified: bool,
    /// Where webhooks go.
    pub webhook_url: Option<String>,
    /// The console's "Use webhook".
    pub webhook_active: bool,
    /// The console's "Webhook redelivery".
    pub redelivery: bool,
    /// LINE Official Account Manager's "Chat": people can be answered by hand.
    pub chat: bool,
    /// What no API shows.
    pub unseen: UnseenSwitches,
}

impl ChannelSpec {
    /// A verified channel without a monthly limit, its webhook used and redelivered; the bot's IDs follow from the channel ID.
    pub fn demo(channel_id: &str, channel_secret: &str, provider: &str) -> Self {
        let number = channel_id.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Self {
            channel_id: channel_id.to_owned(),
            channel_secret: channel_secret.to_owned(),
            bot_user_id: format!("U{}", IdMaker::new(number).hex32()),
            basic_id: format!("@{:03}demo", number % 1000),
            name: "Musubi demo".to_owned(),
            picture: None,
            provider: provider.to_owned(),
            monthly_limit: None,
            verified: true,
            webhook_url: None,
            webhook_active: true,
            redelivery: true,
            chat: false,
            unseen: UnseenSwitches { auto_response: true, greeting: true, groups: false },
        }
    }
}

/// Switches of LINE Official Account Manager that no API shows. They change nothing here: LINE's own answers are none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnseenSwitches {
    /// Auto-response messages; on by default.
    pub auto_response: bool,
    /// A greeting message; on by default.
    pub greeting: bool,
    /// May be added to groups; off by default.
    pub groups: bool,
}

impl fmt::Debug for ChannelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSpec").field("channel_id", &self.channel_id).finish_non_exhaustive()
    }
}

/// How a person stands to a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Friendship {
    /// Never added, or the friendship is unknown.
    #[default]
    None,
    /// A friend.
    Friend,
    /// Blocked the channel.
    Blocked,
}

/// One line of a chat as the phone shows it.
#[derive(Clone)]
pub struct TalkLine {
    /// True: the person wrote it; false: the channel did.
    pub by_person: bool,
    /// LINE's message ID.
    pub message_id: String,
    /// The message object as LINE shows it: a webhook's `message`, or a sent message object.
    pub message: Value,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The person took it back.
    pub unsent: bool,
    /// What the person wrote shows as read.
    pub read: bool,
}

/// Something that reached a phone.
#[derive(Clone)]
pub struct Delivered {
    /// The sending channel.
    pub channel_id: String,
    /// User, group or room.
    pub to: String,
    /// The call's retry key.
    pub retry_key: Option<String>,
    /// The message objects, as sent.
    pub messages: Vec<Value>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Which send carried it.
    pub via: Endpoint,
}

/// A send that LINE accepted, whether or not it reached anybody.
#[derive(Clone)]
pub struct Accepted {
    /// The sending channel.
    pub channel_id: String,
    /// Which send it was.
    pub via: Endpoint,
    /// Every recipient named.
    pub to: Vec<String>,
    /// The call's retry key.
    pub retry_key: Option<String>,
    /// `x-line-request-id` of the call that was accepted.
    pub request_id: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Webhooks of one channel that failed, as the console counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookErrors {
    /// No connection, or it broke.
    pub could_not_connect: u32,
    /// No answer within two seconds.
    pub request_timeout: u32,
    /// An answer other than 2xx.
    pub error_status_code: u32,
}

pub(crate) struct Person {
    pub(crate) provider: String,
    pub(crate) name: String,
    pub(crate) picture: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Default)]
pub(crate) struct Relationship {
    pub(crate) friendship: Friendship,
    pub(crate) was_friend: bool,
    pub(crate) wrote_at_ms: Option<i64>,
    pub(crate) talk: Vec<TalkLine>,
    pub(crate) got_at_ms: Vec<i64>,
}

pub(crate) struct ReplyToken {
    pub(crate) chat: String,
    pub(crate) event_at_ms: i64,
    pub(crate) received_at_ms: i64,
    pub(crate) used: bool,
}

pub(crate) struct RetryKey {
    pub(crate) first_at_ms: i64,
    pub(crate) path: String,
    pub(crate) body: Bytes,
    pub(crate) accepted: Option<(String, Vec<Value>)>,
}

pub(crate) struct Redelivery {
    pub(crate) events: Vec<Value>,
    pub(crate) due_at_ms: i64,
    pub(crate) attempts: u32,
}

pub(crate) struct Channel {
    pub(crate) spec: ChannelSpec,
    pub(crate) long_lived: Option<String>,
    pub(crate) relationships: HashMap<String, Relationship>,
    pub(crate) reply_tokens: HashMap<String, ReplyToken>,
    pub(crate) retry_keys: HashMap<String, RetryKey>,
    pub(crate) used_by_month: BTreeMap<(i16, i8), u32>,
    pub(crate) buckets: HashMap<Endpoint, TokenBucket>,
    pub(crate) events: HashMap<String, Value>,
    pub(crate) redeliveries: Vec<Redelivery>,
    pub(crate) errors: WebhookErrors,
    /// Which chat and message a read token is of.
    pub(crate) read_tokens: HashMap<String, (String, String)>,
    pub(crate) loadings: Vec<(String, i64)>,
    pub(crate) groups: HashMap<String, Vec<String>>,
}

/// A file that LINE keeps for a message.
pub(crate) struct Content {
    pub(crate) channel_id: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) preparing: u32,
    pub(crate) gone: bool,
}

pub(crate) struct State {
    pub(crate) clock: FakeClock,
    pub(crate) ids: IdMaker,
    pub(crate) switches: Switches,
    pub(crate) channels: BTreeMap<String, Channel>,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) stateless: HashMap<String, (String, i64)>,
    pub(crate) contents: HashMap<String, Content>,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) delivered: Vec<Delivered>,
    pub(crate) ledger: Ledger,
    pub(crate) faults: FaultPlan<Endpoint>,
    pub(crate) rates: HashMap<Endpoint, (u32, u32)>,
    /// Events of a channel that leave as webhooks before the call that caused them is answered.
    pub(crate) outbox: Vec<(String, Value)>,
    /// `next` of a page of followers: its channel, the last ID before it, when it was given.
    pub(crate) follower_pages: HashMap<String, (String, String, i64)>,
    pub(crate) login: LoginState,
}

impl State {
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn channel(&mut self, channel_id: &str) -> &mut Channel {
        self.channels.get_mut(channel_id).expect("the channel was added before it is used")
    }

    /// What an event has in common that this person causes now.
    pub(crate) fn common_by(&mut self, user_id: &str, with_reply_token: bool) -> Common {
        let at_ms = self.now_ms();
        let id = self.ids.ulid(at_ms);
        let token = self.ids.hex32();
        Common::by_user(user_id, at_ms, &id, with_reply_token.then_some(token.as_str()))
    }

    /// How a person stands to a channel.
    pub(crate) fn friendship(&self, channel_id: &str, user_id: &str) -> Friendship {
        let one = self.channels.get(channel_id).and_then(|channel| channel.relationships.get(user_id));
        one.map(|one| one.friendship).unwrap_or_default()
    }

    /// Sets a friendship without any webhook.
    pub(crate) fn set_friendship(&mut self, channel_id: &str, user_id: &str, friendship: Friendship) {
        let one = self.channel(channel_id).relationships.entry(user_id.to_owned()).or_default();
        one.was_friend |= friendship == Friendship::Friend;
        one.friendship = friendship;
    }

    /// The person becomes a friend of a bot, or takes it back after blocking it; the `follow` webhook leaves with the answer.
    pub(crate) fn befriend(&mut self, bot: &str, user_id: &str) {
        let unblocked = self.friendship(bot, user_id) == Friendship::Blocked;
        self.set_friendship(bot, user_id, Friendship::Friend);
        let common = self.common_by(user_id, true);
        self.outbox.push((bot.to_owned(), event::follow(&common, unblocked)));
    }

    /// A reply token exists from now on. A redelivered event carries the same one: its minute starts anew, unless it was used.
    pub(crate) fn know_reply_token(
        &mut self,
        channel_id: &str,
        token: &str,
        chat: &str,
        event_at_ms: i64,
        received_at_ms: i64,
    ) {
        let channel = self.channel(channel_id);
        let used = channel.reply_tokens.get(token).is_some_and(|known| known.used);
        let known = ReplyToken { chat: chat.to_owned(), event_at_ms, received_at_ms, used };
        channel.reply_tokens.insert(token.to_owned(), known);
    }

    /// LINE's message IDs are numeric strings of 18 digits and more.
    pub(crate) fn message_id(&mut self) -> String {
        (560_000_000_000_000_000 + self.ids.number()).to_string()
    }
}
