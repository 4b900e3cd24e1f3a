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

/// The form to send a picture or another file. `fresh`: names it; `path`: the talk's.
pub fn choose(token: &str, fresh: &str, path: &str, language: Language) -> Markup {
    html! {
        details id="files" {
            summary { (language.pick("画像やファイルを送る", "Send a picture or a file")) }
            form method="post" action={ (path) "/file" } enctype="multipart/form-data" {
                input type="hidden" name="token" value=(token);
                input type="hidden" name="name" value=(fresh);
                label for="file" { (language.pick("ファイル（4 MBまで）", "File (4 MB at most)")) }
                input id="file" name="file" type="file" aria-describedby="file-hint";
                label for="address" { (language.pick("または、公開されているファイルのアドレス（URL、10 MBまで）", "Or the address (URL) of a public file (10 MB at most)")) }
                input id="address" name="address" type="url" inputmode="url" placeholder="https://" maxlength="2000" aria-describedby="file-hint";
                div class="small" id="file-hint" {
                    p { (language.pick(
                        "画像（JPEG、PNG、GIF、WebP）、動画（MP4）、音声（M4A、MP3）は、そのままトークに表示されます。PDFなどの文書は、LINEでは送れないため、リンクを書いたメッセージとして送ります。",
                        "Pictures (JPEG, PNG, GIF, WebP), films (MP4) and sounds (M4A, MP3) show in the chat. LINE carries no documents such as PDF: they go as a message with a link.",
                    )) }
                    p { (language.pick(
                        "画像は、撮影場所などの情報を取り除いて送ります。ほかのファイルは、そのまま送ります。どれもHubSpotに、推測できないアドレスで置かれます。アドレスを知っている人なら、誰でも開けます。",
                        "Details such as where a picture was taken are removed; other files go as they are. All lie in HubSpot, at addresses that cannot be guessed; whoever knows one can open it.",
                    )) }
                }
                (submit(Look::Plain, language.pick("送信する", "Send it")))
            }
        }
    }
}
