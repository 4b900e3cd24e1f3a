//! What came of it, as the vendors' ledgers have it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Burst;
use super::crowd::Crowd;
use super::load::Refused;
use super::watch::Reached;
use crate::aws::AllUsed;
use crate::fake::line::Delivered;
use crate::world::World;

/// What is about to happen.
pub(super) fn begins(burst: &Burst, crowd: &Crowd) {
    let (actions, messages, people, accounts) = (burst.actions, burst.messages, burst.people, crowd.0.len());
    println!(
        "{actions} actions and {messages} messages, {people} people, {accounts} accounts; {} MB at the start",
        memory().0
    );
}

/// All of it was posted.
pub(super) fn taken_in(burst: &Burst, refused: Refused, after: Duration) {
    told("taken in", burst.actions + burst.messages, after.as_secs_f64());
    println!("  refused: {} actions, {} messages; {} MB now", refused.actions, refused.messages, memory().0);
}

/// How fast each step was.
pub(super) fn speed(burst: &Burst, reached: &Reached) {
    if burst.actions > 0 {
        told("delivered", reached.done.delivered, reached.delivered_s);
        told("completed", reached.done.completed, reached.completed_s);
    }
    if burst.messages > 0 {
        told("noted", reached.done.noted, reached.noted_s);
        println!("  noted twice: {}", reached.done.noted_twice);
    }
    if reached.ahead_s > 0 {
        println!("  the clock was set ahead by {} s while nothing else was to do", reached.ahead_s);
    }
}

/// So many of it in so many seconds.
fn told(what: &str, count: usize, seconds: f64) {
    println!("  {what}: {count} in {seconds:.1} s, {:.0}/s", count as f64 / seconds.max(0.001));
}

/// What the vendors' ledgers hold; how many messages phones show, and how many of these more than once.
pub(super) fn ledgers(world: &World, burst: &Burst, crowd: &Crowd, began_ms: i64) -> (usize, usize) {
    let line = world.line.ledger();
    let pushes = line.calls.iter().filter(|call| call.path.ends_with("/message/push"));
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    pushes.for_each(|call| *statuses.entry(call.status).or_default() += 1);
    let delivered: Vec<Delivered> =
        world.line.delivered().into_iter().filter(|one| crowd.has(&one.channel_id)).collect();
    ages(&delivered, began_ms);
    pace(&delivered, burst, crowd);
    let mut keys: HashMap<&str, usize> = HashMap::new();
    for one in &delivered {
        *keys.entry(one.retry_key.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let twice = keys.values().filter(|times| **times > 1).count();
    println!("  LINE: pushes by status {statuses:?}; shown {}, shown twice {twice}", keys.len());
    let hubspot = world.hubspot.ledger();
    let too_many = hubspot.calls.iter().filter(|call| call.status == 429).count();
    println!("  HubSpot: {} calls, {too_many} answered with 429", hubspot.calls.len());
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    hubspot.calls.iter().for_each(|call| *paths.entry(without_ids(&call.path)).or_default() += 1);
    paths.iter().for_each(|(path, calls)| println!("    {calls:>6} {path}"));
    println!("  rules of the vendors' broken: {}", line.violations.len() + hubspot.violations.len());
    (keys.len(), twice)
}

/// What a path asks for, of whichever record.
fn without_ids(path: &str) -> String {
    let is_id = |part: &str| part.contains(':') || part.bytes().any(|byte| byte.is_ascii_digit()) && part.len() > 3;
    path.split('/').map(|part| if is_id(part) { "…" } else { part }).collect::<Vec<_>>().join("/")
}

/// After how long phones showed it.
fn ages(delivered: &[Delivered], began_ms: i64) {
    let mut ages: Vec<i64> = delivered.iter().map(|one| one.at_ms - began_ms).collect();
    ages.sort_unstable();
    let after_s =
        |share: usize| ages.get((ages.len().max(1) - 1) * share / 100).copied().unwrap_or_default() as f64 / 1e3;
    println!(
        "  on the phone after {:.1} s (half of them), {:.1} s (95 %), {:.1} s (the last)",
        after_s(50),
        after_s(95),
        after_s(100)
    );
}

/// What was used of what LINE allows to one Official Account, in the seconds between the first twentieth and the last.
fn pace(delivered: &[Delivered], burst: &Burst, crowd: &Crowd) {
    let mut at_ms: Vec<i64> = delivered.iter().map(|one| one.at_ms).collect();
    at_ms.sort_unstable();
    let cut = at_ms.len() / 20;
    let Some((first, last)) = at_ms.get(cut).zip(at_ms.get(at_ms.len().saturating_sub(cut + 1))) else { return };
    let each_s = (at_ms.len() - 2 * cut) as f64 / crowd.0.len() as f64 * 1e3 / ((last - first).max(1) as f64);
    let allowed = f64::from(burst.line_per_s);
    println!(
        "  LINE takes {allowed}/s of an Official Account here; used: {each_s:.0}/s, {:.1} %",
        each_s * 100.0 / allowed
    );
}

/// What was asked of DynamoDB.
pub(super) fn used(used: &AllUsed, each: usize) {
    let is_write = |operation: &str| !matches!(operation, "GetItem" | "Query" | "BatchGetItem" | "Scan");
    let of = |writes: bool| used.iter().filter(move |((operation, _), _)| is_write(operation) == writes);
    let units = |writes: bool| of(writes).map(|(_, used)| used.units).sum::<f64>() / each as f64;
    let calls = used.values().map(|used| used.calls).sum::<u64>() as f64 / each as f64;
    println!("  DynamoDB, each: {:.1} write units, {:.1} read units, {calls:.1} calls", units(true), units(false));
}

/// What waits still, by queues, what was put aside, and the memory.
pub(super) fn left(world: &World) {
    let sqs = world.aws.sqs();
    for queue in ["inbox", "push", "crm.fifo", "inbox-dlq", "push-dlq", "crm-dlq.fifo"] {
        let count = sqs.counts(queue).total();
        if count > 0 {
            println!("  in the queue {queue}: {count}");
        }
    }
    let (now_mb, most_mb) = memory();
    println!("  memory of the whole process, ledgers included: {now_mb} MB, at most {most_mb} MB");
}

/// The memory of the whole process, the ledgers of the fakes included, in MB: now, and at most. Linux counts it; elsewhere 0.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}
