//! What a doctor's look saw beside what is wrong: numbers for a list of how everything stands. A row of another version of Musubi
//! lacks some.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::ChannelId;
use super::quota::QuotaState;

/// Of a CRM account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReading {
    /// Each Official Account that was looked at.
    #[serde(default)]
    pub channels: BTreeMap<ChannelId, ChannelReading>,
    /// Since when the oldest work for the CRM waits that is due or keeps failing, in milliseconds.
    #[serde(default)]
    pub waits_since_ms: Option<i64>,
}

/// Of an Official Account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelReading {
    /// This month's messages. `None`: LINE did not say.
    #[serde(default)]
    pub quota: Option<QuotaState>,
    /// How many sends and questions wait for a person's decision; at most as many as are counted.
    #[serde(default)]
    pub decisions: usize,
}

/// Of no account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackReading {
    /// How many dead letters there are. `None`: not every queue said.
    #[serde(default)]
    pub dead_letters: Option<usize>,
}
