//! The addresses of an Official Account's LINE Login.

use musubi::config;
use musubi::domain::channel::Channel;
use musubi::domain::ids::{ChannelId, LiffId};
use musubi::domain::route::RouteName;

use crate::failure::Failure;
use crate::place::Place;

/// Where LINE and people go.
pub struct Addresses {
    public_url: String,
    channel: ChannelId,
    basic_id: String,
    liff: Option<LiffId>,
}

impl Addresses {
    /// Of this Official Account, as it is set up.
    ///
    /// # Errors
    /// The stack's public URL is not known.
    pub fn of(place: &Place, channel: &Channel) -> Result<Self, Failure> {
        Ok(Self {
            public_url: config::public_url(&place.environment)?,
            channel: channel.id.clone(),
            basic_id: channel.basic_id.clone(),
            liff: channel.login.as_ref().and_then(|login| login.liff.clone()),
        })
    }

    fn page(&self, name: &str) -> String {
        format!("{}/line/{}/{name}", self.public_url, self.channel)
    }

    /// For LINE's "Callback URL".
    pub fn callback(&self) -> String {
        self.page("login/callback")
    }

    /// For LINE's "Endpoint URL" of a LIFF app.
    pub fn liff_endpoint(&self) -> String {
        self.page("liff")
    }

    /// To be photographed for LINE's e-mail permission.
    pub fn sample_page(&self) -> String {
        self.page("login/sample")
    }

    /// Logs in, in any browser. A route's name needs no escaping.
    pub fn login(&self, route: Option<&RouteName>) -> String {
        with_route(self.page("login"), route)
    }

    /// Logs in inside LINE, without a password. `None`: there is no LIFF app.
    pub fn liff(&self, route: Option<&RouteName>) -> Option<String> {
        self.liff.as_ref().map(|liff| with_route(format!("https://liff.line.me/{liff}"), route))
    }

    /// What a QR code holds: LIFF's address where there is one.
    pub fn preferred(&self, route: Option<&RouteName>) -> String {
        self.liff(route).unwrap_or_else(|| self.login(route))
    }

    /// Adds the account as a friend and does nothing else.
    pub fn friend(&self) -> String {
        format!("https://line.me/R/ti/p/{}", self.basic_id)
    }
}

fn with_route(address: String, route: Option<&RouteName>) -> String {
    match route {
        Some(route) => format!("{address}?route={route}"),
        None => address,
    }
}
