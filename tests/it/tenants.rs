//! Two customers on one deploy, with the same IDs wherever IDs can be the same: nothing of one ever
//! reaches the other.

use std::collections::BTreeMap;

use local::fake::hubspot::{ActionSpec, Signatures, action_body, signed_headers};
use local::fake::line::event;
use local::seed::{
    APP_ID, BOT_USER_ID, CHANNEL_ID, CHANNEL_SECRET, CLIENT_SECRET, HUBSPOT_MEMBER, LINKED_CONTACT, LINKED_USER,
    PORTAL_ID,
};
use local::tenant::Tenant;
use musubi::domain::channel::ChannelSettings;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::operator::Role;
use serde_json::{Value, json};

use crate::app::{App, common, message_id, text_at};
use crate::console::browser::Browser;
use crate::console::card::{of, told};

/// Two customers, each with words in its name that only they may see: a contact with the same record ID, linked to the same LINE user ID.
const FIRST: Tenant<'_> = Tenant {
    channel: CHANNEL_ID,
    secret: CHANNEL_SECRET,
    bot: BOT_USER_ID,
    name: "甲社",
    portal: PORTAL_ID,
    user: LINKED_USER,
    contact: LINKED_CONTACT,
};
const SECOND: Tenant<'_> = Tenant {
    channel: "1657000002",
    secret: "fedcba9876543210fedcba9876543210",
    bot: "Ub0b00000000000000000000000000002",
    name: "乙社",
    portal: 24_000_002,
    user: LINKED_USER,
    contact: LINKED_CONTACT,
};
/// The same execution, as far as its callback ID tells.
const CALLBACK: &str = "ap-1-2384423471000-1-0";

/// Posts events as LINE would to this channel, signed with this secret.
async fn post(app: &App, to: &Tenant<'_>, secret: &str, events: &[Value]) -> u16 {
    let body = event::webhook_body(to.bot, events);
    let url = format!("{}/line/{}/webhook", app.world.url, to.channel);
    let request = app.http.post(url).header("x-line-signature", event::sign(secret, &body)).body(body);
    request.send().await.expect("an answer").status().as_u16()
}

/// Posts an execution as HubSpot would for this portal, and reads the answer.
async fn act(app: &App, of: &Tenant<'_>, fields: &[(&str, &str)]) -> Value {
    let spec = ActionSpec {
        portal_id: of.portal,
        definition_id: 1,
        workflow_id: 1,
        enrollment_id: 2_384_423_471_000,
        action_id: 1,
        execution_index: 0,
        contact_id: LINKED_CONTACT,
    };
    let fields: BTreeMap<String, String> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut body: Value = serde_json::from_slice(&action_body(&spec, &fields, None)).expect("JSON");
    body["callbackId"] = json!(CALLBACK);
    let body = body.to_string();
    let uri = format!("{}/crm/hubspot/{APP_ID}/action", app.world.url);
    let headers = signed_headers(CLIENT_SECRET, &uri, body.as_bytes(), app.world.clock.now_ms(), Signatures::V2);
    let answer = app.http.post(uri).headers(headers).body(body).send().await.expect("an answer");
    serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
}

fn last_message(app: &App, of: &Tenant<'_>) -> String {
    let contacts = app.world.hubspot.contacts(of.portal);
    let [contact] = contacts.as_slice() else { panic!("one contact each") };
    contact.properties.get("line_last_message").cloned().unwrap_or_default()
}

fn notes(app: &App, of: &Tenant<'_>) -> String {
    let notes = app.world.hubspot.notes(of.portal);
    notes.iter().filter_map(|note| note.properties.get("hs_note_body").cloned()).collect()
}

/// Nothing that any vendor was ever told under one customer's name holds the other's words.
fn nothing_crossed(app: &App) {
    let calls = app.world.line.ledger().calls.into_iter().chain(app.world.hubspot.ledger().calls);
    let mut told = BTreeMap::<String, usize>::new();
    for call in calls {
        let owner = call.owner.clone().unwrap_or_default();
        let body = String::from_utf8_lossy(&call.body).into_owned();
        for tenant in [&FIRST, &SECOND] {
            let theirs = owner == tenant.channel || owner == tenant.portal.to_string();
            let says = body.contains(tenant.name);
            assert!(!says || theirs, "{} {} as {owner} says words of {}", call.method, call.path, tenant.name);
            *told.entry(owner.clone()).or_default() += usize::from(says);
        }
    }
    for owner in [CHANNEL_ID, SECOND.channel, &PORTAL_ID.to_string(), &SECOND.portal.to_string()] {
        assert!(told.get(owner).is_some_and(|times| *times > 0), "{owner} was told its own words");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_customers_with_the_same_ids_never_meet() {
    let app = App::start().await;
    // The execution is posted here and not by the fake, which therefore knows no block of it.
    app.world.hubspot.switch(|switches| switches.unknown_block_is_404 = false);
    app.world.move_in(&SECOND, ChannelSettings::default()).await.expect("the second customer");
    let now_ms = app.world.clock.now_ms();
    for tenant in [&FIRST, &SECOND] {
        let said = format!("{}へ", tenant.name);
        let kept = format!("{}に残る", tenant.name);
        let events = [text_at(LINKED_USER, 1, now_ms, &kept), text_at(LINKED_USER, 2, now_ms + 1, &said)];
        assert_eq!(post(&app, tenant, tenant.secret, &events).await, 200);
        let answer = act(&app, tenant, &[("message_1", &format!("{}から", tenant.name))]).await;
        assert_eq!(answer["outputFields"]["hs_execution_state"], "BLOCK", "{answer}");
    }
    for (tenant, other) in [(&FIRST, &SECOND), (&SECOND, &FIRST)] {
        let forged = [text_at(LINKED_USER, 9, now_ms, &format!("{}の偽物", other.name))];
        assert_eq!(post(&app, tenant, other.secret, &forged).await, 401, "the other's secret opens nothing");
        let answer = act(&app, tenant, &[("message_1", "越境"), ("channel", other.channel)]).await;
        assert_eq!(answer["outputFields"]["outcome"], "failed", "the other's Official Account cannot be chosen");
    }
    app.until("both workflows go on", |app| app.world.hubspot.completions().len() >= 2).await;
    for tenant in [&FIRST, &SECOND] {
        let said = format!("{}へ", tenant.name);
        app.until("each has its own words", |app| last_message(app, tenant) == said).await;
    }
    app.until_moving("both entries", |app| !notes(app, &FIRST).is_empty() && !notes(app, &SECOND).is_empty()).await;

    // The same message ID, taken back at one of them only.
    let unsend = event::unsend(&common(LINKED_USER, 3, now_ms + 2), &message_id(2));
    assert_eq!(post(&app, &FIRST, FIRST.secret, &[unsend]).await, 200);
    app.until_moving("it is gone there", |app| !notes(app, &FIRST).contains("甲社へ")).await;

    assert!(notes(&app, &FIRST).contains("甲社に残る") && notes(&app, &FIRST).contains("甲社から"));
    for kept in ["乙社に残る", "乙社へ", "乙社から"] {
        assert!(notes(&app, &SECOND).contains(kept), "{kept}");
    }
    assert_eq!(last_message(&app, &SECOND), "乙社へ", "and nothing of it was taken back at the other");
    let completions = app.world.hubspot.completions();
    let mut told: Vec<u64> = completions.iter().map(|completion| completion.portal_id).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, [FIRST.portal, SECOND.portal], "each portal hears of its own execution");
    assert!(completions.iter().all(|it| it.callback_id == CALLBACK && it.outputs["outcome"] == "accepted"));
    let delivered = app.world.line.delivered();
    let mut from: Vec<&str> = delivered.iter().map(|message| message.channel_id.as_str()).collect();
    from.sort_unstable();
    assert_eq!(from, [FIRST.channel, SECOND.channel], "one message each, although the callback ID is the same");
    nothing_crossed(&app);
}

/// Both have the same contact ID, linked to the same person: whose talk it is follows from whose portal asks, whatever the body names.
#[tokio::test(flavor = "multi_thread")]
async fn the_card_shows_and_sends_nothing_of_the_other_customers_talk() {
    let app = App::start().await;
    app.world.move_in(&SECOND, ChannelSettings::default()).await.expect("the second customer");
    Browser::signed_in(&app, "管理", Role::Admin).await;
    for tenant in [&FIRST, &SECOND] {
        app.world.line.write_text(tenant.channel, LINKED_USER, &format!("{}の話", tenant.name)).await;
    }
    app.until("both", |app| [&FIRST, &SECOND].iter().all(|of| last_message(app, of).contains(of.name))).await;
    let contact = LINKED_CONTACT.to_string();
    let ask = async |what: &str, more: Value| told(&app, of(HUBSPOT_MEMBER), what, &contact, more).await.1;
    let own = ask("talk", json!({})).await;
    assert!(own.to_string().contains("甲社の話") && !own.to_string().contains("乙社"), "{own}");
    let foreign = ask("talk", json!({"channel": SECOND.channel})).await;
    assert_eq!(foreign["is"], "not_linked");
    assert!(!foreign.to_string().contains("乙社"), "{foreign}");
    let theirs = ConversationKey::person(&ChannelId::new(SECOND.channel), &LineUserId::new(LINKED_USER)).hash();
    let more = json!({"channel": SECOND.channel, "talk": theirs, "name": "0190a1b2-c3d4-7000-8000-000000000009",
        "words": "乗っ取り", "tend": "answered", "files": ["a"], "address": "http://127.0.0.1:9/"});
    for what in ["say", "tend", "pictures", "file", "send", "writing"] {
        let mut named = more.clone();
        for channel in [json!(SECOND.channel), Value::Null] {
            named["channel"] = channel;
            assert_eq!(ask(what, named.clone()).await, json!({"refused": "not_found"}), "{what}");
        }
    }
    app.until_queues_empty().await;
    let delivered = app.world.line.delivered();
    assert!(delivered.iter().all(|one| !one.messages.iter().any(|message| message["text"] == "乗っ取り")));
}
