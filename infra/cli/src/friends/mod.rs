//! The friends of an Official Account: taken in from a file or from LINE's own list, and taken out.

mod export;
mod file;
mod from_file;
mod from_line;
mod rows;

use serde_json::json;

use crate::args::FriendsCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::{facts, moment};
use crate::workspace::Workspace;

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &FriendsCommand) -> Result<Report, Failure> {
    match command {
        FriendsCommand::Import { channel, csv: Some(file), dry_run, .. } => {
            from_file::import(workspace, say, channel, file, *dry_run).await
        }
        FriendsCommand::Import { channel, page, .. } => from_line::import(workspace, say, channel, *page).await,
        FriendsCommand::Export { channel, file } => export::export(workspace, say, channel, file).await,
        FriendsCommand::Count { channel } => count(workspace, say, channel).await,
    }
}

async fn count(workspace: &Workspace, say: &Say, channel: &str) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let Some(import) = workspace.adapters.journal()?.friends_import(&channel.id).await? else {
        let text = say.pick(
            "LINEの友だちの一覧は、まだ取り込んでいません。Musubiに記録されているのは、接続後に友だち追加、メッセージの送信、ログインのいずれかをした方と、CSVで取り込んだ方だけです。認証済アカウントとプレミアムアカウントでは musubi friends import チャネルID --from-line で取り込めます。",
            "Friends were never taken in from LINE's list. Musubi knows only those who followed, wrote or logged in since it was connected, and those of CSV files. For a verified or premium account: musubi friends import CHANNEL_ID --from-line",
        );
        return Ok(Report::new(json!({"channel_id": channel.id.as_str(), "listed": null}), text));
    };
    let import = import.value;
    let time_zone = workspace.accounts()?.find(&channel.account).await?.map(|found| found.value.time_zone);
    let at = moment(import.at_ms, time_zone.as_deref().unwrap_or("Asia/Tokyo"));
    let so_far = if import.finished { "" } else { say.pick("（途中）", " (so far)") };
    let lines = facts(&[
        (say.pick("LINEの一覧にあった友だち", "friends on LINE's list"), format!("{}{so_far}", import.listed)),
        (say.pick("そのうち新たに記録した方", "of them new to Musubi"), import.new.to_string()),
        (say.pick("消去済みのため除いた方", "left out, since erased"), import.erased.to_string()),
        (say.pick("取り込み日時", "as of"), at),
    ]);
    let meaning = say.pick(
        "一覧の取り込みが終わった時点で、消去済みの方を除く全員がMusubiに記録されています。その後に友だち追加した方は、Webhookで記録します。この数は、その後の友だち追加やブロックでは変わりません。CRMにコンタクトを作成するかどうかは create_contacts の設定によります。",
        "When the list was through, Musubi knew all on it but those who were erased. Whoever follows later is known by webhook. The figure does not change by later follows and blocks. Whether somebody becomes a contact is the setting create_contacts.",
    );
    let json = json!({
        "channel_id": channel.id.as_str(), "listed": import.listed, "new": import.new, "erased": import.erased,
        "finished": import.finished, "at_ms": import.at_ms,
    });
    Ok(Report::new(json, format!("{lines}\n{meaning}")))
}
