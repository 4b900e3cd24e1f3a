//! Who delivers pushes in a world.

use std::sync::Arc;

use musubi::aws::RetryPolicy;
use musubi::config::ConfigError;
use musubi::line::pace::PUSHES_PER_S;
use tokio::task::JoinHandle;

use crate::pollers::{Mapping, poll};
use crate::world::{Sabotage, World, batch};

/// Who delivers pushes.
#[derive(Debug, Clone, Copy, Default)]
pub enum Senders {
    /// Two invocations of one environment, which no vendor's environment has: quick to start.
    #[default]
    Together,
    /// Environments of one invocation each, which do not know of one another.
    Apart {
        /// So many.
        count: u32,
        /// By what they are told of how many there are, each takes its share of LINE's limit.
        told: u32,
    },
}

impl Senders {
    /// As many as a stack has. Together they send at most so many pushes a second of an Official Account.
    pub fn each_with_its_share(pushes_per_s: u32) -> Self {
        let count = u32::try_from(crate::stack::number("PushMaxConcurrency", "Default")).expect("a small number");
        Self::Apart { count, told: (count * PUSHES_PER_S).div_ceil(pushes_per_s.max(1)) }
    }

    /// They start. The first of them has its adapters changed by `sabotage`.
    ///
    /// # Errors
    /// Names a missing variable.
    pub(crate) fn start(
        self,
        world: &World,
        mut sabotage: Option<Sabotage>,
    ) -> Result<Vec<JoinHandle<()>>, ConfigError> {
        let (count, at_once, told) = match self {
            Self::Together => (1, 2, 2),
            Self::Apart { count, told } => (count, 1, told),
        };
        let environment = world.environment.with([("MUSUBI_PUSH_MAX_CONCURRENCY", told.to_string().as_str())]);
        let mut tasks = Vec::new();
        for _ in 0..count {
            let mut push = push_delivery::Ports::of(&world.adapters(RetryPolicy::WORKER)?, &environment)?;
            if let Some(sabotage) = sabotage.take() {
                sabotage(&mut push, world.kill.clone());
            }
            let push = Arc::new(push);
            tasks.push(tokio::spawn(poll(
                world.aws.sqs().clone(),
                Mapping { queue: "push", batch: batch("PushDeliveryFunction"), window_ms: 200, concurrency: at_once },
                world.running.clone(),
                world.kill.clone(),
                move |event| {
                    let push = Arc::clone(&push);
                    async move { push_delivery::handle(&push, event).await }
                },
            )));
        }
        Ok(tasks)
    }
}
