//! `http://localhost:PORT/callback`: where the browser comes back to with HubSpot's code.
//!
//! Listens on 127.0.0.1 alone. Whatever does not carry the state that we made up is sent away and
//! changes nothing; the first request that carries it is the only one.

use std::collections::HashMap;
use std::future::IntoFuture as _;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use musubi::domain::language::Language;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::failure::Failure;

/// The last page gets so long to reach the browser.
const GOODBYE: Duration = Duration::from_secs(2);

/// A place to come back to.
pub struct Callback {
    listener: TcpListener,
    port: u16,
}

/// What came back.
enum Arrival {
    Code(String),
    Declined,
}

struct Waiting {
    state: String,
    language: Language,
    sender: Mutex<Option<oneshot::Sender<Arrival>>>,
}

impl Callback {
    /// Listens; port 0 takes any free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn bind(port: u16) -> Result<Self, Failure> {
        let taken = |_| {
            Failure::failed(
                format!(
                    "ポート {port} を使用できません。使用中のアプリを終了するか、--port で別のポートを指定してください（HubSpotのアプリのリダイレクトURLにも同じものが必要です）。"
                ),
                format!(
                    "Port {port} cannot be used. End what uses it, or choose another with --port; the HubSpot app's redirect URLs must name it too."
                ),
            )
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        Ok(Self { listener, port })
    }

    /// The address to give to HubSpot.
    pub fn redirect_uri(&self) -> String {
        format!("http://localhost:{}/callback", self.port)
    }

    /// Waits for the code that comes with this state.
    ///
    /// # Errors
    /// Access was declined, or nobody came in time.
    pub async fn code(self, state: &str, wait: Duration, language: Language) -> Result<String, Failure> {
        let (sender, arrived) = oneshot::channel();
        let waiting = Waiting { state: state.to_owned(), language, sender: Mutex::new(Some(sender)) };
        let router = Router::new().route("/callback", get(arrive)).with_state(Arc::new(waiting));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let server = axum::serve(self.listener, router).with_graceful_shutdown(stopped);
        let mut server = tokio::spawn(server.into_future());
        let end = tokio::time::timeout(wait, arrived).await;
        let _ = stop.send(());
        if tokio::time::timeout(GOODBYE, &mut server).await.is_err() {
            server.abort();
        }
        match end {
            Ok(Ok(Arrival::Code(code))) => Ok(code),
            Ok(Ok(Arrival::Declined)) => Err(Failure::failed(
                "HubSpotでアクセスが許可されませんでした。スーパー管理者の権限を持つユーザーで、もう一度実行してください。",
                "Access was not granted in HubSpot. Run this again as a user with super admin permissions.",
            )),
            _ => Err(Failure::failed(
                "時間内にHubSpotからの応答がありませんでした。もう一度実行してください。サブスクリプションがスコープ「automation」を許可できないと表示された場合は、--no-automation を付けてください。",
                "Nobody came back from HubSpot in time. Run this again. If HubSpot said that the account cannot grant the scope “automation”, add --no-automation.",
            )),
        }
    }
}

async fn arrive(State(waiting): State<Arc<Waiting>>, Query(query): Query<HashMap<String, String>>) -> Response {
    let language = waiting.language;
    if query.get("state") != Some(&waiting.state) {
        let words = language.pick(
            "この画面は、現在の接続操作のものではありません。ターミナルに表示されたURLを開いてください。",
            "This page does not belong to the connection that is being made. Open the address shown in the terminal.",
        );
        return page(StatusCode::BAD_REQUEST, words);
    }
    let sender = waiting.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(sender) = sender else {
        let words = language.pick("このURLは使用済みです。", "This address has been used.");
        return page(StatusCode::CONFLICT, words);
    };
    let (arrival, words) = match query.get("code").filter(|code| !code.is_empty()) {
        Some(code) => (
            Arrival::Code(code.clone()),
            language.pick(
                "HubSpotから戻りました。このウィンドウを閉じて、ターミナルに戻ってください。",
                "Back from HubSpot. Close this window and return to the terminal.",
            ),
        ),
        None => (Arrival::Declined, language.pick("アクセスは許可されませんでした。", "Access was not granted.")),
    };
    let _ = sender.send(arrival);
    page(StatusCode::OK, words)
}

/// The address holds the code: it is kept out of caches and of other sites' logs.
fn page(status: StatusCode, words: &str) -> Response {
    let html = format!("<!doctype html><meta charset=utf-8><title>Musubi</title><p>{words}</p>");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, html).into_response()
}
