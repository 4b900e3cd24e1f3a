//! Is this person that contact? Asked where an e-mail address alone is not to decide, and where two people and one contact
//! are in conflict.

use std::collections::BTreeSet;

use musubi::domain::ids::ContactId;
use musubi::domain::language::Language;
use musubi::flow::decide_question::{DecideQuestion, QuestionDecision, Sameness};
use musubi::flow::link::Link;
use musubi::store::journal::AskedBecause;
use serde_json::json;

use crate::args::QuestionsCommand;
use crate::failure::{Failure, Words};
use crate::say::{Report, Say};
use crate::table::table;
use crate::workspace::{Workspace, no_channel};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &QuestionsCommand) -> Result<Report, Failure> {
    match command {
        QuestionsCommand::List => list(workspace, say).await,
        QuestionsCommand::Decide { question, same, .. } => decide(workspace, say, question, *same).await,
    }
}

async fn list(workspace: &Workspace, say: &Say) -> Result<Report, Failure> {
    let (journal, links) = (workspace.adapters.journal()?, workspace.adapters.links()?);
    let (mut rows, mut all, mut reasons) = (Vec::new(), Vec::new(), BTreeSet::new());
    let accounts = workspace.accounts()?.all().await?;
    let mut unreadable = accounts.unreadable;
    for account in accounts {
        let questions = journal.questions(&account.key).await?;
        unreadable += questions.unreadable;
        for question in questions {
            let (id, channel) = (question.conversation.hash(), &question.conversation.channel);
            let link = match question.conversation.source.user() {
                Some(user) => links.of_user(channel, user).await?,
                None => None,
            };
            let linked = link.map(|link| link.value).filter(|link| link.account == account.key);
            let linked = linked.map(|link| link.contact);
            if linked.as_ref() == Some(&question.contact) {
                // Somebody has linked the two otherwise.
                continue;
            }
            rows.push(vec![
                id.clone(),
                account.key.to_string(),
                channel.to_string(),
                question.contact.to_string(),
                linked.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                short(question.why).of(say.language).to_owned(),
            ]);
            reasons.insert(question.why);
            all.push(json!({
                "question_id": id, "kind": account.key.kind.as_str(), "account_id": account.key.id.as_str(),
                "channel_id": channel.as_str(), "contact_id": question.contact.as_str(),
                "linked_contact_id": linked.as_ref().map(ContactId::as_str),
                "why": question.why, "asked_at_ms": question.asked_at_ms,
            }));
        }
    }
    say.unreadable(unreadable);
    let heads = match say.language {
        Language::Japanese => ["質問ID", "CRMアカウント", "チャネル", "このコンタクトですか？", "現在の連携先", "理由"],
        Language::English => ["question", "CRM account", "channel", "is this contact?", "linked to now", "why"],
    };
    let mut lines = vec![table(&heads, &rows, say.language)];
    let why = |why: AskedBecause| format!("{}: {}", short(why).of(say.language), long(why).of(say.language));
    lines.extend(reasons.into_iter().map(why));
    lines.extend((!rows.is_empty()).then(|| {
        say.pick(
            "両方のコンタクトとトークを確認し、musubi questions decide で回答してください。--same では、このコンタクトに連携を移します（ほかの人が連携されている場合、その人の連携は外れます）。--different では、連携は変わりません。",
            "Look at both contacts and at the chat, then say so with musubi questions decide. --same moves the link to this contact (whoever else is linked to it loses the link); --different leaves the links as they are.",
        )
        .to_owned()
    }));
    Ok(Report::new(json!({ "questions": all }), lines.join("\n")))
}

/// Why it is asked, for a list.
fn short(why: AskedBecause) -> Words {
    match why {
        AskedBecause::Email => Words::new("同じメールアドレス", "same address"),
        AskedBecause::EmailTaken => Words::new("同じメールアドレス、別の人と連携中", "same address, taken"),
        AskedBecause::NameTaken => Words::new("LINEユーザーIDが記入済み、別の人と連携中", "names the person, taken"),
        AskedBecause::Merged => Words::new("コンタクトの統合", "merged"),
        AskedBecause::Sent => Words::new("ワークフローで指定", "named by a workflow"),
        AskedBecause::Other => Words::new("不明", "not known"),
    }
}

/// What happened, and what Musubi did meanwhile.
fn long(why: AskedBecause) -> Words {
    match why {
        AskedBecause::Email => Words::new(
            "LINEログインした人と同じメールアドレスのコンタクトです。",
            "Somebody logged in with LINE with this contact's e-mail address.",
        ),
        AskedBecause::EmailTaken => Words::new(
            "LINEログインなどで示されたメールアドレスのコンタクトですが、LINEの別の人のものになっています。この人は連携していません。",
            "Somebody showed this contact's e-mail address, but the contact belongs to another person on LINE. They were not linked to it.",
        ),
        AskedBecause::NameTaken => Words::new(
            "コンタクトの「LINE ユーザーID」にはこの人のIDが入っていますが、コンタクトはLINEの別の人と連携されています。回答があるまで、この人のコンタクトは作成されません。",
            "The contact's “LINE user ID” names this person, but the contact is linked to another person on LINE. Until you answer, this person has no contact.",
        ),
        AskedBecause::Merged => Words::new(
            "それぞれLINEの人と連携していた2つのコンタクトが統合されました。もう一方の人の連携を残し、この人の連携を外しました。",
            "Two contacts that were linked to people on LINE were merged. The other person stays linked; this one is not any more.",
        ),
        AskedBecause::Sent => Words::new(
            "ワークフローが、このコンタクトからこの人のLINEユーザーIDを指定して送信しました。メッセージは届きましたが、どちらかがすでに別の相手と連携されているため、連携は変更していません。",
            "A workflow on this contact sent to this person's LINE user ID. The message was sent, but one of the two is linked to another, so the links were left as they are.",
        ),
        AskedBecause::Other => Words::new("別のバージョンのMusubiによる質問です。", "Another version of Musubi asks."),
    }
}

async fn decide(workspace: &Workspace, say: &Say, id: &str, same: bool) -> Result<Report, Failure> {
    let link = Link { outbox: workspace.adapters.outbox()? };
    let decide = DecideQuestion { accounts: workspace.accounts()?, channels: workspace.channels()?, link };
    let answer = if same { Sameness::Same } else { Sameness::Different };
    let question = match decide.decide(id, answer).await? {
        QuestionDecision::Recorded(question) => question,
        QuestionDecision::NoChannel => return Err(no_channel()),
        QuestionDecision::NotAsked => {
            return Err(Failure::not_found(
                "その質問IDは見つかりません。musubi questions list で確認してください。",
                "No question has this ID. See musubi questions list.",
            ));
        }
    };
    let text = if same {
        say.pick(
            "同一人物として記録しました。1分ほどで連携されます。",
            "Recorded as the same: linked within about a minute.",
        )
    } else {
        say.pick(
            "別人として記録しました。連携は変わりません。同じ質問は30日間表示されません。",
            "Recorded as two; the links stay as they are. The same is not asked again for 30 days.",
        )
    };
    Ok(Report::new(json!({"question_id": id, "contact_id": question.contact.as_str(), "same": same}), text))
}
