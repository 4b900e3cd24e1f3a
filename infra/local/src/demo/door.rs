//! The console's door in the demo: nobody waits for an invitation here.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use musubi::browser::random_secret;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::operator::audit::Actor;
use musubi::domain::operator::{OperatorName, Role};
use musubi::flow::console::{Console, Invite, invitation_address};
use musubi::ports::PortError;

use super::guard;
use crate::names;

/// What lets somebody in.
pub struct Door {
    /// Who may use the console.
    pub console: Console,
    /// Of this CRM account.
    pub account: CrmAccountKey,
    /// Where the console is.
    pub public_url: String,
    /// What is spoken.
    pub language: super::Spoken,
}

/// `GET /demo/console`: an invitation for the contact's owner, an admin, opened at once.
pub fn router(door: Door) -> Router {
    let door = Router::new().route("/demo/console", get(enter)).with_state(Arc::new(door));
    door.layer(middleware::from_fn(guard::guard))
}

async fn enter(State(door): State<Arc<Door>>) -> Response {
    match door.invitation().await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => {
            tracing::error!(%error, "demo.not_invited");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

impl Door {
    async fn invitation(&self) -> Result<String, PortError> {
        let language = self.language.now();
        let [given, family] = names::OWNER.map(|name| names::pick(name, language));
        let whole = language.pick(&format!("{family} {given}"), &format!("{given} {family}")).to_owned();
        let name = OperatorName::parse(&whole).expect("a name");
        let (account, by) = (self.account.clone(), Actor::CommandLine);
        let code = random_secret()?;
        self.console.invite(&Invite { account, name, role: Role::Admin, channels: None, by }, &code).await?;
        Ok(format!("{}&lang={}", invitation_address(&self.public_url, &code), language.pick("ja", "en")))
    }
}
