//! Account link's two addresses: where the person logs in at the customer's site, and LINE's dialog behind it.
//!
//! Source: LINE docs, "Link user account", and the reference of `POST /v2/bot/user/{userId}/linkToken` (2026-08).

use serde_json::value::RawValue;
use url::Url;

use super::event::Fields;
use super::messaging::LineMessenger;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::ports::PortError;

const WHAT: &str = "LINE's link token";
/// The longest link token that we pass on. LINE documents no length.
const MAX_LINK_TOKEN_CHARS: usize = 255;

/// LINE's dialog, which links the link token's person to the nonce. `access` is LINE's own `https://access.line.me`.
/// `None`: the link token can be none.
pub fn dialog_url(access: &str, link_token: &str, nonce: &str) -> Option<String> {
    let looks_like_one =
        (1..=MAX_LINK_TOKEN_CHARS).contains(&link_token.len()) && link_token.bytes().all(|b| b.is_ascii_graphic());
    let mut url = Url::parse(access).ok().filter(|_| looks_like_one)?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(["dialog", "bot", "accountLink"]);
    url.query_pairs_mut().append_pair("linkToken", link_token).append_pair("nonce", nonce);
    Some(url.into())
}

/// The login page with a link token in its query, behind what stands there, before a fragment.
fn with_token(login_url: &str, link_token: &str) -> Option<String> {
    let mut url = Url::parse(login_url).ok()?;
    url.query_pairs_mut().append_pair("linkToken", link_token);
    Some(url.into())
}

impl LineMessenger {
    pub(super) async fn ask_account_link_url(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError> {
        if !LineUserId::is_well_formed(user.expose()) {
            return Err(PortError::permanent(WHAT, "the event names no person"));
        }
        let path = ["v2", "bot", "user", user.expose(), "linkToken"];
        let reply = self.api.call(channel, WHAT, &[], |http, base| http.post(base.at(&path))).await?;
        let raw: Option<&RawValue> = serde_json::from_slice(&reply.body).ok();
        let token = raw.and_then(Fields::read).and_then(|answer| answer.text("linkToken"));
        let token = token.ok_or(PortError::Transient { what: WHAT, source: None })?;
        with_token(login_url, &token).ok_or_else(|| PortError::permanent(WHAT, "the login page's address is none"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_joins_the_query_that_is_there() {
        for (page, expected) in [
            ("https://shop.example/login", "https://shop.example/login?linkToken=a%2Fb"),
            ("https://shop.example/login?lang=ja", "https://shop.example/login?lang=ja&linkToken=a%2Fb"),
            ("https://shop.example/#/login", "https://shop.example/?linkToken=a%2Fb#/login"),
        ] {
            assert_eq!(with_token(page, "a/b").as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_nonce_in_base64_reaches_line_as_it_was_made() {
        let nonce = "a+b/c==";
        let url = dialog_url("https://access.line.me", "token", nonce).expect("an address");
        assert!(url.starts_with("https://access.line.me/dialog/bot/accountLink?linkToken=token&nonce=a%2Bb%2Fc%3D%3D"));
        let read = Url::parse(&url).unwrap();
        assert!(read.query_pairs().any(|(name, value)| name == "nonce" && value == nonce));
        let local = dialog_url("http://127.0.0.1:9/", "token", nonce).expect("an address");
        assert!(local.starts_with("http://127.0.0.1:9/dialog/bot/accountLink?"));
    }

    #[test]
    fn what_can_be_no_link_token_goes_nowhere() {
        for bad in ["", "a b", "トークン", &"a".repeat(256)] {
            assert_eq!(dialog_url("https://access.line.me", bad, "0123456789"), None, "{bad}");
        }
    }
}
