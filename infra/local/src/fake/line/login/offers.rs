//! What a person is asked for, and whether the channel may ask them at all.

use super::state::AuthorizeRequest;
use crate::fake::line::state::{Friendship, State};

/// Whether the channel's provider knows this person.
pub(crate) fn knows(state: &State, request: &AuthorizeRequest, user_id: &str) -> bool {
    let provider = state.login.channels.get(&request.channel_id).map(|spec| &spec.provider);
    state.people.get(user_id).is_some_and(|person| Some(&person.provider) == provider)
}

/// Whether the person is asked to add the linked account: only where the request wants it and they are no friend.
pub(crate) fn offers_friendship(state: &State, request: &AuthorizeRequest, user_id: &str) -> bool {
    let bot = state.login.channels.get(&request.channel_id).and_then(|spec| spec.linked_bot.as_deref());
    let bot = bot.filter(|bot| request.bot_prompt.is_some() && state.channels.contains_key(*bot));
    bot.is_some_and(|bot| state.friendship(bot, user_id) != Friendship::Friend)
}

/// Whether the person is asked for their address: scope, permission, and that they have one.
pub(crate) fn offers_email(state: &State, request: &AuthorizeRequest, user_id: &str) -> bool {
    let permitted = state.login.channels.get(&request.channel_id).is_some_and(|spec| spec.email_permission);
    let has_one = state.people.get(user_id).is_some_and(|person| person.email.is_some());
    permitted && has_one && request.scopes.iter().any(|scope| scope == "email")
}
