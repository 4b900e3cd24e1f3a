//! Another system is told that a message came: signed, without a word of it, and whoever is slow there holds up nothing else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use local::fake::hubspot::ObjectType;
use local::fake::line::event::{self, Common};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::operator::Role;
use musubi::flow::configure::WebhookSecrets;
use musubi::flow::erase::Who;
use musubi::outward::secret_of;
use musubi::ports::dead_letters::Which;
use musubi::ports::secrets::Secret;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::app::{App, common, text_at};
use crate::console::browser::{Browser, pairs};
use crate::erase::erase;

/// Another system. What it was not told to answer with, it answers with 200.
#[derive(Clone, Default)]
struct Other(Arc<Mutex<Said>>);

/// What it was told, and the statuses that it answers with next.
type Said = (Vec<(HeaderMap, Bytes)>, VecDeque<u16>);

impl Other {
    /// On this machine; with its address.
    async fn start(answers: &[u16]) -> (Self, String) {
        let other = Self::default();
        other.0.lock().expect("calm").1.extend(answers);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().route("/hook", post(take)).with_state(other.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (other, address)
    }

    fn told(&self) -> Vec<(HeaderMap, Bytes)> {
        self.0.lock().expect("calm").0.clone()
    }

    fn ids(&self) -> Vec<String> {
        self.told().iter().map(|(headers, _)| header(headers, "webhook-id")).collect()
    }
}

async fn take(State(other): State<Other>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut other = other.0.lock().expect("calm");
    other.0.push((headers, body));
    StatusCode::from_u16(other.1.pop_front().unwrap_or(200)).expect("a status")
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// As Standard Webhooks has a receiver check it, by one secret.
fn is_signed(headers: &HeaderMap, body: &[u8], secret: &Secret) -> bool {
    let key = STANDARD.decode(secret.expose().strip_prefix("whsec_").expect("a secret")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.", header(headers, "webhook-id"), header(headers, "webhook-timestamp")).as_bytes());
    mac.update(body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    header(headers, "webhook-signature").split(' ').any(|one| one == expected)
}

fn secrets(app: &App) -> WebhookSecrets {
    WebhookSecrets { secrets: app.world.adapters(RetryPolicy::WORKER).expect("adapters").secrets().expect("secrets") }
}

async fn with_secret(app: &App, number: u8) -> Secret {
    let secret = secret_of(&[number; 32]);
    secrets(app).make(&ChannelId::new(CHANNEL_ID), secret.clone()).await.expect("stored");
    // Functions remember secrets for a minute.
    app.minutes_pass(1);
    secret
}

/// The Official Account tells this address.
async fn telling(app: &App, address: &str) {
    let address = address.to_owned();
    app.change_channel(|channel| channel.settings.webhook = Some(address)).await;
}

fn letters(app: &App) -> Vec<String> {
    let letters = app.world.aws.sqs().messages("notices-dlq");
    letters.iter().filter_map(|letter| letter.attributes.get("reason")?.string_value.clone()).collect()
}

fn waiting(app: &App) -> usize {
    app.world.aws.sqs().counts("notices").total()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_told_signed_and_without_a_word_and_a_redelivery_under_the_same_name() {
    let app = App::start().await;
    let (other, address) = Other::start(&[]).await;
    let secret = with_secret(&app, 1).await;
    telling(&app, &address).await;
    let wrote = app.world.line.write_text(CHANNEL_ID, LINKED_USER, "内緒の話").await;
    app.until("it is told", |_| other.told().len() == 1).await;
    let (headers, body) = other.told().remove(0);
    assert!(is_signed(&headers, &body, &secret) && !is_signed(&headers, b"{}", &secret), "{headers:?}");
    assert!(!is_signed(&headers, &body, &secret_of(&[2; 32])), "another secret");
    let told: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(told["type"], "line.message");
    assert_eq!(told["data"], json!({"channel": CHANNEL_ID, "contact": LINKED_CONTACT.to_string(), "kind": "text"}));
    let whole = format!("{headers:?}{}", String::from_utf8_lossy(&body));
    assert!(!whole.contains("内緒") && !whole.contains(LINKED_USER), "{whole}");
    app.world.line.post_again(CHANNEL_ID, &wrote.webhook_event_id, true).await;
    app.until("told again", |_| other.told().len() == 2).await;
    assert_eq!(other.ids()[0], other.ids()[1], "the other system knows it");
    app.world.line.write_sticker(CHANNEL_ID, LINKED_USER, "446", "1988").await;
    app.until("the next one", |_| other.told().len() == 3).await;
    assert_ne!(other.ids()[2], other.ids()[0]);
    assert_eq!((letters(&app).len(), waiting(&app)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_told_again_later_and_hubspot_does_not_wait_for_it() {
    let app = App::start().await;
    let (other, address) = Other::start(&[500, 302, 429]).await;
    with_secret(&app, 1).await;
    telling(&app, &address).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一").await;
    app.until("HubSpot has it", |app| app.linked("line_last_message") == "一").await;
    app.until_moving_by(1_000, "it is told in the end", |_| other.told().len() == 4).await;
    app.until("nothing waits", |app| waiting(app) == 0).await;
    let ids = other.ids();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let bodies: Vec<Bytes> = other.told().into_iter().map(|(_, body)| body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "every try says the same");
    assert_eq!(letters(&app), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_secrets_are_changed_both_are_good_and_then_the_new_one_alone() {
    let app = App::start().await;
    let (other, address) = Other::start(&[]).await;
    telling(&app, &address).await;
    let old = with_secret(&app, 1).await;
    let new = with_secret(&app, 2).await;
    for (number, words, is_old_good) in [(0, "一", true), (1, "二", false)] {
        app.world.line.write_text(CHANNEL_ID, LINKED_USER, words).await;
        app.until("it is told", |_| other.told().len() == number + 1).await;
        let (headers, body) = other.told().remove(number);
        assert!(is_signed(&headers, &body, &new), "{words}");
        assert_eq!(is_signed(&headers, &body, &old), is_old_good, "{words}");
        let forgotten = secrets(&app).forget_old(&ChannelId::new(CHANNEL_ID)).await.expect("stored");
        assert_eq!(forgotten, usize::from(is_old_good));
        app.minutes_pass(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_told_is_dead_lettered_in_words_and_told_once_it_is_put_right() {
    let app = App::start().await;
    let (other, address) = Other::start(&[]).await;
    telling(&app, &address).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一").await;
    app.until("a letter", |app| letters(app).len() == 1).await;
    assert!(letters(&app)[0].starts_with("webhook_no_secret:"), "{:?}", letters(&app));
    with_secret(&app, 1).await;
    for bad in ["https://169.254.169.254/latest/meta-data", "https://10.0.0.1/hook", "https://user@example.com/"] {
        telling(&app, bad).await;
        let before = letters(&app).len();
        app.world.line.write_text(CHANNEL_ID, LINKED_USER, bad).await;
        app.until("another letter", |app| letters(app).len() == before + 1).await;
        assert!(letters(&app).iter().any(|reason| reason.starts_with("webhook_forbidden:")), "{:?}", letters(&app));
    }
    telling(&app, &address).await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let queues = adapters.dead_letters().expect("queues");
    let moved = queues.notices.expect("named").redrive(Which::ALL).await.expect("redriven");
    app.until("all are told", |_| other.told().len() == moved).await;
    assert_eq!((moved, letters(&app).len()), (4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_groups_of_what_is_no_message_of_who_was_erased_or_where_nobody_is_to_be() {
    let app = App::start().await;
    let (other, address) = Other::start(&[]).await;
    with_secret(&app, 1).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一").await;
    app.until("it is recorded", |app| app.linked("line_last_message") == "一").await;
    telling(&app, &address).await;
    let before_ms = app.world.clock.now_ms();
    app.world.clock.advance_ms(1_000);
    erase(&app, Who::User(LineUserId::new(NEW_USER))).await;
    app.world.clock.advance_ms(1_000);
    let now_ms = app.world.clock.now_ms();
    let group = event::group_source("C0123456789abcdef0123456789abcdef", Some(NEW_USER));
    let in_group = Common { source: Some(group), ..common(NEW_USER, 1, now_ms) };
    let events = [
        event::text(&in_group, "500000000000000001", "二"),
        event::postback(&common(LINKED_USER, 2, now_ms), "三", None),
        text_at(NEW_USER, 3, before_ms, "四"),
        text_at(LINKED_USER, 4, now_ms, "五"),
    ];
    assert_eq!(app.post_events(&events).await, 200);
    app.until("the one message", |_| other.told().len() == 1).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!((other.told().len(), waiting(&app), letters(&app).len()), (1, 0, 0));
}

/// Messages of people who wait are told to the team.
async fn telling_the_team(app: &App) {
    app.change_channel(|channel| channel.settings.tell_team = true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_is_told_once_that_somebody_waits_and_again_after_an_answer() {
    let app = App::start().await;
    telling_the_team(&app).await;
    let now_ms = app.world.clock.now_ms();
    let of_one_webhook = [text_at(LINKED_USER, 1, now_ms, "内緒の話"), text_at(LINKED_USER, 2, now_ms + 1, "つづき")];
    assert_eq!(app.post_events(&of_one_webhook).await, 200);
    app.until("the team knows", |app| app.world.aws.sns().published().len() == 1).await;
    // LINE delivers the first one once more.
    app.world.clock.advance_ms(1_000);
    assert_eq!(app.post_events(&of_one_webhook[..1]).await, 200);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "もしもし").await;
    app.until("it is recorded", |app| app.linked("line_last_message") == "もしもし").await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the team knows of another", |app| app.world.aws.sns().published().len() == 2).await;
    app.until_queues_empty().await;
    let told = app.world.aws.sns().published();
    assert_eq!(told.len(), 2, "who waits is told of once, whatever else they write and however often it comes");
    let contact = format!("レコードID {LINKED_CONTACT}");
    assert!(told[0].text.contains(&contact) && told[0].chat.contains(&contact), "{}", told[0].text);
    assert!(told[1].text.contains("まだコンタクトと連携していない方"), "{}", told[1].text);
    for message in &told {
        let whole = format!("{}{}{}", message.subject, message.text, message.chat);
        assert!(!whole.contains("内緒") && !whole.contains(LINKED_USER) && !whole.contains(NEW_USER), "{whole}");
        assert!(message.text.contains(&format!("{}/console/talks", app.world.url)), "{}", message.text);
        assert_eq!(message.channel, CHANNEL_ID);
    }
    app.world.clock.advance_ms(1_000);
    let answered_at = app.world.clock.now_ms().to_string();
    let answered = [("line_answered_at", answered_at.as_str())];
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &answered);
    app.world.hubspot.deliver_webhooks().await;
    app.until("nobody waits", |app| app.linked("line_unanswered") == "false").await;
    app.world.clock.advance_ms(1_000);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "また来ました").await;
    app.until("the team knows again", |app| app.world.aws.sns().published().len() == 3).await;
    assert_eq!(letters(&app), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_topic_does_not_let_us_tell_waits_and_is_told_when_it_does_but_not_after_a_day() {
    let app = App::start().await;
    telling_the_team(&app).await;
    app.world.aws.sns().refuses(Some((403, "AuthorizationError")));
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一").await;
    app.until("HubSpot has it", |app| app.linked("line_last_message") == "一").await;
    app.until_moving_by(1_000, "it is tried again", |app| app.world.aws.sns().calls() >= 3).await;
    app.world.aws.sns().refuses(None);
    app.until_moving_by(1_000, "the team knows", |app| app.world.aws.sns().published().len() == 1).await;
    app.until("nothing waits", |app| waiting(app) == 0).await;
    // Of somebody else, and nobody mends it for longer than a day.
    app.world.aws.sns().refuses(Some((503, "ServiceUnavailable")));
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "二").await;
    app.until("it waits for another try", |app| app.world.aws.sqs().counts("notices").delayed == 1).await;
    app.minutes_pass(25 * 60);
    app.world.aws.sns().refuses(None);
    app.until_moving_by(1_000, "nothing waits", |app| waiting(app) == 0).await;
    assert_eq!((app.world.aws.sns().published().len(), letters(&app).len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_topic_is_gone_a_letter_says_so_and_the_team_is_told_once_it_is_back() {
    let app = App::start().await;
    telling_the_team(&app).await;
    app.world.aws.sns().refuses(Some((404, "NotFound")));
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一").await;
    app.until("a letter", |app| letters(app).len() == 1).await;
    assert!(letters(&app)[0].starts_with("team_refused:"), "{:?}", letters(&app));
    app.until("HubSpot has it", |app| app.linked("line_last_message") == "一").await;
    app.world.aws.sns().refuses(None);
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let queues = adapters.dead_letters().expect("queues");
    assert_eq!(queues.notices.expect("named").redrive(Which::ALL).await.expect("redriven"), 1);
    app.until("the team knows", |app| app.world.aws.sns().published().len() == 1).await;
    assert_eq!(letters(&app), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_takes_an_address_of_the_public_internet_and_no_other() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let page = hanako.get(&path).await;
    for bad in [
        "http://hooks.example.com/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://a.localhost/",
        "https://a@b.example/",
        "hooks",
    ] {
        let answer = hanako.post(&path, &pairs(&page.typed(&[("webhook", bad)]))).await;
        assert!(answer.status == 422 && answer.has("webhook"), "{bad}");
    }
    let good = "https://hooks.example.com/line?key=1";
    assert_eq!(hanako.post(&path, &pairs(&page.typed(&[("webhook", good)]))).await.status, 303);
    let fields = hanako.get(&path).await.fields();
    assert!(fields.contains(&("webhook".to_owned(), good.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_makes_a_secret_that_is_shown_once_and_a_form_sent_twice_makes_one() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}/webhook");
    let stored = async || {
        let port = app.world.adapters(RetryPolicy::WORKER).expect("adapters").secrets().expect("secrets");
        let id = ChannelId::new(CHANNEL_ID);
        port.line(&id).await.expect("an answer").expect("secrets").webhook_secrets
    };
    let mut made = Vec::new();
    for _ in 0..2 {
        let page = hanako.get(&path).await;
        let secret = page.fields().into_iter().find(|(name, _)| name == "secret").expect("a secret").1;
        assert!(stored().await.iter().all(|known| known.expose() != secret), "a look stores nothing");
        for _ in 0..2 {
            let shown = hanako.post(&path, &[("token", &page.token()), ("secret", &secret)]).await;
            assert!(shown.status == 200 && shown.says(&secret), "{}", shown.html);
        }
        made.insert(0, Secret::new(secret));
        assert_eq!(stored().await, made);
    }
    let token = hanako.get(&path).await.token();
    assert_eq!(hanako.post(&path, &[("token", &token)]).await.status, 303);
    assert_eq!(stored().await, made[..1]);
    for (token, secret) in [(token.as_str(), "whsec_c2hvcnQ="), ("forged", made[1].expose())] {
        assert_eq!(hanako.post(&path, &[("token", token), ("secret", secret)]).await.status, 403, "{token}");
    }
    assert_eq!(stored().await, made[..1]);
    let log = hanako.get("/console/log").await;
    assert!(log.has("webhook_secret") && !log.says(made[0].expose()), "who did it, and nothing of it");
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let page = sato.get(&path).await;
    assert!(page.status != 200 && !page.has("whsec_"), "{}", page.html);
}
