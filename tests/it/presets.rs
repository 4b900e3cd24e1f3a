//! What people do to contacts in HubSpot, told by webhook: the link follows, and nothing else believes a webhook.

use local::fake::hubspot::{ObjectType, RecordView, webhook_headers};
use local::fake::line::{Endpoint, Friendship};
use local::fake::{Fault, Plan};
use local::seed::{APP_ID, CHANNEL_ID, CLIENT_SECRET, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID, PROVIDER};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::{ChannelId, LineUserId};
use serde_json::{Value, json};

use crate::app::{App, account, text_at};

/// A person of LINE with a picture.
const JIRO: &str = "U00000000000000000000000000000003";
const PICTURE: &str = "https://profile.example.com/jiro";
/// Of another provider, or nobody.
const STRANGER: &str = "U000000000000000000000000000000ff";

impl App {
    /// The contact that a person is linked to.
    pub async fn linked_to(&self, user: &str) -> Option<u64> {
        let links = self.world.adapters(RetryPolicy::WORKER).expect("adapters").links().expect("links");
        let link = links.of_user(&ChannelId::new(CHANNEL_ID), &LineUserId::new(user)).await.expect("an answer");
        link.map(|link| link.value.contact.as_str().parse().expect("a number"))
    }

    fn contact(&self, id: u64) -> RecordView {
        self.world.hubspot.record(PORTAL_ID, ObjectType::Contact, id).expect("a contact")
    }

    /// A property of a contact; empty where it has no value.
    pub fn shown(&self, id: u64, name: &str) -> String {
        self.contact(id).properties.get(name).cloned().unwrap_or_default()
    }

    /// Somebody writes a LINE user ID on a contact, or empties it.
    pub fn preset(&self, id: u64, user: &str) {
        self.world.hubspot.change(PORTAL_ID, ObjectType::Contact, id, &[("line_user_id", user)]);
    }

    /// A contact of the CRM that nobody is linked to.
    fn bystander(&self) -> u64 {
        self.world.hubspot.create_contact(PORTAL_ID, &[("email", "jiro@example.com"), ("firstname", "次郎")])
    }

    /// A friend whom neither the CRM nor we have heard of.
    fn befriend(&self, user: &str) {
        self.world.line.add_person_as(user, PROVIDER, "じろう", Some(PICTURE));
        self.world.line.set_friendship(CHANNEL_ID, user, Friendship::Friend);
    }

    /// The known friend writes, and the contact shows it.
    async fn hanako_writes(&self, words: &str) {
        self.world.line.write_text(CHANNEL_ID, LINKED_USER, words).await;
        self.until("the text", |app| app.linked("line_last_message") == words).await;
        self.at_rest_but_entries().await;
    }

    /// Until HubSpot has told everything and every look is over, the clock moving on meanwhile.
    pub async fn looked(&self) {
        // A webhook that is on its way is in neither list: twice with nothing, and time between, is nothing.
        let mut quiet = 0;
        for _ in 0..9_600 {
            let rests = self.world.hubspot.waiting_webhooks() == 0 && self.effects_but_entries().await == 0;
            quiet = if rests { quiet + 1 } else { 0 };
            if quiet == 8 {
                return;
            }
            self.time_passes(if rests { 0 } else { 20_000 }).await;
        }
        panic!("looks do not come to rest: {} in the outbox", self.effects().await);
    }

    /// Posts webhook events as HubSpot would.
    async fn hook(&self, events: &Value) -> u16 {
        let body = events.to_string();
        let headers = webhook_headers(CLIENT_SECRET, &self.hook_url(), body.as_bytes(), self.world.clock.now_ms());
        self.post_hook(headers, body).await.0
    }

    fn hook_url(&self) -> String {
        format!("{}/crm/hubspot/{APP_ID}/webhook", self.world.url)
    }

    async fn post_hook(&self, headers: http::HeaderMap, body: String) -> (u16, String) {
        let answer = self.http.post(self.hook_url()).headers(headers).body(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }
}

fn change(portal: u64, contact: u64) -> Value {
    json!({
        "eventId": 1, "subscriptionId": 2, "portalId": portal, "appId": APP_ID, "occurredAt": 3, "attemptNumber": 0,
        "subscriptionType": "object.propertyChange", "objectTypeId": "0-1", "objectId": contact,
        "propertyName": "line_user_id", "propertyValue": STRANGER, "changeSource": "CRM_UI", "sourceId": "userId:1",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_written_by_hand_becomes_a_link_and_name_and_picture_are_filled_in() {
    let app = App::start().await;
    app.befriend(JIRO);
    let contact = app.bystander();
    app.preset(contact, &format!(" {JIRO} "));
    app.until_moving("the name", |app| app.shown(contact, "line_user_name") == "じろう").await;
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, Some(contact));
    assert_eq!(app.shown(contact, "line_user_picture"), PICTURE);
    assert_ne!(app.shown(contact, "line_linked_at"), "");
    assert_eq!(app.shown(contact, "line_user_id"), JIRO, "without the blanks");
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 2, "nobody was made");
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_line_does_not_know_is_not_linked_until_the_person_follows() {
    let app = App::start().await;
    let contact = app.bystander();
    app.preset(contact, JIRO);
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, None);
    app.world.line.add_person_as(JIRO, PROVIDER, "じろう", None);
    app.world.line.follow(CHANNEL_ID, JIRO).await;
    app.until_moving("the name", |app| app.shown(contact, "line_user_name") == "じろう").await;
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, Some(contact));
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 2, "nobody was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_user_id_changes_nothing() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    let (contact, before) = (app.bystander(), app.contact(LINKED_CONTACT).properties);
    for bad in ["U123", "taro@example.com", "u00000000000000000000000000000003", "{{line}}"] {
        app.preset(contact, bad);
        app.looked().await;
        assert_eq!(app.shown(contact, "line_user_id"), bad);
    }
    assert_eq!(app.contact(LINKED_CONTACT).properties, before);
    assert_eq!(app.linked_to(LINKED_USER).await, Some(LINKED_CONTACT));
}

#[tokio::test(flavor = "multi_thread")]
async fn line_that_does_not_answer_is_asked_again() {
    let app = App::start().await;
    app.befriend(JIRO);
    app.world.line.fault(Endpoint::Profile, Fault::FailBefore(500), Plan::Every(1));
    let contact = app.bystander();
    app.preset(contact, JIRO);
    app.until_moving("a look that LINE did not help", |app| {
        app.world.line.ledger().calls.iter().filter(|call| call.path.contains("/profile/")).count() > 2
    })
    .await;
    assert_eq!(app.linked_to(JIRO).await, None);
    assert!(app.effects_but_entries().await > 0, "the look is still in the outbox");
    app.world.line.clear_faults();
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, Some(contact));
}

#[tokio::test(flavor = "multi_thread")]
async fn emptying_the_field_unlinks_and_what_line_told_goes() {
    let app = App::start().await;
    app.hanako_writes("最後の言葉").await;
    app.preset(LINKED_CONTACT, "");
    app.until_moving("the emptied contact", |app| app.linked("line_last_message").is_empty()).await;
    app.looked().await;
    assert_eq!(app.linked_to(LINKED_USER).await, None);
    for name in ["line_user_id", "line_user_name", "line_recent_messages", "line_linked_at"] {
        assert_eq!(app.linked(name), "", "{name}");
    }
    assert_eq!(app.linked("email"), "hanako@example.com", "what is not LINE's stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_unlinked_is_shown_by_name_where_their_id_is_written_next() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.preset(LINKED_CONTACT, "");
    app.until_moving("the name goes", |app| app.linked("line_user_name").is_empty()).await;
    app.looked().await;
    let other = app.bystander();
    app.preset(other, LINKED_USER);
    app.until_moving("the name", |app| app.shown(other, "line_user_name") == "はなこ").await;
    assert_eq!(app.linked_to(LINKED_USER).await, Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_moved_to_another_contact_takes_the_link_along_however_untidily_it_is_told() {
    for untidy in [false, true] {
        let app = App::start().await;
        app.world.hubspot.switch(|switches| switches.webhooks_are_untidy = untidy);
        app.hanako_writes("前").await;
        let other = app.bystander();
        app.preset(LINKED_CONTACT, "");
        app.preset(other, LINKED_USER);
        app.until_moving("the name", |app| app.shown(other, "line_user_name") == "はなこ").await;
        app.looked().await;
        assert_eq!(app.linked_to(LINKED_USER).await, Some(other), "untidy: {untidy}");
        assert_eq!((app.linked("line_user_id"), app.linked("line_user_name")), (String::new(), String::new()));
        app.world.line.write_text(CHANNEL_ID, LINKED_USER, "後").await;
        app.until_moving("the next text", |app| app.shown(other, "line_last_message") == "後").await;
        assert_eq!(app.linked("line_last_message"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_id_on_a_linked_contact_gives_it_to_that_person() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.preset(LINKED_CONTACT, NEW_USER);
    app.until_moving("the name", |app| app.linked("line_user_name") == "たろう").await;
    app.looked().await;
    assert_eq!((app.linked_to(NEW_USER).await, app.linked_to(LINKED_USER).await), (Some(LINKED_CONTACT), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_comes_twice_and_backwards_changes_nothing_more() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.befriend(JIRO);
    let contact = app.bystander();
    app.preset(contact, JIRO);
    app.until_moving("the name", |app| app.shown(contact, "line_user_name") == "じろう").await;
    app.looked().await;
    let written = |app: &App| {
        let calls = app.world.hubspot.ledger().calls;
        calls.iter().filter(|call| call.path.contains("/contacts") && !call.path.ends_with("/batch/read")).count()
    };
    let before = (app.contact(contact).updated_at_ms, app.contact(LINKED_CONTACT).updated_at_ms, written(&app));

    let mut events: Vec<Value> = (0..120).map(|n| change(PORTAL_ID, [contact, LINKED_CONTACT][n % 2])).collect();
    events.push(json!({"portalId": PORTAL_ID, "objectId": contact, "subscriptionType": "contact.restore"}));
    events.push(json!({"portalId": PORTAL_ID, "objectId": LINKED_CONTACT, "subscriptionType": "contact.deletion"}));
    for _ in 0..2 {
        assert_eq!(app.hook(&json!(events)).await, 200);
        events.reverse();
    }
    app.looked().await;
    let after = (app.contact(contact).updated_at_ms, app.contact(LINKED_CONTACT).updated_at_ms, written(&app));
    assert_eq!(after, before);
    assert_eq!((app.linked_to(JIRO).await, app.linked_to(LINKED_USER).await), (Some(contact), Some(LINKED_CONTACT)));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_hubspot_did_not_send_now_are_refused_with_a_bare_status_and_nothing_is_enqueued() {
    let app = App::start().await;
    app.at_rest().await;
    let (url, now_ms) = (app.hook_url(), app.world.clock.now_ms());
    let body = json!([change(PORTAL_ID, LINKED_CONTACT)]).to_string();
    let signed = |secret: &str, body: &str, at_ms: i64| webhook_headers(secret, &url, body.as_bytes(), at_ms);
    let good = signed(CLIENT_SECRET, &body, now_ms);
    let mut v1_only = good.clone();
    v1_only.remove("x-hubspot-signature-v3");
    let mut timeless = good.clone();
    timeless.remove("x-hubspot-request-timestamp");
    let other = json!([change(PORTAL_ID, LINKED_CONTACT + 1)]).to_string();
    let elsewhere = webhook_headers(CLIENT_SECRET, &url.replace("/webhook", "/action"), body.as_bytes(), now_ms);
    for (what, headers, body) in [
        ("forged", signed("another secret", &body, now_ms), &body),
        ("version 1 alone", v1_only, &body),
        ("version 3 without its time", timeless, &body),
        ("six minutes old", signed(CLIENT_SECRET, &body, now_ms - 360_000), &body),
        ("six minutes ahead", signed(CLIENT_SECRET, &body, now_ms + 360_000), &body),
        ("another body under a good signature", good.clone(), &other),
        ("signed for another address", elsewhere, &body),
        ("unsigned", http::HeaderMap::new(), &body),
    ] {
        assert_eq!(app.post_hook(headers, body.clone()).await, (401, String::new()), "{what}");
        assert_eq!(app.effects().await, 0, "{what}");
    }
    let unreadable = "{}".to_owned();
    let headers = signed(CLIENT_SECRET, &unreadable, now_ms);
    assert_eq!(app.post_hook(headers, unreadable).await, (400, String::new()));
    let huge = format!("[{}1]", " ".repeat(1_100_000));
    assert_eq!(app.post_hook(signed(CLIENT_SECRET, &huge, now_ms), huge).await, (413, String::new()));
    assert_eq!(app.effects().await, 0);
    assert_eq!(app.post_hook(good, body).await, (200, String::new()), "as it was signed it is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_accounts_that_are_not_this_apps_are_passed_over() {
    let app = App::start().await;
    app.befriend(JIRO);
    let contact = app.bystander();
    app.world.hubspot.edit_app(|hub| hub.webhook_url = None);
    app.preset(contact, JIRO);
    let foreign = json!([change(PORTAL_ID + 1, contact), change(1, contact)]);
    assert_eq!(app.hook(&foreign).await, 200, "a refusal would bring them back for a day");
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, None);
    let mixed = json!([change(PORTAL_ID + 1, LINKED_CONTACT), 5, change(PORTAL_ID, contact)]);
    assert_eq!(app.hook(&mixed).await, 200);
    app.until_moving("ours", |app| app.shown(contact, "line_user_name") == "じろう").await;
    app.looked().await;
    assert_eq!(app.linked_to(JIRO).await, Some(contact));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_unlinks_and_a_restored_contact_is_linked_again() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.world.hubspot.delete(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT);
    app.looked().await;
    assert_eq!(app.linked_to(LINKED_USER).await, None);
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 0, "nobody was made");
    assert!(app.world.hubspot.restore(PORTAL_ID, LINKED_CONTACT));
    app.looked().await;
    assert_eq!(app.linked_to(LINKED_USER).await, Some(LINKED_CONTACT));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_no_deletion_and_the_link_moves_along() {
    for untidy in [false, true] {
        let app = App::start().await;
        app.world.hubspot.switch(|switches| switches.webhooks_are_untidy = untidy);
        app.hanako_writes("前").await;
        let other = app.bystander();
        let merged = app.world.hubspot.merge(PORTAL_ID, other, LINKED_CONTACT).expect("a merged record");
        app.looked().await;
        assert_eq!(app.linked_to(LINKED_USER).await, Some(merged), "untidy: {untidy}");
        assert_eq!(app.shown(merged, "line_user_id"), LINKED_USER);
        assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_linked_contacts_that_are_merged_the_named_person_stays_and_operators_are_asked_about_the_other() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.befriend(JIRO);
    let other = app.bystander();
    app.preset(other, JIRO);
    app.until_moving("the name", |app| app.shown(other, "line_user_name") == "じろう").await;
    app.looked().await;
    let merged = app.world.hubspot.merge(PORTAL_ID, other, LINKED_CONTACT).expect("a merged record");
    app.looked().await;
    assert_eq!((app.linked_to(JIRO).await, app.linked_to(LINKED_USER).await), (Some(merged), None));
    assert_eq!(app.shown(merged, "line_user_name"), "じろう");
    let journal = app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    let asked = journal.questions(&account()).await.expect("questions");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].contact.as_str(), merged.to_string());
    assert!(asked[0].conversation.source.user().is_some_and(|user| user.expose() == LINKED_USER));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_deletion_forgets_the_words_that_wait_and_makes_nobody_anew() {
    for untidy in [false, true] {
        let app = App::start().await;
        app.world.hubspot.switch(|switches| switches.webhooks_are_untidy = untidy);
        app.hanako_writes("忘れてください").await;
        assert_ne!(app.texts_at_rest("忘れてください").await, 0);
        app.world.hubspot.gdpr_delete(PORTAL_ID, LINKED_CONTACT);
        app.looked().await;
        assert_eq!(app.linked_to(LINKED_USER).await, None, "untidy: {untidy}");
        assert_eq!(app.texts_at_rest("忘れてください").await, 0, "untidy: {untidy}");
        assert_eq!(app.texts_at_rest(LINKED_USER).await, 0, "untidy: {untidy}");
        // What was said before it, and LINE delivers only now, changes nothing either.
        let before = text_at(LINKED_USER, 91, app.world.clock.now_ms() - 3_600_000, "忘れてください");
        assert_eq!(app.post_events(&[before]).await, 200);
        app.until_queues_empty().await;
        assert_eq!(app.texts_at_rest("忘れてください").await, 0, "untidy: {untidy}");
        app.minutes_pass(120);
        app.at_rest().await;
        assert_eq!((app.world.hubspot.contacts(PORTAL_ID).len(), app.notes().len()), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_deletion_long_after_a_deletion_still_finds_whom_to_forget() {
    let app = App::start().await;
    app.hanako_writes("前").await;
    app.world.hubspot.delete(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT);
    app.looked().await;
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until_queues_empty().await;
    let journal = app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    let id = musubi::domain::ids::ContactId::new(LINKED_CONTACT.to_string());
    assert_eq!(journal.former_links(&account(), &id).await.expect("rows").len(), 1);
    app.world.hubspot.gdpr_delete(PORTAL_ID, LINKED_CONTACT);
    app.looked().await;
    assert_eq!(journal.former_links(&account(), &id).await.expect("rows").found, vec![]);
    let key = musubi::domain::conversation::ConversationKey::person(
        &ChannelId::new(CHANNEL_ID),
        &LineUserId::new(LINKED_USER),
    );
    assert_eq!(journal.erasable_rows_but_effects(&key).await.expect("rows").texts, vec![], "no words");
}
