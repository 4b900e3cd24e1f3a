//! `portal remove`: what it takes away and what it leaves is said, and asked, before.

use musubi::domain::account::CrmAccountKey;
use musubi::domain::language::Language;
use musubi::domain::words::crm_inbox::closed;
use musubi::domain::words::disconnecting;
use musubi::flow::console::Console;
use musubi::flow::console::disconnect_account::{AppEnd, DisconnectAccount, Disconnected, StaysConnected};
use serde_json::json;

use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// How it is done.
pub struct How {
    /// The app stays in the account.
    pub keeps_app: bool,
    /// It is asked whether it is meant.
    pub asks: bool,
}

/// Disconnects an account. One that is not connected is left as it is, and that is said.
///
/// # Errors
/// See [`Failure`].
pub async fn remove(
    workspace: &Workspace,
    ask: &mut Ask,
    say: &Say,
    key: &CrmAccountKey,
    how: How,
) -> Result<Report, Failure> {
    let secrets = workspace.adapters.secrets()?;
    let disconnect = DisconnectAccount {
        console: Console { operators: workspace.adapters.operators()?, clock: workspace.clock() },
        accounts: workspace.change_account()?,
        channels: workspace.channels()?,
        set_up: workspace.crm_set_up(key.kind, secrets.clone())?,
        inbox: workspace.inbox_exit(key.kind)?,
        secrets,
    };
    if how.asks && workspace.accounts()?.find(key).await?.is_some() {
        say.note(&disconnecting::told(say.language));
        let question = match say.language {
            Language::Japanese => format!("HubSpotアカウント {} の接続を解除しますか？", key.id),
            Language::English => format!("Disconnect HubSpot account {}?", key.id),
        };
        if !ask.yes(&question)? {
            return Err(Failure::failed(
                "確認されなかったため、何も変更していません。確認を省略するには --yes を付けてください。",
                "Not confirmed; nothing was changed. --yes answers the question beforehand.",
            ));
        }
    }
    let done = disconnect.disconnect(key, None, how.keeps_app).await.map_err(stays)?;
    let portal = key.id.as_str();
    let Some(Disconnected { app, inbox, operators }) = done else {
        let text = say.pick(
            "このアカウントは接続されていません。何も変更していません。",
            "This account is not connected. Nothing was changed.",
        );
        return Ok(Report::new(json!({"portal_id": portal, "removed": false}), text));
    };
    let (name, words) = match app {
        AppEnd::Uninstalled => ("uninstalled", say.pick("アプリをアンインストールしました。", "The app is uninstalled.")),
        AppEnd::NotThere => (
            "not_there",
            say.pick(
                "アプリはHubSpotですでにアンインストールされているか、非公開アプリです。",
                "The app was not there any more, or it is a private app.",
            ),
        ),
        AppEnd::Refused => (
            "refused",
            say.pick(
                "HubSpotがアンインストールを拒否しました。HubSpotの［設定］＞［連携］＞［接続されたアプリ］でアンインストールしてください。",
                "HubSpot refused to uninstall the app: do it there, in Settings > Integrations > Connected Apps.",
            ),
        ),
        AppEnd::Kept => (
            "kept",
            say.pick(
                "アプリはHubSpotに残っています。HubSpotの［設定］＞［連携］＞［接続されたアプリ］でアンインストールしてください。",
                "The app is left: uninstall it in HubSpot, in Settings > Integrations > Connected Apps.",
            ),
        ),
    };
    let head = match say.language {
        Language::Japanese => {
            format!("HubSpotアカウント {portal} の接続を解除しました。コンソールを使えなくなった人：{operators}名")
        }
        Language::English => {
            format!("HubSpot account {portal} is disconnected. {operators} may use its console no more.")
        }
    };
    let json =
        json!({"portal_id": portal, "removed": true, "app": name, "inbox": inbox, "operators_removed": operators});
    let told = disconnecting::told(say.language);
    let lines = [Some(head.as_str()), Some(words), closed(inbox, say.language), Some(told.as_str())];
    Ok(Report::new(json, lines.into_iter().flatten().collect::<Vec<_>>().join("\n")))
}

fn stays(why: StaysConnected) -> Failure {
    match why {
        StaysConnected::Channels(ids) => {
            let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            let ids = ids.join(" ");
            Failure::failed(
                format!(
                    "LINE公式アカウントが接続されています：{ids}。先に musubi channel remove で、それぞれの接続を解除してください。何も変更していません。"
                ),
                format!(
                    "Official Accounts are connected: {ids}. Disconnect each first, with musubi channel remove. Nothing was changed."
                ),
            )
        }
        StaysConnected::SeesLess => unreachable!("the command line sees everything"),
        StaysConnected::NoAnswer => Failure::failed(
            "HubSpotが応答しないため、何も変更していません。もう一度実行するか、アプリをHubSpotに残す場合は --keep-app を付けてください。",
            "HubSpot does not answer; nothing was changed. Run this again, or with --keep-app to leave the app in HubSpot.",
        ),
        StaysConnected::Port(error) => error.into(),
    }
}
