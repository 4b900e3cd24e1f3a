//! One person on LINE: shown, linked, unlinked, erased. Their LINE user ID is read, never shown, and is no argument: arguments
//! stand in lists of processes and in shells' histories.

mod erase;
mod receipt;

use musubi::domain::channel::Channel;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::ids::{ContactId, LineUserId};
use musubi::domain::link::ContactLink;
use musubi::flow::link::Link;
use musubi::flow::person_state::PersonStates;
use musubi::flow::tend::Tend;
use serde_json::json;

use crate::args::{PersonCommand, Whose};
use crate::ask::Ask;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::{facts, moment};
use crate::workspace::Workspace;

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, ask: &mut Ask, say: &Say, command: &PersonCommand) -> Result<Report, Failure> {
    match command {
        PersonCommand::Show { channel, contact } => show(workspace, say, channel, contact).await,
        PersonCommand::Link { channel, contact, from_contact } => {
            let channel = workspace.channel(channel).await?;
            let user = match from_contact {
                Some(from) => linked(workspace, &channel, from).await?.user,
                None => asked(ask, say)?,
            };
            link(workspace, say, &channel, &user, contact).await
        }
        PersonCommand::Unlink { channel, whose } => {
            let channel = workspace.channel(channel).await?;
            let user = who(workspace, ask, say, &channel, whose).await?;
            unlink(workspace, say, &channel, &user).await
        }
        PersonCommand::Answered { channel, whose } => {
            let channel = workspace.channel(channel).await?;
            let user = who(workspace, ask, say, &channel, whose).await?;
            answered(workspace, say, &channel, &user).await
        }
        PersonCommand::Erase { channel, whose, yes } => erase::erase(workspace, ask, say, channel, whose, *yes).await,
    }
}

async fn show(workspace: &Workspace, say: &Say, channel: &str, contact: &str) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let account = workspace.accounts()?.find(&channel.account).await?.map(|found| found.value);
    let zone = account.map_or_else(|| "UTC".to_owned(), |account| account.time_zone);
    let states = PersonStates { journal: workspace.adapters.journal()?, links: workspace.adapters.link_reader()? };
    let state = states.of_contact(&channel.account, &channel.id, &ContactId::new(contact)).await?;
    let state = state.ok_or_else(nobody)?;
    let link = state.link.ok_or_else(nobody)?;
    let (blocked, unanswered) = (state.follows.map(|follows| !follows), state.unanswered_since_ms);
    let by = match link.by {
        None => say.pick("LINEユーザーIDで特定", "the LINE user ID"),
        Some(ClaimedBy::Login) => say.pick("LINEログイン", "LINE Login"),
        Some(ClaimedBy::Action) => say.pick("ワークフロー", "a workflow"),
        Some(ClaimedBy::Preset) => {
            say.pick("コンタクトに入力されたLINEユーザーID", "the LINE user ID written on the contact")
        }
        Some(ClaimedBy::AccountLink) => say.pick("アカウント連携", "account link"),
        Some(ClaimedBy::Operator) => say.pick("担当者の操作", "an operator"),
    };
    let follows = match blocked {
        Some(false) => say.pick("はい", "yes"),
        Some(true) => say.pick("いいえ（ブロック中）", "no (blocked)"),
        None => say.pick("不明", "not known"),
    };
    let waits = unanswered.map_or_else(|| say.pick("なし", "nothing").to_owned(), |at_ms| moment(at_ms, &zone));
    let text = facts(&[
        (say.pick("チャネル", "channel"), channel.id.to_string()),
        (say.pick("コンタクト", "contact"), link.contact.to_string()),
        (say.pick("連携日時", "linked since"), moment(link.linked_at_ms, &zone)),
        (say.pick("連携の根拠", "on the word of"), by.to_owned()),
        (say.pick("友だち", "follows"), follows.to_owned()),
        (say.pick("未返信（最初の受信）", "unanswered since"), waits),
    ]);
    let json = json!({
        "channel_id": channel.id.as_str(), "contact_id": link.contact.as_str(), "linked_at_ms": link.linked_at_ms,
        "by": link.by, "follows": blocked.map(|blocked| !blocked), "unanswered_since_ms": unanswered,
    });
    Ok(Report::new(json, text))
}

async fn link(
    workspace: &Workspace,
    say: &Say,
    channel: &Channel,
    user: &LineUserId,
    contact: &str,
) -> Result<Report, Failure> {
    let contact = ContactId::new(contact);
    let other = workspace.adapters.links()?.of_contact(&channel.account, &contact, &channel.id).await?;
    let replaces = other.is_some_and(|link| link.value.user != *user);
    claim(workspace, channel, user, Target::Contact(contact.clone())).await?;
    let mut text = say
        .pick(
            "受け付けました。1分ほどで連携が切り替わり、前のコンタクトのLINEプロパティーは空になります。コンタクトが存在しない場合は何も変わりません。",
            "Accepted. Within about a minute the link is switched, and the LINE properties of the contact before are emptied. If there is no such contact, nothing changes.",
        )
        .to_owned();
    if replaces {
        text.push('\n');
        text.push_str(say.pick(
            "このコンタクトには別の人が連携されています。その人の連携は外れます。",
            "Somebody else is linked to this contact: they lose the link.",
        ));
    }
    let json = json!({"channel_id": channel.id.as_str(), "contact_id": contact.as_str(), "accepted": true, "replaces": replaces});
    Ok(Report::new(json, text))
}

async fn unlink(workspace: &Workspace, say: &Say, channel: &Channel, user: &LineUserId) -> Result<Report, Failure> {
    claim(workspace, channel, user, Target::Unlinked).await?;
    let text = say.pick(
        "受け付けました。1分ほどで連携が外れ、コンタクトのLINEプロパティーは空になります。もう一度連携されるまで、この人のコンタクトは作成されません。\n\
         LINE側の同意はここからは取り消せません。取り消しには本人のアクセストークンが必要で、Musubiは保存していないためです。本人がLINEアプリの［設定］＞［アカウント］＞［連動アプリ］で解除できます。本人が自分で連携を解除するページでは、LINE側の同意も取り消されます。",
        "Accepted. Within about a minute the link is gone and the contact's LINE properties are empty. No contact is made for this person until they are linked again.\n\
         Their consent at LINE cannot be revoked from here: that takes the person's own access token, which Musubi never keeps. The person can do it in the LINE app, Settings > Account > Authorized apps. Their own page for unlinking revokes it, too.",
    );
    Ok(Report::new(json!({"channel_id": channel.id.as_str(), "accepted": true, "deauthorized_at_line": false}), text))
}

async fn answered(workspace: &Workspace, say: &Say, channel: &Channel, user: &LineUserId) -> Result<Report, Failure> {
    let tend = Tend { outbox: workspace.adapters.outbox()? };
    let waited = tend.answered(channel, user).await?;
    let text = match waited {
        true => say.pick(
            "返信済みにしました。コンタクトの「LINE 未返信」は1分ほどで「いいえ」になります。未完了のタスクはそのまま残ります。",
            "Noted as answered. Within about a minute the contact's “LINE unanswered” is No. An open task stays as it is.",
        ),
        false => say.pick("返信を待っているメッセージはありません。", "Nothing of theirs waits for an answer."),
    };
    Ok(Report::new(json!({"channel_id": channel.id.as_str(), "waited": waited}), text))
}

/// Says it on an operator's word; the dispatcher acts on it.
async fn claim(workspace: &Workspace, channel: &Channel, user: &LineUserId, target: Target) -> Result<(), Failure> {
    let clock = workspace.clock();
    let claim = Claim::new(ClaimedBy::Operator, target, clock.now_ms());
    let link = Link { outbox: workspace.adapters.outbox()? };
    Ok(link.claim(channel, user, &claim).await?)
}

async fn who(
    workspace: &Workspace,
    ask: &mut Ask,
    say: &Say,
    channel: &Channel,
    whose: &Whose,
) -> Result<LineUserId, Failure> {
    match &whose.contact {
        Some(contact) => Ok(linked(workspace, channel, contact).await?.user),
        None => asked(ask, say),
    }
}

async fn linked(workspace: &Workspace, channel: &Channel, contact: &str) -> Result<ContactLink, Failure> {
    let found = workspace.adapters.links()?.of_contact(&channel.account, &ContactId::new(contact), &channel.id).await?;
    found.map(|link| link.value).ok_or_else(nobody)
}

fn nobody() -> Failure {
    Failure::not_found(
        "このコンタクトには、このLINE公式アカウントの誰も連携されていません。",
        "Nobody on this LINE Official Account is linked to this contact.",
    )
}

/// A LINE user ID, which is not repeated.
fn asked(ask: &mut Ask, say: &Say) -> Result<LineUserId, Failure> {
    let answer = ask.secret(say.pick("LINEユーザーID", "LINE user ID"))?;
    let text = answer.as_ref().map_or("", |answer| answer.expose().trim());
    if !LineUserId::is_well_formed(text) {
        return Err(Failure::usage(
            "LINEユーザーIDの形式が正しくありません（Uと、それに続く32桁の0～9、a～f）。",
            "This is no LINE user ID (U and 32 digits 0-9, a-f).",
        ));
    }
    Ok(LineUserId::new(text))
}
