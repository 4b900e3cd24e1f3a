//! A film of 200 MB goes from LINE into HubSpot, and this whole process, both servers in it, needs less than 64 MiB.
//!
//! By itself, so that nothing else is measured with it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{any, get, post};
use bytes::Bytes;
use futures::{StreamExt, stream};
use musubi::crm::CrmClients;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::activity::Media;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::file::{FileKind, FilePlace};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId, LineUserId, MessageId};
use musubi::domain::language::Language;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::files::ContentAnswer;
use musubi::ports::proposed::Proposed;
use musubi::ports::secrets::{CrmToken, LineSecrets, Secret};
use musubi::ports::{Clock, Crms, LineContent};

const CHUNKS: u64 = 200;
const CHUNK_BYTES: usize = 1_000_000;
const BEGIN_MS: i64 = 1_790_000_000_000;
const MOST_KIB: u64 = 64 * 1024;

/// What the CRM has heard, in bytes.
type Heard = Arc<AtomicU64>;

async fn film() -> Body {
    let chunk = |number| {
        let mut chunk = vec![u8::try_from(number % 251).unwrap_or(0); CHUNK_BYTES];
        if number == 0 {
            chunk[4..12].copy_from_slice(b"ftypisom");
        }
        Ok::<_, Infallible>(Bytes::from(chunk))
    };
    Body::from_stream(stream::iter((0..CHUNKS).map(chunk)))
}

async fn upload(State(heard): State<Heard>, body: Body) -> &'static str {
    let mut body = body.into_data_stream();
    while let Some(chunk) = body.next().await {
        heard.fetch_add(chunk.map_or(0, |chunk| chunk.len() as u64), Ordering::SeqCst);
    }
    r#"{"id": "1"}"#
}

async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Time passes by waiting alone.
#[derive(Default)]
struct Waited(AtomicU64);

#[async_trait::async_trait]
impl Clock for Waited {
    fn now_ms(&self) -> i64 {
        BEGIN_MS + i64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(i64::MAX)
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.0.fetch_add(duration_ms, Ordering::SeqCst);
    }
}

/// The most that this process has held in memory so far, in KiB (Linux: `VmHWM`).
fn most_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("its peak");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

#[tokio::test]
async fn a_film_of_200_mb_passes_with_less_than_64_mib() {
    let (heard, clock): (Heard, Arc<dyn Clock>) = (Heard::default(), Arc::new(Waited::default()));
    let line = served(Router::new().route("/v2/bot/message/{id}/content", get(film))).await;
    let missing =
        any(|| async { (http::StatusCode::NOT_FOUND, r#"{"status":"error","category":"OBJECT_NOT_FOUND"}"#) });
    let crm = Router::new().route("/files/2026-03/files", post(upload)).fallback(missing).with_state(heard.clone());
    let crm = served(crm.layer(axum::extract::DefaultBodyLimit::disable())).await;

    let secrets = LineSecrets {
        channel_secrets: vec![Secret::new("s")],
        access_token: Some(Secret::new("t")),
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    };
    let (base, channel) = (LineApiUrl::parse(&line).expect("an address"), ChannelId::new("1"));
    let http = musubi::http_client::HttpClient::ready();
    let messenger = LineMessenger::new(http.clone(), base, Arc::new(Proposed::line(secrets)), Arc::clone(&clock), 1);
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") };
    let token = CrmToken::Private { access_token: Secret::new("t") };
    let clients = CrmClients::new(http, &crm, Arc::new(Proposed::token(token)), clock);
    let account = CrmAccount::new(key, CrmAppId::new("app"), Language::Japanese, "Asia/Tokyo");
    let until_ms = BEGIN_MS + 600_000;

    let ContentAnswer::Here(bytes) =
        messenger.content(&channel, &MessageId::new("5"), until_ms).await.expect("LINE answers")
    else {
        panic!("no film")
    };
    let (kind, bytes) = bytes.sniffed().await.expect("its beginning");
    assert_eq!(kind, FileKind::Mp4);
    let conversation = ConversationKey::person(&channel, &LineUserId::new("U1"));
    let place = FilePlace::of(&conversation, &MessageId::new("5"), Media::Video, kind, None);
    let crm = clients.connect(&account, until_ms).await.expect("a client").expect("a token");
    let files = crm.files().expect("HubSpot keeps files");
    assert_eq!(files.find_file(&place).await, Ok(None));
    files.save_file(&place, kind, bytes).await.expect("it is saved");

    let film_bytes = CHUNKS * CHUNK_BYTES as u64;
    assert!((film_bytes..film_bytes + 10_000).contains(&heard.load(Ordering::SeqCst)), "all of it, and its form");
    assert!(most_kib() < MOST_KIB, "{} KiB", most_kib());
}
