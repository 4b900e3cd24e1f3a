//! Transactions: one conditional write where there is only one, TransactWriteItems otherwise.

use std::collections::HashSet;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use uuid::Uuid;

use super::DynamoTable;
use super::expression::{Condition, condition, item};
use super::item::key_of;
use crate::aws::fault::{is_worth_another_try, port_error};
use crate::ports::PortError;
use crate::ports::table::{Commit, MAX_WRITES, Precondition, RowKey, TOO_LARGE, Write};

const WHAT: &str = "dynamodb commit";

/// Refuses what DynamoDB would refuse, before anything is sent, and drops checks of nothing.
pub(super) fn checked(writes: Vec<Write>) -> Result<Vec<Write>, PortError> {
    if writes.len() > MAX_WRITES {
        return Err(PortError::permanent(WHAT, format!("{} writes are more than {MAX_WRITES}", writes.len())));
    }
    if writes.iter().any(Write::is_too_large) {
        return Err(PortError::permanent(WHAT, TOO_LARGE));
    }
    let mut keys = HashSet::new();
    if !writes.iter().all(|write| keys.insert(write.key().clone())) {
        return Err(PortError::permanent(WHAT, "a key occurs twice"));
    }
    Ok(writes.into_iter().filter(|write| !matches!(write, Write::Check { expect: Precondition::Any, .. })).collect())
}

impl DynamoTable {
    /// A single write: a conditional request costs half of a transaction.
    pub(super) async fn commit_one(&self, write: Write) -> Result<Commit, PortError> {
        match write {
            Write::Put { key, body, expect, expires_at_s } => self.put_one(&key, body, expect, expires_at_s).await,
            Write::Delete { key, expect } => self.delete_one(&key, expect).await,
            Write::Check { .. } => unreachable!("a lone check is a transaction"),
        }
    }

    async fn put_one(
        &self,
        key: &RowKey,
        body: String,
        expect: Precondition,
        expires_at_s: Option<i64>,
    ) -> Result<Commit, PortError> {
        let mark = AttributeValue::B(Blob::new(Uuid::new_v4().into_bytes()));
        let mut item = item(key, body, expect, expires_at_s);
        item.insert("by".to_owned(), mark.clone());
        let condition = condition(expect);
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(Condition::expression(&condition))
            .set_expression_attribute_names(Condition::names(&condition))
            .set_expression_attribute_values(Condition::values(&condition))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        if let Err(SdkError::ServiceError(error)) = &answer
            && let Some(found) = as_condition_failure(error.err())
            && found.item().and_then(|item| item.get("by")) == Some(&mark)
        {
            return Ok(Commit::Done);
        }
        refusal_is_conflict(answer)
    }

    async fn delete_one(&self, key: &RowKey, expect: Precondition) -> Result<Commit, PortError> {
        let condition = condition(expect);
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_of(key)))
            .set_condition_expression(Condition::expression(&condition))
            .set_expression_attribute_names(Condition::names(&condition))
            .set_expression_attribute_values(Condition::values(&condition))
            .send()
            .await;
        refusal_is_conflict(answer)
    }

    /// All writes in one transaction.
    pub(super) async fn commit_all(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let items = writes.into_iter().map(|write| self.transact_item(write)).collect();
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(Uuid::new_v4().to_string())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Commit::Done),
            Err(SdkError::ServiceError(error)) if error.err().is_transaction_canceled_exception() => {
                match error.err() {
                    TransactWriteItemsError::TransactionCanceledException(canceled) => {
                        why_canceled(canceled.cancellation_reasons())
                    }
                    _ => unreachable!("asked just now"),
                }
            }
            other => refusal_is_conflict(other),
        }
    }

    fn transact_item(&self, write: Write) -> TransactWriteItem {
        const COMPLETE: &str = "every required part is set";
        match write {
            Write::Put { key, body, expect, expires_at_s } => {
                let condition = condition(expect);
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item(&key, body, expect, expires_at_s)))
                    .set_condition_expression(Condition::expression(&condition))
                    .set_expression_attribute_names(Condition::names(&condition))
                    .set_expression_attribute_values(Condition::values(&condition));
                TransactWriteItem::builder().put(put.build().expect(COMPLETE)).build()
            }
            Write::Delete { key, expect } => {
                let condition = condition(expect);
                let delete = Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_of(&key)))
                    .set_condition_expression(Condition::expression(&condition))
                    .set_expression_attribute_names(Condition::names(&condition))
                    .set_expression_attribute_values(Condition::values(&condition));
                TransactWriteItem::builder().delete(delete.build().expect(COMPLETE)).build()
            }
            Write::Check { key, expect } => {
                let condition = condition(expect);
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_of(&key)))
                    .set_condition_expression(Condition::expression(&condition))
                    .set_expression_attribute_names(Condition::names(&condition))
                    .set_expression_attribute_values(Condition::values(&condition));
                TransactWriteItem::builder().condition_check(check.build().expect(COMPLETE)).build()
            }
        }
    }
}

/// A refused condition, or somebody else's transaction on the same row, is a conflict: callers read
/// again and decide again.
fn refusal_is_conflict<T, E>(
    answer: Result<T, SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
) -> Result<Commit, PortError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(Commit::Done),
        Err(SdkError::ServiceError(error))
            if matches!(
                error.err().code(),
                Some("ConditionalCheckFailedException" | "TransactionConflictException")
            ) =>
        {
            Ok(Commit::Conflict)
        }
        Err(error) => Err(port_error(WHAT, error)),
    }
}

fn as_condition_failure(
    error: &aws_sdk_dynamodb::operation::put_item::PutItemError,
) -> Option<&aws_sdk_dynamodb::types::error::ConditionalCheckFailedException> {
    match error {
        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) => Some(failed),
        _ => None,
    }
}

/// Why a transaction did not happen: each write has a reason, `None` for those that were in order.
fn why_canceled(reasons: &[CancellationReason]) -> Result<Commit, PortError> {
    let codes: Vec<&str> = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").collect();
    if let Some(code) =
        codes.iter().find(|code| matches!(**code, "ValidationError" | "ItemCollectionSizeLimitExceeded"))
    {
        return Err(PortError::permanent(WHAT, *code));
    }
    if codes.iter().any(|code| matches!(*code, "ConditionalCheckFailed" | "TransactionConflict")) {
        return Ok(Commit::Conflict);
    }
    match codes.first() {
        Some(code)
            if is_worth_another_try(code) || matches!(*code, "ProvisionedThroughputExceeded" | "ThrottlingError") =>
        {
            Err(PortError::transient(WHAT, *code))
        }
        Some(code) => Err(PortError::permanent(WHAT, *code)),
        None => Err(PortError::transient(WHAT, "canceled without a reason")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn a_condition_or_another_writer_is_a_conflict() {
        for code in ["ConditionalCheckFailed", "TransactionConflict"] {
            assert_eq!(why_canceled(&reasons(&["None", code])).unwrap(), Commit::Conflict, "{code}");
        }
    }

    #[test]
    fn throttling_is_worth_another_try_and_validation_is_not() {
        assert!(why_canceled(&reasons(&["None", "ThrottlingError"])).unwrap_err().is_transient());
        assert!(why_canceled(&reasons(&["ProvisionedThroughputExceeded"])).unwrap_err().is_transient());
        assert!(!why_canceled(&reasons(&["ConditionalCheckFailed", "ValidationError"])).unwrap_err().is_transient());
    }
}
