//! What HubSpot's statuses and error bodies mean for us. This is the one place that says which refusals pass.
//!
//! | answer | we hear | because |
//! | --- | --- | --- |
//! | 400, 413, 422 | refused for good, this input alone | "`VALIDATION_ERROR`: fix, never retry" (error handling guide) |
//! | ... with one of [`OF_THE_ACCOUNT`] | the account is not ready | somebody changed a property's definition, or never made it |
//! | 409, `CONFLICT`, `CONFLICTING_UNIQUE_VALUE` | taken | another record has the unique value |
//! | 401, 403 `MISSING_SCOPES` | disconnected | until somebody connects the account again |
//! | any other 4xx, a 404 that is a proxy's | the account is not ready | a plan, a limit, a version that is no more: no input's fault |
//! | 423, 429, 477 | later | |
//! | 408, 5xx, no answer | it may have happened | |
//!
//! HubSpot publishes no list of the codes in `errors[].code`; those named here stand in answers that its community and its
//! clients' issues show. An unknown code of a 400 counts as this input's fault. Whoever gives words up for that first makes
//! sure that HubSpot takes other words (`flow::dispatch`), so a wrong guess costs a wait and no words.
//!
//! Source: HubSpot's error handling guide, its usage guidelines, and the pauses of its official client for Node.js
//! (10 s for the ten-second limit, 1 s for the one-second limit). Every field of an error body is optional.

use http::HeaderMap;
use serde_json::Value;

use crate::ports::crm::CrmFailure;

/// The code of a refusal because the account has no such property (any more).
pub const PROPERTY_DOESNT_EXIST: &str = "PROPERTY_DOESNT_EXIST";
/// Codes of a 400 that say something about a property's definition in this account, and nothing about the value that was
/// written: our values are fixed words there.
const OF_THE_ACCOUNT: [&str; 4] =
    [PROPERTY_DOESNT_EXIST, "READ_ONLY_VALUE", "INVALID_OPTION", "MISSING_REQUIRED_PROPERTY"];

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
        _ => Heard::Failed(refusal(status, body)),
    }
}

/// A refusal that says that nothing happened: for whose sake?
fn refusal(status: u16, body: &Value) -> CrmFailure {
    let detail = body["errors"].get(0).and_then(|error| error["code"].as_str());
    if status == 409 || category(body) == Some("CONFLICT") || detail == Some("CONFLICTING_UNIQUE_VALUE") {
        return CrmFailure::Taken;
    }
    let code = code(status, body);
    match status {
        400 | 413 | 422 if !OF_THE_ACCOUNT.contains(&code.as_str()) => CrmFailure::Refused { code },
        _ => CrmFailure::NotReady { code },
    }
}

/// What one entry of a batch's `errors` means.
pub(crate) fn of_item(error: &Value) -> CrmFailure {
    match category(error) {
        Some("OBJECT_NOT_FOUND") => CrmFailure::Gone,
        Some("RATE_LIMITS") => CrmFailure::Later { wait_ms: 10_000 },
        _ => refusal(400, error),
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
    fn a_missing_scope_is_a_lost_connection_and_another_403_is_no_inputs_fault() {
        let (none, missing) = (HeaderMap::new(), json!({"category": "MISSING_SCOPES"}));
        assert_eq!(heard(403, &none, &missing), Heard::Failed(CrmFailure::Disconnected));
        let other = Heard::Failed(CrmFailure::NotReady { code: "HTTP_403".into() });
        assert_eq!(heard(403, &none, &json!({"message": "no"})), other);
    }

    #[test]
    fn only_hubspots_own_404_says_that_a_record_is_gone() {
        let none = HeaderMap::new();
        assert_eq!(heard(404, &none, &json!({"status": "error", "message": "x"})), Heard::Failed(CrmFailure::Gone));
        let proxy = Heard::Failed(CrmFailure::NotReady { code: "HTTP_404".into() });
        assert_eq!(heard(404, &none, &Value::Null), proxy);
    }

    #[test]
    fn a_refusal_carries_hubspots_code_and_never_a_persons_words() {
        let code = |status, body| match heard(status, &HeaderMap::new(), &body) {
            Heard::Failed(CrmFailure::Refused { code } | CrmFailure::NotReady { code }) => code,
            other => panic!("{other:?}"),
        };
        let body = json!({"category": "VALIDATION_ERROR", "errors": [{"code": "PROPERTY_DOESNT_EXIST"}]});
        assert_eq!(code(400, body), "PROPERTY_DOESNT_EXIST");
        assert_eq!(code(400, json!({"category": "Taro Yamada"})), "HTTP_400");
        assert_eq!(code(414, Value::Null), "HTTP_414");
    }

    #[test]
    fn a_refusal_for_what_an_input_says_is_told_apart_from_one_that_passes() {
        let validation = |code: &str| json!({"category": "VALIDATION_ERROR", "errors": [{"code": code}]});
        let heard = |status, body: Value| heard(status, &HeaderMap::new(), &body);
        for (status, body) in [
            (400, json!({"category": "VALIDATION_ERROR"})),
            (400, validation("INVALID_EMAIL")),
            (400, validation("SOMETHING_NEW")),
            (400, Value::Null),
            (413, Value::Null),
            (422, Value::Null),
        ] {
            assert!(matches!(heard(status, body), Heard::Failed(CrmFailure::Refused { .. })), "{status}");
        }
        for (status, body) in [
            (400, validation("PROPERTY_DOESNT_EXIST")),
            (400, validation("READ_ONLY_VALUE")),
            (400, validation("INVALID_OPTION")),
            (400, validation("MISSING_REQUIRED_PROPERTY")),
            (402, Value::Null),
            (403, json!({"category": "BANNED"})),
            (405, Value::Null),
            (410, Value::Null),
            (415, Value::Null),
        ] {
            assert!(matches!(heard(status, body), Heard::Failed(CrmFailure::NotReady { .. })), "{status}");
        }
        assert_eq!(
            of_item(&validation("PROPERTY_DOESNT_EXIST")),
            CrmFailure::NotReady { code: PROPERTY_DOESNT_EXIST.to_owned() }
        );
        for body in [json!({"category": "CONFLICT"}), validation("CONFLICTING_UNIQUE_VALUE")] {
            assert_eq!(heard(400, body.clone()), Heard::Failed(CrmFailure::Taken));
            assert_eq!(of_item(&body), CrmFailure::Taken);
        }
        let exists = json!({"message": "Contact already exists. Existing ID: 1"});
        assert_eq!(heard(409, exists), Heard::Failed(CrmFailure::Taken));
    }

    #[test]
    fn what_was_done_and_a_token_that_is_no_more_are_no_failures() {
        for status in [200, 201, 204, 207] {
            assert_eq!(heard(status, &HeaderMap::new(), &Value::Null), Heard::Done);
        }
        assert_eq!(heard(401, &HeaderMap::new(), &Value::Null), Heard::Unauthorised);
    }

    #[test]
    fn an_item_of_a_batch_says_what_became_of_it() {
        assert_eq!(of_item(&json!({"category": "OBJECT_NOT_FOUND"})), CrmFailure::Gone);
        assert_eq!(of_item(&json!({"category": "RATE_LIMITS"})), CrmFailure::Later { wait_ms: 10_000 });
    }

    #[test]
    fn each_of_hubspots_marks_makes_a_404_its_own() {
        let gone = Heard::Failed(CrmFailure::Gone);
        for own in [json!({"correlationId": "x"}), json!({"category": "OBJECT_NOT_FOUND"}), json!({"status": "error"})]
        {
            assert_eq!(heard(404, &HeaderMap::new(), &own), gone, "{own}");
        }
    }

    #[test]
    fn a_code_is_a_word_of_hubspots_or_none() {
        for (text, is) in [("A_1", true), ("", false), ("a", false), (&"A".repeat(64), true), (&"A".repeat(65), false)]
        {
            assert_eq!(is_code(text), is, "{text}");
        }
    }

    #[test]
    fn a_server_error_and_a_request_timeout_say_nothing_about_the_effect() {
        for status in [408, 500, 502, 503, 504, 521, 523, 524] {
            assert_eq!(heard(status, &HeaderMap::new(), &Value::Null), Heard::Lost);
        }
    }
}
