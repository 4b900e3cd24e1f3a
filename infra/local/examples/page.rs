//! The page over a whole local world, on a port of its own: for work on the page.
//!
//! `cargo run -p local --example page -- [--port N] [--json]` prints the address.

use std::sync::Arc;

use local::demo::{Demo, Inside, Spoken, router};
use local::fake::serve_on;
use local::seed;
use local::world::{Options, World};
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::CrmAccountId;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().position(|it| it == flag).and_then(|at| arguments.get(at + 1));
    let port: u16 = after("--port").and_then(|text| text.parse().ok()).unwrap_or(0);
    let world = World::start(Options::default()).await?;
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(seed::PORTAL_ID.to_string()) };
    let journal = world.adapters(RetryPolicy::WORKER)?.journal()?;
    let demo = Demo {
        line: world.line.clone(),
        hubspot: world.hubspot.clone(),
        clock: world.clock.clone(),
        channel_id: seed::CHANNEL_ID.to_owned(),
        portal_id: seed::PORTAL_ID,
        ours: Arc::new(Inside::new(world.aws.sqs().clone(), journal, account, world.time())),
        language: Spoken::default(),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let served = serve_on(listener, router(demo))?;
    let users = [seed::LINKED_USER, seed::NEW_USER];
    match arguments.iter().any(|it| it == "--json") {
        true => println!("{}", json!({"url": served.url(), "line_user_ids": users, "portal_id": seed::PORTAL_ID})),
        false => println!("{}", served.url()),
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}
