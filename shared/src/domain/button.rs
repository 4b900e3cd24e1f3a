//! A button under a text of ours.

/// A button.
#[derive(Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says, at most 20 characters.
    pub label: String,
    /// What a tap does.
    pub does: Tap,
}

/// What a tap does.
#[derive(Clone, PartialEq, Eq)]
pub enum Tap {
    /// Comes back to us as a postback with this data.
    Postback(&'static str),
    /// Opens this address. It may be the person's alone: not for logs.
    Open(String),
}

impl Button {
    /// A button that comes back to us.
    pub fn postback(label: &str, data: &'static str) -> Self {
        Self { label: label.to_owned(), does: Tap::Postback(data) }
    }

    /// A button that opens an address.
    pub fn open(label: &str, address: impl Into<String>) -> Self {
        Self { label: label.to_owned(), does: Tap::Open(address.into()) }
    }
}
