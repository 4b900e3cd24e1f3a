//! What people sent, on the CRM's card, and sending them a file from there.
//!
//! The card opens nothing that needs a session of ours, and from which hosts HubSpot gives out private files it does not document, so none
//! can be named among those of the app's pictures. So a picture comes in the answer itself, small and packed anew; everything whole opens
//! by the CRM's own address of some minutes, when somebody presses a button.

use std::sync::Arc;

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::try_join_all;
use musubi::domain::file::FileName;
use musubi::domain::ids::FileId;
use musubi::flow::console::talks::{FromCrm, OpenTalk};
use musubi::http::{Refusal, Request};
use serde_json::{Map, Value, json};

use crate::Ports;
use crate::card::{Answered, Ended, Question, from_crm, question, the_one_shown};
use crate::picture;
use crate::send_file::{Sending, Sent};

/// So many pictures come at a time. HubSpot carries 1 MB, and one has about 30 KB, 170 KB at most.
const AT_ONCE: usize = 4;

/// `POST /console/card/pictures`: pictures that somebody sent, by their names in the talk. One that is not there, or is none, is `null`; one of
/// which HubSpot says nothing now is left out. The card asks once for each that it is told of.
pub async fn pictures(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    if question.files().len() > AT_ONCE {
        return Err(Refusal::BAD_REQUEST.into());
    }
    let talk = the_one_shown(&ports, &question).await?;
    let each = question.files().iter().map(|name| async {
        match picture(&ports, &question, &talk, name).await? {
            FromCrm::Said(shown) => Ok::<_, Ended>(Some((name.clone(), Value::from(shown)))),
            FromCrm::Disconnected | FromCrm::Silent => Ok(None),
        }
    });
    let found: Map<String, Value> = try_join_all(each).await?.into_iter().flatten().collect();
    Ok(Answered(json!({"pictures": found})))
}

/// Inside, `None`: there is none.
async fn picture(ports: &Ports, by: &Question, talk: &OpenTalk, name: &str) -> Result<FromCrm<Option<String>>, Ended> {
    let Some(file) = named(ports, talk, name).await? else { return Ok(FromCrm::Said(None)) };
    Ok(match ports.talks.file_preview(&by.operator, &file).await? {
        FromCrm::Said(bytes) => {
            let small = bytes.and_then(|bytes| picture::small(&bytes).ok());
            FromCrm::Said(small.map(|jpeg| format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))))
        }
        FromCrm::Disconnected => FromCrm::Disconnected,
        FromCrm::Silent => FromCrm::Silent,
    })
}

/// `POST /console/card/file`: where the CRM gives out what somebody sent, for some minutes.
pub async fn file(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    let [name] = question.files() else { return Err(Refusal::BAD_REQUEST.into()) };
    let talk = the_one_shown(&ports, &question).await?;
    let gone = || Ended::refused("file_gone");
    let file = named(&ports, &talk, name).await?.ok_or_else(gone)?;
    let address = from_crm(ports.talks.file_address(&question.operator, &file).await?)?.ok_or_else(gone)?;
    Ok(Answered(json!({"address": address})))
}

/// `POST /console/card/send`: sends a file that lies at an address of the public internet; where HubSpot puts what somebody uploads, too. A
/// request that comes twice is one message: the card names it.
pub async fn send(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let pressed_at_ms = ports.console.clock.now_ms();
    let question = question(&ports, &request).await?;
    let name = question.name()?;
    let (address, called) = question.file().ok_or(Refusal::BAD_REQUEST)?;
    let talk = the_one_shown(&ports, &question).await?;
    let by = question.called_as_in_crm(&ports).await?;
    let sending = Sending { by: &by, talk: &talk, name, language: question.language, pressed_at_ms };
    let sent = sending.file_at(&ports, address, called).await?;
    ports.talks.has_read(&talk).await;
    match sent {
        Sent::OnItsWay(id) => Ok(Answered(json!({"said": id}))),
        Sent::Refused(why) => Ok(Answered(json!({"mistake": why}))),
        Sent::Nobody => Err(Ended::refused("not_found")),
    }
}

async fn named(ports: &Ports, talk: &OpenTalk, name: &str) -> Result<Option<FileId>, Ended> {
    match FileName::parse(name) {
        Some(name) => Ok(ports.talks.file(talk, &name).await?),
        None => Ok(None),
    }
}
