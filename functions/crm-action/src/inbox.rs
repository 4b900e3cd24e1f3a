//! Somebody of the team wrote in the CRM's own inbox: verify, one durable call a message, 200.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use musubi::http::{Refusal, Request};
use musubi::line::message;

use crate::{Ports, app_of, known, unreadable};

type InboxPath = Result<Path<(String, String, String)>, PathRejection>;

/// `POST /crm/{kind}/{app}/inbox/{token}`. A call that comes again is the same message.
pub async fn written(
    State(ports): State<Arc<Ports>>,
    path: InboxPath,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let Path((kind, app, token)) = path?;
    let app = app_of(Path((kind, app)))?;
    let call = request.call();
    let (verified, inbox) = ports.verify_inbox.verify(&app, &token, &call).await?;
    for post in ports.verify.caller(&app)?.read_inbox(&verified).map_err(unreadable)? {
        let Some(account) = known(&ports, &app, &post.portal).await? else {
            // A refusal would bring it back, and others' messages with it.
            tracing::warn!(crm.kind = app.0.as_str(), crm.account = %post.portal, "inbox.of_an_unknown_account");
            continue;
        };
        let message = message::typed("text", &post.text).ok();
        ports.from_inbox.take(&account, &inbox, post, message).await?;
    }
    Ok(StatusCode::OK) // The CRM may forget.
}
