//! Entries of the timeline as app events: made once, never read, never changed.
//!
//! An event's ID is the entry's key, so that a repeat makes no second one: HubSpot answers 409. Its properties are those of
//! `infra/hubspot/app-events`. One call an event: a batch is all or nothing, and would not tell which ID is taken.
//!
//! Source: HubSpot's guides on app events (an occurrence cannot be updated or removed; an ID of 500 bytes, a property of
//! 510 KB, 1 MB in all; values are put into a template that is then read as Markdown, HTML is stripped) and its specification
//! of 2026-03 for the path, which the guides still show as `/v4/events`. That Markdown's backslash escapes hold in a value is
//! unverified.

use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::contacts::current_id;
use super::timeline::iso;
use crate::domain::ids::{ContactId, NoteId};
use crate::ports::crm::{CrmFailure, EVENT_IMMUTABLE, Each, NoteWrite};

/// Tells an event's ID from a note's, which is a number.
const PREFIX: &str = "event:";

/// Writes events. Twice makes one.
pub(crate) async fn write(api: &Api, event_type: &str, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
    let mut answers = Vec::with_capacity(notes.len());
    for note in notes {
        answers.push(write_one(api, event_type, note).await.map(|()| NoteId::new(format!("{PREFIX}{}", note.key))));
    }
    answers
}

/// Refuses what only a note can do.
pub(crate) fn refuse(note: &NoteId) -> Each<()> {
    match note.as_str().starts_with(PREFIX) {
        true => Err(CrmFailure::Refused { code: EVENT_IMMUTABLE.to_owned() }),
        false => Ok(()),
    }
}

async fn write_one(api: &Api, event_type: &str, note: &NoteWrite) -> Each<()> {
    let failure = match send(api, event_type, note, &note.contact).await {
        Err(failure @ (CrmFailure::Gone | CrmFailure::Refused { .. } | CrmFailure::NotReady { .. })) => failure,
        answer => return answer,
    };
    // For its contact? A merge may have given it a new ID. Else it is the type that HubSpot does not know, or the words.
    let contact = current_id(api, &note.contact).await?;
    match failure {
        _ if contact != note.contact => send(api, event_type, note, &contact).await,
        CrmFailure::Gone => Err(CrmFailure::NotReady { code: "HTTP_404".to_owned() }),
        failure => Err(failure),
    }
}

async fn send(api: &Api, event_type: &str, note: &NoteWrite, contact: &ContactId) -> Each<()> {
    let path = format!("/integrators/timeline/{VERSION}/events");
    let body = occurrence(event_type, note, contact);
    // Not repeated by the call itself, for which a 409 after a lost answer would be no answer.
    let call = Call::post("timeline/events", path, body, Repeat::Never);
    let mut answer = api.call(&call).await;
    if answer == Err(CrmFailure::Unknown) {
        answer = api.call(&call).await;
    }
    match answer {
        Err(CrmFailure::Taken) => Ok(()),
        answer => answer.map(|_| ()),
    }
}

fn occurrence(event_type: &str, note: &NoteWrite, contact: &ContactId) -> Value {
    let (title, text) = note.body.split_once("</h3>").unwrap_or(("LINE", &note.body));
    json!({
        "eventTypeName": event_type,
        "id": note.key,
        "objectId": contact.as_str(),
        "timestamp": iso(note.at_ms),
        "properties": {"title": words(title), "text": words(text)},
    })
}

/// An entry's HTML as words. A link written in Markdown stays words, too: its text could hide where it leads.
fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    for part in html.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        match tag {
            "br" => words.push('\n'),
            "/p" | "/h4" => words.push_str("\n\n"),
            _ => {}
        }
        for letter in html_escape::decode_html_entities(text).chars() {
            if matches!(letter, '\\' | '[' | ']') {
                words.push('\\');
            }
            words.push(letter);
        }
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entrys_html_is_words_and_a_persons_words_are_no_link() {
        let html = "<h4>1970年1月1日（木）</h4><p>09:00:00 <b>客</b> a &lt;b&gt; &amp;amp;<br>c</p><p>09:00:01 <b>客</b> d</p>";
        assert_eq!(words(html), "1970年1月1日（木）\n\n09:00:00 客 a <b> &amp;\nc\n\n09:00:01 客 d");
        assert_eq!(words("[pay](https:&#x2F;&#x2F;evil.example) \\]"), r"\[pay\](https://evil.example) \\\]");
    }

    #[test]
    fn the_title_is_apart_from_the_text() {
        let note = NoteWrite {
            key: "musubi-entry-1".to_owned(),
            contact: ContactId::new("7"),
            at_ms: 0,
            body: "<h3>LINE公式アカウント「結び」での会話</h3><p>09:00:00 <b>客</b> a</p>".to_owned(),
            files: Vec::new(),
            owner: None,
        };
        let properties = json!({"title": "LINE公式アカウント「結び」での会話", "text": "09:00:00 客 a"});
        assert_eq!(occurrence("ae1_x", &note, &note.contact)["properties"], properties);
    }
}
