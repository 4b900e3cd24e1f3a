//! HubSpot's error bodies.

use serde_json::{Value, json};

use crate::fake::wire::Answer;

/// A refusal, before it is written as an answer or as an entry of a multi-status body.
#[derive(Clone)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) category: &'static str,
    pub(crate) message: String,
    pub(crate) errors: Vec<Value>,
}

impl Problem {
    pub(crate) fn new(status: u16, category: &'static str, message: impl Into<String>) -> Self {
        Self { status, category, message: message.into(), errors: Vec::new() }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "VALIDATION_ERROR", message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "OBJECT_NOT_FOUND", "resource not found")
    }

    /// A property's value was refused; `code` is HubSpot's, such as `PROPERTY_DOESNT_EXIST`.
    pub(crate) fn property(name: &str, code: &str, what: &str) -> Self {
        let mut problem = Self::validation(format!("Property values were not valid: {name}: {what}"));
        problem.errors = vec![json!({"message": what, "code": code, "context": {"propertyName": [name]}})];
        problem
    }

    pub(crate) fn answer(&self, correlation_id: &str) -> Answer {
        let mut body = json!({
            "status": "error", "message": self.message, "correlationId": correlation_id, "category": self.category,
        });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        Answer::json(self.status, &body)
    }

    /// As one entry of a 207's `errors`, naming the input.
    pub(crate) fn entry(&self, context: Value) -> Value {
        json!({
            "status": "error", "category": self.category, "message": self.message, "errors": self.errors,
            "context": context,
        })
    }
}
