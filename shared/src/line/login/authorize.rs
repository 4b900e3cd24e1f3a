//! The address at LINE where a person logs in.
//!
//! Source: LINE docs, "Integrating LINE Login with your web app" and "PKCE support" (2026-08).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::login::{FriendPrompt, LoginSettings};
use crate::line::api::LineApiUrl;
use crate::ports::login::LoginAsk;

/// The address. The same ask gives the same one.
pub(super) fn url(access: &LineApiUrl, login: &LoginSettings, ask: &LoginAsk) -> String {
    let scope = if ask.email { "profile openid email" } else { "profile openid" };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(ask.verifier.as_bytes()));
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", login.channel.as_str()),
        ("redirect_uri", &ask.callback_url),
        ("state", &ask.state),
        ("scope", scope),
        ("nonce", &ask.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    match login.friend_prompt {
        FriendPrompt::Normal if ask.friend => query.push(("bot_prompt", "normal")),
        FriendPrompt::Aggressive if ask.friend => query.push(("bot_prompt", "aggressive")),
        _ => {}
    }
    if ask.by_hand {
        query.push(("disable_auto_login", "true"));
    }
    query.push(("ui_locales", ask.language.pick("ja", "en")));
    let mut url = access.at(&["oauth2", "v2.1", "authorize"]);
    let written = url.query_pairs_mut().clear().extend_pairs(query).finish().query().map(str::to_owned);
    // LINE documents a blank as `%20`; a plus sign of ours is `%2B` already.
    url.set_query(written.map(|query| query.replace('+', "%20")).as_deref());
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LoginChannelId;
    use crate::domain::language::Language;

    const PLAIN: [(&str, &str); 9] = [
        ("response_type", "code"),
        ("client_id", "2000000001"),
        ("redirect_uri", "https://example.com/line/1/login/callback?a=b&c=+d"),
        ("state", "s+t/a=te"),
        ("scope", "profile openid"),
        ("nonce", "n-once"),
        // The example of RFC 7636, appendix B.
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "ja"),
    ];

    fn ask() -> LoginAsk {
        LoginAsk {
            callback_url: PLAIN[2].1.into(),
            state: PLAIN[3].1.into(),
            nonce: PLAIN[5].1.into(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            email: false,
            friend: false,
            by_hand: false,
            language: Language::Japanese,
        }
    }

    fn pairs(prompt: FriendPrompt, ask: &LoginAsk) -> Vec<(String, String)> {
        let login = LoginSettings { friend_prompt: prompt, ..LoginSettings::new(LoginChannelId::new("2000000001")) };
        let address = url(&LineApiUrl::parse("https://access.line.me/").unwrap(), &login, ask);
        assert_eq!(address, url(&LineApiUrl::parse("https://access.line.me").unwrap(), &login, ask));
        assert!(!address.contains('+'), "{address}");
        let address = url::Url::parse(&address).unwrap();
        assert_eq!((address.host_str(), address.path()), (Some("access.line.me"), "/oauth2/v2.1/authorize"));
        address.query_pairs().into_owned().collect()
    }

    fn expected(change: impl FnOnce(&mut Vec<(&'static str, &'static str)>)) -> Vec<(String, String)> {
        let mut pairs = PLAIN.to_vec();
        change(&mut pairs);
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn the_address_has_exactly_what_is_asked() {
        assert_eq!(pairs(FriendPrompt::Normal, &ask()), expected(|_| {}));
        let email = LoginAsk { email: true, ..ask() };
        assert_eq!(pairs(FriendPrompt::Off, &email), expected(|all| all[4].1 = "profile openid email"));
        let english = LoginAsk { language: Language::English, ..ask() };
        assert_eq!(pairs(FriendPrompt::Off, &english), expected(|all| all[8].1 = "en"));
        let by_hand = LoginAsk { by_hand: true, ..ask() };
        let with = |pair| expected(move |all: &mut Vec<_>| all.insert(8, pair));
        assert_eq!(pairs(FriendPrompt::Off, &by_hand), with(("disable_auto_login", "true")));
        let friend = LoginAsk { friend: true, ..ask() };
        assert_eq!(pairs(FriendPrompt::Off, &friend), expected(|_| {}));
        assert_eq!(pairs(FriendPrompt::Normal, &friend), with(("bot_prompt", "normal")));
        assert_eq!(pairs(FriendPrompt::Aggressive, &friend), with(("bot_prompt", "aggressive")));
    }
}
