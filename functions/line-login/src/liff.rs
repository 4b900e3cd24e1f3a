//! LIFF: logging in inside LINE.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::flow::log_in::{LoggedInFor, LoginRefusal};
use musubi::pages::{Nonce, Page};
use serde::Deserialize;
use serde_json::json;

use crate::come_back::after_login;
use crate::pages::liff::{Liff, page as liff_page};
use crate::pages::login_end::LoginEnd;
use crate::visit::{Ended, Visit};

/// A page of another site cannot send this header without our leave, and we give none.
const OURS: &str = "x-musubi-login";

/// What our page hands over.
#[derive(Deserialize)]
pub struct Handed {
    id_token: String,
    route: Option<String>,
}

/// `GET /line/{channel}/liff`: the LIFF app's endpoint.
pub async fn page(visit: Visit) -> Result<Page, Ended> {
    let liff_id = visit.login.liff.as_ref().ok_or_else(|| visit.ends(LoginEnd::NotValid))?;
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|_| visit.ends(LoginEnd::Unavailable))?;
    let route = visit.known_route();
    let liff = Liff {
        channel: &visit.channel.id,
        account_name: &visit.channel.name,
        liff_id: liff_id.as_str(),
        sdk: &visit.ports.liff_sdk_url,
        route: route.as_ref(),
        nonce: Nonce::new(random),
    };
    Ok(liff_page(visit.language, liff))
}

/// `POST /line/{channel}/liff`: the raw ID token comes in, where to go comes out. A script reads the answer: bare statuses.
pub async fn log_in(
    visit: Result<Visit, Ended>,
    headers: HeaderMap,
    handed: Result<Json<Handed>, JsonRejection>,
) -> Result<Response, StatusCode> {
    let Json(handed) = handed.map_err(|_| StatusCode::BAD_REQUEST)?;
    headers.get(OURS).ok_or(StatusCode::FORBIDDEN)?;
    let visit = visit.map_err(|ended| ended.status())?;
    visit.login.liff.as_ref().ok_or(StatusCode::NOT_FOUND)?;
    let route = handed.route.as_deref().and_then(|route| visit.login.known_route(route));
    match visit.ports.log_in.from_liff(&visit.channel, &handed.id_token, route).await {
        Ok(LoggedInFor::Linked { route }) => {
            Ok(Json(json!({"redirect": after_login(&visit, route.as_ref())})).into_response())
        }
        Ok(LoggedInFor::Unlinked) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(refusal) => {
            musubi::telemetry::log_chain("login.refused", &refusal);
            Err(match refusal {
                LoginRefusal::NotNow(_) => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNAUTHORIZED,
            })
        }
    }
}
