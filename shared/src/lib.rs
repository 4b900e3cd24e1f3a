//! Musubi.

/// What Musubi speaks of: the nouns, free of any vendor.
pub mod domain {
    pub mod language;
}
/// LINE as seen from Musubi.
pub mod line {
    pub mod message;
}
