//! The world that `cargo run -p local` shows: it tells one story, in the language of whoever looks, at the pace they asked for.

use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use local::world::Options;
use musubi::domain::channel::ChannelSettings;
use musubi::domain::ids::{ChannelId, LineUserId};
use serde_json::{Value, json};

use super::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn the_contact_says_of_itself_what_the_link_says_from_the_first_moment() {
    let app = App::start().await;
    let links = app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").links().expect("links");
    let user = LineUserId::new(LINKED_USER);
    let link = links.of_user(&ChannelId::new(CHANNEL_ID), &user).await.expect("a row").expect("a link").value;
    assert_eq!(link.contact.as_str(), LINKED_CONTACT.to_string());
    assert_eq!(app.linked("line_user_id"), LINKED_USER);
    assert_eq!(app.linked("line_follows"), "true");
    let name = app.linked("line_user_name");
    let on_line = app.world.line.people(local::seed::PROVIDER);
    assert!(on_line.iter().any(|(user, called, _)| user == LINKED_USER && *called == name), "{name}");
    assert!(!app.linked("line_linked_at").is_empty());
}

/// No schedule comes here: whatever happens was woken for.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_comes_when_the_pause_that_was_asked_for_is_over_and_waits_for_no_schedule() {
    let settings = ChannelSettings { idle_window_ms: 2_000, ..ChannelSettings::default() };
    let app = App::with(Options { settings, schedule_ms: None, wakes_when_due: true, ..Options::default() }).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "二秒で足ります").await;
    app.until("the note", |app| app.notes().iter().any(|note| note.contains("二秒で足ります"))).await;
}

/// Nor does one here.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_task_says_when_it_is_looked_at_next_and_is_woken_for_then() {
    let app = App::with(Options { schedule_ms: None, wakes_when_due: true, ..Options::default() }).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "お返事をください").await;
    app.until("unanswered", |app| app.linked("line_unanswered") == "true").await;
    app.at_rest_but_entries().await;
    let shown = app.http.get(format!("{}/world.json", app.world.url)).send().await.expect("an answer");
    let shown: Value = shown.json().await.expect("JSON");
    let rows = shown["ours"]["effect_rows"].as_array().cloned().unwrap_or_default();
    let look_ms = rows.iter().find(|row| row["kind"] == "watch_task").and_then(|row| row["due_at_ms"].as_i64());
    let wait_ms = look_ms.expect("a look") - app.world.clock.now_ms();
    assert!((1..=60_000).contains(&wait_ms), "{wait_ms}");
    app.world.hubspot.complete_task(PORTAL_ID, app.world.hubspot.tasks(PORTAL_ID)[0].id);
    app.world.clock.advance_ms(wait_ms);
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_speaks_the_language_that_the_page_is_read_in() {
    let app = App::start().await;
    let speak = |language: &str| {
        let asked = app.http.post(format!("{}/demo/language", app.world.url)).json(&json!({"language": language}));
        async { assert_eq!(asked.send().await.expect("an answer").status().as_u16(), 200) }
    };
    let subjects = |app: &App| -> Vec<String> {
        let tasks = app.world.hubspot.tasks(PORTAL_ID);
        tasks.iter().map(|task| task.properties.get("hs_task_subject").cloned().unwrap_or_default()).collect()
    };
    speak("en").await;
    app.minutes_pass(1);
    assert_eq!(app.linked("firstname"), "Hanako");
    app.world.line.write_sticker(CHANNEL_ID, LINKED_USER, "446", "1988").await;
    app.until("the message's property", |app| app.linked("line_last_message").contains("Sticker")).await;
    assert_eq!(app.linked("line_user_name"), "Hanako");
    app.until("the task", |app| subjects(app).iter().any(|subject| subject.is_ascii())).await;
    speak("ja").await;
    app.minutes_pass(1);
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("a task in Japanese", |app| subjects(app).iter().any(|subject| !subject.is_ascii())).await;
    assert_eq!(app.linked("firstname"), "花子");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_to_the_talk_leads_to_the_phone_on_this_machine() {
    let app = App::start().await;
    let done = app.http.get(format!("{}/line/{CHANNEL_ID}/login/done", app.world.url)).send().await.expect("a page");
    let html = done.text().await.expect("text");
    let talk = format!("{}/R/ti/p/%40musubi-coffee", app.world.vendor_urls.0);
    assert!(html.contains(&format!("href=\"{talk}\"")), "{html}");
    assert!(!html.contains("line.me"), "{html}");
    let opened = app.http.get(&talk).send().await.expect("an answer");
    assert_eq!(opened.status().as_u16(), 302);
    assert_eq!(opened.headers()["location"].to_str().expect("text"), format!("{}/#phone", app.world.url));
    let nobody = app.http.get(talk.replace("musubi-coffee", "nobody")).send().await.expect("an answer");
    assert_eq!(nobody.status().as_u16(), 400);
}

/// The page's form writes as somebody in HubSpot does, and HubSpot takes a unique value once.
#[tokio::test(flavor = "multi_thread")]
async fn two_contacts_cannot_be_given_one_line_user_id_by_hand() {
    let app = App::start().await;
    let contacts = || app.world.hubspot.contacts(PORTAL_ID).len();
    let before = contacts();
    let give = async |user: &str| {
        let form = json!({"properties": {"line_user_id": user}});
        let asked = app.http.post(format!("{}/demo/crm/contacts", app.world.url)).json(&form);
        asked.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!((give(LINKED_USER).await, contacts()), (409, before));
    assert_eq!((give(NEW_USER).await, contacts()), (200, before + 1));
    assert_eq!((give(NEW_USER).await, contacts()), (409, before + 1));
}
