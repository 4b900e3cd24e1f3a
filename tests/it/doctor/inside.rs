//! What can be wrong inside: rows, queues, work that waits, the clock.

use std::sync::Arc;

use async_trait::async_trait;
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::{Aws, DynamoTable, RetryPolicy};
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::conversation::{ConversationKey, Source};
use musubi::domain::dead_letter::FailureReason;
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId, CrmAppId, LineUserId, fingerprint};
use musubi::domain::language::Language;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::push::{Naming, Push, PushId, PushState, Sender, Sending};
use musubi::flow::doctor::QueueKind;
use musubi::ports::table::{Commit, Precondition, Row, RowKey, Write};
use musubi::ports::{PortError, Table};
use musubi::store::journal::{AskedBecause, Question, write};

use super::ward::Ward;
use crate::app::account;

pub async fn make(ward: &mut Ward, code: &'static str) {
    match code {
        "ties.account_missing" => {
            ward.change_channel(|channel| channel.account = elsewhere()).await;
            ward.change_account(|account| account.channels.clear()).await;
        }
        "ties.not_listed" => ward.change_account(|account| account.channels.clear()).await,
        "ties.channel_missing" => ward.change_account(|account| account.channels.push(ChannelId::new("9"))).await,
        "ties.channel_elsewhere" => {
            // Of a CRM that nobody checks.
            let mut other = CrmAccount::new(elsewhere(), CrmAppId::new("other"), Language::English, "UTC");
            other.channels = vec![ChannelId::new(CHANNEL_ID)];
            let accounts = ward.adapters().accounts().expect("accounts");
            assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);
        }
        "stored.unreadable_settings" => plant(ward, "channels", RowKey::new("channel", "~")).await,
        "stored.unreadable_work" => plant(ward, "journal", RowKey::new(list("q"), "dream")).await,
        "stored.unchecked" => {
            ward.journal = Some(Arc::new(Torn { rows: table(ward, "journal"), torn: list("k") }));
        }
        "work.inbox_dead_letters" => letter(ward, "MUSUBI_INBOX_DLQ_URL").await,
        "work.push_dead_letters" => letter(ward, "MUSUBI_PUSH_DLQ_URL").await,
        "work.crm_dead_letters" => letter(ward, "MUSUBI_CRM_DLQ_URL").await,
        "work.notice_dead_letters" => letter(ward, "MUSUBI_NOTICES_DLQ_URL").await,
        "work.queue_unchecked" => ward.lost_queue = Some(QueueKind::Push),
        "work.stands_still" => queue_effect(ward, -20, 0, None).await,
        "work.keeps_failing" => queue_effect(ward, 5, 180, Some(FailureReason::Disconnected)).await,
        "work.sends_parked" => park(ward).await,
        "work.questions_wait" => ask(ward).await,
        "clock.differs" => ward.ahead_ms = 10 * 60_000,
        _ => panic!("{code} has no row"),
    }
}

/// Something of everything that waits.
pub async fn make_waiting(ward: &Ward) {
    letter(ward, "MUSUBI_CRM_DLQ_URL").await;
    queue_effect(ward, 5, 180, Some(FailureReason::Disconnected)).await;
    park(ward).await;
    ask(ward).await;
}

/// The partition of one of the demo account's lists in the journal.
fn list(name: &str) -> String {
    format!("{name}:{}", fingerprint(&["hubspot", &PORTAL_ID.to_string()]))
}

fn elsewhere() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::Toy, id: CrmAccountId::new("7") }
}

impl Ward {
    /// Changes the demo account's row, and no clock.
    pub async fn change_account(&self, change: impl FnOnce(&mut CrmAccount)) {
        let accounts = self.adapters().accounts().expect("accounts");
        let mut found = accounts.find(&account()).await.expect("a row").expect("an account");
        change(&mut found.value);
        assert_eq!(accounts.put(&found.value, found.version).await.expect("stored"), Commit::Done);
    }

    /// Changes the demo channel's row, and no clock.
    pub async fn change_channel(&self, change: impl FnOnce(&mut Channel)) {
        let channels = self.adapters().channels().expect("channels");
        let mut found = channels.find_versioned(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
        change(&mut found.value);
        assert_eq!(channels.put(&found.value, found.version).await.expect("stored"), Commit::Done);
    }
}

fn table(ward: &Ward, name: &str) -> DynamoTable {
    let aws = Aws::from_environment(&ward.app.world.environment, RetryPolicy::WORKER).expect("AWS");
    DynamoTable::new(aws.dynamodb().clone(), name)
}

/// A row as no version yet writes it.
async fn plant(ward: &Ward, name: &str, key: RowKey) {
    let body = r#"{"v":9,"kind":"dream"}"#.to_owned();
    let row = Write::Put { key, body, expect: Precondition::Any, expires_at_s: None };
    assert_eq!(table(ward, name).commit(vec![row]).await.expect("stored"), Commit::Done);
}

async fn commit(ward: &Ward, writes: Vec<Write>) {
    let journal = ward.adapters().journal().expect("a journal");
    assert_eq!(journal.commit(writes).await.expect("stored"), Commit::Done);
}

/// A message in a dead-letter queue.
async fn letter(ward: &Ward, variable: &str) {
    let (adapters, url) = (ward.adapters(), ward.app.world.environment.get(variable).expect("an address"));
    let group = url.ends_with(".fifo").then(|| "canary-group".to_owned());
    let send = adapters.aws().sqs().send_message().queue_url(url).message_body("canary-body");
    let send = send.set_message_deduplication_id(group.clone()).set_message_group_id(group);
    send.send().await.expect("it lies there");
}

/// Work that is due in so many minutes and has waited for so many.
async fn queue_effect(ward: &Ward, due_in: i64, waits: i64, why: Option<FailureReason>) {
    let now_ms = ward.app.world.clock.now_ms();
    let effect = Effect::ReconcileContact { contact: ContactId::new(LINKED_CONTACT.to_string()) };
    let row = OutboxRow::new(&account(), effect, now_ms - waits * 60_000, now_ms + due_in * 60_000);
    commit(ward, vec![write::enqueue(&OutboxRow { why, ..row })]).await;
}

/// A send of which nobody knows whether it was shown.
async fn park(ward: &Ward) {
    let (now_ms, portal) = (ward.app.world.clock.now_ms(), CrmAccountId::new(PORTAL_ID.to_string()));
    let body = "canary-body".to_owned();
    let sending = Sending::first(LineUserId::new(LINKED_USER), Naming::Known, body, &[], now_ms);
    let push = Push {
        sender: Sender::Workflow,
        id: PushId::of_action(CrmKind::HubSpot, &portal, &["1"]),
        account: account(),
        callback: None,
        waits: false,
        contact: None,
        channel: ChannelId::new(CHANNEL_ID),
        expires_at_ms: now_ms,
        accepted_at_ms: now_ms,
        state: PushState::Parked(sending),
        completion_queued: false,
        completed: false,
        noted_at_ms: None,
        inbox: None,
    };
    commit(ward, vec![write::push(&push, 0, now_ms), write::parked(&push)]).await;
}

/// Two questions; one has been answered otherwise: the two are linked.
async fn ask(ward: &Ward) {
    let question = |user: &str| {
        let source = Source::User(LineUserId::new(user));
        let key = ConversationKey { channel: ChannelId::new(CHANNEL_ID), source };
        let contact = ContactId::new(LINKED_CONTACT.to_string());
        let asked = Question::new(&key, &contact, AskedBecause::Email, ward.app.world.clock.now_ms());
        write::question(&account(), &asked)
    };
    commit(ward, vec![question(LINKED_USER), question(NEW_USER)]).await;
}

/// A table of which one partition does not answer.
struct Torn {
    rows: DynamoTable,
    torn: String,
}

#[async_trait]
impl Table for Torn {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.rows.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        if partition == self.torn {
            return Err(PortError::transient("a table", "it does not answer"));
        }
        self.rows.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        self.rows.commit(writes).await
    }
}
