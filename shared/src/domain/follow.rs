//! Since when a person follows the Official Account, and whether for the first time.
//!
//! LINE says of a follow whether it lifted a block, not always rightly, and of old events not at all (LINE Messaging API
//! reference, "Follow event"). Events come more than once and in any order: what is kept makes the same of every order.

use serde::{Deserialize, Serialize};

use super::activity::Mark;

/// How a person came to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowKind {
    /// Added the Official Account.
    New,
    /// Had blocked it, and does no more.
    Unblocked,
    /// Was there before Musubi was: we have never seen them follow.
    BeforeMusubi,
}

impl FollowKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::New, Self::Unblocked, Self::BeforeMusubi];

    /// The spelling, which customers' lists and workflows refer to.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unblocked => "unblocked",
            Self::BeforeMusubi => "before_musubi",
        }
    }
}

/// What is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    /// The newest follow.
    newest: Option<Mark>,
    /// Whether it lifted a block, where LINE says so.
    lifted_block: Option<bool>,
    /// The oldest block that we know of.
    first_block: Option<Mark>,
    /// The person did something else, or LINE lists them.
    was_there: bool,
}

impl Following {
    /// The person follows from here on. `lifted_block` is what LINE says of it.
    pub fn observe_follow(&mut self, mark: &Mark, lifted_block: Option<bool>) {
        if self.newest.as_ref().is_none_or(|newest| newest < mark) {
            (self.newest, self.lifted_block) = (Some(mark.clone()), lifted_block);
        }
    }

    /// The person blocks.
    pub fn observe_block(&mut self, mark: &Mark) {
        if self.first_block.as_ref().is_none_or(|first| mark < first) {
            self.first_block = Some(mark.clone());
        }
    }

    /// The person is a friend, whenever they became one.
    pub fn observe_presence(&mut self) {
        self.was_there = true;
    }

    /// When they followed, the newest time, in milliseconds. `None`: we have not seen it.
    pub fn at_ms(&self) -> Option<i64> {
        self.newest.as_ref().map(|mark| mark.at_ms)
    }

    /// How. Where LINE does not say, whoever had blocked before has lifted a block. `None`: nothing is known.
    pub fn kind(&self) -> Option<FollowKind> {
        let Some(newest) = &self.newest else { return self.was_there.then_some(FollowKind::BeforeMusubi) };
        let had_blocked = || self.first_block.as_ref().is_some_and(|first| first < newest);
        Some(if self.lifted_block.unwrap_or_else(had_blocked) { FollowKind::Unblocked } else { FollowKind::New })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EventId;

    #[derive(Clone, Copy)]
    enum Seen {
        Follow(i64, Option<bool>),
        Block(i64),
        There,
    }

    fn after(seen: &[Seen]) -> (Option<i64>, Option<FollowKind>) {
        let mark = |at_ms| Mark::at(at_ms, EventId::new("E"));
        let mut following = Following::default();
        for one in seen {
            match *one {
                Seen::Follow(at_ms, lifted) => following.observe_follow(&mark(at_ms), lifted),
                Seen::Block(at_ms) => following.observe_block(&mark(at_ms)),
                Seen::There => following.observe_presence(),
            }
        }
        (following.at_ms(), following.kind())
    }

    /// Every order of these, some of them twice.
    fn in_every_order(seen: &[Seen], check: impl Fn(&[Seen])) {
        fn permute(left: Vec<Seen>, done: Vec<Seen>, check: &impl Fn(&[Seen])) {
            if left.is_empty() {
                check(&done);
            }
            for at in 0..left.len() {
                let (mut left, mut done) = (left.clone(), done.clone());
                done.push(left.remove(at));
                permute(left, done, check);
            }
        }
        permute(seen.iter().chain(seen.first()).copied().collect(), Vec::new(), &check);
    }

    #[test]
    fn the_newest_follow_tells_in_whatever_order_and_however_often_events_come() {
        use Seen::{Block, Follow, There};
        let table: [(&[Seen], Option<i64>, Option<FollowKind>); 9] = [
            (&[Follow(1, Some(false)), There], Some(1), Some(FollowKind::New)),
            (&[Follow(1, Some(false)), Block(2), Follow(3, Some(true))], Some(3), Some(FollowKind::Unblocked)),
            (&[Follow(1, Some(false)), Block(2)], Some(1), Some(FollowKind::New)),
            (&[There], None, Some(FollowKind::BeforeMusubi)),
            (&[There, Block(1)], None, Some(FollowKind::BeforeMusubi)),
            (&[There, Block(1), Follow(2, Some(true))], Some(2), Some(FollowKind::Unblocked)),
            (&[Block(1)], None, None),
            (&[Follow(1, None), There], Some(1), Some(FollowKind::New)),
            (&[Follow(1, None), Block(2), Follow(3, None)], Some(3), Some(FollowKind::Unblocked)),
        ];
        for (number, (seen, at_ms, kind)) in table.into_iter().enumerate() {
            in_every_order(seen, |order| assert_eq!(after(order), (at_ms, kind), "row {number}"));
        }
    }

    #[test]
    fn it_is_spelled_as_it_is_stored() {
        for kind in FollowKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
        }
    }
}
