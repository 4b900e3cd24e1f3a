//! LINE: a ledger of retry keys that lives 24 hours, and what each person's phone shows. It may
//! refuse any attempt, also one whose key it has accepted before: rule 9 must not need its mercy.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::domain::activity::Content;
use musubi::domain::button::Button;
use musubi::domain::ids::{ChannelId, LineUserId, MessageId};
use musubi::domain::push::{OutgoingMessage, PushId};
use musubi::domain::read_token::SealedReadToken;
use musubi::domain::reply_chance::SealedReplyToken;
use musubi::ports::files::{ContentAnswer, FileBytes};
use musubi::ports::messenger::{LineProfile, PushAnswer, PushRefusal, ReplyAnswer};
use musubi::ports::secrets::Secret;
use musubi::ports::{Clock, LineContent, Messenger, PortError};

use super::clock::ModelClock;
use crate::faults::{Dice, Fate, Faults};

const KEY_LIVES_MS: i64 = 24 * 3_600_000;
const TOKEN_LIVES_MS: i64 = 60_000;
/// Nothing may leave later than this after the first attempt.
const LAST_LEAVES_MS: i64 = 23 * 3_600_000;

/// What the caller learned of an attempt that reached LINE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing: the answer was lost, or the caller is gone.
    Nothing,
    Yes,
    No(PushRefusal),
    NotNow,
}

#[derive(Default)]
struct State {
    attempts: HashMap<PushId, Vec<Told>>,
    first_ms: HashMap<PushId, i64>,
    loses_next: bool,
    refusals: Option<(Dice, u64)>,
    refuse_next: Option<PushRefusal>,
    refuse_all: Option<PushRefusal>,
    keys: HashMap<PushId, (i64, String)>,
    shown: Vec<(PushId, String)>,
    violations: Vec<String>,
    rate_limited: u32,
    reply_tokens: HashSet<String>,
    replied: Vec<String>,
    refuses_replies: bool,
    contents: HashMap<MessageId, ModelContent>,
}

/// The file of a message.
#[derive(Clone)]
pub struct ModelContent {
    pub bytes: Vec<u8>,
    /// So many times it is still being prepared.
    pub preparing: u32,
    /// LINE deletes it then.
    pub gone_at_ms: i64,
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

    /// Every answer by a reply token as it appeared on a phone.
    pub fn replied(&self) -> Vec<String> {
        self.state.lock().unwrap().replied.clone()
    }

    pub fn violations(&self) -> Vec<String> {
        self.state.lock().unwrap().violations.clone()
    }

    /// Every attempt under a key that reached LINE, in order.
    pub fn attempts(&self, key: PushId) -> Vec<Told> {
        self.state.lock().unwrap().attempts.get(&key).cloned().unwrap_or_default()
    }

    /// Refuses so many of a thousand attempts from now on, whatever was accepted before.
    pub fn refuse(&self, seed: u64, per_mille: u64) {
        self.state.lock().unwrap().refusals = Some((Dice::new(seed ^ 0x4e0), per_mille));
    }

    /// Refuses the next attempt.
    pub fn refuse_next(&self, why: PushRefusal) {
        self.state.lock().unwrap().refuse_next = Some(why);
    }

    /// Refuses every attempt from now on.
    pub fn refuse_all(&self, why: PushRefusal) {
        self.state.lock().unwrap().refuse_all = Some(why);
    }

    /// The answer to the next attempt is lost.
    pub fn lose_next_answer(&self) {
        self.state.lock().unwrap().loses_next = true;
    }

    /// From now on nothing is refused.
    pub fn relent(&self) {
        self.state.lock().unwrap().refusals = None;
    }

    /// No reply is taken from now on.
    pub fn refuse_replies(&self) {
        self.state.lock().unwrap().refuses_replies = true;
    }

    /// A message has a file.
    pub fn keep(&self, message: &MessageId, content: ModelContent) {
        self.state.lock().unwrap().contents.insert(message.clone(), content);
    }

    pub fn rate_limit(&self, times: u32) {
        self.state.lock().unwrap().rate_limited = times;
    }
}

impl State {
    /// 400 of both kinds, 401, 403 and the two sorts of 429.
    fn refusal(&mut self) -> Option<Told> {
        if let Some(why) = self.refuse_next.take().or(self.refuse_all) {
            return Some(Told::No(why));
        }
        let (dice, per_mille) = self.refusals.as_mut()?;
        let refusals = [
            Told::No(PushRefusal::InvalidMessage),
            Told::No(PushRefusal::WrongProvider),
            Told::No(PushRefusal::Token),
            Told::No(PushRefusal::NotAllowed),
            Told::No(PushRefusal::Quota),
            Told::NotNow,
        ];
        dice.chance(*per_mille).then(|| refusals[usize::try_from(dice.below(6)).expect("small")])
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
        let (told, attempt, lost) = {
            let now_ms = self.clock.now_ms();
            let mut state = self.state.lock().unwrap();
            let first_ms = *state.first_ms.entry(key).or_insert(now_ms);
            if now_ms >= first_ms + LAST_LEAVES_MS {
                state.violations.push(format!("{key}: it left {} ms after the first attempt", now_ms - first_ms));
            }
            let known = state.keys.get(&key).filter(|(at_ms, _)| now_ms < at_ms + KEY_LIVES_MS).cloned();
            if let Some((_, first)) = &known
                && first != body
            {
                state.violations.push(format!("{key}: another body under the same key"));
            }
            let told = if let Some(refusal) = state.refusal() {
                refusal
            } else if known.is_some() {
                Told::Yes
            } else if state.rate_limited > 0 {
                state.rate_limited -= 1;
                Told::NotNow
            } else {
                state.keys.insert(key, (now_ms, body.to_owned()));
                state.shown.push((key, body.to_owned()));
                Told::Yes
            };
            let attempts = state.attempts.entry(key).or_default();
            attempts.push(Told::Nothing);
            let attempt = attempts.len() - 1;
            (told, attempt, std::mem::take(&mut state.loses_next))
        };
        self.faults.note(format!("line push {key}: {told:?}"));
        self.faults.after("line push").await;
        if fate == Fate::AnswerLost || lost {
            return PushAnswer::Unknown;
        }
        self.state.lock().unwrap().attempts.get_mut(&key).expect("just there")[attempt] = told;
        match told {
            Told::Yes => PushAnswer::Accepted { request_id: None, messages: Vec::new() },
            Told::No(why) => PushAnswer::Refused { why, request_id: None },
            Told::NotNow => PushAnswer::NotNow,
            Told::Nothing => PushAnswer::Unknown,
        }
    }

    async fn profile(&self, _channel: &ChannelId, _user: &LineUserId) -> Result<Option<LineProfile>, PortError> {
        if self.faults.before("line profile").await != Fate::Well {
            return Err(PortError::transient("profile", "the model lost it"));
        }
        Ok(Some(LineProfile { display_name: "Hanako".into(), picture_url: None }))
    }

    fn compose_text(&self, text: &str) -> OutgoingMessage {
        OutgoingMessage { json: text.to_owned(), said: Content::Text { text: text.to_owned() } }
    }

    fn compose_buttons(&self, text: &str, _buttons: &[Button]) -> OutgoingMessage {
        OutgoingMessage { json: text.to_owned(), said: Content::Rich { alt_text: text.to_owned() } }
    }

    async fn reply(&self, _channel: &ChannelId, token: &Secret, messages: &[OutgoingMessage]) -> ReplyAnswer {
        let fate = self.faults.before("line reply").await;
        if fate == Fate::FailsBefore {
            return ReplyAnswer::NotNow;
        }
        let answer = {
            let mut state = self.state.lock().unwrap();
            // A token that says when it was given lives for a minute.
            let given_at_ms = token.expose().split_once('@').and_then(|(_, at_ms)| at_ms.parse::<i64>().ok());
            let is_dead = given_at_ms.is_some_and(|at_ms| self.clock.now_ms() > at_ms + TOKEN_LIVES_MS);
            if is_dead || state.refuses_replies {
                ReplyAnswer::Refused
            } else if state.reply_tokens.insert(token.expose().to_owned()) {
                let texts = messages.iter().map(|message| message.json.clone());
                state.replied.extend(texts);
                ReplyAnswer::Accepted { messages: Vec::new() }
            } else {
                ReplyAnswer::Refused
            }
        };
        self.faults.after("line reply").await;
        if fate == Fate::AnswerLost { ReplyAnswer::Unknown } else { answer }
    }

    async fn seal_reply_token(&self, _channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        Ok(SealedReplyToken::new(format!("sealed {}", token.expose())))
    }

    async fn seal_read_token(&self, _channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError> {
        Ok(SealedReadToken::new(format!("sealed {}", token.expose())))
    }

    async fn reply_instead(&self, channel: &ChannelId, token: &SealedReplyToken, push_body: &str) -> ReplyAnswer {
        let Some(token) = token.expose().strip_prefix("sealed ") else { return ReplyAnswer::Refused };
        let (_, messages) = push_body.split_once(':').expect("as it was composed");
        self.reply(channel, &Secret::new(token), &[self.compose_text(messages)]).await
    }

    async fn account_link_url(
        &self,
        _channel: &ChannelId,
        _user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError> {
        if self.faults.before("line link token").await != Fate::Well {
            return Err(PortError::transient("link token", "the model lost it"));
        }
        Ok(format!("{login_url}?linkToken=model"))
    }
}

#[async_trait]
impl LineContent for ModelLine {
    async fn content(
        &self,
        _channel: &ChannelId,
        message: &MessageId,
        _until_ms: i64,
    ) -> Result<ContentAnswer, PortError> {
        if self.faults.before("line content").await != Fate::Well {
            return Err(PortError::transient("content", "the model lost it"));
        }
        let answer = {
            let mut state = self.state.lock().unwrap();
            match state.contents.get_mut(message).filter(|content| self.clock.now_ms() < content.gone_at_ms) {
                None => ContentAnswer::Gone,
                Some(content) if content.preparing > 0 => {
                    content.preparing -= 1;
                    ContentAnswer::Preparing
                }
                Some(content) => ContentAnswer::Here(FileBytes::whole(content.bytes.clone().into())),
            }
        };
        self.faults.after("line content").await;
        Ok(answer)
    }
}
