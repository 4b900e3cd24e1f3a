//! Pictures and files in a talk: what somebody sent, and sending one.

use maud::{Markup, html};
use musubi::domain::activity::{Activity, Media};
use musubi::domain::file::{FileState, MessageFile};
use musubi::domain::language::Language;
use musubi::domain::words;
use musubi::flow::console::talks::OpenTalk;
use musubi::pages::{Look, submit};

/// The file of what was said in a talk.
pub fn of<'a>(talk: &'a OpenTalk, said: &Activity) -> Option<&'a MessageFile> {
    talk.newest.files.iter().find(|file| file.mark == said.mark)
}

/// The picture, or a link to the file; or why it is not there. `handle`: the talk's.
pub fn sent(file: &MessageFile, handle: &str, language: Language) -> Markup {
    let address = format!("/console/talks/{handle}/files/{}", file.name());
    html! {
        @match &file.state {
            FileState::Saved { .. } if file.is_picture() => a class="sent" href=(address) target="_blank" rel="noreferrer" {
                img src={ (address) "/preview" } alt=(language.pick("届いた画像（開く）", "The picture they sent (open it)")) loading="lazy";
            },
            FileState::Saved { .. } => a class="sent" href=(address) target="_blank" rel="noreferrer" { (words(file, language)) },
            FileState::Lost { .. } | FileState::Saving { .. } => p class="small sent" { (words(file, language)) },
        }
    }
}

/// What opens it, in words, where the CRM has it; or why it is not there.
pub fn words(file: &MessageFile, language: Language) -> &'static str {
    match &file.state {
        FileState::Saved { .. } => open(file.media, language),
        FileState::Lost { why } => words::file_loss(*why, language).trim_start(),
        FileState::Saving { .. } => language.pick("保存しています。", "Being saved."),
    }
}

/// What opens it, in words.
pub fn open(media: Media, language: Language) -> &'static str {
    match media {
        Media::Image => language.pick("画像を開く", "Open the picture"),
        Media::Video => language.pick("動画を開く", "Open the video"),
        Media::Audio => language.pick("音声を聞く", "Listen to it"),
        Media::File => language.pick("ファイルを開く", "Open the file"),
    }
}

/// The form to send a picture. `fresh`: names it; `path`: the talk's.
pub fn choose(token: &str, fresh: &str, path: &str, language: Language) -> Markup {
    html! {
        details id="pictures" {
            summary { (language.pick("画像を送る", "Send a picture")) }
            form method="post" action={ (path) "/picture" } enctype="multipart/form-data" {
                input type="hidden" name="token" value=(token);
                input type="hidden" name="name" value=(fresh);
                label for="picture" { (language.pick("画像（4 MBまで）", "Picture (4 MB at most)")) }
                input id="picture" name="picture" type="file" required
                    accept="image/jpeg,image/png,image/gif,image/webp" aria-describedby="picture-hint";
                p class="small" id="picture-hint" { (language.pick(
                    "撮影場所などの情報は取り除いて送ります。画像はHubSpotに、推測できないアドレスで置かれます。",
                    "Where and with what it was taken is removed. The picture lies in HubSpot, at an address that nobody guesses.",
                )) }
                (submit(Look::Plain, language.pick("画像を送信", "Send the picture")))
            }
        }
    }
}
