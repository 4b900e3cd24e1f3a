//! LIFF: logging in inside LINE.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::flow::log_in::{LoggedInFor, LoginRefusal};
use serde::Deserialize;
use serde_json::json;

use crate::come_back::after_login;
use crate::pages::liff::{Liff, page as liff_page};
use crate::pages::login_end::LoginEnd;
use crate::pages::page::Nonce;
use crate::{ChannelPath, LinkQuery, Ports, ended, language};

/// A page of another site cannot send this header without our leave, and we give none.
const OURS: &str = "x-musubi-login";

/// What our page hands over.
#[derive(Deserialize)]
pub struct Handed {
    id_token: String,
    route: Option<String>,
}

/// `GET /line/{channel}/liff`: the LIFF app's endpoint.
pub async fn page(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    let shown = async {
        let (channel, login) = ports.channel(&id).await?;
        let liff_id = login.liff.as_ref().ok_or(LoginEnd::NotValid)?;
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|_| LoginEnd::Unavailable)?;
        let route = query.route.as_deref().and_then(|route| login.known_route(route));
        let liff = Liff {
            channel: &channel.id,
            account_name: &channel.name,
            liff_id: liff_id.as_str(),
            sdk: &ports.liff_sdk_url,
            route: route.as_ref(),
            nonce: Nonce::new(random),
        };
        Ok(liff_page(language, &liff))
    };
    shown.await.unwrap_or_else(|end: LoginEnd| ended(language, end)).into_response()
}

/// `POST /line/{channel}/liff`: the raw ID token comes in, where to go comes out.
pub async fn log_in(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    headers: HeaderMap,
    handed: Result<Json<Handed>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Ok(Json(handed)) = handed else { return StatusCode::BAD_REQUEST.into_response() };
    if headers.get(OURS).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (channel, login) = match ports.channel(&id).await {
        Ok(found) => found,
        Err(end) => return end.status().into_response(),
    };
    if login.liff.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let route = handed.route.as_deref().and_then(|route| login.known_route(route));
    match ports.log_in.from_liff(&channel, &handed.id_token, route).await {
        Ok(LoggedInFor::Linked { route }) => {
            Json(json!({"redirect": after_login(&channel, &login, route.as_ref())})).into_response()
        }
        Ok(LoggedInFor::Unlinked) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => {
            musubi::telemetry::log_chain("login.refused", &refusal);
            match refusal {
                LoginRefusal::NotNow(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                _ => StatusCode::UNAUTHORIZED.into_response(),
            }
        }
    }
}
