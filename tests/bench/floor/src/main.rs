//! The least that a webhook can cost: its signature is verified, and one message goes to SQS, signed as AWS wants it, over a plain socket.
//! No SDK, no runtime, no look-up, no log. The bench runs it beside line-webhook, whose time is told as a multiple of this.

mod aws;
mod http;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::aws::Queue;
use crate::http::Connection;

/// What it needs of API Gateway's event.
#[derive(Deserialize)]
struct Event {
    headers: Headers,
    body: String,
}

#[derive(Deserialize)]
struct Headers {
    #[serde(rename = "x-line-signature")]
    signature: String,
}

fn main() -> std::io::Result<()> {
    let secret = variable("FLOOR_CHANNEL_SECRET");
    let mut runtime = Connection::to(&variable("AWS_LAMBDA_RUNTIME_API"))?;
    let mut queue = Queue::at(&variable("AWS_ENDPOINT_URL_SQS"), &variable("MUSUBI_INBOX_QUEUE_URL"))?;
    loop {
        let next = runtime.ask("GET", "/2018-06-01/runtime/invocation/next", &[], b"")?;
        let event: Event = serde_json::from_slice(&next.body).map_err(std::io::Error::other)?;
        let status = match is_of_line(&secret, &event) {
            true if queue.send(&event.body)? => 200,
            true => 500,
            false => 401,
        };
        let request = next.header("lambda-runtime-aws-request-id").unwrap_or_default();
        let path = format!("/2018-06-01/runtime/invocation/{request}/response");
        runtime.ask("POST", &path, &[], format!("{{\"statusCode\":{status}}}").as_bytes())?;
    }
}

fn is_of_line(secret: &str, event: &Event) -> bool {
    let Ok(signature) = STANDARD.decode(&event.headers.signature) else { return false };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(event.body.as_bytes());
    mac.verify_slice(&signature).is_ok()
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}
