//! Official Accounts: connecting, checking, showing, changing, disconnecting.

mod add;
mod check;
pub mod input;
mod key;
mod list;
mod provider;
mod remove;
mod settings;
mod steps;
mod webhook_secret;

use musubi::config;
use musubi::domain::addresses;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::quota::QuotaState;
use musubi::domain::words::quota::month;
use serde_json::{Value, json};

use crate::args::ChannelCommand;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::facts;
use crate::workspace::{Workspace, no_channel, unchanged};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, ask: &mut Ask, say: &Say, command: &ChannelCommand) -> Result<Report, Failure> {
    match command {
        ChannelCommand::Add(asked) => add::add(workspace, ask, say, asked).await,
        ChannelCommand::Check { channel } => {
            let channel = workspace.channel(channel).await?;
            let line = workspace.line(workspace.adapters.secrets()?)?;
            let health = check::look(&line, &channel.id, &webhook_url(workspace, &channel.id)?).await?;
            Ok(health.report(say, &channel))
        }
        ChannelCommand::List => list::list(workspace, say).await,
        ChannelCommand::Show { channel } => {
            let channel = workspace.channel(channel).await?;
            let url = config::public_url(&workspace.environment)
                .ok()
                .map(|_| webhook_url(workspace, &channel.id))
                .transpose()?;
            let mut lines = vec![
                (say.pick("チャネルID", "channel ID"), channel.id.to_string()),
                (say.pick("名前", "name"), channel.name.clone()),
                (say.pick("ベーシックID", "basic ID"), channel.basic_id.clone()),
                (say.pick("CRMアカウント", "CRM account"), channel.account.to_string()),
                ("Webhook URL", url.unwrap_or_default()),
            ];
            let quota = month_of(workspace, &channel.id).await?;
            lines.push((say.pick("今月の送信数", "sent this month"), month(quota, say.language)));
            lines.extend(settings::facts(&channel.settings, say));
            let dropped = workspace.adapters.journal()?.not_linked(&channel.id).await?.value.dropped;
            let label = say.pick("連携先がなく本文を破棄した件数", "dropped: linked to no contact");
            lines.push((label, dropped.to_string()));
            let mut json = to_json(&channel);
            json["not_linked"] = json!(dropped);
            json["quota"] = json!(quota);
            Ok(Report::new(json, facts(&lines)))
        }
        ChannelCommand::Set { channel, settings } => set(workspace, say, channel, settings).await,
        ChannelCommand::WebhookSecret { channel, forget_old } => {
            webhook_secret::webhook_secret(workspace, say, channel, *forget_old).await
        }
        ChannelCommand::Key { channel, name, forget } => key::key(workspace, say, channel, name, *forget).await,
        ChannelCommand::Remove { channel, keep_links, erase_links, yes, no_wait } => {
            let keeps_links = (*keep_links || *erase_links).then_some(*keep_links);
            let how = remove::How { keeps_links, asks: !yes, waits: !no_wait };
            remove::remove(workspace, ask, say, channel, how).await
        }
    }
}

/// Where LINE is to send this channel's webhooks.
fn webhook_url(workspace: &Workspace, channel: &ChannelId) -> Result<String, Failure> {
    Ok(addresses::page(&config::public_url(&workspace.environment)?, channel, "webhook"))
}

/// The month's messages. `None`: LINE does not say.
async fn month_of(workspace: &Workspace, channel: &ChannelId) -> Result<Option<QuotaState>, Failure> {
    let line = workspace.line(workspace.adapters.secrets()?)?;
    let quota = line.quota(channel).await.ok();
    Ok(quota.map(|quota| QuotaState::at(quota.used, quota.limit, workspace.clock().now_ms())))
}

/// For machines. The Official Account's own user ID stays inside.
fn to_json(channel: &Channel) -> Value {
    json!({
        "channel_id": channel.id.as_str(), "name": channel.name, "basic_id": channel.basic_id,
        "kind": channel.account.kind.as_str(), "account_id": channel.account.id.as_str(),
        "settings": settings::to_json(&channel.settings),
    })
}

async fn set(workspace: &Workspace, say: &Say, channel: &str, changes: &[String]) -> Result<Report, Failure> {
    let change = |channel: &mut Channel| settings::change(&mut channel.settings, changes);
    let changed = workspace.change_channel()?.change(&ChannelId::new(channel), change).await;
    let changed = changed.map_err(|error| unchanged(error, no_channel, |refused| refused))?;
    let head = say.pick("変更しました。1分以内に反映されます。", "Changed; it takes effect within a minute.");
    let text = format!("{head}\n{}", facts(&settings::facts(&changed.settings, say)));
    Ok(Report::new(to_json(&changed), text))
}

fn unconfirmed() -> Failure {
    Failure::failed(
        "確認されなかったため、何も変更していません。確認を省略するには --yes を付けてください。",
        "Not confirmed; nothing was changed. --yes answers the question beforehand.",
    )
}
