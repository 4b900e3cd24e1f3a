//! Where an Official Account's own pages are, and which of them a QR code holds; and what a CRM calls. Each is spelled here alone.

use super::account::CrmKind;
use super::channel::Channel;
use super::ids::{ChannelId, CrmAppId, LiffId};
use super::route::RouteName;

/// A page of the Official Account below `origin`, such as `https://musubi.example/line/1657000001/unlink`. With an empty
/// origin it is the path alone, for links of our own pages.
pub fn page(origin: &str, channel: &ChannelId, page: &str) -> String {
    format!("{origin}/line/{channel}/{page}")
}

/// What a CRM calls when somebody writes in its inbox, before the secret that ends the address.
pub fn inbox_calls(origin: &str, kind: CrmKind, app: &CrmAppId) -> String {
    format!("{}/crm/{}/{app}/inbox/", origin.trim_end_matches('/'), kind.as_str())
}

/// The login, in any browser. A route's name needs no escaping.
pub fn login(origin: &str, channel: &ChannelId, route: Option<&RouteName>) -> String {
    by_route(page(origin, channel, "login"), route)
}

/// The address with the route in its query.
pub fn by_route(address: String, route: Option<&RouteName>) -> String {
    match route {
        Some(route) => format!("{address}?route={route}"),
        None => address,
    }
}

/// The addresses of an Official Account's LINE Login.
#[derive(Debug, Clone)]
pub struct LoginAddresses {
    public_url: String,
    liff_url: String,
    channel: ChannelId,
    liff: Option<LiffId>,
}

impl LoginAddresses {
    /// As the Official Account is set up. `public_url` is where this Musubi is, `liff_url` what opens LIFF apps.
    pub fn of(channel: &Channel, public_url: &str, liff_url: &str) -> Self {
        Self {
            public_url: public_url.to_owned(),
            liff_url: liff_url.to_owned(),
            channel: channel.id.clone(),
            liff: channel.login.as_ref().and_then(|login| login.liff.clone()),
        }
    }

    /// For LINE's "Callback URL". Registered at LINE, letter by letter.
    pub fn callback(&self) -> String {
        page(&self.public_url, &self.channel, "login/callback")
    }

    /// For LINE's "Endpoint URL" of a LIFF app.
    pub fn liff_endpoint(&self) -> String {
        page(&self.public_url, &self.channel, "liff")
    }

    /// To be photographed for LINE's e-mail permission.
    pub fn sample_page(&self) -> String {
        page(&self.public_url, &self.channel, "login/sample")
    }

    /// Logs in, in any browser.
    pub fn login(&self, route: Option<&RouteName>) -> String {
        login(&self.public_url, &self.channel, route)
    }

    /// Logs in inside LINE, without a password. `None`: there is no LIFF app.
    pub fn liff(&self, route: Option<&RouteName>) -> Option<String> {
        self.liff.as_ref().map(|liff| by_route(format!("{}/{liff}", self.liff_url), route))
    }

    /// What a QR code holds: LIFF's address where there is one.
    pub fn preferred(&self, route: Option<&RouteName>) -> String {
        self.liff(route).unwrap_or_else(|| self.login(route))
    }
}
