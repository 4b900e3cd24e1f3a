//! HubSpot as an operator connects it: OAuth's code flow or a private token, then the account's properties.

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use super::VERSION;
use super::api::{Api, Call};
use super::oauth::{
    self, AUTOMATION_SCOPE, INBOX_SCOPES, Introspection, OAuth, OAuthError, REQUIRED_SCOPES, TIMELINE_SCOPE,
};
use super::property::PropertyProblem;
use super::{inbox_set_up, setup};
use crate::domain::account::{Capabilities, CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::CrmInbox;
use crate::domain::ids::{CrmAccountId, CrmAppId, InboxAccountId, InboxChannelId};
use crate::domain::language::Language;
use crate::http_client::HttpClient;
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::crm_set_up::{
    AppClient, CrmSetUp, CrmUser, FieldProblem, FieldReport, InboxChannelAsk, InboxFound, InboxRefusal, Leave,
    LeaveAsk, LeaveRefusal, Readiness,
};
use crate::ports::proposed::Proposed;
use crate::ports::secrets::{CrmToken, Secret};
use crate::ports::{Clock, Secrets};

/// Where HubSpot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubSpotUrls {
    /// Its API, without a path (`MUSUBI_HUBSPOT_API_URL`).
    pub api: String,
    /// The page on which a person grants access (`MUSUBI_HUBSPOT_AUTHORIZE_URL`).
    pub authorize: Url,
}

/// Connects HubSpot accounts.
pub struct HubSpotSetUp {
    http: HttpClient,
    urls: HubSpotUrls,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
}

impl HubSpotSetUp {
    /// `secrets` is where tokens will be stored.
    pub fn new(http: HttpClient, urls: HubSpotUrls, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { http, urls, secrets, clock }
    }

    /// Where leave and the app's secrets are.
    pub(super) fn secrets(&self) -> &dyn Secrets {
        &*self.secrets
    }

    /// What time it is, in milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// How its API is reached.
    pub(super) fn reach(&self) -> (&reqwest::Client, &str) {
        (&self.http, &self.urls.api)
    }

    /// A stored account.
    pub(super) fn api_of(&self, account: &CrmAccount) -> Api {
        self.api(account.key.clone(), &account.app, Arc::clone(&self.secrets))
    }

    fn api(&self, account: CrmAccountKey, app: &CrmAppId, secrets: Arc<dyn Secrets>) -> Api {
        Api::new(self.http.clone(), &self.urls.api, account, app.clone(), secrets, Arc::clone(&self.clock), 0)
    }
}

#[async_trait]
impl CrmSetUp for HubSpotSetUp {
    fn authorize_url(&self, ask: &LeaveAsk) -> String {
        // A conditionally required scope is asked for like any other, where it is wanted.
        let automation = ask.workflows_wait.then_some(AUTOMATION_SCOPE);
        let timeline = ask.app_events.then_some(TIMELINE_SCOPE);
        let scopes: Vec<&str> = REQUIRED_SCOPES.into_iter().chain(timeline).chain(automation).collect();
        let page = self.urls.authorize.as_str();
        let optional: &[&str] = if ask.inbox { &INBOX_SCOPES } else { &[] };
        let url = oauth::authorize_url(page, &ask.client_id, &ask.redirect_uri, &scopes, optional, &ask.state);
        url.expect("it is the text of an address").into()
    }

    async fn exchange_code(
        &self,
        client: &AppClient,
        redirect_uri: &str,
        code: &Secret,
    ) -> Result<Leave, LeaveRefusal> {
        let oauth = OAuth::new(&self.http, &self.urls.api, &client.id, &client.secret);
        let granted = oauth.exchange_code(redirect_uri, code.expose(), self.clock.now_ms()).await?;
        let CrmToken::OAuth { access_token, .. } = &granted.token else {
            unreachable!("OAuth answers with a token of its own kind");
        };
        // Account and scopes may stand in the answer itself; who agreed, only here. Without the latter there is leave, too.
        let (seen, unseen) = match (oauth.introspect(access_token).await, &granted.account, &granted.scopes) {
            (Ok(seen), ..) => (seen, false),
            (Err(_), Some(_), Some(_)) => (Introspection::default(), true),
            (Err(error), ..) => return Err(error.into()),
        };
        let named = seen.hub_id.map(|id| CrmAccountId::new(id.to_string()));
        let account = granted.account.or(named).ok_or(LeaveRefusal::NoAnswer)?;
        let scopes = granted.scopes.unwrap_or(seen.scopes);
        let is_granted = |scope: &str| scopes.iter().any(|granted| granted == scope);
        let by = seen.user_id.or(granted.user_id).map(|id| CrmUser { id: id.to_string(), email: seen.user });
        if unseen {
            tracing::warn!(crm.account = %account, "crm.not_introspected");
        }
        Ok(Leave {
            account,
            token: granted.token,
            workflows_wait: Some(is_granted(AUTOMATION_SCOPE)),
            missing: REQUIRED_SCOPES.into_iter().filter(|scope| !is_granted(scope)).collect(),
            by,
        })
    }

    async fn check_client(&self, client: &AppClient) -> Result<(), LeaveRefusal> {
        let oauth = OAuth::new(&self.http, &self.urls.api, &client.id, &client.secret);
        // Of a token that there is none of HubSpot says that it is not active, to whoever may ask.
        oauth.introspect(&Secret::new("none")).await?;
        Ok(())
    }

    async fn by_private_token(&self, app: &CrmAppId, token: &Secret) -> Each<Leave> {
        let token = CrmToken::Private { access_token: token.clone() };
        // The token itself says which account it is for; until then the account has no name.
        let unnamed = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("-") };
        let api = self.api(unnamed, app, Arc::new(Proposed::token(token.clone())));
        let details = setup::account_details(&api).await?;
        let account = CrmAccountId::new(details.portal_id.to_string());
        Ok(Leave { account, token, workflows_wait: None, missing: Vec::new(), by: None })
    }

    async fn uninstall(&self, account: &CrmAccount) -> Each<bool> {
        let token = self.secrets.crm_token(&account.key).await.map_err(|_| CrmFailure::Unknown)?;
        // A private token is of an app that the customer made in HubSpot; it is not ours to take out.
        if !matches!(token, Some(CrmToken::OAuth { .. })) {
            return Ok(false);
        }
        let path = format!("/appinstalls/{VERSION}/external-install");
        match self.api_of(account).call(&Call::delete("app/uninstall", path)).await {
            Ok(_) => Ok(true),
            Err(CrmFailure::Disconnected | CrmFailure::Gone) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    async fn make_ready(&self, account: &CrmAccount, workflows_wait: Option<bool>) -> Each<Readiness> {
        let api = self.api_of(account);
        let time_zone = setup::account_details(&api).await?.time_zone;
        let report = setup::prepare_properties(&api, account.language, account.providers()).await?;
        let problems = report.problems.iter().map(in_words).collect::<Vec<_>>();
        let fields = FieldReport { created: report.created, found: report.found, problems };
        if !fields.problems.is_empty() {
            return Ok(Readiness { time_zone, fields, capabilities: None });
        }
        let unique_keys = setup::probe_unique_keys(&api, account.language).await?;
        let workflows_wait = match workflows_wait {
            Some(known) => known,
            None => setup::probe_workflows_wait(&api).await?,
        };
        Ok(Readiness { time_zone, fields, capabilities: Some(Capabilities { workflows_wait, unique_keys }) })
    }

    async fn make_inbox_channel(&self, ask: &InboxChannelAsk) -> Result<InboxChannelId, InboxRefusal> {
        inbox_set_up::make_channel(self.reach(), ask).await
    }

    async fn inboxes(&self, account: &CrmAccount) -> Each<Vec<InboxFound>> {
        inbox_set_up::inboxes(&self.api_of(account)).await
    }

    async fn enter_inbox(
        &self,
        account: &CrmAccount,
        channel: &InboxChannelId,
        inbox: &str,
        official_account: &Channel,
    ) -> Each<InboxAccountId> {
        inbox_set_up::enter(&self.api_of(account), channel, inbox, official_account).await
    }

    async fn leave_inbox(&self, account: &CrmAccount, inbox: &CrmInbox) -> Each<()> {
        inbox_set_up::leave(&self.api_of(account), &inbox.channel, &inbox.account).await
    }

    async fn leave_inbox_wholly(&self, account: &CrmAccount, channel: &InboxChannelId) -> Each<usize> {
        inbox_set_up::leave_wholly(&self.api_of(account), channel).await
    }
}

fn in_words(problem: &PropertyProblem) -> FieldProblem {
    FieldProblem::new(problem.words(Language::Japanese), problem.words(Language::English))
}

impl From<OAuthError> for LeaveRefusal {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::InvalidClient => Self::Client,
            OAuthError::InvalidGrant => Self::Code,
            OAuthError::Refused { status } => Self::Refused { status },
            OAuthError::NoAnswer => Self::NoAnswer,
        }
    }
}
