//! `GET /oauth2/v2.1/authorize`: what a request may ask, and where it goes when it may not.

use musubi::domain::language::Language;
use url::{Url, form_urlencoded};

use super::spec::LoginChannelSpec;
use super::state::{AuthorizeRequest, BotPrompt, Goal};
use crate::fake::line::switches::Switches;

const STATE_LONGEST: usize = 1024;

/// A request that may not.
pub(crate) enum Unfit {
    /// Client or redirect URI are not known: nobody is sent anywhere.
    Page,
    /// The caller is told.
    Redirect(String),
}

/// A query whose parameters can be asked for.
struct Query(Vec<(String, String)>);

impl Query {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True when the parameter is absent or one of these.
    fn is_one_of(&self, name: &str, values: &[&str]) -> bool {
        self.get(name).is_none_or(|value| values.contains(&value))
    }
}

/// Reads a query. `channel` finds the LINE Login channel of a client ID.
pub(crate) fn read<'a>(
    query: &str,
    switches: &Switches,
    channel: impl FnOnce(&str) -> Option<&'a LoginChannelSpec>,
) -> Result<AuthorizeRequest, Unfit> {
    let query = Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    let spec = query.get("client_id").and_then(channel).filter(|spec| spec.published).ok_or(Unfit::Page)?;
    let redirect_uri = query.get("redirect_uri").filter(|uri| spec.takes_redirect(uri)).ok_or(Unfit::Page)?;
    let refuse = |error: &str, why: &str| {
        let error = switches.spell_error(error);
        let told = [("error", error.as_str()), ("error_description", why)];
        let state = query.get("state").map(|state| ("state", state));
        redirect(redirect_uri, told.into_iter().chain(state)).map_or(Unfit::Page, Unfit::Redirect)
    };
    if query.get("response_type") != Some("code") {
        return Err(refuse("UNSUPPORTED_RESPONSE_TYPE", "response_type must be code"));
    }
    let state = query.get("state").filter(|state| (1..=STATE_LONGEST).contains(&state.len()));
    let Some(state) = state else {
        return Err(refuse("INVALID_REQUEST", "state is required"));
    };
    let scopes: Vec<String> = query
        .get("scope")
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    if !scopes_fit(&scopes, spec, switches) {
        return Err(refuse("INVALID_SCOPE", "the scope is invalid, unknown or malformed"));
    }
    if let Some(wrong) = first_wrong(&query) {
        return Err(refuse("INVALID_REQUEST", &format!("{wrong} is invalid")));
    }
    if query.get("prompt") == Some("none") {
        return Err(refuse("LOGIN_REQUIRED", "the person is not logged in"));
    }
    Ok(AuthorizeRequest {
        channel_id: spec.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: state.to_owned(),
        scopes,
        nonce: query.get("nonce").map(str::to_owned),
        challenge: query.get("code_challenge").map(str::to_owned),
        bot_prompt: query.get("bot_prompt").map(|prompt| match prompt {
            "aggressive" => BotPrompt::Aggressive,
            _ => BotPrompt::Normal,
        }),
        with_auth_time: query.get("max_age").is_some(),
        may_log_in_automatically: query.get("disable_auto_login") != Some("true")
            && query.get("prompt") != Some("login"),
        language: Language::from_tag(query.get("ui_locales").unwrap_or("ja")),
        goal: Goal::Code,
    })
}

/// `email` needs `openid`; without the permission it is left out or refused, by switch.
fn scopes_fit(scopes: &[String], spec: &LoginChannelSpec, switches: &Switches) -> bool {
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    let known = scopes.iter().all(|scope| matches!(scope.as_str(), "profile" | "openid" | "email"));
    let email_fits = !has("email")
        || has("openid") && (spec.email_permission || !switches.email_without_permission_is_invalid_scope);
    !scopes.is_empty() && known && email_fits
}

/// The first parameter with a value that no document names, or that stands there twice.
fn first_wrong(query: &Query) -> Option<&str> {
    let twice =
        query.0.iter().enumerate().find(|(at, (name, _))| query.0[..*at].iter().any(|(known, _)| known == name));
    if let Some((_, (name, _))) = twice {
        return Some(name);
    }
    let bools = ["true", "false"];
    let is_number = query.get("max_age").is_none_or(|age| !age.is_empty() && age.bytes().all(|b| b.is_ascii_digit()));
    let challenge_fits = match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (None, None) => true,
        (Some(challenge), Some("S256")) => is_s256(challenge),
        _ => false,
    };
    let checks = [
        ("code_challenge", challenge_fits),
        ("prompt", query.is_one_of("prompt", &["consent", "none", "login"])),
        ("bot_prompt", query.is_one_of("bot_prompt", &["normal", "aggressive"])),
        ("disable_auto_login", query.is_one_of("disable_auto_login", &bools)),
        ("disable_ios_auto_login", query.is_one_of("disable_ios_auto_login", &bools)),
        ("switch_amr", query.is_one_of("switch_amr", &bools)),
        ("initial_amr_display", query.is_one_of("initial_amr_display", &["lineqr"])),
        ("response_mode", query.is_one_of("response_mode", &["query"])),
        ("max_age", is_number),
        ("nonce", query.get("nonce") != Some("")),
    ];
    checks.into_iter().find(|(_, fits)| !fits).map(|(name, _)| name)
}

/// Base64url of 32 bytes without padding.
fn is_s256(challenge: &str) -> bool {
    challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A redirect URI with parameters added; `None` if it is no URL.
pub(crate) fn redirect<'a>(uri: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut url = Url::parse(uri).ok()?;
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}
