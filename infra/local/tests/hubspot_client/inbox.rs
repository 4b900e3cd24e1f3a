//! HubSpot's own inbox: messages in, and what became of those out.

use std::sync::Arc;

use local::fake::hubspot::Endpoint;
use local::fake::{Fault, Plan};
use musubi::domain::crm_inbox::{CrmInbox, InboxMessage};
use musubi::domain::ids::{ChannelId, ContactId, InboxAccountId, InboxChannelId, InboxMessageId, LineUserId};
use musubi::ports::Crm;
use musubi::ports::crm::{CrmFailure, InboxOutcome, InboxWrite};

use super::support::{NOON_MS, PORTAL, World};

async fn opened() -> (World, Arc<dyn Crm>, CrmInbox) {
    let world = World::start(true).await;
    let (channel, account) = world.fake.open_inbox(PORTAL, "http://127.0.0.1:9/", "165");
    let inbox = CrmInbox {
        channel: InboxChannelId::new(channel.to_string()),
        account: InboxAccountId::new(account.to_string()),
    };
    let crm = world.crm().await;
    (world, crm, inbox)
}

fn message(inbox: &CrmInbox, key: &str, text: &str) -> InboxWrite {
    InboxWrite {
        key: key.to_owned(),
        inbox: inbox.clone(),
        channel: ChannelId::new("165"),
        user: LineUserId::new(format!("U{}", "1".repeat(32))),
        person_name: Some("はなこ".to_owned()),
        contact: ContactId::new("1001"),
        at_ms: NOON_MS,
        text: text.to_owned(),
        file: None,
    }
}

#[tokio::test]
async fn a_key_makes_one_message_whatever_hubspot_answers_to_it_and_whatever_is_lost() {
    for is_409 in [false, true] {
        let (world, crm, inbox) = opened().await;
        world.fake.switch(|switches| switches.known_inbox_key_is_409 = is_409);
        world.fake.fault(Endpoint::InboxMessage, Fault::LoseAnswerAfterEffect, Plan::Next(1));
        // Behind a lost answer a refusal says nothing by itself; the next try finds the key.
        let first = if is_409 { Err(CrmFailure::Unknown) } else { Ok(()) };
        assert_eq!(crm.write_to_inbox(&message(&inbox, "a", "やあ")).await, first);
        for _ in 0..2 {
            assert_eq!(crm.write_to_inbox(&message(&inbox, "a", "やあ")).await, Ok(()), "{is_409}");
        }
        assert_eq!(crm.write_to_inbox(&message(&inbox, "b", "二つ目")).await, Ok(()));
        let entries = world.fake.inbox(PORTAL);
        assert_eq!(entries.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["やあ", "二つ目"]);
        assert!(entries.iter().all(|it| it.contact_id == Some(1001) && it.at_ms == NOON_MS));
    }
}

#[tokio::test]
async fn what_is_not_there_is_no_messages_fault_and_what_is_refused_is_its_own() {
    let (world, crm, inbox) = opened().await;
    for gone in [
        CrmInbox { channel: InboxChannelId::new("5"), ..inbox.clone() },
        CrmInbox { account: InboxAccountId::new("5"), ..inbox.clone() },
    ] {
        let failure = CrmFailure::NotReady { code: "INBOX_GONE".to_owned() };
        assert_eq!(crm.write_to_inbox(&message(&gone, "a", "やあ")).await, Err(failure));
    }
    world.fake.edit_portal(PORTAL, |portal| portal.refused_words = vec!["禁句".to_owned()]);
    let refused = crm.write_to_inbox(&message(&inbox, "a", "禁句")).await;
    assert!(matches!(refused, Err(CrmFailure::Refused { .. })), "{refused:?}");
    assert!(world.fake.inbox(PORTAL).is_empty());
}

#[tokio::test]
async fn how_a_message_ended_is_told_as_often_as_it_takes_and_an_unknown_one_is_gone() {
    let (world, crm, inbox) = opened().await;
    let person = message(&inbox, "a", "やあ");
    assert_eq!(crm.write_to_inbox(&person).await, Ok(()));
    let thread = format!("line:165:{}", person.user.expose());
    let (id, _) = world.fake.write_in_inbox(PORTAL, &thread, "いらっしゃいませ", 0).expect("a thread");
    let outcome = |id: &str, not_sent: Option<&str>| InboxOutcome {
        message: InboxMessage { channel: inbox.channel.clone(), message: InboxMessageId::new(id) },
        not_sent: not_sent.map(str::to_owned),
    };
    let standing = || {
        let all = world.fake.inbox(PORTAL);
        let entry = all.into_iter().find(|it| it.id == id).expect("it was written");
        (entry.status, entry.error)
    };
    for _ in 0..2 {
        assert_eq!(crm.tell_inbox(&outcome(&id, Some("届きません"))).await, Ok(()));
        assert_eq!(standing(), ("FAILED".to_owned(), Some("届きません".to_owned())));
    }
    assert_eq!(crm.tell_inbox(&outcome(&id, None)).await, Ok(()));
    assert_eq!(standing(), ("SENT".to_owned(), None));
    assert_eq!(crm.tell_inbox(&outcome("unknown", None)).await, Err(CrmFailure::Gone));
}
