//! Messages whose end cannot be known: shown without text or person, decided by a person.

use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::language::Language;
use musubi::domain::push::{Push, PushId};
use musubi::flow::decide::{Decide, Verdict};
use musubi::flow::parked_sends::ParkedSends;
use serde_json::json;

use crate::args::ParkedCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::{moment, table};
use crate::workspace::Workspace;

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &ParkedCommand) -> Result<Report, Failure> {
    match command {
        ParkedCommand::List { account: Some(portal), kind } => {
            let account = workspace.account(*kind, portal).await?;
            list(workspace, say, &[account]).await
        }
        ParkedCommand::List { account: None, .. } => {
            let accounts = workspace.accounts()?.all().await?;
            say.unreadable(accounts.unreadable);
            list(workspace, say, &accounts).await
        }
        ParkedCommand::Decide { push_id, shown, .. } => {
            decide(workspace, say, push_id, if *shown { Verdict::Shown } else { Verdict::NotShown }).await
        }
    }
}

async fn list(workspace: &Workspace, say: &Say, accounts: &[CrmAccount]) -> Result<Report, Failure> {
    let sends = ParkedSends { journal: workspace.adapters.journal()? };
    let (mut rows, mut parked, mut unreadable) = (Vec::new(), Vec::new(), 0);
    for account in accounts {
        let listed = sends.list(&account.key, usize::MAX).await?;
        unreadable += listed.unreadable;
        for send in listed {
            let contact = send.contact.as_ref().map(|contact| contact.as_str().to_owned());
            rows.push(vec![
                send.id.to_string(),
                account.key.to_string(),
                send.channel.to_string(),
                contact.clone().unwrap_or_default(),
                moment(send.first_attempt_at_ms, &account.time_zone),
            ]);
            parked.push(json!({
                "push_id": send.id.to_string(), "kind": account.key.kind.as_str(), "account_id": account.key.id.as_str(),
                "channel_id": send.channel.as_str(), "contact_id": contact,
                "first_attempt_at_ms": send.first_attempt_at_ms, "attempts": send.attempts,
            }));
        }
    }
    say.unreadable(unreadable);
    let heads = match say.language {
        Language::Japanese => ["送信ID", "CRMアカウント", "チャネル", "コンタクト", "最初の送信"],
        Language::English => ["push id", "CRM account", "channel", "contact", "first attempt"],
    };
    let mut text = table(&heads, &rows, say.language);
    if !rows.is_empty() {
        let how = say.pick(
            "LINE Official Account Managerのチャットで届いたかどうかを確認し、musubi parked decide で結果を登録してください。",
            "See in the chat of LINE Official Account Manager whether it arrived, then say so with musubi parked decide.",
        );
        text = format!("{text}\n{how}");
    }
    Ok(Report::new(json!({ "parked": parked }), text))
}

async fn decide(workspace: &Workspace, say: &Say, push_id: &str, verdict: Verdict) -> Result<Report, Failure> {
    let unknown = || {
        Failure::not_found(
            "その送信IDは見つかりません。musubi parked list で確認してください。",
            "No message has this push ID. See musubi parked list.",
        )
    };
    let id = PushId::parse(push_id)
        .ok_or_else(|| Failure::usage("送信IDの形式が正しくありません。", "This is no push ID."))?;
    let push: Push = workspace.adapters.journal()?.push(id).await?.ok_or_else(unknown)?.value;
    let settle = workspace.settle()?;
    if !(Decide { settle }).decide(id, verdict).await? {
        return Err(Failure::failed(
            "この送信は決定待ちではありません（すでに結果が確定しているか、まだ送信中です）。何も変更していません。",
            "This message waits for no decision: it is settled, or still being sent. Nothing was changed.",
        ));
    }
    let account: CrmAccountKey = push.account;
    let text = match verdict {
        Verdict::Shown => say.pick(
            "「届いた」として記録しました。ワークフローとタイムラインに反映されます。",
            "Recorded as shown. The workflow and the timeline will hear of it.",
        ),
        Verdict::NotShown => say.pick(
            "「届いていない」として記録しました。自動では再送されません。",
            "Recorded as not shown. It is not sent again by itself.",
        ),
    };
    let json =
        json!({"push_id": id.to_string(), "account_id": account.id.as_str(), "shown": verdict == Verdict::Shown});
    Ok(Report::new(json, text))
}
