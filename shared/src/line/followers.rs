//! The friends of an Official Account, as LINE lists them.
//!
//! Source: LINE Messaging API reference, "Get a list of users who added your LINE Official Account as a friend" (2026-08):
//! verified and premium accounts only, others get 403; up to 1,000 IDs a page, though a page may be short; the next page's
//! name lives 24 hours.

use async_trait::async_trait;
use serde::Deserialize;

use super::messaging::LineMessenger;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::ports::PortError;
use crate::ports::friend_list::{FriendList, Friends, PAGE_FRIENDS};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageJson {
    user_ids: Vec<LineUserId>,
    next: Option<String>,
}

#[async_trait]
impl FriendList for LineMessenger {
    async fn friends(&self, channel: &ChannelId, page: Option<&str>, limit: u16) -> Result<Friends, PortError> {
        const WHAT: &str = "LINE's list of friends";
        let limit = limit.clamp(1, PAGE_FRIENDS).to_string();
        let get = |http: &reqwest::Client, base: &super::LineApiUrl| {
            let mut url = base.at(&["v2", "bot", "followers", "ids"]);
            url.query_pairs_mut().append_pair("limit", &limit).extend_pairs(page.map(|page| ("start", page)));
            http.get(url)
        };
        let reply = self.api.call(channel, WHAT, &[400, 403], get).await?;
        match reply.status {
            403 => Ok(Friends::NotAllowed),
            400 => Ok(Friends::NoSuchPage),
            _ => {
                let page: PageJson = serde_json::from_slice(&reply.body)
                    .map_err(|_| PortError::Transient { what: WHAT, source: None })?;
                let users = page.user_ids.into_iter().filter(|user| LineUserId::is_well_formed(user.expose()));
                Ok(Friends::Page { users: users.collect(), next: page.next.filter(|next| !next.is_empty()) })
            }
        }
    }
}
