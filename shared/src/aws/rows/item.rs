//! Between a row and a DynamoDB item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::ports::PortError;
use crate::ports::rows::{Row, RowKey};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The item's key.
pub(super) fn key_of(key: &RowKey) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.partition.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sort.clone())),
    ])
}

/// The row that an item holds.
pub(super) fn row_of(item: &Item) -> Result<Row, PortError> {
    read(item).ok_or_else(|| PortError::permanent("dynamodb", "an item is not shaped like a row"))
}

fn read(item: &Item) -> Option<Row> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    Some(Row {
        key: RowKey { partition: text("pk")?, sort: text("sk")? },
        rev: item.get("rev")?.as_n().ok()?.parse().ok()?,
        body: text("body")?,
    })
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
