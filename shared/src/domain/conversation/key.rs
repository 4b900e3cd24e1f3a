//! Which conversation: one channel and one source.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChannelId, LineUserId, fingerprint};

/// Where events come from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "snake_case")]
pub enum Source {
    /// One person.
    User(LineUserId),
    /// A group, by LINE's group ID.
    Group(String),
    /// A multi-person chat, by LINE's room ID.
    Room(String),
    /// The channel itself: events that LINE sends without a source.
    Channel,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Source {
    /// Its kind, for keys and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Room(_) => "room",
            Self::Channel => "channel",
        }
    }

    /// The person, where it is one.
    pub fn user(&self) -> Option<&LineUserId> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }
}

/// Names a conversation in all of Musubi.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    /// The Official Account.
    pub channel: ChannelId,
    /// The other side.
    pub source: Source,
}

impl ConversationKey {
    /// With one person.
    pub fn person(channel: &ChannelId, user: &LineUserId) -> Self {
        Self { channel: channel.clone(), source: Source::User(user.clone()) }
    }

    /// A name for keys and logs that tells nobody who it is.
    pub fn hash(&self) -> String {
        let id = match &self.source {
            Source::User(user) => user.expose(),
            Source::Group(id) | Source::Room(id) => id,
            Source::Channel => "",
        };
        fingerprint(&[self.channel.as_str(), self.source.kind(), id])
    }
}
