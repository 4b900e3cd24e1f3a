//! Somebody comes to a page: in which language, signed in or not, and as what.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt, TryStreamExt};
use musubi::browser;
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::finding::About;
use musubi::domain::language::Language;
use musubi::domain::operator::{Operator, Role};
use musubi::domain::reading::StackReading;
use musubi::flow::check_up::LastLook;
use musubi::ports::PortError;
use musubi::ports::secrets::Secret;

use crate::pages::ended::{self, Ended};
use crate::{Ports, language};

/// How many rows are read together.
const AT_ONCE: usize = 16;

/// `__Host-`: this host alone, over HTTPS alone. It holds a session's ID; until somebody is signed in, one that opens nothing.
const NAME: &str = "__Host-musubi-console";

/// Anybody, signed in or not.
pub struct Visitor {
    /// As they chose, else as the browser does, else Japanese.
    pub language: Language,
    /// The browser's own secret, if it has one: a session's ID, or what binds a form to this browser.
    pub secret: Option<Secret>,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let secret = browser::secret(&parts.headers, NAME);
        Ok(Self { language: language::of(&parts.uri, &parts.headers), secret })
    }
}

impl Visitor {
    /// It ends with a page that says why.
    pub fn ends(&self, why: Ended) -> Stopped {
        Stopped { language: self.language, why }
    }

    /// What went wrong is ours to mend, and logged.
    pub fn failed(&self, error: &PortError) -> Stopped {
        musubi::telemetry::log_chain("console.failed", error);
        self.ends(Ended::Unavailable)
    }

    /// Whether a form is from a page that this browser got.
    pub fn made(&self, form: &str, token: Option<&str>) -> bool {
        let ours = self.secret.as_ref().zip(token);
        ours.is_some_and(|(secret, token)| browser::is_form_token(secret, form, token))
    }
}

/// `Set-Cookie` of a session, or of what binds a form to a browser. It ends with the browser; we end a session earlier.
pub fn cookie(secret: &Secret) -> String {
    format!("{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax", secret.expose())
}

/// `Set-Cookie` that takes it away.
pub fn no_cookie() -> String {
    format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// An operator who is signed in.
pub struct SignedIn {
    /// What answers.
    pub ports: Arc<Ports>,
    /// Who, as they stand now.
    pub operator: Operator,
    /// In which language.
    pub language: Language,
    /// The session's ID.
    pub session: Secret,
    /// They come from a form of theirs that was saved.
    pub just_saved: bool,
}

/// An operator who may do everything.
pub struct Admin(pub SignedIn);

/// A page that could not be shown.
pub struct Stopped {
    language: Language,
    why: Ended,
}

impl IntoResponse for Stopped {
    fn into_response(self) -> Response {
        ended::page(self.language, self.why).into_response()
    }
}

impl SignedIn {
    /// The token of this session's forms. One for all: whoever can read one of our pages can read them all.
    pub fn form_token(&self) -> String {
        browser::form_token(&self.session, FORMS)
    }

    /// A form's token is checked, whatever the browser's headers say.
    ///
    /// # Errors
    /// The form is from no page of this session.
    pub fn checks(&self, token: Option<&str>) -> Result<(), Stopped> {
        match token {
            Some(token) if browser::is_form_token(&self.session, FORMS, token) => Ok(()),
            _ => Err(self.ends(Ended::NotOurForm)),
        }
    }

    /// It ends with a page that says why.
    pub fn ends(&self, why: Ended) -> Stopped {
        Stopped { language: self.language, why }
    }

    /// What went wrong is ours to mend, and logged.
    pub fn failed(&self, error: &PortError) -> Stopped {
        musubi::telemetry::log_chain("console.failed", error);
        self.ends(Ended::Unavailable)
    }
}

impl SignedIn {
    /// The CRM account that the session is of.
    ///
    /// # Errors
    /// It is not connected any more, or cannot be read.
    pub async fn account(&self) -> Result<CrmAccount, Stopped> {
        let found = self.ports.accounts.find(&self.operator.account).await.map_err(|error| self.failed(&error))?;
        Ok(found.ok_or_else(|| self.ends(Ended::NotConnected))?.value)
    }

    /// What is about every Official Account is for who sees them all.
    ///
    /// # Errors
    /// They see some alone.
    pub fn sees_all(&self) -> Result<(), Stopped> {
        if self.operator.covers(None) { Ok(()) } else { Err(self.ends(Ended::SeesLess)) }
    }

    /// Those of its Official Accounts that the operator sees.
    ///
    /// # Errors
    /// One cannot be read.
    pub async fn channels(&self, account: &CrmAccount) -> Result<Vec<Channel>, Stopped> {
        let ids = account.channels.iter().filter(|id| self.operator.sees(id));
        // Boxed here: a closure that borrows hides from the compiler that all of it may go from thread to thread.
        let reads: Vec<_> = ids.map(|id| self.ports.channels.find(id).boxed()).collect();
        let found = futures::stream::iter(reads).buffered(AT_ONCE);
        let found: Vec<Option<Channel>> = found.try_collect().await.map_err(|error| self.failed(&error))?;
        Ok(found.into_iter().flatten().filter(|channel| channel.account == account.key).collect())
    }

    /// What the doctor found the last time, as far as the operator may see it: what they see of the accounts, they see of the
    /// findings. What is of no account is the admins'.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn last_look(&self) -> Result<LastLook, Stopped> {
        let kept = &self.ports.check_up.kept;
        let mut last = kept.last(&self.operator.account).await.map_err(|error| self.failed(&error))?;
        last.found.retain(|(finding, _)| match &finding.about {
            About::Stack => self.operator.is(Role::Admin),
            About::Account(_) => true,
            About::Channel(id) => self.operator.sees(id),
        });
        last.reading.channels.retain(|id, _| self.operator.sees(id));
        if !self.operator.is(Role::Admin) {
            last.stack = StackReading::default();
        }
        Ok(last)
    }
}

/// Names the forms of a session in their token.
const FORMS: &str = "console";

impl FromRequestParts<Arc<Ports>> for SignedIn {
    type Rejection = Stopped;

    async fn from_request_parts(parts: &mut Parts, ports: &Arc<Ports>) -> Result<Self, Stopped> {
        let Ok(visitor) = <Visitor as FromRequestParts<_>>::from_request_parts(parts, ports).await;
        signed_in(parts, ports, visitor, false).await
    }
}

/// An operator whose page asks by itself.
pub struct Watching(pub SignedIn);

impl FromRequestParts<Arc<Ports>> for Watching {
    type Rejection = Stopped;

    async fn from_request_parts(parts: &mut Parts, ports: &Arc<Ports>) -> Result<Self, Stopped> {
        let Ok(visitor) = <Visitor as FromRequestParts<_>>::from_request_parts(parts, ports).await;
        signed_in(parts, ports, visitor, true).await.map(Self)
    }
}

async fn signed_in(
    parts: &Parts,
    ports: &Arc<Ports>,
    visitor: Visitor,
    is_watching: bool,
) -> Result<SignedIn, Stopped> {
    let session = visitor.secret.clone().ok_or_else(|| visitor.ends(Ended::NotSignedIn))?;
    let console = &ports.console;
    let found = if is_watching { console.still_signed_in(&session).await } else { console.signed_in(&session).await };
    match found {
        Ok(Some(operator)) => {
            let (ports, language) = (Arc::clone(ports), visitor.language);
            let just_saved = parts.uri.query().is_some_and(|query| query.split('&').any(|it| it == "saved=1"));
            Ok(SignedIn { ports, operator, language, session, just_saved })
        }
        Ok(None) => Err(visitor.ends(Ended::NotSignedIn)),
        Err(error) => Err(visitor.failed(&error)),
    }
}

impl FromRequestParts<Arc<Ports>> for Admin {
    type Rejection = Stopped;

    async fn from_request_parts(parts: &mut Parts, ports: &Arc<Ports>) -> Result<Self, Stopped> {
        let visit = <SignedIn as FromRequestParts<_>>::from_request_parts(parts, ports).await?;
        if visit.operator.is(Role::Admin) { Ok(Self(visit)) } else { Err(visit.ends(Ended::AdminsOnly)) }
    }
}
