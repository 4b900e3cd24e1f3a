//! Getting leave to work in a HubSpot account, by OAuth or by a private token. Nothing is stored here.

use std::sync::Arc;
use std::time::Duration;

use musubi::config;
use musubi::crm::hubspot::oauth::{
    AUTHORIZE_URL, AUTOMATION_SCOPE, OAuth, OAuthError, REQUIRED_SCOPES, TIMELINE_SCOPE, authorize_url,
};
use musubi::crm::hubspot::setup;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{CrmAccountId, CrmAppId};
use musubi::ports::secrets::{CrmToken, Secret};
use uuid::Uuid;

use super::callback::Callback;
use crate::args::PortalAdd;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::proposed::Proposed;
use crate::say::Say;
use crate::workspace::Workspace;

/// Leave to work in an account.
pub struct Grant {
    /// The portal that granted it.
    pub portal: CrmAccountId,
    /// To be stored.
    pub token: CrmToken,
    /// The app's ID and secret, proven by OAuth; with a private token the secret is as it was given.
    pub app: Option<(String, Secret)>,
    /// Whether workflows may wait for us. `None`: to be found out.
    pub workflows_wait: Option<bool>,
}

/// By a private token. The client secret is needed only where workflows call us.
///
/// # Errors
/// HubSpot does not take the token.
pub async fn by_private_token(
    workspace: &Workspace,
    ask: &mut Ask,
    say: &Say,
    app: &CrmAppId,
) -> Result<Grant, Failure> {
    let token = ask.secret(say.pick("プライベートトークン", "Private token"))?;
    let token = trimmed(token.ok_or_else(|| missing("プライベートトークン", "private token"))?);
    let secret = ask.secret(say.pick(
        "クライアントシークレット（ワークフローを使わない場合は空のままEnter）",
        "Client secret (empty where no workflow is to send messages)",
    ))?;
    let token = CrmToken::Private { access_token: token };
    let crms = workspace.crms(Arc::new(Proposed::token(token.clone())))?;
    // The token itself says which account it is for; until then the account has no name.
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("-") };
    let unnamed = CrmAccount::new(key, app.clone(), workspace.language, "UTC");
    let details = setup::account_details(&crms.hubspot_api(&unnamed)).await?;
    Ok(Grant {
        portal: CrmAccountId::new(details.portal_id.to_string()),
        token,
        app: secret.map(|secret| (String::new(), trimmed(secret))),
        workflows_wait: None,
    })
}

/// By HubSpot's OAuth code flow, in the operator's browser.
///
/// # Errors
/// Access was declined, nobody came back, or client ID and secret do not belong together.
pub async fn by_oauth(workspace: &Workspace, ask: &mut Ask, say: &Say, asked: &PortalAdd) -> Result<Grant, Failure> {
    let client_id = ask.text(say.pick("クライアントID", "Client ID"))?;
    let client_id = client_id.ok_or_else(|| missing("クライアントID", "client ID"))?;
    let secret = ask.secret(say.pick("クライアントシークレット", "Client secret"))?;
    let secret = trimmed(secret.ok_or_else(|| missing("クライアントシークレット", "client secret"))?);
    let base_url = config::hubspot_api_url(&workspace.environment)?;
    let http = musubi::http::client();
    let oauth = OAuth::new(&http, &base_url, &client_id, &secret);

    let callback = Callback::bind(asked.port).await?;
    let redirect_uri = callback.redirect_uri();
    let state = Uuid::new_v4().simple().to_string();
    // A conditionally required scope is asked for like any other, where it is wanted.
    let automation = (!asked.no_automation).then_some(AUTOMATION_SCOPE);
    let timeline = asked.app_events.then_some(TIMELINE_SCOPE);
    let scopes: Vec<&str> = REQUIRED_SCOPES.into_iter().chain(timeline).chain(automation).collect();
    let page = workspace.environment.url_or("MUSUBI_HUBSPOT_AUTHORIZE_URL", AUTHORIZE_URL)?;
    let url = authorize_url(&page, &client_id, &redirect_uri, &scopes, &[], &state)
        .expect("the environment checked that it is an address");
    say.note(say.pick(
        "次のURLをブラウザで開き、接続するアカウントを選んで、アクセスを許可してください。",
        "Open this address in a browser, choose the account, and grant access.",
    ));
    say.note(url.as_str());
    let code = callback.code(&state, Duration::from_secs(asked.wait), say.language).await?;

    let granted = oauth.exchange_code(&redirect_uri, &code, workspace.clock().now_ms()).await.map_err(words)?;
    let (account, scopes) = (granted.account, granted.scopes);
    let (portal, scopes) = match (account, scopes) {
        (Some(portal), Some(scopes)) => (portal, scopes),
        (account, _) => {
            let CrmToken::OAuth { access_token, .. } = &granted.token else {
                unreachable!("OAuth answers with a token of its own kind");
            };
            let seen = oauth.introspect(access_token).await.map_err(words)?;
            let named = seen.hub_id.map(|id| CrmAccountId::new(id.to_string()));
            (account.or(named).ok_or_else(|| words(OAuthError::NoAnswer))?, seen.scopes)
        }
    };
    let workflows_wait = scopes.iter().any(|scope| scope == AUTOMATION_SCOPE);
    Ok(Grant { portal, token: granted.token, app: Some((client_id, secret)), workflows_wait: Some(workflows_wait) })
}

fn trimmed(secret: Secret) -> Secret {
    Secret::new(secret.expose().trim())
}

fn missing(japanese: &str, english: &str) -> Failure {
    Failure::usage(
        format!("{japanese}が入力されていません。HubSpotのアプリの［認証］タブからコピーしてください。"),
        format!("The {english} is missing. Copy it from the Auth tab of the app in HubSpot."),
    )
}

fn words(error: OAuthError) -> Failure {
    match error {
        OAuthError::InvalidClient => Failure::failed(
            "HubSpotがクライアントIDとクライアントシークレットを受け付けませんでした。アプリの［認証］タブからもう一度コピーしてください。何も保存していません。",
            "HubSpot refuses this client ID and client secret. Copy both again from the app's Auth tab. Nothing was stored.",
        ),
        OAuthError::InvalidGrant => Failure::failed(
            "HubSpotの認可コードが無効か、期限切れです。もう一度実行してください。何も保存していません。",
            "HubSpot's code is not valid any more. Run this again. Nothing was stored.",
        ),
        OAuthError::Refused { status } => Failure::failed(
            format!("HubSpotが拒否しました（HTTP {status}）。何も保存していません。"),
            format!("HubSpot refused (HTTP {status}). Nothing was stored."),
        ),
        OAuthError::NoAnswer => Failure::failed(
            "HubSpotが応答しませんでした。もう一度実行してください。何も保存していません。",
            "HubSpot did not answer. Run this again. Nothing was stored.",
        ),
    }
}
