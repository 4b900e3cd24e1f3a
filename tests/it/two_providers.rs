//! Two Official Accounts of two LINE providers in one CRM account: LINE gives one person two user IDs, and one contact holds both.

use std::sync::Arc;

use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::line::{ChannelSpec, Friendship};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::crm::CrmClients;
use musubi::crm::hubspot::setup;
use musubi::domain::channel::Channel;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{BotUserId, ChannelId, ContactId, LineUserId};
use musubi::domain::provider::ProviderNumber;
use musubi::flow::erase::{Erase, Who};
use musubi::flow::link::Link;
use musubi::http_client::HttpClient;
use musubi::ports::secrets::{LineSecrets, Secret};
use musubi::ports::table::Commit;

use crate::app::{App, account};

/// The Official Account of another company of the same customer.
const APART: &str = "1657000031";
const APART_BOT: &str = "Ub0b00000000000000000000000000031";
const APART_SECRET: &str = "44444444444444444444444444444444";
const APART_PROVIDER: &str = "another-company";
/// The linked friend, as the other provider knows her.
const THERE: &str = "U000000000000000000000000000a0031";

impl App {
    /// Connects it, with fields of its own.
    async fn connects_apart(&self) {
        let world = &self.world;
        world.line.add_channel(ChannelSpec {
            bot_user_id: APART_BOT.to_owned(),
            webhook_url: Some(format!("{}/line/{APART}/webhook", world.url)),
            ..ChannelSpec::demo(APART, APART_SECRET, APART_PROVIDER)
        });
        world.line.add_person_as(THERE, APART_PROVIDER, "はなこ（別会社）", None);
        world.line.set_friendship(APART, THERE, Friendship::Friend);
        let adapters = world.adapters(RetryPolicy::WORKER).expect("adapters");
        let (id, secrets) = (ChannelId::new(APART), adapters.secrets().expect("secrets"));
        let known = LineSecrets {
            channel_secrets: vec![Secret::new(APART_SECRET)],
            access_token: None,
            login_secrets: Vec::new(),
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
        };
        secrets.store_line(&id, &known).await.expect("stored");
        let channel = Channel {
            provider: ProviderNumber::ALL[1],
            ..Channel::new(id.clone(), BotUserId::new(APART_BOT), "別会社", "@apart", account())
        };
        assert_eq!(adapters.channels().expect("channels").put(&channel, 0).await.expect("stored"), Commit::Done);
        self.change_account(|account| {
            account.channels.push(id.clone());
            account.providers.insert(id, ProviderNumber::ALL[1]);
        })
        .await;
        let account = self.account().await;
        let crms = CrmClients::new(HttpClient::ready(), &world.vendor_urls.1, Arc::clone(&secrets), world.time());
        let api = crms.hubspot_api(&account);
        let made = setup::prepare_properties(&api, account.language, account.providers()).await.expect("an answer");
        assert_eq!((made.created.len(), made.problems.len()), (13, 0));
    }

    /// An operator says whose contact the other provider's person is.
    async fn operator_links_apart(&self, contact: u64) {
        let adapters = self.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let channel = adapters.channels().expect("channels").find(&ChannelId::new(APART)).await.expect("a row");
        let target = Target::Contact(ContactId::new(contact.to_string()));
        let claim = Claim::new(ClaimedBy::Operator, target, self.world.clock.now_ms());
        let link = Link { outbox: adapters.outbox().expect("an outbox") };
        link.claim(&channel.expect("a channel"), &LineUserId::new(THERE), &claim).await.expect("recorded");
    }

    async fn linked_apart(&self) -> Option<u64> {
        let links = self.world.adapters(RetryPolicy::WORKER).expect("adapters").links().expect("links");
        let link = links.of_user(&ChannelId::new(APART), &LineUserId::new(THERE)).await.expect("an answer");
        link.map(|link| link.value.contact.as_str().parse().expect("a number"))
    }

    /// The contact whose property says this.
    fn contact_with(&self, name: &str, value: &str) -> Option<u64> {
        let mut contacts = self.world.hubspot.contacts(PORTAL_ID).into_iter();
        contacts.find(|contact| contact.properties.get(name).is_some_and(|it| it == value)).map(|contact| contact.id)
    }

    fn change_contact(&self, id: u64, name: &str, value: &str) {
        self.world.hubspot.change(PORTAL_ID, ObjectType::Contact, id, &[(name, value)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_fields_of_its_own_and_one_contact_can_be_both() {
    let app = App::start().await;
    app.connects_apart().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "本店へ").await;
    app.world.line.write_text(APART, THERE, "別会社へ").await;
    app.until("the second provider's contact", |app| app.contact_with("line_user_id_2", THERE).is_some()).await;
    app.at_rest_but_entries().await;
    let made = app.contact_with("line_user_id_2", THERE).expect("a contact");
    assert_ne!(made, LINKED_CONTACT, "nobody knows yet that it is her");
    assert_eq!((app.shown(made, "line_user_id"), app.shown(made, "line_last_message")), Default::default());
    assert_eq!((&*app.shown(made, "line_last_message_2"), &*app.shown(made, "line_follows_2")), ("別会社へ", "true"));

    app.operator_links_apart(LINKED_CONTACT).await;
    app.until_moving("both on one", |app| app.linked("line_user_id_2") == THERE).await;
    app.at_rest_but_entries().await;
    assert_eq!(
        (app.linked_to(LINKED_USER).await, app.linked_apart().await),
        (Some(LINKED_CONTACT), Some(LINKED_CONTACT))
    );
    assert_eq!((&*app.linked("line_user_id"), &*app.linked("line_last_message")), (LINKED_USER, "本店へ"));
    assert_eq!(app.shown(made, "line_user_id_2"), "", "the contact of before gave her up");
    // Neither writes over the other.
    app.world.line.write_text(APART, THERE, "別会社へもう一度").await;
    app.until("her words there", |app| app.linked("line_last_message_2") == "別会社へもう一度").await;
    app.at_rest_but_entries().await;
    assert_eq!((&*app.linked("line_last_message"), &*app.linked("line_user_id")), ("本店へ", LINKED_USER));
    assert_eq!(app.asked().await, []);

    // A workflow's message goes to the person whom the chosen Official Account knows.
    for (channel, user) in [(CHANNEL_ID, LINKED_USER), (APART, THERE)] {
        app.run_action(&[("message_1", "お知らせ"), ("channel", channel)]).await;
        let sent = |app: &App| app.world.line.delivered().iter().filter(|sent| sent.to == user).count();
        app.until("the message", |app| sent(app) > 0).await;
        app.until_queues_empty().await;
        assert_eq!(
            (sent(&app), app.world.line.delivered().last().map(|sent| sent.to.clone())),
            (1, Some(user.to_owned()))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_one_providers_field_says_nothing_of_the_other() {
    let app = App::start().await;
    app.connects_apart().await;
    // Somebody writes her ID of the other provider on her contact: that links her there, and nothing else changes.
    app.change_contact(LINKED_CONTACT, "line_user_id_2", THERE);
    app.looked().await;
    assert_eq!(
        (app.linked_to(LINKED_USER).await, app.linked_apart().await),
        (Some(LINKED_CONTACT), Some(LINKED_CONTACT))
    );
    // An ID in the wrong provider's field is nobody's.
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[("firstname", "太郎")]);
    app.change_contact(other, "line_user_id_2", NEW_USER);
    app.looked().await;
    assert_eq!(app.linked_to(NEW_USER).await, None);

    // She was answered there, and here not.
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "本店へ").await;
    app.world.line.write_text(APART, THERE, "別会社へ").await;
    app.until("both wait", |app| app.linked("line_unanswered") == "true" && app.linked("line_unanswered_2") == "true")
        .await;
    app.minutes_pass(1);
    app.change_contact(LINKED_CONTACT, "line_answered_at_2", &app.world.clock.now_ms().to_string());
    app.until_moving("the answer", |app| app.linked("line_unanswered_2") == "false").await;
    assert_eq!(app.linked("line_unanswered"), "true");

    // Emptied there, she is linked here still.
    app.looked().await;
    app.change_contact(LINKED_CONTACT, "line_user_id_2", "");
    app.looked().await;
    assert_eq!((app.linked_to(LINKED_USER).await, app.linked_apart().await), (Some(LINKED_CONTACT), None));
    assert_eq!((&*app.linked("line_user_id"), &*app.linked("line_last_message_2")), (LINKED_USER, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_deletion_forgets_the_persons_of_both() {
    let app = App::start().await;
    app.connects_apart().await;
    app.change_contact(LINKED_CONTACT, "line_user_id_2", THERE);
    app.looked().await;
    assert_eq!(app.linked_apart().await, Some(LINKED_CONTACT));
    app.world.hubspot.gdpr_delete(PORTAL_ID, LINKED_CONTACT);
    app.looked().await;
    assert_eq!((app.linked_to(LINKED_USER).await, app.linked_apart().await), (None, None));
    let journal = app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    for (channel, user) in [(CHANNEL_ID, LINKED_USER), (APART, THERE)] {
        let key = ConversationKey::person(&ChannelId::new(channel), &LineUserId::new(user));
        assert!(journal.erasure(&key).await.expect("an answer").is_marked(), "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_emptied_is_emptied_where_it_stands_whatever_the_provider_is_said_to_be_since() {
    let app = App::start().await;
    app.connects_apart().await;
    app.world.line.write_text(APART, THERE, "別会社へ").await;
    app.until("the second provider's contact", |app| app.contact_with("line_user_id_2", THERE).is_some()).await;
    app.at_rest_but_entries().await;
    let made = app.contact_with("line_user_id_2", THERE).expect("a contact");
    let reads = Endpoint::BatchRead(ObjectType::Contact);
    app.world.hubspot.fault(reads, Fault::FailBefore(503), Plan::Every(1));
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let erase = Erase { links: adapters.links().expect("links"), settle: app.settle() };
    erase.erase(&account(), &ChannelId::new(APART), &Who::User(LineUserId::new(THERE))).await.expect("erased");
    app.change_account(|account| _ = account.providers.insert(ChannelId::new(APART), ProviderNumber::FIRST)).await;
    app.world.hubspot.clear_faults();
    app.until_moving("nothing of her", |app| app.shown(made, "line_user_id_2").is_empty()).await;
    assert_eq!(app.shown(made, "line_last_message_2"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_for_one_provider_is_shown_for_the_other() {
    let app = App::start().await;
    app.connects_apart().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "本店へ").await;
    app.change_contact(LINKED_CONTACT, "line_user_id_2", THERE);
    app.looked().await;
    app.until_moving("her ID", |app| !app.linked("line_user_name_2").is_empty()).await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let erase = Erase { links: adapters.links().expect("links"), settle: app.settle() };
    erase.erase(&account(), &ChannelId::new(APART), &Who::User(LineUserId::new(THERE))).await.expect("erased");
    app.looked().await;
    for field in ["line_user_id_2", "line_user_name_2", "line_last_message_2", "line_follows_2"] {
        assert_eq!(app.linked(field), "", "{field}");
    }
    assert_eq!(app.linked("line_user_id"), LINKED_USER);
    assert_eq!((app.linked_to(LINKED_USER).await, app.linked_apart().await), (Some(LINKED_CONTACT), None));
}
