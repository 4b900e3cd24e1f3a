//! One account's access token: fetched from the secrets, refreshed ahead of its end, by one caller at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use super::oauth::{Granted, OAuth, OAuthError};
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::CrmAppId;
use crate::http_client::HttpClient;
use crate::ports::crm::CrmFailure;
use crate::ports::secrets::{CrmAppSecrets, CrmToken, Secret};
use crate::ports::{Clock, PortError, Secrets};

/// A token that ends within this is refreshed before it is used.
const AHEAD_MS: i64 = 120_000;
/// After a refusal, HubSpot is asked again only after this.
const PAUSE_MS: i64 = 60_000;
/// Worth another try after this, when the secrets or HubSpot's OAuth do not answer.
const SOON: CrmFailure = CrmFailure::Later { wait_ms: 5_000 };

pub(crate) struct Tokens {
    http: HttpClient,
    base_url: String,
    account: CrmAccountKey,
    app: CrmAppId,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<CrmToken>,
    /// Granted but not stored yet: not used until it is, for a crash would lose the refresh token.
    unstored: Option<CrmToken>,
    /// When HubSpot last answered a refresh, and whether it said yes.
    refreshed: Option<(i64, bool)>,
}

impl Tokens {
    pub(crate) fn new(
        http: HttpClient,
        base_url: &str,
        account: CrmAccountKey,
        app: CrmAppId,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let base_url = base_url.to_owned();
        Self { http, base_url, account, app, secrets, clock, state: Mutex::default() }
    }

    pub(crate) fn app(&self) -> &CrmAppId {
        &self.app
    }

    /// Whether a token is stored at all.
    pub(crate) async fn is_stored(&self) -> Result<bool, PortError> {
        let mut state = self.state.lock().await;
        if state.token.is_none() {
            state.token = self.secrets.crm_token(&self.account).await?;
        }
        Ok(state.token.is_some())
    }

    /// An access token that is good for two minutes at least. HubSpot is asked for one no longer than `within`.
    pub(crate) async fn access(&self, within: Duration) -> Result<Secret, CrmFailure> {
        let mut state = self.state.lock().await;
        self.store(&mut state).await?;
        if state.token.is_none() {
            self.load(&mut state).await?;
        }
        if self.ends_soon(&state) {
            // Another environment may have refreshed it already.
            self.load(&mut state).await?;
        }
        if self.ends_soon(&state) {
            self.refresh(&mut state, within).await?;
        }
        state.token.as_ref().map(access_of).ok_or(CrmFailure::Disconnected)
    }

    /// HubSpot refused this access token: finds another one, asking for it no longer than `within`. `Disconnected` where there
    /// is none.
    pub(crate) async fn renew(&self, refused: &Secret, within: Duration) -> Result<(), CrmFailure> {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|token| access_of(token) != *refused) {
            return Ok(());
        }
        self.load(&mut state).await?;
        match &state.token {
            Some(token) if access_of(token) != *refused => Ok(()),
            // One that HubSpot made within the minute and does not take: the next would be no better.
            Some(CrmToken::OAuth { .. }) if self.within_pause(state.refreshed) => Err(CrmFailure::Disconnected),
            Some(CrmToken::OAuth { .. }) => self.refresh(&mut state, within).await,
            _ => {
                state.token = None;
                Err(CrmFailure::Disconnected)
            }
        }
    }

    fn ends_soon(&self, state: &State) -> bool {
        match &state.token {
            Some(CrmToken::OAuth { expires_at_ms, .. }) => self.clock.now_ms() >= expires_at_ms - AHEAD_MS,
            _ => false,
        }
    }

    fn within_pause(&self, refreshed: Option<(i64, bool)>) -> bool {
        refreshed.is_some_and(|(at_ms, _)| (at_ms..at_ms + PAUSE_MS).contains(&self.clock.now_ms()))
    }

    async fn load(&self, state: &mut MutexGuard<'_, State>) -> Result<(), CrmFailure> {
        state.token = self.secrets.crm_token(&self.account).await.map_err(|error| self.no_secrets(&error))?;
        Ok(())
    }

    async fn refresh(&self, state: &mut MutexGuard<'_, State>, within: Duration) -> Result<(), CrmFailure> {
        let Some(CrmToken::OAuth { refresh_token, .. }) = state.token.clone() else {
            return Err(CrmFailure::Disconnected);
        };
        let now = self.clock.now_ms();
        if self.within_pause(state.refreshed.filter(|(_, granted)| !granted)) {
            return Err(CrmFailure::Disconnected);
        }
        match self.ask(&refresh_token, within).await {
            Ok(granted) => {
                state.refreshed = Some((now, true));
                state.unstored = Some(granted.token);
                self.store(state).await
            }
            Err(OAuthError::NoAnswer) => Err(SOON),
            Err(error) => {
                tracing::warn!(crm.account = %self.account, error = %error, "crm.token_refused");
                // Another environment may have been faster, and its refresh may have used this one up.
                self.load(state).await?;
                match &state.token {
                    Some(CrmToken::OAuth { refresh_token: stored, .. }) if *stored != refresh_token => Err(SOON),
                    _ => {
                        state.refreshed = Some((now, false));
                        state.token = None;
                        Err(CrmFailure::Disconnected)
                    }
                }
            }
        }
    }

    /// Asks with the current client secret; if HubSpot refuses it, once more with what is stored by now.
    async fn ask(&self, refresh_token: &Secret, within: Duration) -> Result<Granted, OAuthError> {
        let kind = self.account.kind;
        let known = self.secrets.crm_app(kind, &self.app).await;
        let until_ms =
            self.clock.now_ms().saturating_add_unsigned(u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
        let first = self.ask_with(known, refresh_token, within).await;
        if !matches!(first, Err(OAuthError::InvalidClient)) {
            return first;
        }
        let anew = self.secrets.crm_app_anew(kind, &self.app).await;
        let left_ms = u64::try_from(until_ms.saturating_sub(self.clock.now_ms())).unwrap_or(0);
        self.ask_with(anew, refresh_token, Duration::from_millis(left_ms)).await
    }

    async fn ask_with(
        &self,
        secrets: Result<Option<CrmAppSecrets>, PortError>,
        refresh_token: &Secret,
        within: Duration,
    ) -> Result<Granted, OAuthError> {
        let secrets = secrets.map_err(|error| {
            self.no_secrets(&error);
            OAuthError::NoAnswer
        })?;
        let secrets = secrets.ok_or(OAuthError::InvalidClient)?;
        let client_secret = secrets.client_secrets.first().ok_or(OAuthError::InvalidClient)?;
        let oauth = OAuth::new(&self.http, &self.base_url, &secrets.client_id, client_secret).within(within);
        oauth.refresh(refresh_token, self.clock.now_ms()).await
    }

    /// Stores what is not stored yet; only then is it used.
    async fn store(&self, state: &mut MutexGuard<'_, State>) -> Result<(), CrmFailure> {
        let Some(token) = state.unstored.clone() else {
            return Ok(());
        };
        let stored = self.secrets.store_crm_token(&self.account, &token).await;
        stored.map_err(|error| self.no_secrets(&error))?;
        state.unstored = None;
        state.token = Some(token);
        Ok(())
    }

    fn no_secrets(&self, error: &PortError) -> CrmFailure {
        tracing::warn!(crm.account = %self.account, error = %error, "crm.secrets_unavailable");
        SOON
    }
}

fn access_of(token: &CrmToken) -> Secret {
    match token {
        CrmToken::OAuth { access_token, .. } | CrmToken::Private { access_token } => access_token.clone(),
    }
}
