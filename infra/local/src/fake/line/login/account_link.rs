//! Account link: a token for a friend, and the dialog that turns it and a nonce into a webhook.

use musubi::domain::language::Language;
use serde_json::json;

use super::screen;
use super::state::LinkToken;
use crate::fake::line::event;
use crate::fake::line::refusal::refuse;
use crate::fake::line::state::{Friendship, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of a link token.
const LIFE_MS: i64 = 10 * 60_000;

/// `POST /v2/bot/user/{userId}/linkToken`: for friends only.
pub(crate) fn issue(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let user_id = asked.segments().get(3).copied().unwrap_or_default().to_owned();
    if state.friendship(channel_id, &user_id) != Friendship::Friend {
        return refuse(state.switches.link_token_for_a_stranger, "The user is not a friend of this account");
    }
    let token = state.ids.hex32();
    let issued_at_ms = state.now_ms();
    let kept = LinkToken { channel_id: channel_id.to_owned(), user_id, issued_at_ms, used: false };
    state.login.link_tokens.insert(token.clone(), kept);
    Answer::json(200, &json!({"linkToken": token}))
}

/// `GET /dialog/bot/accountLink`: the webhook leaves before the page shows. A token that is used, over or unknown gets a page and
/// no webhook at all.
pub(crate) fn dialog(state: &mut State, asked: &ApiRequest) -> Answer {
    let nonce = asked.query_value("nonce").filter(|nonce| (10..=255).contains(&nonce.chars().count()));
    let now_ms = state.now_ms();
    let token = asked.query_value("linkToken").and_then(|token| state.login.link_tokens.get_mut(&token));
    let alive = token.filter(|token| !token.used && now_ms - token.issued_at_ms < LIFE_MS);
    let (Some(nonce), Some(token)) = (nonce, alive) else {
        return screen::refused();
    };
    token.used = true;
    let (channel_id, user_id) = (token.channel_id.clone(), token.user_id.clone());
    let common = state.common_by(&user_id, true);
    let linked = !state.switches.account_link_fails;
    state.outbox.push((channel_id, event::account_link(&common, linked, &nonce)));
    let language = Language::from_tag(asked.header("accept-language").unwrap_or("ja"));
    let words = match linked {
        true => language.pick("アカウントを連携しました。", "Your accounts are linked."),
        false => language.pick("アカウントを連携できませんでした。", "Your accounts could not be linked."),
    };
    screen::page(200, language, "line-done", &format!("<h1>{words}</h1>"))
}
