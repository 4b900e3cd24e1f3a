//! What pages load: static files of ours, and nothing else.

use axum::http::header;
use axum::response::IntoResponse;

const STYLE: &str = include_str!("console.css");
/// Where it is; another version of it is another address.
pub const STYLE_ADDRESS: &str = concat!("/console/assets/console.css?v=", env!("CARGO_PKG_VERSION"));

const AGAIN: &str = include_str!("again.js");
/// The script that looks again.
pub const AGAIN_ADDRESS: &str = concat!("/console/assets/again.js?v=", env!("CARGO_PKG_VERSION"));

/// `GET /console/assets/again.js`
pub async fn again() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, AGAIN)
}

/// `GET /console/assets/console.css`
pub async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE)
}
