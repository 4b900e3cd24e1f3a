//! Ports answered by AWS: DynamoDB, SQS, Secrets Manager and SNS.
//!
//! | port | answered by |
//! | --- | --- |
//! | [`Table`](crate::ports::Table) | [`DynamoTable`], one table |
//! | [`Queue`](crate::ports::Queue) | [`SqsQueue`], a queue and its dead-letter queue; jobs travel in an [`envelope`] |
//! | [`Secrets`](crate::ports::Secrets) | [`SecretsManagerSecrets`], names under `musubi/<stack>/` |
//! | [`Team`](crate::ports::Team) | [`SnsTopic`], a topic of SNS |
//!
//! [`AwsAdapters`] hands them out from what the [`Environment`](crate::config::Environment) names;
//! [`Aws`] is the connection behind them, built so that starting up costs milliseconds.

pub mod adapters;
pub mod dead_letters;
pub mod envelope;
mod fault;
pub mod queue;
pub mod sdk;
pub mod secrets;
pub mod table;
pub mod topic;

pub use adapters::{AwsAdapters, ReadableSecrets};
pub use dead_letters::SqsDeadLetters;
pub use queue::{Routing, SqsQueue};
pub use sdk::{Aws, RetryPolicy};
pub use secrets::SecretsManagerSecrets;
pub use table::DynamoTable;
pub use topic::SnsTopic;
