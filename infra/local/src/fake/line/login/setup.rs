//! Setting logins up from Rust, and walking them without a browser.

use serde_json::Value;
use thiserror::Error;
use url::Url;

use super::authorize::Unfit;
use super::signing::SigningKey;
use super::spec::{Consent, LoginChannelSpec};
use super::state::AuthorizeRequest;
use super::{consent, liff_token};
use crate::fake::line::platform::FakeLine;
use crate::fake::line::state::State;

/// LINE showed a page and sent the person nowhere: unknown client or redirect URI, or nobody of that user ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("LINE shows an error page and does not redirect")]
pub struct NoRedirect;

impl FakeLine {
    /// Adds a LINE Login channel, or replaces one with the same ID.
    pub fn add_login_channel(&self, spec: LoginChannelSpec) {
        self.lock().login.channels.insert(spec.id.clone(), spec);
    }

    /// Changes a LINE Login channel in the console. A channel that is not there is left alone.
    pub fn edit_login_channel(&self, channel_id: &str, edit: impl FnOnce(&mut LoginChannelSpec)) {
        if let Some(spec) = self.lock().login.channels.get_mut(channel_id) {
            edit(spec);
        }
    }

    /// A LINE Login channel as it is now.
    pub fn login_channel(&self, channel_id: &str) -> Option<LoginChannelSpec> {
        self.lock().login.channels.get(channel_id).cloned()
    }

    /// Gives a person an e-mail address, or takes it. Somebody who is not there is left alone.
    pub fn set_email(&self, user_id: &str, email: Option<&str>) {
        if let Some(person) = self.lock().people.get_mut(user_id) {
            person.email = email.map(str::to_owned);
        }
    }

    /// Walks a whole login as a person would in the browser: opens the address, allows, and answers with where LINE sends them,
    /// which is also where an error is told. A friend who is added is followed by the webhook, which has been posted then.
    ///
    /// # Errors
    /// Where LINE redirects nobody.
    pub async fn consent(&self, authorize_url: &str, consent: Consent) -> Result<String, NoRedirect> {
        let (redirect, webhooks) = {
            let mut state = self.lock();
            let redirect = match begun(&mut state, authorize_url)? {
                Ok(request) => consent::allow(&mut state, &request, &consent).ok_or(NoRedirect)?,
                Err(url) => url,
            };
            (redirect, std::mem::take(&mut state.outbox))
        };
        self.post_all(webhooks).await;
        Ok(redirect)
    }

    /// Opens the address and cancels.
    ///
    /// # Errors
    /// Where LINE redirects nobody.
    pub fn cancel_login(&self, authorize_url: &str) -> Result<String, NoRedirect> {
        let mut state = self.lock();
        match begun(&mut state, authorize_url)? {
            Ok(request) => consent::cancel(&state, &request).ok_or(NoRedirect),
            Err(url) => Ok(url),
        }
    }

    /// The ID token that a LIFF app of this ID gets for a person who allowed everything; `None` without the scope `openid`, or where
    /// app or person are not known.
    pub fn liff_id_token(&self, liff_id: &str, user_id: &str) -> Option<String> {
        let state = self.lock();
        let (spec, app) = state.login.liff_app(liff_id)?;
        let known = state.people.get(user_id).is_some_and(|person| person.provider == spec.provider);
        known.then(|| liff_token::id_token(&state, &spec.id, &app.scopes, user_id, spec.email_permission)).flatten()
    }

    /// Signs any claims as LINE signs the ID tokens of LIFF (ES256, under the newest key), for tests of what must be refused.
    pub fn sign_es256(&self, claims: &Value) -> String {
        self.lock().login.keys.last().expect("there is always a key").sign(claims)
    }

    /// From now on ES256 tokens are signed under a new key; the old ones stay in the key set.
    pub fn rotate_signing_key(&self) {
        let mut state = self.lock();
        let kid = format!("liff-key-{}", state.login.keys.len() + 1);
        state.login.keys.push(SigningKey::new(&kid));
    }

    /// The next exchange of a code with `openid` answers with this in place of its ID token.
    pub fn forge_next_id_token(&self, id_token: &str) {
        self.lock().login.forged = Some(id_token.to_owned());
    }
}

/// The request behind an authorize URL, or where the person is sent instead.
fn begun(state: &mut State, authorize_url: &str) -> Result<Result<AuthorizeRequest, String>, NoRedirect> {
    let url = Url::parse(authorize_url).map_err(|_| NoRedirect)?;
    if url.path() != "/oauth2/v2.1/authorize" {
        return Err(NoRedirect);
    }
    match consent::begin(state, url.query().unwrap_or_default()) {
        Ok(request) => Ok(Ok(request)),
        Err(Unfit::Redirect(url)) => Ok(Err(url)),
        Err(Unfit::Page) => Err(NoRedirect),
    }
}
