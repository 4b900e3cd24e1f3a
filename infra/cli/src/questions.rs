//! Is this person that contact? Asked where an e-mail address alone is not to decide.

use musubi::domain::claim::Whom;
use musubi::domain::language::Language;
use musubi::ports::journal::write;
use serde_json::json;

use crate::args::QuestionsCommand;
use crate::failure::Failure;
use crate::person;
use crate::place::Place;
use crate::say::{Report, Say};
use crate::table::table;

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(place: &Place, say: &Say, command: &QuestionsCommand) -> Result<Report, Failure> {
    match command {
        QuestionsCommand::List => list(place, say).await,
        QuestionsCommand::Decide { question, same, .. } => decide(place, say, question, *same).await,
    }
}

async fn list(place: &Place, say: &Say) -> Result<Report, Failure> {
    let journal = place.parts.journal()?;
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    let accounts = place.channels()?.accounts().await?;
    let mut unreadable = accounts.unreadable;
    for account in accounts {
        let questions = journal.questions(&account.key).await?;
        unreadable += questions.unreadable;
        for question in questions {
            let (id, channel) = (question.conversation.hash(), question.conversation.channel);
            rows.push(vec![
                id.clone(),
                account.key.to_string(),
                channel.to_string(),
                question.contact.as_str().to_owned(),
            ]);
            all.push(json!({
                "question_id": id, "kind": account.key.kind.as_str(), "portal_id": account.key.id.as_str(),
                "channel_id": channel.as_str(), "contact_id": question.contact.as_str(),
            }));
        }
    }
    say.unreadable(unreadable);
    let heads = match say.language {
        Language::Japanese => ["質問ID", "CRMアカウント", "チャネル", "コンタクト"],
        Language::English => ["question", "CRM account", "channel", "contact"],
    };
    let mut text = table(&heads, &rows, say.language);
    if !rows.is_empty() {
        let how = say.pick(
            "LINEログインしたユーザーと同じメールアドレスのコンタクトです。本人かどうかを確認し、musubi questions decide で回答してください。",
            "Somebody logged in with LINE with this contact's e-mail address. Find out whether it is them, then say so with musubi questions decide.",
        );
        text = format!("{text}\n{how}");
    }
    Ok(Report::new(json!({ "questions": all }), text))
}

/// The answer is recorded before the question goes: a stop in between asks again.
async fn decide(place: &Place, say: &Say, id: &str, same: bool) -> Result<Report, Failure> {
    let journal = place.parts.journal()?;
    for account in place.channels()?.accounts().await? {
        let questions = journal.questions(&account.key).await?;
        let Some(question) = questions.into_iter().find(|question| question.conversation.hash() == id) else {
            continue;
        };
        let key = &question.conversation;
        if let (true, Some(user)) = (same, key.source.user()) {
            let channel = place.channel(key.channel.as_str()).await?.value;
            person::claim(place, &channel, user, Whom::Contact(question.contact.clone())).await?;
        }
        let _ = journal.commit(vec![write::answered(&account.key, key)]).await?;
        let text = if same {
            say.pick(
                "同一人物として記録しました。1分ほどで連携されます。",
                "Recorded as the same: linked within about a minute.",
            )
        } else {
            say.pick("別人として記録しました。連携は変わりません。", "Recorded as two; the links stay as they are.")
        };
        let json = json!({"question_id": id, "contact_id": question.contact.as_str(), "same": same});
        return Ok(Report::new(json, text));
    }
    Err(Failure::not_found(
        "その質問IDは見つかりません。musubi questions list で確認してください。",
        "No question has this ID. See musubi questions list.",
    ))
}
