//! Who may ask: pages and programs that name this machine as their host, and no other site's page.
//!
//! A page of another site cannot send JSON here without asking first (CORS), and nobody answers that question. What is left is a
//! name of the attacker's own that resolves to 127.0.0.1: a browser then sends that name as `Host`, and it is refused.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};

use super::Refusal;

/// Lets a request pass, and marks every answer as not to be guessed at or kept.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut answer =
        if is_from_here(request.headers()) { next.run(request).await } else { Refusal::NOT_FROM_HERE.into_response() };
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let cross_site = text("sec-fetch-site").is_some_and(|site| site == "cross-site")
        // Following a link to the page is fine; it shows nothing to where it came from.
        && text("sec-fetch-mode") != Some("navigate");
    !cross_site && text("host").is_none_or(is_this_machine)
}

/// Addresses cannot be made to resolve elsewhere; the names are this machine's by definition, the last one inside a container.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    address.parse::<IpAddr>().is_ok()
        || name == "localhost"
        || name.ends_with(".localhost")
        || name == "host.docker.internal"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)));
        is_from_here(&pairs.collect())
    }

    #[test]
    fn this_machine_may_ask_under_its_own_names() {
        for host in ["127.0.0.1:4000", "localhost", "localhost:4000", "[::1]:4000", "musubi.localhost:1"] {
            assert!(asked(&[("host", host)]), "{host}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_resolve_here_may_not() {
        for host in ["evil.example:4000", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:x"] {
            assert!(!asked(&[("host", host)]), "{host}");
        }
    }

    #[test]
    fn another_sites_page_may_not_ask_but_may_link() {
        let host = ("host", "127.0.0.1:4000");
        assert!(!asked(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(asked(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(asked(&[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")]));
    }
}
