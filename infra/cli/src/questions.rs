//! Is this person that contact? Asked where an e-mail address alone is not to decide, and where two people and one contact
//! are in conflict.

use std::collections::BTreeSet;

use musubi::domain::ids::ContactId;
use musubi::domain::language::Language;
use musubi::domain::question::AskedBecause;
use musubi::flow::decide_question::{DecideQuestion, QuestionDecision, Sameness};
use musubi::flow::link::Link;
use musubi::flow::open_questions::OpenQuestions;
use serde_json::json;

use crate::args::QuestionsCommand;
use crate::failure::Failure;
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
    let questions = OpenQuestions { journal: workspace.adapters.journal()?, links: workspace.adapters.link_reader()? };
    let (mut rows, mut all, mut reasons) = (Vec::new(), Vec::new(), BTreeSet::new());
    let accounts = workspace.accounts()?.all().await?;
    let mut unreadable = accounts.unreadable;
    for account in accounts {
        let listed = questions.list(&account.key).await?;
        unreadable += listed.unreadable;
        for question in listed {
            let linked = question.linked.as_ref();
            rows.push(vec![
                question.id.clone(),
                account.key.to_string(),
                question.channel.to_string(),
                question.contact.to_string(),
                linked.map_or_else(|| "-".to_owned(), ToString::to_string),
                question.why.in_short().of(say.language).to_owned(),
            ]);
            reasons.insert(question.why);
            all.push(json!({
                "question_id": question.id, "kind": account.key.kind.as_str(), "account_id": account.key.id.as_str(),
                "channel_id": question.channel.as_str(), "contact_id": question.contact.as_str(),
                "linked_contact_id": linked.map(ContactId::as_str),
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
    let why = |why: AskedBecause| format!("{}: {}", why.in_short().of(say.language), why.words().of(say.language));
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

async fn decide(workspace: &Workspace, say: &Say, id: &str, same: bool) -> Result<Report, Failure> {
    let link = Link { outbox: workspace.adapters.outbox()? };
    let decide = DecideQuestion { channels: workspace.channels()?, link };
    let answer = if same { Sameness::Same } else { Sameness::Different };
    let mut decided = QuestionDecision::NotAsked;
    for account in workspace.accounts()?.all().await? {
        decided = decide.decide(&account.key, id, answer).await?;
        if decided != QuestionDecision::NotAsked {
            break;
        }
    }
    let question = match decided {
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
