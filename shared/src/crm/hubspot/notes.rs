//! Notes: entries of the timeline.

use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call};
use super::contacts::segment;
use super::files::joined;
use super::timeline::{self, Hanging, Kind, iso, ms};
use crate::domain::ids::{FileId, NoteId};
use crate::ports::crm::{CrmFailure, Each, NoteWrite};

const AT: &str = "hs_timestamp";
const BODY: &str = "hs_note_body";
/// IDs of files, with semicolons between (HubSpot's guide on notes).
const FILES: &str = "hs_attachment_ids";
/// Whom the timeline shows as the note's author: an owner's ID (HubSpot's guide on notes).
const OWNER: &str = "hubspot_owner_id";

fn hanging(note: &NoteWrite) -> Hanging {
    let mut properties = json!({AT: iso(note.at_ms), BODY: note.body});
    if !note.files.is_empty() {
        properties[FILES] = joined(note.files.iter().map(FileId::as_str));
    }
    if let Some(owner) = &note.owner {
        properties[OWNER] = json!(owner);
    }
    Hanging { key: note.key.clone(), contact: note.contact.clone(), properties }
}

pub(crate) async fn write(api: &Api, unique_keys: bool, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
    let items: Vec<Hanging> = notes.iter().map(hanging).collect();
    let ids = match unique_keys {
        true => timeline::upsert(api, Kind::Note, &items).await,
        false => timeline::create(api, Kind::Note, &items).await,
    };
    ids.into_iter().map(|id| id.map(NoteId::new)).collect()
}

/// By key, or among the contact's notes by its exact time.
pub(crate) async fn find(api: &Api, unique_keys: bool, note: &NoteWrite) -> Each<Option<NoteId>> {
    let found = if unique_keys {
        timeline::find_by_key(api, Kind::Note, hanging(note)).await
    } else {
        let fits = |properties: &Value| ms(&properties[AT]) == Some(note.at_ms);
        timeline::find_on_contact(api, Kind::Note, &note.contact, &[AT], fits).await
    };
    Ok(found?.map(NoteId::new))
}

pub(crate) async fn read(api: &Api, note: &NoteId) -> Each<String> {
    let path = format!("/crm/objects/{VERSION}/notes/{}?properties={BODY}", segment(note.as_str()));
    let record = api.call(&Call::get("notes/get", path)).await?;
    match &record["properties"][BODY] {
        Value::String(body) => Ok(body.clone()),
        _ if record["id"].is_null() => Err(CrmFailure::Unknown),
        _ => Ok(String::new()),
    }
}

pub(crate) async fn edit(api: &Api, note: &NoteId, body: &str) -> Each<()> {
    let path = format!("/crm/objects/{VERSION}/notes/{}", segment(note.as_str()));
    let change = json!({"properties": {BODY: body}});
    api.call(&Call::patch("notes/patch", path, change)).await.map(|_| ())
}

/// What hangs on it already stays.
pub(crate) async fn attach(api: &Api, note: &NoteId, files: &[FileId]) -> Each<()> {
    let path = format!("/crm/objects/{VERSION}/notes/{}", segment(note.as_str()));
    let record = api.call(&Call::get("notes/get", format!("{path}?properties={FILES}"))).await?;
    let known = record["properties"][FILES].as_str().unwrap_or_default();
    let mut all: Vec<&str> = known.split(';').filter(|id| !id.is_empty()).collect();
    let before = all.len();
    for file in files {
        if !all.contains(&file.as_str()) {
            all.push(file.as_str());
        }
    }
    if all.len() == before {
        return Ok(());
    }
    let change = json!({"properties": {FILES: joined(all)}});
    api.call(&Call::patch("notes/patch", path, change)).await.map(|_| ())
}
