//! Who asks in a page of ours in HubSpot, by `hubspot.fetch`.
//!
//! Source: HubSpot's reference of `hubspot.fetch`: HubSpot's servers call, sign, and append `portalId`, `userId`, `userEmail` and
//! `appId` to the query. The body is the page's own, so anybody's who can use a browser: nobody is known by it.
//!
//! What is signed by version 2 alone is good for ever. It counts here only where the body, which it covers, has a time that is
//! as fresh as version 3 asks: whoever has seen such a request cannot change that time, and cannot come in by it next week.

use serde_json::Value;

use super::signature::FRESH_MS;
use crate::domain::ids::{CrmAccountId, CrmUserId};
use crate::ports::crm_caller::{CrmVisitor, Unreadable, VerifiedCall};

/// IDs of portals and users are numbers; no longer one is looked up.
const LONGEST_ID: usize = 20;

/// Reads who asks. `asked_at_ms` in the body is in milliseconds.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse(call: &VerifiedCall<'_>, now_ms: i64) -> Result<CrmVisitor, Unreadable> {
    if !call.is_timed() && !is_fresh(call.body(), now_ms) {
        return Err(Unreadable("neither the signature nor the body shows when it was asked"));
    }
    let query = call.raw_query().unwrap_or_default();
    let account = only(query, "portalId").ok_or(Unreadable("the query does not name one account"))?;
    let user = only(query, "userId").ok_or(Unreadable("the query does not name one user"))?;
    Ok(CrmVisitor { account: CrmAccountId::new(account), user: CrmUserId::new(user) })
}

fn is_fresh(body: &[u8], now_ms: i64) -> bool {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let at_ms = body.and_then(|body| body["asked_at_ms"].as_i64());
    at_ms.is_some_and(|at_ms| now_ms.abs_diff(at_ms) <= FRESH_MS)
}

/// A number that stands in the query under this name, and nowhere else in it: the page writes the address, HubSpot appends to
/// it, and which of two were HubSpot's nobody could say.
fn only<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
    let (_, value) = values.next()?;
    let is_number = (1..=LONGEST_ID).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && values.next().is_none()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_767_225_600_000;

    fn read(query: &str, body: &str, is_timed: bool) -> Option<(String, String)> {
        let call = VerifiedCall::by_signature(body.as_bytes()).over(Some(query), is_timed);
        let visitor = parse(&call, NOW_MS).ok()?;
        Some((visitor.account.as_str().to_owned(), visitor.user.expose().to_owned()))
    }

    #[test]
    fn the_query_alone_says_who_asks() {
        let told = Some(("24000001".to_owned(), "7".to_owned()));
        let query = "portalId=24000001&userId=7&userEmail=a%40b.example&appId=1";
        assert_eq!(read(query, r#"{"portalId":1,"userId":2}"#, true), told);
        for query in [
            "",
            "userId=7",
            "portalId=24000001",
            "portalId=&userId=7",
            "portalId=1&portalId=24000001&userId=7",
            "userId=1&portalId=24000001&userId=7",
            "portalId=24000001&userId=7a",
            "portalId=24000001&userId=%37",
            "portalId=24000001&userId=-7",
            "portalId=24000001&userId=111111111111111111111",
            "portalid=24000001&userid=7",
        ] {
            assert_eq!(read(query, r#"{"portalId":24000001,"userId":7}"#, true), None, "{query}");
        }
    }

    #[test]
    fn a_signature_without_a_time_counts_with_a_fresh_one_in_the_body() {
        let query = "portalId=24000001&userId=7";
        let asked = |at_ms: i64| format!(r#"{{"asked_at_ms":{at_ms}}}"#);
        for (body, counts) in [
            (asked(NOW_MS), true),
            (asked(NOW_MS - 300_000), true),
            (asked(NOW_MS - 300_001), false),
            (asked(NOW_MS + 300_001), false),
            (asked(i64::MIN), false),
            (r#"{"asked_at_ms":"now"}"#.to_owned(), false),
            ("{}".to_owned(), false),
            ("[]".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(read(query, &body, false).is_some(), counts, "{body}");
            assert!(read(query, &body, true).is_some(), "{body}");
        }
    }
}
