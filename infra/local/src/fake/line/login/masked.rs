//! What the ledger keeps of a call of login: which parameters were there, never their values.

use bytes::Bytes;
use url::form_urlencoded;

use crate::fake::wire::ApiRequest;

/// Path, query and body of a call, without anything that a code, token or user ID could stand in.
pub(crate) fn masked(asked: &ApiRequest) -> (String, Option<String>, Bytes) {
    let body = if asked.is_form() { Bytes::from(names_only(&asked.body)) } else { Bytes::new() };
    let segments = asked.segments();
    let path = match segments.as_slice() {
        ["v2", "bot", "user", _, "linkToken"] => "/v2/bot/user/{userId}/linkToken".to_owned(),
        ["liff", liff_id, _, ..] if *liff_id != "v1" => format!("/liff/{liff_id}/.."),
        _ => asked.path.clone(),
    };
    (path, asked.query.as_deref().map(|query| names_only(query.as_bytes())), body)
}

/// `code&client_id&..`: names as far as they are plain words, in their order. (A form's own fields end in a user ID.)
fn names_only(form: &[u8]) -> String {
    let is_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let names = form_urlencoded::parse(form).map(|(name, _)| name.into_owned());
    names.filter(|name| is_word(name)).collect::<Vec<_>>().join("&")
}
