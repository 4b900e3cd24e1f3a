//! `login links`: the links of each route, their QR codes, and a text to send.

use std::path::Path;

use musubi::domain::addresses::LoginAddresses;
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::route::RouteName;
use musubi::qr::Qr;
use serde_json::{Value, json};

use super::addresses;
use super::text;
use crate::args::LoginLinks;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::facts;
use crate::workspace::Workspace;

/// Shows the links and writes the QR codes. Twice writes the same.
///
/// # Errors
/// LINE Login is not set up, there is no such route, or the files cannot be written.
pub async fn links(workspace: &Workspace, say: &Say, asked: &LoginLinks) -> Result<Report, Failure> {
    let channel = workspace.channel(&asked.channel).await?;
    let login = super::of(&channel)?;
    let addresses = addresses::of(workspace, &channel)?;
    let routes = routes(login, asked.route.as_deref())?;
    let (mut texts, mut list) = (Vec::new(), Vec::new());
    for route in &routes {
        let files = match &asked.qr_dir {
            Some(dir) => Some(write_qr(dir, &addresses, channel.id.as_str(), route.as_ref())?),
            None => None,
        };
        texts.push(to_text(&addresses, route.as_ref(), files.as_ref(), say));
        list.push(to_json(&addresses, route.as_ref(), files.as_ref()));
    }
    let one = routes.first().and_then(Option::as_ref);
    let link = addresses.preferred(one);
    let message = |language| text::migration(&channel.name, &link, language);
    let (japanese, english) = (message(Language::Japanese), message(Language::English));
    texts.push(facts(&[(say.pick("友だち追加だけのリンク", "plain friend link"), addresses::friend(&channel))]));
    texts.push(text::certainty(say.language).to_owned());
    let head = say.pick(
        "以前からの友だちに送る文面の例（日本語、英語）：",
        "A text for people who were friends before, in Japanese and English:",
    );
    texts.push(format!("{head}\n\n{japanese}\n\n{english}"));
    let json = json!({
        "channel_id": channel.id.as_str(), "links": list, "friend_url": addresses::friend(&channel),
        "message": {"ja": japanese, "en": english},
    });
    Ok(Report::new(json, texts.join("\n\n")))
}

/// The route that was asked for, or the link without one and all routes.
fn routes(login: &LoginSettings, asked: Option<&str>) -> Result<Vec<Option<RouteName>>, Failure> {
    match asked {
        Some(name) => {
            let route = login.known_route(name).ok_or_else(super::route::unknown)?;
            Ok(vec![Some(route)])
        }
        None => Ok([None].into_iter().chain(login.routes.keys().cloned().map(Some)).collect()),
    }
}

/// A QR code's files.
struct Files {
    svg: String,
    png: String,
}

fn write_qr(
    dir: &Path,
    addresses: &LoginAddresses,
    channel: &str,
    route: Option<&RouteName>,
) -> Result<Files, Failure> {
    let shown = dir.display();
    let unwritable =
        |_| Failure::failed(format!("{shown} に書き込めません。"), format!("{shown} cannot be written to."));
    let too_long =
        |_| Failure::failed("公開URLが長すぎて、QRコードにできません。", "The public URL is too long for a QR code.");
    let qr = Qr::of(&addresses.preferred(route)).map_err(too_long)?;
    let name = format!("{channel}-{}", route.map_or("login", RouteName::as_str));
    let (svg, png) = (dir.join(format!("{name}.svg")), dir.join(format!("{name}.png")));
    std::fs::create_dir_all(dir).map_err(unwritable)?;
    std::fs::write(&svg, qr.svg()).map_err(unwritable)?;
    std::fs::write(&png, qr.png()).map_err(unwritable)?;
    Ok(Files { svg: svg.display().to_string(), png: png.display().to_string() })
}

fn to_text(addresses: &LoginAddresses, route: Option<&RouteName>, files: Option<&Files>, say: &Say) -> String {
    let mut lines = vec![
        (
            say.pick("経路", "route"),
            route.map_or_else(|| say.pick("（なし）", "(none)").to_owned(), ToString::to_string),
        ),
        (say.pick("ログインURL", "login URL"), addresses.login(route)),
    ];
    lines.extend(addresses.liff(route).map(|url| ("LIFF URL", url)));
    let held = if addresses.liff(route).is_some() { "LIFF URL" } else { say.pick("ログインURL", "login URL") };
    lines.push((say.pick("QRコードの中身", "QR code holds"), held.to_owned()));
    if let Some(files) = files {
        lines.push(("SVG", files.svg.clone()));
        lines.push(("PNG", files.png.clone()));
    }
    facts(&lines)
}

fn to_json(addresses: &LoginAddresses, route: Option<&RouteName>, files: Option<&Files>) -> Value {
    json!({
        "route": route, "login_url": addresses.login(route), "liff_url": addresses.liff(route),
        "qr": addresses.preferred(route),
        "svg": files.map(|files| &files.svg), "png": files.map(|files| &files.png),
    })
}
