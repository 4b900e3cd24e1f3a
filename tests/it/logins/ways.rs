//! The ways that end well.

use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID, STRANGER, STRANGER_WITH_EMAIL};
use musubi::domain::login::ByEmail;
use musubi::store::journal::AskedBecause;

use super::browser::{Browser, query_value};
use crate::app::App;

async fn change_login(app: &App, change: impl FnOnce(&mut musubi::domain::login::LoginSettings)) {
    app.change_channel(|channel| change(channel.login.as_mut().expect("the demo has LINE Login"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_logs_in_and_becomes_a_contact_with_route_name_and_friendship() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let end = browser.log_in("?route=poster", STRANGER_WITH_EMAIL, true).await;
    assert_eq!((end.status, end.location.as_str()), (303, "/line/1657000001/login/done"), "{}", end.body);
    let done = browser.open(&end.location).await;
    assert!(done.status == 200 && done.body.contains("連携が完了しました"), "{}", done.body);

    app.until("the contact", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(STRANGER_WITH_EMAIL).expect("a contact");
    assert_eq!(contact.properties["email"], "kenji@example.com");
    assert_eq!(contact.properties["line_user_name"], "けんじ");
    assert_eq!(contact.properties["line_route"], "poster");
    assert_eq!(contact.properties["line_follows"], "true");
    assert!(!contact.properties["line_linked_at"].is_empty());
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 2);
    assert_eq!(app.texts_at_rest("kenji@example.com").await, 0, "the address is forgotten once the CRM has it");
    assert_eq!(app.texts_at_rest("けんじ").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_links_to_the_contact_that_has_it() {
    let app = App::start().await;
    app.world.hubspot.create_contact(PORTAL_ID, &[("email", "kenji@example.com"), ("firstname", "健二")]);
    Browser::new(&app).log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("the link", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(STRANGER_WITH_EMAIL).expect("a contact");
    assert_eq!(contact.properties["firstname"], "健二");
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 2, "nobody new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_with_a_contact_of_their_own_moves_to_the_one_that_has_the_address() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the first contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let first = app.contact_of(NEW_USER).expect("a contact").id;
    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);

    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until("the move", |app| app.contact_of(NEW_USER).is_some_and(|contact| contact.id == known)).await;
    app.at_rest_but_entries().await;
    let contacts = app.world.hubspot.contacts(PORTAL_ID);
    let left = contacts.iter().find(|contact| contact.id == first).expect("the first contact stays");
    assert_eq!(left.properties.get("line_user_id").map_or("", String::as_str), "", "and is nobody on LINE any more");
    assert_eq!(left.properties.get("line_last_message").map_or("", String::as_str), "");
    let now = app.contact_of(NEW_USER).expect("a contact");
    assert_eq!(now.properties["line_last_message"], "はじめまして", "what waits moves along");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_that_is_wanted_the_contact_that_was_made_before_is_merged() {
    let app = App::start().await;
    change_login(&app, |login| login.merge_duplicates = true).await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the first contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);
    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until("one is left", |app| app.world.hubspot.contacts(PORTAL_ID).len() == 2).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(NEW_USER).expect("a contact");
    assert_eq!(contact.properties["email"], "taro@example.com");
    let _ = known;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_there_is_a_dummy_or_none_by_setting() {
    for (domain, expected) in
        [(None, String::new()), (Some("lineuser.com"), format!("{}@lineuser.com", STRANGER.to_lowercase()))]
    {
        let app = App::start().await;
        app.change_channel(|channel| channel.settings.dummy_email_domain = domain.map(str::to_owned)).await;
        Browser::new(&app).log_in("", STRANGER, true).await;
        app.until("the contact", |app| app.contact_of(STRANGER).is_some()).await;
        app.at_rest_but_entries().await;
        let contact = app.contact_of(STRANGER).expect("a contact");
        assert_eq!(contact.properties.get("email").cloned().unwrap_or_default(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_belongs_to_somebody_else_on_line_links_nobody_to_them() {
    let app = App::start().await;
    app.world.line.set_email(STRANGER_WITH_EMAIL, Some("hanako@example.com"));
    Browser::new(&app).log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("a contact of their own", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(STRANGER_WITH_EMAIL).expect("a contact");
    assert_ne!(contact.id, LINKED_CONTACT);
    assert!(!contact.properties.contains_key("email"));
    // An operator is asked, once, and not again once they have said no.
    let asked = (STRANGER_WITH_EMAIL.to_owned(), LINKED_CONTACT, AskedBecause::EmailTaken);
    assert_eq!(app.asked().await, std::slice::from_ref(&asked));
    Browser::new(&app).log_in("", STRANGER_WITH_EMAIL, true).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.asked().await, [asked]);
    app.deny().await;
    Browser::new(&app).log_in("", STRANGER_WITH_EMAIL, true).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.asked().await, []);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "わたしです").await;
    app.until("the link stays", |app| app.linked("line_last_message") == "わたしです").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_operator_is_asked_nothing_is_linked_until_they_say_so() {
    let app = App::start().await;
    change_login(&app, |login| login.by_email = ByEmail::Ask).await;
    let known = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "kenji@example.com")]);
    Browser::new(&app).log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("a contact of their own", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    assert_ne!(app.contact_of(STRANGER_WITH_EMAIL).expect("a contact").id, known);
    let journal = app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    let asked = journal.questions(&crate::app::account()).await.expect("rows");
    assert_eq!(
        asked.iter().map(|question| question.contact.as_str().to_owned()).collect::<Vec<_>>(),
        [known.to_string()]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_contacts_are_made_a_login_still_makes_one() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.create_contacts = false).await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "こんにちは").await;
    app.until_queues_empty().await;
    assert!(app.contact_of(NEW_USER).is_none());
    Browser::new(&app).log_in("", NEW_USER, true).await;
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_page_comes_after_the_login_and_a_routes_own_before_it() {
    let app = App::start().await;
    change_login(&app, |login| {
        login.allowed_origins = vec!["https://shop.example".to_owned()];
        login.after_login = Some("https://shop.example/thanks".to_owned());
        let poster = login.routes.iter_mut().next_back().expect("a route").1;
        poster.after_login = Some("line://ti/p/@musubi-coffee".to_owned());
    })
    .await;
    let browser = Browser::new(&app);
    assert_eq!(browser.log_in("?route=counter", STRANGER, false).await.location, "https://shop.example/thanks");
    assert_eq!(browser.log_in("?route=poster", STRANGER, false).await.location, "line://ti/p/@musubi-coffee");
    assert_eq!(browser.log_in("?route=unknown", STRANGER, false).await.location, "https://shop.example/thanks");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_unlinked_and_line_is_told_and_no_contact_is_made_anew() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    browser.log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("the contact", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;

    let page = browser.open(&format!("/line/{CHANNEL_ID}/unlink")).await;
    let token =
        page.body.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let form = app.http.post(format!("{}/line/{CHANNEL_ID}/unlink", app.world.url)).form(&[("token", token)]);
    let on = browser.send(form).await;
    assert_eq!(on.status, 200, "{}", on.body);
    let authorize =
        on.body.split("href=\"").skip(1).find(|part| part.contains("/oauth2/v2.1/authorize")).expect("LINE's address");
    let authorize = html_escape::decode_html_entities(authorize.split('"').next().expect("it ends")).into_owned();
    assert_eq!(query_value(&authorize, "bot_prompt"), None, "nobody is asked to be a friend when they leave");
    let back = browser.allow(&authorize, STRANGER_WITH_EMAIL, false, false).await;
    let end = browser.open(&back).await;
    assert!(end.status == 200 && end.body.contains("解除しました"), "{}", end.body);

    app.until("the fields are empty", |app| app.contact_of(STRANGER_WITH_EMAIL).is_none()).await;
    app.at_rest_but_entries().await;
    let told = app.world.line.ledger().calls.iter().filter(|call| call.path == "/user/v1/deauthorize").count();
    assert_eq!(told, 1);
    let contacts = app.world.hubspot.contacts(PORTAL_ID).len();
    app.world.line.write_text(CHANNEL_ID, STRANGER_WITH_EMAIL, "まだ友だちです").await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), contacts, "who has left is not taken back by writing");

    browser.log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("linked again", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), contacts, "to the same contact, by the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_lines_automatic_login_spoilt_is_taken_up_by_hand_once() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    browser.set_out("?route=poster").await;
    let spoilt = format!("/line/{CHANNEL_ID}/login/callback?code=x&state=not-ours");
    let again = browser.open(&spoilt).await;
    assert_eq!((again.status, again.location.as_str()), (303, "/line/1657000001/login?by_hand=1&route=poster"));
    let authorize = browser.open(&again.location).await.location;
    assert_eq!(query_value(&authorize, "disable_auto_login").as_deref(), Some("true"));
    let once = browser.open(&spoilt).await;
    assert_eq!(once.status, 403, "once is enough");
    let back = browser.allow(&authorize, STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 303, "the login by hand still holds");
}
