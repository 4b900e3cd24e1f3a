//! A message that passed the checks.

use super::json::Json;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// One LINE message object that may be sent, and nothing else: the only way to make one is [`super::parse`], or to
/// read back one that was made.
///
/// It serialises as its JSON object. `Debug` tells its type alone.
#[derive(Clone, PartialEq)]
pub struct OutgoingMessage(Json);

impl OutgoingMessage {
    pub(super) fn checked(object: Json) -> Self {
        Self(object)
    }

    pub(super) fn object(&self) -> &Json {
        &self.0
    }

    /// LINE's name for what this is: `text`, `flex` and so on.
    pub fn kind(&self) -> &str {
        self.0.text("type").unwrap_or_default()
    }

    /// The JSON text that is sent: compact, keys in their author's order, always the same for the same message.
    pub fn to_json(&self) -> String {
        self.0.render()
    }
}

impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = super::shapes::MESSAGES
            .names
            .iter()
            .find(|name| **name == self.kind());
        write!(formatter, "OutgoingMessage({})", known.unwrap_or(&"?"))
    }
}

impl Serialize for OutgoingMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Reads back what was checked before it was stored. It is not checked again: a limit that became stricter in a new
/// release must not strand what an older one queued.
impl<'de> Deserialize<'de> for OutgoingMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Json::deserialize(deserializer)?;
        match object.text("type") {
            Some(_) => Ok(Self(object)),
            None => Err(D::Error::custom("a stored message has no type")),
        }
    }
}
