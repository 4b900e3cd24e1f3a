//! Every error and every type that holds a person's data, as `Display`, `Debug` and its causes show it.

use std::error::Error;
use std::fmt::Debug;

use axum::body::Bytes;
use local::fake::line::event;
use local::seed::{CHANNEL_ID, CHANNEL_SECRET, LINKED_USER};
use musubi::aws::envelope;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::activity::{Activity, Content, Mark, Speaker};
use musubi::domain::channel::Channel;
use musubi::domain::conversation::{Conversation, ConversationKey};
use musubi::domain::ids::{BotUserId, ChannelId, ContactId, CrmAccountId, EventId, LineUserId, MessageId};
use musubi::domain::job::InboxJob;
use musubi::domain::link::ContactLink;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::push::{Naming, OutgoingMessage, PushId, PushJob, Recipient, Sender, Sending};
use musubi::line::message::Tokens;
use musubi::line::signature::verify;
use musubi::line::{message, webhook};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Secret};

use crate::app::{App, common, message_id};
use crate::birds::{BIRD, PASTED};

fn shown(what: &impl Debug) -> String {
    format!("{what:?} {what:#?}").replace('\n', " ")
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let (mut all, mut next) = (String::new(), Some(error));
    while let Some(error) = next {
        all.push_str(&format!("{error} {error:?} "));
        next = error.source();
    }
    all
}

pub fn all(app: &App) -> Vec<String> {
    let mut all = of_line(app);
    all.extend(of_messages());
    all.extend(of_the_domain());
    all
}

fn channel() -> Channel {
    Channel::new(ChannelId::new(CHANNEL_ID), BotUserId::new(local::seed::BOT_USER_ID), "an account", "@account", key())
}

fn key() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") }
}

fn of_line(app: &App) -> Vec<String> {
    let secrets = [Secret::new(CHANNEL_SECRET)];
    let mut all = vec![shown(&secrets)];
    for body in ["canary-body", r#"{"destination":"canary-bot","events":["canary-event"]}"#] {
        let signature = event::sign(CHANNEL_SECRET, body);
        for header in [Some(signature.as_bytes()), Some(&b"canary-header"[..]), None] {
            let rejected = verify(&channel(), &secrets, header, Bytes::from(body)).expect_err("refused");
            all.push(chain(&rejected));
        }
        all.extend(webhook::events(body.as_bytes(), None).err().map(|error| chain(&error)));
    }
    let said = event::text(&common(LINKED_USER, 1, 1), &message_id(1), "canary-text");
    let body = event::webhook_body(local::seed::BOT_USER_ID, &[said, serde_json::json!("canary-no-event")]);
    let verified =
        verify(&channel(), &secrets, Some(event::sign(CHANNEL_SECRET, &body).as_bytes()), Bytes::from(body.clone()));
    all.push(shown(&verified.expect("signed")));
    for event in webhook::events(body.as_bytes(), None).expect("readable") {
        all.push(shown(&event));
        all.extend(event.err().map(|error| chain(&error)));
    }
    for posted in ["canary-message", r#"{"v":1,"as":"json","job":"Y2FuYXJ5"}"#, r#"{"v":"canary-version"}"#] {
        all.push(chain(&envelope::decode::<InboxJob>(posted).expect_err("no job")));
    }
    all.extend(app.world.line.ledger().calls.iter().map(shown));
    all
}

fn of_messages() -> Vec<String> {
    let tokens = |_: &str| Some("canary-given".to_owned());
    let long = "canary-long ".repeat(600);
    [
        r#"{"type":"text","text":"canary-"#,
        r#"{"canary-key":"canary-value"}"#,
        r#"{"type":"canary-type"}"#,
        r#"{"type":"text","text":["canary-list"]}"#,
        r#"{"type":"text","text":"{{line:firstname","canary-twice":1,"canary-twice":2}"#,
        r#"{"type":"image","originalContentUrl":"canary-url","previewImageUrl":"http://canary-host"}"#,
        r#"{"type":"image","originalContentUrl":"https://{{line:firstname}}/x","previewImageUrl":"https://a/x"}"#,
        r#"[{"type":"canary-list"}]"#,
        r#"{“canary-curly”:1}"#,
        "canary-words ```{\"canary-fenced\":1}```",
        "{{ contact.name|default('canary-default') }} {{ f('canary-argument') }} {% if 'canary-condition' %}",
        &long,
    ]
    .into_iter()
    .map(|field| chain(&message::parse_fields(&[("message_1", field)], Tokens::of(&tokens)).expect_err("refused")))
    .collect()
}

fn of_the_domain() -> Vec<String> {
    let user = || LineUserId::new(BIRD);
    let text = || Content::Text { text: "canary-text".to_owned() };
    let activity = Activity {
        mark: Mark::at(1, EventId::new("e")),
        arrived_at_ms: 1,
        speaker: Speaker::Person,
        operator: None,
        message: Some(MessageId::new("1")),
        quotes: None,
        content: text(),
        late: false,
    };
    let conversation = ConversationKey::person(&ChannelId::new(CHANNEL_ID), &user());
    let message = OutgoingMessage { json: r#"{"type":"text","text":"canary-text"}"#.to_owned(), said: text() };
    let id = PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("1"), &["1"]);
    let job = PushJob {
        sender: Sender::Workflow,
        id,
        account: key(),
        callback: None,
        waits: true,
        contact: Some(ContactId::new("1")),
        channel: ChannelId::new(CHANNEL_ID),
        to: Recipient::Named { user: user(), taken: false },
        messages: vec![message],
        purpose: Default::default(),
        tag: None,
        accepted_at_ms: 1,
        send_by_ms: 1,
        not_after_ms: None,
        expires_at_ms: 1,
        refused: None,
        tries: 0,
        inbox: None,
    };
    let sending = Sending {
        to: user(),
        naming: Naming::New,
        body: "canary-body".to_owned(),
        reply: None,
        held_for: None,
        said: vec![text()],
        first_attempt_at_ms: 1,
        begun: 1,
        ended: 0,
    };
    let link = ContactLink {
        channel: ChannelId::new(CHANNEL_ID),
        user: user(),
        account: key(),
        contact: ContactId::new("1"),
        linked_at_ms: 1,
        is_new: false,
        provider: Default::default(),
        by: None,
    };
    let secret = || Secret::new(PASTED);
    let inbox = InboxJob {
        channel: ChannelId::new(CHANNEL_ID),
        accepted_at_ms: 1,
        tries: 0,
        place: None,
        body: b"canary-body".to_vec(),
    };
    vec![
        shown(&activity),
        shown(&Conversation::new(conversation.clone(), key())),
        shown(&OutboxRow::new(&key(), Effect::SyncContact { conversation }, 1, 1)),
        shown(&job),
        shown(&sending),
        shown(&link),
        shown(&inbox),
        shown(&channel()),
        shown(&LineSecrets {
            channel_secrets: vec![secret()],
            access_token: Some(secret()),
            login_secrets: Vec::new(),
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
        }),
        shown(&CrmAppSecrets { client_id: "1".to_owned(), client_secrets: vec![secret()] }),
        shown(&CrmToken::OAuth {
            access_token: secret(),
            refresh_token: secret(),
            expires_at_ms: 1,
            instance_url: None,
        }),
        shown(&CrmToken::Private { access_token: secret() }),
    ]
}
