//! The inbox is set up: a custom channel, once for all accounts of an app, and each Official Account in it.
//!
//! Source: HubSpot's reference of custom channels (2026-03); for the shape of capabilities and for `threadingModel`, its guide and what
//! public integrations send. The channel is made with the developer account's API key, everything else with the account's leave.
//! The key stands in the address, as HubSpot has it: neither the address nor an error that names it is logged.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::batch::text;
use super::contacts::segment;
use super::inbox::{IDENTIFIER, path};
use crate::domain::channel::Channel;
use crate::domain::ids::{InboxAccountId, InboxChannelId};
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::crm_set_up::{InboxChannelAsk, InboxFound, InboxRefusal};

const TIMEOUT: Duration = Duration::from_secs(15);
/// The path of an API without a dated version: inboxes have none in 2026-03. Supported until September 2027.
const INBOXES: &str = "/conversations/v3/conversations/inboxes?limit=100";

/// What our channel can do. Pictures and files are not taken yet: an agent is told so.
fn capabilities() -> Value {
    json!({
        "deliveryIdentifierTypes": [IDENTIFIER],
        "richText": ["HYPERLINK"],
        "threadingModel": "INTEGRATION_THREAD_ID",
        "allowInlineImages": false,
        "allowOutgoingMessages": true,
        "allowConversationStart": false,
        "allowMultipleRecipients": false,
        "outgoingAttachmentTypes": [],
        "allowedFileAttachmentMimeTypes": [],
    })
}

/// Makes the channel, or changes the one whose address begins as ours do.
pub(super) async fn make_channel(
    (http, base): (&reqwest::Client, &str),
    ask: &InboxChannelAsk,
) -> Result<InboxChannelId, InboxRefusal> {
    let all = format!("{}/conversations/custom-channels/{VERSION}", base.trim_end_matches('/'));
    let known = by_key(http, Method::GET, &all, ask, None).await?;
    let is_ours = |channel: &&Value| channel["webhookUrl"].as_str().is_some_and(|url| url.starts_with(&ask.call_base));
    let known = known["results"].as_array().into_iter().flatten().find(is_ours).and_then(|known| text(&known["id"]));
    let (call_url, no_logo) = (ask.call_url.expose(), Value::Null);
    let body = json!({
        "name": ask.name, "webhookUrl": call_url, "capabilities": capabilities(), "channelDescription": "LINE",
        "channelLogoUrl": no_logo, "channelAccountConnectionRedirectUrl": no_logo,
    });
    let made = match &known {
        Some(id) => by_key(http, Method::PATCH, &format!("{all}/{}", segment(id)), ask, Some(&body)).await?,
        None => by_key(http, Method::POST, &all, ask, Some(&body)).await?,
    };
    text(&made["id"]).or(known).map(InboxChannelId::new).ok_or(InboxRefusal::NoAnswer)
}

async fn by_key(
    http: &reqwest::Client,
    method: Method,
    url: &str,
    ask: &InboxChannelAsk,
    body: Option<&Value>,
) -> Result<Value, InboxRefusal> {
    let mut url = Url::parse(url).map_err(|_| InboxRefusal::NoAnswer)?;
    let query = [("hapikey", ask.developer_key.expose()), ("appId", &ask.app_number)];
    url.query_pairs_mut().extend_pairs(query);
    let mut request = http.request(method, url).timeout(TIMEOUT);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.map_err(|_| InboxRefusal::NoAnswer)?;
    let status = answer.status().as_u16();
    tracing::info!(http.status = status, crm.endpoint = "custom-channels", "crm.called");
    let body: Value = answer.json().await.unwrap_or_default();
    match status {
        200..=299 => Ok(body),
        401 | 403 => Err(InboxRefusal::Key),
        408 | 429 | 500.. => Err(InboxRefusal::NoAnswer),
        _ => {
            let code = [&body["errors"][0]["code"], &body["category"]].into_iter().find_map(Value::as_str);
            Err(InboxRefusal::Refused { code: code.map_or_else(|| format!("HTTP_{status}"), str::to_owned) })
        }
    }
}

pub(super) async fn inboxes(api: &Api) -> Each<Vec<InboxFound>> {
    let answer = api.call(&Call::get("conversations/inboxes", INBOXES.to_owned())).await?;
    let found = answer["results"].as_array().into_iter().flatten();
    Ok(found.filter_map(|inbox| Some(InboxFound { id: text(&inbox["id"])?, name: text(&inbox["name"])? })).collect())
}

/// One that is there already, by the Official Account's own identifier, is let in again.
pub(super) async fn enter(
    api: &Api,
    channel: &InboxChannelId,
    inbox: &str,
    official_account: &Channel,
) -> Each<InboxAccountId> {
    if let Some(known) = known(api, channel, official_account).await? {
        let body = json!({"name": official_account.name, "authorized": true});
        api.call(&Call::patch("custom-channels/channel-accounts/patch", account_path(channel, &known), body)).await?;
        return Ok(known);
    }
    let body = json!({
        "inboxId": inbox, "name": official_account.name, "authorized": true,
        "deliveryIdentifier": {"type": IDENTIFIER, "value": official_account.id.as_str()},
    });
    let path = path(channel, "channel-accounts");
    let made = api.call(&Call::post("custom-channels/channel-accounts", path, body, Repeat::Never)).await;
    match made {
        Ok(made) => text(&made["id"]).map(InboxAccountId::new).ok_or(CrmFailure::Unknown),
        // Somebody else was faster.
        Err(CrmFailure::Taken) => known(api, channel, official_account).await?.ok_or(CrmFailure::Taken),
        Err(failure) => Err(failure),
    }
}

async fn known(api: &Api, channel: &InboxChannelId, official_account: &Channel) -> Each<Option<InboxAccountId>> {
    let all = seen(api, channel).await?;
    Ok(all.into_iter().find(|seen| seen.identifier == official_account.id.as_str()).map(|seen| seen.account))
}

/// One account of our channel's, as HubSpot has it.
pub(super) struct SeenInInbox {
    pub(super) account: InboxAccountId,
    /// What names it among people.
    pub(super) identifier: String,
    /// Messages go in and out.
    pub(super) is_authorized: bool,
}

/// All of a HubSpot account's in our channel. A read.
pub(super) async fn seen(api: &Api, channel: &InboxChannelId) -> Each<Vec<SeenInInbox>> {
    let all = api.call(&Call::get("custom-channels/channel-accounts/get", path(channel, "channel-accounts"))).await?;
    let all = all["results"].as_array().into_iter().flatten();
    let read = |it: &Value| {
        Some(SeenInInbox {
            account: InboxAccountId::new(text(&it["id"])?),
            identifier: text(&it["deliveryIdentifier"]["value"]).unwrap_or_default(),
            is_authorized: it["authorized"] == true,
        })
    };
    Ok(all.filter_map(read).collect())
}

/// HubSpot has no call that removes one: it is authorised no more. Whatever is gone is as good.
pub(super) async fn leave(api: &Api, channel: &InboxChannelId, account: &InboxAccountId) -> Each<()> {
    let body = json!({"authorized": false});
    let path = account_path(channel, account);
    match api.call(&Call::patch("custom-channels/channel-accounts/patch", path, body)).await {
        Ok(_) | Err(CrmFailure::Gone) => Ok(()),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn leave_wholly(api: &Api, channel: &InboxChannelId) -> Each<usize> {
    let all = match seen(api, channel).await {
        Err(CrmFailure::Gone) => Vec::new(),
        all => all?,
    };
    let open: Vec<_> = all.into_iter().filter(|seen| seen.is_authorized).collect();
    for seen in &open {
        leave(api, channel, &seen.account).await?;
    }
    Ok(open.len())
}

fn account_path(channel: &InboxChannelId, account: &InboxAccountId) -> String {
    path(channel, &format!("channel-accounts/{}", segment(account.as_str())))
}
