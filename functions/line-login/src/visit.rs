//! A person comes to one of our pages: to which Official Account, in which language, by which link.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::domain::addresses::LoginAddresses;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::route::RouteName;
use musubi::pages::language_of;
use serde::Deserialize;

use crate::Ports;
use crate::browser::Browser;
use crate::pages::login_end::{self, LoginEnd};
use crate::pages::{Account, Login};

/// What a link may say.
#[derive(Debug, Default, Deserialize)]
struct LinkQuery {
    route: Option<String>,
    lang: Option<String>,
    /// LINE's automatic login failed: by hand this time.
    by_hand: Option<String>,
}

/// A visit to an Official Account that people can log in for.
pub struct Visit {
    /// What answers it.
    pub ports: Arc<Ports>,
    /// The Official Account that is visited.
    pub channel: Channel,
    /// Its LINE Login.
    pub login: LoginSettings,
    /// As the link says, else as the browser does, else Japanese.
    pub language: Language,
    headers: HeaderMap,
    link: LinkQuery,
}

/// A visit that ends with a page that says why.
pub struct Ended {
    language: Language,
    end: LoginEnd,
    /// Where the person may begin again.
    again: Option<(ChannelId, Option<RouteName>)>,
}

impl FromRequestParts<Arc<Ports>> for Visit {
    type Rejection = Ended;

    async fn from_request_parts(parts: &mut Parts, ports: &Arc<Ports>) -> Result<Self, Ended> {
        let link = Query::<LinkQuery>::try_from_uri(&parts.uri);
        let lang = link.as_ref().ok().and_then(|Query(link)| link.lang.clone());
        let language = language_of(lang.as_deref(), &parts.headers);
        let ended = |end| Ended { language, end, again: None };
        let Query(link) = link.map_err(|_| ended(LoginEnd::NotValid))?;
        let id: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, ports).await;
        let Path(id) = id.map_err(|_| ended(LoginEnd::NotValid))?;
        let channel = channel(ports, &id).await.map_err(ended)?;
        let login = channel.login.clone().ok_or_else(|| ended(LoginEnd::NotValid))?;
        Ok(Self { ports: Arc::clone(ports), channel, login, language, headers: parts.headers.clone(), link })
    }
}

async fn channel(ports: &Ports, id: &str) -> Result<Channel, LoginEnd> {
    if !ChannelId::is_well_formed(id) {
        return Err(LoginEnd::NotValid);
    }
    match ports.channels.find(&ChannelId::new(id)).await {
        Ok(found) => found.ok_or(LoginEnd::NotValid),
        Err(error) => {
            musubi::telemetry::log_chain("login.failed", &error);
            Err(LoginEnd::Unavailable)
        }
    }
}

impl Visit {
    /// The route that the link names, if it is a known one.
    pub fn known_route(&self) -> Option<RouteName> {
        self.link.route.as_deref().and_then(|route| self.login.known_route(route))
    }

    /// The same, for what is printed: a route that is not known is a mistake.
    ///
    /// # Errors
    /// The link names a route that is not known.
    pub fn route_or_none(&self) -> Result<Option<RouteName>, Ended> {
        match (&self.link.route, self.known_route()) {
            (Some(_), None) => Err(self.ends(LoginEnd::NotValid)),
            (_, route) => Ok(route),
        }
    }

    /// The person logs in by hand: LINE's automatic login failed.
    pub fn is_by_hand(&self) -> bool {
        self.link.by_hand.as_deref() == Some("1")
    }

    /// The browser, if it was here before.
    pub fn known_browser(&self) -> Option<Browser> {
        Browser::known(&self.headers)
    }

    /// The browser, known or new.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn browser(&self) -> Result<Browser, Ended> {
        Browser::of(&self.headers).map_err(|_| self.ends(LoginEnd::Unavailable))
    }

    /// The Official Account's addresses.
    pub fn addresses(&self) -> LoginAddresses {
        LoginAddresses::of(&self.channel, &self.ports.public_url, &self.ports.liff_url)
    }

    /// What pages say of the Official Account.
    pub fn account(&self) -> Account<'_> {
        Account {
            channel: &self.channel.id,
            name: &self.channel.name,
            basic_id: &self.channel.basic_id,
            line_app_url: &self.ports.line_app_url,
        }
    }

    /// It ends with a page, without a way to begin again.
    pub fn ends(&self, end: LoginEnd) -> Ended {
        Ended { language: self.language, end, again: None }
    }

    /// It ends with a page whose button begins again by this route.
    pub fn ends_but_may_begin_again(&self, end: LoginEnd, route: Option<RouteName>) -> Ended {
        Ended { again: Some((self.channel.id.clone(), route)), ..self.ends(end) }
    }
}

impl Ended {
    /// Its bare status, for those who look at no page.
    pub fn status(&self) -> StatusCode {
        self.end.status()
    }
}

impl IntoResponse for Ended {
    fn into_response(self) -> Response {
        let again = self.again.as_ref().map(|(channel, route)| Login { channel, route: route.as_ref() });
        login_end::page(self.language, self.end, again).into_response()
    }
}
