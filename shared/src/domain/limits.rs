//! How much a CRM takes in one place. Each CRM's folder states its own; nothing outside it knows a number.

/// A CRM's limits, counted in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// No note's body is longer, as it is written: in HTML with its tags. At least [`Limits::LEAST_NOTE_UNITS`].
    pub note_units: usize,
    /// No value of a contact's field is longer.
    pub field_units: usize,
    /// No message in its inbox is longer, as it is sent.
    pub inbox_units: usize,
}

impl Limits {
    /// A CRM whose notes are shorter has no timeline to write on: a heading and one line with the longest names leave room for
    /// some words.
    pub const LEAST_NOTE_UNITS: usize = 2_000;
}
