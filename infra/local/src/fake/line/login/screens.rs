//! The screens between the request and the redirect: who logs in, what they share, whether they add the account.

use super::authorize::Unfit;
use super::consent::{allow, begin, cancel};
use super::offers::{knows, offers_friendship};
use super::screen;
use super::spec::Consent;
use super::state::{AuthorizeRequest, BotPrompt, Screen};
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

/// `GET /oauth2/v2.1/authorize`.
pub(crate) fn open(state: &mut State, asked: &ApiRequest) -> Answer {
    match begin(state, asked.query.as_deref().unwrap_or_default()) {
        Ok(request) => show(state, request),
        Err(Unfit::Page) => screen::refused(),
        Err(Unfit::Redirect(url)) => see_other(302, url),
    }
}

/// Shows the consent screen, and waits for its button.
pub(crate) fn show(state: &mut State, request: AuthorizeRequest) -> Answer {
    let id = state.ids.hex32();
    let page = screen::consent(state, &id, &request);
    state.login.screens.insert(id, Screen { request, allowed: None });
    page
}

/// `POST /oauth2/v2.1/authorize/consent`: a button of a screen. The path is the fake's own; LINE's is not documented.
pub(crate) fn decide(state: &mut State, asked: &ApiRequest) -> Answer {
    let id = asked.form("screen").unwrap_or_default();
    let Some(Screen { request, allowed }) = state.login.screens.remove(&id) else {
        return screen::refused();
    };
    let act = asked.form("act").unwrap_or_default();
    let redirect = match (act.as_str(), allowed) {
        ("add" | "skip", Some(consent)) => allow(state, &request, &Consent { add_friend: act == "add", ..consent }),
        ("cancel", None) => cancel(state, &request),
        ("allow", None) => {
            let user_id = asked.form("user").unwrap_or_default();
            let ticked = |what: &str| asked.form(&format!("{what}-{user_id}")).is_some();
            let consent = Consent { email: ticked("email"), add_friend: ticked("friend"), user_id: user_id.clone() };
            let asks_later = request.bot_prompt == Some(BotPrompt::Aggressive);
            if asks_later && knows(state, &request, &user_id) && offers_friendship(state, &request, &user_id) {
                let page = screen::friendship(state, &id, &request);
                state.login.screens.insert(id, Screen { request, allowed: Some(consent) });
                return page;
            }
            allow(state, &request, &consent)
        }
        _ => None,
    };
    redirect.map_or_else(screen::refused, |url| see_other(303, url))
}

fn see_other(status: u16, url: String) -> Answer {
    Answer::empty(status).with("location", url).with("cache-control", "no-store")
}
