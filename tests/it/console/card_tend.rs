//! On the card: that a talk needs no answer, that there is still something to do, and whose it is.

use local::seed::{HUBSPOT_MEMBER, HUBSPOT_USER, LINKED_CONTACT};
use musubi::domain::operator::Role;
use serde_json::{Value, json};

use super::browser::{Browser, invited, names};
use super::card::{asked, is_as, mori, of, told};
use crate::app::App;

/// What the card of this person shows of the talk as a whole.
async fn seen(app: &App, user: (u64, &str)) -> Value {
    told(app, of(user), "talk", &LINKED_CONTACT.to_string(), json!({})).await.1["tend"].clone()
}

/// A person says it of the talk that their card shows.
async fn says(app: &App, user: (u64, &str), what: &str) -> (u16, Value) {
    let contact = LINKED_CONTACT.to_string();
    let talk = told(app, of(user), "talk", &contact, json!({})).await.1["talk"].clone();
    told(app, of(user), "tend", &contact, json!({"talk": talk, "tend": what})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_is_done_waits_again_and_is_somebodys_from_the_record() {
    let app = asked().await;
    let stands = |waits: bool, assigned: Value, mine: bool| json!({"waits": waits, "wrote": true, "assigned": assigned, "mine": mine, "has_talk": true});
    assert_eq!(seen(&app, HUBSPOT_MEMBER).await, stands(true, Value::Null, false));
    for (what, unanswered) in [("answered", "false"), ("to_do", "true")] {
        for _ in 0..2 {
            let (status, done) = says(&app, HUBSPOT_MEMBER, what).await;
            assert_eq!(status, 200);
            is_as("tend", "done", &done);
        }
        app.until("the contact follows", |app| app.linked("line_unanswered") == unanswered).await;
        assert_eq!(seen(&app, HUBSPOT_MEMBER).await, stands(unanswered == "true", Value::Null, false));
    }
    // It is hers; the others see whose it is.
    let sato = format!("user {}", HUBSPOT_USER.0);
    says(&app, HUBSPOT_USER, "mine").await;
    assert_eq!(seen(&app, HUBSPOT_USER).await, stands(true, json!(sato), true));
    assert_eq!(seen(&app, HUBSPOT_MEMBER).await, stands(true, json!(sato), false));
    assert!(names(&app).await.contains(&sato), "an admin sees who that is");
    says(&app, HUBSPOT_MEMBER, "nobodys").await;
    assert_eq!(seen(&app, HUBSPOT_USER).await, stands(true, Value::Null, false));
    // What is none of these, and what is of a talk that the card does not show.
    assert_eq!(says(&app, HUBSPOT_MEMBER, "gone").await.0, 400);
    assert_eq!(mori(&app, "tend", json!({"talk": "another", "tend": "mine"})).await, json!({"refused": "not_found"}));
    assert_eq!(seen(&app, HUBSPOT_USER).await, stands(true, Value::Null, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sees_another_official_account_only_says_nothing_of_this_ones_talks() {
    let app = asked().await;
    let contact = LINKED_CONTACT.to_string();
    let talk = told(&app, of(HUBSPOT_USER), "talk", &contact, json!({})).await.1["talk"].clone();
    let before = seen(&app, HUBSPOT_USER).await;
    // As whom they come in from HubSpot.
    let name = format!("user {}", HUBSPOT_MEMBER.0);
    Browser::new(&app).joins(&invited(&app, &name, Role::Member, Some("1657999999")).await).await;
    for what in ["answered", "mine", "nobodys", "to_do"] {
        let answer = told(&app, of(HUBSPOT_MEMBER), "tend", &contact, json!({"talk": talk, "tend": what})).await;
        assert_eq!(answer, (200, json!({"refused": "not_found"})), "{what}");
    }
    assert_eq!(seen(&app, HUBSPOT_USER).await, before);
}
