//! Kinds of work and people are served in turns. Behind what is fresh comes what the CRM had no time for, and behind that what fails again
//! and again.
//!
//! A flood of one kind, or of one person, costs the others a batch of it and no more.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::domain::ids::fingerprint;
use crate::domain::outbox::{Effect, OutboxRow, Priority};

/// How many rows of a kind a pass takes that did not fail before.
const FRESH: usize = 400;
/// How many of a kind it takes, behind those, that the CRM had no time for.
const UNHEARD: usize = 200;
/// How many of a kind it takes, behind those, that failed for what they say.
const AGAIN: usize = 100;

/// How many rows of a kind are one turn: what goes to the CRM together, or what costs about as much time where each goes alone.
fn turn(of: Priority) -> usize {
    match of {
        Priority::ClearContactFields
        | Priority::ClearErasedPerson
        | Priority::RedactMessage
        | Priority::ShowFile
        | Priority::WriteToInbox
        | Priority::TellInbox => 20,
        _ => 100,
    }
}

/// How many rows of a kind that failed for what they say a pass takes.
fn again(of: Priority) -> usize {
    match of {
        // Each is told alone.
        Priority::CompleteWorkflow | Priority::TellOutcome => 20,
        _ => AGAIN,
    }
}

/// Cuts what is due into batches in the order in which they are served: round by round a batch of each kind, first of what
/// did not fail before, then of what the CRM had no time for: after a day on which it did not answer all of that is due at once, and goes
/// together as if it were fresh, though in two batches at least and with other company each time: it may be one of them for which there is no
/// answer, whenever it comes. Rows beyond a pass's share are left out; they stay due.
pub(super) fn turns(rows: Vec<OutboxRow>) -> Vec<(Priority, Vec<OutboxRow>)> {
    let (suspect, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(OutboxRow::is_suspect);
    let (fresh, unheard): (Vec<_>, Vec<_>) = others.into_iter().partition(|row| row.tries == 0);
    let mut batches = rounds(shares(fresh, |_| FRESH), turn);
    batches.extend(in_other_company(shares(unheard, |_| UNHEARD)));
    batches.extend(rounds(shares(suspect, again), turn));
    batches
}

/// Of what one call tells or does not tell, who is in which batch is another matter with each try, and there are two at least.
fn in_other_company(mut waiting: BTreeMap<Priority, VecDeque<OutboxRow>>) -> Vec<(Priority, Vec<OutboxRow>)> {
    let is_mixed = |kind: &Priority| matches!(kind, Priority::CompleteWorkflow | Priority::TellOutcome);
    let mut sizes: BTreeMap<Priority, usize> = BTreeMap::new();
    for (kind, rows) in waiting.iter_mut().filter(|(kind, _)| is_mixed(kind)) {
        rows.make_contiguous().sort_by_cached_key(|row| fingerprint(&[&row.effect.name(), &row.tries.to_string()]));
        sizes.insert(*kind, rows.len().div_ceil(2));
    }
    rounds(waiting, |kind| sizes.get(&kind).map_or(turn(kind), |half| turn(kind).min(*half)))
}

/// A pass's share of each kind.
fn shares(rows: Vec<OutboxRow>, share: fn(Priority) -> usize) -> BTreeMap<Priority, VecDeque<OutboxRow>> {
    let mut of: BTreeMap<Priority, Vec<OutboxRow>> = BTreeMap::new();
    for row in rows {
        of.entry(row.effect.priority()).or_default().push(row);
    }
    of.into_iter().map(|(kind, rows)| (kind, by_person(rows).into_iter().take(share(kind)).collect())).collect()
}

/// Of each kind a batch of so many, then of each the next.
fn rounds(
    mut waiting: BTreeMap<Priority, VecDeque<OutboxRow>>,
    size: impl Fn(Priority) -> usize,
) -> Vec<(Priority, Vec<OutboxRow>)> {
    let mut batches = Vec::new();
    while waiting.values().any(|rows| !rows.is_empty()) {
        for (kind, rows) in waiting.iter_mut().filter(|(_, rows)| !rows.is_empty()) {
            let size = size(*kind).min(rows.len());
            batches.push((*kind, rows.drain(..size).collect()));
        }
    }
    batches
}

/// Everybody's first row, then everybody's second, and so on; within each what has been due longest first.
fn by_person(mut rows: Vec<OutboxRow>) -> Vec<OutboxRow> {
    rows.sort_by_key(|row| row.due_at_ms);
    let mut had: HashMap<String, usize> = HashMap::new();
    let mut ranked: Vec<(usize, OutboxRow)> = rows
        .into_iter()
        .map(|row| {
            let rank = whose(&row.effect).map_or(0, |whose| {
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
fn whose(effect: &Effect) -> Option<String> {
    match effect {
        Effect::ReconcileContact { contact }
        | Effect::ForgetContact { contact }
        | Effect::ClearContactFields { contact, .. } => Some(contact.to_string()),
        other => other.conversation().map(|conversation| conversation.hash()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{CrmAccountKey, CrmKind};
    use crate::domain::conversation::ConversationKey;
    use crate::domain::dead_letter::FailureReason;
    use crate::domain::ids::{ChannelId, CrmAccountId, LineUserId, MessageId};
    use crate::domain::push::PushId;

    fn row(effect: Effect, tries: u32, due_at_ms: i64) -> OutboxRow {
        let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") };
        OutboxRow { tries, ..OutboxRow::new(&account, effect, 0, due_at_ms) }
    }

    fn completion(number: usize) -> Effect {
        let id = CrmAccountId::new("9");
        Effect::CompleteWorkflow { push: PushId::of_action(CrmKind::HubSpot, &id, &[&number.to_string()]) }
    }

    fn key(person: usize) -> ConversationKey {
        ConversationKey::person(&ChannelId::new("1"), &LineUserId::new(format!("U{person}")))
    }

    fn amendment(person: usize, message: usize) -> Effect {
        Effect::RedactMessage { conversation: key(person), message: MessageId::new(message.to_string()) }
    }

    #[test]
    fn a_flood_of_one_kind_costs_the_others_one_batch_of_it() {
        let mut rows: Vec<_> = (0..2_000).map(|number| row(completion(number), 0, 1)).collect();
        rows.push(row(Effect::SyncContact { conversation: key(1) }, 0, 9));
        rows.push(row(Effect::WriteEntry { conversation: key(2) }, 0, 9));
        let batches = turns(rows);
        let sizes: Vec<_> = batches.iter().map(|(kind, rows)| (*kind, rows.len())).collect();
        let completions = (Priority::CompleteWorkflow, 100);
        let expected =
            [completions, (Priority::SyncContact, 1), (Priority::WriteEntry, 1), completions, completions, completions];
        assert_eq!(sizes, expected, "400 of them are a pass's share");
    }

    #[test]
    fn what_the_crm_had_no_time_for_goes_together_behind_what_is_fresh() {
        let set_back = |number| OutboxRow { why: Some(FailureReason::Unreachable), ..row(completion(number), 3, 1) };
        let mut rows: Vec<_> = (0..30).map(|number| row(completion(number), 3, 1)).collect();
        rows.extend((30..280).map(set_back));
        rows.push(row(completion(280), 0, 5));
        let batches = turns(rows);
        let sizes: Vec<_> = batches.iter().map(|(_, rows)| (rows.len(), rows[0].is_suspect())).collect();
        assert_eq!(sizes, [(1, false), (100, false), (100, false), (20, true)], "200 are a pass's share");
    }

    #[test]
    fn who_travels_with_one_for_which_the_crm_never_answers_gets_away_from_it() {
        let unheard =
            |number, tries| OutboxRow { why: Some(FailureReason::Unreachable), ..row(completion(number), tries, 1) };
        let guilty = completion(0).name();
        let mut left: Vec<usize> = (0..100).collect();
        for tries in 1..=20 {
            let batches = turns(left.iter().map(|number| unheard(*number, tries)).collect());
            let (_, with_it) =
                batches.into_iter().find(|(_, rows)| rows.iter().any(|row| row.effect.name() == guilty)).unwrap();
            left.retain(|number| with_it.iter().any(|row| row.effect.name() == completion(*number).name()));
        }
        assert_eq!(left, [0], "all others were heard, in batches without it");
    }

    #[test]
    fn what_failed_before_comes_behind_everything_fresh_and_still_has_its_share() {
        let mut rows: Vec<_> = (0..500).map(|number| row(completion(number), 3, 1)).collect();
        rows.extend((500..600).map(|number| row(completion(number), 0, 5)));
        rows.push(row(
            Effect::WriteLastOutcome { push: PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("9"), &["x"]) },
            0,
            9,
        ));
        let batches = turns(rows);
        let sizes: Vec<_> = batches.iter().map(|(kind, rows)| (*kind, rows.len(), rows[0].tries)).collect();
        assert_eq!(
            sizes,
            [
                (Priority::CompleteWorkflow, 100, 0),
                (Priority::WriteLastOutcome, 1, 0),
                (Priority::CompleteWorkflow, 20, 3)
            ]
        );
    }

    #[test]
    fn a_person_with_many_rows_leaves_everybody_elses_first_one_before_their_second() {
        let mut rows: Vec<_> = (0..50).map(|message| row(amendment(1, message), 0, 1)).collect();
        rows.push(row(amendment(2, 0), 0, 9));
        let batches = turns(rows);
        assert!(
            batches[0].1[..2].iter().any(|row| row.effect == amendment(2, 0)),
            "second of all, not the fifty-first"
        );
        assert_eq!(batches.iter().map(|(_, rows)| rows.len()).sum::<usize>(), 51, "and nothing is left out");
    }
}
