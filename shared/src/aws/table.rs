//! One DynamoDB table as [`Table`].
//!
//! An item is `{pk, sk, version, body, expires_at?, by?}`; a large body stands packed in `packed` instead. A write that expects no row leaves version 1,
//! one that expects a version leaves the next. One that expects anything knows no version to count
//! from; it leaves a large random one, so that nobody's old version ever fits the row again by
//! accident, even where the row was deleted in between.
//!
//! A lost answer: the SDK repeats the request by itself, and the repetition must not be told that
//! somebody else was first. A transaction carries a `ClientRequestToken`, made once per commit and
//! kept across attempts; DynamoDB answers the same for ten minutes. A single conditional put, at
//! half the price, has no token; it leaves a random mark (`by`) in the item instead, and a refused
//! condition whose item bears our own mark is our own success. A single conditional delete leaves
//! nothing to recognise: its repetition gives `Conflict`, as the port allows.

mod expression;
mod item;
mod write;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use self::item::{key_of, row_of};
use super::fault::port_error;
use crate::ports::PortError;
use crate::ports::table::{Commit, Row, RowKey, Table, Write};

/// A DynamoDB table with string keys `pk` and `sk`.
#[derive(Debug, Clone)]
pub struct DynamoTable {
    client: Client,
    table: String,
}

impl DynamoTable {
    /// This table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_of(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("dynamodb GetItem", error))?;
        answer.item.as_ref().map(row_of).transpose()
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        let mut rows = Vec::new();
        let mut next = None;
        // DynamoDB refuses a range that runs backwards.
        while rows.len() < limit && from <= to {
            let left = i32::try_from(limit - rows.len()).unwrap_or(i32::MAX);
            let answer = self
                .query(partition, from, to)
                .limit(left)
                .set_exclusive_start_key(next.take())
                .send()
                .await
                .map_err(|error| port_error("dynamodb Query", error))?;
            for item in answer.items() {
                rows.push(row_of(item)?);
            }
            next = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if next.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let mut writes = write::checked(writes)?;
        match writes.len() {
            0 => Ok(Commit::Done),
            1 if !matches!(writes[0], Write::Check { .. }) => self.commit_one(writes.remove(0)).await,
            _ => self.commit_all(writes).await,
        }
    }
}

impl DynamoTable {
    fn query(
        &self,
        partition: &str,
        from: &str,
        to: &str,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":to", text(to));
        // DynamoDB takes no empty text in a condition on a key.
        if from.is_empty() {
            query.key_condition_expression("#pk = :pk AND #sk <= :to")
        } else {
            query
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
                .expression_attribute_values(":from", text(from))
        }
    }
}
