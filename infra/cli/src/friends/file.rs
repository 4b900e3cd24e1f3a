//! A file of friends: its bytes become text.

use std::io::Read as _;
use std::path::Path;

use encoding_rs::SHIFT_JIS;

use crate::failure::Failure;

/// No file is larger, in bytes: some 500,000 friends.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a byte order mark or without.
    Utf8,
    /// What Excel writes in Japan.
    Cp932,
}

impl Encoding {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Cp932 => "CP932 (Shift_JIS)",
        }
    }
}

/// Reads a file.
///
/// # Errors
/// It cannot be read, is too large, or is text in neither encoding.
pub fn read(path: &Path) -> Result<(String, Encoding), Failure> {
    let shown = path.display();
    let unreadable = |_| Failure::usage(format!("{shown} を読み取れません。"), format!("{shown} cannot be read."));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::usage(
            "ファイルが大きすぎます（64 MBまで）。分割して、順に取り込んでください。",
            "The file is too large; 64 MB is the most. Split it, and take in one part after the other.",
        ));
    }
    decode(&bytes).ok_or_else(|| {
        Failure::usage(
            "文字コードがUTF-8でもCP932（Shift_JIS）でもありません。表計算ソフトで「CSV UTF-8」として保存し直してください。",
            "The file is neither UTF-8 nor CP932 (Shift_JIS). Save it again as “CSV UTF-8”.",
        )
    })
}

/// UTF-8 where it is valid: hardly any Japanese in CP932 is valid UTF-8 by chance. `None`: neither.
fn decode(bytes: &[u8]) -> Option<(String, Encoding)> {
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bare.contains(&0) {
        // UTF-16, or no text at all.
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bare) {
        return Some((text.to_owned(), Encoding::Utf8));
    }
    let (text, bad) = SHIFT_JIS.decode_without_bom_handling(bytes);
    (!bad).then(|| (text.into_owned(), Encoding::Cp932))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_found() {
        let text = "line_user_id,name\r\nU1,髙橋ソ表\r\n";
        let (cp932, _, _) = SHIFT_JIS.encode(text);
        assert!(std::str::from_utf8(&cp932).is_err());
        assert_eq!(decode(&cp932), Some((text.to_owned(), Encoding::Cp932)));
        assert_eq!(decode(text.as_bytes()), Some((text.to_owned(), Encoding::Utf8)));
        assert_eq!(decode(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), Some((text.to_owned(), Encoding::Utf8)));
        let utf16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for neither in [&utf16[..], b"\xFF\xFF\xFF", b"a\x00b"] {
            assert_eq!(decode(neither), None);
        }
    }
}
