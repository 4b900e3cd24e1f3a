//! What a CRM calls. `POST /crm/{kind}/{app}/action`: verify, check, one durable call; `.../options`: the choices of its field
//! `channel`; `.../webhook`: something changed at contacts; `.../inbox/{token}`: somebody wrote in the CRM's own inbox.

mod answer;
mod ask;
mod inbox;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use musubi::aws::AwsAdapters;
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::ids::{CrmAccountId, CrmAppId};
use musubi::flow::accept::Accept;
use musubi::flow::contacts_changed::ContactsChanged;
use musubi::flow::from_inbox::FromInbox;
use musubi::flow::verify_call::{App, VerifyCall};
use musubi::flow::verify_inbox::VerifyInbox;
use musubi::http::{MAX_BODY_BYTES, Refusal, Request};
use musubi::ports::CrmCaller;
use musubi::ports::crm_caller::{CallKind, Unreadable, VerifiedCall};
use musubi::store::{Accounts, Channels};

/// What the action needs.
pub struct Ports {
    /// Whether it is the CRM that calls.
    pub verify: VerifyCall,
    /// CRM accounts.
    pub accounts: Accounts,
    /// Official Accounts, for lists of options.
    pub channels: Channels,
    /// The push queue.
    pub accept: Accept,
    /// The journal, for what changed at contacts.
    pub notice: ContactsChanged,
    /// Whether it is the CRM that tells of its inbox.
    pub verify_inbox: VerifyInbox,
    /// The push queue, for what was written there.
    pub from_inbox: FromInbox,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        let accounts = adapters.accounts()?.remembering(Arc::clone(&clock));
        let channels = adapters.channels()?.remembering(Arc::clone(&clock));
        let (links, push) = (adapters.link_reader()?, adapters.push_queue()?);
        let verify = VerifyCall {
            callers: musubi::crm::caller,
            accounts: accounts.clone(),
            secrets: adapters.secrets()?,
            clock: Arc::clone(&clock),
            public_url: config::public_url(environment)?,
        };
        let inboxes = adapters.inboxes()?.remembering(Arc::clone(&clock));
        Ok(Self {
            verify_inbox: VerifyInbox { calls: verify.clone(), inboxes },
            verify,
            accounts,
            from_inbox: FromInbox {
                channels: channels.clone(),
                links: links.clone(),
                push: push.clone(),
                clock: Arc::clone(&clock),
            },
            channels,
            accept: Accept { links, push, clock },
            notice: ContactsChanged { outbox: adapters.outbox()? },
        })
    }
}

/// The routes.
pub fn router(ports: Arc<Ports>) -> Router {
    Router::new()
        .route("/crm/{kind}/{app}/action", post(run))
        .route("/crm/{kind}/{app}/options", post(options))
        .route("/crm/{kind}/{app}/webhook", post(changed))
        .route("/crm/{kind}/{app}/inbox/{token}", post(inbox::written))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(ports)
}

async fn run(State(ports): State<Arc<Ports>>, app: AppPath, request: Request) -> Result<Response, Refusal> {
    let app = app_of(app?)?;
    let (caller, account, asked) =
        asked(&ports, &app, &request, |caller, call| caller.read_action(call), |asked| &asked.account).await?;
    let answer = match ask::check(&account, &asked) {
        Ok(checked) => {
            ports.accept.accept(&account, checked.clone()).await?; // Ok means: the CRM may forget.
            answer::accepted(caller, &account, &checked)
        }
        Err(turned_away) => {
            if let Some(turned_down) = ask::turned_down(&account, &asked, turned_away.refused) {
                ports.accept.refuse(&account, turned_down).await?;
            }
            answer::turned_away(caller, &account, &turned_away)
        }
    };
    Ok(axum::Json(answer).into_response())
}

async fn options(State(ports): State<Arc<Ports>>, app: AppPath, request: Request) -> Result<Response, Refusal> {
    let app = app_of(app?)?;
    let (caller, account, asked) =
        asked(&ports, &app, &request, |caller, call| caller.read_options(call), |asked| &asked.account).await?;
    let mut channels = Vec::new();
    for id in &account.channels {
        channels.extend(ports.channels.find(id).await?);
    }
    Ok(axum::Json(caller.answer_options(&channels, asked.search.as_deref())).into_response())
}

async fn changed(State(ports): State<Arc<Ports>>, app: AppPath, request: Request) -> Result<StatusCode, Refusal> {
    let app = app_of(app?)?;
    let caller = ports.verify.caller(&app)?;
    let call = request.call();
    let verified = ports.verify.verify(&app, CallKind::Webhook, &call).await?;
    for (account, contacts) in caller.read_changes(&verified).map_err(unreadable)? {
        match known(&ports, &app, &account).await? {
            Some(account) => ports.notice.contacts_changed(&account.key, &contacts).await?,
            // A refusal would bring the whole array back for a day, other accounts' events with it.
            None => tracing::warn!(crm.kind = app.0.as_str(), crm.account = %account, "webhook.of_an_unknown_account"),
        }
    }
    Ok(StatusCode::OK) // The CRM may forget.
}

type AppPath = Result<Path<(String, String)>, PathRejection>;

/// What a signed request asks, and of which account: both routes begin so.
async fn asked<T>(
    ports: &Ports,
    app: &App,
    request: &Request,
    read: fn(&dyn CrmCaller, &VerifiedCall<'_>) -> Result<T, Unreadable>,
    named: fn(&T) -> &CrmAccountId,
) -> Result<(&'static dyn CrmCaller, CrmAccount, T), Refusal> {
    let caller = ports.verify.caller(app)?;
    let call = request.call();
    let verified = ports.verify.verify(app, CallKind::Action, &call).await?;
    let asked = read(caller, &verified).map_err(unreadable)?;
    let account = account(ports, app, named(&asked)).await?;
    Ok((caller, account, asked))
}

fn unreadable(why: Unreadable) -> Refusal {
    tracing::warn!(%why, "call.unreadable");
    Refusal::BAD_REQUEST
}

/// What can be no app's name is not looked up.
fn app_of(Path((kind, app)): Path<(String, String)>) -> Result<App, Refusal> {
    let kind = kind.parse().map_err(|()| Refusal::NOT_FOUND)?;
    if CrmAppId::is_well_formed(&app) { Ok((kind, CrmAppId::new(app))) } else { Err(Refusal::NOT_FOUND) }
}

/// The account, if it is one of this app's.
async fn account(ports: &Ports, app: &App, id: &CrmAccountId) -> Result<CrmAccount, Refusal> {
    known(ports, app, id).await?.ok_or(Refusal::NOT_FOUND)
}

async fn known(ports: &Ports, (kind, app): &App, id: &CrmAccountId) -> Result<Option<CrmAccount>, Refusal> {
    let key = CrmAccountKey { kind: *kind, id: id.clone() };
    let account = ports.accounts.find(&key).await?.map(|found| found.value);
    Ok(account.filter(|account| account.app == *app))
}
