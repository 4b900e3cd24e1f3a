//! Wake-ups are one an account and slot of time, however many are sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use local::aws::LocalAws;
use local::fake::FakeClock;
use musubi::aws::{Aws, AwsAdapters, RetryPolicy, envelope};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::CrmAccountId;
use musubi::domain::job::WakeUp;
use musubi::ports::Queue;

const SLOT_START_MS: i64 = 1_790_000_000_000;

struct Stack {
    aws: LocalAws,
    clock: FakeClock,
}

impl Stack {
    async fn start() -> Self {
        let clock = FakeClock::stopped_at(SLOT_START_MS);
        let aws = LocalAws::start(Arc::new(clock.clone()), None).await.unwrap();
        Self { aws, clock }
    }

    fn wake_ups(&self) -> Arc<dyn Queue<WakeUp>> {
        let aws = Aws::from_environment(self.aws.environment(), RetryPolicy::WORKER).unwrap();
        AwsAdapters::over(aws, self.aws.environment().clone(), Arc::new(self.clock.clone())).wake_ups().unwrap()
    }

    /// The accounts whose wake-ups wait, in order.
    fn waiting(&self) -> Vec<String> {
        let messages = self.aws.sqs().messages("crm.fifo");
        let read = |body: &str| envelope::decode::<WakeUp>(body).unwrap().account.id.to_string();
        messages.iter().map(|message| read(&message.body)).collect()
    }
}

fn wake_up(account: &str) -> WakeUp {
    WakeUp::of(&CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(account) })
}

#[tokio::test]
async fn hundreds_of_wake_ups_of_an_account_are_one_a_second_and_hide_no_other_account() {
    let stack = Stack::start().await;
    // Two environments, as the actions of one account have them.
    let (one, other) = (stack.wake_ups(), stack.wake_ups());
    for number in 0..300 {
        if number % 100 == 0 && number > 0 {
            stack.clock.advance_ms(1_000);
        }
        if number % 2 == 0 { &one } else { &other }.send(&wake_up("busy")).await.unwrap();
    }
    one.send(&wake_up("quiet")).await.unwrap();
    assert_eq!(stack.waiting(), ["busy", "busy", "busy", "quiet"], "300 in three seconds");
}

#[tokio::test]
async fn a_wake_up_of_the_next_second_is_a_new_one_even_while_the_first_lies_there_or_was_received() {
    let stack = Stack::start().await;
    let queue = stack.wake_ups();
    queue.send(&wake_up("a")).await.unwrap();
    stack.clock.advance_ms(999);
    queue.send(&wake_up("a")).await.unwrap();
    assert_eq!(stack.waiting().len(), 1);
    let received = stack.aws.sqs().receive("crm.fifo", 10, None, 0).await.unwrap();
    queue.send(&wake_up("a")).await.unwrap();
    assert_eq!(stack.waiting().len(), 1, "SQS drops it, although the first was received");
    stack.clock.advance_ms(1);
    queue.send(&wake_up("a")).await.unwrap();
    assert_eq!(stack.waiting().len(), 2);
    stack.aws.sqs().delete("crm.fifo", &received[0].receipt).unwrap();
    assert_eq!(stack.waiting().len(), 1);
}

#[tokio::test]
async fn what_is_dead_lettered_is_never_dropped() {
    let stack = Stack::start().await;
    let queue = stack.wake_ups();
    queue.send(&wake_up("a")).await.unwrap();
    for reason in ["one", "two", "three"] {
        queue.dead_letter(&wake_up("a"), reason).await.unwrap();
    }
    let dead_lettered = stack.aws.sqs().messages("crm-dlq.fifo");
    let reasons: BTreeSet<_> =
        dead_lettered.iter().map(|letter| letter.attributes["reason"].string_value.clone()).collect();
    assert_eq!(reasons.len(), 3);
}
