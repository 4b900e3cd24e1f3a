//! What is said on the CRM's card of a talk as a whole: it needs no answer, there is still something to do, or whoever looks takes it.

use std::sync::Arc;

use axum::extract::State;
use musubi::http::{Refusal, Request};
use serde_json::json;

use crate::Ports;
use crate::card::{Answered, Ended, question, the_one_shown};

/// `POST /console/card/tend`: one of `answered`, `to_do`, `mine` and `nobodys`. What is so already is what was wanted.
pub async fn tend(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    let talk = the_one_shown(&ports, &question).await?;
    let (by, channel, user) = (&question.operator, &talk.channel.id, &talk.state.user);
    let is_seen = match question.tend() {
        Some("answered") => ports.people.answered(by, channel, user).await?,
        Some("to_do") => ports.people.to_do(by, channel, user).await?,
        Some("mine") => ports.people.assign(by, channel, user, Some(&by.name)).await?,
        Some("nobodys") => ports.people.assign(by, channel, user, None).await?,
        _ => return Err(Refusal::BAD_REQUEST.into()),
    };
    if is_seen { Ok(Answered(json!({"done": true}))) } else { Err(Ended::refused("not_found")) }
}
