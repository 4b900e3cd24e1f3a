//! Expectations and new values in DynamoDB's expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, key_of, number};
use crate::ports::rows::{Expect, RowKey};

/// A condition in DynamoDB's words.
pub(super) struct Condition {
    expression: &'static str,
    rev: Option<u64>,
}

pub(super) fn condition(expect: Expect) -> Option<Condition> {
    match expect {
        Expect::Any => None,
        Expect::Absent | Expect::Rev(0) => Some(Condition { expression: "attribute_not_exists(#pk)", rev: None }),
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

/// The item a put writes that expects a certain revision.
pub(super) fn item(key: &RowKey, body: String, expect: Expect, expires_at_s: Option<i64>) -> Item {
    let rev = match expect {
        Expect::Rev(rev) => rev + 1,
        Expect::Absent | Expect::Any => 1,
    };
    let mut item = key_of(key);
    item.insert("rev".to_owned(), number(rev));
    item.insert("body".to_owned(), AttributeValue::S(body));
    if let Some(at) = expires_at_s {
        item.insert("expires_at".to_owned(), number(at));
    }
    item
}

/// The update a put is that expects anything: DynamoDB counts the revision.
pub(super) struct Upsert {
    pub(super) expression: &'static str,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
}

pub(super) fn upsert(body: String, expires_at_s: Option<i64>) -> Upsert {
    let names = [("#rev", "rev"), ("#body", "body"), ("#expires_at", "expires_at"), ("#by", "by")];
    let mut values = HashMap::from([
        (":body".to_owned(), AttributeValue::S(body)),
        (":none".to_owned(), number(0)),
        (":one".to_owned(), number(1)),
    ]);
    let expression = match expires_at_s {
        Some(at) => {
            values.insert(":expires_at".to_owned(), number(at));
            "SET #rev = if_not_exists(#rev, :none) + :one, #body = :body, #expires_at = :expires_at REMOVE #by"
        }
        None => "SET #rev = if_not_exists(#rev, :none) + :one, #body = :body REMOVE #expires_at, #by",
    };
    Upsert { expression, names: names.iter().map(|(alias, name)| ((*alias).to_owned(), (*name).to_owned())).collect(), values }
}
