//! Expectations and new values in DynamoDB's expressions.

use std::collections::HashMap;

use uuid::Uuid;

use super::item::{Item, body_of, key_of, number};
use crate::ports::rows::{Expect, RowKey};

/// A condition in DynamoDB's words.
pub(super) struct Condition {
    expression: &'static str,
    rev: Option<u64>,
}

pub(super) fn condition(expect: Expect) -> Option<Condition> {
    match expect {
        Expect::Any => None,
        Expect::Absent | Expect::AbsentAnew | Expect::Rev(0) => {
            Some(Condition { expression: "attribute_not_exists(#pk)", rev: None })
        }
        Expect::Rev(rev) => Some(Condition { expression: "#rev = :rev", rev: Some(rev) }),
    }
}

impl Condition {
    pub(super) fn expression(condition: &Option<Self>) -> Option<String> {
        condition.as_ref().map(|condition| condition.expression.to_owned())
    }

    pub(super) fn names(condition: &Option<Self>) -> Option<HashMap<String, String>> {
        let name = match condition.as_ref()?.rev {
            None => ("#pk".to_owned(), "pk".to_owned()),
            Some(_) => ("#rev".to_owned(), "rev".to_owned()),
        };
        Some(HashMap::from([name]))
    }

    pub(super) fn values(condition: &Option<Self>) -> Option<Item> {
        condition.as_ref()?.rev.map(|rev| HashMap::from([(":rev".to_owned(), number(rev))]))
    }
}

/// The item a put writes.
pub(super) fn item(key: &RowKey, body: String, expect: Expect, expires_at_s: Option<i64>) -> Item {
    let rev = match expect {
        Expect::Rev(rev) => rev + 1,
        Expect::Absent => 1,
        Expect::AbsentAnew | Expect::Any => fresh_rev(),
    };
    let mut item = key_of(key);
    item.insert("rev".to_owned(), number(rev));
    item.extend([body_of(body)]);
    if let Some(at) = expires_at_s {
        item.insert("expires_at".to_owned(), number(at));
    }
    item
}

/// A revision that the row never had, not even before it was deleted and came again: 52 random
/// bits above everything that counting from 1 reaches, below 2^53.
fn fresh_rev() -> u64 {
    // The lower half of a version 4 UUID is random but for its two highest bits.
    let (_, random) = Uuid::new_v4().as_u64_pair();
    (1 << 52) | (random & ((1 << 52) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_revisions_are_large_and_differ() {
        let revs: std::collections::HashSet<u64> = (0..1_000).map(|_| fresh_rev()).collect();
        assert_eq!(revs.len(), 1_000);
        assert!(revs.iter().all(|rev| (1 << 52..1 << 53).contains(rev)));
    }
}
