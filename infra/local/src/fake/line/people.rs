//! Profiles, followers, and the bot itself.

use serde_json::json;

use super::refusal::refuse;
use super::state::{Friendship, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of a page's `next`.
const NEXT_LIFE_MS: i64 = 24 * 3_600_000;

/// `GET /v2/bot/profile/{userId}`: friends, and non-friends who wrote; 404 for everybody else, and for whoever blocked the
/// channel. In a group the member's profile is shown whatever the friendship.
pub(crate) fn profile(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let segments = asked.segments();
    let user_id = segments.last().copied().unwrap_or_default();
    let channel = state.channel(channel_id);
    let visible = match segments.as_slice() {
        ["v2", "bot", "group", group, ..] => {
            channel.groups.get(*group).is_some_and(|members| members.iter().any(|member| member == user_id))
        }
        _ => channel.relationships.get(user_id).is_some_and(|one| match one.friendship {
            Friendship::Friend => true,
            Friendship::Blocked => false,
            Friendship::None => one.wrote_at_ms.is_some(),
        }),
    };
    let Some(person) = state.people.get(user_id).filter(|_| visible) else {
        return refuse(404, "Not found");
    };
    let mut body = json!({"displayName": person.name, "userId": user_id, "language": "ja"});
    if let Some(picture) = &person.picture {
        body["pictureUrl"] = json!(picture);
    }
    Answer::json(200, &body)
}

/// `GET /v2/bot/followers/ids`: verified channels only; `start` is the `next` of the page before, which lives 24 hours.
pub(crate) fn followers(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let (now_ms, short) = (state.now_ms(), state.switches.follower_pages_are_short);
    let next = state.ids.hex32();
    let channel = state.channel(channel_id);
    if !channel.spec.verified {
        return refuse(403, "Access to this API is not available for your account");
    }
    let limit = asked.query_value("limit").map_or(Some(300), |limit| limit.parse::<usize>().ok());
    let Some(limit) = limit.filter(|limit| (1..=1000).contains(limit)) else {
        return refuse(400, "Invalid limit");
    };
    let limit = if short { limit.div_ceil(2) } else { limit };
    let start = match asked.query_value("start").map(|token| state.follower_pages.get(&token)) {
        None => String::new(),
        Some(Some((owner, last, given_at_ms))) if owner == channel_id && now_ms - given_at_ms < NEXT_LIFE_MS => {
            last.clone()
        }
        Some(_) => return refuse(400, "Invalid start"),
    };
    let channel = state.channel(channel_id);
    let mut ids: Vec<&String> = channel
        .relationships
        .iter()
        .filter(|(_, one)| one.friendship == Friendship::Friend)
        .map(|(id, _)| id)
        .collect();
    ids.sort();
    let mut page: Vec<&String> = ids.into_iter().filter(|id| **id > start).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| more).map(|last| (*last).clone());
    let mut body = json!({"userIds": page});
    if let Some(last) = last {
        body["next"] = json!(next);
        state.follower_pages.insert(next, (channel_id.to_owned(), last, now_ms));
    }
    Answer::json(200, &body)
}

/// `GET /v2/bot/info`.
pub(crate) fn bot_info(state: &mut State, channel_id: &str) -> Answer {
    let spec = &state.channel(channel_id).spec;
    // Messages are marked as read by themselves only while nobody can chat.
    let (chat_mode, mark_as_read) = if spec.chat { ("chat", "manual") } else { ("bot", "auto") };
    let mut body = json!({
        "userId": spec.bot_user_id, "basicId": spec.basic_id, "displayName": spec.name,
        "chatMode": chat_mode, "markAsReadMode": mark_as_read,
    });
    // What has no value is left out.
    if let Some(picture) = &spec.picture {
        body["pictureUrl"] = json!(picture);
    }
    Answer::json(200, &body)
}
