//! Why a demo call was refused.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// A refusal: a status, and `{"error": code}` with a code that the page has words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{1}")]
pub struct Refusal(pub StatusCode, pub &'static str);

impl Refusal {
    /// Nobody of this user ID is known to the channel's provider.
    pub const NO_SUCH_PERSON: Self = Self(StatusCode::NOT_FOUND, "no_such_person");
    /// The person has no such message of their own.
    pub const NO_SUCH_MESSAGE: Self = Self(StatusCode::NOT_FOUND, "no_such_message");
    /// The portal has no such contact.
    pub const NO_SUCH_CONTACT: Self = Self(StatusCode::NOT_FOUND, "no_such_contact");
    /// The portal has no such task.
    pub const NO_SUCH_TASK: Self = Self(StatusCode::NOT_FOUND, "no_such_task");
    /// The inbox has no such thread.
    pub const NO_SUCH_THREAD: Self = Self(StatusCode::NOT_FOUND, "no_such_thread");
    /// LINE lets nobody write to an account that they block.
    pub const BLOCKED: Self = Self(StatusCode::CONFLICT, "blocked");
    /// Another contact has this value, and HubSpot keeps its values unique.
    pub const VALUE_TAKEN: Self = Self(StatusCode::CONFLICT, "value_taken");
    /// Our settings could not be stored.
    pub const NOT_STORED: Self = Self(StatusCode::SERVICE_UNAVAILABLE, "other");
    /// A value that cannot be.
    pub const OUT_OF_RANGE: Self = Self(StatusCode::UNPROCESSABLE_ENTITY, "out_of_range");
    /// Another site asked, or this machine was asked under another name.
    pub const NOT_FROM_HERE: Self = Self(StatusCode::FORBIDDEN, "not_from_here");
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}
