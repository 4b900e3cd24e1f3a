//! What a marketer does in the CRM, and what only a demonstration can do: move the clock, lose an answer.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use musubi::domain::language::Language;
use serde::Deserialize;
use serde_json::{Value, json};

use super::phone::{Answer, Nothing};
use super::{Demo, Refusal};
use crate::fake::hubspot::{ObjectType, TypingRefused};
use crate::fake::line::Endpoint;
use crate::fake::{Fault, Plan};

/// HubSpot ends an action's block after a year at most; further ahead there is nothing to see.
const FURTHEST_MS: i64 = 400 * 24 * 3_600_000;
const MOST_FAULTS: u32 = 1_000;

/// A workflow run: for whom, and the fields of its step "Send LINE message" as a marketer filled them in.
#[derive(Deserialize)]
pub struct Run {
    contact_ids: Vec<RecordId>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// A record ID, written as a number or as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum RecordId {
    Number(u64),
    Text(String),
}

/// What somebody types into a contact in HubSpot. An empty value clears.
#[derive(Deserialize)]
pub struct Typed {
    properties: BTreeMap<String, String>,
}

/// A language: `ja` or `en`.
#[derive(Deserialize)]
pub struct Chosen {
    language: Language,
}

/// How far to move the clock.
#[derive(Deserialize)]
pub struct Advance {
    advance_ms: i64,
}

/// What is to go wrong.
#[derive(Deserialize)]
pub struct Faults {
    /// So many of LINE's next answers to a push are lost after the message was shown; 0 mends everything.
    line_loses_answers: u32,
}

/// Runs the workflow's step for each contact; empty fields are left out, as HubSpot does. Answers `{"callback_ids":[..]}` once
/// each was posted.
pub async fn run(State(demo): State<Demo>, Json(run): Json<Run>) -> Answer {
    let mut contact_ids = Vec::new();
    for id in &run.contact_ids {
        let id = id.number().ok_or(Refusal::NO_SUCH_CONTACT)?;
        if demo.hubspot.record(demo.portal_id, ObjectType::Contact, id).is_none() {
            return Err(Refusal::NO_SUCH_CONTACT);
        }
        contact_ids.push(id);
    }
    let fields: BTreeMap<String, String> = run.fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    // In a task of its own: whoever asked may hang up, and the workflow still runs to its end.
    let ran = tokio::spawn(async move { demo.hubspot.run_workflow(demo.portal_id, &contact_ids, &fields).await });
    Ok(Json(json!({"callback_ids": ran.await.unwrap_or_default()})))
}

/// Somebody makes a contact, by HubSpot's own rules: a unique value that another contact has is refused. Answers `{"contact_id"}`.
pub async fn make_contact(State(demo): State<Demo>, Json(typed): Json<Typed>) -> Answer {
    let id = demo.hubspot.type_contact(demo.portal_id, None, &typed.pairs())?;
    Ok(Json(json!({"contact_id": id.to_string()})))
}

/// Somebody changes a contact, by the same rules; HubSpot tells its webhook. The same again changes nothing.
pub async fn change_contact(State(demo): State<Demo>, Path(id): Path<u64>, Json(typed): Json<Typed>) -> Answer {
    if demo.hubspot.record(demo.portal_id, ObjectType::Contact, id).is_none() {
        return Err(Refusal::NO_SUCH_CONTACT);
    }
    demo.hubspot.type_contact(demo.portal_id, Some(id), &typed.pairs())?;
    Ok(Json(json!({})))
}

/// Somebody finishes a task.
pub async fn complete_task(
    State(demo): State<Demo>,
    Path(task_id): Path<u64>,
    Json(Nothing {}): Json<Nothing>,
) -> Answer {
    if demo.hubspot.record(demo.portal_id, ObjectType::Task, task_id).is_none() {
        return Err(Refusal::NO_SUCH_TASK);
    }
    demo.hubspot.complete_task(demo.portal_id, task_id);
    Ok(Json(json!({})))
}

/// The demo speaks this language from now on: Musubi's words in the CRM and on LINE, and the demo's own names. Nothing that was
/// written before is written anew. The same again changes nothing. Answers `{"language"}`. Once begun it is ended, though the page
/// that asked has gone on: a demo with half of its names translated speaks neither language.
pub async fn language(State(demo): State<Demo>, Json(chosen): Json<Chosen>) -> Answer {
    let spoken = tokio::spawn(async move { demo.speak(chosen.language).await }).await;
    spoken.map_err(|_| Refusal::NOT_STORED)?.map_err(|_| Refusal::NOT_STORED)?;
    Ok(Json(json!({"language": chosen.language})))
}

/// Moves the clock forward. Answers `{"now_ms"}`.
pub async fn clock(State(demo): State<Demo>, Json(advance): Json<Advance>) -> Answer {
    if !(0..=FURTHEST_MS).contains(&advance.advance_ms) {
        return Err(Refusal::OUT_OF_RANGE);
    }
    demo.clock.advance_ms(advance.advance_ms);
    Ok(Json(json!({"now_ms": demo.clock.now_ms()})))
}

/// Plans what goes wrong next.
pub async fn faults(State(demo): State<Demo>, Json(faults): Json<Faults>) -> Answer {
    match faults.line_loses_answers {
        0 => demo.line.clear_faults(),
        n if n <= MOST_FAULTS => demo.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(n)),
        _ => return Err(Refusal::OUT_OF_RANGE),
    }
    Ok(Json(Value::Object(Default::default())))
}

impl From<TypingRefused> for Refusal {
    fn from(refused: TypingRefused) -> Self {
        match refused {
            TypingRefused::Taken => Self::VALUE_TAKEN,
            TypingRefused::Unfit => Self::OUT_OF_RANGE,
        }
    }
}

impl Typed {
    fn pairs(&self) -> Vec<(&str, &str)> {
        self.properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl RecordId {
    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(id) => Some(*id),
            Self::Text(text) => text.parse().ok(),
        }
    }
}
