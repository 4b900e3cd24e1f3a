//! CRM accounts: connecting them, showing them.

mod add;
pub mod app;
mod callback;
mod grant;
mod inbox;
mod remove;

use std::collections::BTreeMap;

use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::domain::settings::{ACCOUNT, SettingValue};
use serde_json::{Value, json};

use crate::args::{Kind, PortalCommand};
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::settings;
use crate::table::{facts, on, span, table};
use crate::workspace::{Workspace, no_account, unchanged};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, ask: &mut Ask, say: &Say, command: &PortalCommand) -> Result<Report, Failure> {
    match command {
        PortalCommand::Add(asked) => add::add(workspace, ask, say, asked).await,
        PortalCommand::List => {
            let accounts = workspace.accounts()?.all().await?;
            say.unreadable(accounts.unreadable);
            let rows: Vec<Vec<String>> = accounts
                .iter()
                .map(|account| {
                    let channels: Vec<&str> = account.channels.iter().map(|id| id.as_str()).collect();
                    vec![
                        account.key.kind.as_str().to_owned(),
                        account.key.id.to_string(),
                        account.app.to_string(),
                        channels.join(" "),
                    ]
                })
                .collect();
            let heads = match say.language {
                Language::Japanese => ["CRM", "アカウント", "アプリ", "チャネル"],
                Language::English => ["CRM", "account", "app", "channels"],
            };
            let json = json!({"portals": accounts.iter().map(to_json).collect::<Vec<_>>()});
            Ok(Report::new(json, table(&heads, &rows, say.language)))
        }
        PortalCommand::Remove { portal, kind, keep_app, yes } => {
            let key = CrmAccountKey { kind: (*kind).into(), id: CrmAccountId::new(portal) };
            remove::remove(workspace, ask, say, &key, remove::How { keeps_app: *keep_app, asks: !*yes }).await
        }
        PortalCommand::Inbox(asked) => inbox::run(workspace, ask, say, asked).await,
        PortalCommand::Set { portal, settings, kind } => set(workspace, say, *kind, portal, settings).await,
        PortalCommand::Show { portal, kind } => {
            let account = workspace.account(*kind, portal).await?;
            Ok(Report::new(to_json(&account), to_text(&account, say)))
        }
    }
}

async fn set(
    workspace: &Workspace,
    say: &Say,
    kind: Kind,
    portal: &str,
    changes: &[String],
) -> Result<Report, Failure> {
    let key = CrmAccountKey { kind: kind.into(), id: CrmAccountId::new(portal) };
    let change = |account: &mut CrmAccount| settings::change(&ACCOUNT, account, changes, "portal set");
    let changed = workspace.change_account()?.change(&key, change).await;
    let changed = changed.map_err(|error| unchanged(error, no_account, |refused| refused))?;
    let head = say.pick("変更しました。1分以内に反映されます。", "Changed; it takes effect within a minute.");
    Ok(Report::new(to_json(&changed), format!("{head}\n{}", to_text(&changed, say))))
}

/// For machines. An account's row holds no secrets.
fn to_json(account: &CrmAccount) -> Value {
    let mut json = json!({
        "kind": account.key.kind.as_str(),
        "portal_id": account.key.id.as_str(),
        "app": account.app.as_str(),
        "language": account.language,
        "time_zone": account.time_zone,
        "workflows_wait": account.capabilities.workflows_wait,
        "unique_keys": account.capabilities.unique_keys,
        "channels": account.channels,
        "line_providers": providers(account),
        "send_limit_ms": account.send_limit_ms,
        "block_expiry_ms": account.block_expiry_ms,
    });
    for (name, value) in ACCOUNT.values(account) {
        json[name] = value.json();
    }
    json
}

/// The Official Accounts of each LINE provider, by its number.
fn providers(account: &CrmAccount) -> BTreeMap<u8, Vec<&ChannelId>> {
    account.providers().into_iter().map(|number| (number.get(), account.channels_of(number).collect())).collect()
}

fn to_text(account: &CrmAccount, say: &Say) -> String {
    let language = say.language;
    let providers = providers(account);
    let channel = |id: &ChannelId| match account.provider_of(id) {
        ProviderNumber::FIRST if providers.len() < 2 => id.to_string(),
        number => format!("{id} ({} {})", say.pick("プロバイダー", "provider"), number.get()),
    };
    let channels: Vec<String> = account.channels.iter().map(channel).collect();
    let set = |name: &'static str| {
        let setting = ACCOUNT.find(name).expect("it is declared");
        let shown = match setting.value(account).unwrap_or(SettingValue::None) {
            SettingValue::Texts(texts) => texts.join(" "),
            value => settings::shown(&value, language),
        };
        (setting.label.map_or(name, |label| label.of(language)), shown)
    };
    facts(&[
        (say.pick("CRM", "CRM"), account.key.kind.as_str().to_owned()),
        (say.pick("アカウント", "account"), account.key.id.to_string()),
        (say.pick("アプリ", "app"), account.app.to_string()),
        (say.pick("ラベルの言語", "labels"), account.language.pick("日本語", "English").to_owned()),
        (say.pick("タイムゾーン", "time zone"), account.time_zone.clone()),
        (say.pick("ワークフローが結果を待つ", "workflows wait"), on(account.capabilities.workflows_wait, language)),
        (say.pick("重複防止キー", "unique keys"), on(account.capabilities.unique_keys, language)),
        set("surface"),
        set("token_properties"),
        set("unfilled_tokens"),
        set("consent"),
        (say.pick("送信の期限", "send limit"), span(account.send_limit_ms)),
        (say.pick("チャネル", "channels"), channels.join(" ")),
    ])
}
