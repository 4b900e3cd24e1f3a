//! From a path to what login, LIFF and account link do.

use super::{account_link, exchange, liff, liff_apps, revoke, screens, talk, user, verify};
use crate::fake::line::endpoint::Endpoint;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

/// The endpoint of a path that belongs to login, LIFF or account link.
pub(crate) fn endpoint_of(method: &str, segments: &[&str]) -> Option<Endpoint> {
    let found = match (method, segments) {
        ("GET", ["oauth2", "v2.1", "authorize"]) => Endpoint::Authorize,
        ("POST", ["oauth2", "v2.1", "authorize", "consent"]) => Endpoint::Consent,
        ("POST", ["oauth2", "v2.1", "token"]) => Endpoint::LoginToken,
        ("GET", ["oauth2", "v2.1", "verify"]) => Endpoint::VerifyAccessToken,
        ("POST", ["oauth2", "v2.1", "verify"]) => Endpoint::VerifyIdToken,
        ("GET" | "POST", ["oauth2", "v2.1", "userinfo"]) => Endpoint::UserInfo,
        ("GET", ["v2", "profile"]) => Endpoint::LoginProfile,
        ("GET", ["friendship", "v1", "status"]) => Endpoint::FriendshipStatus,
        ("POST", ["oauth2", "v2.1", "revoke"]) => Endpoint::RevokeToken,
        ("POST", ["user", "v1", "deauthorize"]) => Endpoint::Deauthorize,
        ("GET", ["oauth2", "v2.1", "certs"]) => Endpoint::Certs,
        ("GET", ["liff", "sdk.js"]) => Endpoint::LiffSdk,
        ("GET" | "POST", ["liff", "v1", "apps"]) => Endpoint::LiffApps,
        ("PUT" | "DELETE", ["liff", "v1", "apps", id]) if !id.is_empty() => Endpoint::LiffApps,
        ("GET", ["liff", id, ..]) if *id != "v1" && !id.is_empty() => Endpoint::LiffOpen,
        ("GET", ["liff-login", id]) if !id.is_empty() => Endpoint::LiffOpen,
        ("GET", ["liff-closed"]) => Endpoint::LiffClosed,
        ("GET", ["R", "ti", "p", id]) if !id.is_empty() => Endpoint::OpenTalk,
        ("POST", ["v2", "bot", "user", id, "linkToken"]) if !id.is_empty() => Endpoint::LinkToken,
        ("GET", ["dialog", "bot", "accountLink"]) => Endpoint::AccountLink,
        _ => return None,
    };
    Some(found)
}

/// Whether the ledger keeps only the names of a call's parameters.
pub(crate) fn is_masked(endpoint: Endpoint) -> bool {
    use Endpoint::*;
    matches!(
        endpoint,
        Authorize
            | Consent
            | LoginToken
            | VerifyAccessToken
            | VerifyIdToken
            | UserInfo
            | LoginProfile
            | FriendshipStatus
            | RevokeToken
            | Deauthorize
            | Certs
            | LiffOpen
            | LiffClosed
            | LiffSdk
            | LiffApps
            | LinkToken
            | AccountLink
    )
}

/// Does what a call of login asks. `None`: the endpoint is not login's.
pub(crate) fn perform(state: &mut State, endpoint: Endpoint, asked: &ApiRequest) -> Option<Answer> {
    let answer = match endpoint {
        Endpoint::Authorize => screens::open(state, asked),
        Endpoint::Consent => screens::decide(state, asked),
        Endpoint::LoginToken => exchange::token(state, asked),
        Endpoint::VerifyAccessToken => verify::access_token(state, asked),
        Endpoint::VerifyIdToken => verify::id_token(state, asked),
        Endpoint::UserInfo => user::info(state, asked),
        Endpoint::LoginProfile => user::profile(state, asked),
        Endpoint::FriendshipStatus => user::friendship(state, asked),
        Endpoint::RevokeToken => revoke::revoke(state, asked),
        Endpoint::Deauthorize => revoke::deauthorize(state, asked),
        Endpoint::Certs => verify::certs(state),
        Endpoint::LiffOpen => liff::open(state, asked),
        Endpoint::LiffClosed => liff::closed(asked),
        Endpoint::OpenTalk => talk::open(state, asked),
        Endpoint::LiffSdk => liff::sdk(),
        Endpoint::LiffApps => liff_apps::apps(state, asked),
        Endpoint::AccountLink => account_link::dialog(state, asked),
        _ => return None,
    };
    Some(answer)
}
