//! What pages load: static files of ours, and nothing else.

use axum::http::header;
use axum::response::IntoResponse;

const STYLE: &str = include_str!("console.css");
/// Where it is; another version of it is another address.
pub const STYLE_ADDRESS: &str = concat!("/console/assets/console.css?v=", env!("CARGO_PKG_VERSION"));

const AGAIN: &str = include_str!("again.js");
/// The script that looks again.
pub const AGAIN_ADDRESS: &str = concat!("/console/assets/again.js?v=", env!("CARGO_PKG_VERSION"));

const TALK: &str = include_str!("talk.js");
/// The script that brings what is new in a talk.
pub const TALK_ADDRESS: &str = concat!("/console/assets/talk.js?v=", env!("CARGO_PKG_VERSION"));

/// `GET /console/assets/again.js`
pub async fn again() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", AGAIN)
}

/// `GET /console/assets/talk.js`
pub async fn talk() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", TALK)
}

/// `GET /console/assets/console.css`
pub async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", STYLE)
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}
