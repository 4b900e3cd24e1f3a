//! `hubspot.fetch`: a page of the app in HubSpot asks the app's own backend. HubSpot's servers call, so the browser's cookies and
//! origin do not come along; they append who asks, and sign.
//!
//! Source: HubSpot's reference of `hubspot.fetch` and its own local development server: at most 1 MB of JSON, no redirect is
//! followed, 15 seconds, one repeat where there is no connection or a 5xx comes, only under the app's `permittedUrls.fetch`;
//! `portalId`, `userId`, `userEmail` and `appId` are appended to the query; signed by versions 2 and 3. The address must be https
//! there; here it may be this machine's.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::action::{Signatures, signed_headers};
use super::platform::FakeHubSpot;
use crate::fake::{Posted, outgoing};

const ANSWER_LIMIT: Duration = Duration::from_secs(15);
const LARGEST_BYTES: usize = 1_048_576;

/// Who looks at a page of the app in HubSpot.
#[derive(Clone, Copy)]
pub struct PageUser<'a> {
    /// In which account.
    pub portal_id: u64,
    /// Their user ID.
    pub user_id: u64,
    /// Their e-mail address.
    pub email: &'a str,
}

/// Why HubSpot does not call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchRefused {
    /// The address is not under one of `permittedUrls.fetch`.
    #[error("the address is not permitted")]
    NotPermitted,
    /// The app is not in this account, and so is no page of it.
    #[error("the app is not installed")]
    NotInstalled,
    /// More than 1 MB.
    #[error("the body or the answer is too large")]
    TooLarge,
}

impl FakeHubSpot {
    /// `hubspot.fetch(url, {method: "POST", body})` in a page that this user looks at.
    ///
    /// # Errors
    /// HubSpot does not call, or does not give the answer on.
    pub async fn fetch(&self, user: PageUser<'_>, url: &str, body: &Value) -> Result<Posted, FetchRefused> {
        let (app, now_ms) = {
            let state = self.lock();
            (state.app.clone(), state.now_ms())
        };
        if !self.is_installed(user.portal_id) {
            return Err(FetchRefused::NotInstalled);
        }
        if !app.permitted_urls.iter().any(|permitted| url.starts_with(permitted)) {
            return Err(FetchRefused::NotPermitted);
        }
        let body = Bytes::from(body.to_string());
        if body.len() > LARGEST_BYTES {
            return Err(FetchRefused::TooLarge);
        }
        let uri = with_who_asks(url, user, app.app_id);
        let headers = || signed_headers(&app.client_secret, &uri, &body, now_ms, Signatures::V2AndV3);
        let mut posted = outgoing::post(&self.client, &uri, headers(), body.clone(), ANSWER_LIMIT).await;
        if posted == Posted::CouldNotConnect || posted.status().is_some_and(|status| status >= 500) {
            posted = outgoing::post(&self.client, &uri, headers(), body.clone(), ANSWER_LIMIT).await;
        }
        match &posted {
            Posted::Answered { body, .. } if body.len() > LARGEST_BYTES => Err(FetchRefused::TooLarge),
            _ => Ok(posted),
        }
    }
}

fn with_who_asks(url: &str, user: PageUser<'_>, app_id: u64) -> String {
    let mut asks = Serializer::new(String::new());
    asks.append_pair("portalId", &user.portal_id.to_string()).append_pair("userId", &user.user_id.to_string());
    asks.append_pair("userEmail", user.email).append_pair("appId", &app_id.to_string());
    format!("{url}{}{}", if url.contains('?') { '&' } else { '?' }, asks.finish())
}
