//! A person is erased: nothing of them is left, nothing of before comes back, and whoever writes again begins anew.

use local::fake::line::{Endpoint, event};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::{ChannelId, ContactId, LineUserId};
use musubi::flow::erase::{Erase, Receipt, Who};

use crate::app::{App, account, text_at};

const WORDS: &str = "消してほしい言葉";

fn now_ms(app: &App) -> i64 {
    app.world.clock.now_ms()
}

/// Erases a person, as an operator does.
pub async fn erase(app: &App, who: Who) -> Receipt {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let erase = Erase { links: adapters.links().expect("links"), settle: app.settle() };
    erase.erase(&account(), &ChannelId::new(CHANNEL_ID), &who).await.expect("erased")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_in_no_table_and_what_is_from_before_does_not_come_back() {
    let app = App::start().await;
    let (contact, person) =
        (Who::Contact(ContactId::new(LINKED_CONTACT.to_string())), Who::User(LineUserId::new(LINKED_USER)));
    // A send that is parked, words that are in a note, and words that wait for one.
    app.world.line.fault(Endpoint::Push, Fault::FailBefore(500), Plan::Every(1));
    app.run_action(&[("message_1", WORDS)]).await;
    app.until("the first try", |app| app.world.line.ledger().calls.iter().any(|call| call.status == 500)).await;
    app.minutes_pass(23 * 60);
    for _ in 0..4_800 {
        if app.parked().await == 1 {
            break;
        }
        app.minutes_pass(1);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(app.parked().await, 1);
    app.world.line.clear_faults();
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "メモになる言葉").await;
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains("メモになる言葉"))).await;
    app.at_rest_but_entries().await;
    let old = text_at(LINKED_USER, 71, now_ms(&app), WORDS);
    assert_eq!(app.post_events(std::slice::from_ref(&old)).await, 200);
    app.until("the property", |app| app.linked("line_last_message") == WORDS).await;
    app.at_rest_but_entries().await;
    assert!(app.texts_at_rest(WORDS).await >= 2, "it would prove nothing otherwise");

    let receipt = erase(&app, contact).await;
    assert_eq!((receipt.removed.links, receipt.removed.parked, receipt.removed.texts), (1, 1, 1), "{receipt:?}");
    assert!(receipt.left.notes.len() == 1 && receipt.left.task.is_some(), "{receipt:?}");
    app.until("emptied fields", |app| {
        ["line_user_id", "line_last_message", "line_recent_messages"].iter().all(|name| app.linked(name).is_empty())
    })
    .await;
    // The parked send's last look stays in the outbox: it names no person.
    app.at_rest_but_entries().await;
    assert_eq!((app.texts_at_rest(WORDS).await, app.texts_at_rest(LINKED_USER).await), (0, 0));
    let again = erase(&app, person).await;
    assert!(again.is_empty() && again.left == Default::default(), "{again:?}");

    // LINE delivers the old event once more: it is known, and adds nothing.
    assert_eq!(app.post_events(&[old]).await, 200);
    app.at_rest_but_entries().await;
    assert_eq!((app.texts_at_rest(WORDS).await, app.texts_at_rest(LINKED_USER).await), (0, 0));

    app.world.clock.advance_ms(1_000);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "はじめまして").await;
    app.until_moving("a contact made anew", |app| {
        app.contact_of(LINKED_USER)
            .is_some_and(|it| it.properties.get("line_last_message").is_some_and(|last| last == "はじめまして"))
    })
    .await;
}

/// LINE's webhook did not reach us, or not whole; LINE delivers it again after the person was erased.
#[tokio::test(flavor = "multi_thread")]
async fn what_line_delivers_again_from_before_an_erasing_brings_nobody_back() {
    let app = App::start().await;
    app.at_rest().await;
    let before_ms = now_ms(&app) - 3_600_000;
    for user in [LINKED_USER, NEW_USER] {
        erase(&app, Who::User(LineUserId::new(user))).await;
    }
    app.at_rest().await;
    let contacts = app.world.hubspot.contacts(PORTAL_ID).len();
    for (number, user) in [(81, LINKED_USER), (82, NEW_USER)] {
        let told = text_at(user, number, before_ms, WORDS);
        assert_eq!(app.post_events(&[event::redelivered(&told)]).await, 200);
    }
    app.until_queues_empty().await;
    app.at_rest().await;
    for user in [LINKED_USER, NEW_USER] {
        assert_eq!((app.texts_at_rest(WORDS).await, app.texts_at_rest(user).await), (0, 0));
        assert!(app.contact_of(user).is_none(), "nobody was made");
    }
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), contacts);
}
