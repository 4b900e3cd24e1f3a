//! What an owner prints and photographs: QR codes, and the sample login page for LINE's e-mail permission.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::domain::channel::Channel;
use musubi::domain::login::LoginSettings;
use musubi::domain::route::RouteName;
use musubi::qr::Qr;

use crate::pages::login_end::LoginEnd;
use crate::pages::route_qr::{self, RouteQr};
use crate::pages::sample_login::{self, SampleLogin};
use crate::{ChannelPath, LinkQuery, Ports, account, ended, language};

/// `GET /line/{channel}/login/qr?route=...`: the code with its downloads.
pub async fn page(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    let shown = async {
        let (channel, login) = ports.channel(&id).await?;
        let route = known(&login, query.route.as_deref())?;
        let file = |kind: &str| {
            let path = format!("/line/{}/login/qr.{kind}", channel.id);
            route.as_ref().map_or_else(|| path.clone(), |route| format!("{path}?route={route}"))
        };
        let liff_url = liff_address(&ports, &login, route.as_ref());
        let qr = RouteQr {
            account_name: &channel.name,
            route: route.as_ref(),
            login_url: &login_address(&ports, &channel, route.as_ref()),
            liff_url: liff_url.as_deref(),
            svg_path: &file("svg"),
            png_path: &file("png"),
        };
        route_qr::page(language, &qr).map_err(|_| LoginEnd::NotValid)
    };
    shown.await.unwrap_or_else(|end| ended(language, end)).into_response()
}

/// `GET /line/{channel}/login/qr.svg?route=...`
pub async fn svg(ports: State<Arc<Ports>>, id: Path<String>, query: Query<LinkQuery>) -> Response {
    picture(&ports, &id, &query, |qr| ("image/svg+xml", qr.svg().into_bytes())).await
}

/// `GET /line/{channel}/login/qr.png?route=...`
pub async fn png(ports: State<Arc<Ports>>, id: Path<String>, query: Query<LinkQuery>) -> Response {
    picture(&ports, &id, &query, |qr| ("image/png", qr.png())).await
}

/// `GET /line/{channel}/login/sample`: the page to photograph when LINE is asked for the e-mail permission.
pub async fn sample(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    let shown = async {
        let (channel, login) = ports.channel(&id).await?;
        let sample = SampleLogin {
            account: account(&channel),
            company: login.company.as_deref().unwrap_or(&channel.name),
            privacy_policy: login.privacy_policy.as_deref().unwrap_or_default(),
            email_purpose: login.email_purpose.as_deref(),
        };
        Ok(sample_login::page(language, &sample))
    };
    shown.await.unwrap_or_else(|end: LoginEnd| ended(language, end)).into_response()
}

/// Where a code leads: into LINE where there is a LIFF app, else to the login in the browser.
fn address(ports: &Ports, channel: &Channel, login: &LoginSettings, route: Option<&RouteName>) -> String {
    liff_address(ports, login, route).unwrap_or_else(|| login_address(ports, channel, route))
}

fn liff_address(ports: &Ports, login: &LoginSettings, route: Option<&RouteName>) -> Option<String> {
    login.liff.as_ref().map(|liff| with_route(format!("{}/{liff}", ports.liff_url), route))
}

fn login_address(ports: &Ports, channel: &Channel, route: Option<&RouteName>) -> String {
    with_route(format!("{}/line/{}/login", ports.public_url, channel.id), route)
}

fn with_route(base: String, route: Option<&RouteName>) -> String {
    match route {
        Some(route) => format!("{base}?route={route}"),
        None => base,
    }
}

/// A code is made for a known route or for none: a mistyped one would be printed.
fn known(login: &LoginSettings, route: Option<&str>) -> Result<Option<RouteName>, LoginEnd> {
    route.map(|route| login.known_route(route).ok_or(LoginEnd::NotValid)).transpose()
}

async fn picture(
    ports: &Ports,
    id: &str,
    query: &LinkQuery,
    draw: impl Fn(&Qr) -> (&'static str, Vec<u8>),
) -> Response {
    let drawn = async {
        let (channel, login) = ports.channel(id).await?;
        let route = known(&login, query.route.as_deref())?;
        Qr::of(&address(ports, &channel, &login, route.as_ref())).map_err(|_| LoginEnd::NotValid)
    };
    match drawn.await {
        Ok(qr) => {
            let (kind, bytes) = draw(&qr);
            let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (StatusCode::OK, headers, bytes).into_response()
        }
        Err(end) => end.status().into_response(),
    }
}
