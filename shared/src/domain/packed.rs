//! How large a text is where it is stored.
//!
//! A row takes 400 KB, names and keys included (DynamoDB's quota "Item size"), and is billed by the KB. What would not be one KB is
//! packed before it is stored, so that a conversation's state is one, and five of LINE's largest Flex messages fit; what does not
//! fit even then has to be refused before anybody is told that it was accepted.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// The largest body of a row as it is stored, in bytes. The rest of the 400 KB is for keys and names.
pub const MAX_ROW_BYTES: usize = 400 * 1024 - 8 * 1024;
/// A body above this is packed, in bytes: with its keys it would be above a KB, and DynamoDB bills each KB begun of each write.
const PACK_ABOVE_BYTES: usize = 800;
/// Nothing that we packed is larger when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 16 * 1024 * 1024;

/// The text packed, where that makes it smaller.
pub fn pack(text: &str) -> Option<Vec<u8>> {
    if text.len() <= PACK_ABOVE_BYTES {
        return None;
    }
    // Level 1: somebody waits, on a fraction of a processor.
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).expect("writing to memory cannot fail");
    let packed = packer.finish().expect("writing to memory cannot fail");
    (packed.len() < text.len()).then_some(packed)
}

/// Reads what [`pack`] made. `None`: it did not make this.
pub fn unpack(packed: &[u8]) -> Option<String> {
    let mut text = Vec::new();
    GzDecoder::new(packed).take(MAX_UNPACKED_BYTES + 1).read_to_end(&mut text).ok()?;
    if text.len() as u64 > MAX_UNPACKED_BYTES {
        return None;
    }
    String::from_utf8(text).ok()
}

/// Whether a row takes this text as its body, with `beside` bytes of other text in it.
pub fn fits_a_row(text: &str, beside_bytes: usize) -> bool {
    let left = MAX_ROW_BYTES.saturating_sub(beside_bytes);
    text.len() <= left || pack(text).is_some_and(|packed| packed.len() <= left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_text_comes_back_from_little_and_a_small_one_is_left_alone() {
        assert_eq!(pack("結び"), None);
        let text = "結び".repeat(100_000);
        let packed = pack(&text).expect("it packs");
        assert!(packed.len() < 10_000);
        assert_eq!(unpack(&packed).as_deref(), Some(text.as_str()));
        assert!(fits_a_row(&text, 0) && !fits_a_row(&text, MAX_ROW_BYTES));
    }

    #[test]
    fn what_is_not_ours_or_too_large_is_none() {
        assert_eq!(unpack(b"hello"), None);
        assert_eq!(unpack(&pack(&" ".repeat(17 * 1024 * 1024)).expect("it packs")), None, "a bomb");
    }
}
