//! `channel remove`: what is lost and what is left is said, and asked, before.

use musubi::config;
use musubi::domain::account::CrmKind;
use musubi::domain::channel::WebhookEnd;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::words::crm_inbox::closed;
use musubi::domain::words::leaving::{self, ERASES_LINKS, KEEPS_LINKS};
use musubi::flow::console::Console;
use musubi::flow::disconnect_channel::{DisconnectChannel, DisconnectedChannel, Progress, Standing, StaysConnected};
use musubi::flow::erase::Erase;
use serde_json::json;

use super::unconfirmed;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::{Workspace, no_channel};

/// So many people are gone through before it is said how far it is.
const AT_MOST: usize = 1_000;

/// How it is done.
#[derive(Clone, Copy)]
pub struct How {
    /// What becomes of the links. `None`: it was not said.
    pub keeps_links: Option<bool>,
    /// It is asked whether it is meant.
    pub asks: bool,
    /// It waits until nobody takes it for connected any more.
    pub waits: bool,
}

/// Disconnects an Official Account, or goes on with it.
///
/// # Errors
/// See [`Failure`].
pub async fn remove(workspace: &Workspace, ask: &mut Ask, say: &Say, id: &str, how: How) -> Result<Report, Failure> {
    let id = ChannelId::new(id);
    let disconnect = verb(workspace, CrmKind::HubSpot)?;
    let standing = disconnect.look(&id, None).await?.ok_or_else(no_channel)?;
    let keeps_links = match (&standing, how.keeps_links) {
        // What is kept was said when it began.
        (Standing::Leaving(_), _) => true,
        (Standing::LinksLeft(_), Some(true)) => return Err(no_channel()),
        (Standing::LinksLeft(_), _) => false,
        (Standing::Connected(_), Some(keeps_links)) => keeps_links,
        (Standing::Connected(_), None) => {
            return Err(Failure::usage(
                "連携をどうするかを、--keep-links（残す）か --erase-links（消去する）で指定してください。先に musubi friends export で保存できます。",
                "Say what becomes of the links: --keep-links or --erase-links. musubi friends export takes them out first.",
            ));
        }
    };
    if how.asks && !matches!(standing, Standing::Leaving(_)) {
        question(ask, say, &standing, keeps_links)?;
    }
    loop {
        match disconnect.disconnect(&id, None, keeps_links, AT_MOST).await.map_err(stays)? {
            Progress::Done(done) => return Ok(report(say, &id, &done)),
            Progress::Going { people } => say.note(&match say.language {
                Language::Japanese => format!("{people}人分が終わりました…"),
                Language::English => format!("{people} people are done…"),
            }),
            Progress::Stopped { ready_at_ms } => {
                let left_ms = ready_at_ms.saturating_sub(workspace.clock().now_ms()).max(0).unsigned_abs();
                if !how.waits {
                    return Ok(stopped(say, &id, left_ms));
                }
                say.note(say.pick(
                    "受信と送信を止めました。処理の途中のものが終わるまで、1分ほど待っています…",
                    "Nothing is received or sent any more. Waiting about a minute, until what is under way has ended…",
                ));
                workspace.clock().sleep_ms(left_ms).await;
            }
        }
    }
}

fn verb(workspace: &Workspace, kind: CrmKind) -> Result<DisconnectChannel, Failure> {
    Ok(DisconnectChannel {
        console: Console { operators: workspace.adapters.operators()?, clock: workspace.clock() },
        accounts: workspace.change_account()?,
        channels: workspace.channels()?,
        secrets: workspace.adapters.secrets()?,
        line: workspace.line_consoles()?,
        inbox: workspace.inbox_exit(kind)?,
        erase: Erase { links: workspace.adapters.links()?, settle: workspace.settle()? },
        public_url: config::public_url(&workspace.environment)?,
    })
}

fn question(ask: &mut Ask, say: &Say, standing: &Standing, keeps_links: bool) -> Result<(), Failure> {
    let channel = standing.channel();
    let before = channel.connecting.webhook_before.as_ref().map(|before| before.host());
    if matches!(standing, Standing::Connected(_)) {
        say.note(&leaving::told(before.as_deref(), channel.crm_inbox.is_some(), say.language));
    }
    say.note((if keeps_links { KEEPS_LINKS } else { ERASES_LINKS }).of(say.language));
    let question = match (standing, say.language) {
        (Standing::LinksLeft(_), Language::Japanese) => format!("「{}」の連携を消去しますか？", channel.name),
        (Standing::LinksLeft(_), Language::English) => format!("Erase the links of “{}”?", channel.name),
        (_, Language::Japanese) => format!("「{}」（{}）の接続を解除しますか？", channel.name, channel.basic_id),
        (_, Language::English) => format!("Disconnect “{}” ({})?", channel.name, channel.basic_id),
    };
    if ask.yes(&question)? { Ok(()) } else { Err(unconfirmed()) }
}

fn stopped(say: &Say, id: &ChannelId, left_ms: u64) -> Report {
    let seconds = left_ms.div_ceil(1_000);
    let text = match say.language {
        Language::Japanese => {
            format!(
                "受信と送信を止めました。{seconds}秒後に、同じコマンドをもう一度実行すると、残りを削除して完了します。"
            )
        }
        Language::English => format!(
            "Nothing is received or sent any more. Run the same again in {seconds} seconds: it deletes the rest, and finishes."
        ),
    };
    Report { json: json!({"channel_id": id.as_str(), "removed": false, "left_ms": left_ms}), text, good: false }
}

fn report(say: &Say, id: &ChannelId, done: &DisconnectedChannel) -> Report {
    let DisconnectedChannel { keeps_links, webhook, inbox, people } = *done;
    let head = match (keeps_links, say.language) {
        (true, Language::Japanese) => {
            format!("接続を解除し、シークレットを削除しました（7日間は復元できます）。{people}人分の連携を残しました。")
        }
        (true, Language::English) => format!(
            "Disconnected; its secrets are deleted (they can be recovered for 7 days). The links of {people} people are kept."
        ),
        (false, Language::Japanese) => {
            format!(
                "接続を解除し、シークレットを削除しました（7日間は復元できます）。{people}人分の情報を消去しました。"
            )
        }
        (false, Language::English) => format!(
            "Disconnected; its secrets are deleted (they can be recovered for 7 days). {people} people are erased."
        ),
    };
    let (name, links) = (name(webhook), if keeps_links { "kept" } else { "erased" });
    let json = json!({"channel_id": id.as_str(), "removed": true, "links": links, "people": people, "webhook": name, "inbox": inbox});
    let lines = [Some(head.as_str()), Some(leaving::webhook_after(webhook, say.language)), closed(inbox, say.language)];
    Report::new(json, lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn name(webhook: WebhookEnd) -> &'static str {
    match webhook {
        WebhookEnd::Restored | WebhookEnd::RestoredUnused => "restored",
        WebhookEnd::NotOurs => "not_ours",
        WebhookEnd::Nowhere => "none",
        WebhookEnd::StillOurs => "still_ours",
        WebhookEnd::Unknown => "unknown",
    }
}

fn stays(why: StaysConnected) -> Failure {
    match why {
        StaysConnected::Absent => no_channel(),
        StaysConnected::Port(error) => error.into(),
    }
}
