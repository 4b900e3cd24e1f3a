//! Who is quiet while the burst lasts: another Official Account of the same HubSpot account, and another customer of the same stack. One
//! workflow message at a time, and how long it takes to the phone and to the workflow's knowing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use musubi::domain::channel::ChannelSettings;
use tokio::task::JoinHandle;

use crate::fake::hubspot::{ExecutionState, FakeHubSpot};
use crate::fake::line::FakeLine;
use crate::seed::{LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use crate::tenant::Tenant;
use crate::world::{World, WorldError};

/// Another Official Account of the account that the burst is of.
const CHANNEL: Tenant<'_> = Tenant {
    channel: "1657000003",
    secret: "00112233445566778899aabbccddee03",
    bot: "Ub0b00000000000000000000000000003",
    name: "Quiet channel",
    portal: PORTAL_ID,
    user: LINKED_USER,
    contact: LINKED_CONTACT,
};
/// Another customer.
const ACCOUNT: Tenant<'_> = Tenant {
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

/// Those who are quiet.
pub(super) struct Beside(Vec<Quiet>);

/// One of them, and what their messages came to.
struct Quiet {
    name: &'static str,
    task: JoinHandle<()>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// How long a message took, in seconds.
#[derive(Clone, Copy)]
struct Sent {
    /// To the phone. `None`: its workflow heard that it was not sent.
    shown_s: Option<f64>,
    /// Until its workflow knew how it ended.
    heard_s: f64,
}

impl Beside {
    /// They move in, before anything happens: what Musubi knows of an account counts for a minute.
    ///
    /// # Errors
    /// As the ports'.
    pub(super) async fn move_in(world: &World, settings: &ChannelSettings) -> Result<(), WorldError> {
        for tenant in [CHANNEL, ACCOUNT] {
            world.move_in(&tenant, settings.clone()).await?;
        }
        Ok(())
    }

    /// They write, one message after the other.
    pub(super) fn start(world: &World) -> Self {
        Self([CHANNEL, ACCOUNT].map(|tenant| Quiet::start(world, tenant)).into())
    }

    /// They stop, and it is told how long they waited. How many of their messages were not sent.
    pub(super) fn stop(self) -> usize {
        self.0.into_iter().map(Quiet::stop).sum()
    }
}

impl Quiet {
    fn start(world: &World, tenant: Tenant<'static>) -> Self {
        let (line, hubspot, sent) = (world.line.clone(), world.hubspot.clone(), Arc::<Mutex<Vec<Sent>>>::default());
        let task = tokio::spawn(write(line, hubspot, tenant, Arc::clone(&sent)));
        Self { name: tenant.name, task, sent }
    }

    fn stop(self) -> usize {
        self.task.abort();
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let shown: Vec<f64> = sent.iter().filter_map(|sent| sent.shown_s).collect();
        let not_sent = sent.len() - shown.len();
        println!(
            "  {}, one by one: {} on the phone after {}, known to the workflow after {}; {not_sent} not sent",
            self.name,
            shown.len(),
            spread(shown),
            spread(sent.iter().map(|sent| sent.heard_s).collect())
        );
        not_sent
    }
}

/// One message after the other, for ever.
async fn write(line: FakeLine, hubspot: FakeHubSpot, tenant: Tenant<'static>, sent: Arc<Mutex<Vec<Sent>>>) {
    let fields = [("message_1", "hello"), ("channel", tenant.channel)];
    let fields: BTreeMap<String, String> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    loop {
        let (before, began) = (line.talk(tenant.channel, tenant.user).len(), Instant::now());
        let ids = hubspot.run_workflow(tenant.portal, &[tenant.contact], &fields).await;
        let is_done =
            |id: &String| matches!(hubspot.execution(id).map(|one| one.state), Some(ExecutionState::Done { .. }));
        let has_heard = || ids.iter().all(is_done);
        let is_shown = || line.talk(tenant.channel, tenant.user).len() > before;
        let shown_s = until(|| is_shown() || has_heard(), began).await;
        let heard_s = until(has_heard, began).await;
        let one = Sent { shown_s: is_shown().then_some(shown_s), heard_s };
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(one);
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
