//! Files that operators send: where they lie in the CRM, and how they are found there again.

use super::FilePlace;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, fingerprint};

/// So many characters of a name nobody can guess.
const UNIQUE: usize = 32;

impl FilePlace {
    /// The place of a file that an operator sends, under a name that only their form knows; `content`: a digest of its bytes, so that others
    /// never lie there; `part`: which of several, and how it ends.
    pub fn of_sent(conversation: &ConversationKey, secret: &str, content: &str, part: &str) -> Self {
        let unique = &fingerprint(&["sent", &conversation.hash(), secret, content])[..UNIQUE];
        Self { folder: folder(&conversation.channel), name: format!("{unique}-{part}") }
    }

    /// The place of what was sent on this Official Account and can be fetched at this address, if it is one of [`of_sent`](Self::of_sent)'s:
    /// the CRM keeps the name, wherever it puts the file.
    pub fn at_address(channel: &ChannelId, address: &str) -> Option<Self> {
        let name = address.rsplit('/').next()?;
        let (unique, part) = name.split_at_checked(UNIQUE)?;
        let is_unique = unique.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let is_part = part.len() < UNIQUE && part.starts_with('-') && part.bytes().all(is_plain);
        (is_unique && is_part).then(|| Self { folder: folder(channel), name: name.to_owned() })
    }
}

fn folder(channel: &ChannelId) -> String {
    format!("/Musubi/LINE/{channel}/sent")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LineUserId;

    #[test]
    fn what_was_sent_is_found_by_its_address_and_nothing_else_is() {
        let channel = ChannelId::new("1657000000");
        let key = ConversationKey::person(&channel, &LineUserId::new("U1"));
        let place = FilePlace::of_sent(&key, "secret", "digest", "picture.jpg");
        let address = format!("https://24000001.fs1.hubspotusercontent.example/hubfs/24000001{}", place.path());
        assert_eq!(FilePlace::at_address(&channel, &address), Some(place.clone()));
        let name = &place.name;
        for other in [
            "https://shop.example/picture.jpg".to_owned(),
            format!("https://shop.example/{}", &name[..UNIQUE]),
            format!("https://shop.example/{name}?x=1"),
            format!("https://shop.example/{name}{}", "a".repeat(40)),
            format!("https://shop.example/{}", name.to_uppercase()),
            "あ".repeat(40),
            String::new(),
        ] {
            assert_eq!(FilePlace::at_address(&channel, &other), None, "{other}");
        }
    }
}
