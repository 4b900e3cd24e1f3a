//! What was read, for a minute.

use crate::ports::secrets::Secret;
use crate::store::remembered::{Answer, Remembered};

/// A value as it was read, and when the read began. No value: there was nothing.
pub(super) type Read = Answer<Secret>;

/// Secrets by name, names that have none, and the reads that a mismatch forced. Each bounded by itself.
#[derive(Default)]
pub(super) struct Cache {
    reads: Remembered<String, Secret>,
    forced: Remembered<String, ()>,
}

impl Cache {
    /// What was read within the last minute.
    pub(super) fn get(&self, name: &str, now_ms: i64) -> Option<Read> {
        self.reads.get(&name.to_owned(), now_ms)
    }

    /// The same, where a read was forced within the last minute; otherwise nothing, and this counts
    /// as forcing one.
    pub(super) fn get_unless_due(&mut self, name: &str, now_ms: i64) -> Option<Read> {
        if self.forced.get(&name.to_owned(), now_ms).is_some() {
            return self.get(name, now_ms);
        }
        self.forced.put(name.to_owned(), Answer { value: Some(()), at_ms: now_ms });
        None
    }

    /// Remembers what was read.
    pub(super) fn put(&mut self, name: &str, read: Read) {
        self.reads.put(name.to_owned(), read);
    }

    /// The next read asks again.
    pub(super) fn forget(&mut self, name: &str) {
        self.reads.forget(&name.to_owned());
        self.forced.forget(&name.to_owned());
    }
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
    fn made_up_names_drop_no_secret_and_no_count_of_its_reads() {
        let mut cache = Cache::default();
        cache.put("real", read(Some("x"), 0));
        assert_eq!(cache.get_unless_due("real", 0), None);
        for index in 0..5_000_i64 {
            cache.put(&format!("made up {index}"), read(None, index));
        }
        assert_eq!(cache.get("real", 5_000), Some(read(Some("x"), 0)));
        assert_eq!(cache.get_unless_due("real", 5_000), Some(read(Some("x"), 0)));
        assert_eq!(cache.get("made up 4999", 5_000), Some(read(None, 4_999)), "the newest is in");
    }
}
