//! An operator makes a route, or forgets one.

use super::ChangeSettings;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::route::RouteName;
use crate::flow::configure::change_error::ChangeError;
use crate::flow::configure::change_routes::{RoutePage, RouteRefusal, add_to, remove_from};

impl ChangeSettings {
    /// Makes the route of an Official Account that the operator sees, or changes the page that it leads to. Twice is the same as
    /// once, in two lines of the list.
    ///
    /// # Errors
    /// As [`ChangeRoutes::add`](crate::flow::configure::ChangeRoutes::add); nothing is changed then.
    pub async fn add_route(
        &self,
        by: &Operator,
        id: &ChannelId,
        route: &RouteName,
        page: &RoutePage,
    ) -> Result<(), ChangeError<RouteRefusal>> {
        let deed = Deed::AddedRoute { id: id.clone(), route: route.clone() };
        let add = |channel: &mut Channel| add_to(channel.login.as_mut().ok_or(RouteRefusal::NoLogin)?, route, page);
        self.change_noted(by, id, deed, add).await
    }

    /// Forgets the route. A second call finds none.
    ///
    /// # Errors
    /// As [`ChangeRoutes::remove`](crate::flow::configure::ChangeRoutes::remove); nothing is changed then.
    pub async fn remove_route(
        &self,
        by: &Operator,
        id: &ChannelId,
        route: &RouteName,
    ) -> Result<(), ChangeError<RouteRefusal>> {
        let deed = Deed::RemovedRoute { id: id.clone(), route: route.clone() };
        let remove = |channel: &mut Channel| remove_from(channel.login.as_mut().ok_or(RouteRefusal::NoLogin)?, route);
        self.change_noted(by, id, deed, remove).await
    }
}
