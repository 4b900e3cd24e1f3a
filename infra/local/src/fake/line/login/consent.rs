//! What comes of a request once its person has chosen: a code, the tokens of a LIFF app, or a refusal that the caller is told.

use super::authorize::{self, Unfit};
use super::liff_token;
use super::offers::{knows, offers_email, offers_friendship};
use super::spec::Consent;
use super::state::{AuthorizeRequest, Code, Goal};
use crate::fake::line::state::State;

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

/// The person allows: makes a code, or the tokens of a LIFF app. `None` if they are not of the channel's provider.
pub(crate) fn allow(state: &mut State, request: &AuthorizeRequest, consent: &Consent) -> Option<String> {
    if !knows(state, request, &consent.user_id) {
        return None;
    }
    if let Goal::Liff { in_client } = request.goal {
        return Some(liff_token::arrive(state, request, consent, in_client));
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
