//! x
pub mod fake;
