//! What an owner prints and photographs: QR codes, and the sample login page for LINE's e-mail permission.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use musubi::domain::addresses;
use musubi::pages::Page;
use musubi::qr::Qr;

use crate::pages::HERE;
use crate::pages::login_end::LoginEnd;
use crate::pages::route_qr::{self, RouteQr};
use crate::pages::sample_login::{self, SampleLogin};
use crate::visit::{Ended, Visit};

/// `GET /line/{channel}/login/qr?route=...`: the code with its downloads.
pub async fn page(visit: Visit) -> Result<Page, Ended> {
    let (route, leads_to) = (visit.route_or_none()?, visit.addresses());
    let liff_url = leads_to.liff(route.as_ref());
    let file = |name: &str| addresses::by_route(addresses::page(HERE, &visit.channel.id, name), route.as_ref());
    let qr = RouteQr {
        account_name: &visit.channel.name,
        route: route.as_ref(),
        login_url: &leads_to.login(route.as_ref()),
        liff_url: liff_url.as_deref(),
        svg_path: &file("login/qr.svg"),
        png_path: &file("login/qr.png"),
    };
    route_qr::page(visit.language, &qr).map_err(|_| visit.ends(LoginEnd::NotValid))
}

/// `GET /line/{channel}/login/qr.svg?route=...`
pub async fn svg(visit: Result<Visit, Ended>) -> Result<Response, StatusCode> {
    Ok(picture("image/svg+xml", code(visit)?.svg().into_bytes()))
}

/// `GET /line/{channel}/login/qr.png?route=...`
pub async fn png(visit: Result<Visit, Ended>) -> Result<Response, StatusCode> {
    Ok(picture("image/png", code(visit)?.png()))
}

/// `GET /line/{channel}/login/sample`: the page to photograph when LINE is asked for the e-mail permission.
pub async fn sample(visit: Visit) -> Page {
    let sample = SampleLogin {
        account: visit.account(),
        company: visit.login.company.as_deref().unwrap_or(&visit.channel.name),
        privacy_policy: visit.login.privacy_policy.as_deref().unwrap_or_default(),
        email_purpose: visit.login.email_purpose.as_deref(),
    };
    sample_login::page(visit.language, &sample)
}

/// Into LINE where there is a LIFF app, else to the login in the browser. A picture is looked at by nobody where there is
/// none: bare statuses.
fn code(visit: Result<Visit, Ended>) -> Result<Qr, StatusCode> {
    let bare = |ended: Ended| ended.status();
    let visit = visit.map_err(bare)?;
    let route = visit.route_or_none().map_err(bare)?;
    Qr::of(&visit.addresses().preferred(route.as_ref())).map_err(|_| visit.ends(LoginEnd::NotValid).status())
}

fn picture(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (StatusCode::OK, headers, bytes).into_response()
}
