use std::collections::BTreeMap;

use bytes::Bytes;
use local::fake::hubspot::{Endpoint, ExecutionState};
use local::fake::{Fault, Plan, Posted};
use musubi::crm::hubspot::HubSpotCaller;
use musubi::domain::ids::CallbackId;
use musubi::ports::CrmCaller;
use musubi::ports::crm::{CompletionWrite, CrmFailure};
use musubi::ports::crm_caller::ActionAnswer;

use crate::support::{PORTAL, World};

/// Executions that wait for an hour.
fn waiting(world: &World, count: usize) -> Vec<String> {
    let contact = world.fake.create_contact(PORTAL, &[]);
    let ids = world.fake.enrol(PORTAL, &vec![contact; count], &BTreeMap::new());
    let body = Bytes::from(HubSpotCaller.answer(ActionAnswer::Wait { expiry_ms: 3_600_000 }).to_string());
    for id in &ids {
        world.fake.note_action_answer(id, &Posted::Answered { status: 200, body: body.clone(), retry_after: None });
    }
    ids
}

fn completion(callback: &str) -> CompletionWrite {
    let outputs = BTreeMap::from([("outcome".to_owned(), "accepted".to_owned())]);
    CompletionWrite { callback: CallbackId::new(callback), success: true, outputs }
}

fn is_done(world: &World, callback: &str) -> bool {
    matches!(world.fake.execution(callback).unwrap().state, ExecutionState::Done { .. })
}

#[tokio::test]
async fn a_batch_with_unknown_callbacks_is_not_searched_by_halves_and_its_rest_is_told_alone() {
    for unknown in [1, 80] {
        let world = World::start(true).await;
        let ids = waiting(&world, 20);
        let mut all: Vec<CompletionWrite> = ids.iter().map(|id| completion(id)).collect();
        for number in 0..unknown {
            all.insert(number / 4, completion(&format!("ap-unknown-{number:02}")));
        }
        let crm = world.crm().await;
        let before = world.fake.ledger().calls.len();
        let answers = crm.complete(&all).await;
        assert_eq!(world.fake.ledger().calls.len() - before, 21, "the batch, and twenty of it alone");
        let left: Vec<&CompletionWrite> = all
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| matches!(answer, Err(CrmFailure::Later { .. })))
            .map(|(completion, _)| completion)
            .collect();
        assert_eq!(left.len(), all.len() - 20);
        for completion in left {
            let answers = crm.complete(std::slice::from_ref(completion)).await;
            let is_known = ids.contains(&completion.callback.to_string());
            assert_eq!(answers, [if is_known { Ok(()) } else { Err(CrmFailure::Gone) }]);
        }
        assert!(ids.iter().all(|id| is_done(&world, id)), "{unknown} unknown ones keep nobody waiting");
    }
}

#[tokio::test]
async fn a_hundred_workflows_are_told_in_one_call_and_each_once() {
    let world = World::start(true).await;
    let ids = waiting(&world, 100);
    let mut all: Vec<CompletionWrite> = ids.iter().map(|id| completion(id)).collect();
    all.push(completion(&ids[0]));
    let answers = world.crm().await.complete(&all).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(world.calls("/complete"), 1);
    assert_eq!(world.fake.completions().len(), 100);
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_not_called_unknown_to_hubspot() {
    let world = World::start(true).await;
    let ids = waiting(&world, 1);
    world.fake.fault(Endpoint::Complete, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let answers = world.crm().await.complete(&[completion(&ids[0])]).await;
    assert_eq!(answers, [Err(CrmFailure::Unknown)], "the repeat was refused because the first had worked");
    assert!(is_done(&world, &ids[0]));
}

#[tokio::test]
async fn where_hubspot_ignores_unknown_callbacks_nothing_fails() {
    let world = World::start(true).await;
    world.fake.switch(|switches| switches.unknown_block_is_404 = false);
    let answers = world.crm().await.complete(&[completion("ap-1"), completion("ap-2")]).await;
    assert_eq!(answers, [Ok(()), Ok(())]);
}
