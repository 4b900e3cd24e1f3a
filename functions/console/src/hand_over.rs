//! Somebody opens the console from a page of ours in the CRM: the CRM's servers ask for a one-time address, and the browser opens
//! it.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use musubi::browser;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::CrmAppId;
use musubi::domain::operator::hand_over::HANDED_OVER_MS;
use musubi::flow::console::hand_over::{NotLetIn, hand_over_address};
use musubi::http::{Refusal, Request};
use musubi::ports::crm_caller::{CallKind, Unreadable};
use musubi::ports::secrets::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pages::ended::Ended;
use crate::pages::enter;
use crate::visit::{Stopped, Visitor, cookie};
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

/// What the address holds.
#[derive(Deserialize)]
pub struct Address {
    code: String,
}

/// What the form holds.
#[derive(Deserialize)]
pub struct Entered {
    code: String,
    token: Option<String>,
}

/// `GET /console/enter?code=...`: who would be signed in, and the button. Looking uses nothing up.
pub async fn ask(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(Address { code }) = address.map_err(|_| visitor.ends(Ended::HandOverUsed))?;
    let operator = ports.console.handed_over(&Secret::new(&code)).await.map_err(|why| stopped(&visitor, why))?;
    let secret = match &visitor.secret {
        Some(known) => known.clone(),
        None => browser::random_secret().map_err(|error| visitor.failed(&error))?,
    };
    let page = enter::page(visitor.language, &operator, &code, &browser::form_token(&secret, FORM));
    Ok(([(SET_COOKIE, cookie(&secret))], page).into_response())
}

/// `POST /console/enter`. The session gets an ID of its own; one that the browser had before opens nothing.
pub async fn enter(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    entered: Result<Form<Entered>, FormRejection>,
) -> Result<Response, Stopped> {
    let Form(entered) = entered.map_err(|_| visitor.ends(Ended::NotOurForm))?;
    if !visitor.made(FORM, entered.token.as_deref()) {
        return Err(visitor.ends(Ended::NotOurForm));
    }
    let session = browser::random_secret().map_err(|error| visitor.failed(&error))?;
    let operator = ports.console.enter(&Secret::new(entered.code), &session, visitor.secret.as_ref()).await;
    operator.map_err(|why| stopped(&visitor, why))?;
    Ok(([(SET_COOKIE, cookie(&session))], Redirect::to("/console")).into_response())
}

fn stopped(visitor: &Visitor, why: NotLetIn) -> Stopped {
    match why {
        NotLetIn::NotNow(error) => visitor.failed(&error),
        NotLetIn::Removed => visitor.ends(Ended::Removed),
        NotLetIn::NoAdmin => visitor.ends(Ended::NoAdmin),
        NotLetIn::Used | NotLetIn::TooMany => visitor.ends(Ended::HandOverUsed),
    }
}
