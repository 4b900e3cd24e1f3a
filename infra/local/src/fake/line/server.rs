//! The platform as a server: one request, one answer, and the webhooks that leave before it.

use std::io;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;

use super::dispatch::{self, Step};
use super::platform::FakeLine;
use crate::fake::wire::ApiRequest;
use crate::fake::{CutHandle, Served, serve};

impl FakeLine {
    /// The platform's HTTP face. Serve it with [`crate::fake::serve()`] or [`crate::fake::serve_on`]: else lost answers
    /// cannot be cut cleanly.
    pub fn router(&self) -> Router {
        let fake = self.clone();
        serve::router(move |cut, request| {
            let fake = fake.clone();
            async move { fake.answer(cut, request).await }
        })
    }

    /// Serves the platform on a free port of 127.0.0.1 until the result is dropped.
    pub async fn serve(&self) -> io::Result<Served> {
        serve::serve(self.router()).await
    }

    async fn answer(&self, cut: Option<CutHandle>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Some(asked) = ApiRequest::read(parts, body).await else {
            return serve::no_answer(cut.as_ref());
        };
        let (step, webhooks) = {
            let mut state = self.lock();
            (dispatch::take(&mut state, &asked), std::mem::take(&mut state.outbox))
        };
        self.post_all(webhooks).await;
        let step = match step {
            Step::TestWebhook { channel_id, url, ticket } => {
                let answer = self.test_webhook(&channel_id, url).await;
                dispatch::close(&mut self.lock(), &asked, ticket, answer)
            }
            other => other,
        };
        match step {
            Step::Answer { answer, delay_ms } => serve::late(answer.into_response(), delay_ms).await,
            Step::NoAnswer | Step::TestWebhook { .. } => serve::no_answer(cut.as_ref()),
        }
    }
}
