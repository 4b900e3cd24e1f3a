//! Kinds of work and people are served in turns, and what fails again and again comes behind what is fresh.
//!
//! A flood of one kind, or of one person, costs the others a batch of it and no more.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::domain::owed::{Owed, OwedRow};

/// How many rows of a kind a pass takes that did not fail before.
const FRESH: usize = 400;
/// How many of a kind it takes, behind those, that did.
const AGAIN: usize = 100;

/// Which kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Completions,
    People,
    Clears,
    Unnames,
    /// After what we write ourselves: a contact that is to be filled or emptied is no news.
    Looks,
    Outcomes,
    Checks,
    Entries,
    NotSent,
    Amendments,
    Oblivions,
}

impl Kind {
    /// Whoever waits most comes first in a round: a workflow, then the owner, then the timeline.
    const ALL: [Self; 11] = [
        Self::Completions,
        Self::People,
        Self::Clears,
        Self::Unnames,
        Self::Looks,
        Self::Outcomes,
        Self::Checks,
        Self::Entries,
        Self::NotSent,
        Self::Amendments,
        Self::Oblivions,
    ];

    fn of(owed: &Owed) -> Self {
        match owed {
            Owed::Completion { .. } => Self::Completions,
            Owed::Person { .. } => Self::People,
            Owed::Clear { .. } => Self::Clears,
            Owed::Unname { .. } => Self::Unnames,
            Owed::Look { .. } => Self::Looks,
            Owed::Outcome { .. } => Self::Outcomes,
            Owed::TaskCheck { .. } => Self::Checks,
            Owed::Entry { .. } => Self::Entries,
            Owed::NotSent { .. } => Self::NotSent,
            Owed::Amendment { .. } => Self::Amendments,
            Owed::Oblivion { .. } => Self::Oblivions,
        }
    }

    /// How many rows are one turn: what goes to the CRM together, or what costs about as much time where each goes alone.
    fn turn(self) -> usize {
        match self {
            Self::Clears | Self::Unnames | Self::Amendments => 20,
            _ => 100,
        }
    }

    /// How many rows that failed before a pass takes.
    fn again(self) -> usize {
        match self {
            // Each is told alone.
            Self::Completions => 20,
            _ => AGAIN,
        }
    }
}

/// Cuts what is due into batches in the order in which they are served: round by round a batch of each kind, first of what
/// did not fail before. Rows beyond a pass's share are left out; they stay due.
pub(super) fn turns(rows: Vec<OwedRow>) -> Vec<(Kind, Vec<OwedRow>)> {
    let (again, fresh): (Vec<_>, Vec<_>) = rows.into_iter().partition(has_failed);
    let mut batches = rounds(fresh, |_| FRESH);
    batches.extend(rounds(again, Kind::again));
    batches
}

/// A look at an open task is owed again and again, and has not failed.
fn has_failed(row: &OwedRow) -> bool {
    row.tries > 0 && !matches!(row.owed, Owed::TaskCheck { .. })
}

fn rounds(rows: Vec<OwedRow>, share: fn(Kind) -> usize) -> Vec<(Kind, Vec<OwedRow>)> {
    let mut of: BTreeMap<Kind, Vec<OwedRow>> = BTreeMap::new();
    for row in rows {
        of.entry(Kind::of(&row.owed)).or_default().push(row);
    }
    let mut waiting: BTreeMap<Kind, VecDeque<OwedRow>> =
        of.into_iter().map(|(kind, rows)| (kind, by_person(rows).into_iter().take(share(kind)).collect())).collect();
    let mut batches = Vec::new();
    while waiting.values().any(|rows| !rows.is_empty()) {
        for kind in Kind::ALL {
            let Some(rows) = waiting.get_mut(&kind).filter(|rows| !rows.is_empty()) else { continue };
            let turn = kind.turn().min(rows.len());
            batches.push((kind, rows.drain(..turn).collect()));
        }
    }
    batches
}

/// Everybody's first row, then everybody's second, and so on; within each what has been due longest first.
fn by_person(mut rows: Vec<OwedRow>) -> Vec<OwedRow> {
    rows.sort_by_key(|row| row.due_at_ms);
    let mut had: HashMap<String, usize> = HashMap::new();
    let mut ranked: Vec<(usize, OwedRow)> = rows
        .into_iter()
        .map(|row| {
            let rank = whose(&row.owed).map_or(0, |whose| {
                let rank = had.entry(whose).or_default();
                *rank += 1;
                *rank
            });
            (rank, row)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, row)| row).collect()
}

/// Whose turn it uses up. Where the row does not say, its own.
fn whose(owed: &Owed) -> Option<String> {
    match owed {
        Owed::Look { contact, .. } | Owed::Clear { contact, .. } => Some(contact.to_string()),
        other => other.conversation().map(|conversation| conversation.hash()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{CrmAccountKey, CrmKind};
    use crate::domain::conversation::ConversationKey;
    use crate::domain::ids::{ChannelId, CrmAccountId, LineUserId, MessageId};
    use crate::domain::push::PushId;

    fn row(owed: Owed, tries: u32, due_at_ms: i64) -> OwedRow {
        let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") };
        OwedRow { tries, ..OwedRow::new(&account, owed, 0, due_at_ms) }
    }

    fn completion(number: usize) -> Owed {
        let id = CrmAccountId::new("9");
        Owed::Completion { push: PushId::of_action(CrmKind::HubSpot, &id, &[&number.to_string()]) }
    }

    fn key(person: usize) -> ConversationKey {
        ConversationKey::person(&ChannelId::new("1"), &LineUserId::new(format!("U{person}")))
    }

    fn amendment(person: usize, message: usize) -> Owed {
        Owed::Amendment { conversation: key(person), message: MessageId::new(message.to_string()) }
    }

    #[test]
    fn a_flood_of_one_kind_costs_the_others_one_batch_of_it() {
        let mut rows: Vec<_> = (0..2_000).map(|number| row(completion(number), 0, 1)).collect();
        rows.push(row(Owed::Person { conversation: key(1) }, 0, 9));
        rows.push(row(Owed::Entry { conversation: key(2) }, 0, 9));
        let batches = turns(rows);
        let sizes: Vec<_> = batches.iter().map(|(kind, rows)| (*kind, rows.len())).collect();
        let completions = (Kind::Completions, 100);
        let expected = [completions, (Kind::People, 1), (Kind::Entries, 1), completions, completions, completions];
        assert_eq!(sizes, expected, "400 of them are a pass's share");
    }

    #[test]
    fn what_failed_before_comes_behind_everything_fresh_and_still_has_its_share() {
        let mut rows: Vec<_> = (0..500).map(|number| row(completion(number), 3, 1)).collect();
        rows.extend((500..600).map(|number| row(completion(number), 0, 5)));
        rows.push(row(
            Owed::Outcome { push: PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("9"), &["x"]) },
            0,
            9,
        ));
        let batches = turns(rows);
        let sizes: Vec<_> = batches.iter().map(|(kind, rows)| (*kind, rows.len(), rows[0].tries)).collect();
        assert_eq!(sizes, [(Kind::Completions, 100, 0), (Kind::Outcomes, 1, 0), (Kind::Completions, 20, 3)]);
        let looks = turns(vec![row(Owed::TaskCheck { conversation: key(1) }, 7, 1), row(completion(1), 1, 1)]);
        assert_eq!(looks[0].0, Kind::Checks, "a look at a task is no failure");
    }

    #[test]
    fn a_person_with_many_rows_leaves_everybody_elses_first_one_before_their_second() {
        let mut rows: Vec<_> = (0..50).map(|message| row(amendment(1, message), 0, 1)).collect();
        rows.push(row(amendment(2, 0), 0, 9));
        let batches = turns(rows);
        assert!(batches[0].1[..2].iter().any(|row| row.owed == amendment(2, 0)), "second of all, not the fifty-first");
        assert_eq!(batches.iter().map(|(_, rows)| rows.len()).sum::<usize>(), 51, "and nothing is left out");
    }
}
