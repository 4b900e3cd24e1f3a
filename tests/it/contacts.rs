//! People whom the CRM does not know yet.

use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::ChannelId;

use crate::app::App;

/// Addresses differ in more than their case, at HubSpot and here.
fn address() -> String {
    format!("{NEW_USER}@lineuser.com").to_lowercase()
}

async fn with_dummy_addresses() -> App {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.dummy_email_domain = Some("lineuser.com".to_owned())).await;
    app
}

fn property(app: &App, user: &str, name: &str) -> Option<String> {
    app.contact_of(user).and_then(|contact| contact.properties.get(name).cloned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_a_contact_gets_one_with_the_address_that_the_setting_says() {
    let app = with_dummy_addresses().await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "前からいます").await;
    app.until("the address", |app| property(app, NEW_USER, "email").is_some_and(|it| it.to_lowercase() == address()))
        .await;
    app.until("the other's words", |app| app.linked("line_last_message") == "前からいます").await;
    assert_eq!(app.linked("email"), "hanako@example.com", "who has a contact keeps their address");
    app.minutes_pass(16);
    app.at_rest().await;

    let without = App::start().await;
    without.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    without.until("the words", |app| property(app, NEW_USER, "line_last_message").is_some()).await;
    assert_eq!(property(&without, NEW_USER, "email"), None, "off unless it is set");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_another_contact_has_does_not_stop_the_contact() {
    let app = with_dummy_addresses().await;
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[("email", &address())]);
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the words", |app| property(app, NEW_USER, "line_last_message").as_deref() == Some("はじめまして")).await;
    app.minutes_pass(16);
    app.at_rest().await;
    let theirs = app.contact_of(NEW_USER).expect("a contact");
    assert_ne!(theirs.id, other, "the other contact is left alone");
    assert_eq!(theirs.properties.get("email"), None);
    assert!(app.notes().iter().any(|note| note.contains("はじめまして")));
    let calls = app.world.hubspot.ledger().calls;
    assert!(
        calls.iter().any(|call| String::from_utf8_lossy(&call.body).to_lowercase().contains(&address())),
        "it was tried"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_somebody_linked_to_nobody_are_dropped_after_seven_days_and_counted() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.create_contacts = false).await;
    for words in ["誰にも", "届かない"] {
        app.world.line.write_text(CHANNEL_ID, NEW_USER, words).await;
    }
    app.until_queues_empty().await;
    app.minutes_pass(6 * 24 * 60);
    app.until_queues_empty().await;
    let journal = app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    let dropped = async || journal.not_linked(&ChannelId::new(CHANNEL_ID)).await.expect("a count").value.dropped;
    assert_eq!(dropped().await, 0, "they wait for a link");
    app.minutes_pass(24 * 60 + 30);
    app.at_rest().await;
    assert_eq!(dropped().await, 2);
    assert_eq!(app.texts_at_rest("届かない").await, 0);
    assert!(app.contact_of(NEW_USER).is_none() && app.notes().is_empty());
}
