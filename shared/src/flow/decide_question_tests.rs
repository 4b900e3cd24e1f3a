//! What an operator answers holds for what they were asked, and for nothing that is asked meanwhile.

use std::sync::Arc;

use super::*;
use crate::domain::ids::ContactId;
use crate::domain::job::WakeUp;
use crate::flow::outbox::{Outbox, Quiet};
use crate::flow::testing::{NoWaiting, RivalTable, account, channel, key};
use crate::ports::{Queue, Table};
use crate::store::Journal;
use crate::store::journal::AskedBecause;

fn question(contact: &str, asked_at_ms: i64) -> Question {
    Question::new(&key(1), &ContactId::new(contact), AskedBecause::Email, asked_at_ms)
}

struct World {
    journal: Arc<RivalTable>,
    decide: DecideQuestion,
}

/// One person, about whom is asked whether they are contact 5.
async fn world(is_connected: bool) -> World {
    let (configuration, journal) = (Arc::new(RivalTable::default()), Arc::new(RivalTable::default()));
    let (rows, events): (Arc<dyn Table>, Arc<dyn Table>) = (configuration, journal.clone());
    let wake_ups: Arc<dyn Queue<WakeUp>> = Arc::new(Quiet);
    let outbox = Outbox { journal: Journal::new(events), wake_ups, clock: Arc::new(NoWaiting) };
    let channels = Channels::new(rows);
    if is_connected {
        assert_eq!(channels.put(&channel(), 0).await.unwrap(), Commit::Done);
    }
    let asked = write::question(&account(), &question("5", 10));
    assert_eq!(outbox.journal.commit(vec![asked]).await.unwrap(), Commit::Done);
    World { journal, decide: DecideQuestion { channels, link: Link { outbox } } }
}

impl World {
    fn meanwhile(&self, rival: crate::ports::table::Write) {
        self.journal.before_next_commit(rival);
    }

    async fn decide(&self, answer: Sameness) -> QuestionDecision {
        self.decide.decide(&account(), &question("5", 10).conversation.hash(), answer).await.unwrap()
    }

    async fn standing(&self) -> Option<Question> {
        let journal = &self.decide.link.outbox.journal;
        journal.question(&account(), &question("5", 10).conversation).await.unwrap().map(|standing| standing.value)
    }
}

#[tokio::test]
async fn two_who_are_two_are_remembered_as_two_and_answered_once() {
    let world = world(true).await;
    assert_eq!(world.decide(Sameness::Different).await, QuestionDecision::Recorded(question("5", 10)));
    assert_eq!(world.standing().await, Some(Question { denied: true, ..question("5", 10) }));
    assert_eq!(world.decide(Sameness::Different).await, QuestionDecision::NotAsked);
}

#[tokio::test]
async fn a_question_that_comes_up_again_while_it_is_answered_is_answered() {
    let world = world(true).await;
    world.meanwhile(write::question(&account(), &question("5", 99)));
    assert_eq!(world.decide(Sameness::Different).await, QuestionDecision::Recorded(question("5", 10)));
    assert_eq!(world.standing().await, Some(Question { denied: true, ..question("5", 99) }));
}

#[tokio::test]
async fn a_question_about_another_contact_that_comes_up_meanwhile_is_not_answered() {
    let world = world(true).await;
    world.meanwhile(write::question(&account(), &question("6", 99)));
    assert_eq!(world.decide(Sameness::Different).await, QuestionDecision::NotAsked);
    assert_eq!(world.standing().await, Some(question("6", 99)));
}

#[tokio::test]
async fn of_a_person_who_is_erased_meanwhile_nothing_is_remembered() {
    let world = world(true).await;
    world.meanwhile(write::question_closed(&account(), &question("5", 10).conversation));
    assert_eq!(world.decide(Sameness::Different).await, QuestionDecision::NotAsked);
    assert_eq!(world.standing().await, None);
}

#[tokio::test]
async fn one_who_is_the_contact_is_claimed_to_be_and_the_question_goes() {
    let world = world(true).await;
    assert_eq!(world.decide(Sameness::Same).await, QuestionDecision::Recorded(question("5", 10)));
    assert_eq!(world.standing().await, None);
    let claim = world.decide.link.outbox.journal.claim(&question("5", 10).conversation).await.unwrap().unwrap().value;
    assert_eq!((claim.by, claim.target), (ClaimedBy::Operator, Target::Contact(ContactId::new("5"))));
}

#[tokio::test]
async fn nobody_is_linked_by_an_official_account_that_is_connected_no_more() {
    let world = world(false).await;
    assert_eq!(world.decide(Sameness::Same).await, QuestionDecision::NoChannel);
    assert_eq!(world.standing().await, Some(question("5", 10)), "it can still be answered with no");
}
