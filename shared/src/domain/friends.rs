//! The import of an Official Account's friends from LINE: how far it is.

use serde::{Deserialize, Serialize};

/// LINE forgets the name of the next page after this long, in milliseconds (Messaging API reference, "Get a list of users who
/// added your LINE Official Account as a friend", 2026-08: 24 hours). An hour is left for the way.
pub const PAGE_NAME_MS: i64 = 23 * 3_600_000;

/// How far the newest import is, or what it came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FriendsImport {
    /// When it began, in milliseconds.
    pub began_at_ms: i64,
    /// When its newest page was done, in milliseconds.
    pub at_ms: i64,
    /// The name that LINE gave to the next page. `None`: there is none.
    pub next: Option<String>,
    /// LINE has listed all.
    pub finished: bool,
    /// So many friends were listed.
    pub listed: u64,
    /// So many of them were not known before.
    pub new: u64,
    /// So many were left out since everything of them was erased.
    pub erased: u64,
}

impl FriendsImport {
    /// Begins.
    pub fn begun(now_ms: i64) -> Self {
        Self { began_at_ms: now_ms, at_ms: now_ms, ..Self::default() }
    }

    /// Where to go on. `None`: from the beginning, since it has ended, or LINE has forgotten the page by now.
    pub fn goes_on_at(&self, now_ms: i64) -> Option<&str> {
        self.next.as_deref().filter(|_| !self.finished && now_ms - self.at_ms < PAGE_NAME_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_goes_on_while_line_remembers_the_page() {
        let import = FriendsImport { next: Some("n".into()), ..FriendsImport::begun(1_000) };
        assert_eq!(import.goes_on_at(1_000 + PAGE_NAME_MS - 1), Some("n"));
        assert_eq!(import.goes_on_at(1_000 + PAGE_NAME_MS), None);
        assert_eq!(FriendsImport { finished: true, ..import }.goes_on_at(1_001), None);
        assert_eq!(FriendsImport::begun(1_000).goes_on_at(1_001), None);
    }
}
