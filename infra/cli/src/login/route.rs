//! Routes: where friends come from.

use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::login::{LoginSettings, Route};
use musubi::domain::route::RouteName;
use musubi::flow::configure::{ChangeRoutes, RoutePage, RouteRefusal};
use serde_json::json;

use super::{not_set_up, of};
use crate::args::RouteCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::settings;
use crate::table::table;
use crate::workspace::{Workspace, no_channel, unchanged};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &RouteCommand) -> Result<Report, Failure> {
    match command {
        RouteCommand::Add { channel, name, after_login } => {
            add(workspace, say, channel, name, after_login.as_deref()).await
        }
        RouteCommand::List { channel } => {
            let channel = workspace.channel(channel).await?;
            Ok(list(of(&channel)?, say))
        }
        RouteCommand::Remove { channel, name } => {
            let name = named(name)?;
            let change = ChangeRoutes { channels: workspace.change_channel()? };
            let removed = change.remove(&ChannelId::new(channel), &name).await;
            removed.map_err(|error| unchanged(error, no_channel, refused))?;
            let text = match say.language {
                Language::Japanese => format!(
                    "経路「{name}」を削除しました。配布済みのリンクからもログインできますが、経路は記録されません。"
                ),
                Language::English => {
                    format!("The route “{name}” is removed. Its links still log people in; no route is then recorded.")
                }
            };
            Ok(Report::new(json!({"route": name, "removed": true}), text))
        }
    }
}

async fn add(
    workspace: &Workspace,
    say: &Say,
    channel: &str,
    name: &str,
    page: Option<&str>,
) -> Result<Report, Failure> {
    let name = named(name)?;
    let page = match page {
        None => RoutePage::AsItIs,
        Some("" | "none") => RoutePage::TheChannels,
        Some(page) => RoutePage::Own(page.to_owned()),
    };
    let routes = ChangeRoutes { channels: workspace.change_channel()? };
    let changed = routes.add(&ChannelId::new(channel), &name, &page).await;
    let changed = changed.map_err(|error| unchanged(error, no_channel, refused))?;
    let route = of(&changed)?.routes.get(&name).cloned().unwrap_or_default();
    let text = match say.language {
        Language::Japanese => format!(
            "経路「{name}」を登録しました。リンクとQRコードは musubi login links {channel} --route {name} で表示できます。"
        ),
        Language::English => {
            format!("The route “{name}” is there. Its links and QR code: musubi login links {channel} --route {name}")
        }
    };
    Ok(Report::new(json!({"route": name, "after_login": route.after_login}), text))
}

fn list(login: &LoginSettings, say: &Say) -> Report {
    let heads = match say.language {
        Language::Japanese => ["経路", "ログイン後のページ"],
        Language::English => ["route", "after login"],
    };
    let page = |route: &Route| {
        let own = route.after_login.clone().or_else(|| login.after_login.clone());
        own.unwrap_or_else(|| say.pick("（Musubiのページ）", "(Musubi's page)").to_owned())
    };
    let rows: Vec<Vec<String>> = login.routes.iter().map(|(name, route)| vec![name.to_string(), page(route)]).collect();
    let routes: Vec<_> =
        login.routes.iter().map(|(name, route)| json!({"route": name, "after_login": route.after_login})).collect();
    Report::new(json!({"routes": routes}), table(&heads, &rows, say.language))
}

fn named(text: &str) -> Result<RouteName, Failure> {
    RouteName::parse(text).ok_or_else(|| {
        Failure::usage(
            "経路の名前は、半角の英小文字か数字で始め、英小文字・数字・「-」・「_」を合わせて40文字まで使えます（例：flyer-2026-spring）。",
            "A route's name begins with a small letter or digit and has at most 40 of those, - and _, such as flyer-2026-spring.",
        )
    })
}

/// There is no such route.
pub fn unknown() -> Failure {
    Failure::not_found(
        "その経路はありません。musubi route list で確認し、musubi route add で登録してください。",
        "There is no such route. See musubi route list; make it with musubi route add.",
    )
}

fn refused(why: RouteRefusal) -> Failure {
    match why {
        RouteRefusal::NoLogin => not_set_up(),
        RouteRefusal::Unknown => unknown(),
        RouteRefusal::BadPage(bad) => settings::refused(&bad.into(), "login set"),
        RouteRefusal::TooMany => Failure::usage(
            "経路が多すぎます。使っていない経路を musubi route remove で削除してください。",
            "There are too many routes. Remove unused ones with musubi route remove.",
        ),
    }
}
