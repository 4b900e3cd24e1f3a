//! What an operator hands in, as LINE takes it: by what its bytes are, whatever its name says. A picture is packed anew, a film gets a drawn picture
//! of its own proportions, a sound its length; what LINE has no message for goes as a link.
//!
//! Source: LINE Messaging API reference, "Video message" and "Audio message" (2026-08): mp4, with a preview in the same proportions; mp3 or m4a,
//! with its length in milliseconds; up to 200 MB, of which we take less.

use musubi::domain::file::{FileKind, linked_as};
use musubi::domain::language::Language;

use crate::picture::{self, NoPicture};
use crate::{mp3, mp4};

/// So large is what a form hands in at most, in bytes: a request to a Lambda function has 6 MB, a third of which base64 takes.
pub const MOST_FORM_BYTES: usize = 4_000_000;
/// The same of what lies at an address: it comes in, and goes out again, within the seconds of one request.
pub const MOST_FETCHED_BYTES: usize = 10_000_000;

/// What it becomes.
#[derive(Debug)]
pub enum Outgoing {
    /// A picture.
    Picture(picture::Prepared),
    /// A film, as it is.
    Film {
        /// A JPEG that stands for it.
        preview: Vec<u8>,
    },
    /// A sound, as it is.
    Sound {
        /// What it is.
        kind: FileKind,
        /// How long it plays, in milliseconds.
        duration_ms: u64,
    },
    /// A link to it, as it is.
    Link {
        /// What it is.
        kind: FileKind,
        /// How its name ends.
        extension: &'static str,
    },
}

/// Why it becomes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFile {
    /// Nothing was chosen.
    Nothing,
    /// It is larger than so many bytes.
    TooLarge {
        /// The most.
        most_bytes: usize,
    },
    /// A picture as iPhones keep it: nobody else's phone shows it, and whoever unpacks it safely is not at hand.
    Heic,
    /// It is a picture, and none to be sent.
    Picture(NoPicture),
    /// A page of the web, a program, or whatever else: nobody opens it.
    Unknown,
}

impl NoFile {
    /// In words for who handed it in.
    pub fn words(self, language: Language) -> String {
        match self {
            Self::Nothing => language.pick(
                "ファイルを選ぶか、アドレスを入力してください。",
                "Choose a file, or enter an address.",
            ),
            Self::TooLarge { most_bytes } => {
                let most = most_bytes / 1_000_000;
                return match language {
                    Language::Japanese => format!("ファイルが大きすぎます。{most} MBまで送れます。小さくしてからお試しください。"),
                    Language::English => format!("The file is too large: {most} MB at most. Make it smaller and try again."),
                };
            }
            Self::Heic => language.pick(
                "HEIC（HEIF）とAVIFの画像は送れません。iPhoneの写真は、［設定］＞［カメラ］＞［フォーマット］で「互換性優先」を選んで撮るか、JPEGで保存し直してからお試しください。",
                "HEIC (HEIF) and AVIF pictures cannot be sent. On an iPhone choose Settings > Camera > Formats > Most Compatible before you take the photo, or save it as JPEG and try again.",
            ),
            Self::Picture(why) => why.words(language),
            Self::Unknown => language.pick(
                "この種類のファイルは送れません。送れるのは、画像（JPEG、PNG、GIF、WebP）、動画（MP4）、音声（M4A、MP3）と、PDFやOfficeなどの文書です。",
                "This kind of file cannot be sent. Pictures (JPEG, PNG, GIF, WebP), films (MP4), sounds (M4A, MP3) and documents such as PDF or Office can.",
            ),
        }
        .to_owned()
    }
}

/// Says what a file becomes. `called`: its name, which says how a document ends and nothing else.
///
/// # Errors
/// Says why it becomes nothing.
pub fn outgoing(bytes: &[u8], called: Option<&str>) -> Result<Outgoing, NoFile> {
    if bytes.is_empty() {
        return Err(NoFile::Nothing);
    }
    let kind = FileKind::sniffed(bytes);
    if kind.is_picture() {
        return picture::prepared(bytes).map(Outgoing::Picture).map_err(NoFile::Picture);
    }
    let played = match kind {
        FileKind::Mp4 | FileKind::M4a => film_or_sound(bytes)?,
        FileKind::Mp3 => sound(kind, mp3::duration_ms(bytes)),
        _ => None,
    };
    if let Some(played) = played {
        return Ok(played);
    }
    // What is in the same kind of file as films, and is a picture.
    if bytes.get(4..8) == Some(b"ftyp") && kind == FileKind::Other {
        return Err(NoFile::Heic);
    }
    linked_as(kind, called).map(|extension| Outgoing::Link { kind, extension }).ok_or(NoFile::Unknown)
}

/// One without a picture is a sound, whatever it calls itself. What is of QuickTime or for phones of before (3GP) is no mp4, though it is built
/// like one, and plays on some phones alone.
fn film_or_sound(bytes: &[u8]) -> Result<Option<Outgoing>, NoFile> {
    let brand = bytes.get(8..10).unwrap_or_default();
    let Some(movie) = mp4::read(bytes).filter(|_| brand != b"qt" && brand != b"3g") else { return Ok(None) };
    match movie.picture {
        Some(size) => {
            let preview = picture::of_film(size).map_err(NoFile::Picture)?;
            Ok(Some(Outgoing::Film { preview }))
        }
        None if movie.has_sound => Ok(sound(FileKind::M4a, movie.duration_ms)),
        None => Ok(None),
    }
}

fn sound(kind: FileKind, duration_ms: Option<u64>) -> Option<Outgoing> {
    duration_ms.map(|duration_ms| Outgoing::Sound { kind, duration_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(bytes: &[u8], called: Option<&str>) -> String {
        match outgoing(bytes, called) {
            Ok(Outgoing::Picture(_)) => "a picture".to_owned(),
            Ok(Outgoing::Film { preview }) => {
                let preview = image::load_from_memory(&preview).expect("a JPEG");
                format!("a film {}x{}", preview.width(), preview.height())
            }
            Ok(Outgoing::Sound { kind, duration_ms }) => format!("a sound {kind:?} {duration_ms}"),
            Ok(Outgoing::Link { extension, .. }) => format!("a link {extension}"),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn a_file_becomes_what_its_bytes_are_whatever_it_is_called() {
        let film = mp4::tests::film((1_920, 1_080), false);
        let (upright, quicktime) =
            (mp4::tests::film((1_920, 1_080), true), [&film[..8], b"qt  ", &film[12..]].concat());
        for (bytes, called, what) in [
            (&film[..], Some("a.pdf"), "a film 640x360"),
            (&upright, None, "a film 360x640"),
            (&quicktime, Some("a.mp4"), "a link mp4"),
            (&mp4::tests::sound(b"3gp4"), Some("a.m4a"), "a link mp4"),
            (&mp4::tests::sound(b"M4A "), None, "a sound M4a 1500"),
            // Recorded by a phone.
            (&mp4::tests::sound(b"isom"), Some("a.mp4"), "a sound M4a 1500"),
            (&mp3::tests::sound(100), Some("a.jpg"), "a sound Mp3 2612"),
            (b"ID3\x04", Some("a.mp3"), "a link mp3"),
            (b"\0\0\0\x20ftypisom", Some("a.mp4"), "a link mp4"),
            (b"%PDF-1.7", Some("a.exe"), "a link pdf"),
            (b"PK\x03\x04", Some("\u{898B}\u{7A4D}.XLSX"), "a link xlsx"),
            (b"\0\0\0\x20ftypheic\0\0\0\0", Some("IMG_0001.jpg"), "Heic"),
            (b"\0\0\0\x20ftypavif\0\0\0\0", None, "Heic"),
            (b"<html>", Some("a.jpg"), "Unknown"),
            (b"<html>", Some("a.html"), "Unknown"),
            (b"<svg/>", Some("a.svg"), "Unknown"),
            (b"MZ\x90", Some("a.exe"), "Unknown"),
            (b"MZ\x90", None, "Unknown"),
            (b"\x89PNG\r\n\x1A\n", Some("a.pdf"), "Picture(Broken)"),
            (b"", Some("a.pdf"), "Nothing"),
        ] {
            assert_eq!(becomes(bytes, called), what, "{called:?} {}", bytes[..bytes.len().min(16)].escape_ascii());
        }
    }

    #[test]
    fn every_refusal_has_words_in_both_languages() {
        for why in [
            NoFile::Nothing,
            NoFile::TooLarge { most_bytes: MOST_FETCHED_BYTES },
            NoFile::Heic,
            NoFile::Picture(NoPicture::Broken),
            NoFile::Unknown,
        ] {
            assert!(!why.words(Language::Japanese).is_ascii() && why.words(Language::English).is_ascii(), "{why:?}");
        }
    }
}
