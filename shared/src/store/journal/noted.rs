//! When an Official Account was last heard of, and what was last refused to it: for operators' lists. Nothing depends on it,
//! and it names no person.

use super::*;
use crate::domain::push::PushOutcome;

/// An event is noted only if it is this much newer than the one that is: a busy account is written about once in ten minutes.
const NOTED_EVERY_MS: i64 = 600_000;

/// Longer than anybody would call it news.
const HEARD_DAYS: i64 = 90;
/// Longer than what is counted.
const SENT_DAYS: i64 = 30;
/// Longer than the months that are counted.
const REPLIED_DAYS: i64 = 400;

/// The newest send that was refused, by whomever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRefusal {
    /// When it ended, in milliseconds.
    pub at_ms: i64,
    /// Why it was not sent.
    pub outcome: PushOutcome,
}

impl Journal {
    /// How much was dropped because nobody was linked to who said it.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn not_linked(&self, channel: &ChannelId) -> Result<Versioned<NotLinked>, PortError> {
        Ok(self.read(&not_linked_key(channel)).await?.unwrap_or(Versioned { value: NotLinked::default(), version: 0 }))
    }

    /// When the newest event of the Official Account's happened that is noted, in milliseconds.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn last_event(&self, channel: &ChannelId) -> Result<Option<i64>, PortError> {
        Ok(self.read(&last_event_key(channel)).await?.map(|found| found.value))
    }

    /// The newest send of the Official Account's that was refused and is noted.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn last_refusal(&self, channel: &ChannelId) -> Result<Option<LastRefusal>, PortError> {
        Ok(self.read(&last_refusal_key(channel)).await?.map(|found| found.value))
    }

    /// When the Official Account was heard of.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn heard(&self, channel: &ChannelId) -> Result<Versioned<Heard>, PortError> {
        Ok(self.read(&heard_key(channel)).await?.unwrap_or(Versioned { value: Heard::default(), version: 0 }))
    }

    /// How its sends of the last days ended.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn sent(&self, channel: &ChannelId) -> Result<Versioned<Sent>, PortError> {
        Ok(self.read(&sent_key(channel)).await?.unwrap_or(Versioned { value: Sent::default(), version: 0 }))
    }

    /// How many of its messages went out as replies.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn replied(&self, channel: &ChannelId) -> Result<Versioned<Replied>, PortError> {
        Ok(self.read(&replied_key(channel)).await?.unwrap_or(Versioned { value: Replied::default(), version: 0 }))
    }

    /// Counts how sends ended. Where somebody else counts at the same moment, these are not counted.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn note_sent(&self, channel: &ChannelId, ends: &Ends, now_ms: i64) -> Result<(), PortError> {
        let mut sent = self.sent(channel).await?;
        sent.value.add(ends, now_ms);
        let write = Write::put(sent_key(channel), &sent.value, Precondition::Version(sent.version));
        let _ = self.commit(vec![write.expiring(now_ms, SENT_DAYS)]).await?;
        Ok(())
    }

    /// Notes when an event happened, unless one is noted that is as new, to ten minutes. Somebody else's note of the same moment
    /// is as good.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn note_event(&self, channel: &ChannelId, at_ms: i64) -> Result<(), PortError> {
        let noted: Option<Versioned<i64>> = self.read(&last_event_key(channel)).await?;
        let version = noted.as_ref().map_or(0, |noted| noted.version);
        if noted.is_none_or(|noted| at_ms >= noted.value.saturating_add(NOTED_EVERY_MS)) {
            let _ = self.commit(vec![last_event(channel, at_ms, version)]).await?;
        }
        Ok(())
    }

    /// Notes a send that was refused, unless one is noted that is as new. Somebody else's note of the same moment is as good.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn note_refusal(&self, channel: &ChannelId, refusal: LastRefusal) -> Result<(), PortError> {
        let noted: Option<Versioned<LastRefusal>> = self.read(&last_refusal_key(channel)).await?;
        let version = noted.as_ref().map_or(0, |noted| noted.version);
        if noted.is_none_or(|noted| refusal.at_ms > noted.value.at_ms) {
            let _ = self.commit(vec![last_refusal(channel, &refusal, version)]).await?;
        }
        Ok(())
    }
}

/// So much was dropped, ever; `version` as read.
pub fn not_linked(channel: &ChannelId, value: &NotLinked, version: u64) -> Write {
    Write::put(not_linked_key(channel), value, Precondition::Version(version))
}

/// The Official Account was heard of then; `version` as read, 0 for the first.
pub fn heard(channel: &ChannelId, heard: &Heard, version: u64, now_ms: i64) -> Write {
    Write::put(heard_key(channel), heard, Precondition::Version(version)).expiring(now_ms, HEARD_DAYS)
}

/// So many of its messages went out as replies; `version` as read, 0 for the first.
pub fn replied(channel: &ChannelId, replied: &Replied, version: u64, now_ms: i64) -> Write {
    Write::put(replied_key(channel), replied, Precondition::Version(version)).expiring(now_ms, REPLIED_DAYS)
}

/// What is noted of an Official Account as a whole goes, and how far the import of its friends had come.
pub fn channel_forgotten(channel: &ChannelId) -> Vec<Write> {
    let keys = [
        not_linked_key(channel),
        last_event_key(channel),
        last_refusal_key(channel),
        heard_key(channel),
        sent_key(channel),
        replied_key(channel),
        super::trial::trial_key(channel),
        super::friends::friends_key(channel),
    ];
    keys.into_iter().map(super::write::remove).collect()
}

/// The Official Account's newest event happened then; `version` as read, 0 for the first.
pub(super) fn last_event(channel: &ChannelId, at_ms: i64, version: u64) -> Write {
    Write::put(last_event_key(channel), &at_ms, Precondition::Version(version))
}

/// The newest send that was refused is this one; `version` as read, 0 for the first.
pub(super) fn last_refusal(channel: &ChannelId, refusal: &LastRefusal, version: u64) -> Write {
    Write::put(last_refusal_key(channel), refusal, Precondition::Version(version))
}

pub(super) fn not_linked_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("d:{}", fingerprint(&[channel.as_str()])), "dropped")
}

pub(super) fn last_event_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("v:{}", fingerprint(&[channel.as_str()])), "event")
}

pub(super) fn last_refusal_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "refusal".to_owned(), ..last_event_key(channel) }
}

pub(super) fn heard_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "heard".to_owned(), ..last_event_key(channel) }
}

pub(super) fn replied_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "replied".to_owned(), ..last_event_key(channel) }
}

pub(super) fn sent_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "sent".to_owned(), ..last_event_key(channel) }
}
