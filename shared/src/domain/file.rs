//! Files that people send: what they really are, what they are called in the CRM, and what became of them.

mod link;
mod sent;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::activity::{Mark, Media};
use super::conversation::ConversationKey;
use super::ids::{FileId, MessageId, fingerprint};
use super::shown;

pub use self::link::linked_as;

/// A larger file is not saved, in bytes. LINE documents no limit for what people send; what a CRM takes depends on its plan.
pub const MOST_BYTES: u64 = 300_000_000;
/// So many of a file's first bytes tell what it is.
pub const HEAD_BYTES: usize = 64;
/// The longest file name, in characters, as it stands in the CRM.
const NAME_CHARS: usize = 80;

/// What a file is, by its own first bytes: whatever who sent it, LINE or its name say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A GIF picture.
    Gif,
    /// A WebP picture.
    WebP,
    /// A film: MP4 or QuickTime.
    Mp4,
    /// A sound: MPEG-4 audio.
    M4a,
    /// A sound: MP3.
    Mp3,
    /// A sound: AAC by itself.
    Aac,
    /// A PDF document.
    Pdf,
    /// Anything else.
    Other,
}

impl FileKind {
    /// Reads the first [`HEAD_BYTES`]; fewer where the file has no more.
    pub fn sniffed(head: &[u8]) -> Self {
        let at = |from: usize, mark: &[u8]| head.get(from..from + mark.len()) == Some(mark);
        match head {
            _ if at(0, b"\xFF\xD8\xFF") => Self::Jpeg,
            _ if at(0, b"\x89PNG\r\n\x1A\n") => Self::Png,
            _ if at(0, b"GIF87a") || at(0, b"GIF89a") => Self::Gif,
            _ if at(0, b"RIFF") && at(8, b"WEBP") => Self::WebP,
            _ if at(4, b"ftypM4A") || at(4, b"ftypM4B") => Self::M4a,
            // HEIC and AVIF are of the same family, and pictures.
            _ if at(4, b"ftyp")
                && !["heic", "heix", "hevc", "mif1", "msf1", "avif"].iter().any(|brand| at(8, brand.as_bytes())) =>
            {
                Self::Mp4
            }
            _ if at(0, b"ID3") => Self::Mp3,
            // ISO/IEC 13818-7: ADTS is layer 0; 11172-3: MP3 is layer 3, whose bits read 01.
            [0xFF, second, ..] if second & 0xF6 == 0xF0 => Self::Aac,
            [0xFF, second, ..] if second & 0xE6 == 0xE2 => Self::Mp3,
            _ if at(0, b"%PDF-") => Self::Pdf,
            _ => Self::Other,
        }
    }

    /// A picture that browsers show.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Gif | Self::WebP)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Aac => "audio/aac",
            Self::Pdf => "application/pdf",
            Self::Other => "application/octet-stream",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Mp4 => "mp4",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Pdf => "pdf",
            Self::Other => "bin",
        }
    }

    /// What the file of a message is kept as: what it is, where a message of this kind may be that. What calls itself a picture and
    /// is none is kept as bytes of nothing in particular, which nobody's viewer opens.
    pub fn kept_as(self, media: Media) -> Self {
        let may_be: &[Self] = match media {
            Media::Image => &[Self::Jpeg, Self::Png, Self::Gif, Self::WebP],
            Media::Video => &[Self::Mp4],
            Media::Audio => &[Self::M4a, Self::Mp3, Self::Aac, Self::Mp4],
            // Whatever it is, it says so of itself.
            Media::File => return self,
        };
        if may_be.contains(&self) { self } else { Self::Other }
    }
}

/// Where in the CRM's file store a message's file lies: for ever at one place, so that one whose saving ended in the unknown is found.
/// `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePlace {
    /// The folder.
    pub folder: String,
    /// The name in it. It names nobody, unless the person's own name for a file does.
    pub name: String,
}

impl fmt::Debug for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePlace").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl FilePlace {
    /// The place of a message's file that is of this kind; `called`: what its sender calls it, for a [`Media::File`].
    pub fn of(
        conversation: &ConversationKey,
        message: &MessageId,
        media: Media,
        kind: FileKind,
        called: Option<&str>,
    ) -> Self {
        let unique = &fingerprint(&[&conversation.hash(), message.as_str()])[..16];
        let folder = format!("/Musubi/LINE/{}", conversation.channel);
        let name = match (media, called.and_then(safe)) {
            (Media::File, Some((stem, extension))) => format!("{stem}-{unique}.{extension}"),
            _ => format!("line-{}-{unique}.{}", word(media), kind.extension()),
        };
        Self { folder, name }
    }

    /// Both, with a slash between.
    pub fn path(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }
}

fn word(media: Media) -> &'static str {
    match media {
        Media::Image => "image",
        Media::Video => "video",
        Media::Audio => "audio",
        Media::File => "file",
    }
}

/// A name that somebody gave a file, as stem and extension: letters and digits of any writing, and nothing that a path or a header
/// could be made of. An extension that is none of a document, picture, sound or film is written as one that no computer runs when it is clicked.
fn safe(called: &str) -> Option<(String, String)> {
    const KNOWN: [&str; 40] = [
        "aac", "ai", "avi", "bmp", "csv", "doc", "docx", "eml", "epub", "gif", "heic", "ics", "jpeg", "jpg", "json",
        "key", "m4a", "mov", "mp3", "mp4", "numbers", "odp", "ods", "odt", "pages", "pdf", "png", "ppt", "pptx", "psd",
        "rtf", "tif", "tiff", "txt", "vcf", "wav", "webp", "xls", "xlsx", "zip",
    ];
    let called = shown::name(called);
    let (stem, extension) = called.rsplit_once('.').unwrap_or((&called, "bin"));
    let kept = |letter: char| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' };
    let stem: String = stem.trim().chars().map(kept).take(NAME_CHARS).collect();
    let extension = extension.to_ascii_lowercase();
    let extension = if KNOWN.contains(&extension.as_str()) { extension } else { "bin".to_owned() };
    (!stem.is_empty()).then_some((stem, extension))
}

/// Why the file of a message is not in the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileLoss {
    /// LINE has it no more.
    Gone,
    /// It is larger than [`MOST_BYTES`].
    TooLarge,
    /// The CRM does not take it.
    Refused,
    /// The CRM account has not allowed files: saved once it has, while LINE still has them.
    NotAllowed,
}

/// What became of the file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FileState {
    /// It is about to be written there, or was, and the answer has not come. The place may hold the name that its sender gave it, and goes
    /// as soon as there is an answer.
    Saving {
        /// Where.
        place: FilePlace,
        /// What it is kept as.
        kind: FileKind,
    },
    /// The CRM has it.
    Saved {
        /// Which.
        file: FileId,
        /// What it is kept as.
        kind: FileKind,
    },
    /// It is not there.
    Lost {
        /// Why.
        why: FileLoss,
    },
}

/// The file of a message, without its bytes and without its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFile {
    /// Of which message.
    pub message: MessageId,
    /// Its place in the order of the conversation.
    pub mark: Mark,
    /// As what it was sent.
    pub media: Media,
    /// What became of it.
    #[serde(flatten)]
    pub state: FileState,
}

/// Names the file of a message within its conversation, as addresses and questions do: it says nothing of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// When the message was said, in milliseconds.
    pub at_ms: i64,
    hash: String,
}

impl FileName {
    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (at_ms, hash) = text.split_once('-')?;
        let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self { at_ms: at_ms.parse().ok().filter(|_| is_hash && at_ms.len() <= 13)?, hash: hash.to_owned() })
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at_ms, self.hash)
    }
}

impl MessageFile {
    /// Its name within the conversation.
    pub fn name(&self) -> FileName {
        let hash = fingerprint(&[self.message.as_str()]);
        FileName { at_ms: self.mark.at_ms, hash: hash[..16].to_owned() }
    }

    /// Whether the CRM has it, and browsers show it as a picture.
    pub fn is_picture(&self) -> bool {
        matches!(self.state, FileState::Saved { kind, .. } if kind.is_picture())
    }

    /// The file, where the CRM has it.
    pub fn saved(&self) -> Option<&FileId> {
        match &self.state {
            FileState::Saved { file, .. } => Some(file),
            FileState::Saving { .. } | FileState::Lost { .. } => None,
        }
    }

    /// Why it is not there, where that is known.
    pub fn lost(&self) -> Option<FileLoss> {
        match self.state {
            FileState::Lost { why } => Some(why),
            FileState::Saving { .. } | FileState::Saved { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ChannelId, LineUserId};

    fn place(media: Media, kind: FileKind, called: Option<&str>) -> FilePlace {
        let key = ConversationKey::person(&ChannelId::new("1657000000"), &LineUserId::new("U1"));
        FilePlace::of(&key, &MessageId::new("5"), media, kind, called)
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let samples: [(&[u8], FileKind); 14] = [
            (b"\xFF\xD8\xFF\xE0", FileKind::Jpeg),
            (b"\x89PNG\r\n\x1A\n\0", FileKind::Png),
            (b"GIF89a", FileKind::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", FileKind::WebP),
            (b"\0\0\0\x20ftypisom", FileKind::Mp4),
            (b"\0\0\0\x14ftypqt  ", FileKind::Mp4),
            (b"\0\0\0\x20ftypM4A ", FileKind::M4a),
            (b"\0\0\0\x20ftypheic", FileKind::Other),
            (b"ID3\x04", FileKind::Mp3),
            (b"\xFF\xFB\x90", FileKind::Mp3),
            (b"\xFF\xF1\x50", FileKind::Aac),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"<html>", FileKind::Other),
            (b"", FileKind::Other),
        ];
        for (head, kind) in samples {
            assert_eq!(FileKind::sniffed(head), kind, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn what_calls_itself_a_picture_and_is_none_is_kept_as_bytes() {
        assert_eq!(FileKind::Pdf.kept_as(Media::Image), FileKind::Other);
        assert_eq!(FileKind::Jpeg.kept_as(Media::Image), FileKind::Jpeg);
        assert_eq!(FileKind::Jpeg.kept_as(Media::Video), FileKind::Other);
        assert_eq!(FileKind::Jpeg.kept_as(Media::File), FileKind::Jpeg);
    }

    #[test]
    fn a_name_makes_no_path_and_runs_nowhere() {
        for (called, name) in [
            ("見積書 2026.pdf", "見積書_2026-"),
            ("../../etc/passwd", "____-"),
            ("a\r\nx-evil: 1.PDF", "a__x-evil__1-"),
        ] {
            let found = place(Media::File, FileKind::Other, Some(called)).name;
            assert!(found.starts_with(name), "{found}");
            assert!(!found.contains('/') && !found.contains(':'), "{found}");
        }
        for (called, end) in [
            ("a.EXE", ".bin"),
            ("a.html", ".bin"),
            ("a.hta", ".bin"),
            ("a.PDF", ".pdf"),
            ("a", ".bin"),
            ("a.x/y", ".bin"),
        ] {
            assert!(place(Media::File, FileKind::Other, Some(called)).name.ends_with(end), "{called}");
        }
        let long = place(Media::File, FileKind::Other, Some(&format!("{}.pdf", "長".repeat(300)))).name;
        assert!(long.chars().count() <= NAME_CHARS + 25, "{long}");
    }

    #[test]
    fn a_message_has_one_place_for_ever_and_no_other_message_has_it() {
        let here = place(Media::Image, FileKind::Jpeg, None);
        assert_eq!(here, place(Media::Image, FileKind::Jpeg, Some("ignored.exe")));
        assert_eq!(here.folder, "/Musubi/LINE/1657000000");
        let other = ConversationKey::person(&ChannelId::new("1657000000"), &LineUserId::new("U2"));
        let there = FilePlace::of(&other, &MessageId::new("5"), Media::Image, FileKind::Jpeg, None);
        assert_ne!(here.name, there.name);
    }
}
