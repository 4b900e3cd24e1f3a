//! Serving a fake on a loopback port, with connections that can be cut in the middle of a call.
//!
//! A handler cannot drop its own TCP connection through axum. So the listener's connections carry a shared flag, handed to the
//! handler as connection info ([`CutHandle`]): once it is set, every further write fails, and hyper drops the connection before
//! a byte of the answer has left. Where a fake's router is served by other means there is no handle; the fake then answers with
//! a body that fails at once, and the caller may see a status line before the connection breaks.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use axum::{Extension, Router};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Cuts one connection: after [`CutHandle::cut`] nothing more is written to it.
#[derive(Clone, Debug, Default)]
pub struct CutHandle(Arc<AtomicBool>);

impl CutHandle {
    /// From now on nothing leaves on this connection.
    pub fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A TCP listener whose connections can be cut by the handler that serves them.
pub struct CutListener(TcpListener);

impl CutListener {
    /// Wraps a bound listener.
    pub fn new(listener: TcpListener) -> Self {
        Self(listener)
    }
}

impl Listener for CutListener {
    type Io = CutStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CutStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        let _ = stream.set_nodelay(true);
        (CutStream { stream, cut: CutHandle::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CutListener>> for CutHandle {
    fn connect_info(stream: IncomingStream<'_, CutListener>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection of a [`CutListener`].
pub struct CutStream {
    stream: TcpStream,
    cut: CutHandle,
}

impl CutStream {
    fn broken(&self) -> Option<io::Error> {
        self.cut.0.load(Ordering::SeqCst).then(|| io::Error::from(io::ErrorKind::ConnectionAborted))
    }
}

impl AsyncRead for CutStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CutStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.broken() {
            Some(error) => Poll::Ready(Err(error)),
            None => Pin::new(&mut self.stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A fake that is being served; dropping it stops the server.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves a fake's router on a free port of 127.0.0.1. Fails only when no port can be bound.
pub async fn serve(router: Router) -> io::Result<Served> {
    serve_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?, router)
}

/// Serves a fake's router on a listener that is already bound. To be called within a Tokio runtime.
pub fn serve_on(listener: TcpListener, router: Router) -> io::Result<Served> {
    let address = listener.local_addr()?;
    let make = router.into_make_service_with_connect_info::<CutHandle>();
    let task = tokio::spawn(async move {
        let _ = axum::serve(CutListener::new(listener), make).await;
    });
    Ok(Served { address, task })
}

/// A fake's HTTP face: each request to its `answer`, with the handle that cuts its connection, where there is one.
pub(crate) fn router<F>(answer: impl Fn(Option<CutHandle>, Request) -> F + Clone + Send + Sync + 'static) -> Router
where
    F: Future<Output = Response> + Send,
{
    Router::new().fallback(move |cut: Option<Extension<ConnectInfo<CutHandle>>>, request: Request| {
        answer(cut.map(|cut| cut.0.0), request)
    })
}

/// An answer that is late by so long.
pub(crate) async fn late(answer: Response, delay_ms: u64) -> Response {
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    answer
}

/// The answer to a call whose answer must not arrive.
pub(crate) fn no_answer(cut: Option<&CutHandle>) -> Response {
    match cut {
        Some(handle) => {
            handle.cut();
            Response::new(Body::empty())
        }
        None => {
            let broken =
                futures::stream::once(async { Err::<Bytes, io::Error>(io::ErrorKind::ConnectionAborted.into()) });
            Response::new(Body::from_stream(broken))
        }
    }
}
