//! Notes and tasks, as the CRM has them.

use musubi::domain::ids::{ContactId, FileId};

#[derive(Clone)]
pub struct ModelNote {
    pub key: String,
    pub contact: ContactId,
    pub at_ms: i64,
    pub body: String,
    pub files: Vec<FileId>,
}

#[derive(Clone)]
pub struct ModelTask {
    pub key: String,
    pub contact: ContactId,
    pub subject: String,
    pub due_at_ms: i64,
    pub done: bool,
}
