//! Somebody opens the console from a page of ours in the CRM: the CRM's servers ask for a one-time address, and the browser opens
//! it.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use musubi::browser;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::CrmAppId;
use musubi::domain::operator::hand_over::HANDED_OVER_MS;
use musubi::flow::console::hand_over::{NotLetIn, hand_over_address};
use musubi::http::{Refusal, Request};
use musubi::ports::crm_caller::{CallKind, Unreadable};
use musubi::ports::secrets::Secret;
use serde_json::{Value, json};

use crate::one_time::{Address, Pressed, asked, pressed, signed_in};
use crate::pages::ended::Ended;
use crate::pages::enter;
use crate::visit::{Stopped, Visitor};
use crate::{KIND, Ports};

/// Names the form in its token.
const FORM: &str = "enter";

/// `POST /console/hand-over`, as the CRM calls it. Who asks, and of which account, its signature says and nothing in the body. An
/// answer in words follows a signature that fits alone; without one, a bare status.
pub async fn hand_over(State(ports): State<Arc<Ports>>, request: Request) -> Result<Response, Refusal> {
    let app = (KIND, CrmAppId::new(&ports.app));
    let call = request.call();
    let verified = ports.verify.verify(&app, CallKind::Person, &call).await?;
    let visitor =
        ports.verify.caller(&app)?.read_visitor(&verified, ports.console.clock.now_ms()).map_err(unreadable)?;
    let account = CrmAccountKey { kind: KIND, id: visitor.account };
    let found = ports.accounts.find(&account).await?;
    if found.is_none_or(|found| found.value.app != app.1) {
        return Ok(answered(&json!({"refused": "not_connected"})));
    }
    // A second request, such as the CRM's own after a lost answer, makes a second address.
    let code = browser::random_secret()?;
    let refused = match ports.console.hand_over(&account, &visitor.user, &code).await {
        Ok(()) => {
            let address = hand_over_address(&ports.public_url, &code);
            return Ok(answered(&json!({"address": address, "seconds": HANDED_OVER_MS / 1000})));
        }
        Err(NotLetIn::NotNow(error)) => return Err(error.into()),
        Err(NotLetIn::Removed) => "removed",
        Err(NotLetIn::NoAdmin) => "no_admin",
        Err(NotLetIn::TooMany) => "too_many",
        Err(NotLetIn::Used) => return Err(Refusal::BAD_REQUEST),
    };
    tracing::info!(crm.account = %account, why = refused, "hand_over.refused");
    Ok(answered(&json!({ "refused": refused })))
}

fn answered(answer: &Value) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn unreadable(why: Unreadable) -> Refusal {
    tracing::warn!(%why, "call.unreadable");
    Refusal::BAD_REQUEST
}

/// `GET /console/enter?code=...`: who would be signed in, and the button.
pub async fn ask(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(Address { code }) = address.map_err(|_| visitor.ends(Ended::HandOverUsed))?;
    let operator = ports.console.handed_over(&Secret::new(&code)).await.map_err(|why| stopped(&visitor, why))?;
    asked(&visitor, FORM, |token| enter::page(visitor.language, &operator, &code, token))
}

/// `POST /console/enter`: the session that the browser had before ends.
pub async fn enter(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    form: Result<Form<Pressed>, FormRejection>,
) -> Result<Response, Stopped> {
    let (code, session) = pressed(&visitor, FORM, form)?;
    let entered = ports.console.enter(&code, &session, visitor.secret.as_ref()).await;
    entered.map(|_| signed_in(&session)).map_err(|why| stopped(&visitor, why))
}

fn stopped(visitor: &Visitor, why: NotLetIn) -> Stopped {
    match why {
        NotLetIn::NotNow(error) => visitor.failed(&error),
        NotLetIn::Removed => visitor.ends(Ended::Removed),
        NotLetIn::NoAdmin => visitor.ends(Ended::NoAdmin),
        NotLetIn::Used | NotLetIn::TooMany => visitor.ends(Ended::HandOverUsed),
    }
}
