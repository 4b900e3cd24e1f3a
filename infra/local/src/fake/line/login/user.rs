//! What a user access token shows: userinfo, profile, friendship.

use serde_json::json;

use super::state::Grant;
use crate::fake::line::refusal::refuse;
use crate::fake::line::state::{Friendship, State};
use crate::fake::wire::{Answer, ApiRequest};

impl Grant {
    fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

fn no_scope() -> Answer {
    refuse(403, "The access token does not have the scope that this needs")
}

/// `GET` and `POST /oauth2/v2.1/userinfo`: needs `openid`; name and picture need `profile`.
pub(crate) fn info(state: &State, asked: &ApiRequest) -> Answer {
    let grant = match state.grant_of(asked) {
        Ok(grant) if grant.has("openid") => grant,
        Ok(_) => return no_scope(),
        Err(answer) => return answer,
    };
    let mut body = json!({"sub": grant.user_id});
    if let Some(person) = state.people.get(&grant.user_id).filter(|_| grant.has("profile")) {
        body["name"] = json!(person.name);
        if let Some(picture) = &person.picture {
            body["picture"] = json!(picture);
        }
    }
    Answer::json(200, &body)
}

/// `GET /v2/profile`: needs `profile`.
pub(crate) fn profile(state: &State, asked: &ApiRequest) -> Answer {
    let grant = match state.grant_of(asked) {
        Ok(grant) if grant.has("profile") => grant,
        Ok(_) => return no_scope(),
        Err(answer) => return answer,
    };
    let Some(person) = state.people.get(&grant.user_id) else {
        return refuse(404, "Not found");
    };
    let mut body = json!({"userId": grant.user_id, "displayName": person.name});
    if let Some(picture) = &person.picture {
        body["pictureUrl"] = json!(picture);
    }
    Answer::json(200, &body)
}

/// `GET /friendship/v1/status`: needs `profile` and a linked account.
pub(crate) fn friendship(state: &State, asked: &ApiRequest) -> Answer {
    let grant = match state.grant_of(asked) {
        Ok(grant) if grant.has("profile") => grant,
        Ok(_) => return no_scope(),
        Err(answer) => return answer,
    };
    let bot = state.login.channels.get(&grant.channel_id).and_then(|spec| spec.linked_bot.as_deref());
    match bot.filter(|bot| state.channels.contains_key(*bot)) {
        Some(bot) => {
            let is_friend = state.friendship(bot, &grant.user_id) == Friendship::Friend;
            Answer::json(200, &json!({"friendFlag": is_friend}))
        }
        None => refuse(400, "There is no LINE Official Account linked to this channel"),
    }
}
