//! What queues and journal hold, seen through the emulators and the journal's own port.

use std::sync::Arc;

use async_trait::async_trait;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::conversation::next_look_ms;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::outbox::OutboxRow;
use musubi::ports::table::Commit;
use musubi::ports::{Clock, PortError};
use musubi::store::journal::Walk;
use musubi::store::{Accounts, Channels, Journal};
use serde_json::{Value, json};

use super::Ours;
use crate::aws::sqs::Message;
use crate::aws::{LocalSqs, QUEUES};
use crate::names;

/// Further than any outbox row is due, in milliseconds since 1970.
const FOR_EVER_MS: i64 = 9_999_999_999_999;
/// Rows that are counted, and rows that are shown.
const MOST_ROWS: usize = 4_000;
const SHOWN_ROWS: usize = 40;

/// The local run's queues and one account's part of the journal.
pub struct Inside {
    sqs: LocalSqs,
    journal: Journal,
    account: CrmAccountKey,
    clock: Arc<dyn Clock>,
    login: Option<Login>,
}

/// Where an Official Account's LINE Login is looked up.
struct Login {
    accounts: Accounts,
    channels: Channels,
    channel: ChannelId,
    liff_url: String,
}

impl Inside {
    /// Looks at these queues, and at this account's outbox.
    pub fn new(sqs: LocalSqs, journal: Journal, account: CrmAccountKey, clock: Arc<dyn Clock>) -> Self {
        Self { sqs, journal, account, clock, login: None }
    }

    /// Also tells by which addresses people log in for this Official Account. For a page that is served beside the function
    /// line-login. `liff_url` is what opens LIFF apps.
    pub fn with_login(self, accounts: Accounts, channels: Channels, channel: ChannelId, liff_url: &str) -> Self {
        Self { login: Some(Login { accounts, channels, channel, liff_url: liff_url.to_owned() }), ..self }
    }

    /// What was dead-lettered, with its reason; none was given where SQS itself gave up.
    fn letters(&self) -> Vec<Value> {
        let of = |(_, queue): &(&'static str, &'static str)| {
            let letter = |message: &Message| {
                let reason = message.attributes.get("reason").and_then(|it| it.string_value.clone());
                json!({"queue": queue, "reason": reason, "message_id": message.id})
            };
            self.sqs.messages(queue).iter().map(letter).collect::<Vec<_>>()
        };
        QUEUES.iter().flat_map(of).collect()
    }

    /// What waits in the outbox, an open task until it is looked at next, and which sends are parked.
    async fn journal(&self) -> Result<(Vec<OutboxRow>, Vec<String>), PortError> {
        let mut rows = self.journal.due(&self.account, FOR_EVER_MS, MOST_ROWS).await?;
        let watched = self.journal.next_due(&mut Walk::through_watched(&self.account), MOST_ROWS).await?.rows;
        let now_ms = self.clock.now_ms();
        rows.extend(watched.into_iter().map(|row| OutboxRow { due_at_ms: next_look_ms(row.since_ms, now_ms), ..row }));
        rows.sort_by_key(|row| row.due_at_ms);
        let parked = self.journal.parked(&self.account).await?;
        Ok((rows, parked.iter().map(ToString::to_string).collect()))
    }
}

impl Login {
    /// How long a conversation pauses before it is written to the CRM.
    async fn idle_window_ms(&self) -> Option<i64> {
        Some(self.channels.find(&self.channel).await.ok()??.settings.idle_window_ms)
    }

    async fn look(&self) -> Option<Value> {
        let settings = self.channels.find(&self.channel).await.ok()??.login?;
        let routes: Vec<&str> = settings.routes.keys().map(|route| route.as_str()).collect();
        let liff_url = settings.liff.map(|liff| format!("{}/{liff}", self.liff_url));
        Some(json!({"channel_id": self.channel, "routes": routes, "liff_url": liff_url}))
    }
}

/// Somebody else may be changing the same row: so often it is tried.
const TRIES: usize = 5;

impl Login {
    /// The account's words and the Official Account's names. Each write is conditional.
    async fn speak(&self, account: &CrmAccountKey, language: Language) -> Result<(), PortError> {
        for _ in 0..TRIES {
            let Some(mut found) = self.accounts.find(account).await? else { return Ok(()) };
            found.value.language = language;
            if self.accounts.put(&found.value, found.version).await? == Commit::Done {
                break;
            }
        }
        for _ in 0..TRIES {
            let Some(mut found) = self.channels.find_versioned(&self.channel).await? else { return Ok(()) };
            found.value.name = names::pick(names::ACCOUNT, language).to_owned();
            if let Some(login) = &mut found.value.login {
                login.company = Some(names::pick(names::COMPANY, language).to_owned());
            }
            if self.channels.put(&found.value, found.version).await? == Commit::Done {
                return Ok(());
            }
        }
        Err(PortError::transient("demo language", "somebody else keeps changing the same"))
    }
}

#[async_trait]
impl Ours for Inside {
    async fn speak(&self, language: Language) -> Result<(), PortError> {
        match &self.login {
            Some(login) => login.speak(&self.account, language).await,
            None => Ok(()),
        }
    }

    async fn look(&self) -> Value {
        let (outbox, parked) = self.journal().await.unwrap_or_default();
        let kind = |row: &OutboxRow| {
            serde_json::to_value(&row.effect).map(|effect| effect["kind"].clone()).unwrap_or_default()
        };
        let rows: Vec<Value> = outbox
            .iter()
            .take(SHOWN_ROWS)
            .map(|row| json!({"kind": kind(row), "due_at_ms": row.due_at_ms, "tries": row.tries}))
            .collect();
        let login = match &self.login {
            Some(login) => login.look().await,
            None => None,
        };
        let idle_window_ms = match &self.login {
            Some(login) => login.idle_window_ms().await,
            None => None,
        };
        let parked: Vec<Value> = parked.iter().map(|push| json!({"push_id": push})).collect();
        json!({
            "inbox": self.sqs.counts("inbox").total(), "push": self.sqs.counts("push").total(), "outbox": outbox.len(),
            "dead_letters": self.letters(), "parked": parked, "effect_rows": rows, "login": login, "idle_window_ms": idle_window_ms,
        })
    }
}
