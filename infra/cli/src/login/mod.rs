//! LINE Login of an Official Account: setting it up, showing it, its links, ending it.

mod addresses;
mod links;
pub mod route;
mod set;
mod steps;
mod text;

use musubi::domain::addresses::LoginAddresses;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::settings::LOGIN;
use musubi::flow::configure::RemoveLogin;
use serde_json::{Value, json};

use crate::args::LoginCommand;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::settings;
use crate::table::facts;
use crate::workspace::{Workspace, no_channel, unchanged};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, ask: &mut Ask, say: &Say, command: &LoginCommand) -> Result<Report, Failure> {
    match command {
        LoginCommand::Set(asked) => set::set(workspace, ask, say, asked).await,
        LoginCommand::Show { channel } => {
            let channel = workspace.channel(channel).await?;
            let login = of(&channel)?;
            let addresses = addresses::of(workspace, &channel)?;
            let text =
                format!("{}\n\n{}", lines(login, &addresses, say), steps::by_hand(login, &addresses, say.language));
            Ok(Report::new(to_json(&channel, login, &addresses), text))
        }
        LoginCommand::Links(asked) => links::links(workspace, say, asked).await,
        LoginCommand::Remove { channel, yes } => remove(workspace, ask, say, channel, *yes).await,
    }
}

/// What is set.
///
/// # Errors
/// Nothing is.
pub fn of(channel: &Channel) -> Result<&LoginSettings, Failure> {
    channel.login.as_ref().ok_or_else(not_set_up)
}

/// LINE Login is not set up.
pub fn not_set_up() -> Failure {
    Failure::not_found(
        "このチャネルにはLINEログインが設定されていません。musubi login set チャネルID --login-channel-id ID で設定してください。",
        "LINE Login is not set up for this channel. Set it up with musubi login set CHANNEL_ID --login-channel-id ID.",
    )
}

/// For machines.
fn to_json(channel: &Channel, login: &LoginSettings, addresses: &LoginAddresses) -> Value {
    let settings: serde_json::Map<String, Value> =
        LOGIN.values(login).into_iter().map(|(name, value)| (name.to_owned(), value.json())).collect();
    json!({
        "channel_id": channel.id.as_str(), "name": channel.name, "login_channel_id": login.channel.as_str(),
        "liff_id": login.liff.as_ref().map(|liff| liff.as_str()),
        "settings": settings,
        "routes": login.routes,
        "callback_url": addresses.callback(), "liff_endpoint_url": addresses.liff_endpoint(),
        "sample_page_url": addresses.sample_page(),
    })
}

/// For people, by the names that `login set` takes.
fn lines(login: &LoginSettings, addresses: &LoginAddresses, say: &Say) -> String {
    let none = || "none".to_owned();
    let routes: Vec<&str> = login.routes.keys().map(|name| name.as_str()).collect();
    let mut lines = vec![
        (say.pick("LINEログインのチャネルID", "LINE Login channel ID"), login.channel.to_string()),
        ("LIFF ID", login.liff.as_ref().map_or_else(none, ToString::to_string)),
    ];
    lines.extend(settings::facts(&LOGIN, login, say.language));
    lines.extend([
        (say.pick("経路", "routes"), if routes.is_empty() { none() } else { routes.join(" ") }),
        (say.pick("コールバックURL", "callback URL"), addresses.callback()),
        (say.pick("LIFFのエンドポイントURL", "LIFF endpoint URL"), addresses.liff_endpoint()),
    ]);
    facts(&lines)
}

/// Asks before it is removed.
async fn remove(workspace: &Workspace, ask: &mut Ask, say: &Say, id: &str, yes: bool) -> Result<Report, Failure> {
    let channel = workspace.channel(id).await?;
    of(&channel)?;
    let question = match say.language {
        Language::Japanese => {
            format!("「{}」のLINEログインの設定を削除しますか？経路とリンクも使えなくなります。", channel.name)
        }
        Language::English => {
            format!("Remove LINE Login of “{}”? Its routes and links stop working, too.", channel.name)
        }
    };
    if !yes && !ask.yes(&question)? {
        return Err(Failure::failed(
            "確認されなかったため、何も変更していません。確認を省略するには --yes を付けてください。",
            "Not confirmed; nothing was changed. --yes answers the question beforehand.",
        ));
    }
    let remove = RemoveLogin { channels: workspace.change_channel()?, secrets: workspace.adapters.secrets()? };
    remove.remove(&channel.id).await.map_err(|error| unchanged(error, no_channel, |never| match never {}))?;
    let text = say.pick(
        "LINEログインの設定とシークレットを削除しました。すでに連携している方の連携は残ります。LINE DevelopersコンソールのコールバックURLとLIFFアプリは、手で削除してください。",
        "LINE Login's settings and secrets are removed. People who are linked stay linked. In the LINE Developers Console, remove the callback URL and the LIFF app by hand.",
    );
    Ok(Report::new(json!({"channel_id": channel.id.as_str(), "removed": true}), text))
}
