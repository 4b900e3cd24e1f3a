//! No call outlives its caller's time: the function that makes it would be killed in the middle.

use std::collections::BTreeMap;

use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use musubi::domain::ids::CallbackId;
use musubi::ports::crm::{CompletionWrite, CrmFailure};

use crate::support::{World, note, person};

fn is_later<T>(answers: &[Result<T, CrmFailure>]) -> bool {
    answers.iter().all(|answer| matches!(answer, Err(CrmFailure::Later { .. })))
}

#[tokio::test]
async fn a_call_under_way_ends_when_its_callers_time_is_up() {
    let world = World::start(true).await;
    let contact = world.contact("hanako@example.com");
    // HubSpot answers, later than the caller can wait.
    world.fake.fault(Endpoint::BatchRead(ObjectType::Contact), Fault::Delay(6_000), Plan::Every(1));
    let crm = world.crm_for_ms(1_100).await;
    let answers = crm.read_contacts(std::slice::from_ref(&contact), &[]).await;
    assert!(matches!(answers[..], [Err(CrmFailure::Unknown)]), "{answers:?}");
    world.fake.clear_faults();
    assert!(world.crm().await.read_contacts(&[contact], &[]).await[0].is_ok());
}

#[tokio::test]
async fn what_has_not_left_when_the_time_is_up_does_not_leave() {
    let world = World::start(true).await;
    let contact = world.contact("hanako@example.com");
    let crm = world.crm_for_ms(900).await;
    let before = world.fake.ledger().calls.len();
    let outputs = BTreeMap::new();
    let completion =
        |name: &str| CompletionWrite { callback: CallbackId::new(name), success: true, outputs: outputs.clone() };
    assert!(is_later(&crm.read_contacts(std::slice::from_ref(&contact), &[]).await));
    assert!(is_later(&crm.upsert_people(&[person(1, "a"), person(2, "b")]).await));
    assert!(is_later(&crm.write_notes(&[note("n", &contact)]).await));
    assert!(is_later(&crm.complete(&[completion("ap-1"), completion("ap-2")]).await));
    assert!(is_later(&crm.complete(&[completion("ap-1")]).await));
    assert_eq!(world.fake.ledger().calls.len(), before);
}

#[tokio::test]
async fn nobody_waits_for_the_rate_limit_beyond_their_time() {
    let world = World::start(true).await;
    let contact = world.contact("hanako@example.com");
    let crm = world.crm_for_ms(4_000).await;
    let slow = Fault::FailBeforeRetryAfter { status: 429, seconds: 8 };
    world.fake.fault(Endpoint::BatchRead(ObjectType::Contact), slow, Plan::Next(1));
    assert!(is_later(&crm.read_contacts(std::slice::from_ref(&contact), &[]).await));
    let (at_ms, before) = (world.fake.clock().now_ms(), world.fake.ledger().calls.len());
    assert!(is_later(&crm.read_contacts(&[contact], &[]).await));
    assert_eq!((world.fake.clock().now_ms(), world.fake.ledger().calls.len()), (at_ms, before));
}

#[tokio::test]
async fn a_token_that_is_slow_to_come_is_not_waited_for_either() {
    let world = World::bare().await;
    world.fake.fault(Endpoint::Token, Fault::Delay(6_000), Plan::Next(1));
    let crm = world.crm_for_ms(1_100).await;
    assert!(is_later(&crm.upsert_people(&[person(1, "a")]).await));
    assert_eq!(world.calls("/batch/upsert"), 0);
}
