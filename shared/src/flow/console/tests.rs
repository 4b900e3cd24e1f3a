use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use super::hand_over::NotLetIn;
use super::{Console, Invite, Removal, RoleChange};
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{ChannelId, CrmAccountId, CrmUserId};
use crate::domain::operator::audit::{Actor, Deed};
use crate::domain::operator::hand_over::HANDED_OVER_MS;
use crate::domain::operator::session::{AT_MOST_MS, IDLE_MS, INVITED_MS, NOTED_MS, Session};
use crate::domain::operator::{Operator, OperatorName, Role, operator_id};
use crate::flow::testing::RivalTable;
use crate::ports::Clock;
use crate::ports::secrets::Secret;
use crate::store::{Operators, operators};

struct Hands(AtomicI64);

#[async_trait]
impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, _: u64) {}
}

struct World {
    console: Console,
    table: Arc<RivalTable>,
    hands: Arc<Hands>,
}

impl World {
    fn new() -> Self {
        let (table, hands) = (Arc::new(RivalTable::default()), Arc::new(Hands(AtomicI64::new(1_790_000_000_000))));
        let console = Console { operators: Operators::new(Arc::clone(&table) as _), clock: Arc::clone(&hands) as _ };
        Self { console, table, hands }
    }

    fn passes(&self, ms: i64) {
        self.hands.0.fetch_add(ms, Ordering::SeqCst);
    }

    async fn invites(&self, name: &str, role: Role, code: &str) {
        self.console.invite(&invite(name, role), &secret(code)).await.expect("invited");
    }

    async fn joins(&self, code: &str, session: &str) -> Option<Operator> {
        self.console.join(&secret(code), &secret(session)).await.expect("the table answers")
    }

    async fn is_in(&self, session: &str) -> bool {
        self.console.signed_in(&secret(session)).await.expect("the table answers").is_some()
    }
}

fn account() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("77") }
}

fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).expect("a name")
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn invite(called: &str, role: Role) -> Invite {
    Invite { account: account(), name: name(called), role, channels: None, by: Actor::CommandLine }
}

#[tokio::test]
async fn an_invitation_lets_one_in_once_and_in_time() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    assert_eq!(world.console.invitation(&secret("a")).await.unwrap().map(|found| found.role), Some(Role::Admin));
    assert!(world.console.invitation(&secret("b")).await.unwrap().is_none(), "nobody made this one");
    world.passes(INVITED_MS - 1);
    let joined = world.joins("a", "s1").await.expect("in time");
    assert_eq!((joined.role, joined.account), (Role::Admin, account()));
    assert!(world.is_in("s1").await);
    assert!(world.joins("a", "s2").await.is_none() && !world.is_in("s2").await, "it is used up");

    world.invites("Taro", Role::Member, "late").await;
    world.passes(INVITED_MS);
    assert!(world.joins("late", "s3").await.is_none() && !world.is_in("s3").await);
    assert!(world.console.invitation(&secret("late")).await.unwrap().is_none());
    let again = world.console.invite(&invite("Taro", Role::Member), &secret("late")).await;
    assert!(again.is_err_and(|error| !error.is_transient()), "a code is made anew");
}

#[tokio::test]
async fn of_two_who_bring_the_same_code_at_once_one_is_in() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    let found = world.console.operators.invitation(&secret("a")).await.unwrap().unwrap();
    world.table.before_next_commit(operators::taken_up(&secret("a"), found.version));
    assert!(world.joins("a", "s1").await.is_none() && !world.is_in("s1").await);
}

#[tokio::test]
async fn whoever_is_removed_is_out_at_once_and_what_was_open_stays_shut() {
    let world = World::new();
    world.invites("Hanako", Role::Member, "a").await;
    let hanako = world.joins("a", "s1").await.expect("in");
    assert_eq!(world.console.remove(&account(), None, &hanako.id).await.unwrap(), Removal::Removed);
    assert!(!world.is_in("s1").await);
    assert_eq!(world.console.remove(&account(), None, &hanako.id).await.unwrap(), Removal::Nobody);
    world.passes(1_000);
    world.invites("Hanako", Role::Member, "b").await;
    assert_eq!(world.joins("b", "s2").await.expect("in again").id, hanako.id);
    assert!(world.is_in("s2").await && !world.is_in("s1").await, "the old session does not come back");
    assert_eq!(world.console.remove(&account(), Some(&hanako), &hanako.id).await.unwrap(), Removal::Oneself);
    let elsewhere = CrmAccountKey { id: CrmAccountId::new("78"), ..account() };
    assert_eq!(world.console.remove(&elsewhere, None, &hanako.id).await.unwrap(), Removal::Nobody);
    assert!(world.is_in("s2").await);
}

#[tokio::test]
async fn a_role_holds_from_the_next_page_on() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    world.joins("a", "s1").await.expect("in");
    let channels = Some(BTreeSet::from([ChannelId::new("1")]));
    let less = Invite { channels, ..invite(" Hanako ", Role::Member) };
    world.console.invite(&less, &secret("b")).await.expect("invited");
    let role = async || world.console.signed_in(&secret("s1")).await.unwrap().expect("signed in");
    assert!(role().await.is(Role::Admin), "not before it is taken up");
    world.joins("b", "s2").await.expect("in");
    let now = role().await;
    assert!(!now.is(Role::Admin) && now.sees(&ChannelId::new("1")) && !now.sees(&ChannelId::new("2")));
    assert_eq!(world.console.operators.all(&account()).await.unwrap().len(), 1, "a name is one operator");
}

#[tokio::test]
async fn a_session_that_is_used_lives_twelve_hours_and_one_that_is_not_two() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    world.joins("a", "s1").await.expect("in");
    let mut passed = 0;
    while passed + IDLE_MS - 1 < AT_MOST_MS {
        world.passes(IDLE_MS - 1);
        passed += IDLE_MS - 1;
        assert!(world.is_in("s1").await, "after {passed} ms");
    }
    world.passes(AT_MOST_MS - passed);
    assert!(!world.is_in("s1").await);
    world.invites("Hanako", Role::Admin, "b").await;
    world.joins("b", "s2").await.expect("in");
    world.passes(IDLE_MS);
    assert!(!world.is_in("s2").await);
}

#[tokio::test]
async fn a_page_that_is_under_way_does_not_undo_signing_out() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    let hanako = world.joins("a", "s1").await.expect("in");
    world.passes(NOTED_MS);
    let found = world.console.operators.session(&secret("s1")).await.unwrap().unwrap();
    world.table.before_next_commit(operators::session_ended(&secret("s1"), found.version));
    assert!(world.is_in("s1").await, "it was open when the page was asked for");
    assert!(!world.is_in("s1").await);

    // And the other way round: a page notes that it is used while it is ended.
    world.invites("Hanako", Role::Admin, "b").await;
    world.joins("b", "s2").await.expect("in");
    let found = world.console.operators.session(&secret("s2")).await.unwrap().unwrap();
    let used = Session { used_at_ms: found.value.used_at_ms + 1, ..found.value.clone() };
    world.table.before_next_commit(operators::session(&secret("s2"), &used, found.version));
    world.console.sign_out(&secret("s2")).await.expect("signed out");
    assert!(!world.is_in("s2").await);
    world.console.sign_out(&secret("s2")).await.expect("twice is the same as once");
    assert_eq!(hanako.id, operator_id(&account(), &name("Hanako")));
}

#[tokio::test]
async fn what_was_done_is_listed_newest_first_and_holds_no_code_and_no_session() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "the-code").await;
    world.passes(1);
    let hanako = world.joins("the-code", "the-session").await.expect("in");
    world.passes(1);
    world.console.sign_out(&secret("the-session")).await.expect("signed out");
    world.passes(1);
    assert_eq!(world.console.remove(&account(), None, &hanako.id).await.unwrap(), Removal::Removed);
    let listed = world.console.audit(&account(), 0, 10).await.unwrap();
    let deeds: Vec<_> = listed.iter().map(|entry| entry.deed.clone()).collect();
    let invited = Deed::Invited { whom: name("Hanako"), role: Role::Admin };
    assert_eq!(deeds, [Deed::Removed { whom: name("Hanako") }, Deed::SignedOut, Deed::SignedIn, invited]);
    assert_eq!(world.console.audit(&account(), 0, 2).await.unwrap()[..], listed[..2]);
    let elsewhere = CrmAccountKey { id: CrmAccountId::new("78"), ..account() };
    assert!(world.console.audit(&elsewhere, 0, 10).await.unwrap().is_empty());
    let rows = world.table.bodies();
    assert!(rows.iter().all(|row| !row.contains("the-code") && !row.contains("the-session")));
}

#[tokio::test]
async fn an_admin_of_some_official_accounts_decides_about_nobody_who_sees_more() {
    let world = World::new();
    let only = |ids: &[&str]| Some(ids.iter().map(|id| ChannelId::new(*id)).collect::<BTreeSet<_>>());
    world.invites("Hanako", Role::Admin, "a").await;
    let hanako = world.joins("a", "s1").await.expect("in");
    let some = Invite { channels: only(&["1", "2"]), ..invite("Taro", Role::Admin) };
    world.console.invite(&some, &secret("b")).await.expect("invited");
    let taro = world.joins("b", "s2").await.expect("in");
    for (number, (called, channels, may)) in [
        ("Jiro", None, false),
        ("Jiro", only(&["1", "3"]), false),
        // Her name, with less to see, would sign him in as her.
        ("Hanako", only(&["1"]), false),
        ("Jiro", only(&["1"]), true),
        ("Taro", only(&["1", "2"]), true),
    ]
    .into_iter()
    .enumerate()
    {
        let invite = Invite { channels, ..invite(called, Role::Admin) };
        let code = secret(&format!("code-{number}"));
        assert_eq!(world.console.invite_by(&taro, &invite, &code).await.unwrap(), may, "{number}");
        assert_eq!(world.console.invitation(&code).await.unwrap().is_some(), may, "{number}");
    }
    let elsewhere = Invite {
        account: CrmAccountKey { id: CrmAccountId::new("78"), ..account() },
        channels: only(&["1"]),
        ..invite("Jiro", Role::Admin)
    };
    assert!(!world.console.invite_by(&hanako, &elsewhere, &secret("other")).await.unwrap());
    assert_eq!(world.console.remove(&account(), Some(&taro), &hanako.id).await.unwrap(), Removal::SeesMore);
    assert!(world.is_in("s1").await);
    assert_eq!(world.console.remove(&account(), Some(&hanako), &taro.id).await.unwrap(), Removal::Removed);
}

#[tokio::test]
async fn an_address_from_the_crm_lets_one_in_once_and_in_time_and_a_removal_meanwhile_counts() {
    let world = World::new();
    let (console, mori) = (&world.console, CrmUserId::new("5"));
    let no_admin = console.hand_over(&account(), &mori, &secret("a")).await;
    assert!(matches!(no_admin, Err(NotLetIn::NoAdmin)));
    world.invites("Hanako", Role::Admin, "i").await;
    let hanako = world.joins("i", "s0").await.expect("in");

    console.hand_over(&account(), &mori, &secret("a")).await.expect("given");
    world.passes(HANDED_OVER_MS - 1);
    let found = console.operators.hand_over(&secret("a")).await.unwrap().unwrap();
    world.table.before_next_commit(operators::entered(&secret("a"), found.version));
    let slower = console.enter(&secret("a"), &secret("s1"), None).await;
    assert!(matches!(slower, Err(NotLetIn::Used)) && !world.is_in("s1").await, "of two at once one is in");
    console.hand_over(&account(), &mori, &secret("b")).await.expect("given");
    world.passes(HANDED_OVER_MS - 1);
    let operator = console.enter(&secret("b"), &secret("s1"), Some(&secret("s0"))).await.expect("in time");
    assert_eq!((operator.role, operator.channels.clone()), (Role::Member, None));
    assert!(world.is_in("s1").await && !world.is_in("s0").await, "one session a browser");
    console.hand_over(&account(), &mori, &secret("late")).await.expect("given");
    world.passes(HANDED_OVER_MS);
    assert!(matches!(console.enter(&secret("late"), &secret("s2"), None).await, Err(NotLetIn::Used)));

    // They are removed just before they come in again.
    console.hand_over(&account(), &mori, &secret("c")).await.expect("given");
    let found = console.operators.find(&account(), &operator.id).await.unwrap().unwrap();
    world.table.before_next_commit(operators::removed(&found.value, found.version));
    let removed = console.enter(&secret("c"), &secret("s3"), None).await;
    assert!(matches!(removed, Err(NotLetIn::Removed)) && !world.is_in("s3").await);
    let all = console.operators.all(&account()).await.unwrap();
    assert_eq!(all.iter().map(|operator| &operator.id).collect::<Vec<_>>(), [&hanako.id], "they are not made anew");
    // Another account's person of the same number is somebody else.
    let elsewhere = CrmAccountKey { id: CrmAccountId::new("78"), ..account() };
    let other = console.hand_over(&elsewhere, &mori, &secret("d")).await;
    assert!(matches!(other, Err(NotLetIn::NoAdmin)));
    let rows = world.table.bodies();
    assert!(rows.iter().all(|row| !row.contains("s1") && !row.contains("late")), "neither codes nor sessions are kept");
}

#[tokio::test]
async fn a_role_is_changed_by_who_sees_as_much_and_never_ones_own() {
    let world = World::new();
    world.invites("Hanako", Role::Admin, "a").await;
    let hanako = world.joins("a", "s1").await.expect("in");
    let some = Invite { channels: Some(BTreeSet::from([ChannelId::new("1")])), ..invite("Taro", Role::Member) };
    world.console.invite(&some, &secret("b")).await.expect("invited");
    let taro = world.joins("b", "s2").await.expect("in");
    for (by, whom, role, came) in [
        (&hanako, &taro, Role::Admin, RoleChange::Changed),
        (&hanako, &taro, Role::Admin, RoleChange::Changed),
        (&hanako, &hanako, Role::Member, RoleChange::Oneself),
        (&taro, &hanako, Role::Member, RoleChange::SeesMore),
    ] {
        assert_eq!(world.console.change_role(by, &whom.id, role).await.unwrap(), came);
    }
    let elsewhere = Operator { account: CrmAccountKey { id: CrmAccountId::new("78"), ..account() }, ..taro.clone() };
    let came = world.console.change_role(&elsewhere, &hanako.id, Role::Member).await.unwrap();
    assert_eq!(came, RoleChange::Nobody);
    let now = world.console.signed_in(&secret("s2")).await.unwrap().expect("still signed in");
    assert!(now.is(Role::Admin) && now.channels == taro.channels, "the role alone");
    let audit = world.console.audit(&account(), 0, 50).await.unwrap();
    let changed = Deed::ChangedRole { whom: name("Taro"), role: Role::Admin };
    assert_eq!(audit.iter().filter(|entry| entry.deed == changed).count(), 1, "what changes nothing leaves no line");
}
