//! `friends import --csv`: each row is a claim, and the dispatcher acts on it.

use std::path::Path;

use futures::{StreamExt as _, TryStreamExt as _};
use musubi::domain::channel::Channel;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::language::Language;
use musubi::flow::link::Link;
use musubi::ports::PortError;
use musubi::store::{Journal, Links};
use serde_json::json;

use super::rows::{Friend, Mistake};
use super::{AT_A_TIME, file, rows, wake};
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// The dispatcher is told.
    Claimed,
    /// It is so already, or the dispatcher has been told.
    Already,
    /// Everything of the person was erased.
    Erased,
}

/// What rows are taken into.
struct Import<'a> {
    channel: &'a Channel,
    link: Link,
    links: Links,
    journal: Journal,
    now_ms: i64,
    dry_run: bool,
}

/// Takes a file in. Twice changes nothing.
///
/// # Errors
/// The file is none; or a service failed: what was taken in until then stays, and running it again goes on.
pub async fn import(
    workspace: &Workspace,
    say: &Say,
    channel: &str,
    path: &Path,
    dry_run: bool,
) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let (text, encoding) = file::read(path)?;
    let rows::Rows { good, mut bad } = rows::read(&text)?;
    let journal = workspace.adapters.journal()?;
    let import = Import {
        channel: &channel,
        link: Link { outbox: workspace.adapters.outbox()?.quiet() },
        links: workspace.adapters.links()?,
        journal,
        now_ms: workspace.clock().now_ms(),
        dry_run,
    };
    let each = good.iter().map(|friend| import.take(friend));
    let taken: Vec<(u64, Taken)> = futures::stream::iter(each).buffer_unordered(AT_A_TIME).try_collect().await?;
    let count = |wanted| taken.iter().filter(|(_, taken)| *taken == wanted).count();
    let (claimed, already) = (count(Taken::Claimed), count(Taken::Already));
    bad.extend(taken.iter().filter(|(_, taken)| *taken == Taken::Erased).map(|(line, _)| (*line, Mistake::Erased)));
    bad.sort_by_key(|(line, _)| *line);
    if claimed > 0 && !dry_run {
        wake(workspace, &channel.account).await?;
    }
    let lines: Vec<(u64, String)> =
        bad.iter().map(|(line, mistake)| (*line, mistake.words().of(say.language).to_owned())).collect();
    let json = json!({
        "channel_id": channel.id.as_str(), "encoding": encoding.name(), "dry_run": dry_run,
        "taken": claimed, "already": already,
        "bad": lines.iter().map(|(line, reason)| json!({"line": line, "reason": reason})).collect::<Vec<_>>(),
    });
    let text = to_text(say, encoding.name(), claimed, already, &lines, dry_run);
    Ok(Report { json, text, good: bad.is_empty() })
}

impl Import<'_> {
    async fn take(&self, friend: &Friend) -> Result<(u64, Taken), PortError> {
        let key = ConversationKey::person(&self.channel.id, &friend.user);
        if self.journal.erasure(&key).await?.is_marked() {
            return Ok((friend.line, Taken::Erased));
        }
        let link = self.links.of_user(&self.channel.id, &friend.user).await?;
        let is_so = link.as_ref().is_some_and(|link| match &friend.target {
            Target::Contact(contact) => link.value.contact == *contact,
            Target::ByLineUserId => true,
            _ => false,
        });
        let waiting = self.journal.claim(&key).await?.map(|waiting| waiting.value);
        let is_told = waiting.is_some_and(|claim| claim.by == ClaimedBy::Preset && claim.target == friend.target);
        if is_so || is_told {
            return Ok((friend.line, Taken::Already));
        }
        if !self.dry_run {
            let mut claim = Claim::new(ClaimedBy::Preset, friend.target.clone(), self.now_ms);
            if link.is_none() {
                // Of somebody who is linked already, LINE has told a newer name.
                claim.name = friend.name.clone();
                claim.picture = friend.picture.clone();
            }
            self.link.claim(self.channel, &friend.user, &claim).await?;
        }
        Ok((friend.line, Taken::Claimed))
    }
}

fn to_text(say: &Say, encoding: &str, claimed: usize, already: usize, bad: &[(u64, String)], dry_run: bool) -> String {
    let head = match (say.language, dry_run) {
        (Language::Japanese, false) => format!(
            "文字コード：{encoding}。{claimed}件を取り込みました。すでに取り込み済みの{already}件は変更していません。CRMへの反映は順に行われます。"
        ),
        (Language::Japanese, true) => {
            format!(
                "文字コード：{encoding}。{claimed}件を取り込みます。{already}件はすでに取り込み済みです。まだ何も変更していません。"
            )
        }
        (Language::English, false) => format!(
            "Encoding: {encoding}. {claimed} taken in; {already} were so already and stay as they are. The CRM follows one after the other."
        ),
        (Language::English, true) => {
            format!("Encoding: {encoding}. {claimed} would be taken in; {already} are so already. Nothing was changed.")
        }
    };
    let lines = bad.iter().map(|(line, reason)| match say.language {
        Language::Japanese => format!("- {line}行目：{reason}"),
        Language::English => format!("- line {line}: {reason}"),
    });
    [head].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
