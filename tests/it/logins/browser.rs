//! A browser with one cookie jar, which walks logins as a person would.

use std::cell::RefCell;

use local::fake::line::login::Consent;
use local::seed::CHANNEL_ID;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::app::App;

/// An answer, read.
pub struct Seen {
    pub status: u16,
    pub location: String,
    pub set_cookie: String,
    pub body: String,
}

/// A browser: it keeps our cookie and follows nothing by itself.
pub struct Browser<'a> {
    pub app: &'a App,
    pub cookie: RefCell<Option<String>>,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, cookie: RefCell::default() }
    }

    /// Opens an address of ours; a path is below the world's address.
    pub async fn open(&self, address: &str) -> Seen {
        let url =
            if address.starts_with("http") { address.to_owned() } else { format!("{}{address}", self.app.world.url) };
        self.send(self.app.http.get(url)).await
    }

    /// Sends a request with the cookie, and keeps the one that comes.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Seen {
        let cookie = self.cookie.borrow().clone();
        let request = if let Some(cookie) = cookie { request.header(COOKIE, cookie) } else { request };
        let answer = request.send().await.expect("an answer");
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let seen = Seen {
            status: answer.status().as_u16(),
            location: header(LOCATION),
            set_cookie: header(SET_COOKIE),
            body: String::new(),
        };
        if let Some(pair) = seen.set_cookie.split(';').next().filter(|pair| !pair.is_empty()) {
            *self.cookie.borrow_mut() = Some(pair.to_owned());
        }
        Seen { body: answer.text().await.expect("a body"), ..seen }
    }

    /// Opens the login link; answers with LINE's address.
    pub async fn set_out(&self, query: &str) -> String {
        let seen = self.open(&format!("/line/{CHANNEL_ID}/login{query}")).await;
        assert_eq!(seen.status, 302, "{}", seen.body);
        seen.location
    }

    /// Says yes at LINE; answers with where LINE sends the person back to.
    pub async fn allow(&self, authorize: &str, user: &str, email: bool, add_friend: bool) -> String {
        let consent = Consent { user_id: user.to_owned(), email, add_friend };
        self.app.world.line.consent(authorize, consent).await.expect("LINE sends the person back")
    }

    /// The whole way; answers with the last answer of ours.
    pub async fn log_in(&self, query: &str, user: &str, email: bool) -> Seen {
        let authorize = self.set_out(query).await;
        let back = self.allow(&authorize, user, email, true).await;
        self.open(&back).await
    }
}

/// One value of an address's query.
pub fn query_value(address: &str, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(address).expect("an address");
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
