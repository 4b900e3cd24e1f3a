//! `channel add`: look at what was pasted, try it at LINE, ask whether it is the right account, and only then store.

use std::sync::Arc;

use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::flow::configure::{ConnectedElsewhere, EnteredSecret, OfficialAccount, ProvenChannel, SetUpChannel};
use musubi::line::LineMessenger;
use musubi::line::account::{BotInfo, WebhookEndpoint};
use musubi::ports::PortError;
use musubi::ports::proposed::Proposed;
use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::json;

use super::check::{self, host, switches};
use super::{input, steps, to_json, unconfirmed, webhook_url};
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
        return Err(elsewhere(ConnectedElsewhere));
    }
    let url = webhook_url(workspace, &id)?;
    let (secret, token) = secrets_of(ask, say, asked.long_lived_token)?;
    let (line, info) = try_at_line(workspace, &id, &secret, token.as_ref()).await?;
    let before = line.webhook_endpoint(&id).await?.filter(|before| before.endpoint != url && !asked.keep_webhook);
    confirm(ask, say, asked, &info, before.as_ref())?;

    let secrets = workspace.adapters.secrets()?;
    let kept = secrets.line_anew(&id).await?.secrets.and_then(|stored| stored.access_token);
    let access_token = match (token, kept.filter(|_| !asked.forget_long_lived_token)) {
        (None, Some(kept)) => still_good(workspace, &id, &secret, kept).await?,
        (given, _) => given,
    };
    let proven = ProvenChannel {
        seen: OfficialAccount {
            id: id.clone(),
            bot_user_id: info.bot_user_id,
            name: info.display_name,
            basic_id: info.basic_id,
        },
        secret: EnteredSecret { secret, forget_old: asked.forget_old_secret },
        access_token,
    };
    let line = Arc::new(line);
    let set_up = SetUpChannel { secrets, connect: workspace.connect_channel()?, console: line.clone() };
    let channel = set_up.set_up(&proven, &account, (!asked.keep_webhook).then_some(&*url)).await;
    let channel = channel.map_err(|error| unchanged(error, no_channel, elsewhere))?;
    let health = check::look(&line, &id, &url).await?;
    let mut todo: Vec<String> = health.faults().iter().map(|words| words.of(say.language).to_owned()).collect();
    todo.extend(before.filter(|before| before.active).map(|_| steps::off_and_on(say.language).to_owned()));
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

/// Who LINE says it is, by the secret, and by the token where there is one: both must be the same account's.
async fn try_at_line(
    workspace: &Workspace,
    id: &ChannelId,
    secret: &Secret,
    token: Option<&Secret>,
) -> Result<(LineMessenger, BotInfo), Failure> {
    let proposed = |access_token: Option<Secret>| LineSecrets {
        channel_secrets: vec![secret.clone()],
        access_token,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
    };
    let by_secret = workspace.line(Arc::new(Proposed::line(proposed(None))))?;
    let info = by_secret.bot_info(id).await.map_err(refused)?;
    let Some(token) = token else { return Ok((by_secret, info)) };
    let by_token = workspace.line(Arc::new(Proposed::line(proposed(Some(token.clone())))))?;
    let other = by_token.bot_info(id).await.map_err(|error| match error {
        PortError::Permanent { .. } => Failure::failed(
            "LINEがチャネルアクセストークンを受け付けませんでした。［Messaging API設定］で再発行して、もう一度実行してください。何も保存していません。",
            "LINE refuses the channel access token. Reissue it under Messaging API, then run this again. Nothing was stored.",
        ),
        other => other.into(),
    })?;
    if other.bot_user_id != info.bot_user_id {
        return Err(Failure::failed(
            "チャネルアクセストークンは別の公式アカウントのものです。何も保存していません。",
            "The channel access token belongs to another Official Account. Nothing was stored.",
        ));
    }
    Ok((by_token, info))
}

fn refused(error: PortError) -> Failure {
    match &error {
        // A token was issued, but the Messaging API does not take it.
        PortError::Permanent { why, .. } if why.starts_with("status") => Failure::failed(
            "このチャネルではMessaging APIを使用できません。LINEログインのチャネルではなく、Messaging APIのチャネルのIDとシークレットを指定してください。削除されたチャネルでもこのエラーになります。何も保存していません。",
            "This channel has no Messaging API. Take ID and secret of the Messaging API channel, not of the LINE Login channel; a deleted channel answers the same. Nothing was stored.",
        ),
        PortError::Permanent { .. } => Failure::failed(
            "LINEがこのチャネルIDとチャネルシークレットの組み合わせを受け付けませんでした。同じチャネルのものか、再発行されていないかを確認してください。何も保存していません。",
            "LINE refuses this channel ID and channel secret together. Check that both are of the same channel, and that the secret was not reissued. Nothing was stored.",
        ),
        PortError::Transient { .. } => error.into(),
    }
}

fn elsewhere(_: ConnectedElsewhere) -> Failure {
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
    info: &BotInfo,
    before: Option<&WebhookEndpoint>,
) -> Result<(), Failure> {
    if let Some(before) = before {
        let host = host(&before.endpoint);
        say.note(&match say.language {
            Language::Japanese => format!("このチャネルのWebhookは現在 {host} に送信されています。接続すると、そのサービスでは受信できなくなります。"),
            Language::English => format!("This channel's webhooks now go to {host}. Once connected here, that service hears no more."),
        });
    }
    let question = match say.language {
        Language::Japanese => format!("「{}」（{}）を接続しますか？", info.display_name, info.basic_id),
        Language::English => format!("Connect “{}” ({})?", info.display_name, info.basic_id),
    };
    if asked.yes || ask.yes(&question)? { Ok(()) } else { Err(unconfirmed()) }
}

/// The token that was stored before, unless LINE refuses it or it is another account's.
async fn still_good(
    workspace: &Workspace,
    id: &ChannelId,
    secret: &Secret,
    token: Secret,
) -> Result<Option<Secret>, Failure> {
    match try_at_line(workspace, id, secret, Some(&token)).await {
        Ok(_) => Ok(Some(token)),
        Err(Failure::Failed(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}
