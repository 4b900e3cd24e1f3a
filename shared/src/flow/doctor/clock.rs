//! Our clock beside LINE's.

use crate::domain::finding::{About, Finding};
use crate::domain::words::findings::work;

/// Less is no difference: answers travel, and their date has no fractions.
const TOLERATED_MS: i64 = 60_000;

/// What is wrong, given by how much LINE's clock was ahead in each of its answers. One answer that came late says nothing.
pub(super) fn differs(ahead_ms: Vec<Option<i64>>) -> Option<Finding> {
    let least_ms = ahead_ms.into_iter().flatten().map(i64::abs).min()?;
    let finding = || Finding::new(&work::CLOCK_DIFFERS, About::Stack).with("seconds", (least_ms / 1000).to_string());
    (least_ms >= TOLERATED_MS).then(finding)
}
