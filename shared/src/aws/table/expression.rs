//! Expectations and new values in DynamoDB's expressions.

use std::collections::HashMap;

use uuid::Uuid;

use super::item::{Item, body_of, key_of, number};
use crate::ports::table::{Precondition, RowKey};

/// A condition in DynamoDB's words.
pub(super) struct Condition {
    expression: &'static str,
    version: Option<u64>,
}

pub(super) fn condition(expect: Precondition) -> Option<Condition> {
    match expect {
        Precondition::Any => None,
        Precondition::Absent | Precondition::AbsentAnew | Precondition::Version(0) => {
            Some(Condition { expression: "attribute_not_exists(#pk)", version: None })
        }
        Precondition::Version(version) => Some(Condition { expression: "#version = :version", version: Some(version) }),
    }
}

impl Condition {
    pub(super) fn expression(condition: &Option<Self>) -> Option<String> {
        condition.as_ref().map(|condition| condition.expression.to_owned())
    }

    pub(super) fn names(condition: &Option<Self>) -> Option<HashMap<String, String>> {
        let name = match condition.as_ref()?.version {
            None => ("#pk".to_owned(), "pk".to_owned()),
            Some(_) => ("#version".to_owned(), "version".to_owned()),
        };
        Some(HashMap::from([name]))
    }

    pub(super) fn values(condition: &Option<Self>) -> Option<Item> {
        condition.as_ref()?.version.map(|version| HashMap::from([(":version".to_owned(), number(version))]))
    }
}

/// The item a put writes.
pub(super) fn item(key: &RowKey, body: String, expect: Precondition, expires_at_s: Option<i64>) -> Item {
    let version = match expect {
        Precondition::Version(version) => version + 1,
        Precondition::Absent => 1,
        Precondition::AbsentAnew | Precondition::Any => fresh_version(),
    };
    let mut item = key_of(key);
    item.insert("version".to_owned(), number(version));
    item.extend([body_of(body)]);
    if let Some(at) = expires_at_s {
        item.insert("expires_at".to_owned(), number(at));
    }
    item
}

/// A version that the row never had, not even before it was deleted and came again: 52 random
/// bits above everything that counting from 1 reaches, below 2^53.
fn fresh_version() -> u64 {
    // The lower half of a version 4 UUID is random but for its two highest bits.
    let (_, random) = Uuid::new_v4().as_u64_pair();
    (1 << 52) | (random & ((1 << 52) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_versions_are_large_and_differ() {
        let versions: std::collections::HashSet<u64> = (0..1_000).map(|_| fresh_version()).collect();
        assert_eq!(versions.len(), 1_000);
        assert!(versions.iter().all(|version| (1 << 52..1 << 53).contains(version)));
    }
}
