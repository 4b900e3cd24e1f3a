//! Everything about a person goes, after a person has agreed to it.

use musubi::domain::ids::ContactId;
use musubi::flow::erase::{Erase, Who};

use super::{asked, receipt};
use crate::args::Whose;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// Erases, and gives the receipt.
///
/// # Errors
/// See [`Failure`]; not confirmed: nothing was removed.
pub async fn erase(
    workspace: &Workspace,
    ask: &mut Ask,
    say: &Say,
    channel: &str,
    whose: &Whose,
    yes: bool,
) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let who = match &whose.contact {
        Some(contact) => Who::Contact(ContactId::new(contact)),
        None => Who::User(asked(ask, say)?),
    };
    if !yes {
        say.note(say.pick(
            "次のものが削除され、元に戻せません。\n\
             ・コンタクトとの連携（コンタクトのLINEプロパティーは1分ほどで空になります）\n\
             ・まだメモになっていないメッセージ、送信待ちのメッセージ、保留中の送信の本文\n\
             ・友だちの状態、未返信の状態、CRMへの書き込み予定\n\
             CRMに書き込み済みのメモとタスクは残ります。必要に応じてCRMで削除してください。",
            "This is removed and cannot be brought back:\n\
             - the link to the contact (its LINE properties are emptied within about a minute)\n\
             - messages that are in no note yet, messages waiting to be sent, texts of sends waiting for a decision\n\
             - whether they follow, whether they wait for an answer, what was still to be written to the CRM\n\
             Notes and tasks that are in the CRM stay; delete them there if they are to go.",
        ));
        if !ask.yes(say.pick("この人の情報を消去しますか？", "Erase this person?"))? {
            return Err(Failure::failed(
                "確認されなかったため、何も変更していません。確認を省略するには --yes を付けてください。",
                "Not confirmed; nothing was changed. --yes answers the question beforehand.",
            ));
        }
    }
    let erase = Erase { links: workspace.adapters.links()?, settle: workspace.settle()? };
    let receipt = erase.erase(&channel.account, &channel.id, &who).await?;
    let mut json = serde_json::to_value(&receipt).expect("numbers and IDs are JSON");
    json["channel_id"] = channel.id.as_str().into();
    Ok(Report::new(json, receipt::words(&receipt, say)))
}
