//! Whatever arrives at the two routes gets its stated answer, and what was accepted is not lost.
//!
//! One table a route. A row says in words what arrives, what is answered, and what comes of it. Every
//! row runs twice through the HTTP front of one world: a replay gets the same answer and adds nothing.

mod action;
mod action_rows;
mod composed_rows;
mod odd_webhook_rows;
mod webhook;
mod webhook_rows;

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::app::App;

/// A request as it leaves.
#[derive(Clone)]
struct Request {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What an outsider sees.
#[derive(PartialEq, Eq)]
struct Answer {
    status: u16,
    body: Vec<u8>,
    allows_origins: bool,
}

async fn send(app: &App, request: &Request) -> Answer {
    let url = format!("{}{}", app.world.url, request.path);
    let built = app.http.request(request.method.clone(), url).headers(request.headers.clone());
    let answer = built.body(request.body.clone()).send().await.expect("an answer");
    let allows_origins = answer.headers().keys().any(|name| name.as_str().starts_with("access-control-"));
    let status = answer.status().as_u16();
    Answer { status, body: answer.bytes().await.expect("a body").to_vec(), allows_origins }
}

/// Kanji that hardly pack: so many bytes, the same for the same seed.
pub fn kanji(size_bytes: usize, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from_u32(0x4e00 + u32::try_from(state % 20_000).expect("small")).expect("a kanji")
    };
    std::iter::repeat_with(next).take(size_bytes / 3).collect()
}
