//! In which language the console speaks: as a link last said, else as the browser does.

use axum::extract::{Query, Request};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::Response;
use musubi::browser::cookie_values;
use musubi::domain::language::Language;
use musubi::pages::language_of;
use serde::Deserialize;

const NAME: &str = "__Host-musubi-lang";
/// A year, in seconds.
const MAX_AGE_S: u32 = 31_536_000;

#[derive(Deserialize)]
struct Chosen {
    lang: Option<String>,
}

/// The language of whoever sends this request.
pub fn of(uri: &axum::http::Uri, headers: &HeaderMap) -> Language {
    let kept = cookie_values(headers, NAME).next().map(str::to_owned);
    language_of(chosen(uri).or(kept).as_deref(), headers)
}

fn chosen(uri: &axum::http::Uri) -> Option<String> {
    Query::<Chosen>::try_from_uri(uri).ok().and_then(|Query(chosen)| chosen.lang)
}

/// Keeps the language that a link named. No secret: which of two it is.
pub async fn remember(request: Request, next: Next) -> Response {
    let chosen = chosen(request.uri()).map(|tag| Language::from_tag(&tag));
    let mut response = next.run(request).await;
    if let Some(language) = chosen {
        let cookie = format!(
            "{NAME}={}; Path=/; Max-Age={MAX_AGE_S}; Secure; HttpOnly; SameSite=Lax",
            language.pick("ja", "en")
        );
        response.headers_mut().append(SET_COOKIE, cookie.parse().expect("ASCII"));
    }
    response
}
