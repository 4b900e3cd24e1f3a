//! What cargo-mutants lists.

use proc_macro2::LineColumn;
use serde::Deserialize;

/// One fault.
#[derive(Deserialize)]
pub struct Fault {
    pub file: String,
    pub genre: Genre,
    /// What stands there instead.
    pub replacement: String,
    pub span: Span,
}

/// What is done to the code.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Genre {
    /// A function does nothing but return this.
    FnValue,
    /// Another operator.
    BinaryOperator,
    /// `!` or `-` left out.
    UnaryOperator,
    /// A guard is always or never so.
    MatchArmGuard,
    /// An arm left out.
    MatchArm,
    /// A field left to the base of its struct expression.
    StructField,
}

/// Where it stands.
#[derive(Deserialize)]
pub struct Span {
    pub start: Place,
}

/// Both counted from 1; columns in characters.
#[derive(Deserialize)]
pub struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// As syn counts: columns from 0.
    pub fn at(&self) -> (usize, usize) {
        (self.line, self.column - 1)
    }
}

/// As [`Place::at`].
pub fn at(place: LineColumn) -> (usize, usize) {
    (place.line, place.column)
}
