//! All Official Accounts and how each is: a list that tells at a glance where to look.

use futures::StreamExt;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::line::LineMessenger;
use musubi::line::account::MessageQuota;
use serde_json::{Value, json};

use super::check::{Health, glance, quota_json};
use super::{to_json, webhook_url};
use crate::failure::{Failure, Words};
use crate::place::Place;
use crate::say::{Report, Say};
use crate::table::table;

/// How many Official Accounts LINE is asked about at once.
const AT_ONCE: usize = 8;

/// One line of the list.
struct State {
    channel: Channel,
    /// `None`: LINE did not answer, or takes the stored secrets no more.
    health: Option<Health>,
}

/// Lists them, by ID. One that LINE says nothing of is listed all the same.
///
/// # Errors
/// The stack cannot be read.
pub async fn list(place: &Place, say: &Say) -> Result<Report, Failure> {
    let channels = place.channels()?.all().await?;
    say.unreadable(channels.unreadable);
    let line = place.line(place.parts.secrets()?)?;
    let states: Vec<State> = futures::stream::iter(channels)
        .map(|channel| state(place, &line, channel))
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_, Failure>>()?;
    let heads = match say.language {
        Language::Japanese => ["チャネルID", "ベーシックID", "CRMアカウント", "名前", "Webhook", "今月の送信数"],
        Language::English => ["channel ID", "basic ID", "CRM account", "name", "webhook", "this month"],
    };
    let rows: Vec<Vec<String>> = states.iter().map(|state| state.row(say.language)).collect();
    let json = json!({"channels": states.iter().map(State::json).collect::<Vec<_>>()});
    Ok(Report::new(json, table(&heads, &rows, say.language)))
}

async fn state(place: &Place, line: &LineMessenger, channel: Channel) -> Result<State, Failure> {
    let health = glance(line, &channel.id, &webhook_url(place, &channel.id)?).await.ok();
    Ok(State { channel, health })
}

impl State {
    fn row(&self, language: Language) -> Vec<String> {
        let channel = &self.channel;
        let unknown = || Words::new("確認できません", "cannot be asked");
        let webhook = self.health.as_ref().map_or_else(unknown, Health::in_short);
        vec![
            channel.id.to_string(),
            channel.basic_id.clone(),
            channel.account.to_string(),
            channel.name.clone(),
            webhook.of(language).to_owned(),
            self.quota().map_or_else(|| "-".to_owned(), in_short),
        ]
    }

    fn json(&self) -> Value {
        let mut json = to_json(&self.channel);
        json["webhook"] = self.health.as_ref().map_or(json!(null), Health::json);
        json["quota"] = quota_json(self.quota());
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
