//! How LINE refuses.

use serde_json::json;

use crate::fake::wire::Answer;

pub(crate) const RATE_LIMITED: &str = "The API rate limit has been exceeded. Try again later.";
pub(crate) const UNAUTHORIZED: &str =
    "Authentication failed. Confirm that the access token in the authorization header is valid.";

/// `{"message": ..}` with this status.
pub(crate) fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"message": message}))
}

/// OAuth's shape of a refusal.
pub(crate) fn oauth_refusal(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "error_description": description}))
}
