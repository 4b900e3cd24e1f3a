//! DynamoDB on a laptop: `dynoxide`, with SQLite underneath, in this process.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType};
use dynoxide::{AttributeValue, Database, DynoxideError};
use musubi::ports::Clock;
use musubi::ports::table::{Row, RowKey};

/// The tables. Cloning shares them.
#[derive(Clone)]
pub struct LocalDynamoDb {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl LocalDynamoDb {
    pub(super) fn open(clock: Arc<dyn Clock>, file: Option<&Path>) -> Result<Self, DynoxideError> {
        let database = match file {
            Some(file) => Database::new(&file.to_string_lossy())?,
            None => Database::memory()?,
        };
        Ok(Self { database, clock })
    }

    /// The database itself.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Makes tables with string keys `pk` and `sk`; those that exist stay as they are.
    pub(super) fn make_tables(&self, names: &[&str]) -> Result<(), DynoxideError> {
        let existing = self.database.list_tables(ListTablesRequest::default())?.table_names;
        for name in names.iter().filter(|name| !existing.iter().any(|found| found == *name)) {
            let key = |name: &str, key_type| KeySchemaElement { attribute_name: name.to_owned(), key_type };
            let text = |name: &str| AttributeDefinition {
                attribute_name: name.to_owned(),
                attribute_type: ScalarAttributeType::S,
            };
            self.database.create_table(CreateTableRequest {
                table_name: (*name).to_owned(),
                key_schema: vec![key("pk", KeyType::HASH), key("sk", KeyType::RANGE)],
                attribute_definitions: vec![text("pk"), text("sk")],
                billing_mode: Some("PAY_PER_REQUEST".to_owned()),
                ..CreateTableRequest::default()
            })?;
        }
        Ok(())
    }

    /// All rows of a table, by key: to look at.
    ///
    /// # Errors
    /// As the database's.
    pub fn rows(&self, table: &str) -> Result<Vec<Row>, DynoxideError> {
        let mut rows: Vec<Row> = self.items(table)?.iter().filter_map(read).collect();
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(rows)
    }

    /// Does at once what DynamoDB's time to live does within days: rows whose `expires_at` has
    /// passed, by the clock, go. Answers how many went.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_expired(&self, table: &str) -> Result<usize, DynoxideError> {
        let now_s = self.clock.now_ms() / 1_000;
        let mut gone = 0;
        for item in self.items(table)? {
            let expired = matches!(item.get("expires_at"), Some(AttributeValue::N(at)) if at.parse::<i64>().is_ok_and(|at_s| at_s < now_s));
            if expired {
                let key: HashMap<String, AttributeValue> =
                    item.into_iter().filter(|(name, _)| matches!(name.as_str(), "pk" | "sk")).collect();
                self.database.delete_item(DeleteItemRequest {
                    table_name: table.to_owned(),
                    key,
                    ..DeleteItemRequest::default()
                })?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    fn items(&self, table: &str) -> Result<Vec<dynoxide::Item>, DynoxideError> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let request =
                ScanRequest { table_name: table.to_owned(), exclusive_start_key: from, ..ScanRequest::default() };
            let page = self.database.scan(request)?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}

fn read(item: &dynoxide::Item) -> Option<Row> {
    let text = |name: &str| match item.get(name)? {
        AttributeValue::S(text) => Some(text.clone()),
        _ => None,
    };
    let version = match item.get("version")? {
        AttributeValue::N(number) => number.parse().ok()?,
        _ => return None,
    };
    let body = match item.get("packed") {
        Some(AttributeValue::B(packed)) => musubi::domain::packed::unpack(packed)?,
        _ => text("body")?,
    };
    Some(Row { key: RowKey::new(text("pk")?, text("sk")?), version, body })
}
