//! Links, seen at every moment.

use std::sync::Arc;

use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId};
use musubi::domain::link::ContactLink;
use musubi::ports::Links;
use musubi::ports::rows::Commit;

use crate::faults::Faults;
use crate::models::rows::ModelRows;
use crate::said::user;
use crate::world::{World, run};

impl World {
    /// A link is two rows: each must have its other half at every moment.
    pub fn see_ties(&mut self) {
        let commits = self.links_rows.commits();
        if std::mem::replace(&mut self.ties_seen_at, commits) == commits {
            return;
        }
        let rows = self.links_rows.all();
        for (partition, _, body) in &rows {
            let half = if partition.starts_with("user:") { "contact:" } else { "user:" };
            let halves = rows.iter().filter(|(other, _, same)| other.starts_with(half) && same == body).count();
            assert_eq!(halves, 1, "half a link");
        }
        let mine = rows.iter().find(|(at, _, body)| at.starts_with("user:") && body.contains(user(1).expose()));
        let tied = mine.map_or("-".to_owned(), |(_, _, body)| {
            serde_json::from_str::<ContactLink>(body).expect("a link").contact.to_string()
        });
        if self.ties.last() != Some(&tied) {
            self.ties.push(tied);
        }
    }
}

/// A link is found by its contact at the revision that lets it be untied, however often it has moved.
#[test]
fn a_link_that_has_moved_is_untied_by_what_is_found_at_its_contact() {
    let links = Links::new(Arc::new(ModelRows::new("links", Faults::random(0, 0, 0))));
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("77") };
    let link = |contact: &str| ContactLink {
        channel: ChannelId::new("1657000000"),
        user: user(1),
        account: account.clone(),
        contact: ContactId::new(contact),
        linked_at_ms: 1,
        by: None,
    };
    run(async {
        assert_eq!(links.tie(&link("a")).await.expect("tied"), Commit::Done);
        for contact in ["b", "c"] {
            let old = links.of_user(&link("a").channel, &user(1)).await.expect("rows");
            assert_eq!(links.switch(&link(contact), old.as_ref(), None).await.expect("moved"), Commit::Done);
        }
        let (channel, contact) = (link("a").channel, ContactId::new("c"));
        let found = links.of_contact(&account, &contact, &channel).await.expect("rows").expect("the link");
        assert_eq!(links.untie(&found).await.expect("untied"), Commit::Done);
        assert!(links.of_user(&channel, &user(1)).await.expect("rows").is_none());
        assert!(links.of_contact(&account, &contact, &channel).await.expect("rows").is_none());
    });
}
