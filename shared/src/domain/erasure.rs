//! That a person was erased, for whoever must not bring anything of before back.

/// Whether a conversation was erased, as read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    at_ms: Option<i64>,
    version: u64,
}

impl Erasure {
    /// As it was read: when, in milliseconds, and at which version of its row (0: there is none).
    pub fn read(at_ms: Option<i64>, version: u64) -> Self {
        Self { at_ms, version }
    }

    /// The version at which this was read; 0 where there is no row.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When, in milliseconds. `None`: it was not, as far as is remembered.
    pub fn at_ms(&self) -> Option<i64> {
        self.at_ms
    }

    /// Whether it was erased at all, as far as is remembered.
    pub fn is_marked(&self) -> bool {
        self.at_ms.is_some()
    }

    /// Whether what happened at `at_ms` is from before, and is dropped.
    pub fn covers(&self, at_ms: i64) -> bool {
        self.at_ms.is_some_and(|erased_at_ms| at_ms <= erased_at_ms)
    }
}
