//! What HubSpot's statuses and error bodies mean for us.
//!
//! Source: HubSpot's error handling guide, its usage guidelines, and the pauses of its official client for Node.js
//! (10 s for the ten-second limit, 1 s for the one-second limit). Every field of an error body is optional.

use http::HeaderMap;
use serde_json::Value;

use crate::ports::crm::CrmFailure;

/// The code of a refusal because another record has the value (an e-mail address, a unique property).
pub const CONFLICT: &str = "CONFLICT";
/// The code of a refusal because the account has no such property (any more).
pub const PROPERTY_DOESNT_EXIST: &str = "PROPERTY_DOESNT_EXIST";

const DAY_MS: u64 = 86_400_000;
/// The daily limit: no figure is documented for when it ends. Asked again each hour.
const DAILY_WAIT_MS: u64 = 3_600_000;

/// What an answer is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// 2xx.
    Done,
    /// 401: the access token.
    Unauthorised,
    /// It may or may not have happened.
    Lost,
    /// 429: nothing happened, and nothing will for this long.
    TooFast {
        /// In milliseconds.
        wait_ms: u64,
    },
    /// It did not happen.
    Failed(CrmFailure),
}

/// Reads an answer's status, headers and body.
pub(crate) fn heard(status: u16, headers: &HeaderMap, body: &Value) -> Heard {
    match status {
        200..=299 => Heard::Done,
        401 => Heard::Unauthorised,
        403 if category(body) == Some("MISSING_SCOPES") => Heard::Failed(CrmFailure::Disconnected),
        404 if is_hubspots_own(body) => Heard::Failed(CrmFailure::Gone),
        423 => Heard::Failed(CrmFailure::Later { wait_ms: retry_after_ms(headers).unwrap_or(0).max(2_000) }),
        429 => Heard::TooFast { wait_ms: rate_limit_wait_ms(headers, body) },
        477 => Heard::Failed(CrmFailure::Later { wait_ms: retry_after_ms(headers).unwrap_or(DAILY_WAIT_MS) }),
        408 | 500.. => Heard::Lost,
        _ => Heard::Failed(CrmFailure::Refused { code: code(status, body) }),
    }
}

/// What one entry of a batch's `errors` means.
pub(crate) fn of_item(error: &Value) -> CrmFailure {
    match category(error) {
        Some("OBJECT_NOT_FOUND") => CrmFailure::Gone,
        Some("RATE_LIMITS") => CrmFailure::Later { wait_ms: 10_000 },
        _ => CrmFailure::Refused { code: code(400, error) },
    }
}

/// A proxy's 404, or the 404 of an API version that is no more, says nothing about a record.
fn is_hubspots_own(body: &Value) -> bool {
    body.get("correlationId").is_some() || body.get("category").is_some() || body["status"] == "error"
}

fn category(body: &Value) -> Option<&str> {
    body.get("category")?.as_str()
}

/// The most telling code in an error body, if it is one of HubSpot's own words and nothing a person wrote.
fn code(status: u16, body: &Value) -> String {
    let detail = body["errors"].get(0).and_then(|error| error["code"].as_str());
    if status == 409 || category(body) == Some("CONFLICT") || detail == Some("CONFLICTING_UNIQUE_VALUE") {
        return CONFLICT.to_owned();
    }
    [detail, category(body), body["errorType"].as_str()]
        .into_iter()
        .flatten()
        .find(|code| is_code(code))
        .map_or_else(|| format!("HTTP_{status}"), str::to_owned)
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
}

fn rate_limit_wait_ms(headers: &HeaderMap, body: &Value) -> u64 {
    let policy = body["policyName"].as_str().unwrap_or_default();
    let message = body["message"].as_str().unwrap_or_default();
    let figure = if policy == "DAILY" || message.contains("daily") {
        DAILY_WAIT_MS
    } else if policy.starts_with("SECONDLY") || message.contains("your secondly") {
        1_000
    } else {
        10_000
    };
    figure.max(retry_after_ms(headers).unwrap_or(0))
}

/// `Retry-After` in seconds (so HubSpot documents it for 477), at most a day.
fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.saturating_mul(1000).min(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with_retry_after(seconds: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(http::header::RETRY_AFTER, http::HeaderValue::from_static(seconds))])
    }

    #[test]
    fn the_three_limits_have_their_own_pauses() {
        let wait = |body| heard(429, &HeaderMap::new(), &body);
        let limited = json!({"status": "error", "message": "You have reached your ten_secondly_rolling limit.",
            "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"});
        assert_eq!(wait(limited), Heard::TooFast { wait_ms: 10_000 });
        assert_eq!(wait(json!({"policyName": "SECONDLY"})), Heard::TooFast { wait_ms: 1_000 });
        assert_eq!(
            wait(json!({"message": "You have reached your secondly limit."})),
            Heard::TooFast { wait_ms: 1_000 }
        );
        assert_eq!(wait(json!({"policyName": "DAILY"})), Heard::TooFast { wait_ms: 3_600_000 });
        assert_eq!(wait(Value::Null), Heard::TooFast { wait_ms: 10_000 });
    }

    #[test]
    fn a_locked_record_and_a_moving_account_say_when_to_come_back() {
        let later = |wait_ms| Heard::Failed(CrmFailure::Later { wait_ms });
        assert_eq!(heard(423, &HeaderMap::new(), &Value::Null), later(2_000));
        assert_eq!(heard(477, &with_retry_after("600"), &Value::Null), later(600_000));
        assert_eq!(heard(477, &with_retry_after("99999999999999999999"), &Value::Null), later(DAILY_WAIT_MS));
        assert_eq!(heard(477, &with_retry_after("999999999"), &Value::Null), later(DAY_MS));
    }

    #[test]
    fn a_missing_scope_is_a_lost_connection_and_another_403_is_a_refusal() {
        let (none, missing) = (HeaderMap::new(), json!({"category": "MISSING_SCOPES"}));
        assert_eq!(heard(403, &none, &missing), Heard::Failed(CrmFailure::Disconnected));
        let other = Heard::Failed(CrmFailure::Refused { code: "HTTP_403".into() });
        assert_eq!(heard(403, &none, &json!({"message": "no"})), other);
    }

    #[test]
    fn only_hubspots_own_404_says_that_a_record_is_gone() {
        let none = HeaderMap::new();
        assert_eq!(heard(404, &none, &json!({"status": "error", "message": "x"})), Heard::Failed(CrmFailure::Gone));
        let proxy = Heard::Failed(CrmFailure::Refused { code: "HTTP_404".into() });
        assert_eq!(heard(404, &none, &Value::Null), proxy);
    }

    #[test]
    fn a_refusal_carries_hubspots_code_and_never_a_persons_words() {
        let refused = |status, body| match heard(status, &HeaderMap::new(), &body) {
            Heard::Failed(CrmFailure::Refused { code }) => code,
            other => panic!("{other:?}"),
        };
        let body = json!({"category": "VALIDATION_ERROR", "errors": [{"code": "PROPERTY_DOESNT_EXIST"}]});
        assert_eq!(refused(400, body), "PROPERTY_DOESNT_EXIST");
        assert_eq!(refused(409, json!({"message": "Contact already exists. Existing ID: 1"})), "CONFLICT");
        assert_eq!(refused(400, json!({"category": "Taro Yamada"})), "HTTP_400");
        assert_eq!(refused(414, Value::Null), "HTTP_414");
    }

    #[test]
    fn a_server_error_and_a_request_timeout_say_nothing_about_the_effect() {
        for status in [408, 500, 502, 503, 504, 521, 523, 524] {
            assert_eq!(heard(status, &HeaderMap::new(), &Value::Null), Heard::Lost);
        }
    }
}
