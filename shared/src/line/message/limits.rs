//! LINE's limits for what is sent, and the units in which it counts.
//!
//! Source: LINE Developers, Messaging API reference (message objects, action objects) and its page on counting
//! characters, as of August 2026. Where LINE says "KB" or "MB" without saying which, the larger reading is taken:
//! a message that LINE would accept must not be refused here.

use unicode_segmentation::UnicodeSegmentation;

/// Message objects in one request, at least one.
pub const MESSAGES_PER_REQUEST: usize = 5;
/// The whole body of a request, in bytes (2 MB).
pub const REQUEST_BYTES: usize = 2 * 1024 * 1024;
/// A text of a `text` or `textV2` message, in UTF-16 code units.
pub const TEXT: usize = 5_000;
/// Alternative text of an imagemap, template or Flex message, in UTF-16 code units.
pub const ALT_TEXT: usize = 1_500;
/// Alternative text that we make ourselves, in UTF-16 code units: LINE's limit before it was raised, and more than a
/// notification shows.
pub const MADE_ALT_TEXT: usize = 400;
/// An address from which LINE fetches an image, a video or a sound.
pub const MEDIA_ADDRESS: usize = 2_000;
/// An address that a tap opens.
pub const LINK_ADDRESS: usize = 1_000;
/// JSON of one Flex bubble, in bytes (30 KB).
pub const FLEX_BUBBLE_BYTES: usize = 30 * 1024;
/// JSON of a whole Flex carousel, in bytes (50 KB).
pub const FLEX_CAROUSEL_BYTES: usize = 50 * 1024;
/// How deep a message object may nest. Ours, not LINE's: what is queued must be readable again inside its envelope,
/// and JSON readers stop at 128.
pub const NESTING: usize = 64;

/// The unit in which LINE counts a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextUnit {
    /// UTF-16 code units: LINE's unit unless it says otherwise. Most emoji count as two or more.
    Utf16,
    /// Grapheme clusters, what a reader calls a character: labels of actions and texts of templates.
    Graphemes,
}

impl TextUnit {
    /// How long a text is in this unit.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Utf16 => text.encode_utf16().count(),
            Self::Graphemes => text.graphemes(true).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_eight_code_units_and_one_grapheme() {
        let family = "👨‍👩‍👧";
        assert_eq!(TextUnit::Utf16.count(family), 8);
        assert_eq!(TextUnit::Graphemes.count(family), 1);
        assert_eq!(TextUnit::Utf16.count("𠮷野家"), 4);
        assert_eq!(TextUnit::Graphemes.count("が"), 1, "a kana and its combining mark");
    }
}
