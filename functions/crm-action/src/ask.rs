//! What the workflow asks for, checked before anything is queued.

use musubi::domain::account::{CrmAccount, UnfilledTokens};
use musubi::domain::action::{ActionRequest, Execution, MessageInput, Purpose};
use musubi::domain::consent::Consent;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::language::Language;
use musubi::domain::not_after::parse_not_after;
use musubi::domain::push::{OutgoingMessage, PushId, PushOutcome, Refused, SettlementNote};
use musubi::domain::words::{ended, no_consent, refused_here};
use musubi::flow::accept::{PushRequest, TurnedDown};
use musubi::line::message::{self, InvalidMessage, Problem, Tokens};

/// Why nothing is queued: the outcome a workflow can branch on, why, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// The outcome, and why.
    pub refused: Refused,
    /// The reason, in the account's language: who refused, why, what to do.
    pub reason: String,
}

/// Checks everything that can be checked without asking anybody.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(account: &CrmAccount, request: &ActionRequest) -> Result<PushRequest, TurnedAway> {
    let language = account.language;
    let failed = |note| turned_away(language, PushOutcome::Failed, note);
    let execution = request.execution.as_ref().ok_or_else(|| failed(SettlementNote::NoExecution))?;
    let not_after_ms = match &request.not_after {
        Some(text) => Some(parse_not_after(text, &account.time_zone).map_err(|error| {
            let reason = refused_here(error.words(language), language);
            TurnedAway { reason, ..failed(SettlementNote::BadNotAfter) }
        })?),
        None => None,
    };
    if request.is_other_record && request.line_user_id.is_none() {
        return Err(failed(SettlementNote::NotAContact));
    }
    if request.line_user_id.as_ref().is_some_and(|user| !LineUserId::is_well_formed(user.expose())) {
        return Err(failed(SettlementNote::BadUserId));
    }
    if request.tag.as_ref().is_some_and(|tag| !message::is_aggregation_unit(tag)) {
        return Err(failed(SettlementNote::BadTag));
    }
    let consent = account.consent.as_ref().filter(|_| request.purpose == Purpose::Marketing);
    if let Some(consent) = consent {
        check_consent(consent, request, language)?;
    }
    let asked = PushRequest {
        id: id_of(account, execution),
        callback: execution.callback().cloned(),
        contact: request.contact.clone(),
        channel: channel(account, request).map_err(failed)?,
        to: request.line_user_id.clone(),
        messages: messages(account, request).map_err(|invalid| TurnedAway {
            reason: refused_here(&invalid.in_words(language), language),
            ..turned_away(language, PushOutcome::InvalidMessage, SettlementNote::BadMessage)
        })?,
        purpose: request.purpose,
        tag: request.tag.clone(),
        not_after_ms,
        by_consent: consent.is_some(),
    };
    if message::fits_a_row(&asked.messages, asked.tag.as_deref()) {
        Ok(asked)
    } else {
        Err(turned_away(language, PushOutcome::InvalidMessage, SettlementNote::TooLarge))
    }
}

/// Whether the contact has agreed, by what the CRM sent along of it. What it did not send is no yes.
fn check_consent(consent: &Consent, request: &ActionRequest, language: Language) -> Result<(), TurnedAway> {
    let properties = &request.contact_properties;
    if request.contact.is_none() {
        return Err(turned_away(language, PushOutcome::NoConsent, SettlementNote::WhoseConsent));
    }
    if consent.is_given(properties) {
        return Ok(());
    }
    let was_told = properties.get(&consent.property).is_some_and(|said| !said.trim().is_empty());
    let refused = Refused { outcome: PushOutcome::NoConsent, note: SettlementNote::NotAgreed };
    Err(TurnedAway { refused, reason: no_consent(consent, was_told, language) })
}

/// What the record says of a request that was turned away. `None`: it names no record, or no execution, and a repeat could
/// not be told apart.
pub fn turned_down(account: &CrmAccount, request: &ActionRequest, refused: Refused) -> Option<TurnedDown> {
    // Where none is right, any will do: whose conversation the contact's is on it, if anybody's, shows what happened.
    let channel = channel(account, request).ok().or_else(|| account.channels.first().cloned());
    Some(TurnedDown {
        id: id_of(account, request.execution.as_ref()?),
        contact: request.contact.clone()?,
        channel: channel.unwrap_or_else(|| ChannelId::new("-")),
        refused,
    })
}

/// Why, in words that are the same for everybody.
pub fn turned_away(language: Language, outcome: PushOutcome, note: SettlementNote) -> TurnedAway {
    TurnedAway { refused: Refused { outcome, note }, reason: ended(outcome, Some(note), language) }
}

fn id_of(account: &CrmAccount, execution: &Execution) -> PushId {
    PushId::of_action(account.key.kind, &account.key.id, &execution.parts())
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

fn channel(account: &CrmAccount, request: &ActionRequest) -> Result<ChannelId, SettlementNote> {
    match (&request.channel, account.channels.as_slice()) {
        (Some(chosen), channels) => {
            channels.iter().find(|id| id.as_str() == chosen).cloned().ok_or(SettlementNote::BadChannel)
        }
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(SettlementNote::NoChannel),
        (None, _) => Err(SettlementNote::WhichChannel),
    }
}
