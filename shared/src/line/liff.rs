//! The LIFF apps of a LINE Login channel, for operators.
//!
//! Source: LIFF server API reference and line-openapi `liff.yml` (2026-07): a token of the LINE Login channel; at most 30 apps;
//! the list of none is 404; an app's name must not contain "LINE"; without the scope `openid` there is no ID token.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::api::{LineApi, LineApiUrl, Reply};
use crate::domain::ids::{ChannelId, LiffId, LoginChannelId};
use crate::domain::login::FriendPrompt;
use crate::http_client::HttpClient;
use crate::ports::console::{LiffApp, LoginConsole};
use crate::ports::{Clock, PortError, Secrets};

const PATH: [&str; 3] = ["liff", "v1", "apps"];

/// A LINE Login channel, as its owner's tools see it.
pub struct LineLoginConsole {
    api: LineApi,
    /// LINE issues tokens to channels of every kind alike, by ID and secret.
    channel: ChannelId,
}

/// What a LINE Login channel's ID and secret are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginChannelProof {
    /// LINE gives a token for them.
    Good,
    /// They are those of a Messaging API channel.
    MessagingApi,
}

#[derive(Deserialize)]
struct ListJson {
    apps: Vec<ListedJson>,
}

#[derive(Deserialize)]
struct ListedJson {
    #[serde(rename = "liffId")]
    liff_id: LiffId,
    view: ViewJson,
    #[serde(default)]
    scope: Vec<String>,
}

#[derive(Deserialize)]
struct ViewJson {
    url: String,
}

#[derive(Deserialize)]
struct AddedJson {
    #[serde(rename = "liffId")]
    liff_id: LiffId,
}

impl LineLoginConsole {
    /// `secrets` answers with the LINE Login channel's own secret as its channel secret, whatever it is asked for.
    pub fn new(
        http: HttpClient,
        base: LineApiUrl,
        channel: &LoginChannelId,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { api: LineApi::new(http, base, secrets, clock), channel: ChannelId::new(channel.as_str()) }
    }

    /// Tries ID and secret. The Messaging API answers no LINE Login channel, so its answer tells the two kinds apart.
    ///
    /// # Errors
    /// Permanent where LINE gives no token for them; transient where it does not answer.
    pub async fn prove(&self) -> Result<LoginChannelProof, PortError> {
        let refusals = [400, 401, 403, 404];
        let info = |http: &reqwest::Client, base: &LineApiUrl| http.get(base.at(&["v2", "bot", "info"]));
        let reply = self.api.call(&self.channel, "LINE's bot info", &refusals, info).await?;
        Ok(if reply.status == 200 { LoginChannelProof::MessagingApi } else { LoginChannelProof::Good })
    }

    /// Its LIFF apps: the ID, the page that each opens, and whether it gives ID tokens.
    pub(super) async fn apps(&self) -> Result<Vec<(LiffId, String, bool)>, PortError> {
        let has_openid = |app: &ListedJson| app.scope.iter().any(|scope| scope == "openid");
        let seen = |app: ListedJson| (app.liff_id.clone(), app.view.url.clone(), has_openid(&app));
        Ok(self.listed().await?.into_iter().map(seen).collect())
    }

    async fn listed(&self) -> Result<Vec<ListedJson>, PortError> {
        const WHAT: &str = "LINE's LIFF apps";
        let get = |http: &reqwest::Client, base: &LineApiUrl| http.get(base.at(&PATH));
        let reply = self.api.call(&self.channel, WHAT, &[404], get).await?;
        if reply.status == 404 { Ok(Vec::new()) } else { read::<ListJson>(WHAT, &reply).map(|list| list.apps) }
    }
}

#[async_trait]
impl LoginConsole for LineLoginConsole {
    async fn make_liff(&self, app: &LiffApp) -> Result<LiffId, PortError> {
        const WHAT: &str = "LINE's LIFF app";
        let ours = self.listed().await?.into_iter().find(|listed| listed.view.url == app.url);
        if let Some(ours) = ours {
            let body = body(app, false);
            let [a, b, c] = PATH;
            let path = [a, b, c, ours.liff_id.as_str()];
            let put = |http: &reqwest::Client, base: &LineApiUrl| http.put(base.at(&path)).json(&body);
            self.api.call(&self.channel, WHAT, &[], put).await?;
            return Ok(ours.liff_id);
        }
        let body = body(app, true);
        let post = |http: &reqwest::Client, base: &LineApiUrl| http.post(base.at(&PATH)).json(&body);
        let added: AddedJson = read(WHAT, &self.api.call(&self.channel, WHAT, &[], post).await?)?;
        Ok(added.liff_id)
    }
}

/// The request. A name is given to a new app alone: the owner may have chosen another one since.
fn body(app: &LiffApp, new: bool) -> Value {
    let mut scope = vec!["openid", "profile"];
    scope.extend(app.email.then_some("email"));
    let prompt = match app.friend_prompt {
        FriendPrompt::Off => "none",
        FriendPrompt::Normal => "normal",
        FriendPrompt::Aggressive => "aggressive",
    };
    let mut body = json!({
        "view": {"type": "full", "url": app.url}, "scope": scope, "botPrompt": prompt, "permanentLinkPattern": "concat",
    });
    if new {
        body["description"] = json!("Musubi");
    }
    body
}

fn read<T: DeserializeOwned>(what: &'static str, reply: &Reply) -> Result<T, PortError> {
    serde_json::from_slice(&reply.body).map_err(|_| PortError::Transient { what, source: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_always_asks_for_the_id_token_and_for_the_address_only_where_it_is_wanted() {
        let mut app = LiffApp { url: "https://a.example/liff".into(), email: false, friend_prompt: FriendPrompt::Off };
        assert_eq!(body(&app, true)["scope"], json!(["openid", "profile"]));
        assert_eq!(body(&app, true)["description"], json!("Musubi"));
        app.email = true;
        assert_eq!(body(&app, false)["scope"], json!(["openid", "profile", "email"]));
        assert_eq!((body(&app, false).get("description"), &body(&app, false)["botPrompt"]), (None, &json!("none")));
    }
}
