//! Who else may be at it while somebody is erased.

use std::sync::Arc;

use super::*;
use crate::domain::ids::fingerprint;
use crate::domain::link::ContactLink;
use crate::flow::outbox::Outbox;
use crate::flow::testing::{NoWaiting, RivalTable, Told, account, channel, user};
use crate::ports::table::Precondition;
use crate::store::{Channels, Journal};

/// The dispatcher lets go of whoever is erased, and may come first.
#[tokio::test]
async fn a_receipt_names_the_contact_whoever_let_go_of_it() {
    for is_first in [true, false] {
        let (rows, link_rows) = (Arc::new(RivalTable::default()), Arc::new(RivalTable::default()));
        let outbox =
            Outbox { journal: Journal::new(rows), wake_ups: Arc::new(Told::default()), clock: Arc::new(NoWaiting) };
        let channels = Channels::new(Arc::new(RivalTable::default()));
        let links = Links::new(link_rows.clone());
        let contact = ContactId::new("501");
        let link = ContactLink {
            channel: channel().id,
            user: user(1),
            account: account(),
            contact: contact.clone(),
            linked_at_ms: 5,
            by: None,
            is_new: false,
            provider: Default::default(),
        };
        assert_eq!(links.link(&link).await.expect("rows in memory"), Commit::Done);
        if is_first {
            let of_user = format!("user:{}", fingerprint(&[link.channel.as_str(), link.user.expose()]));
            let gone = Write::Delete { key: RowKey::new(of_user, "link"), expect: Precondition::Any };
            link_rows.before_next_commit(gone);
        }
        let erase = Erase { links: links.clone(), settle: Settle { channels, outbox } };
        let receipt = erase.erase(&account(), &link.channel, &Who::User(link.user.clone())).await;
        let receipt = receipt.expect("rows in memory");
        assert_eq!((receipt.removed.links, receipt.left.contact), (1, Some(contact)), "{is_first}");
        let again = erase.erase(&account(), &link.channel, &Who::User(link.user.clone())).await;
        assert_eq!(again.expect("rows in memory").removed.links, 0, "a second receipt says that nothing was left");
    }
}
