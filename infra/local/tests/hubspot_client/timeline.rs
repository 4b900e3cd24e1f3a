use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use musubi::domain::ids::{ContactId, TaskId};
use musubi::ports::crm::{CrmFailure, TaskStanding};

use crate::support::{PORTAL, World, note, number, task};

#[tokio::test]
async fn with_a_unique_key_a_note_is_one_note_whatever_gets_lost() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    let written = note("key-1", &contact);
    world.fake.fault(Endpoint::BatchUpsert(ObjectType::Note), Fault::LoseAnswerAfterEffect, Plan::Next(3));
    assert_eq!(crm.write_notes(std::slice::from_ref(&written)).await, [Err(CrmFailure::Unknown)]);
    // It is there, but associated to nobody: finding it associates it.
    let found = crm.find_note(&written).await.unwrap().unwrap();
    assert_eq!(crm.write_notes(std::slice::from_ref(&written)).await, [Ok(found)]);
    let notes = world.fake.notes(PORTAL);
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].contact_ids, [number(&contact)]);
    assert_eq!(notes[0].properties["hs_note_body"], "<p>こんにちは</p>");
    assert_eq!(crm.find_note(&note("key-2", &contact)).await, Ok(None));
}

#[tokio::test]
async fn without_a_unique_key_an_unknown_note_is_found_among_the_contacts_own() {
    let world = World::start(false).await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    let written = note("key-1", &contact);
    world.fake.fault(Endpoint::BatchCreate(ObjectType::Note), Fault::CloseBeforeEffect, Plan::Next(1));
    assert_eq!(crm.write_notes(std::slice::from_ref(&written)).await, [Err(CrmFailure::Unknown)]);
    assert_eq!(crm.find_note(&written).await, Ok(None), "it was not written");
    world.fake.fault(Endpoint::BatchCreate(ObjectType::Note), Fault::LoseAnswerAfterEffect, Plan::Next(1));
    assert_eq!(crm.write_notes(std::slice::from_ref(&written)).await, [Err(CrmFailure::Unknown)]);
    let found = crm.find_note(&written).await.unwrap().unwrap();
    let notes = world.fake.notes(PORTAL);
    assert_eq!(notes.len(), 1, "a creation is never repeated by itself");
    assert_eq!(found.as_str(), notes[0].id.to_string());
    let mut other = written;
    other.at_ms += 1;
    assert_eq!(crm.find_note(&other).await, Ok(None), "a millisecond tells two apart");
}

#[tokio::test]
async fn no_creation_is_repeated_after_a_server_error() {
    let world = World::start(false).await;
    let contact = world.contact("a@example.com");
    world.fake.fault(Endpoint::BatchCreate(ObjectType::Task), Fault::FailAfterEffect(504), Plan::Next(1));
    let answers = world.crm().await.write_tasks(&[task("k", &contact)]).await;
    assert_eq!(answers, [Err(CrmFailure::Unknown)]);
    assert_eq!(world.fake.tasks(PORTAL).len(), 1);
    assert!(world.crm().await.find_task(&task("k", &contact)).await.unwrap().is_some());
    let mut other = task("k", &contact);
    other.subject = "something else".to_owned();
    assert_eq!(world.crm().await.find_task(&other).await, Ok(None));
}

#[tokio::test]
async fn what_hangs_on_a_merged_contact_hangs_on_the_new_one_and_on_a_deleted_one_nowhere() {
    for unique_keys in [true, false] {
        let world = World::start(unique_keys).await;
        let crm = world.crm().await;
        let (a, b, c, gone) =
            (world.contact("a@x.jp"), world.contact("b@x.jp"), world.contact("c@x.jp"), world.contact("d@x.jp"));
        let merged = world.merge(&a, &b);
        world.fake.gdpr_delete(PORTAL, number(&gone));
        let tasks = [task("1", &b), task("2", &c), task("3", &gone)];
        let answers = crm.write_tasks(&tasks).await;
        assert!(answers[0].is_ok() && answers[1].is_ok(), "{unique_keys} {answers:?}");
        assert_eq!(answers[2], Err(CrmFailure::Gone));
        assert_eq!(world.fake.tasks(PORTAL).len(), 2, "nothing is left behind for a deleted contact");
        let hangs_on = |id: &Result<TaskId, CrmFailure>| {
            let id = id.as_ref().unwrap().as_str().parse().unwrap();
            world.fake.record(PORTAL, ObjectType::Task, id).unwrap().contact_ids
        };
        assert_eq!(hangs_on(&answers[0]), [number(&merged)]);
        assert_eq!(hangs_on(&answers[1]), [number(&c)]);
        assert_eq!(crm.find_task(&tasks[0]).await, answers[0].clone().map(Some));
    }
}

#[tokio::test]
async fn a_task_that_its_owner_has_done_is_not_opened_again_by_a_repeat() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    let first = crm.write_tasks(&[task("k", &contact)]).await;
    let id = first[0].clone().unwrap();
    assert_eq!(crm.read_tasks(std::slice::from_ref(&id)).await, [Ok(TaskStanding::Open)]);
    world.fake.complete_task(PORTAL, id.as_str().parse().unwrap());
    assert_eq!(crm.write_tasks(&[task("k", &contact)]).await, first);
    assert_eq!(crm.read_tasks(std::slice::from_ref(&id)).await, [Ok(TaskStanding::Done)]);
    world.fake.delete(PORTAL, ObjectType::Task, id.as_str().parse().unwrap());
    let other = TaskId::new("1");
    assert_eq!(crm.read_tasks(&[id.clone(), other, id]).await, vec![Ok(TaskStanding::Gone); 3]);
}

#[tokio::test]
async fn a_note_is_read_and_edited_and_gone_when_it_is_deleted() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    let id = crm.write_notes(&[note("k", &contact)]).await[0].clone().unwrap();
    assert_eq!(crm.read_note(&id).await.unwrap(), "<p>こんにちは</p>");
    crm.edit_note(&id, "<p>-</p>").await.unwrap();
    assert_eq!(crm.read_note(&id).await.unwrap(), "<p>-</p>");
    world.fake.delete(PORTAL, ObjectType::Note, id.as_str().parse().unwrap());
    assert_eq!(crm.read_note(&id).await, Err(CrmFailure::Gone));
    assert_eq!(crm.edit_note(&id, "x").await, Err(CrmFailure::Gone));
}

#[tokio::test]
async fn a_hundred_and_one_notes_take_two_calls_and_each_has_its_contact() {
    for unique_keys in [true, false] {
        let world = World::start(unique_keys).await;
        let contacts: Vec<ContactId> = (0..101).map(|n| world.contact(&format!("{n}@example.com"))).collect();
        let notes: Vec<_> = contacts.iter().enumerate().map(|(n, contact)| note(&format!("k{n}"), contact)).collect();
        let before = world.fake.ledger().calls.len();
        let answers = world.crm().await.write_notes(&notes).await;
        for (answer, contact) in answers.iter().zip(&contacts) {
            let id = answer.as_ref().unwrap().as_str().parse().unwrap();
            assert_eq!(world.fake.record(PORTAL, ObjectType::Note, id).unwrap().contact_ids, [number(contact)]);
        }
        let calls = world.fake.ledger().calls.len() - before;
        assert_eq!(calls, if unique_keys { 4 } else { 2 });
    }
}
