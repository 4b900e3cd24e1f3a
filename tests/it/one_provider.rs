//! Two Official Accounts of one LINE provider know a person by one LINE user ID: for them one contact, whichever of the two learns
//! who it is.

use local::fake::line::{ChannelSpec, Friendship};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID, PROVIDER};
use musubi::aws::RetryPolicy;
use musubi::domain::channel::Channel;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::ids::{BotUserId, ChannelId, ContactId, LineUserId};
use musubi::flow::link::Link;
use musubi::ports::secrets::{LineSecrets, Secret};
use musubi::ports::table::Commit;
use musubi::store::journal::AskedBecause;

use crate::app::{App, account};
use crate::logins::browser::Browser;

/// The second Official Account of the same company.
const BESIDE: &str = "1657000021";
const BESIDE_BOT: &str = "Ub0b00000000000000000000000000021";
const BESIDE_SECRET: &str = "33333333333333333333333333333333";
const BOTH: [&str; 2] = [CHANNEL_ID, BESIDE];

impl App {
    /// Connects the second one to the same CRM account.
    async fn connects_beside(&self) {
        let world = &self.world;
        world.line.add_channel(ChannelSpec {
            bot_user_id: BESIDE_BOT.to_owned(),
            webhook_url: Some(format!("{}/line/{BESIDE}/webhook", world.url)),
            ..ChannelSpec::demo(BESIDE, BESIDE_SECRET, PROVIDER)
        });
        let adapters = world.adapters(RetryPolicy::WORKER).expect("adapters");
        let id = ChannelId::new(BESIDE);
        let secrets = LineSecrets {
            channel_secrets: vec![Secret::new(BESIDE_SECRET)],
            access_token: None,
            login_secrets: Vec::new(),
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
        };
        adapters.secrets().expect("secrets").store_line(&id, &secrets).await.expect("stored");
        let channel = Channel::new(id.clone(), BotUserId::new(BESIDE_BOT), "支店", "@beside", account());
        assert_eq!(adapters.channels().expect("channels").put(&channel, 0).await.expect("stored"), Commit::Done);
        self.change_account(|account| account.channels.push(id)).await;
    }

    /// Adds the second one, and writes to it.
    async fn writes_beside(&self, user: &str, words: &str) {
        self.world.line.set_friendship(BESIDE, user, Friendship::Friend);
        self.world.line.write_text(BESIDE, user, words).await;
    }

    /// Whose contact the person is on each of the two.
    async fn linked_on_both(&self, user: &str) -> [Option<u64>; 2] {
        let links = self.world.adapters(RetryPolicy::WORKER).expect("adapters").links().expect("links");
        let mut found = [None; 2];
        for (at, channel) in found.iter_mut().zip(BOTH) {
            let link = links.of_user(&ChannelId::new(channel), &LineUserId::new(user)).await.expect("an answer");
            *at = link.map(|link| link.value.contact.as_str().parse().expect("a number"));
        }
        found
    }

    async fn operator_says(&self, user: &str, contact: u64) {
        let adapters = self.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let channel = adapters.channels().expect("channels").find(&ChannelId::new(CHANNEL_ID)).await;
        let target = Target::Contact(ContactId::new(contact.to_string()));
        let claim = Claim::new(ClaimedBy::Operator, target, self.world.clock.now_ms());
        let link = Link { outbox: adapters.outbox().expect("an outbox") };
        link.claim(&channel.expect("a row").expect("a channel"), &LineUserId::new(user), &claim)
            .await
            .expect("recorded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_to_two_is_one_contact_and_a_login_on_one_moves_both() {
    let app = App::start().await;
    app.connects_beside().await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "本店へ").await;
    app.until("the first contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.writes_beside(NEW_USER, "支店へ").await;
    let first = app.contact_of(NEW_USER).expect("a contact").id;
    app.until("her words to the other", |app| app.shown(first, "line_last_message") == "支店へ").await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(first); 2]);

    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);
    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until("the move", |app| app.contact_of(NEW_USER).is_some_and(|contact| contact.id == known)).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(known); 2]);
    assert_eq!(app.shown(first, "line_user_id"), "");
    // Neither writes to the one of before any more, and the CRM refuses neither.
    for (words, at) in [("本店へもう一度", 0), ("支店へもう一度", 1)] {
        app.world.line.write_text(BOTH[at], NEW_USER, words).await;
        app.until("her words", |app| app.shown(known, "line_last_message") == words).await;
    }
    app.at_rest_but_entries().await;
    assert_eq!(app.shown(first, "line_last_message"), "");
    assert_eq!(app.asked().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_where_they_are_new_moves_the_one_that_knows_them() {
    let app = App::start().await;
    app.connects_beside().await;
    app.writes_beside(NEW_USER, "支店へ").await;
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let first = app.contact_of(NEW_USER).expect("a contact").id;
    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);
    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until_moving("the move", |app| app.contact_of(NEW_USER).is_some_and(|contact| contact.id == known)).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(known); 2]);
    assert_eq!(app.shown(first, "line_user_id"), "");
    assert_eq!(app.shown(known, "line_last_message"), "支店へ", "what waits moves along");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weightier_word_on_one_stands_against_an_address_on_the_other() {
    let app = App::start().await;
    app.connects_beside().await;
    app.writes_beside(NEW_USER, "支店へ").await;
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
    let chosen = app.world.hubspot.create_contact(PORTAL_ID, &[("firstname", "太郎")]);
    app.operator_says(NEW_USER, chosen).await;
    app.until_moving("the move", |app| app.contact_of(NEW_USER).is_some_and(|contact| contact.id == chosen)).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(chosen); 2]);
    app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);
    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(chosen); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_somebody_else_has_the_contact_on_the_other_an_operator_is_asked() {
    let app = App::start().await;
    app.connects_beside().await;
    // Hanako is the contact on both; Taro has one of his own on both.
    app.writes_beside(LINKED_USER, "花子です").await;
    app.writes_beside(NEW_USER, "太郎です").await;
    app.until("his contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_on_both(LINKED_USER).await, [Some(LINKED_CONTACT); 2]);
    let his = app.contact_of(NEW_USER).expect("a contact").id;
    app.operator_says(NEW_USER, LINKED_CONTACT).await;
    // The question and the link are of two conversations: whichever is looked after first.
    for _ in 0..600 {
        if !app.asked().await.is_empty() && app.linked_on_both(NEW_USER).await[0].is_some() {
            break;
        }
        app.time_passes(100).await;
    }
    // Until somebody answers, the CRM does not take his ID on her contact, since his own has it: that waits.
    app.until_queues_empty().await;
    assert_eq!(app.linked_on_both(NEW_USER).await, [Some(LINKED_CONTACT), Some(his)]);
    assert_eq!(app.linked_on_both(LINKED_USER).await[1], Some(LINKED_CONTACT), "nobody is moved unasked");
    assert_eq!(app.asked().await, [(NEW_USER.to_owned(), LINKED_CONTACT, AskedBecause::NameTaken)]);
}
