//! `POST /line/{channel}/account-link/nonces`: the customer's own site says who is logged in there, and learns where to send them.
//!
//! Described in `infra/openapi/account-link.json`. A replay of a signed request makes another nonce for the same contact; nobody
//! can use it without a link token that LINE gave to a person in this chat, and a link token works once.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::browser;
use musubi::domain::addresses;
use musubi::domain::claim::{EmailAddress, Target};
use musubi::domain::ids::{ChannelId, ContactId};
use musubi::http::Refusal;
use musubi::line::account_link::dialog_url;
use serde::Deserialize;
use serde_json::json;

use crate::Ports;
use crate::pages::HERE;
use crate::signed::{Signed, Stated};

/// No CRM has longer record IDs.
const MAX_CONTACT_ID_CHARS: usize = 64;

#[derive(Deserialize)]
struct Wanted {
    contact: Contact,
    link_token: String,
}

#[derive(Deserialize)]
struct Contact {
    id: Option<String>,
    email: Option<String>,
}

/// A nonce for whoever is logged in at the site, as the address of LINE's dialog.
pub async fn offer(
    State(ports): State<Arc<Ports>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let (Path(id), body) = (id?, body?);
    let id = Some(id).filter(|id| ChannelId::is_well_formed(id)).map(ChannelId::new).ok_or(Refusal::NOT_FOUND)?;
    let stated = Stated::in_time(&headers, ports.offer_link.clock.now_ms()).ok_or(Refusal::UNAUTHORIZED)?;
    let channel = ports.channels.find(&id).await?.ok_or(Refusal::NOT_FOUND)?;
    let path = addresses::page(HERE, &id, "account-link/nonces");
    let request = Signed { method: "POST", path: &path, body: &body };
    if !request.is_by(&*ports.secrets, &id, &stated).await? {
        return Err(Refusal::UNAUTHORIZED);
    }
    if channel.settings.account_link.is_none() {
        return Err(Refusal::NOT_FOUND);
    }
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&body) else { return Ok(problem("body")) };
    let Some(target) = target(wanted.contact) else { return Ok(problem("contact")) };
    let nonce = browser::random_secret()?;
    let Some(redirect) = dialog_url(&ports.access_url, &wanted.link_token, nonce.expose()) else {
        return Ok(problem("link_token"));
    };
    ports.offer_link.offer(&channel, &target, nonce.expose()).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({"redirect": redirect}))).into_response())
}

/// Exactly one of the two.
fn target(contact: Contact) -> Option<Target> {
    match (contact.id, contact.email) {
        (Some(id), None) => {
            let fits = (1..=MAX_CONTACT_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
            fits.then(|| Target::Contact(ContactId::new(id)))
        }
        (None, Some(email)) => EmailAddress::parse(&email).map(Target::Email),
        _ => None,
    }
}

/// Whoever signed may know what is wrong.
fn problem(what: &'static str) -> Response {
    tracing::warn!(status = 400, why = what, "request.refused");
    (StatusCode::BAD_REQUEST, Json(json!({"problem": what}))).into_response()
}
