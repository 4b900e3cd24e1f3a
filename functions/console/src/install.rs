//! The CRM's app is installed: from here to the CRM, and back.
//!
//! The ways to the CRM are links, not forms: the policy of our pages lets a form be sent, or sent on, nowhere else.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use musubi::browser;
use musubi::domain::ids::CrmAppId;
use musubi::flow::console::install::{ComeBack, InstallRefusal, SetOut};
use musubi::pages::Page;
use musubi::ports::secrets::Secret;
use serde::Deserialize;

use crate::pages::ended::Ended;
use crate::pages::install::{self, NotInstalled};
use crate::visit::{Admin, Stopped, Visitor, cookie};
use crate::{KIND, Ports};

/// `GET /console/install`: what will be made, and the ways on. Costs nothing.
pub async fn ask(visitor: Visitor) -> Page {
    install::ask(visitor.language)
}

/// What the way to the CRM says.
#[derive(Deserialize)]
pub struct Asked {
    workflows: Option<String>,
    events: Option<String>,
    inbox: Option<String>,
}

/// `GET /console/install/begin`: on to the CRM. Another site may lead here, and nothing comes of it: the CRM asks the person.
pub async fn begin(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(asked) = asked.map_err(|_| visitor.ends(Ended::NotFound))?;
    let browser = match &visitor.secret {
        Some(known) => known.clone(),
        None => browser::random_secret().map_err(|error| visitor.failed(&error))?,
    };
    let out = SetOut {
        kind: KIND,
        app: CrmAppId::new(&ports.app),
        workflows_wait: asked.workflows.as_deref() != Some("go-on"),
        app_events: asked.events.is_some(),
        inbox: asked.inbox.is_some(),
        random: browser::random_bytes().map_err(|error| visitor.failed(&error))?,
        browser: browser.clone(),
        callback_url: callback_url(&ports),
    };
    match ports.install.set_out(&out).await {
        Ok(Some(address)) => Ok(to(&address, &browser)),
        Ok(None) => Ok(install::refused(visitor.language, &NotInstalled::NoApp).into_response()),
        Err(error) => Err(visitor.failed(&error)),
    }
}

/// What the CRM gives back. Anything else of the query is not looked at, and nothing of it is followed.
#[derive(Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// `GET /console/install/callback`: the session gets an ID of its own; one that the browser had before opens nothing.
pub async fn come_back(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    callback: Result<Query<Callback>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(callback) = callback.map_err(|_| visitor.ends(Ended::NotFound))?;
    let back = ComeBack {
        kind: KIND,
        app: CrmAppId::new(&ports.app),
        state: callback.state,
        code: callback.code.map(Secret::new),
        error: callback.error,
        browser: visitor.secret.clone(),
        callback_url: callback_url(&ports),
        language: visitor.language,
        session: browser::random_secret().map_err(|error| visitor.failed(&error))?,
    };
    match ports.install.come_back(&back).await {
        Ok(installed) if installed.operator.is_some() => Ok(to("/console/install/done", &back.session)),
        Ok(_) => Ok(install::without_a_name(visitor.language).into_response()),
        Err(InstallRefusal::NotNow(error)) => Err(visitor.failed(&error)),
        Err(refusal) => {
            // Strangers can cause each as often as they like.
            tracing::info!(why = %refusal, "install.refused");
            Ok(install::refused(visitor.language, &NotInstalled::of(refusal)).into_response())
        }
    }
}

/// `GET /console/install/done`: what is there now, and what comes next.
pub async fn done(Admin(visit): Admin) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    Ok(install::done(&visit, &account))
}

fn callback_url(ports: &Ports) -> String {
    format!("{}/console/install/callback", ports.public_url)
}

fn to(address: &str, secret: &Secret) -> Response {
    let headers = [
        (LOCATION, address),
        (SET_COOKIE, &cookie(secret)),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
