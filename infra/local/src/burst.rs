//! `local burst`: so many workflow actions at once, and what becomes of them. Figures of this machine, never a test: everything
//! runs in one process, the emulators and the fakes of LINE and HubSpot beside what is measured, and each takes its share.
//!
//! The fakes enforce the vendors' limits: LINE's 2,000 pushes a second of a channel (LINE's reference, "Rate limits"), HubSpot's 110
//! calls in ten seconds of an account (its "API usage guidelines"), and none of either is raised here.

mod beside;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use clap::Args;
use futures::StreamExt;
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::channel::ChannelSettings;
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId, LineUserId};
use musubi::domain::link::ContactLink;

use self::beside::Beside;
use crate::aws::{AllUsed, Meter};
use crate::fake::hubspot::ExecutionState;
use crate::fake::line::{Delivered, Endpoint, Friendship};
use crate::fake::{Fault, Plan};
use crate::seed::{CHANNEL_ID, PORTAL_ID, PROVIDER};
use crate::world::{Options, World, WorldError};

/// HubSpot posts so many actions of an account at once (as it says of its workflow webhooks).
const POSTED_AT_ONCE: usize = 20;
/// From one look at what has become of them to the next.
const LOOK: Duration = Duration::from_millis(500);
/// Nothing has changed for so long: what is left does not come by itself.
const STANDS_STILL: Duration = Duration::from_secs(180);

/// What happens at once.
#[derive(Debug, Args)]
pub struct Burst {
    /// So many workflow actions. / ワークフローアクションの件数
    #[arg(long, default_value_t = 5_000)]
    pub actions: usize,
    /// To so many people. / 送信先の人数
    #[arg(long, default_value_t = 500)]
    pub people: usize,
    /// Of a hundred answers of LINE so many are lost. / LINEの応答100件のうち失われる件数
    #[arg(long, default_value_t = 0)]
    pub lost: u8,
    /// Of a hundred actions so many are posted twice. / アクション100件のうち二重に届く件数
    #[arg(long, default_value_t = 0)]
    pub twice: usize,
    /// Whatever delivers is killed each so many seconds; 0: never. / 送信処理を強制終了する間隔（秒）
    #[arg(long, default_value_t = 0)]
    pub kill_every: u64,
    /// Beside it somebody else's messages, one by one: of another Official Account and of another account. / 別の公式アカウントと別のアカウントからも1通ずつ送ります
    #[arg(long)]
    pub beside: bool,
    /// Counts what is asked of DynamoDB, which takes time itself. / DynamoDBの使用量を数えます
    #[arg(long)]
    pub count: bool,
}

/// When what was reached, in seconds from the first action on.
#[derive(Default)]
struct Reached {
    delivered: f64,
    completed: f64,
    executions: usize,
}

/// What became of them, counted by the vendors' fakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Became {
    /// Posts of HubSpot's that were not answered well.
    pub refused: usize,
    /// Messages on phones.
    pub shown: usize,
    /// Of these, such as stand there more than once.
    pub shown_twice: usize,
    /// Executions of the workflow that heard how their message ended.
    pub completed: usize,
    /// Messages of those beside it that were not sent.
    pub not_sent_beside: usize,
}

/// Runs it and prints what came of it. Ends when all workflows have heard, or nothing changes any more.
///
/// # Errors
/// The world cannot be made.
pub async fn run(burst: &Burst) -> Result<Became, WorldError> {
    let meter = burst.count.then(Meter::default);
    let settings = ChannelSettings { tasks: false, ..ChannelSettings::default() };
    let options =
        Options { meter: meter.clone(), settings: settings.clone(), wakes_when_due: true, ..Options::default() };
    let world = World::start(options).await?;
    if burst.beside {
        Beside::move_in(&world, &settings).await?;
    }
    let contacts = people(&world, burst.people).await?;
    if burst.lost > 0 {
        let share = Plan::Share { per_mille: u16::from(burst.lost) * 10, seed: 1 };
        world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, share);
    }
    meter.iter().for_each(|meter| drop(meter.take()));
    println!("{} actions to {} people", burst.actions, contacts.len());
    let began = Instant::now();
    let beside = burst.beside.then(|| Beside::start(&world));
    let killer = kills(&world, burst.kill_every);
    let refused = post(&world, burst, &contacts).await;
    told("taken in", burst.actions, began.elapsed().as_secs_f64());
    println!("  refused: {refused}");
    let reached = wait(&world, burst.actions, began).await;
    killer.abort();
    let not_sent_beside = beside.map_or(0, Beside::stop);
    told("delivered", burst.actions, reached.delivered);
    told("completed", burst.actions, reached.completed);
    let (shown, shown_twice) = ledgers(&world);
    meter.iter().for_each(|meter| used(&meter.take(), burst.actions));
    println!("  memory of the whole process, at most: {} MB", peak_mb());
    Ok(Became { refused, shown, shown_twice, completed: reached.executions, not_sent_beside })
}

/// People whose contacts are known.
async fn people(world: &World, count: usize) -> Result<Vec<u64>, WorldError> {
    let adapters = world.adapters(RetryPolicy::WORKER)?;
    let links = adapters.links()?;
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL_ID.to_string()) };
    let mut contacts = Vec::with_capacity(count);
    for number in 0..count {
        let user = world.line.add_person(PROVIDER, &format!("person {number}"), None);
        world.line.set_friendship(CHANNEL_ID, &user, Friendship::Friend);
        let contact = world.hubspot.create_contact(PORTAL_ID, &[("line_user_id", &user)]);
        let link = ContactLink {
            channel: ChannelId::new(CHANNEL_ID),
            user: LineUserId::new(user),
            account: account.clone(),
            contact: ContactId::new(contact.to_string()),
            linked_at_ms: world.clock.now_ms(),
            is_new: false,
            provider: Default::default(),
            by: None,
        };
        let _ = links.link(&link).await?;
        contacts.push(contact);
    }
    Ok(contacts)
}

/// Posts all of them as fast as they are taken; how many were refused.
async fn post(world: &World, burst: &Burst, contacts: &[u64]) -> usize {
    let all: Vec<u64> = contacts.iter().copied().cycle().take(burst.actions).collect();
    let fields = [("message_1", "hello"), ("channel", CHANNEL_ID)];
    let fields: BTreeMap<String, String> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let ids = world.hubspot.enrol(PORTAL_ID, &all, &fields);
    let twice = ids.iter().take(burst.actions * burst.twice / 100);
    futures::stream::iter(ids.iter().chain(twice))
        .map(|id| world.hubspot.post_action(id))
        .buffer_unordered(POSTED_AT_ONCE)
        .filter(|posted| std::future::ready(!posted.is_success()))
        .count()
        .await
}

fn kills(world: &World, every_s: u64) -> tokio::task::JoinHandle<()> {
    let kill = world.kill.clone();
    tokio::spawn(async move {
        if every_s == 0 {
            return;
        }
        loop {
            tokio::time::sleep(Duration::from_secs(every_s)).await;
            kill.now();
        }
    })
}

/// Until all are delivered and completed, or nothing changes any more.
async fn wait(world: &World, actions: usize, began: Instant) -> Reached {
    let (mut reached, mut before, mut changed) = (Reached::default(), (0, 0), Instant::now());
    loop {
        let executions = world.hubspot.executions().into_iter();
        let of_burst = executions.filter(|one| one.fields.get("channel").is_some_and(|channel| channel == CHANNEL_ID));
        let done = of_burst.filter(|one| matches!(one.state, ExecutionState::Done { .. })).count();
        let delivered = delivered_of_burst(world).count();
        let now_s = began.elapsed().as_secs_f64();
        if delivered > before.0 {
            reached.delivered = now_s;
        }
        if done > before.1 {
            reached.completed = now_s;
        }
        if (delivered, done) != before {
            changed = Instant::now();
        }
        before = (delivered, done);
        reached.executions = done;
        if done >= actions {
            return reached;
        }
        if changed.elapsed() > STANDS_STILL {
            println!("  NOT ALL: {delivered} delivered, {done} completed, and nothing changes any more");
            return reached;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What phones show of the burst.
fn delivered_of_burst(world: &World) -> impl Iterator<Item = Delivered> {
    world.line.delivered().into_iter().filter(|one| one.channel_id == CHANNEL_ID)
}

/// What the vendors' ledgers hold; how many messages phones show, and how many of these more than once.
fn ledgers(world: &World) -> (usize, usize) {
    let line = world.line.ledger();
    let pushes = line.calls.iter().filter(|call| call.path.ends_with("/message/push"));
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    pushes.for_each(|call| *statuses.entry(call.status).or_default() += 1);
    let mut keys: HashMap<String, usize> = HashMap::new();
    for one in delivered_of_burst(world) {
        *keys.entry(one.retry_key.unwrap_or_default()).or_default() += 1;
    }
    let twice = keys.values().filter(|times| **times > 1).count();
    println!("  LINE: pushes by status {statuses:?}; shown {}, shown twice {twice}", keys.len());
    let hubspot = world.hubspot.ledger();
    let too_many = hubspot.calls.iter().filter(|call| call.status == 429).count();
    println!("  HubSpot: {} calls, {too_many} answered with 429", hubspot.calls.len());
    let broken = line.violations.len() + hubspot.violations.len();
    println!("  rules of the vendors' broken: {broken}");
    (keys.len(), twice)
}

fn told(what: &str, count: usize, seconds: f64) {
    println!("  {what}: {seconds:.1} s, {:.0}/s", count as f64 / seconds.max(0.001));
}

fn used(used: &AllUsed, actions: usize) {
    let is_write = |operation: &str| !matches!(operation, "GetItem" | "Query" | "BatchGetItem" | "Scan");
    let of = |writes: bool| used.iter().filter(move |((operation, _), _)| is_write(operation) == writes);
    let units = |writes: bool| of(writes).map(|(_, used)| used.units).sum::<f64>() / actions as f64;
    let calls = used.values().map(|used| used.calls).sum::<u64>() as f64 / actions as f64;
    println!("  DynamoDB, each: {:.1} write units, {:.1} read units, {calls:.1} calls", units(true), units(false));
}

/// Linux counts it (`VmHWM`); elsewhere 0.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse::<u64>().ok());
    peak.unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_lost_and_comes_twice_is_shown_once_and_every_workflow_hears() {
        let burst = Burst { actions: 40, people: 7, lost: 10, twice: 25, kill_every: 0, beside: true, count: true };
        let became = run(&burst).await.expect("a world");
        let expected = Became { refused: 0, shown: 40, shown_twice: 0, completed: 40, not_sent_beside: 0 };
        assert_eq!(became, expected);
    }
}
