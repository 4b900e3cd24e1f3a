//! Disconnecting, stopped at each of its writes; and what LINE and others may do meanwhile.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use super::*;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::channel::WebhookBefore;
use crate::domain::claim::ClaimedBy;
use crate::domain::conversation::{Conversation, OpenEntry};
use crate::domain::ids::{ContactId, CrmAccountId, CrmAppId, OperatorId};
use crate::domain::language::Language;
use crate::domain::link::ContactLink;
use crate::domain::operator::OperatorName;
use crate::domain::outbox::Effect;
use crate::flow::configure::choose_provider::ChosenProvider;
use crate::flow::configure::connect_channel::{ConnectChannel, OfficialAccount};
use crate::flow::testing::crm_inbox_in_tests::{CrmInboxInMemory, its_place};
use crate::flow::testing::held_in_tests::hold;
use crate::flow::testing::line_in_tests::{AtLine, Line};
use crate::flow::testing::{Life, RivalTable, SecretsInMemory, Told, account, channel, die_anywhere, key, user};
use crate::ports::Clock;
use crate::ports::crm::CrmFailure;
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::table::Write;
use crate::store::journal::{FOR_EVER_MS, Walk};
use crate::store::{Accounts, Inboxes, Journal, Links, Operators};

const OURS: &str = "https://musubi.example/line/1/webhook";
const BEFORE: &str = "https://bot.example/hook?key=secret";
const PEOPLE: usize = 3;

/// A clock that a test moves.
struct Hands(AtomicI64);

#[async_trait]
impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, _: u64) {}
}

struct World {
    clock: Arc<Hands>,
    line: Line,
    secrets: Arc<SecretsInMemory>,
    links: Links,
    journal: Journal,
    rows: Arc<RivalTable>,
    crm: Arc<CrmInboxInMemory>,
    verb: DisconnectChannel,
    keeps_links: bool,
}

/// An Official Account with a few people, who are linked and have said something that is in no note yet.
async fn world(life: Life, keeps_links: bool) -> World {
    let rows = Arc::new(RivalTable::of(life.clone()));
    let table = || Arc::new(RivalTable::of(life.clone()));
    let (journal, links, accounts) = (Journal::new(rows.clone()), Links::new(table()), Accounts::new(table()));
    let channels = Channels::new(table());
    let clock = Arc::new(Hands(AtomicI64::new(1_000_000)));
    let mut known = channel();
    known.connecting.webhook_before = Some(WebhookBefore::new(BEFORE, true));
    known.crm_inbox = Some(its_place());
    let mut its = CrmAccount::new(account(), CrmAppId::new("a"), Language::Japanese, "Asia/Tokyo");
    its.channels = vec![known.id.clone()];
    assert_eq!(channels.put(&known, 0).await.unwrap(), Commit::Done);
    assert_eq!(accounts.put(&its, 0).await.unwrap(), Commit::Done);
    for number in 0..PEOPLE {
        let mut state = Conversation::new(key(number), account());
        state.sync_queued = true;
        state.unlinked = number == 1;
        state.open = Some(OpenEntry { first_arrived_at_ms: 1, last_arrived_at_ms: 1, due_at_ms: 9 });
        let text = crate::ports::table::RowKey::new(format!("c:{}", key(number).hash()), "p:1");
        let begun = vec![
            write::conversation(&state, 0),
            write::person_listed(&key(number)).unwrap(),
            Write::put(text, &"words", crate::ports::table::Precondition::Any),
        ];
        assert_eq!(journal.commit(begun).await.unwrap(), Commit::Done);
        assert_eq!(links.link(&link(number)).await.unwrap(), Commit::Done);
    }
    hold(&journal, &channel().id, "words").await;
    hold(&journal, &ChannelId::new("2"), "another's").await;
    let stored = LineSecrets::of(Secret::new("s"), None);
    let secrets =
        Arc::new(SecretsInMemory { life: life.clone(), line: Some(stored).into(), ..SecretsInMemory::default() });
    let line = Line(Arc::new(AtLine { life: life.clone(), webhook: Mutex::new(Ok(Some(OURS.to_owned()))) }));
    let told = Arc::new(Told { life: life.clone(), ..Told::default() });
    let outbox = Outbox { journal: journal.clone(), wake_ups: told, clock: clock.clone() };
    let crm = Arc::new(CrmInboxInMemory::open(life.clone()));
    let inbox = LeaveInbox { set_up: crm.clone(), accounts: accounts.clone(), inboxes: Inboxes::new(table()) };
    let verb = DisconnectChannel {
        console: Console { operators: Operators::new(table()), clock: clock.clone() },
        accounts: ChangeAccount { accounts, clock: clock.clone() },
        channels: channels.clone(),
        secrets: secrets.clone(),
        line: Arc::new(line.clone()),
        inbox,
        erase: Erase { links: links.clone(), settle: Settle { channels, outbox } },
        public_url: "https://musubi.example".to_owned(),
    };
    World { clock, line, secrets, links, journal, rows, crm, verb, keeps_links }
}

fn link(number: usize) -> ContactLink {
    ContactLink {
        channel: channel().id,
        user: user(number),
        account: account(),
        contact: ContactId::new(number.to_string()),
        linked_at_ms: 5,
        by: Some(ClaimedBy::Preset),
        is_new: true,
        provider: Default::default(),
    }
}

impl World {
    async fn call(&self, at_most: usize) -> Result<Progress, StaysConnected> {
        self.verb.disconnect(&channel().id, None, self.keeps_links, at_most).await
    }

    /// To its end, as whoever presses again and again. Whether it came there.
    async fn through(&self) -> bool {
        for _ in 0..200 {
            match self.call(1).await {
                Ok(Progress::Stopped { ready_at_ms }) => self.clock.0.store(ready_at_ms, Ordering::SeqCst),
                Ok(Progress::Going { .. }) => {}
                Ok(Progress::Done(_)) | Err(StaysConnected::Absent) => return true,
                Err(StaysConnected::Port(_)) => return false,
            }
        }
        panic!("it has no end");
    }

    async fn its_account(&self) -> CrmAccount {
        self.verb.accounts.accounts.find(&account()).await.unwrap().expect("a row").value
    }

    /// All of it is as was said, wherever it stopped.
    async fn is_gone(&self) {
        let id = &channel().id;
        assert!(self.verb.channels.find_versioned(id).await.unwrap().is_none());
        assert!(self.verb.channels.is_disconnected(id).await.unwrap());
        assert_eq!(*self.secrets.line.lock().unwrap(), None, "no secret is left");
        assert_eq!(self.line.0.webhook.lock().unwrap().clone(), Ok(Some(BEFORE.to_owned())));
        assert!(!*self.crm.is_open.lock().unwrap(), "nobody writes from the CRM's inbox");
        let its = self.its_account().await;
        assert!(its.channels.is_empty() && its.former_channels.contains(id) == self.keeps_links);
        assert!(!self.rows.bodies().iter().any(|row| row.contains("words")), "no text is left");
        assert!(self.rows.bodies().iter().any(|row| row.contains("another's")), "another's is held still");
        let held = self.journal.next_due(&mut Walk::through_held(&account(), FOR_EVER_MS), 9).await.unwrap().rows;
        assert_eq!(held.len(), 1, "{held:?}");
        for number in 0..PEOPLE {
            let link = self.links.of_user(id, &user(number)).await.unwrap();
            let state = self.journal.conversation(&key(number)).await.unwrap().map(|state| state.value);
            match self.keeps_links {
                true => {
                    assert_eq!(link.map(|link| link.value), Some(self::link(number)));
                    let state = state.expect("known");
                    assert!(state.open.is_none() && !state.sync_queued, "it can go on when it is connected again");
                    assert_eq!(state.unlinked, number == 1, "what they decided stays");
                }
                false => {
                    assert!(link.is_none() && state.is_none());
                    let contact = ContactId::new(number.to_string());
                    assert!(self.links.of_contact(&account(), &contact, id).await.unwrap().is_none());
                }
            }
        }
        let due = self.journal.due(&account(), i64::MAX / 2, 100).await.unwrap();
        let cleared = due.iter().filter(|row| matches!(row.effect, Effect::ClearContactFields { .. })).count();
        assert_eq!(cleared, if self.keeps_links { 0 } else { PEOPLE }, "their contacts are emptied");
        let lines = self.verb.console.audit(&account(), 0, 50).await.unwrap();
        assert!(lines.iter().any(
            |line| matches!(line.deed, Deed::Disconnected { keeps_links, .. } if keeps_links == self.keeps_links)
        ));
        assert!(matches!(self.call(9).await, Err(StaysConnected::Absent)) || self.keeps_links, "nothing more");
    }
}

#[tokio::test]
async fn wherever_it_stops_a_second_call_brings_the_same_end() {
    for keeps_links in [true, false] {
        let writes = die_anywhere(
            async |life| world(life, keeps_links).await,
            async |at| at.through().await,
            async |at| at.is_gone().await,
        )
        .await;
        assert!(writes > 70, "{writes}: each part is noted");
    }
}

#[tokio::test]
async fn it_stops_at_once_and_ends_once_nobody_remembers_it() {
    let at = world(Life::default(), false).await;
    assert_eq!(at.call(9).await.unwrap(), Progress::Stopped { ready_at_ms: 1_000_000 + REST_MS });
    let id = &channel().id;
    assert!(at.verb.channels.find(id).await.unwrap().is_none() && at.verb.channels.all().await.unwrap().is_empty());
    assert_eq!(at.verb.channels.all_with_leaving().await.unwrap().len(), 1, "the CRM account still has it");
    assert!(at.verb.channels.is_disconnected(id).await.unwrap());
    assert!(at.links.of_user(id, &user(0)).await.unwrap().is_some() && at.secrets.line.lock().unwrap().is_some());
    at.clock.0.fetch_add(REST_MS - 1, Ordering::SeqCst);
    assert!(matches!(at.call(9).await, Ok(Progress::Stopped { .. })), "not a moment before");
    at.clock.0.fetch_add(1, Ordering::SeqCst);
    assert!(matches!(at.call(1).await, Ok(Progress::Going { people: 1.. })), "in pieces");
    // What is kept was said when it began.
    let end = at.verb.disconnect(id, None, true, 99).await.unwrap();
    let (webhook, inbox) = (WebhookEnd::Restored, InboxEnd::Closed);
    assert_eq!(end, Progress::Done(DisconnectedChannel { keeps_links: false, webhook, inbox, people: PEOPLE }));
}

#[tokio::test]
async fn lines_webhook_is_left_where_it_is_not_ours_and_lines_no_stops_nothing() {
    for (url, before, end, then) in [
        (Ok(Some(OURS)), Some(WebhookBefore::new(BEFORE, false)), WebhookEnd::RestoredUnused, Ok(Some(BEFORE))),
        (Ok(Some(OURS)), None, WebhookEnd::StillOurs, Ok(Some(OURS))),
        (
            Ok(Some("https://new.example/")),
            Some(WebhookBefore::new(BEFORE, true)),
            WebhookEnd::NotOurs,
            Ok(Some("https://new.example/")),
        ),
        (Ok(None), Some(WebhookBefore::new(BEFORE, true)), WebhookEnd::Nowhere, Ok(None)),
        (Err(()), Some(WebhookBefore::new(BEFORE, true)), WebhookEnd::Unknown, Err(())),
    ] {
        let at = world(Life::default(), true).await;
        *at.line.0.webhook.lock().unwrap() = url.map(|url| url.map(str::to_owned));
        let mut known = channel();
        known.connecting.webhook_before = before;
        assert_eq!(at.verb.channels.put(&known, 1).await.unwrap(), Commit::Done);
        assert!(matches!(at.call(99).await, Ok(Progress::Stopped { .. })));
        at.clock.0.fetch_add(REST_MS, Ordering::SeqCst);
        let Ok(Progress::Done(done)) = at.call(99).await else { panic!("{end:?}") };
        assert_eq!(done.webhook, end);
        assert_eq!(*at.line.0.webhook.lock().unwrap(), then.map(|url| url.map(str::to_owned)), "{end:?}");
        assert!(at.secrets.line.lock().unwrap().is_none());
    }
}

#[tokio::test]
async fn the_crms_inbox_is_tried_again_while_it_is_silent_and_its_no_stops_nothing() {
    let later = CrmFailure::Later { wait_ms: 1 };
    for (first, second, end) in [
        (Err(CrmFailure::Unknown), Ok(()), InboxEnd::Closed),
        (Err(later.clone()), Err(later), InboxEnd::Unknown),
        (Err(CrmFailure::Disconnected), Ok(()), InboxEnd::Refused),
    ] {
        let at = world(Life::default(), true).await;
        *at.crm.closes.lock().unwrap() = first;
        assert!(matches!(at.call(99).await, Ok(Progress::Stopped { .. })));
        *at.crm.closes.lock().unwrap() = second;
        at.clock.0.fetch_add(REST_MS, Ordering::SeqCst);
        let Ok(Progress::Done(done)) = at.call(99).await else { panic!("{end:?}") };
        assert_eq!(done.inbox, end);
        assert_eq!(*at.crm.is_open.lock().unwrap(), end != InboxEnd::Closed);
    }
}

#[tokio::test]
async fn links_that_were_kept_can_be_erased_later_or_gone_on_with() {
    let seen = || OfficialAccount {
        id: channel().id,
        bot_user_id: BotUserId::new("U0"),
        name: "Shop".into(),
        basic_id: "@shop".into(),
    };
    for connects_again in [false, true] {
        let at = world(Life::default(), true).await;
        assert!(at.through().await);
        let id = &channel().id;
        assert!(matches!(at.verb.look(id, None).await.unwrap(), Some(Standing::LinksLeft(_))));
        if connects_again {
            let connect = ConnectChannel { channels: at.verb.channels.clone(), accounts: at.verb.accounts.clone() };
            let again = connect.connect(&seen(), &account(), ChosenProvider::FIRST, None).await.unwrap();
            assert_eq!((again.leaving, again.settings), (None, channel().settings), "clean");
            let its = at.its_account().await;
            assert!(its.channels == [id.clone()] && its.former_channels.is_empty());
            assert!(!at.verb.channels.is_disconnected(id).await.unwrap());
            assert!(at.links.of_user(id, &user(0)).await.unwrap().is_some(), "known again");
            continue;
        }
        let later = World { keeps_links: false, ..at };
        assert!(matches!(later.call(99).await, Ok(Progress::Stopped { .. })));
        let connect = ConnectChannel { channels: later.verb.channels.clone(), accounts: later.verb.accounts.clone() };
        assert!(
            matches!(
                connect.connect(&seen(), &account(), ChosenProvider::FIRST, None).await,
                Err(ChangeError::Refused(_))
            ),
            "not meanwhile"
        );
        assert!(later.through().await);
        *later.line.0.webhook.lock().unwrap() = Ok(Some(BEFORE.to_owned()));
        later.is_gone().await;
        let again = connect.connect(&seen(), &account(), ChosenProvider::FIRST, None).await.unwrap();
        assert!(again.leaving.is_none() && later.links.of_user(id, &user(0)).await.unwrap().is_none(), "a stranger");
    }
}

#[tokio::test]
async fn only_an_admin_who_sees_it_disconnects_it() {
    let at = world(Life::default(), true).await;
    let id = &channel().id;
    let admin = Operator {
        id: OperatorId::new("o"),
        account: account(),
        name: OperatorName::parse("Sato").unwrap(),
        role: Role::Admin,
        channels: None,
        since_ms: 0,
    };
    let other = CrmAccountKey { id: CrmAccountId::new("2"), ..account() };
    for by in [
        Operator { role: Role::Member, ..admin.clone() },
        Operator { account: other, ..admin.clone() },
        Operator { channels: Some([ChannelId::new("9")].into()), ..admin.clone() },
    ] {
        let tried = at.verb.disconnect(id, Some(&by), true, 9).await;
        assert!(matches!(tried, Err(StaysConnected::Absent)), "{:?}", by.role);
        assert!(at.verb.look(id, Some(&by)).await.unwrap().is_none());
    }
    assert!(at.verb.channels.find(id).await.unwrap().is_some());
    let limited = Operator { channels: Some([id.clone()].into()), ..admin };
    assert!(matches!(at.verb.disconnect(id, Some(&limited), true, 9).await, Ok(Progress::Stopped { .. })));
    assert_eq!(at.verb.not_through(&at.its_account().await, &limited).await.unwrap().len(), 1);
}
