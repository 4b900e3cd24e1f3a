//! The CRM's own inbox: what people say stands there, and what the team answers there reaches the phone.

mod attacks;
mod files;
mod page;

use local::fake::hubspot::InboxEntry;
use local::seed::{APP_ID, CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::domain::account::CrmKind;
use musubi::domain::addresses::inbox_calls;
use musubi::domain::crm_inbox::{AppInbox, CallToken, CrmInbox};
use musubi::domain::ids::{CrmAppId, InboxAccountId, InboxChannelId};
use musubi::ports::table::Commit;
use serde_json::Value;

use crate::app::App;

const TOKEN: [u8; 32] = [0xab; 32];

/// Opens the inbox for the Official Account, and answers with what HubSpot calls.
pub async fn open_in(app: &App) -> String {
    let (token, key) = (CallToken::of(TOKEN), CrmAppId::new(APP_ID.to_string()));
    let call_base = inbox_calls(&app.world.url, CrmKind::HubSpot, &key);
    let url = format!("{call_base}{}", token.expose());
    let (channel, account) = app.world.hubspot.open_inbox(PORTAL_ID, &url, CHANNEL_ID);
    let channel = InboxChannelId::new(channel.to_string());
    let inboxes = app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").inboxes().expect("rows");
    let row = AppInbox::told(channel.clone(), &token, &call_base, None);
    assert_eq!(inboxes.put((CrmKind::HubSpot, &key), &row, 0).await.expect("stored"), Commit::Done);
    let account = InboxAccountId::new(account.to_string());
    app.change_channel(|it| it.crm_inbox = Some(CrmInbox { channel, account })).await;
    url
}

/// A world in which the Official Account's talks are in the inbox.
pub struct Desk {
    pub app: App,
    /// What HubSpot calls when somebody writes.
    url: String,
}

impl Desk {
    pub async fn open() -> Self {
        Self::of(App::start().await).await
    }

    /// Opened in this world.
    pub async fn of(app: App) -> Self {
        let url = open_in(&app).await;
        Self { app, url }
    }

    pub fn entries(&self) -> Vec<InboxEntry> {
        self.app.world.hubspot.inbox(PORTAL_ID)
    }

    /// What people said, as it stands there.
    fn said(&self) -> Vec<String> {
        self.entries().into_iter().filter(|it| it.is_incoming).map(|it| it.text).collect()
    }

    pub async fn writes(&self, user: &str, words: &str) {
        self.app.world.line.write_text(CHANNEL_ID, user, words).await;
        self.app.until("it stands in the inbox", |_| self.said().iter().any(|said| said == words)).await;
    }

    /// Somebody of the team answers the person; returns the message's ID.
    pub fn answers(&self, user: &str, words: &str, files: usize) -> String {
        self.answered(user, words, files).0
    }

    /// The same, with what HubSpot tells us of it, by itself and within a moment.
    fn answered(&self, user: &str, words: &str, files: usize) -> (String, Value) {
        let thread = format!("line:{CHANNEL_ID}:{user}");
        self.app.world.hubspot.write_in_inbox(PORTAL_ID, &thread, words, files).expect("a thread")
    }

    pub fn entry(&self, id: &str) -> InboxEntry {
        self.entries().into_iter().find(|it| it.id == id).expect("it was written")
    }

    /// What the phone shows.
    fn shown(&self, user: &str) -> Vec<String> {
        let talk = self.app.world.line.talk(CHANNEL_ID, user).into_iter().filter(|line| !line.by_person);
        talk.filter_map(|line| line.message["text"].as_str().map(str::to_owned)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_says_stands_in_the_inbox_at_once_once_and_with_their_contact() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "予約できますか").await;
    desk.writes(LINKED_USER, "二人です").await;
    desk.app.at_rest_but_entries().await;
    assert_eq!(desk.said(), ["予約できますか", "二人です"]);
    for entry in desk.entries() {
        assert_eq!(entry.contact_id, Some(LINKED_CONTACT));
        assert_eq!(entry.thread, format!("line:{CHANNEL_ID}:{LINKED_USER}"));
    }
    assert_eq!(desk.app.texts_at_rest("二人です").await, 1, "it waits for its note alone");
    desk.app.minutes_pass(16);
    desk.app.until("the note", |app| app.notes().len() == 1).await;
    desk.app.at_rest().await;
    assert_eq!(desk.app.texts_at_rest("二人です").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_unknown_gets_their_contact_first_and_then_stands_in_the_inbox() {
    let desk = Desk::open().await;
    desk.app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    desk.app.until_moving("it stands there", |_| desk.said() == ["はじめまして"]).await;
    let contact = desk.app.contact_of(NEW_USER).expect("a contact").id;
    assert_eq!(desk.entries()[0].contact_id, Some(contact));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_reaches_the_phone_once_free_of_charge_and_the_inbox_says_sent() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "営業時間は？").await;
    let (id, event) = desk.answered(LINKED_USER, "10時から19時までです", 0);
    desk.app.until("it is shown", |_| desk.shown(LINKED_USER) == ["10時から19時までです"]).await;
    for _ in 0..2 {
        assert!(desk.app.world.hubspot.tell(&desk.url, &event).await.is_success(), "it may come again");
    }
    desk.app.at_rest_but_entries().await;
    assert_eq!(desk.shown(LINKED_USER), ["10時から19時までです"]);
    assert_eq!((desk.entry(&id).status.as_str(), desk.entry(&id).error), ("SENT", None));
    assert_eq!(desk.app.linked("line_unanswered"), "false");
    assert_eq!(desk.said().len(), 1, "an answer does not come back into the inbox");
    desk.app.minutes_pass(16);
    desk.app.until("the note", |app| app.notes().len() == 1).await;
    let note = &desk.app.notes()[0];
    assert!(note.contains("10時から19時までです") && note.contains("佐藤 美咲（担当者）"), "{note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_somebody_who_has_blocked_the_account_says_so_in_words() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "こんにちは").await;
    desk.app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    desk.app.until("blocked", |app| app.linked("line_follows") == "false").await;
    let id = desk.answers(LINKED_USER, "いらっしゃいませ", 0);
    desk.app.until("it failed", |_| desk.entry(&id).status == "FAILED").await;
    assert!(desk.entry(&id).error.expect("a reason").contains("ブロックしています"));
    assert!(desk.shown(LINKED_USER).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_a_text_that_is_too_long_are_not_sent_and_say_why() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "こんにちは").await;
    for (id, reason) in [
        (desk.answers(LINKED_USER, "こちらです", 1), "添付ファイル"),
        (desk.answers(LINKED_USER, &"あ".repeat(5_001), 0), "5,000文字以内"),
        (desk.answers(LINKED_USER, "", 1), "添付ファイル"),
    ] {
        desk.app.until("it failed", |_| desk.entry(&id).status == "FAILED").await;
        let why = desk.entry(&id).error.expect("a reason");
        assert!(why.contains(reason), "{why}");
    }
    desk.app.at_rest_but_entries().await;
    assert!(desk.shown(LINKED_USER).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_says_so_in_the_inbox() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "まちがえました").await;
    let message = desk.app.world.line.talk(CHANNEL_ID, LINKED_USER).pop().expect("a message").message_id;
    desk.app.world.line.unsend(CHANNEL_ID, LINKED_USER, &message).await;
    desk.app.until("it says so", |_| desk.said().len() == 2).await;
    assert_eq!(desk.said()[1], "メッセージの送信を取り消しました");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_follows_a_merge_of_its_contact() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "前").await;
    let other = desk.app.world.hubspot.create_contact(PORTAL_ID, &[("firstname", "花子")]);
    let left = desk.app.world.hubspot.merge(PORTAL_ID, other, LINKED_CONTACT).expect("both are there");
    desk.writes(LINKED_USER, "後").await;
    let threads: Vec<_> = desk.entries().into_iter().map(|it| (it.contact_id, it.thread)).collect();
    let thread = format!("line:{CHANNEL_ID}:{LINKED_USER}");
    assert_eq!(threads, [(Some(left), thread.clone()), (Some(left), thread)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_inbox_refuses_for_good_is_a_dead_letter_and_nothing_waits_behind_it() {
    let desk = Desk::open().await;
    desk.app.world.hubspot.edit_portal(PORTAL_ID, |portal| portal.refused_words = vec!["禁句".to_owned()]);
    desk.app.world.line.write_text(CHANNEL_ID, LINKED_USER, "禁句です").await;
    desk.writes(LINKED_USER, "次です").await;
    let said = desk.said();
    assert!(said[0].contains("受け付けられませんでした"), "{said:?}");
    assert_eq!(said[1], "次です");
    assert!(desk.app.world.aws.sqs().counts("crm-dlq.fifo").total() >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_notes_the_inbox_and_the_fields_have_what_was_said_and_nothing_is_kept() {
    let desk = Desk::open().await;
    desk.app.change_channel(|channel| channel.settings.notes = false).await;
    desk.writes(LINKED_USER, "メモは不要です").await;
    desk.app.until("the field", |app| app.linked("line_last_message") == "メモは不要です").await;
    desk.app.minutes_pass(16);
    desk.app.at_rest().await;
    assert!(desk.app.notes().is_empty());
    assert_eq!(desk.app.texts_at_rest("メモは不要です").await, 0);
    desk.app.change_channel(|channel| channel.crm_inbox = None).await;
    desk.app.world.line.write_text(CHANNEL_ID, LINKED_USER, "受信トレイなし").await;
    desk.app.until_moving("the note", |app| app.notes().len() == 1).await;
    assert_eq!(desk.said().len(), 1, "it is closed");
}
