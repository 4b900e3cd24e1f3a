//! Routes by which people come to LINE Login are made, changed and forgotten.

use thiserror::Error;

use super::change_channel::ChangeChannel;
use super::change_error::ChangeError;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::domain::login::{BadPage, LoginSettings};
use crate::domain::route::RouteName;

/// A channel is one row of the table, which holds 400 KB; this leaves room for everything else.
const MAX_LOGIN_BYTES: usize = 200_000;

/// Changes routes.
#[derive(Clone)]
pub struct ChangeRoutes {
    /// Where they are.
    pub channels: ChangeChannel,
}

/// Where people of a route go after logging in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutePage {
    /// As before; a new route's people go where the Official Account's go.
    AsItIs,
    /// Where the Official Account's go.
    TheChannels,
    /// Here.
    Own(String),
}

/// Why the routes stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RouteRefusal {
    /// LINE Login is not set up for the Official Account.
    #[error("LINE Login is not set up")]
    NoLogin,
    /// There is no such route.
    #[error("there is no such route")]
    Unknown,
    /// A page is not taken.
    #[error("a page is not taken")]
    BadPage(#[from] BadPage),
    /// There are more than a row holds.
    #[error("there are too many routes")]
    TooMany,
}

impl ChangeRoutes {
    /// Makes the route, or changes the page that it leads to. Twice is the same as once.
    ///
    /// # Errors
    /// It is refused; there is no such Official Account; others keep changing it; or the table's.
    pub async fn add(
        &self,
        channel: &ChannelId,
        name: &RouteName,
        page: &RoutePage,
    ) -> Result<Channel, ChangeError<RouteRefusal>> {
        self.change(channel, |login| add_to(login, name, page)).await
    }

    /// Forgets the route. Its links still log people in; the route is then not kept. A second call finds none.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub async fn remove(&self, channel: &ChannelId, name: &RouteName) -> Result<Channel, ChangeError<RouteRefusal>> {
        self.change(channel, |login| remove_from(login, name)).await
    }

    async fn change(
        &self,
        channel: &ChannelId,
        change: impl Fn(&mut LoginSettings) -> Result<(), RouteRefusal> + Send + Sync,
    ) -> Result<Channel, ChangeError<RouteRefusal>> {
        let of_channel = |channel: &mut Channel| change(channel.login.as_mut().ok_or(RouteRefusal::NoLogin)?);
        self.channels.change(channel, of_channel).await
    }
}

/// What [`ChangeRoutes::add`] does to LINE Login's settings.
pub(in crate::flow) fn add_to(
    login: &mut LoginSettings,
    name: &RouteName,
    page: &RoutePage,
) -> Result<(), RouteRefusal> {
    let route = login.routes.entry(name.clone()).or_default();
    match page {
        RoutePage::AsItIs => {}
        RoutePage::TheChannels => route.after_login = None,
        RoutePage::Own(page) => route.after_login = Some(page.clone()),
    }
    login.check_pages()?;
    fits(login)
}

/// What [`ChangeRoutes::remove`] does to LINE Login's settings.
pub(in crate::flow) fn remove_from(login: &mut LoginSettings, name: &RouteName) -> Result<(), RouteRefusal> {
    login.routes.remove(name).map(|_| ()).ok_or(RouteRefusal::Unknown)
}

fn fits(login: &LoginSettings) -> Result<(), RouteRefusal> {
    let size_bytes = serde_json::to_vec(login).map_or(usize::MAX, |json| json.len());
    if size_bytes <= MAX_LOGIN_BYTES { Ok(()) } else { Err(RouteRefusal::TooMany) }
}
