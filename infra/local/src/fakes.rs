//! The fakes alone: for a stack that runs elsewhere, such as on a local AWS emulator.

use std::sync::Arc;

use async_trait::async_trait;
use musubi::domain::language::Language;
use musubi::ports::PortError;
use serde_json::{Value, json};

use crate::demo::{self, Demo, Ours, Spoken};
use crate::fake::hubspot::FakeHubSpot;
use crate::fake::line::FakeLine;
use crate::fake::{FakeClock, serve};
use crate::seed;
use crate::world::WorldError;

/// Nothing of ours is here to be looked at.
struct Elsewhere;

#[async_trait]
impl Ours for Elsewhere {
    async fn speak(&self, _: Language) -> Result<(), PortError> {
        Ok(())
    }

    async fn look(&self) -> Value {
        json!({"inbox": 0, "push": 0, "outbox": 0, "dead_letters": [], "parked": [], "effect_rows": [], "login": null})
    }
}

/// Serves both fakes and `/world.json` until the process is ended. `public_url` is where the stack
/// listens; without it, webhooks and actions go nowhere until the page's API is told.
///
/// # Errors
/// Where no port is free.
pub async fn run(public_url: Option<&str>, as_json: bool) -> Result<(), WorldError> {
    let clock = FakeClock::new();
    let (line, hubspot) = (FakeLine::new(clock.clone()), FakeHubSpot::new(clock.clone(), seed::app()));
    seed::vendors(&line, &hubspot, public_url.unwrap_or("http://127.0.0.1:9"), true);
    seed::beside(&hubspot);
    let demo = Demo {
        line: line.clone(),
        hubspot: hubspot.clone(),
        clock,
        channel_id: seed::CHANNEL_ID.to_owned(),
        portal_id: seed::PORTAL_ID,
        ours: Arc::new(Elsewhere),
        language: Spoken::default(),
    };
    let (line_at, hubspot_at, page) = (line.serve().await?, hubspot.serve().await?, serve(demo::router(demo)).await?);
    line.show_phones_at(&page.url());
    let refresh_token = hubspot.install(seed::PORTAL_ID);
    let greeting = json!({
        "url": page.url(),
        "line_url": line_at.url(),
        "hubspot_url": hubspot_at.url(),
        "channel_id": seed::CHANNEL_ID,
        "channel_secret": seed::CHANNEL_SECRET,
        "bot_user_id": seed::BOT_USER_ID,
        "login_channel_id": seed::LOGIN_CHANNEL_ID,
        "login_channel_secret": seed::LOGIN_CHANNEL_SECRET,
        "liff_id": seed::LIFF_ID,
        "line_strangers": [seed::STRANGER, seed::STRANGER_WITH_EMAIL],
        "line_user_ids": [seed::LINKED_USER, seed::NEW_USER],
        "hubspot_app_id": seed::APP_ID.to_string(),
        "hubspot_client_id": hubspot.app().client_id,
        "hubspot_client_secret": seed::CLIENT_SECRET,
        "hubspot_refresh_token": refresh_token,
        "hubspot_private_token": hubspot.private_token(seed::PORTAL_ID),
        "portal_id": seed::PORTAL_ID.to_string(),
        "empty_portal_id": seed::EMPTY_PORTAL_ID.to_string(),
        "free_channel_id": seed::FREE_CHANNEL_ID,
        "free_channel_secret": seed::FREE_CHANNEL_SECRET,
        "linked_contact_id": seed::LINKED_CONTACT.to_string(),
    });
    if as_json {
        println!("{greeting}");
    } else {
        println!("LINE {}\nHubSpot {}\nPage {}", line_at.url(), hubspot_at.url(), page.url());
    }
    let work = async {
        loop {
            line.redeliver_due().await;
            hubspot.retry_due().await;
            hubspot.deliver_webhooks().await;
            hubspot.deliver_inbox().await;
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
    };
    tokio::select! {
        () = work => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}
