//! Setting the platform up and looking at it from Rust: channels, people, chats.

use serde_json::Value;

use super::platform::FakeLine;
use super::reach::month_of;
use super::state::{Channel, ChannelSpec, Friendship, Person, State, TalkLine, WebhookErrors};

impl FakeLine {
    /// Adds a channel, or replaces one with the same ID.
    pub fn add_channel(&self, spec: ChannelSpec) {
        let channel = Channel {
            long_lived: None,
            relationships: Default::default(),
            reply_tokens: Default::default(),
            retry_keys: Default::default(),
            used_by_month: Default::default(),
            buckets: Default::default(),
            events: Default::default(),
            redeliveries: Vec::new(),
            errors: WebhookErrors::default(),
            read_tokens: Default::default(),
            loadings: Vec::new(),
            groups: Default::default(),
            spec,
        };
        self.lock().channels.insert(channel.spec.channel_id.clone(), channel);
    }

    /// Changes a channel in the console (reissued secret, webhook switches, quota ...). A channel that is not there is left alone.
    pub fn edit_channel(&self, channel_id: &str, edit: impl FnOnce(&mut ChannelSpec)) {
        if let Some(channel) = self.lock().channels.get_mut(channel_id) {
            edit(&mut channel.spec);
        }
    }

    /// A channel as it is now.
    pub fn channel(&self, channel_id: &str) -> Option<ChannelSpec> {
        self.lock().channels.get(channel_id).map(|channel| channel.spec.clone())
    }

    /// All channels, by ID.
    pub fn channels(&self) -> Vec<ChannelSpec> {
        self.lock().channels.values().map(|channel| channel.spec.clone()).collect()
    }

    /// Issues (or, with `None`, revokes) the channel's one long-lived token.
    pub fn set_long_lived_token(&self, channel_id: &str, token: Option<&str>) {
        self.lock().channel(channel_id).long_lived = token.map(str::to_owned);
    }

    /// Ends every stateless token of a channel at once, as if its time were over.
    pub fn expire_tokens(&self, channel_id: &str) {
        self.lock().stateless.retain(|_, (owner, _)| owner != channel_id);
    }

    /// Adds a person as seen by one provider; returns their user ID there, another one each time the fake is started.
    pub fn add_person(&self, provider: &str, name: &str, picture: Option<&str>) -> String {
        let mut state = self.lock();
        let id = format!("U{}", state.ids.hex32());
        insert_person(&mut state, &id, provider, name, picture);
        id
    }

    /// Adds a person under a user ID of your choice (`U` + 32 lowercase hex).
    pub fn add_person_as(&self, user_id: &str, provider: &str, name: &str, picture: Option<&str>) {
        insert_person(&mut self.lock(), user_id, provider, name, picture);
    }

    /// A person calls themselves otherwise from now on. Somebody who is not there is left alone.
    pub fn rename_person(&self, user_id: &str, name: &str) {
        if let Some(person) = self.lock().people.get_mut(user_id) {
            person.name = name.to_owned();
        }
    }

    /// Everybody a provider knows: (user ID, name, picture).
    pub fn people(&self, provider: &str) -> Vec<(String, String, Option<String>)> {
        let state = self.lock();
        let own = state.people.iter().filter(|(_, person)| person.provider == provider);
        own.map(|(id, person)| (id.clone(), person.name.clone(), person.picture.clone())).collect()
    }

    /// Adds a group that the channel's bot is in; returns its ID (`C` + 32 hex).
    pub fn add_group(&self, channel_id: &str, members: &[&str]) -> String {
        let mut state = self.lock();
        let id = format!("C{}", state.ids.hex32());
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        state.channel(channel_id).groups.insert(id.clone(), members);
        id
    }

    /// Sets a friendship without any webhook.
    pub fn set_friendship(&self, channel_id: &str, user_id: &str, friendship: Friendship) {
        self.lock().set_friendship(channel_id, user_id, friendship);
    }

    /// How a person stands to a channel.
    pub fn friendship(&self, channel_id: &str, user_id: &str) -> Friendship {
        self.lock().friendship(channel_id, user_id)
    }

    /// The chat as the person's phone shows it, both directions, oldest first.
    pub fn talk(&self, channel_id: &str, user_id: &str) -> Vec<TalkLine> {
        let state = self.lock();
        let one = state.channels.get(channel_id).and_then(|channel| channel.relationships.get(user_id));
        one.map(|one| one.talk.clone()).unwrap_or_default()
    }

    /// True while the loading animation shows in this chat.
    pub fn is_loading(&self, channel_id: &str, user_id: &str) -> bool {
        let state = self.lock();
        let now_ms = state.now_ms();
        let Some(channel) = state.channels.get(channel_id) else {
            return false;
        };
        channel.loadings.iter().any(|(chat, until_ms)| chat == user_id && now_ms < *until_ms)
    }

    /// Webhook failures of a channel.
    pub fn webhook_errors(&self, channel_id: &str) -> WebhookErrors {
        self.lock().channels.get(channel_id).map(|channel| channel.errors).unwrap_or_default()
    }

    /// Messages counted against this month's quota.
    pub fn used_this_month(&self, channel_id: &str) -> u32 {
        let mut state = self.lock();
        let month = month_of(state.now_ms());
        state.channel(channel_id).used_by_month.get(&month).copied().unwrap_or_default()
    }

    /// Lets a reply token exist that a test put into a webhook of its own making.
    pub fn know_reply_token(&self, channel_id: &str, token: &str, chat: &str, event_at_ms: i64) {
        let mut state = self.lock();
        let received_at_ms = state.now_ms();
        state.know_reply_token(channel_id, token, chat, event_at_ms, received_at_ms);
    }

    /// The `webhookEventId` of each event that the channel's phones have made.
    pub fn event_ids(&self, channel_id: &str) -> Vec<String> {
        let state = self.lock();
        let events = state.channels.get(channel_id).map(|channel| channel.events.keys().cloned());
        events.map(Iterator::collect).unwrap_or_default()
    }

    /// The events of a channel by their `webhookEventId`, as last delivered.
    pub fn event(&self, channel_id: &str, webhook_event_id: &str) -> Option<Value> {
        self.lock().channels.get(channel_id)?.events.get(webhook_event_id).cloned()
    }
}

fn insert_person(state: &mut State, user_id: &str, provider: &str, name: &str, picture: Option<&str>) {
    let (provider, name, picture) = (provider.to_owned(), name.to_owned(), picture.map(str::to_owned));
    state.people.insert(user_id.to_owned(), Person { provider, name, picture, email: None });
}
