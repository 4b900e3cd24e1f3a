//! What somebody sent, in a talk.

use maud::{Markup, html};
use musubi::domain::activity::Media;
use musubi::domain::file::{FileState, MessageFile};
use musubi::domain::language::Language;
use musubi::domain::words;

/// The picture, or a link to the file; or why it is not there. `handle`: the talk's.
pub fn sent(file: &MessageFile, handle: &str, language: Language) -> Markup {
    let address = format!("/console/talks/{handle}/files/{}", file.name());
    html! {
        @match &file.state {
            FileState::Saved { .. } if file.is_picture() => a class="sent" href=(address) target="_blank" rel="noreferrer" {
                img src={ (address) "/preview" } alt=(language.pick("届いた画像（開く）", "The picture they sent (open it)")) loading="lazy";
            },
            FileState::Saved { .. } => a class="sent" href=(address) target="_blank" rel="noreferrer" { (open(file.media, language)) },
            FileState::Lost { why } => p class="small sent" { (words::file_loss(*why, language)) },
            FileState::Saving { .. } => p class="small sent" { (language.pick("保存しています。", "Being saved.")) },
        }
    }
}

fn open(media: Media, language: Language) -> &'static str {
    match media {
        Media::Image => language.pick("画像を開く", "Open the picture"),
        Media::Video => language.pick("動画を開く", "Open the video"),
        Media::Audio => language.pick("音声を聞く", "Listen to it"),
        Media::File => language.pick("ファイルを開く", "Open the file"),
    }
}
