//! A code that came back from LINE becomes tokens.
//!
//! Source: LINE Login v2.1 API reference, "Issue access token" (2026-08). A code is good for one exchange within ten minutes,
//! even where the exchange fails. Only where LINE says that the secret is wrong is another secret tried with the same code:
//! if LINE has used the code up by then it says so, and the person logs in again as they would have had to anyway.

use serde::Deserialize;

use super::LineLogin;
use crate::domain::channel::Channel;
use crate::domain::login::LoginSettings;
use crate::line::api::Reply;
use crate::ports::PortError;
use crate::ports::login::{LoginAsk, LoginFailure};
use crate::ports::secrets::Secret;

const WHAT: &str = "LINE Login's token";

/// What LINE gave for a code. The refresh token is not even read.
#[derive(Deserialize)]
pub(super) struct TokensJson {
    pub(super) access_token: Secret,
    /// `None`: without the scope `openid`, which we always ask for.
    pub(super) id_token: Option<Secret>,
}

#[derive(Deserialize)]
struct ErrorJson {
    error: String,
}

impl LineLogin {
    /// Exchanges a code. With the tokens come the secrets one of which LINE has just taken.
    pub(super) async fn redeem(
        &self,
        channel: &Channel,
        login: &LoginSettings,
        ask: &LoginAsk,
        code: &str,
    ) -> Result<(TokensJson, Vec<Secret>), LoginFailure> {
        let attempt = |secret: Secret| async move {
            let form = [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &ask.callback_url),
                ("client_id", login.channel.as_str()),
                ("client_secret", secret.expose()),
                ("code_verifier", &ask.verifier),
            ];
            let request = self.http.post(self.api.at(&["oauth2", "v2.1", "token"])).form(&form);
            let reply = self.ask(&channel.id, WHAT, request).await.map_err(LoginFailure::NotNow)?;
            outcome(&reply)
        };
        self.with_secret(&channel.id, attempt).await
    }
}

/// `None`: LINE does not take the secret.
fn outcome(reply: &Reply) -> Result<Option<TokensJson>, LoginFailure> {
    let later = LoginFailure::NotNow(PortError::Transient { what: WHAT, source: None });
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map(Some).map_err(|_| later),
        401 => Ok(None),
        400 | 403 | 404 => {
            let why = serde_json::from_slice::<ErrorJson>(&reply.body).map(|json| json.error).unwrap_or_default();
            match why.to_ascii_lowercase().as_str() {
                "invalid_client" => Ok(None),
                "unauthorized_client" => Err(LoginFailure::NotSetUp("LINE refuses the LINE Login channel")),
                // `invalid_grant` mostly; what else a 400 may say is about this attempt too.
                _ if reply.status == 400 => Err(LoginFailure::Code),
                _ => Err(LoginFailure::NotSetUp("LINE refuses the LINE Login channel")),
            }
        }
        _ => Err(later),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome_of(status: u16, body: &str) -> Result<Option<TokensJson>, LoginFailure> {
        outcome(&Reply { status, request_id: None, accepted_request_id: None, at_ms: None, body: body.into() })
    }

    #[test]
    fn only_a_wrong_secret_is_worth_another_secret() {
        let wrong_secret = r#"{"error":"invalid_client","error_description":"client authentication failed"}"#;
        for (status, body) in [(400, wrong_secret), (401, wrong_secret), (401, "")] {
            assert!(matches!(outcome_of(status, body), Ok(None)), "{status} {body}");
        }
        for body in [r#"{"error":"invalid_grant"}"#, r#"{"error":"invalid_request"}"#, "", "<html>"] {
            assert!(matches!(outcome_of(400, body), Err(LoginFailure::Code)), "{body}");
        }
        for (status, body) in [(400, r#"{"error":"unauthorized_client"}"#), (403, ""), (404, "{}")] {
            assert!(matches!(outcome_of(status, body), Err(LoginFailure::NotSetUp(_))), "{status} {body}");
        }
        for (status, body) in [(429, ""), (500, ""), (503, ""), (302, ""), (200, "{}"), (200, r#"{"access_token":"#)] {
            assert!(matches!(outcome_of(status, body), Err(LoginFailure::NotNow(_))), "{status} {body}");
        }
        let both = outcome_of(200, r#"{"access_token":"a","id_token":"b","refresh_token":"c"}"#).unwrap().unwrap();
        assert_eq!((both.access_token.expose(), both.id_token.as_ref().map(Secret::expose)), ("a", Some("b")));
    }
}
