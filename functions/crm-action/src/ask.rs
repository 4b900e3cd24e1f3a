//! What the workflow asks for, checked before anything is queued.

use musubi::domain::account::{CrmAccount, UnfilledTokens};
use musubi::domain::action::{ActionRequest, MessageInput};
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::language::Language;
use musubi::domain::not_after::parse_not_after;
use musubi::domain::push::{OutgoingMessage, PushId, PushOutcome};
use musubi::flow::accept::Asked;
use musubi::line::message::{self, InvalidMessage, Problem, Tokens};

/// Why nothing is queued: the outcome a workflow can branch on, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The outcome.
    pub outcome: PushOutcome,
    /// The reason, in the account's language.
    pub reason: String,
}

/// Checks everything that can be checked without asking anybody.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(account: &CrmAccount, request: &ActionRequest) -> Result<Asked, Refused> {
    let language = account.language;
    let execution = request.execution.as_ref().ok_or_else(|| {
        failed(language.pick(
            "HubSpotがこの実行を識別する番号を送ってこなかったため、二重送信を防げません。送信しませんでした。",
            "HubSpot did not say which execution this is, so a second send could not be told apart. Nothing was sent.",
        ))
    })?;
    let messages = messages(account, request)
        .map_err(|invalid| Refused { outcome: PushOutcome::InvalidMessage, reason: invalid.in_words(language) })?;
    let not_after_ms = match &request.not_after {
        Some(text) => Some(parse_not_after(text, &account.time_zone).map_err(|error| failed(error.words(language)))?),
        None => None,
    };
    Ok(Asked {
        id: PushId::of_action(account.key.kind, &account.key.id, &execution.parts()),
        callback: execution.callback().cloned(),
        contact: request.contact.clone(),
        channel: channel(account, request)?,
        to: recipient(language, request)?,
        messages,
        tag: tag(language, request)?,
        not_after_ms,
    })
}

fn messages(account: &CrmAccount, request: &ActionRequest) -> Result<Vec<OutgoingMessage>, InvalidMessage> {
    let property = |name: &str| {
        let sent = request.contact_properties.get(name).cloned();
        sent.or_else(|| account.asks_for(name).then(String::new))
    };
    let others_are_text = account.unfilled_tokens == UnfilledTokens::Send;
    let mut fields = Vec::new();
    for (field, input) in &request.messages {
        match input {
            MessageInput::Text(text) => fields.push((*field, text.as_str())),
            MessageInput::List => {
                return Err(InvalidMessage { field: (*field).to_owned(), problem: Problem::ListOfValues });
            }
        }
    }
    message::parse_fields(&fields, Tokens { property: &property, others_are_text })
}

fn channel(account: &CrmAccount, request: &ActionRequest) -> Result<ChannelId, Refused> {
    let language = account.language;
    match (&request.channel, account.channels.as_slice()) {
        (Some(chosen), channels) => channels.iter().find(|id| id.as_str() == chosen).cloned().ok_or_else(|| {
            failed(language.pick(
                "選択されたLINE公式アカウントは、このHubSpotアカウントと連携されていません。",
                "The chosen LINE Official Account is not connected to this HubSpot account.",
            ))
        }),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(failed(language.pick(
            "このHubSpotアカウントと連携しているLINE公式アカウントがありません。",
            "No LINE Official Account is connected to this HubSpot account.",
        ))),
        (None, _) => Err(failed(language.pick(
            "LINE公式アカウントが複数あります。「channel」で送信元を選んでください。",
            "There are several LINE Official Accounts. Choose one in “channel”.",
        ))),
    }
}

fn recipient(language: Language, request: &ActionRequest) -> Result<Option<LineUserId>, Refused> {
    match &request.line_user_id {
        None if request.is_other_record => Err(failed(language.pick(
            "コンタクト以外のレコードで実行されたため、送信先がわかりません。コンタクトのワークフローで使用するか、「line_user_id」に\
             送信先を指定してください。",
            "The workflow runs on a record that is not a contact, so there is nobody to send to. Use the action in a workflow for \
             contacts, or say in “line_user_id” to whom.",
        ))),
        Some(user) if !LineUserId::is_well_formed(user.expose()) => Err(failed(language.pick(
            "「line_user_id」がLINEユーザーID（Uで始まる33文字）ではありません。",
            "“line_user_id” is not a LINE user ID (33 characters that begin with U).",
        ))),
        user => Ok(user.clone()),
    }
}

fn tag(language: Language, request: &ActionRequest) -> Result<Option<String>, Refused> {
    match &request.tag {
        Some(tag) if !message::is_aggregation_unit(tag) => Err(failed(language.pick(
            "「tag」には半角英数字とアンダースコアを30文字以内で入力してください。",
            "“tag” takes at most 30 letters, digits and underscores.",
        ))),
        tag => Ok(tag.clone()),
    }
}

fn failed(reason: &str) -> Refused {
    Refused { outcome: PushOutcome::Failed, reason: reason.to_owned() }
}
