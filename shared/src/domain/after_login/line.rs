//! LINE's own addresses.
//!
//! <https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/>: supported are `https://line.me/R/`,
//! `https://liff.line.me/` and `https://miniapp.line.me/`. `line://` is deprecated there, since another app may take it
//! over, but still works; the few paths below are those with which an Official Account is opened or shown. `https://lin.ee/`
//! is the short form of the link that LINE Official Account Manager gives out for adding friends.

use super::{AfterLoginFault, reading::Reading};

/// Whether it opens something in LINE.
pub(super) fn is_lines_own(reading: &Reading) -> bool {
    match (reading.scheme.as_str(), reading.port) {
        ("https", Some(443)) => on_lines_host(reading),
        ("line", None) => in_lines_app(reading),
        _ => false,
    }
}

/// Why it is not taken: a host of LINE's with another path, or a host that is not on the list.
pub(super) fn or_not_listed(reading: &Reading) -> AfterLoginFault {
    let lines = matches!(reading.host.as_str(), "line.me" | "lin.ee" | "liff.line.me" | "miniapp.line.me");
    if lines { AfterLoginFault::NotLines } else { AfterLoginFault::NotListed }
}

/// Written path and normalised path must both begin so: `/R/../x` does not.
fn on_lines_host(reading: &Reading) -> bool {
    let begins = |start: &str| {
        let longer = |path: &str| path.strip_prefix(start).is_some_and(|rest| rest.starts_with(is_plain));
        longer(&reading.path) && longer(&reading.written_path)
    };
    match reading.host.as_str() {
        "line.me" => begins("/R/"),
        "lin.ee" | "liff.line.me" | "miniapp.line.me" => begins("/"),
        _ => false,
    }
}

/// What a path may go on with: a letter, a digit, the `@` of an ID or its `%40`.
fn is_plain(first: char) -> bool {
    first.is_ascii_alphanumeric() || matches!(first, '@' | '%')
}

fn in_lines_app(reading: &Reading) -> bool {
    let (path, query) = (reading.written_path.as_str(), reading.query.as_deref());
    if reading.path != path || reading.has_fragment {
        return false;
    }
    match (reading.host.as_str(), path) {
        ("nv", "/chat") => query.is_none(),
        ("home", "/public/main" | "/public/profile") => query.and_then(|q| q.strip_prefix("id=")).is_some_and(is_name),
        ("ti", path) => query.is_none() && path.strip_prefix("/p/").is_some_and(is_id),
        ("nv", path) => query.is_none() && path.strip_prefix("/recommendOA/").is_some_and(is_id),
        ("oaMessage", path) => {
            query.is_none() && path.strip_prefix('/').is_some_and(|path| is_id(path.strip_suffix('/').unwrap_or(path)))
        }
        _ => false,
    }
}

/// The ID of an Official Account, with its `@`.
fn is_id(text: &str) -> bool {
    text.strip_prefix('@').or_else(|| text.strip_prefix("%40")).is_some_and(is_name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
