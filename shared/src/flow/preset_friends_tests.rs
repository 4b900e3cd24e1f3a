//! What a file says is recorded once, wherever taking it in stops.

use std::sync::Arc;

use super::*;
use crate::domain::ids::ContactId;
use crate::domain::link::ContactLink;
use crate::flow::testing::{Life, NoWaiting, RivalTable, Told, account, channel, die_anywhere, key, user};
use crate::ports::table::Commit;
use crate::store::journal::write;
use crate::store::{Journal, Links};

/// One who is new, one who is linked as the row says, one who is linked otherwise, one who was erased.
fn rows() -> Vec<PresetFriend> {
    let row = |number: usize| PresetFriend {
        user: user(number),
        target: Target::Contact(ContactId::new(format!("10{number}"))),
        name: Some("A name".to_owned()),
        picture: None,
    };
    [1, 2, 3, 4].map(row).to_vec()
}

struct World {
    told: Arc<Told>,
    verb: PresetFriends,
}

async fn world(life: Life) -> World {
    let links = Links::new(Arc::<RivalTable>::default());
    for (number, contact) in [(2, "102"), (3, "999")] {
        let (user, contact) = (user(number), ContactId::new(contact));
        let link = ContactLink {
            channel: channel().id,
            user,
            account: account(),
            contact,
            linked_at_ms: 1,
            by: None,
            is_new: false,
            provider: Default::default(),
        };
        assert_eq!(links.link(&link).await.unwrap(), Commit::Done);
    }
    let journal = Journal::new(Arc::new(RivalTable::of(life.clone())));
    assert_eq!(journal.commit(vec![write::erased(&key(4), 1)]).await.unwrap(), Commit::Done);
    let told = Arc::new(Told { life, ..Told::default() });
    let outbox = Outbox { journal, wake_ups: told.clone(), clock: Arc::new(NoWaiting) };
    World { told, verb: PresetFriends { links: links.reader(), outbox } }
}

impl World {
    async fn preset(&self, dry_run: bool) -> Result<Vec<PresetResult>, PortError> {
        self.verb.preset(&channel(), &rows(), dry_run).await
    }

    /// The names that the claims of all rows have; `None`: nothing is claimed.
    async fn claimed(&self) -> [Option<Option<String>>; 4] {
        let claim = async |number| self.verb.outbox.journal.claim(&key(number)).await.unwrap();
        [claim(1).await, claim(2).await, claim(3).await, claim(4).await]
            .map(|found| found.map(|claim| claim.value.name))
    }

    async fn effects(&self) -> usize {
        self.verb.outbox.journal.count_effects(&account(), 100).await.unwrap()
    }
}

/// LINE has told a newer name of somebody who is linked.
fn as_the_file_says() -> [Option<Option<String>>; 4] {
    [Some(Some("A name".to_owned())), None, Some(None), None]
}

#[tokio::test]
async fn each_row_has_its_answer_and_a_dry_run_changes_nothing() {
    use PresetResult::{Already, Claimed, Erased};
    let world = world(Life::default()).await;
    assert_eq!(world.preset(true).await.unwrap(), [Claimed, Already, Claimed, Erased]);
    assert_eq!((world.claimed().await, world.effects().await), ([None, None, None, None], 0));
    assert_eq!(world.preset(false).await.unwrap(), [Claimed, Already, Claimed, Erased]);
    assert_eq!((world.claimed().await, world.effects().await), (as_the_file_says(), 2));
    assert_eq!(world.preset(false).await.unwrap(), [Already, Already, Already, Erased]);
    assert_eq!(world.effects().await, 2);
    assert_eq!(*world.told.times.lock().unwrap(), 1, "the dispatcher is told once, and only of what is new");
}

#[tokio::test]
async fn a_file_that_is_half_taken_in_is_taken_in_by_another_call() {
    let good = async |world: &World| {
        assert_eq!((world.claimed().await, world.effects().await), (as_the_file_says(), 2));
    };
    let writes = die_anywhere(world, async |world: &World| world.preset(false).await.is_ok(), good).await;
    assert_eq!(writes, 3, "two claims; the dispatcher is told");
}
