//! Between a row and a DynamoDB item.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::domain::packed;
use crate::ports::PortError;
use crate::ports::table::{Row, RowKey};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The item's key.
pub(super) fn key_of(key: &RowKey) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.partition.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sort.clone())),
    ])
}

/// The row that an item holds. One that another version shaped otherwise is a row that cannot be read, and nothing worse: it
/// hides no other of its list.
pub(super) fn row_of(item: &Item) -> Result<Row, PortError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let (Some(partition), Some(sort)) = (text("pk"), text("sk")) else {
        return Err(PortError::permanent("dynamodb", "an item has no key"));
    };
    let version = item.get("version").and_then(|version| version.as_n().ok()?.parse().ok());
    let body = match item.get("packed") {
        Some(packed) => packed.as_b().ok().and_then(|packed| packed::unpack(packed.as_ref())),
        None => text("body"),
    };
    Ok(Row { key: RowKey { partition, sort }, version: version.unwrap_or(0), body: body.unwrap_or_default() })
}

/// The attribute that holds a body: text, or packed where that is smaller.
pub(super) fn body_of(body: String) -> (String, AttributeValue) {
    match packed::pack(&body) {
        Some(packed) => ("packed".to_owned(), AttributeValue::B(Blob::new(packed))),
        None => ("body".to_owned(), AttributeValue::S(body)),
    }
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
