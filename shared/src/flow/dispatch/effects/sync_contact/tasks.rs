//! The owner's task: at once, and one open at a time per person and Official Account.

use super::SyncContact;
use super::person::Person;
use crate::domain::conversation::OwnersTask;
use crate::domain::ids::{TaskId, fingerprint};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::UNKNOWN_REST_MS;
use crate::flow::dispatch::round::Verdict;
use crate::flow::side_by_side::side_by_side;
use crate::ports::PortError;
use crate::ports::crm::{ContactRecord, CrmFailure, Each, TaskStanding, TaskWrite};
use crate::store::journal::write;

/// A task that the CRM does not take is tried again after this long.
const AGAIN_MS: i64 = 15 * 60_000;

/// What is to be done about a person's task.
enum Next {
    /// It is open, or there is none to be.
    Nothing(Box<Person>),
    /// It is written.
    Write(Box<Person>, TaskWrite),
    /// The row waits, or somebody else has changed what it is about.
    Waits,
}

impl SyncContact<'_> {
    /// Sees to the tasks of those whose message waits. Returns the people who need nothing more.
    pub(super) async fn tasks(&self, people: Vec<(Person, ContactRecord)>) -> Result<Vec<Person>, PortError> {
        let (wanting, others): (Vec<_>, Vec<_>) = people.into_iter().partition(|(person, _)| wants_a_task(person));
        let mut done: Vec<Person> = others.into_iter().map(|(person, _)| person).collect();
        let known: Vec<TaskId> = wanting.iter().filter_map(|(person, _)| task_of(person).cloned()).collect();
        let mut standings = self.crm.read_tasks(&known).await.into_iter();
        let looks: Vec<_> = wanting
            .into_iter()
            .map(|(person, record)| {
                let standing = task_of(&person).and_then(|_| standings.next());
                self.next(person, record, standing)
            })
            .collect();
        let mut to_write = Vec::new();
        for next in side_by_side(looks).await? {
            match next {
                Next::Nothing(person) => done.push(*person),
                Next::Write(person, task) => to_write.push((*person, task)),
                Next::Waits => {}
            }
        }
        let answers = self.write_for_somebody(&to_write).await;
        let told = to_write.into_iter().zip(answers).map(|((person, _), answer)| self.told(person, answer));
        done.extend(side_by_side(told).await?.into_iter().flatten());
        Ok(done)
    }

    /// What is to be done about the person's task, as it stands.
    async fn next(
        &self,
        mut person: Person,
        record: ContactRecord,
        standing: Option<Each<TaskStanding>>,
    ) -> Result<Next, PortError> {
        if let Some(standing) = standing
            && self.is_open(&mut person, standing).await?
        {
            return Ok(Next::Nothing(Box::new(person)));
        }
        self.prepare(person, &record).await
    }

    /// What the CRM said of the new task. Returns the person where they need nothing more.
    async fn told(&self, mut person: Person, answer: Each<TaskId>) -> Result<Option<Person>, PortError> {
        let goes_on = match answer {
            Ok(task) => self.opened(&mut person, task).await?,
            Err(failure) if is_lasting(&failure) => self.without_task(&mut person, &failure).await?,
            // The number stands, even if nothing was written: another try of ours may be under way.
            Err(failure) => {
                self.round.failed(&person.row, &failure).await?;
                false
            }
        };
        Ok(goes_on.then_some(person))
    }

    /// Writes tasks. One that the CRM refuses with its owner, who may have been deactivated, is written for the channel's fallback
    /// owner, and where that one is refused, too, for nobody; it says so. What was refused was not written, so nothing is written
    /// twice.
    async fn write_for_somebody(&self, to_write: &[(Person, TaskWrite)]) -> Vec<Each<TaskId>> {
        let mut tasks: Vec<TaskWrite> = to_write.iter().map(|(_, task)| task.clone()).collect();
        let mut answers = self.crm.write_tasks(&tasks).await;
        for is_last in [false, true] {
            let is_refused = |at: &usize| {
                let refused = matches!(answers[*at], Err(CrmFailure::Refused { .. } | CrmFailure::NotReady { .. }));
                refused && tasks[*at].owner.is_some()
            };
            let refused: Vec<usize> = (0..tasks.len()).filter(is_refused).collect();
            if refused.is_empty() {
                break;
            }
            for at in &refused {
                let (person, asked) = &to_write[*at];
                tracing::warn!(crm.account = %self.round.account.key, contact = %asked.contact, "task.owner_refused");
                crate::telemetry::count("TaskOwnerRefused", 1);
                let fallback = person.channel.settings.fallback_owner.clone();
                let next = fallback.filter(|fallback| !is_last && Some(fallback) != asked.owner.as_ref());
                tasks[*at] = self.for_somebody_else(asked, next);
            }
            let again: Vec<TaskWrite> = refused.iter().map(|at| tasks[*at].clone()).collect();
            for (at, answer) in refused.into_iter().zip(self.crm.write_tasks(&again).await) {
                answers[at] = answer;
            }
        }
        answers
    }

    /// The task for another owner, or for nobody, with a word about it.
    fn for_somebody_else(&self, task: &TaskWrite, owner: Option<String>) -> TaskWrite {
        let language = self.round.account.language;
        let told = match owner {
            Some(_) => language.pick(
                "コンタクトの担当者（無効になったユーザーの可能性があります）には割り当てられなかったため、代わりの担当者に割り当てています。",
                "It could not be assigned to the contact's owner, who may have been deactivated, and went to the fallback owner.",
            ),
            None => language.pick(
                "コンタクトの担当者（無効になったユーザーの可能性があります）には割り当てられなかったため、担当者なしで作成しています。コンタクトの担当者を設定し直してください。",
                "It could not be assigned to the contact's owner, who may have been deactivated, and is nobody's. Give the contact another owner.",
            ),
        };
        TaskWrite { owner, body: format!("{} {told}", task.body), ..task.clone() }
    }

    /// Whether the person's task is open. One that was done before the newest message makes room for another.
    async fn is_open(&self, person: &mut Person, standing: Each<TaskStanding>) -> Result<bool, PortError> {
        let state = &mut person.state.value;
        let seen_open_at_ms = state.task.as_ref().map_or(0, |task| task.seen_open_at_ms);
        match standing {
            Ok(TaskStanding::Open) => {
                let now_ms = self.round.now_ms();
                person.watch = state.is_new_since(seen_open_at_ms).then(|| state.watch_task(now_ms));
                if let Some(task) = &mut state.task {
                    task.seen_open_at_ms = now_ms;
                }
                Ok(true)
            }
            Ok(TaskStanding::Done | TaskStanding::Gone) | Err(CrmFailure::Gone) => {
                state.task = None;
                if !state.is_new_since(seen_open_at_ms) {
                    state.waits_no_more();
                    // The properties that were just written say otherwise: once more.
                    state.sync_queued = false;
                    let rows = state.enqueue_sync(self.round.now_ms() + 1);
                    self.round.commit_state(&mut person.state, rows.iter().map(write::enqueue).collect()).await?;
                    return Ok(true);
                }
                Ok(false)
            }
            // It was open when last seen.
            Err(_) => Ok(true),
        }
    }

    /// Fixes the task's number before the first try, or takes up one that may have been written.
    async fn prepare(&self, mut person: Person, record: &ContactRecord) -> Result<Next, PortError> {
        let now_ms = self.round.now_ms();
        let earlier = person.state.value.task.clone();
        let number = earlier.as_ref().map_or(person.state.value.next_task, |task| task.number);
        let task = self.task(&person, record, number);
        if let Some(earlier) = earlier
            && !self.round.account.capabilities.unique_keys
        {
            if now_ms < earlier.tried_at_ms + UNKNOWN_REST_MS {
                let rest = earlier.tried_at_ms + UNKNOWN_REST_MS - now_ms;
                self.round.conclude(&person.row, Verdict::After(rest)).await?;
                return Ok(Next::Waits);
            }
            match self.crm.find_task(&task).await {
                Ok(Some(found)) => {
                    let goes_on = self.opened(&mut person, found).await?;
                    return Ok(if goes_on { Next::Nothing(Box::new(person)) } else { Next::Waits });
                }
                Ok(None) => {}
                Err(failure) => {
                    self.round.failed(&person.row, &failure).await?;
                    return Ok(Next::Waits);
                }
            }
        }
        let state = &mut person.state.value;
        state.task = Some(OwnersTask { number, id: None, tried_at_ms: now_ms, seen_open_at_ms: 0 });
        state.next_task = number + 1;
        if !self.round.commit_state(&mut person.state, vec![]).await? {
            return Ok(Next::Waits);
        }
        // Behind the state, since whoever looks takes out what nothing is known of; and before the task, which nobody would look at else.
        let _ = self.round.journal.commit(vec![write::enqueue(&person.state.value.watch_task(now_ms))]).await?;
        Ok(Next::Write(Box::new(person), task))
    }

    fn task(&self, person: &Person, record: &ContactRecord, number: u32) -> TaskWrite {
        let language = self.round.account.language;
        let key = &person.state.value.key;
        let due_at_ms = person.state.value.unanswered_since_ms.unwrap_or(person.row.since_ms);
        TaskWrite {
            key: format!("musubi-task-{}", fingerprint(&[&key.hash(), &number.to_string()])),
            contact: record.contact.clone(),
            owner: record.owner.clone().or_else(|| person.channel.settings.fallback_owner.clone()),
            due_at_ms,
            // Without a name, which may change between two tries: a try that ended in the unknown is found by it.
            subject: language.pick("LINEのメッセージに返信してください", "Answer the message on LINE").to_owned(),
            body: language
                .pick(
                    "LINE公式アカウントに新しいメッセージが届いています。内容はコンタクトの「LINE」プロパティーでご確認ください。対応が終わったら、このタスクを完了にしてください。",
                    "A new message has come to the LINE Official Account. Read it in the contact's LINE properties, and complete this task when it is answered.",
                )
                .to_owned(),
        }
    }

    /// The CRM takes no task now: the contact follows all the same, and the task is tried again while a message waits. It is
    /// in the outbox since the message came, so that the age of the oldest work tells of it.
    async fn without_task(&self, person: &mut Person, failure: &CrmFailure) -> Result<bool, PortError> {
        tracing::warn!(crm.account = %self.round.account.key, effect = person.row.effect.name(), %failure, "task.refused");
        let now_ms = self.round.now_ms();
        let since_ms = person.state.value.unanswered_since_ms.unwrap_or(now_ms);
        let check = Effect::RetryTask { conversation: person.state.value.key.clone() };
        let check = OutboxRow {
            why: Some(failure.why()),
            ..OutboxRow::new(&self.round.account.key, check, since_ms, now_ms + AGAIN_MS)
        };
        self.round.commit_state(&mut person.state, vec![write::enqueue(&check)]).await
    }

    async fn opened(&self, person: &mut Person, id: TaskId) -> Result<bool, PortError> {
        let now_ms = self.round.now_ms();
        if let Some(task) = &mut person.state.value.task {
            task.id = Some(id);
            task.seen_open_at_ms = now_ms;
        }
        // On a conflict the number stands, and the same task is found or written again.
        self.round.commit_state(&mut person.state, vec![]).await
    }
}

fn wants_a_task(person: &Person) -> bool {
    person.channel.settings.tasks && person.state.value.unanswered_since_ms.is_some()
}

/// The task that the person has, as far as we know.
fn task_of(person: &Person) -> Option<&TaskId> {
    person.state.value.task.as_ref()?.id.as_ref()
}

/// It will not pass by itself within the time that a person's properties may wait.
fn is_lasting(failure: &CrmFailure) -> bool {
    match failure {
        CrmFailure::Refused { .. } | CrmFailure::NotReady { .. } | CrmFailure::Taken | CrmFailure::Disconnected => true,
        CrmFailure::Gone | CrmFailure::Unknown | CrmFailure::Later { .. } => false,
    }
}
