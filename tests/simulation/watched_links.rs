//! Links, seen at every moment.

use std::sync::Arc;

use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId};
use musubi::domain::link::ContactLink;
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Versioned, Write};
use musubi::store::Links;

use crate::faults::Faults;
use crate::models::table::ModelTable;
use crate::said::user;
use crate::world::{World, run};

impl World {
    /// A link is two rows: each must have its other half at every moment.
    pub fn watch_links(&mut self) {
        let commits = self.links_rows.commits();
        if std::mem::replace(&mut self.link_commits_seen, commits) == commits {
            return;
        }
        let rows = self.links_rows.all();
        for (partition, _, body) in &rows {
            let half = if partition.starts_with("user:") { "contact:" } else { "user:" };
            let halves = rows.iter().filter(|(other, _, same)| other.starts_with(half) && same == body).count();
            assert_eq!(halves, 1, "half a link");
        }
        let mine = rows.iter().find(|(at, _, body)| at.starts_with("user:") && body.contains(user(1).expose()));
        let linked = mine.map_or("-".to_owned(), |(_, _, body)| {
            serde_json::from_str::<ContactLink>(body).expect("a link").contact.to_string()
        });
        if self.linked_contacts.last() != Some(&linked) {
            self.linked_contacts.push(linked);
        }
    }
}

fn table() -> (ModelTable, Links) {
    let rows = ModelTable::new("links", Faults::random(0, 0, 0));
    (rows.clone(), Links::new(Arc::new(rows)))
}

pub fn account(id: &str) -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(id) }
}

fn link(by: u64, account: &CrmAccountKey, contact: &str) -> ContactLink {
    ContactLink {
        channel: ChannelId::new("1657000000"),
        user: user(by),
        account: account.clone(),
        contact: ContactId::new(contact),
        linked_at_ms: 1,
        is_new: false,
        provider: Default::default(),
        by: None,
    }
}

/// What the table says of people and of contacts, each as `who>contact`; `-`: nobody.
fn seen(links: &Links, account: &CrmAccountKey, people: &[u64], contacts: &[&str]) -> (Vec<String>, Vec<String>) {
    let channel = ChannelId::new("1657000000");
    let say = |found: Option<Versioned<ContactLink>>| {
        found.map_or("-".to_owned(), |found| {
            let by = (0..9).find(|by| user(*by) == found.value.user).expect("one of ours");
            format!("{by}>{}", found.value.contact)
        })
    };
    let of_user = |by: &u64| say(run(links.of_user(&channel, &user(*by))).expect("rows"));
    let of_contact = |id: &&str| say(run(links.of_contact(account, &ContactId::new(*id), &channel)).expect("rows"));
    (people.iter().map(of_user).collect(), contacts.iter().map(of_contact).collect())
}

#[test]
fn whoever_takes_anothers_contact_leaves_their_own_and_the_other_has_none() {
    let ((_, links), account) = (table(), account("77"));
    run(async {
        assert_eq!(links.link(&link(1, &account, "a")).await.expect("linked"), Commit::Done);
        assert_eq!(links.link(&link(2, &account, "b")).await.expect("linked"), Commit::Done);
        assert_eq!(links.link(&link(1, &account, "b")).await.expect("rows"), Commit::Conflict, "neither is free");
        let channel = link(1, &account, "a").channel;
        let mine = links.of_user(&channel, &user(1)).await.expect("rows");
        let theirs = links.of_contact(&account, &ContactId::new("b"), &channel).await.expect("rows");
        let moved = links.relink(&link(1, &account, "b"), mine.as_ref(), theirs.as_ref()).await;
        assert_eq!(moved.expect("moved"), Commit::Done);
        let again = links.relink(&link(1, &account, "b"), mine.as_ref(), theirs.as_ref()).await;
        assert_eq!(again.expect("rows"), Commit::Conflict, "it is done");
    });
    let (people, contacts) = seen(&links, &account, &[1, 2], &["a", "b"]);
    assert_eq!((people, contacts), (vec!["1>b".to_owned(), "-".into()], vec!["-".to_owned(), "1>b".into()]));
}

#[test]
fn a_link_follows_a_merge_with_both_of_its_halves() {
    let ((rows, links), account) = (table(), account("77"));
    run(async {
        assert_eq!(links.link(&link(1, &account, "a")).await.expect("linked"), Commit::Done);
        let old = links.of_user(&link(1, &account, "a").channel, &user(1)).await.expect("rows").expect("a link");
        assert_eq!(links.follow_merge(&old, &ContactId::new("b")).await.expect("moved"), Commit::Done);
    });
    let (people, contacts) = seen(&links, &account, &[1], &["a", "b"]);
    assert_eq!((people, contacts), (vec!["1>b".to_owned()], vec!["-".to_owned(), "1>b".into()]));
    assert_eq!(rows.all().len(), 2);
}

/// Between the two reads a link may move; half of one from before is none.
#[test]
fn a_contacts_row_whose_person_stands_elsewhere_is_nobodys() {
    let (here, there) = (account("77"), account("78"));
    for elsewhere in [link(1, &here, "b"), link(1, &there, "a")] {
        let ((rows, links), (old_rows, old)) = (table(), table());
        assert_eq!(run(old.link(&link(1, &here, "a"))).expect("linked"), Commit::Done);
        assert_eq!(run(links.link(&elsewhere)).expect("linked"), Commit::Done);
        let half = old_rows.all().into_iter().find(|(at, ..)| at.starts_with("contact:")).expect("a half");
        let (key, was) = (RowKey::new(half.0, half.1), link(1, &here, "a"));
        assert_eq!(run(rows.commit(vec![Write::put(key, &was, Precondition::Any)])).expect("stored"), Commit::Done);
        assert_eq!(seen(&links, &here, &[], &["a"]).1, ["-"]);
    }
}

/// A link is found by its contact at the version that lets it be unlinked, however often it has moved.
#[test]
fn a_link_that_has_moved_is_unlinked_by_what_is_found_at_its_contact() {
    let ((_, links), account) = (table(), account("77"));
    let link = |contact: &str| link(1, &account, contact);
    run(async {
        assert_eq!(links.link(&link("a")).await.expect("linked"), Commit::Done);
        for contact in ["b", "c"] {
            let old = links.of_user(&link("a").channel, &user(1)).await.expect("rows");
            assert_eq!(links.relink(&link(contact), old.as_ref(), None).await.expect("moved"), Commit::Done);
        }
        let (channel, contact) = (link("a").channel, ContactId::new("c"));
        let found = links.of_contact(&account, &contact, &channel).await.expect("rows").expect("the link");
        assert_eq!(links.unlink(&found).await.expect("unlinked"), Commit::Done);
        assert!(links.of_user(&channel, &user(1)).await.expect("rows").is_none());
        assert!(links.of_contact(&account, &contact, &channel).await.expect("rows").is_none());
    });
}
