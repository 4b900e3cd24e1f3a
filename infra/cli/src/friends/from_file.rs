//! `friends import --csv`: each row is a claim, and the dispatcher acts on it.

use std::path::Path;

use musubi::domain::language::Language;
use musubi::flow::preset_friends::{PresetFriend, PresetFriends, PresetResult};
use serde_json::json;

use super::rows::{Friend, Mistake};
use super::{file, rows};
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

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
    let preset = PresetFriends { links: workspace.adapters.link_reader()?, outbox: workspace.adapters.outbox()? };
    let row = |Friend { line, user, target, name, picture }| (line, PresetFriend { user, target, name, picture });
    let (on, friends): (Vec<u64>, Vec<PresetFriend>) = good.into_iter().map(row).unzip();
    let taken = preset.preset(&channel, &friends, dry_run).await?;
    let count = |wanted| taken.iter().filter(|taken| **taken == wanted).count();
    let (claimed, already) = (count(PresetResult::Claimed), count(PresetResult::Already));
    let erased = on.iter().zip(&taken).filter(|(_, taken)| **taken == PresetResult::Erased);
    bad.extend(erased.map(|(line, _)| (*line, Mistake::Erased)));
    bad.sort_by_key(|(line, _)| *line);
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
