//! People who were friends before: what an operator's file or LINE's list says of them becomes contacts.

use std::sync::Arc;

use local::seed::{CHANNEL_ID, PORTAL_ID, STRANGER_WITH_EMAIL};
use musubi::aws::{AwsAdapters, RetryPolicy};
use musubi::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::login::ByEmail;
use musubi::flow::import_friend::{ImportFriend, ImportResult};
use musubi::flow::link::Link;

use crate::app::App;

fn adapters(app: &App) -> AwsAdapters {
    app.world.adapters(RetryPolicy::WORKER).expect("adapters")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_an_operator_names_is_the_contact_whatever_logins_do_with_addresses() {
    let app = App::start().await;
    app.change_channel(|channel| channel.login.as_mut().expect("LINE Login").by_email = ByEmail::AlwaysNew).await;
    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "kenji@example.com")]);
    let adapters = adapters(&app);
    let channel = adapters.channels().unwrap().find(&ChannelId::new(CHANNEL_ID)).await.unwrap().unwrap();
    let link = Link { outbox: adapters.outbox().unwrap() };
    let target = Target::Email(EmailAddress::parse("kenji@example.com").unwrap());
    let claim = Claim::new(ClaimedBy::Preset, target, adapters.clock().now_ms());
    link.claim(&channel, &LineUserId::new(STRANGER_WITH_EMAIL), &claim).await.unwrap();
    app.until("the link", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.contact_of(STRANGER_WITH_EMAIL).expect("a contact").id, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_on_lines_list_gets_a_contact_and_is_met_once() {
    let app = App::start().await;
    let adapters = adapters(&app);
    let channel = adapters.channels().unwrap().find(&ChannelId::new(CHANNEL_ID)).await.unwrap().unwrap();
    let meet = ImportFriend { outbox: adapters.outbox().unwrap() };
    let user = LineUserId::new(STRANGER_WITH_EMAIL);
    assert_eq!(meet.import_friend(&channel, &user).await.unwrap(), ImportResult::New);
    assert_eq!(meet.import_friend(&channel, &user).await.unwrap(), ImportResult::Known);
    let wake_ups: Arc<dyn musubi::ports::Queue<musubi::domain::job::WakeUp>> = adapters.wake_ups().unwrap();
    wake_ups.send(&musubi::domain::job::WakeUp::of(&channel.account)).await.unwrap();
    app.until("the contact", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.contact_of(STRANGER_WITH_EMAIL).expect("a contact").properties["line_follows"], "true");
}
