//! `hubspot project`: writes the HubSpot developer project with a stack's URLs in it.
//!
//! HubSpot gives an app its ID at the first upload, when the URLs must be there already. So the URLs
//! carry a name that the customer chooses, `musubi` by default, and `portal add` is told the same.

use std::collections::BTreeSet;
use std::path::Path;

use musubi::config::{self, Environment};
use musubi::crm::hubspot::oauth::TIMELINE_SCOPE;
use musubi::domain::ids::CrmAppId;
use musubi::domain::language::Language;
use serde_json::json;
use url::Url;

use crate::args::HubSpotCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::token_properties;

/// The port of `http://localhost:PORT/callback`, which the project names.
pub const DEFAULT_PORT: u16 = 8976;

const APP: &str = "src/app/app-hsmeta.json";
const ACTION: &str = "src/app/workflow-actions/send-line-message-hsmeta.json";

/// The project's files as they are in `infra/hubspot`.
pub const FILES: [(&str, &str); 26] = [
    ("README.md", include_str!("../../hubspot/README.md")),
    ("hsproject.json", include_str!("../../hubspot/hsproject.json")),
    (APP, include_str!("../../hubspot/src/app/app-hsmeta.json")),
    (ACTION, include_str!("../../hubspot/src/app/workflow-actions/send-line-message-hsmeta.json")),
    ("src/app/webhooks/webhooks-hsmeta.json", include_str!("../../hubspot/src/app/webhooks/webhooks-hsmeta.json")),
    ("src/app/settings/settings-hsmeta.json", include_str!("../../hubspot/src/app/settings/settings-hsmeta.json")),
    ("src/app/settings/Settings.tsx", include_str!("../../hubspot/src/app/settings/Settings.tsx")),
    ("src/app/settings/package.json", include_str!("../../hubspot/src/app/settings/package.json")),
    ("src/app/settings/package-lock.json", include_str!("../../hubspot/src/app/settings/package-lock.json")),
    ("src/app/cards/talk-tab-hsmeta.json", include_str!("../../hubspot/src/app/cards/talk-tab-hsmeta.json")),
    ("src/app/cards/talk-sidebar-hsmeta.json", include_str!("../../hubspot/src/app/cards/talk-sidebar-hsmeta.json")),
    ("src/app/cards/TalkTab.tsx", include_str!("../../hubspot/src/app/cards/TalkTab.tsx")),
    ("src/app/cards/TalkSidebar.tsx", include_str!("../../hubspot/src/app/cards/TalkSidebar.tsx")),
    ("src/app/cards/Talk.tsx", include_str!("../../hubspot/src/app/cards/Talk.tsx")),
    ("src/app/cards/OpenTalk.tsx", include_str!("../../hubspot/src/app/cards/OpenTalk.tsx")),
    ("src/app/cards/Files.tsx", include_str!("../../hubspot/src/app/cards/Files.tsx")),
    ("src/app/cards/SendFile.tsx", include_str!("../../hubspot/src/app/cards/SendFile.tsx")),
    ("src/app/cards/Tend.tsx", include_str!("../../hubspot/src/app/cards/Tend.tsx")),
    ("src/app/cards/press.ts", include_str!("../../hubspot/src/app/cards/press.ts")),
    ("src/app/cards/draft.ts", include_str!("../../hubspot/src/app/cards/draft.ts")),
    ("src/app/cards/Writing.tsx", include_str!("../../hubspot/src/app/cards/Writing.tsx")),
    ("src/app/cards/watch.ts", include_str!("../../hubspot/src/app/cards/watch.ts")),
    ("src/app/cards/api.ts", include_str!("../../hubspot/src/app/cards/api.ts")),
    ("src/app/cards/words.ts", include_str!("../../hubspot/src/app/cards/words.ts")),
    ("src/app/cards/package.json", include_str!("../../hubspot/src/app/cards/package.json")),
    ("src/app/cards/package-lock.json", include_str!("../../hubspot/src/app/cards/package-lock.json")),
];

/// What `--app-events` adds. Left out else: HubSpot takes it only where it has approved the app.
const APP_EVENT: (&str, &str) = (
    "src/app/app-events/line-conversation-hsmeta.json",
    include_str!("../../hubspot/app-events/line-conversation-hsmeta.json"),
);

/// Runs the command. With `--token-properties` it stores them in the stack, too; without, it needs no stack.
///
/// # Errors
/// An address or name cannot be used, a file cannot be written, or the stack cannot be reached.
pub async fn run(environment: Environment, say: &Say, command: &HubSpotCommand) -> Result<Report, Failure> {
    let HubSpotCommand::Project { out, public_url, app, port, app_events, token_properties, force } = command else {
        unreachable!("the other command is elsewhere");
    };
    let url = match public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => config::public_url(&environment)?,
    };
    let url = usable(&url)?;
    let app = app_name(app)?;
    let mut properties = token_properties::parse(token_properties)?;
    let mut accounts = None;
    if !token_properties.is_empty() {
        let (stored, all) = token_properties::store(environment, app, &properties).await?;
        (accounts, properties) = (Some(stored), all);
    }
    properties.extend(token_properties::in_action(&out.join(ACTION)));
    let filled = |(path, text): (&'static str, &str)| (path, filled(text, &url, app, *port));
    let mut files: Vec<(&str, String)> = FILES.into_iter().map(filled).collect();
    let action = files.iter_mut().filter(|(path, _)| *path == ACTION);
    action.for_each(|(_, text)| *text = token_properties::into_action(text, &properties));
    if *app_events {
        files.iter_mut().filter(|(path, _)| *path == APP).for_each(|(_, text)| *text = with_app_events(text));
        files.push(filled(APP_EVENT));
    }
    // Properties that are asked for by this very command make the action differ, and that is what is wanted.
    let may_differ = |path: &str| *force || (path == ACTION && accounts.is_some());
    refuse_changes(out, &files, may_differ)?;
    for (path, text) in &files {
        write(&out.join(path), text)?;
    }
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let action_url = format!("{url}/crm/hubspot/{app}/action");
    let stored: Option<Vec<&str>> =
        accounts.as_ref().map(|accounts| accounts.iter().map(|account| account.id.as_str()).collect());
    let json = json!({
        "out": out, "files": paths, "app": app, "action_url": action_url, "token_properties": properties, "stored_in": stored,
    });
    Ok(Report::new(json, next_steps(say, out, app, *port, &properties)))
}

/// What somebody changed since is not overwritten.
fn refuse_changes(out: &Path, files: &[(&str, String)], may_differ: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let differs = |(path, text): &&(&str, String)| {
        !may_differ(path) && std::fs::read_to_string(out.join(path)).is_ok_and(|there| there != *text)
    };
    let Some((path, _)) = files.iter().find(differs) else { return Ok(()) };
    let shown = out.join(path).display().to_string();
    Err(Failure::failed(
        format!(
            "{shown} の内容が異なります。上書きするには --force を付けてください。ファイルは何も書き込んでいません。"
        ),
        format!("{shown} is there and differs. --force overwrites it. No file was written."),
    ))
}

fn next_steps(say: &Say, out: &Path, app: &str, port: u16, properties: &BTreeSet<String>) -> String {
    let dir = out.display();
    let names: Vec<&str> = properties.iter().map(String::as_str).collect();
    let option = if names.is_empty() { String::new() } else { format!(" --token-properties {}", names.join(",")) };
    let add = format!("musubi portal add --app {app} --port {port}{option}");
    match say.language {
        Language::Japanese => format!(
            "{dir} にHubSpotのプロジェクトを書き出しました。\n次の手順：\n  cd {dir} && hs project upload\n  HubSpotのアプリの［認証］タブでクライアントIDとシークレットを確認し、{add}"
        ),
        Language::English => format!(
            "The HubSpot project is in {dir}.\nNext:\n  cd {dir} && hs project upload\n  take client ID and secret from the app's Auth tab, then: {add}"
        ),
    }
}

/// A name that can stand in a URL's path and in a secret's name.
///
/// # Errors
/// It cannot.
pub fn app_name(name: &str) -> Result<&str, Failure> {
    if CrmAppId::is_well_formed(name) {
        return Ok(name);
    }
    Err(Failure::usage(
        "アプリの名前には半角英数字、-、_ を64文字以内で指定してください。",
        "The app's name takes up to 64 letters, digits, - and _.",
    ))
}

/// HubSpot calls https alone; plain http is for the emulators on this machine.
fn usable(text: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::usage(
            "公開URLには https:// で始まるURLを、クエリを付けずに指定してください。",
            "The public URL must begin with https:// and have no query.",
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    // What stands in the files must be the same text that HubSpot signs, and nothing JSON would escape.
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if scheme && bare && plain && url.has_host() { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// Puts the values in place of the names in braces.
pub fn filled(text: &str, public_url: &str, app: &str, port: u16) -> String {
    text.replace("{PUBLIC_URL}", public_url).replace("{APP}", app).replace("{PORT}", &port.to_string())
}

/// The app as app events need it: distributed on the marketplace, with their scope (HubSpot's reference of app events).
fn with_app_events(app: &str) -> String {
    let last = r#""files""#;
    let scopes = format!("{last},\n        \"{TIMELINE_SCOPE}\"");
    app.replace(r#""distribution": "private""#, r#""distribution": "marketplace""#).replace(last, &scopes)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|_| {
        let shown = path.display();
        Failure::failed(format!("{shown} に書き込めません。"), format!("{shown} cannot be written."))
    })
}
