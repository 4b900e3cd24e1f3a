//! What was read, for a minute.

use std::collections::HashMap;

use crate::ports::secrets::Secret;

const LIFE_MS: i64 = 60_000;
const MAX_NAMES: usize = 1_000;

/// A value as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Read {
    /// `None`: there was nothing.
    pub(super) value: Option<Secret>,
    /// When the read began, in milliseconds.
    pub(super) at_ms: i64,
}

/// Secrets by name, and names that have none. Bounded.
#[derive(Default)]
pub(super) struct Cache(HashMap<String, Entry>);

struct Entry {
    read: Read,
    /// When a read was last forced.
    forced_at_ms: Option<i64>,
}

impl Cache {
    /// What was read within the last minute.
    pub(super) fn get(&self, name: &str, now_ms: i64) -> Option<Read> {
        let entry = self.0.get(name).filter(|entry| is_recent(entry.read.at_ms, now_ms))?;
        Some(entry.read.clone())
    }

    /// The same, where a read was forced within the last minute; otherwise nothing, and this counts
    /// as forcing one.
    pub(super) fn get_unless_due(&mut self, name: &str, now_ms: i64) -> Option<Read> {
        let cached = self.get(name, now_ms);
        let entry = self.0.get_mut(name)?;
        if entry.forced_at_ms.is_some_and(|at_ms| is_recent(at_ms, now_ms)) {
            return cached;
        }
        entry.forced_at_ms = Some(now_ms);
        None
    }

    /// Remembers what was read.
    pub(super) fn put(&mut self, name: &str, read: Read) {
        let now_ms = read.at_ms;
        if self.0.len() >= MAX_NAMES && !self.0.contains_key(name) {
            self.0.retain(|_, entry| is_recent(entry.read.at_ms, now_ms));
            if self.0.len() >= MAX_NAMES {
                self.0.clear();
            }
        }
        let forced_at_ms = self.0.get(name).and_then(|entry| entry.forced_at_ms);
        self.0.insert(name.to_owned(), Entry { read, forced_at_ms });
    }

    /// The next read asks again.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }
}

/// Within the last minute; a clock that was set back counts as not.
fn is_recent(at_ms: i64, now_ms: i64) -> bool {
    (at_ms..at_ms + LIFE_MS).contains(&now_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Option<&str>, at_ms: i64) -> Read {
        Read { value: value.map(Secret::new), at_ms }
    }

    #[test]
    fn what_was_read_lives_a_minute_and_so_does_nothing() {
        let mut cache = Cache::default();
        cache.put("known", read(Some("x"), 1_000));
        cache.put("unknown", read(None, 1_000));
        assert_eq!(cache.get("known", 60_999), Some(read(Some("x"), 1_000)));
        assert_eq!(cache.get("unknown", 60_999), Some(read(None, 1_000)));
        assert_eq!(cache.get("known", 61_000), None);
        assert_eq!(cache.get("never asked", 1_000), None);
    }

    #[test]
    fn a_read_is_forced_once_a_minute() {
        let mut cache = Cache::default();
        cache.put("a", read(Some("old"), 0));
        assert_eq!(cache.get_unless_due("a", 10), None, "the first mismatch reads");
        cache.put("a", read(Some("new"), 10));
        assert_eq!(cache.get_unless_due("a", 20), Some(read(Some("new"), 10)), "the next does not");
        assert_eq!(cache.get_unless_due("a", 60_010), None, "a minute later one does again");
    }

    #[test]
    fn it_never_holds_more_than_its_bound() {
        let mut cache = Cache::default();
        for index in 0..5_000_i64 {
            cache.put(&format!("name {index}"), read(None, index));
            assert!(cache.0.len() <= MAX_NAMES);
        }
        assert_eq!(cache.get("name 4999", 5_000), Some(read(None, 4_999)), "the newest is in");
    }
}
