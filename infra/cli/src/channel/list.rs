//! All Official Accounts and how each is: a list that tells at a glance where to look.

use futures::StreamExt;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::push::PushOutcome;
use musubi::domain::words::outcome_words;
use musubi::line::LineMessenger;
use musubi::line::account::MessageQuota;
use musubi::ports::PortError;
use musubi::store::journal::LastRefusal;
use serde_json::{Value, json};

use super::check::{Health, glance, quota_json};
use super::{to_json, webhook_url};
use crate::failure::{Failure, Words};
use crate::say::{Report, Say};
use crate::table::{moment, table};
use crate::workspace::Workspace;

/// How many Official Accounts LINE is asked about at once.
const AT_ONCE: usize = 8;

/// One line of the list.
struct State {
    channel: Channel,
    /// `None`: LINE did not answer, or takes the stored secrets no more.
    health: Option<Health>,
    /// When the newest noted event happened, in milliseconds.
    last_event_at_ms: Option<i64>,
    last_refusal: Option<LastRefusal>,
    /// Of its CRM account, for people.
    time_zone: String,
    /// How much of this another version wrote.
    unreadable: usize,
}

/// Lists them, by ID. One that LINE says nothing of is listed all the same.
///
/// # Errors
/// The stack cannot be read.
pub async fn list(workspace: &Workspace, say: &Say) -> Result<Report, Failure> {
    let channels = workspace.channels()?.all().await?;
    let unreadable = channels.unreadable;
    let line = workspace.line(workspace.adapters.secrets()?)?;
    let states: Vec<State> = futures::stream::iter(channels)
        .map(|channel| state(workspace, &line, channel))
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_, Failure>>()?;
    say.unreadable(unreadable + states.iter().map(|state| state.unreadable).sum::<usize>());
    let heads = match say.language {
        Language::Japanese => [
            "チャネルID",
            "ベーシックID",
            "CRMアカウント",
            "名前",
            "Webhook",
            "今月の送信数",
            "最後のイベント",
            "最後の送信不可",
        ],
        Language::English => {
            ["channel ID", "basic ID", "CRM account", "name", "webhook", "this month", "last event", "last refusal"]
        }
    };
    let rows: Vec<Vec<String>> = states.iter().map(|state| state.row(say.language)).collect();
    let json = json!({"channels": states.iter().map(State::json).collect::<Vec<_>>()});
    Ok(Report::new(json, table(&heads, &rows, say.language) + &legend(&states, say.language)))
}

/// Below the table, what each outcome in it means: who refused, and what to do.
fn legend(states: &[State], language: Language) -> String {
    let is_shown =
        |outcome: &PushOutcome| states.iter().any(|state| state.last_refusal.is_some_and(|it| it.outcome == *outcome));
    let line = |outcome: PushOutcome| format!("\n{}: {}", outcome.as_str(), outcome_words(outcome, language));
    let lines: String = PushOutcome::ALL.into_iter().filter(is_shown).map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

async fn state(workspace: &Workspace, line: &LineMessenger, channel: Channel) -> Result<State, Failure> {
    let health = glance(line, &channel.id, &webhook_url(workspace, &channel.id)?).await.ok();
    let (accounts, journal) = (workspace.accounts()?, workspace.adapters.journal()?);
    let account = accounts.find(&channel.account).await;
    let (last_event_at_ms, no_event) = noted(journal.last_event(&channel.id).await)?;
    let (last_refusal, no_refusal) = noted(journal.last_refusal(&channel.id).await)?;
    Ok(State {
        time_zone: account.ok().flatten().map_or_else(|| "UTC".to_owned(), |account| account.value.time_zone),
        channel,
        health,
        last_event_at_ms,
        last_refusal,
        unreadable: no_event + no_refusal,
    })
}

/// A note that another version wrote is none, and counted.
fn noted<T>(note: Result<Option<T>, PortError>) -> Result<(Option<T>, usize), PortError> {
    match note {
        Err(error) if !error.is_transient() => Ok((None, 1)),
        note => Ok((note?, 0)),
    }
}

impl State {
    fn row(&self, language: Language) -> Vec<String> {
        let channel = &self.channel;
        let nothing = || "-".to_owned();
        let unknown = || Words::new("確認できません", "cannot be asked");
        let webhook = self.health.as_ref().map_or_else(unknown, Health::in_short);
        vec![
            channel.id.to_string(),
            channel.basic_id.clone(),
            channel.account.to_string(),
            channel.name.clone(),
            webhook.of(language).to_owned(),
            self.quota().map_or_else(nothing, in_short),
            self.last_event_at_ms.map_or_else(nothing, |at_ms| moment(at_ms, &self.time_zone)),
            self.last_refusal
                .map_or_else(nothing, |it| format!("{} {}", moment(it.at_ms, &self.time_zone), it.outcome.as_str())),
        ]
    }

    fn json(&self) -> Value {
        let mut json = to_json(&self.channel);
        json["webhook"] = self.health.as_ref().map_or(json!(null), Health::json);
        json["quota"] = quota_json(self.quota());
        json["last_event_at_ms"] = json!(self.last_event_at_ms);
        json["last_refusal"] = self.last_refusal.map_or(json!(null), |it| json!(it));
        json
    }

    fn quota(&self) -> Option<MessageQuota> {
        self.health.as_ref().and_then(|health| health.quota)
    }
}

fn in_short(quota: MessageQuota) -> String {
    match quota.limit {
        Some(limit) => format!("{} / {limit}", quota.used),
        None => quota.used.to_string(),
    }
}
