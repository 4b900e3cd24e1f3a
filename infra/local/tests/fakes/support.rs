//! What the tests share: two served fakes, a client, and a callee that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use local::fake::hubspot::{AppSpec, FakeHubSpot, PortalSpec};
use local::fake::line::{ChannelSpec, FakeLine, Friendship};
use local::fake::{FakeClock, Served, serve};
use serde_json::Value;

pub const CHANNEL: &str = "1657000001";
pub const PORTAL: u64 = 50_000_000;
pub const HOUR_MS: i64 = 3_600_000;
/// When the tests' stopped clocks begin.
const NOON_MS: i64 = 1_786_000_000_000;

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// An answer as a test looks at it.
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

/// Sends and reads the whole answer; an error is a connection that broke.
pub async fn got(request: reqwest::RequestBuilder) -> Result<Got, reqwest::Error> {
    let answer = request.send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await?;
    Ok(Got { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
}

/// A LINE platform with one channel, one friend, one who blocked, one of another provider, and a token.
pub struct Line {
    pub fake: FakeLine,
    pub served: Served,
    pub client: reqwest::Client,
    pub friend: String,
    pub blocked: String,
    pub foreign: String,
}

impl Line {
    pub async fn start() -> Self {
        let fake = FakeLine::new(FakeClock::stopped_at(NOON_MS));
        fake.add_channel(ChannelSpec::demo(CHANNEL, "0123456789abcdef0123456789abcdef", "provider-a"));
        fake.set_long_lived_token(CHANNEL, Some("long-lived"));
        let friend = fake.add_person("provider-a", "Friend", None);
        let blocked = fake.add_person("provider-a", "Blocked", None);
        let foreign = fake.add_person("provider-b", "Foreign", None);
        fake.set_friendship(CHANNEL, &friend, Friendship::Friend);
        fake.set_friendship(CHANNEL, &blocked, Friendship::Blocked);
        let served = fake.serve().await.unwrap();
        Self { fake, served, client: client(), friend, blocked, foreign }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        self.client.request(method, format!("{}{path}", self.served.url())).bearer_auth("long-lived")
    }

    /// A push under a retry key, its body spelled out.
    pub async fn push_bytes(&self, key: Option<&str>, body: String) -> Result<Got, reqwest::Error> {
        let request =
            self.request("POST", "/v2/bot/message/push").header("content-type", "application/json").body(body);
        got(match key {
            Some(key) => request.header("x-line-retry-key", key),
            None => request,
        })
        .await
    }

    pub async fn push(&self, key: Option<&str>, to: &str, text: &str) -> Result<Got, reqwest::Error> {
        let body = serde_json::json!({"to": to, "messages": [{"type": "text", "text": text}]});
        self.push_bytes(key, body.to_string()).await
    }
}

/// A HubSpot platform with one app, one portal and a private token.
pub struct HubSpot {
    pub fake: FakeHubSpot,
    pub served: Served,
    pub client: reqwest::Client,
    pub token: String,
}

impl HubSpot {
    pub async fn start() -> Self {
        let fake = FakeHubSpot::new(FakeClock::stopped_at(NOON_MS), AppSpec::demo(77, "hubspot-client-secret"));
        fake.add_portal(PortalSpec::demo(PORTAL));
        let token = fake.private_token(PORTAL);
        let served = fake.serve().await.unwrap();
        let this = Self { fake, served, client: client(), token };
        this.post("/crm/properties/2026-03/contacts", LINE_USER_ID).await;
        this
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        self.client.request(method, format!("{}{path}", self.served.url())).bearer_auth(&self.token)
    }

    /// POSTs JSON text and expects an answer.
    pub async fn post(&self, path: &str, body: &str) -> Got {
        let request = self.request("POST", path).header("content-type", "application/json").body(body.to_owned());
        got(request).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: &str) -> Got {
        got(self.request("PATCH", path).header("content-type", "application/json").body(body.to_owned())).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Got {
        got(self.request("GET", path)).await.unwrap()
    }
}

pub const LINE_USER_ID: &str = r#"{"name":"line_user_id","label":"LINE user ID","type":"string","fieldType":"text","groupName":"contactinformation","hasUniqueValue":true}"#;

/// A request that a [`Callee`] received.
#[derive(Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

type Inner = (Vec<Received>, VecDeque<(u16, String, Vec<(&'static str, String)>)>);

/// Somebody whom the vendors call: answers what was queued, then 200.
#[derive(Clone)]
pub struct Callee {
    inner: Arc<Mutex<Inner>>,
    served: Arc<Served>,
}

impl Callee {
    pub async fn start() -> Self {
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let kept = inner.clone();
        let router = Router::new().fallback(move |request: Request| {
            let kept = kept.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let mut kept = kept.lock().unwrap();
                kept.0.push(Received { headers: parts.headers, body });
                let (status, body, headers) = kept.1.pop_front().unwrap_or((200, "{}".to_owned(), Vec::new()));
                let mut answer = (StatusCode::from_u16(status).unwrap(), body).into_response();
                for (name, value) in headers {
                    answer.headers_mut().insert(name, value.parse().unwrap());
                }
                answer
            }
        });
        Self { inner, served: Arc::new(serve(router).await.unwrap()) }
    }

    pub fn url(&self) -> String {
        format!("{}/hook", self.served.url())
    }

    pub fn answer(&self, status: u16, body: &str) {
        self.inner.lock().unwrap().1.push_back((status, body.to_owned(), Vec::new()));
    }

    pub fn answer_with(&self, status: u16, name: &'static str, value: &str) {
        self.inner.lock().unwrap().1.push_back((status, String::new(), vec![(name, value.to_owned())]));
    }

    pub fn received(&self) -> Vec<Received> {
        self.inner.lock().unwrap().0.clone()
    }
}
