//! Answers by name, for a minute, in bounded room.
//!
//! Strangers choose the names that are asked for. What there is nothing of is therefore kept apart from what there is: a flood
//! of made-up names fills its own room, and pushes out nothing but the eldest of itself.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// How long an answer counts, in milliseconds.
pub const REMEMBER_MS: i64 = 60_000;
/// At most so many answers are kept of each kind.
pub const MAX_REMEMBERED: usize = 1_000;

/// What was answered, and when it was asked for, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<V> {
    /// `None`: there is nothing of this name.
    pub value: Option<V>,
    /// When it was answered, in milliseconds.
    pub at_ms: i64,
}

/// The answers of the last minute.
pub struct Remembered<K, V> {
    there: Room<K, V>,
    absent: Room<K, ()>,
}

impl<K: Clone + Eq + Hash, V: Clone> Remembered<K, V> {
    /// What was answered within the last minute.
    pub fn get(&self, key: &K, now_ms: i64) -> Option<Answer<V>> {
        if let Some((at_ms, value)) = self.there.get(key, now_ms) {
            return Some(Answer { value: Some(value), at_ms });
        }
        self.absent.get(key, now_ms).map(|(at_ms, ())| Answer { value: None, at_ms })
    }

    /// Remembers an answer in place of the one before. Where its room is full, the eldest of that room goes.
    pub fn put(&mut self, key: K, answer: Answer<V>) {
        self.forget(&key);
        match answer.value {
            Some(value) => self.there.put(key, answer.at_ms, value),
            None => self.absent.put(key, answer.at_ms, ()),
        }
    }

    /// The next time is the first.
    pub fn forget(&mut self, key: &K) {
        self.there.forget(key);
        self.absent.forget(key);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.there.answers.len() + self.absent.answers.len()
    }
}

// By hand: `derive` would ask for `K: Default`.
impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self { there: Room::default(), absent: Room::default() }
    }
}

/// Answers, and the order in which they came.
struct Room<K, V> {
    answers: HashMap<K, (u64, i64, V)>,
    eldest_first: BTreeMap<u64, K>,
    next: u64,
}

impl<K, V> Default for Room<K, V> {
    fn default() -> Self {
        Self { answers: HashMap::new(), eldest_first: BTreeMap::new(), next: 0 }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Room<K, V> {
    fn get(&self, key: &K, now_ms: i64) -> Option<(i64, V)> {
        let (_, at_ms, value) = self.answers.get(key)?;
        is_recent(*at_ms, now_ms).then(|| (*at_ms, value.clone()))
    }

    fn put(&mut self, key: K, at_ms: i64, value: V) {
        if self.answers.len() >= MAX_REMEMBERED
            && let Some((_, eldest)) = self.eldest_first.pop_first()
        {
            self.answers.remove(&eldest);
        }
        self.eldest_first.insert(self.next, key.clone());
        self.answers.insert(key, (self.next, at_ms, value));
        self.next += 1;
    }

    fn forget(&mut self, key: &K) {
        if let Some((number, ..)) = self.answers.remove(key) {
            self.eldest_first.remove(&number);
        }
    }
}

/// Within the last minute; a clock that was set back counts as not.
fn is_recent(at_ms: i64, now_ms: i64) -> bool {
    (at_ms..at_ms + REMEMBER_MS).contains(&now_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: &str, at_ms: i64) -> Answer<String> {
        Answer { value: Some(value.to_owned()), at_ms }
    }

    fn nothing(at_ms: i64) -> Answer<String> {
        Answer { value: None, at_ms }
    }

    #[test]
    fn an_answer_counts_for_a_minute_and_so_does_nothing() {
        let mut answers = Remembered::default();
        answers.put("known", is("x", 1_000));
        answers.put("unknown", nothing(1_000));
        assert_eq!(answers.get(&"known", 60_999), Some(is("x", 1_000)));
        assert_eq!(answers.get(&"unknown", 60_999), Some(nothing(1_000)));
        assert_eq!(answers.get(&"known", 61_000), None);
        assert_eq!(answers.get(&"unknown", 61_000), None);
        assert_eq!(answers.get(&"known", 999), None, "the clock was set back");
        assert_eq!(answers.get(&"never asked", 1_000), None);
    }

    #[test]
    fn the_newest_answer_counts_whatever_the_one_before_was() {
        let mut answers = Remembered::default();
        for answer in [is("x", 1), nothing(2), is("y", 3)] {
            answers.put("name", answer.clone());
            assert_eq!(answers.get(&"name", 10), Some(answer));
            assert_eq!(answers.len(), 1);
        }
        answers.forget(&"name");
        assert_eq!(answers.get(&"name", 10), None);
    }

    #[test]
    fn a_flood_of_made_up_names_pushes_out_its_own_eldest_alone() {
        let mut answers = Remembered::default();
        answers.put("real".to_owned(), is("x", 0));
        for index in 0..5_500 {
            answers.put(format!("made up {index}"), nothing(index));
            assert!(answers.len() <= MAX_REMEMBERED + 1);
        }
        assert_eq!(answers.get(&"real".to_owned(), 5_500), Some(is("x", 0)), "what is there stays");
        assert_eq!(answers.get(&"made up 4500".to_owned(), 5_500), Some(nothing(4_500)), "and so do the newest");
        assert_eq!(answers.get(&"made up 4499".to_owned(), 5_500), None, "the eldest went, one by one");
    }

    #[test]
    fn more_names_than_there_is_room_for_go_one_by_one() {
        let mut answers = Remembered::default();
        for index in 0..=1_000 {
            answers.put(index, is("x", 0));
        }
        assert_eq!((answers.get(&0, 1), answers.get(&1, 1)), (None, Some(is("x", 0))));
    }
}
