//! `GET /world.json`: everything there is to see, for the page and for scripts.
//!
//! The keys that scripts rely on: `line.messages` (`to`, `retry_key`, `messages`, `at_ms`), `line.calls` (`method`, `path`,
//! `status`), `crm.contacts`, `crm.notes` (`contact_id`, `body`, `at_ms`, `attached`), `crm.tasks`, `crm.completions` (`callback_id`,
//! `outputs`, `applied`), `crm.executions` (`callback_id`, `state`, `outputs`), `line.violations` and `crm.violations` (the
//! vendor's rules that Musubi broke, in words), `ours` (`inbox`, `push`, `outbox`, `dead_letters`, `parked`). The page reads
//! more: `line.people`, `line.channel`, `crm.owners`, `crm.portal_id`, `ours.effect_rows`, `ours.login`,
//! `language`, `now_ms`. IDs are strings, times milliseconds since 1970.
//!
//! The answer carries an `ETag` over everything but the time, and `x-now-ms`; with `If-None-Match` it is 304 while nothing has
//! happened. So the page may ask often.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Demo, crm_view, line_view};

const NOW_MS: HeaderName = HeaderName::from_static("x-now-ms");

/// Answers with the world as it is now, or 304 if the caller has seen it.
pub async fn world(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let mut world = json!({
        "line": line_view::line(&demo),
        "crm": crm_view::crm(&demo),
        "ours": demo.ours.look().await,
        "language": demo.language.now(),
    });
    let etag = etag_of(&world);
    let now_ms = demo.clock.now_ms();
    let marks = [(header::ETAG, etag.clone()), (NOW_MS, HeaderValue::from(now_ms))];
    if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
        return (StatusCode::NOT_MODIFIED, marks).into_response();
    }
    world["now_ms"] = json!(now_ms);
    (marks, axum::Json(world)).into_response()
}

fn etag_of(world: &Value) -> HeaderValue {
    let digest = Sha256::digest(world.to_string());
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hex}\"")).expect("hexadecimal digits in quotes are a header value")
}
