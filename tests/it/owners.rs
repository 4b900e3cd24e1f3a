//! Whose task it is when the contact's owner has left.

use local::fake::hubspot::OwnerSpec;
use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER, OWNER_ID, PORTAL_ID};
use local::world::Options;

use crate::app::App;

const FALLBACK: u64 = 51_000_001;

/// The task that a message opens: its owner and what it says.
async fn task(app: &App) -> (Option<String>, String) {
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "お願いします").await;
    app.until("the task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 1).await;
    app.at_rest_but_entries().await;
    let tasks = app.world.hubspot.tasks(PORTAL_ID);
    assert_eq!(tasks.len(), 1, "one task, however often it was tried");
    let properties = &tasks[0].properties;
    (properties.get("hubspot_owner_id").cloned(), properties["hs_task_body"].clone())
}

async fn with_fallback(app: &App) {
    let owner = OwnerSpec {
        owner_id: FALLBACK,
        user_id: 1,
        email: "fallback@example.com".to_owned(),
        first_name: "健".to_owned(),
        last_name: "鈴木".to_owned(),
    };
    app.world.hubspot.add_owner(PORTAL_ID, owner);
    app.change_channel(|channel| channel.settings.fallback_owner = Some(FALLBACK.to_string())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_owner_gets_the_task_and_nothing_is_said_about_it() {
    let app = App::start().await;
    with_fallback(&app).await;
    let (owner, body) = task(&app).await;
    assert_eq!(owner, Some(OWNER_ID.to_string()));
    assert!(!body.contains("割り当て"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_deactivated_owner_goes_to_the_fallback_owner_and_says_so() {
    for unique_keys in [true, false] {
        let app = App::with(Options { unique_keys, ..Options::default() }).await;
        with_fallback(&app).await;
        app.world.hubspot.deactivate_owner(PORTAL_ID, OWNER_ID);
        let (owner, body) = task(&app).await;
        assert_eq!(owner, Some(FALLBACK.to_string()));
        assert!(body.contains("代わりの担当者に割り当てています"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_have_the_task_it_is_made_for_nobody_and_says_so() {
    for has_fallback in [true, false] {
        let app = App::start().await;
        app.world.hubspot.deactivate_owner(PORTAL_ID, OWNER_ID);
        if has_fallback {
            with_fallback(&app).await;
            app.world.hubspot.deactivate_owner(PORTAL_ID, FALLBACK);
        }
        let (owner, body) = task(&app).await;
        assert_eq!(owner, None);
        assert!(body.contains("担当者なしで作成しています"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_about_a_contact_without_an_owner_is_the_fallback_owners_or_by_setting_nobodys() {
    for (has_fallback, owner) in [(true, Some(FALLBACK.to_string())), (false, None)] {
        let app = App::start().await;
        if has_fallback {
            with_fallback(&app).await;
        }
        app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
        app.until("the task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 1).await;
        app.at_rest_but_entries().await;
        let properties = app.world.hubspot.tasks(PORTAL_ID).remove(0).properties;
        assert_eq!(properties.get("hubspot_owner_id").cloned(), owner);
        assert!(!properties["hs_task_body"].contains("割り当て"), "nothing went wrong: {}", properties["hs_task_body"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_names_the_author_that_was_set_and_one_who_has_left_costs_no_word_and_no_file() {
    for (has_left, unique_keys) in [(false, true), (true, true), (true, false)] {
        let app = App::with(Options { unique_keys, ..Options::default() }).await;
        app.change_channel(|channel| channel.settings.note_owner = Some(OWNER_ID.to_string())).await;
        if has_left {
            app.world.hubspot.deactivate_owner(PORTAL_ID, OWNER_ID);
        }
        app.world.line.write_text(CHANNEL_ID, LINKED_USER, "お願いします").await;
        app.until("the message", |app| app.linked("line_unanswered") == "true").await;
        app.at_rest_but_entries().await;
        app.minutes_pass(16);
        app.until("the note", |app| app.notes().len() == 1).await;
        app.at_rest_but_entries().await;
        let notes = app.world.hubspot.notes(PORTAL_ID);
        assert_eq!((notes.len(), notes[0].properties["hs_note_body"].matches("お願いします").count()), (1, 1));
        let author = notes[0].properties.get("hubspot_owner_id").filter(|owner| !owner.is_empty());
        assert_eq!(author, (!has_left).then(|| OWNER_ID.to_string()).as_ref(), "{has_left} {unique_keys}");
    }
}
