//! LINE: a ledger of retry keys that lives 24 hours, and what each person's phone shows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::push::{OutgoingMessage, PushId};
use musubi::ports::messenger::{LineProfile, PushAnswer};
use musubi::ports::{Clock, Messenger, PortError};

use super::clock::ModelClock;
use crate::faults::{Fate, Faults};

const KEY_LIVES_MS: i64 = 24 * 3_600_000;

#[derive(Default)]
struct State {
    keys: HashMap<PushId, (i64, String)>,
    shown: Vec<(PushId, String)>,
    violations: Vec<String>,
    rate_limited: u32,
}

#[derive(Clone)]
pub struct ModelLine {
    faults: Faults,
    clock: ModelClock,
    state: Arc<Mutex<State>>,
}

impl ModelLine {
    pub fn new(faults: Faults, clock: ModelClock) -> Self {
        Self { faults, clock, state: Arc::default() }
    }

    /// Every message as it appeared on a phone.
    pub fn shown(&self) -> Vec<(PushId, String)> {
        self.state.lock().unwrap().shown.clone()
    }

    pub fn violations(&self) -> Vec<String> {
        self.state.lock().unwrap().violations.clone()
    }

    pub fn rate_limit(&self, times: u32) {
        self.state.lock().unwrap().rate_limited = times;
    }
}

#[async_trait]
impl Messenger for ModelLine {
    fn compose_push(&self, to: &LineUserId, messages: &[OutgoingMessage], _tag: Option<&str>) -> String {
        let messages: Vec<&str> = messages.iter().map(|message| message.json.as_str()).collect();
        format!("{}:{}", to.expose(), messages.join(","))
    }

    async fn push(&self, _channel: &ChannelId, body: &str, key: PushId) -> PushAnswer {
        let fate = self.faults.before("line push").await;
        if fate == Fate::FailsBefore {
            return PushAnswer::NotNow;
        }
        let answer = {
            let now_ms = self.clock.now_ms();
            let mut state = self.state.lock().unwrap();
            let known = state.keys.get(&key).filter(|(at_ms, _)| now_ms < at_ms + KEY_LIVES_MS).cloned();
            if let Some((_, first)) = &known
                && first != body
            {
                state.violations.push(format!("{key}: another body under the same key"));
            }
            if known.is_some() {
                PushAnswer::Accepted { request_id: None }
            } else if state.rate_limited > 0 {
                state.rate_limited -= 1;
                PushAnswer::NotNow
            } else {
                state.keys.insert(key, (now_ms, body.to_owned()));
                state.shown.push((key, body.to_owned()));
                PushAnswer::Accepted { request_id: None }
            }
        };
        self.faults.after("line push").await;
        if fate == Fate::AnswerLost { PushAnswer::Unknown } else { answer }
    }

    async fn profile(&self, _channel: &ChannelId, _user: &LineUserId) -> Result<Option<LineProfile>, PortError> {
        if self.faults.before("line profile").await != Fate::Well {
            return Err(PortError::transient("profile", "the model lost it"));
        }
        Ok(Some(LineProfile { display_name: "Hanako".into(), picture_url: None }))
    }
}
