//! `channel add`: look at what was pasted, try it at LINE, ask whether it is the right account, and only then store.

use std::sync::Arc;

use musubi::config;
use musubi::domain::channel::WebhookBefore;
use musubi::domain::channel_values::TryRefusal;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::words::channel_values::refused;
use musubi::domain::words::connecting::cuts_off;
use musubi::flow::configure::{
    ConnectedElsewhere, EnteredChannel, Forget, NewWebhook, SetUpChannel, TryChannel, TryError, proposed,
};
use musubi::ports::checkup::SeenAccount;
use musubi::ports::secrets::Secret;
use serde_json::json;

use super::check;
use super::steps::switches;
use super::{input, provider, steps, to_json, unconfirmed, webhook_url};
use crate::args::ChannelAdd;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::{Workspace, no_channel, unchanged};

/// Connects an Official Account.
///
/// # Errors
/// See [`Failure`]. What does not work at LINE is never stored; running it again goes on from there.
pub async fn add(workspace: &Workspace, ask: &mut Ask, say: &Say, asked: &ChannelAdd) -> Result<Report, Failure> {
    let id = channel_id(ask, say, asked)?;
    let account = workspace.account(asked.kind, &asked.account).await?.key;
    let known = workspace.channels()?.find(&id).await?;
    if known.as_ref().is_some_and(|known| known.account != account) {
        return Err(elsewhere());
    }
    let url = webhook_url(workspace, &id)?;
    let (secret, access_token) = secrets_of(ask, say, asked.long_lived_token)?;
    let entered = EnteredChannel { id: id.clone(), secret, access_token };
    let secrets = workspace.adapters.secrets()?;
    let try_channel = TryChannel {
        line: workspace.line_consoles()?,
        secrets: Arc::clone(&secrets),
        channels: workspace.channels()?,
        public_url: config::public_url(&workspace.environment)?,
    };
    let tried = try_channel.try_at_line(&entered, &account).await.map_err(not_tried)?;
    let webhook = (!asked.keep_webhook).then(|| NewWebhook { url: url.clone(), before: tried.before.clone() });
    let before = webhook.as_ref().and_then(|webhook| webhook.before.as_ref());
    confirm(ask, say, asked, &tried.seen, before)?;
    let provider = provider::choose(workspace, asked, &account, &id).await?;

    let forget = Forget { secret: asked.forget_old_secret, token: asked.forget_long_lived_token };
    let proven = try_channel.proven(&entered, &tried, forget).await?;
    let line = workspace.line(proposed(&entered))?;
    let console = try_channel.line.channel(proposed(&entered));
    let set_up = SetUpChannel { secrets, connect: workspace.connect_channel()?, console };
    let channel = set_up.set_up(&proven, &account, provider, webhook.as_ref()).await;
    let channel = channel.map_err(|error| unchanged(error, no_channel, |ConnectedElsewhere| elsewhere()))?;
    let health = check::look(&line, &id, &url).await?;
    let mut todo: Vec<String> = health.faults().iter().map(|words| words.of(say.language).to_owned()).collect();
    todo.extend(before.filter(|before| before.was_used).map(|_| steps::off_and_on(say.language).to_owned()));
    let mut json = to_json(&channel);
    json["connected"] = json!(true);
    json["webhook"] = health.json();
    json["todo"] = json!(todo);
    let head = match say.language {
        Language::Japanese => {
            format!("「{}」（{}）を接続しました。\nWebhook URL：{url}", channel.name, channel.basic_id)
        }
        Language::English => format!("“{}” ({}) is connected.\nWebhook URL: {url}", channel.name, channel.basic_id),
    };
    let list: Vec<String> = todo.iter().map(|each| format!("- {each}")).collect();
    let parts = [head, list.join("\n"), switches(say.language), steps::trial(say.language).to_owned()];
    Ok(Report::new(json, parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n")))
}

/// The channel ID that was given. Whoever gave none may not have a channel yet: they are told how to get one, then asked.
fn channel_id(ask: &mut Ask, say: &Say, asked: &ChannelAdd) -> Result<ChannelId, Failure> {
    let given = match &asked.channel_id {
        Some(given) => given.clone(),
        None => {
            say.note(&steps::before(say.language));
            ask.text(say.pick("チャネルID", "Channel ID"))?.ok_or_else(|| {
                Failure::usage(
                    "チャネルIDが指定されていません。--channel-id で指定するか、上の手順でコピーして入力してください。",
                    "There is no channel ID. Give it with --channel-id, or enter it once the steps above are done.",
                )
            })?
        }
    };
    input::channel_id(&given)
}

fn secrets_of(ask: &mut Ask, say: &Say, with_token: bool) -> Result<(Secret, Option<Secret>), Failure> {
    let missing = || {
        Failure::usage(
            "何も入力されていません。LINE Developersコンソールの［チャネル基本設定］＞［チャネルシークレット］を入力してください。",
            "Nothing was entered. Enter the secret from the LINE Developers Console: Basic settings > Channel secret.",
        )
    };
    let secret = ask.secret(say.pick("チャネルシークレット", "Channel secret"))?.ok_or_else(missing)?;
    let secret = input::channel_secret(&secret)?;
    if !with_token {
        return Ok((secret, None));
    }
    let token = ask.secret(say.pick("チャネルアクセストークン（長期）", "Channel access token (long-lived)"))?;
    Ok((secret, Some(input::access_token(&token.ok_or_else(missing)?)?)))
}

fn not_tried(error: TryError) -> Failure {
    match error {
        TryError::Refused(TryRefusal::Elsewhere) => elsewhere(),
        TryError::Refused(why) => Failure::failed(refused(why, Language::Japanese), refused(why, Language::English)),
        TryError::Port(error) => error.into(),
    }
}

fn elsewhere() -> Failure {
    Failure::failed(
        "このチャネルは別のCRMアカウントに接続されています。先に musubi channel remove で接続を解除してください。",
        "This channel is connected to another CRM account. Disconnect it first with musubi channel remove.",
    )
}

/// Names the service that is cut off, if any, and asks.
fn confirm(
    ask: &mut Ask,
    say: &Say,
    asked: &ChannelAdd,
    seen: &SeenAccount,
    before: Option<&WebhookBefore>,
) -> Result<(), Failure> {
    if let Some(before) = before {
        say.note(&cuts_off(&before.host(), say.language));
    }
    let question = match say.language {
        Language::Japanese => format!("「{}」（{}）を接続しますか？", seen.name, seen.basic_id),
        Language::English => format!("Connect “{}” ({})?", seen.name, seen.basic_id),
    };
    if asked.yes || ask.yes(&question)? { Ok(()) } else { Err(unconfirmed()) }
}
