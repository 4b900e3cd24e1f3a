//! Words are never lost to what the CRM does not take, and nothing waits behind them.

use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER, OWNER_ID, PORTAL_ID};
use musubi::aws::{RetryPolicy, envelope};
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::job::WakeUp;
use musubi::flow::erase::{Erase, Who};
use musubi::ports::Queue;

use crate::app::{App, account, common, message_id, text_at};

/// HubSpot's limit on a note and on a property's value.
const LONGEST: usize = 65_536;

/// Posts texts of the linked friend, a second apart, in one webhook.
async fn say(app: &App, first: u64, texts: &[String]) {
    let at_ms = app.world.clock.now_ms();
    let texts = texts.iter().zip(0..);
    let events: Vec<_> = texts
        .map(|(text, n)| text_at(LINKED_USER, first + n, at_ms + i64::try_from(n).expect("few") * 1_000, text))
        .collect();
    assert_eq!(app.post_events(&events).await, 200);
    app.until_queues_empty().await;
}

/// What stands on the timeline, in order, as it reads.
fn timeline(app: &App) -> String {
    let mut notes = app.world.hubspot.notes(PORTAL_ID);
    assert!(notes.iter().all(|note| note.properties["hs_note_body"].encode_utf16().count() <= LONGEST));
    notes.sort_by_key(|note| note.properties["hs_timestamp"].clone());
    let bodies: Vec<_> = notes.iter().map(|note| note.properties["hs_note_body"].as_str()).collect();
    html_escape::decode_html_entities(&bodies.join("\n")).into_owned()
}

fn count(app: &App, words: &str) -> usize {
    timeline(app).matches(words).count()
}

/// The reasons of the account's dead letters.
fn letters(app: &App) -> Vec<String> {
    let letters = app.world.aws.sqs().messages("crm-dlq.fifo");
    let reason =
        |name: &str| letters.iter().filter_map(|letter| letter.attributes.get(name)?.string_value.clone()).collect();
    reason("reason")
}

/// What `musubi dead-letters redrive --all` does with what lies there now.
async fn redrive(app: &App) {
    let wake_ups = app.world.adapters(RetryPolicy::WORKER).expect("adapters").wake_ups().expect("a queue");
    for letter in app.world.aws.sqs().messages("crm-dlq.fifo") {
        let wake_up: WakeUp = envelope::decode(&letter.body).expect("a wake-up");
        wake_ups.send(&wake_up).await.expect("sent");
    }
}

fn refuse(app: &App, words: &[&str]) {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    app.world.hubspot.edit_portal(PORTAL_ID, |portal| portal.refused_words = words);
}

/// What the friend says next stands on the timeline once their pause is over, and nothing is left.
async fn what_comes_next_stands_in_time(app: &App) {
    say(app, 900, &["その後の言葉".to_owned()]).await;
    app.minutes_pass(16);
    app.until("what came after", |app| count(app, "その後の言葉") == 1).await;
    app.at_rest().await;
    assert_eq!(app.texts_at_rest("その後の言葉").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn six_long_messages_with_links_and_quotes_stand_whole_and_so_does_what_comes_after() {
    let app = App::start().await;
    let link = "<a href=\"https://example.com/a/b/c/?x='1'&y='2'\">";
    let texts: Vec<String> =
        (1..=6).map(|n| format!("その{n} {}", link.repeat(4_900 / link.chars().count()))).collect();
    say(&app, 1, &texts).await;
    app.minutes_pass(16);
    app.until("the entries", |app| count(app, "その6") == 1).await;
    app.at_rest().await;
    for text in &texts {
        assert_eq!(count(&app, text), 1);
    }
    assert_eq!((letters(&app).len(), app.texts_at_rest("example.com").await), (0, 0));
    what_comes_next_stands_in_time(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_five_thousand_ampersands_stand_whole_and_nobody_waits_for_them() {
    let app = App::start().await;
    say(&app, 1, &vec!["&".repeat(5_000); 11]).await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "となりの人の言葉").await;
    app.minutes_pass(16);
    app.until("the other person's entry", |app| count(app, "となりの人の言葉") == 1).await;
    app.until_moving("the entries", |app| count(app, "&") == 55_000).await;
    app.at_rest().await;
    assert_eq!((letters(&app).len(), app.texts_at_rest("&&&").await), (0, 0));
    what_comes_next_stands_in_time(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_longer_than_a_note_goes_on_in_the_next_and_is_taken_back_from_both() {
    let app = App::start().await;
    say(&app, 1, &["まえ".to_owned(), format!("はじめ{}おわり", "&".repeat(20_000)), "うしろ".to_owned()]).await;
    app.minutes_pass(16);
    app.until_moving("the entries", |app| count(app, "うしろ") == 1).await;
    app.at_rest().await;
    assert_eq!((count(&app, "&"), count(&app, "はじめ"), count(&app, "おわり")), (20_000, 1, 1));
    let read = timeline(&app);
    let places = ["まえ", "はじめ", "おわり", "うしろ"].map(|word| read.find(word).expect("it stands"));
    assert!(places.is_sorted(), "{places:?}");

    let unsend = local::fake::line::event::unsend(&common(LINKED_USER, 8, app.world.clock.now_ms()), &message_id(2));
    assert_eq!(app.post_events(&[unsend]).await, 200);
    app.until_moving("the notes without it", |app| count(app, "&") + count(app, "はじめ") + count(app, "おわり") == 0)
        .await;
    assert_eq!((count(&app, "まえ"), count(&app, "うしろ")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_good_is_dead_lettered_in_words_and_stands_once_the_cause_is_mended() {
    let app = App::start().await;
    refuse(&app, &["禁句"]);
    let texts = ["はじめに", "これは禁句です", "おわりに"].map(str::to_owned);
    say(&app, 1, &texts).await;
    app.minutes_pass(16);
    app.until_moving("the rest", |app| count(app, "はじめに") + count(app, "おわりに") == 2).await;
    app.at_rest().await;
    assert_eq!((count(&app, "禁句"), count(&app, "受け付けられませんでした")), (0, 1), "a line says what is missing");
    assert_eq!(letters(&app).len(), 1);
    let letter = letters(&app).remove(0);
    assert!(letter.contains("crm_refused (INVALID_CONTENT)") && !letter.contains("禁句"), "{letter}");
    assert_eq!(app.texts_at_rest("禁句").await, 1, "the words are kept for whoever mends it");
    assert_eq!((app.linked("line_unanswered").as_str(), app.world.hubspot.tasks(PORTAL_ID).len()), ("true", 1));
    assert_eq!(app.linked("line_last_message"), "おわりに");
    what_comes_next_stands_in_time(&app).await;

    redrive(&app).await;
    app.until_queues_empty().await;
    app.minutes_pass(16);
    app.at_rest().await;
    assert_eq!((count(&app, "禁句"), app.texts_at_rest("禁句").await), (0, 1), "not mended: kept on");
    refuse(&app, &[]);
    redrive(&app).await;
    app.until_moving("the words", |app| count(app, "これは禁句です") == 1).await;
    app.at_rest().await;
    assert_eq!(app.texts_at_rest("禁句").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_were_dead_lettered_go_when_they_are_taken_back_and_when_the_person_is_erased() {
    let app = App::start().await;
    refuse(&app, &["禁句"]);
    say(&app, 1, &["禁句その一".to_owned(), "禁句その二".to_owned()]).await;
    app.minutes_pass(16);
    app.until_moving("the reason", |app| !letters(app).is_empty()).await;
    app.at_rest().await;
    assert_eq!((letters(&app).len(), app.texts_at_rest("禁句").await), (1, 2), "one letter a person and day");
    let unsend = local::fake::line::event::unsend(&common(LINKED_USER, 8, app.world.clock.now_ms()), &message_id(1));
    assert_eq!(app.post_events(&[unsend]).await, 200);
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!((app.texts_at_rest("その一").await, app.texts_at_rest("その二").await), (0, 1));

    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let erase = Erase { links: adapters.links().expect("links"), settle: app.settle() };
    let who = Who::User(LineUserId::new(LINKED_USER));
    let receipt = erase.erase(&account(), &ChannelId::new(CHANNEL_ID), &who).await.expect("erased");
    assert_eq!((receipt.removed.texts, app.texts_at_rest("禁句").await), (1, 0));
    refuse(&app, &[]);
    redrive(&app).await;
    app.until_queues_empty().await;
    app.minutes_pass(16);
    app.at_rest().await;
    assert_eq!(count(&app, "禁句"), 0, "a letter brings nobody back");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_every_note_is_refused_no_words_are_given_up_and_they_stand_once_it_is_mended() {
    let app = App::start().await;
    refuse(&app, &["<h3>"]);
    say(&app, 1, &["一つ目".to_owned(), "二つ目".to_owned()]).await;
    app.until("the property", |app| app.linked("line_last_message") == "二つ目").await;
    let tries =
        |app: &App| app.world.hubspot.ledger().calls.iter().filter(|call| call.path.contains("/notes/")).count();
    app.until_moving("some tries", |app| tries(app) > 12).await;
    assert_eq!((app.notes().len(), letters(&app).len()), (0, 0));
    refuse(&app, &[]);
    app.until_moving("the entries", |app| count(app, "一つ目") + count(app, "二つ目") == 2).await;
    app.at_rest().await;
    assert_eq!(letters(&app).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_the_account_has_lost_waits_for_who_mends_it_and_the_timeline_does_not() {
    let app = App::start().await;
    let contact = local::fake::hubspot::ObjectType::Contact;
    app.world.hubspot.archive_property(PORTAL_ID, contact, "line_last_message");
    say(&app, 1, &["言葉".to_owned()]).await;
    app.until_moving("the entry", |app| count(app, "言葉") == 1).await;
    app.until_effects("the property is enqueued", 1).await;
    assert_eq!(letters(&app).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_refused_keeps_nobody_from_becoming_a_contact() {
    let app = App::start().await;
    refuse(&app, &["たろう"]);
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.until("the words", |app| {
        app.contact_of(NEW_USER).is_some_and(|contact| contact.properties.contains_key("line_last_message"))
    })
    .await;
    app.until_moving("the entry", |app| count(app, "はじめまして") == 1).await;
    app.at_rest().await;
    assert_eq!(letters(&app).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_refused_leaves_the_task_to_whoever_sees_it() {
    let app = App::start().await;
    refuse(&app, &[&OWNER_ID.to_string()]);
    say(&app, 1, &["言葉".to_owned()]).await;
    app.until("the task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 1).await;
    let task = app.world.hubspot.tasks(PORTAL_ID).remove(0);
    assert_eq!(task.properties.get("hubspot_owner_id"), None);
    app.at_rest_but_entries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hubspot_counts_bytes_long_japanese_messages_stand_whole_and_the_properties_are_shorter() {
    let app = App::start().await;
    app.world.hubspot.edit_portal(PORTAL_ID, |portal| portal.counts_bytes = true);
    say(&app, 1, &vec!["漢".repeat(5_000); 12]).await;
    app.until("a shorter property", |app| app.linked("line_last_message").starts_with("漢漢")).await;
    app.minutes_pass(16);
    app.until_moving("the entries", |app| count(app, "漢") == 60_000).await;
    app.at_rest().await;
    assert!(app.linked("line_recent_messages").contains("漢漢"));
    assert_eq!((letters(&app).len(), app.texts_at_rest("漢漢").await), (0, 0));
}
