//! What every answer to the port [`Crm`] must do, as code: the clients pass it over their fakes, the simulation's model and the
//! toy of the tests pass it, too. So a model cannot drift from its vendor's client, and another CRM has something to pass.
//!
//! It panics where the contract is broken.

// By its path: the simulation reads this file from elsewhere.
#[path = "crm/drift.rs"]
mod drift;

use std::sync::Arc;

use async_trait::async_trait;
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, LineUserId, NoteId, TaskId};
use musubi::domain::limits::Limits;
use musubi::domain::properties::{EMAIL, FIRST_NAME, LINE_LAST_MESSAGE, LINE_UNANSWERED, LINE_USER_ID, LINE_USER_NAME};
use musubi::domain::provider::ProviderNumber;
use musubi::ports::Crm;
use musubi::ports::crm::*;

pub use self::drift::every_drift_is_seen;
use super::note_format::{a_note_shows_what_was_said, in_format};

/// What the contract arranges in a CRM behind the client's back.
#[async_trait]
pub trait CrmWorld: Send + Sync {
    /// The client, connected.
    async fn crm(&self) -> Arc<dyn Crm>;
    /// Whether notes and tasks take a unique key of ours.
    fn unique_keys(&self) -> bool;
    /// What people read where a note has this body.
    fn shown(&self, body: &str) -> String;
    /// A contact that somebody makes by hand.
    async fn contact(&self, properties: &[(&str, &str)]) -> ContactId;
    /// Somebody deletes a contact.
    async fn delete_contact(&self, contact: &ContactId);
    /// Somebody finishes a task.
    async fn finish_task(&self, task: &TaskId);
    /// A workflow waits for us.
    async fn waits(&self) -> CallbackId;
    /// Somebody of the team who is called 佐藤 美咲.
    async fn colleague(&self) -> CrmUserId;
    /// How records name them as their owner.
    async fn colleague_as_owner(&self) -> String;
    /// What was written long enough ago for a search to know it.
    async fn search_catches_up(&self);
}

/// The whole contract.
pub async fn crm_contract(world: &dyn CrmWorld) {
    let crm = world.crm().await;
    let crm = &*crm;
    people_are_made_once(crm).await;
    each_item_is_answered_in_order(world, crm).await;
    what_is_unique_is_taken_once(crm).await;
    people_are_found(world, crm).await;
    people_of_two_providers_are_apart(crm).await;
    people_are_searched_page_by_page(world, crm).await;
    a_merge_is_followed(world, crm).await;
    assert_eq!(crm.name_of_user(&world.colleague().await).await, Ok(Some("佐藤 美咲".to_owned())));
    assert_eq!(crm.name_of_owner(&world.colleague_as_owner().await).await, Ok(Some("佐藤 美咲".to_owned())));
    assert_eq!(crm.name_of_owner("9999999997").await, Ok(None), "nobody owns so");
    assert_eq!(crm.name_of_user(&CrmUserId::new("9999999996")).await, Ok(None), "nobody of the team");
    notes_stand_on_the_timeline(world, crm).await;
    let contact = world.contact(&[(EMAIL, "hachiro@example.com")]).await;
    a_note_shows_what_was_said(crm, contact, &|body| world.shown(body)).await;
    tasks_are_open_done_or_gone(world, crm).await;
    waiting_workflows_are_told(world, crm).await;
    what_it_says_it_takes_it_takes(world, crm).await;
}

fn user(n: u32) -> LineUserId {
    LineUserId::new(format!("U{n:032x}"))
}

fn named(n: u32, name: &str) -> PersonWrite {
    let mut properties = Properties::default();
    properties.set(LINE_USER_NAME, name);
    PersonWrite { id_field: LINE_USER_ID, user: user(n), properties }
}

fn set(contact: &ContactId, name: &str, value: &str) -> ContactWrite {
    let mut properties = Properties::default();
    properties.set(name, value);
    ContactWrite { contact: contact.clone(), properties }
}

async fn read(crm: &dyn Crm, contact: &ContactId, name: &str) -> Option<String> {
    let record = crm.read_contacts(std::slice::from_ref(contact), &[name]).await.remove(0).expect("it is there");
    record.properties.get(name).map(str::to_owned)
}

/// Nobody's: as long as an ID may be.
fn nobody() -> ContactId {
    ContactId::new("9999999999")
}

async fn people_are_made_once(crm: &dyn Crm) {
    assert!(crm.upsert_people(&[]).await.is_empty(), "nothing asked, nothing answered");
    let first = crm.upsert_people(&[named(1, "Ichi"), named(2, "Ni")]).await;
    let [Ok(one), Ok(two)] = &first[..] else { panic!("{first:?}") };
    assert_ne!(one, two, "two people are two contacts");
    let again = crm.upsert_people(&[named(2, "Ni")]).await;
    assert_eq!(again[0].as_ref(), Ok(two), "twice makes one");
    assert_eq!(read(crm, one, LINE_USER_NAME).await.as_deref(), Some("Ichi"));
    assert_eq!(read(crm, one, LINE_USER_ID).await.as_deref(), Some(user(1).expose()));
}

async fn each_item_is_answered_in_order(world: &dyn CrmWorld, crm: &dyn Crm) {
    let one = world.contact(&[(EMAIL, "ichi@example.com")]).await;
    let two = world.contact(&[(EMAIL, "ni@example.com")]).await;
    let answers = crm.read_contacts(&[one.clone(), nobody(), two.clone()], &[EMAIL]).await;
    let emails: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().map(|record| record.properties.get(EMAIL).unwrap_or_default().to_owned()))
        .collect();
    assert_eq!(emails, [Ok("ichi@example.com".into()), Err(&CrmFailure::Gone), Ok("ni@example.com".into())]);
    let writes =
        [set(&one, LINE_USER_NAME, "Ichi"), set(&nobody(), LINE_USER_NAME, "-"), set(&two, LINE_USER_NAME, "Ni")];
    let answers = crm.update_contacts(&writes).await;
    assert_eq!(
        answers,
        [Ok(one.clone()), Err(CrmFailure::Gone), Ok(two.clone())],
        "one that is refused spoils no other"
    );
    assert_eq!(read(crm, &two, LINE_USER_NAME).await.as_deref(), Some("Ni"));
    assert_eq!(crm.update_contacts(&[set(&two, LINE_USER_NAME, "")]).await, [Ok(two.clone())]);
    assert_eq!(read(crm, &two, LINE_USER_NAME).await, None, "an empty value empties");
    assert_eq!(read(crm, &two, EMAIL).await.as_deref(), Some("ni@example.com"), "and nothing else");
    world.delete_contact(&one).await;
    let gone = crm.read_contacts(std::slice::from_ref(&one), &[EMAIL]).await;
    assert!(matches!(gone[..], [Err(CrmFailure::Gone)]), "{gone:?}");
    assert_eq!(crm.update_contacts(&[set(&one, LINE_USER_NAME, "-")]).await, [Err(CrmFailure::Gone)]);
}

async fn what_is_unique_is_taken_once(crm: &dyn Crm) {
    let made = crm.upsert_people(&[named(11, "Hana"), named(12, "Taro")]).await;
    let [Ok(one), Ok(two)] = &made[..] else { panic!("{made:?}") };
    assert_eq!(crm.update_contacts(&[set(two, LINE_USER_ID, user(11).expose())]).await, [Err(CrmFailure::Taken)]);
    assert_eq!(crm.update_contacts(&[set(one, LINE_USER_ID, "")]).await, [Ok(one.clone())]);
    assert_eq!(crm.update_contacts(&[set(two, LINE_USER_ID, user(11).expose())]).await, [Ok(two.clone())], "given up");
}

/// One ID is two people, where two LINE providers gave it.
async fn people_of_two_providers_are_apart(crm: &dyn Crm) {
    let second = ProviderNumber::ALL[1].user_id_field();
    let made = crm.upsert_people(&[named(31, "Goro")]).await.remove(0).expect("made");
    let other = crm.upsert_people(&[PersonWrite { id_field: second, ..named(31, "Roku") }]).await.remove(0);
    let other = other.expect("made");
    assert_ne!(made, other);
    let found = crm.find_person(second, &user(31)).await.expect("an answer").expect("found");
    assert_eq!(found.contact, other);
    assert_eq!(crm.update_contacts(&[set(&made, second, user(32).expose())]).await, [Ok(made.clone())], "both on one");
    assert_eq!(read(crm, &made, LINE_USER_ID).await.as_deref(), Some(user(31).expose()));
    assert_eq!(crm.update_contacts(&[set(&other, second, user(32).expose())]).await, [Err(CrmFailure::Taken)]);
}

async fn people_are_found(world: &dyn CrmWorld, crm: &dyn Crm) {
    let made = crm.upsert_people(&[named(21, "Jiro")]).await.remove(0).expect("made");
    let found = crm.find_person(LINE_USER_ID, &user(21)).await.expect("an answer").expect("found");
    assert_eq!(found.contact, made);
    assert!(crm.find_person(LINE_USER_ID, &user(22)).await.expect("an answer").is_none());
    let known = world.contact(&[(EMAIL, "saburo@example.com")]).await;
    let addresses = ["nobody@example.com", "saburo@example.com"].map(|text| EmailAddress::parse(text).expect("one"));
    let answers = crm.find_by_email(&addresses, &[LINE_USER_ID]).await;
    let found: Vec<_> =
        answers.into_iter().map(|answer| answer.expect("an answer").map(|record| record.contact)).collect();
    assert_eq!(found, [None, Some(known)]);
}

async fn people_are_searched_page_by_page(world: &dyn CrmWorld, crm: &dyn Crm) {
    let providers = vec![ProviderNumber::FIRST, ProviderNumber::ALL[1]];
    let made: Vec<PersonWrite> = (100..100 + PEOPLE_PAGE as u32).map(|number| named(number, "Hoka")).collect();
    let made = crm.upsert_people(&made).await;
    let mut waits = named(200, "Matsu");
    for (name, value) in [(FIRST_NAME, "松子"), (LINE_UNANSWERED, "true")] {
        waits.properties.set(name, value);
    }
    let waiting = crm.upsert_people(&[waits]).await.remove(0).expect("made");
    let second = ProviderNumber::ALL[1];
    let of_second = PersonWrite { id_field: second.user_id_field(), ..named(201, "Futa") };
    let of_second = crm.upsert_people(&[of_second]).await.remove(0).expect("made");
    let nobody_on_line = world.contact(&[(FIRST_NAME, "松夫")]).await;
    world.search_catches_up().await;
    let asked = PeopleQuery { providers, waiting: false, words: None, after: None };
    let search = async |query: PeopleQuery| crm.search_people(&query, &[LINE_USER_NAME]).await.expect("an answer");
    let ids = |found: &PeopleFound| found.people.iter().map(|it| it.contact.clone()).collect::<Vec<_>>();

    let first = search(asked.clone()).await;
    assert_eq!(first.people.len(), PEOPLE_PAGE);
    let (mut all, mut after) = (ids(&first), first.next);
    while let Some(next) = after {
        let page = search(PeopleQuery { after: Some(next), ..asked.clone() }).await;
        all.extend(ids(&page));
        after = page.next;
    }
    for contact in made.into_iter().map(|made| made.expect("made")).chain([waiting.clone(), of_second]) {
        assert_eq!(all.iter().filter(|id| **id == contact).count(), 1, "each stands on one page");
    }
    assert!(!all.contains(&nobody_on_line), "people on LINE alone");
    assert_eq!(ids(&search(PeopleQuery { waiting: true, ..asked.clone() }).await), std::slice::from_ref(&waiting));
    let words = |words: &str| PeopleQuery { words: Some(words.to_owned()), ..asked.clone() };
    assert_eq!(ids(&search(words("松子")).await), [waiting]);
    assert_eq!(ids(&search(words("竹子")).await), []);
}

async fn a_merge_is_followed(world: &dyn CrmWorld, crm: &dyn Crm) {
    let from = world.contact(&[(EMAIL, "from@example.com")]).await;
    let into = world.contact(&[(EMAIL, "into@example.com")]).await;
    let kept = crm.merge_contacts(&from, &into).await.expect("merged");
    for id in [&from, &into] {
        let record = crm.read_contacts(std::slice::from_ref(id), &[EMAIL]).await.remove(0).expect("it is there");
        assert_eq!(record.contact, kept, "the ID to use from now on");
        assert_eq!(crm.update_contacts(&[set(id, LINE_USER_NAME, "Shiro")]).await, [Ok(kept.clone())]);
    }
}

async fn notes_stand_on_the_timeline(world: &dyn CrmWorld, crm: &dyn Crm) {
    let contact = world.contact(&[(EMAIL, "goro@example.com")]).await;
    let note = |key: &str, at_ms| NoteWrite {
        key: key.to_owned(),
        contact: contact.clone(),
        at_ms,
        body: in_format(crm, key),
        files: Vec::new(),
        owner: None,
    };
    let (one, two) = (note("musubi-contract-1", 1_786_000_001_000), note("musubi-contract-2", 1_786_000_002_000));
    assert_eq!(crm.find_note(&one).await, Ok(None), "not yet");
    let written = crm.write_notes(&[one.clone(), two.clone()]).await;
    let [Ok(first), Ok(second)] = &written[..] else { panic!("{written:?}") };
    assert_ne!(first, second);
    if world.unique_keys() {
        assert_eq!(crm.write_notes(std::slice::from_ref(&one)).await, [Ok(first.clone())], "twice makes one");
    }
    assert_eq!(crm.find_note(&two).await, Ok(Some(second.clone())));
    assert_eq!(crm.read_note(second).await, Ok(two.body));
    let changed = in_format(crm, "changed");
    for _ in 0..2 {
        assert_eq!(crm.edit_note(second, &changed).await, Ok(()));
        assert_eq!(crm.read_note(second).await, Ok(changed.clone()));
    }
    assert_eq!(crm.read_note(&NoteId::new("9999999998")).await, Err(CrmFailure::Gone));
}

async fn tasks_are_open_done_or_gone(world: &dyn CrmWorld, crm: &dyn Crm) {
    let contact = world.contact(&[(EMAIL, "rokuro@example.com")]).await;
    let task = TaskWrite {
        key: "musubi-contract-task".to_owned(),
        contact,
        owner: None,
        due_at_ms: 1_786_000_003_000,
        subject: "Answer".to_owned(),
        body: "A message waits.".to_owned(),
    };
    assert_eq!(crm.find_task(&task).await, Ok(None), "not yet");
    let id = crm.write_tasks(std::slice::from_ref(&task)).await.remove(0).expect("written");
    if world.unique_keys() {
        assert_eq!(crm.write_tasks(std::slice::from_ref(&task)).await, [Ok(id.clone())], "twice makes one");
    }
    assert_eq!(crm.find_task(&task).await, Ok(Some(id.clone())));
    let gone = TaskId::new("9999999997");
    let both = [id.clone(), gone];
    assert_eq!(crm.read_tasks(&both).await, [Ok(TaskStanding::Open), Ok(TaskStanding::Gone)]);
    world.finish_task(&id).await;
    assert_eq!(crm.read_tasks(&both).await, [Ok(TaskStanding::Done), Ok(TaskStanding::Gone)]);
}

async fn waiting_workflows_are_told(world: &dyn CrmWorld, crm: &dyn Crm) {
    let waits = world.waits().await;
    let told = |callback: &CallbackId| CompletionWrite {
        callback: callback.clone(),
        success: true,
        outputs: [("outcome".to_owned(), "accepted".to_owned())].into(),
    };
    assert_eq!(crm.complete(&[told(&waits)]).await, [Ok(())]);
    assert_eq!(crm.complete(&[told(&CallbackId::new("ap-nobody-waits"))]).await, [Err(CrmFailure::Gone)]);
}

async fn what_it_says_it_takes_it_takes(world: &dyn CrmWorld, crm: &dyn Crm) {
    let limits = crm.limits();
    assert!(limits.note_units >= Limits::LEAST_NOTE_UNITS, "{limits:?}");
    let contact = world.contact(&[(EMAIL, "shichiro@example.com")]).await;
    let longest = "語".repeat(limits.field_units);
    assert_eq!(crm.update_contacts(&[set(&contact, LINE_LAST_MESSAGE, &longest)]).await, [Ok(contact.clone())]);
    assert_eq!(read(crm, &contact, LINE_LAST_MESSAGE).await.as_deref(), Some(longest.as_str()), "all of it");
    let around = in_format(crm, "").len();
    let note = NoteWrite {
        key: "musubi-contract-long".to_owned(),
        contact,
        at_ms: 1_786_000_004_000,
        body: in_format(crm, &"語".repeat(limits.note_units - around)),
        files: Vec::new(),
        owner: None,
    };
    let written = crm.write_notes(std::slice::from_ref(&note)).await.remove(0).expect("the longest is taken");
    assert_eq!(crm.read_note(&written).await, Ok(note.body), "all of it");
}
