//! What DynamoDB would be paid for: it stands before the local one, asks it for the capacity of each call, and adds up.
//!
//! The local DynamoDB counts as AWS does (DynamoDB developer guide, "Capacity consumption"): a write unit for each KB begun, the larger of
//! before and after, doubled in a transaction; a read unit for 4 KB, read consistently. What it refuses is counted as one call and no unit,
//! though AWS bills a write whose condition did not hold.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::front::{self, Answered, Behind};

/// Of one operation on one table.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Used {
    /// Calls.
    pub calls: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Capacity units: of a write or a read, as the operation is.
    pub units: f64,
}

/// What was used by operation and table: `("PutItem", "journal")`.
pub type AllUsed = BTreeMap<(String, String), Used>;

/// The counter. Clones are one.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<AllUsed>>);

impl Meter {
    /// What was used since the last time.
    pub fn take(&self) -> AllUsed {
        std::mem::take(&mut *self.all())
    }

    /// How many calls there were since then.
    pub fn calls(&self) -> u64 {
        self.all().values().map(|used| used.calls).sum()
    }

    fn all(&self) -> MutexGuard<'_, AllUsed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, operation: &str, table: &str, units: Option<f64>) {
        let mut all = self.all();
        let used = all.entry((operation.to_owned(), table.to_owned())).or_default();
        used.calls += 1;
        used.refused += u64::from(units.is_none());
        used.units += units.unwrap_or_default();
    }
}

#[derive(Clone)]
struct Before {
    meter: Meter,
    behind: Behind,
}

/// A DynamoDB that counts, before the one at this address.
pub(super) fn router(meter: Meter, behind: &str) -> Router {
    let before = Before { meter, behind: Behind::new(behind) };
    Router::new().fallback(forward).layer(DefaultBodyLimit::max(16 * 1024 * 1024)).with_state(before)
}

async fn forward(State(before): State<Before>, headers: HeaderMap, body: Bytes) -> Response {
    match asked(&before, &headers, &body).await {
        Ok(answer) => answer.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn asked(before: &Before, headers: &HeaderMap, body: &[u8]) -> Result<Answered, Box<dyn std::error::Error>> {
    let operation = front::operation(headers);
    let mut question: Value = serde_json::from_slice(body)?;
    question["ReturnConsumedCapacity"] = json!("TOTAL");
    let answer = before.behind.ask(headers, question.to_string()).await?;
    let said: Value = serde_json::from_slice(&answer.body)?;
    let table = |value: &Value| value["TableName"].as_str().unwrap_or("several").to_owned();
    match &said["ConsumedCapacity"] {
        _ if !answer.status.is_success() => before.meter.add(operation, &table(&question), None),
        Value::Array(each) => each.iter().for_each(|used| add(&before.meter, operation, used)),
        used => add(&before.meter, operation, used),
    }
    Ok(answer)
}

fn add(meter: &Meter, operation: &str, used: &Value) {
    meter.add(operation, used["TableName"].as_str().unwrap_or_default(), used["CapacityUnits"].as_f64());
}
