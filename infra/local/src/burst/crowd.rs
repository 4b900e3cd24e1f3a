//! Who is written to and who writes: accounts with an Official Account each, and the people of each, whose contacts are known.

use futures::{StreamExt, TryStreamExt};
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::channel::ChannelSettings;
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId, LineUserId};
use musubi::domain::link::ContactLink;

use crate::fake::line::Friendship;
use crate::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID, PROVIDER};
use crate::tenant::Tenant;
use crate::world::{World, WorldError};

/// So many are linked at once.
const LINKED_AT_ONCE: usize = 16;

/// The accounts; the first is the demo's.
pub(super) struct Crowd(pub(super) Vec<Home>);

/// An Official Account and the HubSpot account that it is of.
pub(super) struct Home {
    pub(super) channel: String,
    pub(super) portal: u64,
    pub(super) people: Vec<Person>,
}

/// A friend, and their contact.
pub(super) struct Person {
    pub(super) user: String,
    pub(super) contact: u64,
}

impl Crowd {
    /// They move in: so many people in all, who belong to so many accounts in turn.
    ///
    /// # Errors
    /// As the ports'.
    pub(super) async fn move_in(
        world: &World,
        accounts: usize,
        people: usize,
        settings: &ChannelSettings,
    ) -> Result<Self, WorldError> {
        let mut homes = vec![Home { channel: CHANNEL_ID.to_owned(), portal: PORTAL_ID, people: Vec::new() }];
        for number in 1..accounts.max(1) {
            homes.push(Home::another(world, number, settings).await?);
        }
        let count = homes.len();
        for number in 0..people.max(count) {
            let home = &mut homes[number % count];
            home.people.push(Person::of(world, home, number));
        }
        let crowd = Self(homes);
        crowd.link(world).await?;
        Ok(crowd)
    }

    /// The Official Account and the person whose turn it is: each account, then each of its people.
    pub(super) fn turn(&self, number: usize) -> (&Home, &Person) {
        let home = &self.0[number % self.0.len()];
        (home, &home.people[number / self.0.len() % home.people.len()])
    }

    /// Whether it is one of theirs.
    pub(super) fn has(&self, channel: &str) -> bool {
        self.0.iter().any(|home| home.channel == channel)
    }

    async fn link(&self, world: &World) -> Result<(), WorldError> {
        let links = world.adapters(RetryPolicy::WORKER)?.links()?;
        let all = self.0.iter().flat_map(|home| home.people.iter().map(move |person| (home, person)));
        let linked = futures::stream::iter(all).map(|(home, person)| {
            let link = ContactLink {
                channel: ChannelId::new(home.channel.clone()),
                user: LineUserId::new(person.user.clone()),
                account: CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(home.portal.to_string()) },
                contact: ContactId::new(person.contact.to_string()),
                linked_at_ms: world.clock.now_ms(),
                is_new: false,
                provider: Default::default(),
                by: None,
            };
            let links = &links;
            async move { links.link(&link).await.map(|_| ()) }
        });
        Ok(linked.buffer_unordered(LINKED_AT_ONCE).try_collect().await?)
    }
}

impl Home {
    async fn another(world: &World, number: usize, settings: &ChannelSettings) -> Result<Self, WorldError> {
        let home = Self {
            channel: (1_657_100_000 + number).to_string(),
            portal: 24_100_000 + number as u64,
            people: Vec::new(),
        };
        let tenant = Tenant {
            channel: &home.channel,
            secret: &format!("{number:032x}"),
            bot: &format!("Ub0c{number:029x}"),
            name: &format!("Account {number}"),
            portal: home.portal,
            user: LINKED_USER,
            contact: LINKED_CONTACT,
        };
        world.move_in(&tenant, settings.clone()).await?;
        Ok(home)
    }
}

impl Person {
    /// A friend of this Official Account.
    fn of(world: &World, home: &Home, number: usize) -> Self {
        let user = world.line.add_person(PROVIDER, &format!("person {number}"), None);
        world.line.set_friendship(&home.channel, &user, Friendship::Friend);
        let contact = world.hubspot.create_old_contact(home.portal, &[("line_user_id", &user)]);
        Self { user, contact }
    }
}
