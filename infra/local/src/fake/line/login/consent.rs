//! The screens between the request and the redirect: who logs in, what they share, whether they add the account.

use super::authorize::{self, AuthorizeRequest, BotPrompt, Goal, Unfit};
use super::exchange::Code;
use super::spec::Consent;
use super::{liff, screen};
use crate::fake::line::Friendship;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

/// A screen that waits for its person.
pub(crate) struct Screen {
    pub(crate) request: AuthorizeRequest,
    /// Allowed already; asked for friendship on a screen of its own.
    pub(crate) allowed: Option<Consent>,
}

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

/// A request that may be shown; or the redirect, where it may not or where automatic login fails.
pub(crate) fn begin(state: &mut State, query: &str) -> Result<AuthorizeRequest, Unfit> {
    let channels = &state.login.channels;
    let request = authorize::read(query, &state.switches, |id| channels.get(id))?;
    if state.switches.auto_login_fails && request.may_log_in_automatically {
        let (code, other_state) = (state.ids.hex32(), state.ids.hex32());
        let told = [("code", code.as_str()), ("state", other_state.as_str())];
        return Err(authorize::redirect(&request.redirect_uri, told).map_or(Unfit::Page, Unfit::Redirect));
    }
    Ok(request)
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

/// The person allows: makes a code, or the tokens of a LIFF app. `None` if they are not of the channel's provider.
pub(crate) fn allow(state: &mut State, request: &AuthorizeRequest, consent: &Consent) -> Option<String> {
    if !knows(state, request, &consent.user_id) {
        return None;
    }
    if let Goal::Liff { in_client } = request.goal {
        return Some(liff::arrive(state, request, consent, in_client));
    }
    let offered = offers_friendship(state, request, &consent.user_id);
    let bot = state.login.channels.get(&request.channel_id)?.linked_bot.clone();
    if let Some(bot) = bot.filter(|_| offered && consent.add_friend) {
        state.befriend(&bot, &consent.user_id);
    }
    let code = format!("{}{}", state.ids.hex32(), state.ids.hex32());
    let issued = Code {
        request: request.clone(),
        user_id: consent.user_id.clone(),
        email: consent.email && offers_email(state, request, &consent.user_id),
        issued_at_ms: state.now_ms(),
        used: false,
    };
    state.login.codes.insert(code.clone(), issued);
    let changed = if consent.add_friend { "true" } else { "false" };
    let told = [("code", code.as_str()), ("state", request.state.as_str())];
    let friendship = offered.then_some(("friendship_status_changed", changed));
    authorize::redirect(&request.redirect_uri, told.into_iter().chain(friendship))
}

/// The person does not allow.
pub(crate) fn cancel(state: &State, request: &AuthorizeRequest) -> Option<String> {
    if request.goal != Goal::Code {
        return Some("/liff-closed".to_owned());
    }
    let error = state.switches.spell_error("ACCESS_DENIED");
    let told = [
        ("error", error.as_str()),
        ("error_description", "The resource owner denied the request."),
        ("state", request.state.as_str()),
    ];
    authorize::redirect(&request.redirect_uri, told)
}

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

fn see_other(status: u16, url: String) -> Answer {
    Answer::empty(status).with("location", url).with("cache-control", "no-store")
}
