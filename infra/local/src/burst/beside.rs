//! Who is quiet while the burst lasts: another Official Account of the same HubSpot account, and another customer of the same stack. One
//! workflow message at a time, and how long it takes to the phone and to the workflow's knowing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use musubi::domain::channel::ChannelSettings;
use tokio::task::JoinHandle;

use crate::fake::hubspot::{ExecutionState, FakeHubSpot};
use crate::fake::line::FakeLine;
use crate::seed::{LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use crate::tenant::Tenant;
use crate::world::{World, WorldError};

/// Another Official Account of the account that the burst is of.
const CHANNEL: Tenant = Tenant {
    channel: "1657000003",
    secret: "00112233445566778899aabbccddee03",
    bot: "Ub0b00000000000000000000000000003",
    name: "Quiet channel",
    portal: PORTAL_ID,
    user: LINKED_USER,
    contact: LINKED_CONTACT,
};
/// Another customer.
const ACCOUNT: Tenant = Tenant {
    channel: "1657000004",
    secret: "00112233445566778899aabbccddee04",
    bot: "Ub0b00000000000000000000000000004",
    name: "Quiet account",
    portal: 24_000_003,
    user: LINKED_USER,
    contact: LINKED_CONTACT,
};
/// From one look at what has become of a message to the next.
const LOOK: Duration = Duration::from_millis(50);
/// From one message to the next.
const REST: Duration = Duration::from_secs(1);

/// Those who are quiet, each with how long their messages took.
pub(super) struct Beside(Vec<(&'static str, JoinHandle<()>, Arc<Taken>)>);

/// How long each message took, in seconds: to the phone, and to its workflow.
#[derive(Default)]
struct Taken(std::sync::Mutex<Vec<(f64, f64)>>);

impl Beside {
    /// They move in, and write as soon as there is something to be beside of.
    ///
    /// # Errors
    /// As the ports'.
    pub(super) async fn start(world: &World, settings: &ChannelSettings) -> Result<Self, WorldError> {
        let mut quiet = Vec::new();
        for tenant in [CHANNEL, ACCOUNT] {
            world.move_in(&tenant, settings.clone()).await?;
            let (line, hubspot, taken) = (world.line.clone(), world.hubspot.clone(), Arc::<Taken>::default());
            let task = tokio::spawn(write(line, hubspot, tenant, Arc::clone(&taken)));
            quiet.push((tenant.name, task, taken));
        }
        Ok(Self(quiet))
    }

    /// They stop, and it is told how long they waited.
    pub(super) fn told(self) {
        for (name, task, taken) in self.0 {
            task.abort();
            let taken = taken.0.lock().expect("nobody panics with it").clone();
            let (shown, heard): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
            println!(
                "  {name}, {} messages one by one: on the phone after {}, known to the workflow after {}",
                shown.len(),
                spread(shown),
                spread(heard)
            );
        }
    }
}

/// One message after the other, for ever.
async fn write(line: FakeLine, hubspot: FakeHubSpot, tenant: Tenant, taken: Arc<Taken>) {
    let fields = [("message_1", "hello"), ("channel", tenant.channel)];
    let fields: BTreeMap<String, String> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    for number in 1.. {
        let began = Instant::now();
        let ids = hubspot.run_workflow(tenant.portal, &[tenant.contact], &fields).await;
        let shown = until(|| line.talk(tenant.channel, tenant.user).len() >= number, began).await;
        let is_done =
            |id: &String| matches!(hubspot.execution(id).map(|one| one.state), Some(ExecutionState::Done { .. }));
        let heard = until(|| ids.iter().all(is_done), began).await;
        taken.0.lock().expect("nobody panics with it").push((shown, heard));
        tokio::time::sleep(REST).await;
    }
}

/// After so many seconds it is so.
async fn until(is_so: impl Fn() -> bool, began: Instant) -> f64 {
    while !is_so() {
        tokio::time::sleep(LOOK).await;
    }
    began.elapsed().as_secs_f64()
}

/// The middle one and the longest.
fn spread(mut seconds: Vec<f64>) -> String {
    seconds.sort_by(f64::total_cmp);
    match (seconds.get(seconds.len() / 2), seconds.last()) {
        (Some(middle), Some(longest)) => format!("{middle:.1} s (at most {longest:.1} s)"),
        _ => "no time that was seen".to_owned(),
    }
}
