//! `hubspot app`: the app's client ID and secret, stored without connecting an account.

use musubi::domain::account::CrmKind;
use musubi::domain::ids::CrmAppId;
use musubi::flow::configure::EnterApp;
use serde_json::json;

use super::{add, grant};
use crate::ask::Ask;
use crate::failure::Failure;
use crate::hubspot_project::app_name;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// Stores them, once HubSpot takes them.
///
/// # Errors
/// See [`Failure`]. Running it again is the same as once.
pub async fn enter(
    workspace: &Workspace,
    ask: &mut Ask,
    say: &Say,
    app: &str,
    forget_old_secret: bool,
) -> Result<Report, Failure> {
    let app = CrmAppId::new(app_name(app)?);
    let client = grant::client(ask, say)?;
    let secrets = workspace.adapters.secrets()?;
    let enter = EnterApp { set_up: workspace.crm_set_up(CrmKind::HubSpot, secrets.clone())?, secrets };
    let good = enter.enter((CrmKind::HubSpot, &app), &client, forget_old_secret).await.map_err(add::failed)?;
    let address = workspace.environment.get("MUSUBI_PUBLIC_URL").map(|url| format!("{url}/console/install"));
    let json = json!({"app": app.as_str(), "good_secrets": good, "install": address});
    let mut text = say
        .pick(
            "クライアントIDとクライアントシークレットを保存しました。コンソールからHubSpotアカウントを接続できます。",
            "Client ID and client secret are stored. HubSpot accounts can be connected in the console.",
        )
        .to_owned();
    if let Some(address) = &address {
        text = format!("{text}\n{address}");
    }
    if good > 1 {
        let old = say.pick(
            "以前のクライアントシークレットも引き続き有効です。HubSpotで無効にしたら、--forget-old-secret を付けてもう一度実行してください。",
            "The client secret before this one is still good. Once HubSpot has dropped it, run this again with --forget-old-secret.",
        );
        text = format!("{text}\n{old}");
    }
    Ok(Report::new(json, text))
}
