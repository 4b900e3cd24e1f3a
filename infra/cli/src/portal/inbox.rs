//! `portal inbox`: HubSpot's own inbox, opened for an Official Account, or closed.

use musubi::browser;
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::crm_inbox::InboxEnd;
use musubi::domain::ids::ChannelId;
use musubi::domain::words::crm_inbox;
use musubi::flow::configure::{ChannelAsked, InboxStaysShut, OpenInbox};
use musubi::ports::crm::CrmFailure;
use musubi::ports::crm_set_up::InboxRefusal;
use musubi::ports::secrets::Secret;
use serde_json::json;

use crate::args::PortalInbox;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::{Workspace, no_channel, unchanged};

/// Opens or closes it.
///
/// # Errors
/// See [`Failure`]. Running it again goes on from there.
pub async fn run(workspace: &Workspace, ask: &mut Ask, say: &Say, asked: &PortalInbox) -> Result<Report, Failure> {
    let account = workspace.account(asked.kind, &asked.portal).await?;
    let channel = official_account(workspace, &account, asked.channel.as_deref()).await?;
    let inbox = OpenInbox {
        set_up: workspace.crm_set_up(account.key.kind, workspace.adapters.secrets()?)?,
        inboxes: workspace.adapters.inboxes()?,
        channels: workspace.change_channel()?,
        public_url: musubi::config::public_url(&workspace.environment)?,
    };
    if asked.off {
        let end = inbox.close(&account, &channel).await.map_err(failed)?;
        let text = say.pick(
            "受信トレイへの接続を解除しました。1分以内に反映されます。これまでのメッセージは受信トレイに残り、会話は再びメモになります。",
            "The inbox is closed; it takes effect within a minute. What was said stays there, and conversations are notes again.",
        );
        // Nothing more is to be said of one that is closed.
        let more = crm_inbox::closed(end, say.language).filter(|_| end == InboxEnd::Refused);
        let text = [Some(text), more].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let json = json!({"open": false, "channel": channel.id.as_str(), "inbox": end});
        return Ok(Report::new(json, text));
    }
    let app = (account.key.kind, &account.app);
    if asked.make_channel {
        let key = entered(ask, say)?;
        inbox.make_channel(app, &key).await.map_err(failed)?;
    }
    let open = inbox.open(&account, &channel, asked.inbox.as_deref()).await;
    let open = match open {
        Err(InboxStaysShut::NoSuchInbox) => return Err(which(&inbox, &account).await),
        open => open.map_err(failed)?,
    };
    let place = open.crm_inbox.as_ref().expect("it was set");
    let json = json!({
        "open": true, "channel": open.id.as_str(), "inbox_channel": place.channel.as_str(),
        "inbox_account": place.account.as_str(),
    });
    let text = say.pick(
        "受信トレイに接続しました。1分以内に反映されます。これから届くメッセージが受信トレイに表示され、そこから返信できます。",
        "The inbox is open; it takes effect within a minute. What people write from then on stands there, and can be answered there.",
    );
    Ok(Report::new(json, text.to_owned()))
}

/// The one that is named, or the account's only one.
async fn official_account(
    workspace: &Workspace,
    account: &CrmAccount,
    named: Option<&str>,
) -> Result<Channel, Failure> {
    let id = match (named, account.channels.as_slice()) {
        (Some(named), all) => all.iter().find(|id| id.as_str() == named).cloned().ok_or_else(no_channel)?,
        (None, [only]) => only.clone(),
        (None, []) => return Err(no_channel()),
        (None, _) => {
            return Err(Failure::usage(
                "LINE公式アカウントが複数あります。--channel で指定してください。",
                "There are several Official Accounts. Say which one with --channel.",
            ));
        }
    };
    workspace.channel(ChannelId::as_str(&id)).await
}

/// The app's number and the developer's key, which is not stored.
fn entered(ask: &mut Ask, say: &Say) -> Result<ChannelAsked, Failure> {
    let missing = |japanese: &str, english: &str| {
        Failure::usage(format!("{japanese}が入力されていません。"), format!("The {english} is missing."))
    };
    let number = ask.text(say.pick("HubSpotのアプリID（数字）", "HubSpot's app ID (a number)"))?;
    let app_number = number.filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
    let app_number = app_number.ok_or_else(|| missing("アプリID", "app ID"))?;
    let key = ask.secret(say.pick("開発者APIキー（保存しません）", "Developer API key (not stored)"))?;
    let key = key.ok_or_else(|| missing("開発者APIキー", "developer API key"))?;
    let developer_key = Secret::new(key.expose().trim());
    let random = browser::random_bytes().map_err(|_| {
        Failure::failed("このコンピューターから乱数を取得できません。", "This computer gives no random numbers.")
    })?;
    Ok(ChannelAsked { app_number, developer_key, random })
}

/// The account has several inboxes, or none of this ID.
async fn which(inbox: &OpenInbox, account: &CrmAccount) -> Failure {
    let all = inbox.inboxes_of(account).await.unwrap_or_default();
    let list: Vec<String> = all.iter().map(|inbox| format!("  {}  {}", inbox.id, inbox.name)).collect();
    let list = list.join("\n");
    Failure::usage(
        format!("--inbox に、次のいずれかの受信トレイのIDを指定してください。\n{list}"),
        format!("Say which inbox with --inbox:\n{list}"),
    )
}

fn failed(why: InboxStaysShut) -> Failure {
    match why {
        InboxStaysShut::NoChannel => Failure::usage(
            "HubSpotにLINEのチャネルがまだありません。--make-channel を付けて実行してください（開発者APIキーが必要です）。",
            "There is no LINE channel in HubSpot yet. Run this with --make-channel; it takes the developer API key.",
        ),
        InboxStaysShut::Channel(InboxRefusal::Key) => Failure::failed(
            "HubSpotがアプリIDと開発者APIキーを受け付けませんでした。HubSpotの［開発］▸［キー］でキーを確認してください。何も変更していません。",
            "HubSpot refuses this app ID and developer API key. See Development ▸ Keys in HubSpot. Nothing was changed.",
        ),
        InboxStaysShut::Channel(InboxRefusal::Refused { code }) => Failure::failed(
            format!("HubSpotがチャネルの作成を受け付けませんでした（{code}）。"),
            format!("HubSpot does not make the channel ({code})."),
        ),
        InboxStaysShut::Channel(InboxRefusal::NoAnswer) => Failure::failed(
            "HubSpotが応答しませんでした。もう一度実行してください。チャネルが二重に作られることはありません。",
            "HubSpot did not answer. Run this again; no second channel is made.",
        ),
        InboxStaysShut::NoSuchInbox => Failure::failed("この受信トレイはありません。", "There is no such inbox."),
        InboxStaysShut::Crm(CrmFailure::Disconnected) => Failure::failed(
            "HubSpotで受信トレイのスコープが許可されていません。アプリを更新（hs project upload）してから、musubi portal add --inbox で接続し直してください。Sales HubまたはService HubのProfessional以上が必要です。",
            "HubSpot has not granted the scopes of its inbox. Upload the app anew (hs project upload), then connect with musubi portal add --inbox. It takes Sales or Service Professional.",
        ),
        InboxStaysShut::Crm(failure) => failure.into(),
        InboxStaysShut::Change(error) => unchanged(error, no_channel, |never| match never {}),
    }
}
