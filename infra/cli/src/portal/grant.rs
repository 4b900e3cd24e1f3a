//! Getting leave to work in an account from a person: by OAuth in their browser, or by a private token. Nothing is stored here.

use std::time::Duration;

use musubi::flow::configure::LeaveGiven;
use musubi::ports::CrmSetUp;
use musubi::ports::crm_set_up::{AppClient, LeaveAsk, LeaveRefusal};
use musubi::ports::secrets::Secret;
use uuid::Uuid;

use super::callback::Callback;
use crate::args::PortalAdd;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::Say;

/// By a private token. The client secret is needed only where workflows call us.
///
/// # Errors
/// No token was entered.
pub fn by_private_token(ask: &mut Ask, say: &Say) -> Result<LeaveGiven, Failure> {
    let token = ask.secret(say.pick("プライベートトークン", "Private token"))?;
    let token = trimmed(token.ok_or_else(|| missing("プライベートトークン", "private token"))?);
    let secret = ask.secret(say.pick(
        "クライアントシークレット（ワークフローを使わない場合は空のままEnter）",
        "Client secret (empty where no workflow is to send messages)",
    ))?;
    Ok(LeaveGiven::PrivateToken { token, client_secret: secret.map(trimmed) })
}

/// By HubSpot's OAuth code flow, in the operator's browser.
///
/// # Errors
/// Something was not entered, access was declined, or nobody came back.
pub async fn by_oauth(
    set_up: &dyn CrmSetUp,
    ask: &mut Ask,
    say: &Say,
    asked: &PortalAdd,
) -> Result<LeaveGiven, Failure> {
    let client = client(ask, say)?;
    let callback = Callback::bind(asked.port).await?;
    let redirect_uri = callback.redirect_uri();
    let state = Uuid::new_v4().simple().to_string();
    let url = set_up.authorize_url(&LeaveAsk {
        client_id: client.id.clone(),
        redirect_uri: redirect_uri.clone(),
        state: state.clone(),
        workflows_wait: !asked.no_automation,
        app_events: asked.app_events,
        inbox: asked.inbox,
    });
    say.note(say.pick(
        "次のURLをブラウザで開き、接続するアカウントを選んで、アクセスを許可してください。",
        "Open this address in a browser, choose the account, and grant access.",
    ));
    say.note(&url);
    let code = callback.code(&state, Duration::from_secs(asked.wait), say.language).await?;
    Ok(LeaveGiven::Code { client, redirect_uri, code: Secret::new(code) })
}

/// The app's client ID and client secret.
///
/// # Errors
/// One was not entered.
pub fn client(ask: &mut Ask, say: &Say) -> Result<AppClient, Failure> {
    let id = ask.text(say.pick("クライアントID", "Client ID"))?;
    let id = id.ok_or_else(|| missing("クライアントID", "client ID"))?;
    let secret = ask.secret(say.pick("クライアントシークレット", "Client secret"))?;
    let secret = trimmed(secret.ok_or_else(|| missing("クライアントシークレット", "client secret"))?);
    Ok(AppClient { id, secret })
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

/// Why HubSpot gives no leave.
pub fn refused(why: LeaveRefusal) -> Failure {
    match why {
        LeaveRefusal::Client => Failure::failed(
            "HubSpotがクライアントIDとクライアントシークレットを受け付けませんでした。アプリの［認証］タブからもう一度コピーしてください。何も保存していません。",
            "HubSpot refuses this client ID and client secret. Copy both again from the app's Auth tab. Nothing was stored.",
        ),
        LeaveRefusal::Code => Failure::failed(
            "HubSpotの認可コードが無効か、期限切れです。もう一度実行してください。何も保存していません。",
            "HubSpot's code is not valid any more. Run this again. Nothing was stored.",
        ),
        LeaveRefusal::Refused { status } => Failure::failed(
            format!("HubSpotが拒否しました（HTTP {status}）。何も保存していません。"),
            format!("HubSpot refused (HTTP {status}). Nothing was stored."),
        ),
        LeaveRefusal::NoAnswer => Failure::failed(
            "HubSpotが応答しませんでした。もう一度実行してください。何も保存していません。",
            "HubSpot did not answer. Run this again. Nothing was stored.",
        ),
    }
}
