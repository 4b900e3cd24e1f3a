//! The inbox by custom channels: the app's channel, the accounts in it, messages in and what became of those out.
//!
//! Sources: HubSpot's reference of custom channels and of the conversations API (2026-03), and, for the shape of capabilities, four
//! public integrations. What a known key is answered is a switch.

use serde_json::{Value, json};

use super::inbox_state::{ChannelAccount, CustomChannel, InboxEntry};
use super::inputs::number;
use super::problem::Problem;
use super::state::{State, iso};
use crate::fake::wire::{Answer, ApiRequest};

const IDENTIFIERS: [&str; 4] = ["CHANNEL_SPECIFIC_OPAQUE_ID", "HS_EMAIL_ADDRESS", "HS_PHONE_NUMBER", "HS_SHORT_CODE"];

const USAGES: [&str; 5] = ["IMAGE", "AUDIO", "VOICE_RECORDING", "STICKER", "OTHER"];

fn invalid(what: &str) -> Problem {
    Problem::validation(what)
}

fn text<'v>(body: &'v Value, name: &str) -> Result<&'v str, Problem> {
    body[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| invalid(&format!("{name} is required")))
}

fn body_of(asked: &ApiRequest) -> Result<Value, Problem> {
    asked.json().filter(Value::is_object).ok_or_else(|| invalid("Invalid input JSON"))
}

/// `GET` and `POST /conversations/custom-channels/{V}?hapikey=&appId=` and `PATCH .../{channelId}`: with the developer's key, and no token.
pub(crate) fn channel(state: &mut State, id: Option<&str>, asked: &ApiRequest) -> Result<Answer, Problem> {
    if asked.query_value("hapikey").is_none_or(|key| key != state.app.developer_key) {
        return Err(Problem::new(401, "INVALID_AUTHENTICATION", "The developer API key is wrong or missing."));
    }
    if asked.query_value("appId").is_none_or(|app| app != state.app.app_id.to_string()) {
        return Err(invalid("appId is not an app of this developer account"));
    }
    if asked.method == "GET" {
        let json = |it: &CustomChannel| json!({"id": it.id.to_string(), "name": it.name, "webhookUrl": it.webhook_url});
        let results: Vec<Value> = state.inbox.channels.iter().map(json).collect();
        return Ok(Answer::json(200, &json!({"results": results, "total": results.len()})));
    }
    let body = body_of(asked)?;
    capabilities(&body["capabilities"])?;
    let (name, webhook_url) = (text(&body, "name")?.to_owned(), text(&body, "webhookUrl")?.to_owned());
    let capabilities = body["capabilities"].clone();
    let id = match id {
        Some(id) => {
            let known = state.inbox.channels.iter_mut().find(|channel| channel.id.to_string() == id);
            let known = known.ok_or_else(Problem::not_found)?;
            (known.name, known.webhook_url, known.capabilities) = (name.clone(), webhook_url, capabilities);
            known.id
        }
        None => {
            let id = 1_000_000 + state.ids.number();
            state.inbox.channels.push(CustomChannel { id, name: name.clone(), webhook_url, capabilities });
            id
        }
    };
    Ok(Answer::json(200, &json!({"id": id.to_string(), "name": name, "createdAt": iso(state.now_ms())})))
}

/// Lists hold strings: objects in them are refused (seen by integrations).
fn capabilities(given: &Value) -> Result<(), Problem> {
    let is_list = |name: &str| given[name].as_array().is_some_and(|list| list.iter().all(Value::is_string));
    let refused = || {
        let mut problem = invalid("Channel capabilities are not valid");
        problem.errors = vec![json!({"code": "INVALID_CHANNEL_CAPABILITY_VALUES"})];
        problem
    };
    let known = given["deliveryIdentifierTypes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let are_known = known.into_iter().all(|kind| IDENTIFIERS.contains(&kind));
    let has_model =
        ["INTEGRATION_THREAD_ID", "DELIVERY_IDENTIFIER"].iter().any(|model| given["threadingModel"] == *model);
    match is_list("deliveryIdentifierTypes") && is_list("richText") && are_known && has_model {
        true => Ok(()),
        false => Err(refused()),
    }
}

/// `GET /conversations/v3/conversations/inboxes`.
pub(crate) fn inboxes(state: &mut State, portal_id: u64) -> Answer {
    let inboxes = &state.portal(portal_id).spec.inboxes;
    let results: Vec<Value> =
        inboxes.iter().map(|(id, name)| json!({"id": id, "name": name, "type": "INBOX", "archived": false})).collect();
    Answer::json(200, &json!({"results": results, "total": results.len()}))
}

/// `GET .../{channelId}/channel-accounts`.
pub(crate) fn accounts(state: &State, portal_id: u64, channel: &str) -> Answer {
    let of = state.inbox.accounts.iter().filter(|it| it.portal_id == portal_id && it.channel_id.to_string() == channel);
    let results: Vec<Value> = of.map(account_json).collect();
    Answer::json(200, &json!({"results": results, "total": results.len()}))
}

fn account_json(account: &ChannelAccount) -> Value {
    json!({
        "id": account.id.to_string(), "channelId": account.channel_id.to_string(), "inboxId": account.inbox_id,
        "name": account.name, "authorized": account.authorized, "active": account.authorized, "archived": false,
        "deliveryIdentifier": {"type": IDENTIFIERS[0], "value": account.identifier},
    })
}

/// `POST .../{channelId}/channel-accounts`.
pub(crate) fn connect(state: &mut State, portal_id: u64, channel: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let channel_id = known_channel(state, channel)?.id;
    let body = body_of(asked)?;
    let (inbox_id, name) = (text(&body, "inboxId")?.to_owned(), text(&body, "name")?.to_owned());
    let identifier = identifier(&body["deliveryIdentifier"])?;
    if !state.portal(portal_id).spec.inboxes.iter().any(|(id, _)| *id == inbox_id) {
        return Err(invalid("there is no such inbox"));
    }
    let mut others = state.inbox.accounts.iter();
    if others.any(|it| it.portal_id == portal_id && it.channel_id == channel_id && it.identifier == identifier) {
        return Err(Problem::new(409, "CONFLICT", "The delivery identifier is connected already."));
    }
    let authorized = body["authorized"].as_bool().unwrap_or(false);
    let id = 2_000_000 + state.ids.number();
    let account = ChannelAccount { id, portal_id, channel_id, inbox_id, name, identifier, authorized };
    let answer = Answer::json(200, &account_json(&account));
    state.inbox.accounts.push(account);
    Ok(answer)
}

/// `PATCH .../{channelId}/channel-accounts/{id}`.
pub(crate) fn change_account(
    state: &mut State,
    portal_id: u64,
    id: &str,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let body = body_of(asked)?;
    let mut all = state.inbox.accounts.iter_mut();
    let account = all.find(|it| it.portal_id == portal_id && it.id.to_string() == id).ok_or_else(Problem::not_found)?;
    account.authorized = body["authorized"].as_bool().unwrap_or(account.authorized);
    account.name = body["name"].as_str().unwrap_or(&account.name).to_owned();
    Ok(Answer::json(200, &account_json(account)))
}

/// `POST .../{channelId}/messages`. A key that is known makes no second message.
pub(crate) fn message(state: &mut State, portal_id: u64, channel: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let channel_id = known_channel(state, channel)?.id;
    let body = body_of(asked)?;
    let words = text(&body, "text")?.to_owned();
    let at_ms = text(&body, "timestamp")?.parse::<jiff::Timestamp>().map_err(|_| invalid("timestamp is no time"))?;
    let is_incoming = match text(&body, "messageDirection")? {
        "INCOMING" => true,
        "OUTGOING" => false,
        _ => return Err(invalid("messageDirection is unknown")),
    };
    let files = attached(state, portal_id, &body["attachments"])?;
    let thread = text(&body, "integrationThreadId")?.to_owned();
    let named = |name: &str| identifier(&body[name][0]["deliveryIdentifier"]);
    let (sender, recipient) = (named("senders")?, named("recipients")?);
    let account_id = number(&body["channelAccountId"]);
    let account = state.inbox.accounts.iter().find(|it| Some(it.id) == account_id && it.portal_id == portal_id);
    let account = account.filter(|it| it.channel_id == channel_id).ok_or_else(Problem::not_found)?.clone();
    if !account.authorized {
        return Err(Problem::new(403, "FORBIDDEN", "The channel account is not authorized."));
    }
    let (visitor, own) = if is_incoming { (sender, recipient) } else { (recipient, sender) };
    if own != account.identifier {
        return Err(invalid("neither side is the channel account"));
    }
    let portal = state.portal(portal_id);
    if portal.spec.refused_words.iter().any(|word| words.contains(word)) {
        return Err(invalid("the message is refused"));
    }
    let contact_id = match &body["associateWithContactId"] {
        Value::Null => None,
        named => Some(number(named).ok_or_else(|| invalid("associateWithContactId is no number"))?),
    };
    let key = body["integrationIdempotencyId"].as_str().map(str::to_owned);
    let known = state.inbox.entries.iter().find(|it| key.is_some() && it.key == key && it.portal_id == portal_id);
    if let Some(known) = known {
        return match state.switches.known_inbox_key_is_409 {
            true => Err(Problem::new(409, "CONFLICT", "The idempotency ID is known.")),
            false => Ok(Answer::json(200, &json!({"id": known.id}))),
        };
    }
    let id = state.ids.hex32();
    state.inbox.entries.push(InboxEntry {
        id: id.clone(),
        portal_id,
        account_id: account.id,
        thread,
        visitor,
        contact_id,
        is_incoming,
        text: words,
        key,
        status: if is_incoming { "RECEIVED" } else { "SENT" }.to_owned(),
        error: None,
        is_told: false,
        files,
        at_ms: at_ms.as_millisecond(),
    });
    Ok(Answer::json(200, &json!({"id": id})))
}

/// What hangs on a message: files of the portal's own, by what they are used for.
fn attached(state: &mut State, portal_id: u64, given: &Value) -> Result<Vec<u64>, Problem> {
    let given = given.as_array().ok_or_else(|| invalid("attachments is required"))?;
    let one = |it: &Value| {
        let is_known = it["type"] == "FILE" && USAGES.iter().any(|usage| it["fileUsageType"] == *usage);
        let id = it["fileId"].as_str().and_then(|id| id.parse::<u64>().ok()).filter(|_| is_known);
        let id = id.filter(|id| state.portal(portal_id).files.contains_key(id));
        id.ok_or_else(|| invalid("the attachment is not valid"))
    };
    given.iter().map(one).collect()
}

/// `PATCH .../{channelId}/messages/{id}`.
pub(crate) fn status(state: &mut State, portal_id: u64, id: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let body = body_of(asked)?;
    let status = text(&body, "statusType")?.to_owned();
    if !["SENT", "FAILED", "READ"].contains(&status.as_str()) {
        return Err(invalid("statusType is unknown"));
    }
    let mut all = state.inbox.entries.iter_mut();
    let entry = all.find(|it| it.portal_id == portal_id && it.id == id).ok_or_else(Problem::not_found)?;
    entry.error = body["errorMessage"].as_str().map(str::to_owned);
    (entry.status, entry.is_told) = (status, true);
    Ok(Answer::json(200, &json!({"id": id, "status": {"statusType": entry.status}})))
}

fn known_channel<'s>(state: &'s State, id: &str) -> Result<&'s CustomChannel, Problem> {
    state.inbox.channels.iter().find(|channel| channel.id.to_string() == id).ok_or_else(Problem::not_found)
}

fn identifier(given: &Value) -> Result<String, Problem> {
    if given["type"] != IDENTIFIERS[0] {
        return Err(invalid("the delivery identifier is of another type than the channel's"));
    }
    Ok(text(given, "value")?.to_owned())
}
