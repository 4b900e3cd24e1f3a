//! How a send ended is told to the workflow that waits and to its contact by one row: neither waits for the other, and neither is lost.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::job::WakeUp;
use musubi::domain::outbox::{Effect, OutboxRow};
use musubi::domain::properties::LINE_LAST_OUTCOME;
use musubi::domain::push::{Push, PushJob, Recipient};
use musubi::flow::deliver::Deliver;
use musubi::flow::dispatch::Dispatch;
use musubi::flow::outbox::Outbox;
use musubi::ports::crm::CrmFailure;
use musubi::ports::table::{Commit, Row, RowKey, Table, Write};
use musubi::ports::{Clock, PortError};
use musubi::store::Journal;
use musubi::store::journal::write;

use crate::crash_points::small;
use crate::faults::Faults;
use crate::linking::{field, linked};
use crate::models::clock::ModelClock;
use crate::models::table::ModelTable;
use crate::said::user;
use crate::world::{MINUTE_MS, START_MS, World, run};

pub const CONTACT: &str = "501";
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
pub const TELL: &str = "crm complete";
const WRITE: &str = "crm update";

/// A journal that is watched.
struct Watched {
    rows: ModelTable,
    /// No change of a row whose partition begins so is taken, for good.
    refuses: Option<&'static str>,
    /// So late it is once a send's row was written.
    late: Option<(ModelClock, i64)>,
    writes: Mutex<Vec<Write>>,
}

#[async_trait]
impl Table for Watched {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.rows.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        self.rows.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let begins = |with: &str| writes.iter().any(|write| write.key().partition.starts_with(with));
        if self.refuses.is_some_and(begins) {
            return Err(PortError::permanent("test", "it never will"));
        }
        if let Some((clock, at_ms)) = self.late.as_ref().filter(|_| begins("s:")) {
            clock.advance_to(*at_ms);
        }
        self.writes.lock().unwrap().extend(writes.clone());
        self.rows.commit(writes).await
    }
}

/// A workflow that waits, its send, and the contact that it runs on, linked to the person.
struct Scene {
    world: World,
    journal: Arc<Watched>,
}

impl Scene {
    fn new() -> Self {
        Self::with(None, None)
    }

    fn with(refuses: Option<&'static str>, late_at_ms: Option<i64>) -> Self {
        let world = small(true, true, Faults::crashes_at([]));
        linked(&world, CONTACT);
        world.crm.state.lock().unwrap().waiting.insert(CallbackId::new("ap-1"));
        let (rows, late) = (world.journal_rows.clone(), late_at_ms.map(|at_ms| (world.clock.clone(), at_ms)));
        let journal = Arc::new(Watched { rows, refuses, late, writes: Mutex::default() });
        Self { world, journal }
    }

    fn job(&self) -> PushJob {
        let to = Recipient::Linked { user: user(1), since_ms: START_MS - MINUTE_MS };
        PushJob { contact: Some(ContactId::new(CONTACT)), to, ..self.world.push_job("ap-1") }
    }

    /// The send ends, at this moment or before.
    fn ended(self) -> Self {
        run(self.world.deliver().deliver(&self.job())).expect("nothing fails here");
        assert_eq!(self.kinds(), ["tell_outcome"]);
        self
    }

    fn watched(&self) -> Outbox {
        Outbox { journal: Journal::new(self.journal.clone()), ..self.world.outbox() }
    }

    /// What is due at this moment is done.
    fn at(&self, at_ms: i64) -> &Self {
        self.world.clock.advance_to(at_ms);
        let dispatch = Dispatch { outbox: self.watched(), ..self.world.dispatch() };
        run(dispatch.dispatch(&self.world.account.key, at_ms + 30_000)).expect("nothing fails here");
        self
    }

    /// Everything about the send is done, as it falls due.
    fn to_its_end(&self) {
        for _ in 0..60 {
            let Some(row) = self.rows().into_iter().next() else { return };
            self.at(row.due_at_ms.max(self.world.clock.now_ms()));
        }
        panic!("it does not end: {:?}", self.rows());
    }

    fn fails(&self, call: &'static str, failure: CrmFailure) {
        self.world.crm.state.lock().unwrap().fails.insert(call, failure);
    }

    fn mend(&self) {
        self.world.crm.state.lock().unwrap().fails.clear();
    }

    /// What is in the outbox about the send.
    fn rows(&self) -> Vec<OutboxRow> {
        let rows = run(self.world.journal().due(&self.world.account.key, i64::MAX / 2, 100)).expect("a calm table");
        rows.into_iter().filter(|row| row.effect.is_told_by_push()).collect()
    }

    fn kinds(&self) -> Vec<&'static str> {
        let kind = |row: OutboxRow| match row.effect {
            Effect::TellOutcome { .. } => "tell_outcome",
            Effect::CompleteWorkflow { .. } => "complete_workflow",
            Effect::WriteLastOutcome { .. } => "write_last_outcome",
            other => panic!("{other:?}"),
        };
        let mut kinds: Vec<_> = self.rows().into_iter().map(kind).collect();
        kinds.sort_unstable();
        kinds
    }

    fn push(&self) -> Push {
        run(self.world.journal().push(self.job().id)).expect("a calm table").expect("a send").value
    }

    /// How often the workflow has heard, and what the contact says.
    fn told(&self) -> (usize, String) {
        let heard = self.world.crm.state.lock().unwrap().completed.values().map(Vec::len).sum();
        (heard, field(&self.world, CONTACT, LINE_LAST_OUTCOME))
    }

    /// So many puts and deletes of outbox rows of this kind were asked for.
    fn writes_of(&self, name: &str) -> (usize, usize) {
        let writes = self.journal.writes.lock().unwrap();
        let name = format!(":{name}-{}", self.job().id);
        let of_it = |write: &&Write| write.key().partition.starts_with("o:") && write.key().sort.ends_with(&name);
        let puts = writes.iter().filter(of_it).filter(|write| matches!(write, Write::Put { .. })).count();
        (puts, writes.iter().filter(of_it).count() - puts)
    }

    /// The dead letters about it.
    fn letters(&self) -> Vec<(WakeUp, String)> {
        let letters = self.world.wake_ups.dead_letters().into_iter();
        letters.filter(|(_, reason)| reason.contains(&self.job().id.to_string())).collect()
    }

    fn calls(&self, call: &str) -> usize {
        calls(&self.world, call)
    }
}

/// How often the CRM was called so.
pub fn calls(world: &World, call: &str) -> usize {
    world.faults.trace().iter().filter(|line| line.ends_with(&format!(" before {call}"))).count()
}

fn both() -> (usize, String) {
    (1, "accepted".to_owned())
}

/// Whatever a call can fail with, but that the CRM does not know the record.
fn failures() -> [CrmFailure; 5] {
    [
        CrmFailure::Later { wait_ms: 1_000 },
        CrmFailure::Unknown,
        CrmFailure::Disconnected,
        CrmFailure::NotReady { code: "MISSING".to_owned() },
        CrmFailure::Refused { code: "CONTENT".to_owned() },
    ]
}

#[test]
fn one_row_tells_both_and_leaves_by_one_write() {
    let scene = Scene::new();
    let deliver = Deliver { outbox: scene.watched(), ..scene.world.deliver() };
    run(deliver.deliver(&scene.job())).expect("nothing fails here");
    assert_eq!(scene.kinds(), ["tell_outcome"]);
    scene.at(START_MS);
    assert_eq!((scene.told(), scene.kinds().len()), (both(), 0));
    assert_eq!(scene.writes_of("tell-outcome"), (1, 1), "it came and went");
    assert_eq!((scene.writes_of("complete"), scene.writes_of("outcome")), ((0, 0), (0, 0)));
    assert_eq!(scene.calls(TELL), 1);
    assert!(scene.push().completed && !scene.push().completion_queued);
    let sent = run(scene.world.journal().sent(&scene.world.channel.id)).expect("a calm table").value;
    let sent = serde_json::to_value(&sent).expect("JSON");
    let counted = sent["days"].as_object().expect("days").values().filter_map(|day| day["accepted"].as_u64());
    assert_eq!(counted.sum::<u64>(), 1, "{sent}");
}

#[test]
fn what_only_one_waits_for_is_a_row_of_its_own() {
    for (waits, contact, kinds) in [
        (true, None, vec!["complete_workflow"]),
        (false, Some(CONTACT), vec!["write_last_outcome"]),
        (false, None, vec![]),
    ] {
        let scene = Scene::new();
        let job = PushJob { waits, contact: contact.map(ContactId::new), ..scene.job() };
        run(scene.world.deliver().deliver(&job)).expect("nothing fails here");
        assert_eq!(scene.kinds(), kinds);
    }
}

#[test]
fn a_contact_is_told_at_once_whatever_becomes_of_the_workflow() {
    for failure in failures().into_iter().chain([CrmFailure::Gone]) {
        let scene = Scene::new().ended();
        scene.fails(TELL, failure.clone());
        scene.at(START_MS);
        assert_eq!(scene.told(), (0, "accepted".to_owned()), "{failure}");
        let [row] = &scene.rows()[..] else { panic!("{failure}: {:?}", scene.rows()) };
        assert_eq!((scene.kinds(), row.tries), (vec!["complete_workflow"], 1), "{failure}");
        assert!(row.due_at_ms > START_MS && scene.push().completion_queued, "{failure}");
        scene.mend();
        scene.to_its_end();
        assert_eq!(scene.told(), both(), "{failure}");
        assert_eq!(scene.calls(TELL), 2, "{failure}");
    }
}

#[test]
fn a_workflow_is_told_at_once_whatever_becomes_of_the_contact() {
    for failure in failures() {
        let scene = Scene::new().ended();
        scene.fails(WRITE, failure.clone());
        scene.at(START_MS);
        assert_eq!(scene.told(), (1, String::new()), "{failure}");
        let [row] = &scene.rows()[..] else { panic!("{failure}: {:?}", scene.rows()) };
        assert_eq!((scene.kinds(), row.tries), (vec!["write_last_outcome"], 1), "{failure}");
        assert!(row.due_at_ms > START_MS, "{failure}");
        assert!(scene.push().completed && !scene.push().completion_queued, "{failure}");
        scene.mend();
        scene.to_its_end();
        assert_eq!(scene.told(), both(), "{failure}");
        assert_eq!(scene.calls(TELL), 1, "{failure}");
    }
}

#[test]
fn where_neither_can_be_told_each_goes_on_alone() {
    let scene = Scene::new().ended();
    scene.fails(TELL, CrmFailure::Gone);
    scene.fails(WRITE, CrmFailure::Later { wait_ms: 600_000 });
    scene.at(START_MS);
    assert_eq!(scene.kinds(), ["complete_workflow", "write_last_outcome"]);
    assert_eq!(scene.rows().iter().map(|row| row.due_at_ms - START_MS).collect::<Vec<_>>(), [5_000, 600_000]);
    scene.mend();
    scene.at(START_MS + 5_000);
    assert_eq!((scene.told(), scene.kinds()), ((1, String::new()), vec!["write_last_outcome"]));
    scene.to_its_end();
    assert_eq!(scene.told(), both());
}

#[test]
fn a_workflow_that_the_crm_never_knows_is_told_as_often_as_one_without_a_contact() {
    let scene = Scene::new().ended();
    scene.fails(TELL, CrmFailure::Gone);
    scene.to_its_end();
    assert_eq!((scene.told(), scene.calls(TELL)), ((0, "accepted".to_owned()), 20));
    assert!(!scene.push().completion_queued, "whoever asks again is told again");
}

#[test]
fn what_is_refused_for_good_is_dead_lettered_for_itself_and_comes_back_for_itself() {
    for (call, name, told) in [(TELL, "[complete-", (0, "accepted")), (WRITE, "[outcome-", (1, ""))] {
        let scene = Scene::new().ended();
        scene.fails(call, CrmFailure::Refused { code: "CONTENT".to_owned() });
        scene.to_its_end();
        assert_eq!(scene.told(), (told.0, told.1.to_owned()));
        let letters = scene.letters();
        let [(letter, reason)] = &letters[..] else { panic!("{} letters", letters.len()) };
        assert!(reason.contains("crm_refused (CONTENT)") && reason.contains(name), "{reason}");
        scene.mend();
        run(scene.world.dispatch().enqueue_again(letter)).expect("nothing fails here");
        scene.to_its_end();
        assert_eq!(scene.told(), both());
    }
}

/// Nobody came for it for weeks: one letter says so, and brings back both.
#[test]
fn what_is_given_up_together_comes_back_with_its_letter() {
    let scene = Scene::new().ended();
    scene.at(START_MS + 30 * DAY_MS);
    assert_eq!((scene.told(), scene.kinds().len()), ((0, String::new()), 0));
    assert!(!scene.push().completion_queued);
    let letters = scene.letters();
    let [(letter, reason)] = &letters[..] else { panic!("{} letters", letters.len()) };
    assert!(reason.contains("29") && reason.contains("[tell-outcome-"), "{reason}");
    for _ in 0..2 {
        run(scene.world.dispatch().enqueue_again(letter)).expect("nothing fails here");
    }
    assert_eq!(scene.kinds(), ["complete_workflow", "write_last_outcome"]);
    scene.to_its_end();
    assert_eq!(scene.told(), both());
}

/// That something was told, or which send is the newest, cannot be written down.
#[test]
fn what_our_own_table_refuses_holds_up_its_own_part_alone() {
    for (refuses, goes_on) in [("s:", "complete_workflow"), ("w:", "write_last_outcome")] {
        let scene = Scene::with(Some(refuses), None).ended();
        scene.at(START_MS);
        assert_eq!(scene.told().0, 1, "{refuses}");
        assert_eq!(scene.told().1 == "accepted", refuses == "s:", "{refuses}");
        let [row] = &scene.rows()[..] else { panic!("{refuses}: {:?}", scene.rows()) };
        assert_eq!((scene.kinds(), row.tries), (vec![goes_on], 1), "{refuses}: set back, like any other");
    }
}

#[test]
fn what_there_is_no_time_for_goes_on_alone_and_is_counted_once() {
    let scene = Scene::with(None, Some(START_MS + 30_000)).ended();
    scene.at(START_MS);
    assert_eq!((scene.told(), scene.kinds()), ((1, String::new()), vec!["write_last_outcome"]));
    assert_eq!((scene.rows()[0].tries, scene.calls(WRITE)), (0, 0));
    scene.to_its_end();
    assert_eq!((scene.told(), scene.calls(TELL)), (both(), 1));
}

/// Whoever served it stopped before it left, and after all was done.
#[test]
fn a_row_that_was_left_behind_tells_no_workflow_again() {
    let scene = Scene::new().ended();
    let row = scene.rows().remove(0);
    scene.at(START_MS);
    let left = run(scene.world.journal().commit(vec![write::enqueue(&row)]));
    assert_eq!(left.expect("a calm table"), Commit::Done);
    scene.to_its_end();
    assert_eq!((scene.told(), scene.calls(TELL)), (both(), 1));
}

/// The job comes again while its outcome is being told, at every moment of that.
#[test]
fn whoever_asks_again_meanwhile_takes_nothing_away() {
    for gate in 0..60 {
        let scene = Scene::new().ended();
        let (dispatch, key) = (scene.world.dispatch(), scene.world.account.key.clone());
        let mut is_over = false;
        {
            let mut work = pin!(dispatch.dispatch(&key, START_MS + 30_000));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..gate {
                is_over |= !is_over && work.as_mut().poll(&mut context).is_ready();
            }
            run(scene.world.deliver().deliver(&scene.job())).expect("nothing fails here");
            while !is_over {
                is_over = matches!(work.as_mut().poll(&mut context), Poll::Ready(Ok(_)));
            }
        }
        scene.to_its_end();
        assert_eq!(scene.told(), both(), "at {gate}");
        assert!(!scene.push().completion_queued, "at {gate}");
    }
}

#[test]
fn whoever_asks_again_before_anything_was_told_finds_the_one_row() {
    let scene = Scene::new().ended();
    for at_ms in [START_MS, START_MS + 10_000] {
        scene.world.clock.advance_to(at_ms);
        run(scene.world.deliver().deliver(&scene.job())).expect("nothing fails here");
        assert_eq!(scene.kinds(), ["tell_outcome"]);
    }
    scene.at(START_MS + 10_000);
    assert_eq!((scene.told(), scene.kinds().len(), scene.world.line.shown().len()), (both(), 0, 1));
}
