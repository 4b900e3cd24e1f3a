//! What was dead-lettered: shown by reason and age, never by content, and sent back.

use std::sync::Arc;

use musubi::aws::SqsDeadLetters;
use musubi::config::{self, QueueUrls};
use musubi::domain::language::Language;
use musubi::domain::queue_kind::QueueKind;
use musubi::flow::send_back::{DeadLetterQueues, SendBack};
use musubi::ports::DeadLetters;
use musubi::ports::dead_letters::Which;
use serde_json::{Value, json};

use crate::args::{DeadLettersCommand, QueueName};
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::{span, table};
use crate::workspace::Workspace;

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &DeadLettersCommand) -> Result<Report, Failure> {
    match command {
        DeadLettersCommand::List { queue } => list(workspace, say, *queue).await,
        DeadLettersCommand::Redrive { queue, id, all: _ } => redrive(workspace, say, *queue, id.as_deref()).await,
    }
}

fn queues(asked: Option<QueueName>) -> Vec<QueueKind> {
    asked.map_or_else(|| QueueKind::ALL.to_vec(), |queue| vec![queue.kind()])
}

/// A queue's dead letters.
///
/// # Errors
/// Nobody said where they are.
pub fn open(workspace: &Workspace, queue: QueueKind) -> Result<Arc<dyn DeadLetters>, Failure> {
    let urls: QueueUrls = match queue {
        QueueKind::Inbox => config::inbox_queue(&workspace.environment)?,
        QueueKind::Push => config::push_queue(&workspace.environment)?,
        QueueKind::Crm => config::crm_queue(&workspace.environment)?,
        QueueKind::Notices => config::notice_queue(&workspace.environment)?,
    };
    let Some(letters) = SqsDeadLetters::new(workspace.adapters.aws().sqs().clone(), urls) else {
        let name = queue.as_str();
        return Err(Failure::usage(
            format!("キュー {name} のデッドレターキューのURLが設定されていません。--outputs FILE を指定してください。"),
            format!("The address of the dead-letter queue of {name} is not set. Name the stack with --outputs FILE."),
        ));
    };
    Ok(Arc::new(letters))
}

async fn list(workspace: &Workspace, say: &Say, asked: Option<QueueName>) -> Result<Report, Failure> {
    let now_ms = workspace.clock().now_ms();
    let (mut rows, mut letters, mut totals) = (Vec::new(), Vec::new(), serde_json::Map::new());
    let moved_by_sqs = say.pick("処理が20回完了しませんでした", "not done after 20 tries");
    for queue in queues(asked) {
        let listing = open(workspace, queue)?.list().await?;
        for letter in &listing.letters {
            let age_ms = (now_ms - letter.since_ms).max(0);
            rows.push(vec![
                queue.as_str().to_owned(),
                letter.id.clone(),
                span(age_ms),
                letter.group.clone().unwrap_or_default(),
                letter.reason.clone().unwrap_or_else(|| moved_by_sqs.to_owned()),
            ]);
            letters.push(json!({
                "queue": queue.as_str(), "id": letter.id, "since_ms": letter.since_ms, "age_s": age_ms / 1000,
                "group": letter.group, "reason": letter.reason,
            }));
        }
        totals.insert(queue.as_str().to_owned(), json!(listing.total));
    }
    let heads = match say.language {
        Language::Japanese => ["キュー", "ID", "経過", "対象", "理由"],
        Language::English => ["queue", "id", "age", "for", "reason"],
    };
    let mut text = table(&heads, &rows, say.language);
    let total: u64 = totals.values().filter_map(Value::as_u64).sum();
    if total > letters.len() as u64 {
        let hidden = say
            .pick("（ほかにも、まだ表示できないメッセージがあります）", "(there are more, which cannot be seen yet)");
        text = format!("{text}\n{hidden}");
    }
    Ok(Report::new(json!({"dead_letters": letters, "totals": totals}), text))
}

async fn redrive(
    workspace: &Workspace,
    say: &Say,
    asked: Option<QueueName>,
    id: Option<&str>,
) -> Result<Report, Failure> {
    let (mut letters, mut missing) = (DeadLetterQueues::default(), None);
    for queue in queues(asked) {
        match open(workspace, queue) {
            Ok(opened) => letters = letters.with(queue, opened),
            Err(failure) => {
                missing = Some(failure);
                break;
            }
        }
    }
    let moved = SendBack { queues: letters }.send_back(id.map_or(Which::ALL, Which::one)).await?;
    // What was found needs no other queue.
    if let Some(missing) = missing.filter(|_| id.is_none() || moved == 0) {
        return Err(missing);
    }
    if id.is_some() && moved == 0 {
        return Err(Failure::not_found(
            "そのIDのメッセージはデッドレターキューに見つかりません。ほかの人が表示中の場合は、1分後にもう一度実行してください。",
            "No dead letter has this ID. If somebody else is looking at it, try again in a minute.",
        ));
    }
    let text = match say.language {
        Language::Japanese => format!("{moved} 件を元のキューに戻しました。"),
        Language::English => format!("{moved} sent back to their queue."),
    };
    Ok(Report::new(json!({"redriven": moved}), text))
}
