//! The page at `/`, and the one at `/start` that offers it or a beginning from nothing: plain HTML, CSS and JavaScript, compiled in. It loads nothing from anywhere else, and its policy says so.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;

/// Scripts, styles and calls of this origin alone; no inline code, no plug-ins, no frames around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Every file of the page: its path, its type, its text.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("index.html")),
    ("/start", HTML, include_str!("start.html")),
    ("/page/start.css", CSS, include_str!("start.css")),
    ("/page/style.css", CSS, include_str!("style.css")),
    ("/page/phone.css", CSS, include_str!("phone.css")),
    ("/page/crm.css", CSS, include_str!("crm.css")),
    ("/page/login.css", CSS, include_str!("login.css")),
    ("/page/flow.css", CSS, include_str!("flow.css")),
    ("/page/app.js", JS, include_str!("app.js")),
    ("/page/dom.js", JS, include_str!("dom.js")),
    ("/page/words.js", JS, include_str!("words.js")),
    ("/page/stickers.js", JS, include_str!("stickers.js")),
    ("/page/bubble.js", JS, include_str!("bubble.js")),
    ("/page/phone.js", JS, include_str!("phone.js")),
    ("/page/crm.js", JS, include_str!("crm.js")),
    ("/page/record.js", JS, include_str!("record.js")),
    ("/page/workflow.js", JS, include_str!("workflow.js")),
    ("/page/login.js", JS, include_str!("login.js")),
    ("/page/flow.js", JS, include_str!("flow.js")),
    ("/page/icon.svg", SVG, include_str!("icon.svg")),
    ("/page/picture.svg", SVG, include_str!("picture.svg")),
];

/// The page's routes.
pub fn router() -> Router {
    FILES.iter().fold(Router::new(), |router, (path, kind, text)| {
        router.route(path, get(move || async move { file(kind, text) }))
    })
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY)], text).into_response()
}
