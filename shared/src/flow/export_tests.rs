//! Everybody is in exactly one part, nothing is cut off, and somebody else's people are in none.

use std::collections::BTreeSet;

use super::*;
use crate::domain::account::CrmAccount;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::ids::{ContactId, CrmAccountId, CrmAppId, OperatorId};
use crate::domain::language::Language;
use crate::domain::link::ContactLink;
use crate::domain::operator::{OperatorName, Role};
use crate::flow::testing::{NoWaiting, RivalTable, account, channel, key, user};
use crate::ports::table::{Commit, Write};
use crate::store::journal::write;
use crate::store::{Links, Operators};

struct World {
    verb: Export,
    links: Links,
    notes: Operators,
}

async fn world(people: usize) -> World {
    let table = || Arc::new(RivalTable::default());
    let (journal, links, accounts) = (Journal::new(table()), Links::new(table()), Accounts::new(table()));
    let notes = Operators::new(table());
    let row = CrmAccount::new(account(), CrmAppId::new("a"), Language::Japanese, "Asia/Tokyo");
    assert_eq!(accounts.put(&row, 0).await.unwrap(), Commit::Done);
    for number in 0..people {
        let begun = vec![
            write::conversation(&Conversation::new(key(number), account()), 0),
            write::person_listed(&key(number)).unwrap(),
        ];
        assert_eq!(journal.commit(begun).await.unwrap(), Commit::Done);
    }
    let clock: Arc<dyn Clock> = Arc::new(NoWaiting);
    let console = Console { operators: notes.clone(), clock: Arc::clone(&clock) };
    World { verb: Export { console, accounts, journal, links: links.reader(), clock }, links, notes }
}

fn operator() -> Operator {
    Operator {
        id: OperatorId::new("o"),
        account: account(),
        name: OperatorName::parse("Sato").unwrap(),
        role: Role::Admin,
        channels: None,
        since_ms: 0,
    }
}

async fn part(world: &World, number: u32, of: u32) -> String {
    let part = PeoplePart::new(number, of).unwrap();
    world.verb.write(&channel(), &operator(), part, ExportFormat::Csv).await.unwrap()
}

#[tokio::test]
async fn everybody_is_in_exactly_one_part_however_many_parts_there_are() {
    let world = world(300).await;
    let all: BTreeSet<String> = (0..300).map(|number| user(number).expose().to_owned()).collect();
    for of in [1, 2, 16, 32, PeoplePart::MOST] {
        let mut seen = Vec::new();
        for number in 0..of {
            let text = part(&world, number, of).await;
            seen.extend(text.lines().skip(1).map(|line| line[..33].to_owned()));
        }
        assert_eq!(seen.len(), 300, "{of} parts");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all, "{of} parts");
    }
    for (number, of) in [(0, 0), (0, 3), (2, 2), (0, 2 * PeoplePart::MOST)] {
        assert_eq!(PeoplePart::new(number, of), None, "{number} of {of}");
    }
    let lines = world.notes.audit(&account(), 0, 10).await.unwrap().found;
    assert_eq!(lines[0].deed, Deed::Exported { id: channel().id });
}

#[tokio::test]
async fn many_people_are_offered_in_parts_of_which_each_fits() {
    for (people, of) in [(0, 1), (TO_A_PART, 1), (TO_A_PART + 1, 2), (3 * TO_A_PART, 4)] {
        let world = world(people).await;
        assert_eq!(world.verb.parts(&channel()).await.unwrap(), Some(of), "{people}");
        let mut rows = 0;
        for number in 0..of {
            let lines = part(&world, number, of).await.lines().count() - 1;
            assert!(lines <= TO_A_PART, "{lines} of {people}");
            rows += lines;
        }
        assert_eq!(rows, people);
    }
    let world = world(MOST_IN_A_PART + 1).await;
    let whole = world.verb.write(&channel(), &operator(), PeoplePart::ALL, ExportFormat::Json).await;
    assert!(matches!(whole, Err(ExportError::TooMany)), "nothing is cut off");
}

#[tokio::test]
async fn a_row_says_what_we_hold_and_another_accounts_rows_are_not_ours() {
    let world = world(3).await;
    let (one, two) = (user(0), user(1));
    let link = |user: &crate::domain::ids::LineUserId, account: &crate::domain::account::CrmAccountKey| ContactLink {
        channel: channel().id,
        user: user.clone(),
        account: account.clone(),
        contact: ContactId::new("101"),
        linked_at_ms: 5_000,
        by: Some(ClaimedBy::Preset),
        is_new: true,
        provider: Default::default(),
    };
    let before = crate::domain::account::CrmAccountKey { id: CrmAccountId::new("2"), ..account() };
    assert_eq!(world.links.link(&link(&one, &account())).await.unwrap(), Commit::Done);
    assert_eq!(world.links.link(&link(&two, &before)).await.unwrap(), Commit::Done);
    let claim = Claim::new(ClaimedBy::Login, Target::ByLineUserId, 1);
    assert_eq!(world.verb.journal.commit(vec![write::claim(&key(2), &claim, 0, 1)]).await.unwrap(), Commit::Done);
    let text = part(&world, 0, 1).await;
    let row =
        |user: &crate::domain::ids::LineUserId| text.lines().find(|line| line.starts_with(user.expose())).unwrap();
    assert!(row(&one).contains(",101,1970-01-01T09:00:05+09:00,preset,"), "{text}");
    assert!(row(&two)[33..].starts_with(",,,,"), "linked in the account that the channel was of before: {text}");
    assert!(row(&user(2)).ends_with(",no,login,"), "{text}");
}

#[tokio::test]
async fn what_another_version_wrote_is_not_left_out_silently() {
    let world = world(2).await;
    let Some(Write::Put { key, .. }) = write::person_listed(&key(1)) else { panic!("a put") };
    let odd = Write::put(key, &7, crate::ports::table::Precondition::Any);
    assert_eq!(world.verb.journal.commit(vec![odd]).await.unwrap(), Commit::Done);
    let whole = world.verb.write(&channel(), &operator(), PeoplePart::ALL, ExportFormat::Json).await;
    assert!(matches!(whole, Err(ExportError::Unreadable(1))));
}
