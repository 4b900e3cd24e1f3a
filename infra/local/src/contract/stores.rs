//! What every answer to a port must do, as code. The AWS adapters pass it over the emulators, the
//! simulation's models pass it too: so they cannot drift apart.
//!
//! Each function panics where the contract is broken. It uses keys of its own, so that it can run
//! twice over one store.

use std::collections::HashSet;
use std::sync::Arc;

use musubi::ports::queue::Queue;
use musubi::ports::table::{Commit, MAX_WRITES, Precondition, Row, RowKey, Table, Write, prefix_end};

/// The whole contract of [`Table`].
pub async fn table_contract(rows: Arc<dyn Table>) {
    let rows = rows.as_ref();
    versions_tell_writes_apart(rows).await;
    every_expectation_is_kept(rows).await;
    all_or_nothing(rows).await;
    refused_commits(rows).await;
    ranges(rows).await;
    a_hundred_writes(rows).await;
    bodies_come_back(rows).await;
    large_bodies_are_kept_or_refused_for_good(rows).await;
}

fn fresh(name: &str) -> String {
    format!("contract:{name}:{}", uuid::Uuid::new_v4())
}

fn put(key: &RowKey, value: &str, expect: Precondition) -> Write {
    Write::put(key.clone(), &value, expect)
}

async fn commit(rows: &dyn Table, writes: Vec<Write>) -> Commit {
    rows.commit(writes).await.expect("the store answers")
}

async fn get(rows: &dyn Table, key: &RowKey) -> Option<(u64, String)> {
    let row: Option<Row> = rows.get(key).await.expect("the store answers");
    row.map(|row| {
        assert_eq!(&row.key, key);
        (row.version, row.read::<String>().expect("a text was written"))
    })
}

async fn versions_tell_writes_apart(rows: &dyn Table) {
    let key = RowKey::new(fresh("version"), "a");
    assert_eq!(get(rows, &key).await, None, "nothing is there yet");
    assert_eq!(commit(rows, vec![put(&key, "1", Precondition::Absent)]).await, Commit::Done);
    assert_eq!(get(rows, &key).await, Some((1, "1".to_owned())));
    assert_eq!(commit(rows, vec![put(&key, "2", Precondition::Version(1))]).await, Commit::Done);
    assert_eq!(get(rows, &key).await, Some((2, "2".to_owned())));
    assert_eq!(
        commit(rows, vec![Write::Delete { key: key.clone(), expect: Precondition::Version(2) }]).await,
        Commit::Done
    );
    assert_eq!(commit(rows, vec![put(&key, "again", Precondition::Absent)]).await, Commit::Done);
    assert_eq!(get(rows, &key).await, Some((1, "again".to_owned())), "a new row begins at 1");

    assert_eq!(commit(rows, vec![Write::Delete { key: key.clone(), expect: Precondition::Any }]).await, Commit::Done);
    assert_eq!(commit(rows, vec![put(&key, "anew", Precondition::AbsentAnew)]).await, Commit::Done);
    let (anew, _) = get(rows, &key).await.expect("just written");
    assert!(![1, 2, 3].contains(&anew), "a row that begins anew bears none of its old versions");

    // A write that expects anything leaves a version the row never had, even across deletions.
    let mut had = HashSet::from([1, 2, 3, anew]);
    let other = RowKey::new(&key.partition, "b");
    for round in 0..6 {
        let text = round.to_string();
        let mut writes = vec![put(&key, &text, Precondition::Any)];
        if round % 2 == 1 {
            writes.push(put(&other, &text, Precondition::Any));
        }
        assert_eq!(commit(rows, writes).await, Commit::Done);
        let (version, value) = get(rows, &key).await.expect("just written");
        assert_eq!(value, text);
        assert!(had.insert(version), "version {version} was there before");
        if round == 2 {
            assert_eq!(commit(rows, vec![put(&key, "next", Precondition::Version(version))]).await, Commit::Done);
            assert_eq!(get(rows, &key).await, Some((version + 1, "next".to_owned())));
            had.insert(version + 1);
        }
        if round == 3 {
            assert_eq!(
                commit(rows, vec![Write::Delete { key: key.clone(), expect: Precondition::Any }]).await,
                Commit::Done
            );
        }
    }
}

/// Every kind of write with every expectation, on a row that is there (at version 2) and one that
/// is not; alone, and beside another write.
async fn every_expectation_is_kept(rows: &dyn Table) {
    let versions = [0, 1, 2, 3].map(Precondition::Version);
    let expectations = [Precondition::Absent, Precondition::AbsentAnew, Precondition::Any].into_iter().chain(versions);
    for present in [false, true] {
        for expect in expectations.clone() {
            for kind in 0..3 {
                for alone in [true, false] {
                    one_expectation(rows, present, expect, kind, alone).await;
                }
            }
        }
    }
}

async fn one_expectation(rows: &dyn Table, present: bool, expect: Precondition, kind: u8, alone: bool) {
    let key = RowKey::new(fresh("expect"), "row");
    let witness = RowKey::new(&key.partition, "witness");
    if present {
        assert_eq!(commit(rows, vec![put(&key, "1", Precondition::Absent)]).await, Commit::Done);
        assert_eq!(commit(rows, vec![put(&key, "2", Precondition::Version(1))]).await, Commit::Done);
    }
    let before = get(rows, &key).await;
    let write = match kind {
        0 => put(&key, "new", expect),
        1 => Write::Delete { key: key.clone(), expect },
        _ => Write::Check { key: key.clone(), expect },
    };
    let mut writes = vec![write];
    if !alone {
        writes.push(put(&witness, "seen", Precondition::Absent));
    }
    let holds = match expect {
        Precondition::Any => true,
        Precondition::Absent | Precondition::AbsentAnew | Precondition::Version(0) => !present,
        Precondition::Version(version) => present && version == 2,
    };
    let case = format!("present {present}, {expect:?}, kind {kind}, alone {alone}");
    assert_eq!(commit(rows, writes).await, if holds { Commit::Done } else { Commit::Conflict }, "{case}");
    let after = get(rows, &key).await;
    match (holds, kind, expect) {
        (true, 0, Precondition::Any | Precondition::AbsentAnew) => {
            assert_eq!(after.map(|(_, value)| value), Some("new".to_owned()), "{case}")
        }
        (true, 0, _) => assert_eq!(after, Some((if present { 3 } else { 1 }, "new".to_owned())), "{case}"),
        (true, 1, _) => assert_eq!(after, None, "{case}"),
        _ => assert_eq!(after, before, "{case}"),
    }
    assert_eq!(get(rows, &witness).await.is_some(), holds && !alone, "{case}: all or nothing");
}

async fn all_or_nothing(rows: &dyn Table) {
    let partition = fresh("all");
    let key = |name: &str| RowKey::new(&partition, name);
    assert_eq!(commit(rows, vec![put(&key("taken"), "first", Precondition::Absent)]).await, Commit::Done);
    let writes = vec![
        put(&key("new"), "x", Precondition::Absent),
        Write::Delete { key: key("taken"), expect: Precondition::Version(1) },
        put(&key("other"), "x", Precondition::Version(7)),
    ];
    assert_eq!(commit(rows, writes).await, Commit::Conflict);
    assert_eq!(get(rows, &key("new")).await, None);
    assert_eq!(get(rows, &key("taken")).await, Some((1, "first".to_owned())));

    // Two writers of the same version: one was first.
    let (a, b) = tokio::join!(
        rows.commit(vec![
            put(&key("taken"), "a", Precondition::Version(1)),
            put(&key("by a"), "a", Precondition::Absent)
        ]),
        rows.commit(vec![
            put(&key("taken"), "b", Precondition::Version(1)),
            put(&key("by b"), "b", Precondition::Absent)
        ]),
    );
    let done = [a, b].into_iter().filter(|result| matches!(result, Ok(Commit::Done))).count();
    assert_eq!(done, 1, "two writers cannot both be first");
    let (version, winner) = get(rows, &key("taken")).await.expect("one of them wrote");
    assert_eq!(version, 2);
    assert!(get(rows, &key(&format!("by {winner}"))).await.is_some(), "the winner's other write is there");
    let loser = if winner == "a" { "b" } else { "a" };
    assert!(get(rows, &key(&format!("by {loser}"))).await.is_none(), "and the loser's is not");
}

async fn refused_commits(rows: &dyn Table) {
    let partition = fresh("refused");
    let key = |index: usize| RowKey::new(&partition, format!("{index:03}"));
    assert_eq!(commit(rows, Vec::new()).await, Commit::Done, "all of nothing");
    let many = (0..=MAX_WRITES).map(|index| put(&key(index), "x", Precondition::Any)).collect();
    let error = rows.commit(many).await.expect_err("101 writes are too many");
    assert!(!error.is_transient());
    let twice = vec![put(&key(0), "x", Precondition::Any), Write::Check { key: key(0), expect: Precondition::Absent }];
    let error = rows.commit(twice).await.expect_err("a key may occur once");
    assert!(!error.is_transient());
    assert!(rows.range(&partition, "", &prefix_end(""), 10).await.expect("the store answers").is_empty());
}

async fn ranges(rows: &dyn Table) {
    let partition = fresh("range");
    // By bytes: digits, then capitals, then small letters, then kana.
    let sorts = ["p:0000000000001:b", "p:0000000000002:a", "p:0000000000010:a", "q", "あ", "n:1", "head"];
    for sort in sorts {
        assert_eq!(
            commit(rows, vec![put(&RowKey::new(&partition, sort), sort, Precondition::Absent)]).await,
            Commit::Done
        );
    }
    let neighbour = RowKey::new(format!("{partition}x"), "p:");
    assert_eq!(commit(rows, vec![put(&neighbour, "x", Precondition::Absent)]).await, Commit::Done);
    let list = async |from: &str, to: &str, limit: usize| -> Vec<String> {
        let found = rows.range(&partition, from, to, limit).await.expect("the store answers");
        found.into_iter().map(|row| row.key.sort).collect()
    };
    let mut all = sorts.map(str::to_owned).to_vec();
    all.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(list("", &prefix_end(""), 100).await, all, "everything, in the order of bytes");
    assert_eq!(
        list("p:", &prefix_end("p:"), 100).await,
        ["p:0000000000001:b", "p:0000000000002:a", "p:0000000000010:a"]
    );
    assert_eq!(list("p:", &prefix_end("p:"), 2).await, ["p:0000000000001:b", "p:0000000000002:a"], "the first ones");
    assert_eq!(list("q", "q", 100).await, ["q"], "both ends are included");
    assert_eq!(list("", "head", 100).await, ["head"]);
    assert!(list("z", "a", 100).await.is_empty(), "a range that runs backwards is empty");
    assert!(list("", &prefix_end(""), 0).await.is_empty());
}

async fn a_hundred_writes(rows: &dyn Table) {
    let partition = fresh("hundred");
    // 100 rows of 30 KB: more than the megabyte of one page.
    let body = "x".repeat(30_000);
    let writes = (0..MAX_WRITES)
        .map(|index| put(&RowKey::new(&partition, format!("{index:03}")), &body, Precondition::Absent))
        .collect();
    assert_eq!(commit(rows, writes).await, Commit::Done);
    let found = rows.range(&partition, "", &prefix_end(""), 1_000).await.expect("the store answers");
    assert_eq!(found.len(), MAX_WRITES);
    let found = rows.range(&partition, "", &prefix_end(""), 77).await.expect("the store answers");
    assert_eq!(found.last().map(|row| row.key.sort.as_str()), Some("076"));
}

async fn bodies_come_back(rows: &dyn Table) {
    let key = RowKey::new(fresh("body"), "結び\u{10FFFF}");
    let text = "結び\u{0}\u{b}\u{ffff}\u{1f468}\u{200d}\u{1f469}\"\\\n";
    assert_eq!(commit(rows, vec![put(&key, text, Precondition::Absent).expiring(1_000, 30)]).await, Commit::Done);
    assert_eq!(get(rows, &key).await, Some((1, text.to_owned())));
}

/// What the contract needs to see of a queue.
#[async_trait::async_trait]
pub trait QueueEnd<T>: Send + Sync {
    /// All jobs that can be received now; they are gone then.
    async fn take(&self) -> Vec<T>;
    /// All jobs dead-lettered, with the reasons; they are gone then.
    async fn take_dead_letters(&self) -> Vec<(T, String)>;
    /// Time passes.
    async fn advance_ms(&self, by_ms: i64);
}

/// The contract of [`Queue`], with two different jobs to send. `delays`: whether single jobs can be delayed; where they cannot
/// (a FIFO queue), those of one second may be one.
pub async fn queue_contract<T>(queue: Arc<dyn Queue<T>>, end: Arc<dyn QueueEnd<T>>, jobs: [T; 2], delays: bool)
where
    T: PartialEq + std::fmt::Debug + Send + Sync,
{
    let [first, second] = &jobs;
    assert!(end.take().await.is_empty(), "nothing is there yet");
    queue.send(first).await.expect("the queue answers");
    queue.send(second).await.expect("the queue answers");
    let taken = end.take().await;
    assert_eq!(taken.len(), 2);
    assert!(jobs.iter().all(|job| taken.contains(job)), "what was sent arrives as it was");

    if !delays {
        end.advance_ms(1_000).await;
    }
    queue.send(first).await.expect("the queue answers");
    if !delays {
        end.advance_ms(1_000).await;
    }
    queue.send(first).await.expect("the queue answers");
    assert_eq!(end.take().await.len(), 2, "sent twice, delivered twice");

    if delays {
        queue.send_later(second, 900).await.expect("the queue answers");
        end.advance_ms(899_000).await;
        assert!(end.take().await.is_empty(), "not before its time");
        end.advance_ms(1_001).await;
        assert_eq!(end.take().await.as_slice(), std::slice::from_ref(second));
        let error = queue.send_later(first, 901).await.expect_err("901 seconds are too long");
        assert!(!error.is_transient());
    }

    queue.dead_letter(first, "宛先の設定がありません。 / nobody to send to").await.expect("the queue answers");
    assert!(end.take().await.is_empty(), "a dead-lettered job is not delivered");
    let dead_lettered = end.take_dead_letters().await;
    assert_eq!(dead_lettered.len(), 1);
    assert_eq!(&dead_lettered[0].0, first);
    assert_eq!(dead_lettered[0].1, "宛先の設定がありません。 / nobody to send to");
}

/// A body that packs into a row is kept to the letter; one that does not is refused for good, and nothing beside it is written.
async fn large_bodies_are_kept_or_refused_for_good(rows: &dyn Table) {
    let key = RowKey::new(fresh("large"), "row");
    for (large, seed) in [("結び\u{0}\u{ffff}\"".repeat(60_000), 1), (kanji(520_000, 1), 2)] {
        assert_eq!(commit(rows, vec![put(&key, &large, Precondition::Any)]).await, Commit::Done, "{seed}");
        let (_, body) = get(rows, &key).await.expect("just written");
        assert!(body == large, "{seed}: it came back otherwise");
        let listed = rows.range(&key.partition, "", &prefix_end(""), 1).await.expect("the store answers");
        assert!(listed[0].read::<String>().expect("a text") == large, "{seed}");
    }
    let other = RowKey::new(&key.partition, "other");
    for beside in [None, Some(put(&other, "x", Precondition::Absent))] {
        let writes = [Some(put(&key, &kanji(1_200_000, 3), Precondition::Any)), beside].into_iter().flatten().collect();
        let error = rows.commit(writes).await.expect_err("no row takes it");
        assert!(!error.is_transient(), "another try gives the same");
    }
    assert_eq!(get(rows, &other).await, None);
}

/// Text that packs badly: so many bytes of kanji chosen by a small generator.
pub fn kanji(size_bytes: usize, seed: u64) -> String {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..size_bytes / 3).filter_map(|_| char::from_u32(0x4e00 + u32::try_from(next() % 20_000).ok()?)).collect()
}
