//! What people send is saved in HubSpot before LINE deletes it, hangs on its note, and goes when it is taken back.

use bytes::Bytes;
use local::fake::hubspot::StoredFile;
use local::fake::line::event;
use local::seed::{CHANNEL_ID, LINKED_USER, PORTAL_ID};

use crate::app::App;

pub const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0 a picture of a cat \xFF\xD9";
pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj";

impl App {
    pub fn files(&self) -> Vec<StoredFile> {
        self.world.hubspot.files(PORTAL_ID)
    }

    /// The linked friend sends a picture; its message ID.
    pub async fn sends_a_picture(&self, bytes: &'static [u8]) -> String {
        let line = &self.world.line;
        let sent = line.write_image(CHANNEL_ID, LINKED_USER, "image/jpeg", Bytes::from_static(bytes)).await;
        sent.message_id.expect("a message")
    }

    /// The linked friend sends a file.
    pub async fn sends_a_file(&self, name: &str, bytes: &'static [u8], preparing: u32) -> String {
        let line = self.world.line.clone();
        let size_bytes = bytes.len() as u64;
        let keep = |common: &event::Common, id: &str| {
            line.keep_content(CHANNEL_ID, id, "application/pdf", Bytes::from_static(bytes), preparing);
            event::file(common, id, name, size_bytes)
        };
        self.world.line.write(CHANNEL_ID, LINKED_USER, keep).await.message_id.expect("a message")
    }

    /// The IDs of the files that hang on notes, note by note.
    fn hanging(&self) -> Vec<String> {
        let notes = self.world.hubspot.notes(PORTAL_ID);
        notes.iter().map(|note| note.properties.get("hs_attachment_ids").cloned().unwrap_or_default()).collect()
    }

    fn dead_letters(&self) -> usize {
        self.world.aws.sqs().counts("crm-dlq.fifo").total()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_file_lie_in_hubspot_for_nobody_else_and_hang_on_their_note() {
    let app = App::start().await;
    app.sends_a_picture(JPEG).await;
    app.until("the picture", |app| app.files().len() == 1).await;
    app.sends_a_file("見積書 2026.pdf", PDF, 0).await;
    app.until("both files", |app| app.files().len() == 2).await;
    let [picture, file] = &app.files()[..] else { panic!("two files") };
    assert_eq!((&*picture.bytes, &*picture.content_type, &*picture.access), (JPEG, "image/jpeg", "PRIVATE"));
    assert_eq!((&*file.bytes, &*file.content_type, &*file.access), (PDF, "application/pdf", "PRIVATE"));
    assert_eq!(picture.folder, format!("/Musubi/LINE/{CHANNEL_ID}"));
    assert!(picture.name.starts_with("line-image-") && picture.name.ends_with(".jpg"), "{}", picture.name);
    assert!(file.name.starts_with("見積書_2026-") && file.name.ends_with(".pdf"), "{}", file.name);
    app.at_rest_but_entries().await;
    assert_eq!(app.texts_at_rest("/Musubi/").await, 0, "what a person calls their file lies nowhere with us");
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    assert_eq!(app.hanging(), [format!("{};{}", picture.id, file.id)]);
    let note = app.notes().concat();
    assert!(note.contains("[画像]") && note.contains("見積書 2026.pdf") && !note.contains("保存"), "{note}");
    assert_eq!(app.files().len(), 2, "and once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_calls_itself_a_picture_and_is_a_page_is_kept_as_bytes_that_nobody_opens() {
    let app = App::start().await;
    app.sends_a_picture(b"<html><script>alert(1)</script></html>").await;
    app.sends_a_file("invoice\u{202E}fdp.exe", b"MZ\x90", 0).await;
    app.until("both files", |app| app.files().len() == 2).await;
    for file in app.files() {
        assert_eq!(file.content_type, "application/octet-stream");
        assert!(file.name.ends_with(".bin"), "{}", file.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_line_prepares_for_long_is_hung_on_the_note_that_was_written_without_it() {
    let app = App::start().await;
    app.sends_a_file("動画.mp4", b"\0\0\0\x20ftypisom film", 9).await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    assert_eq!(app.hanging(), [""]);
    app.until_moving("the file", |app| !app.hanging()[0].is_empty()).await;
    app.at_rest().await;
    assert_eq!(app.hanging(), [app.files()[0].id.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_line_has_no_more_is_said_on_the_note() {
    let app = App::start().await;
    let line = &app.world.line;
    line.write(CHANNEL_ID, LINKED_USER, |common, id| event::video(common, id, 4_000)).await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    assert!(
        app.notes()[0].contains("[動画] 4秒（LINEに残っていないため、保存できませんでした）"),
        "{}",
        app.notes()[0]
    );
    assert_eq!((app.files().len(), app.dead_letters()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_taken_back_is_deleted_in_hubspot_before_its_note_and_after() {
    let app = App::start().await;
    let first = app.sends_a_picture(JPEG).await;
    app.until("the file", |app| app.files().len() == 1).await;
    app.world.line.unsend(CHANNEL_ID, LINKED_USER, &first).await;
    app.until("it is gone", |app| app.files().is_empty()).await;
    let second = app.sends_a_picture(JPEG).await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    assert_eq!(app.files().len(), 1);
    app.world.line.unsend(CHANNEL_ID, LINKED_USER, &second).await;
    app.until("it is gone, too", |app| app.files().is_empty()).await;
    app.at_rest_but_entries().await;
    assert!(!app.notes()[0].contains("[画像]"), "{}", app.notes()[0]);
    assert_eq!(app.dead_letters(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_deletes_in_hubspot_keeps_no_note_back() {
    let app = App::start().await;
    app.sends_a_picture(JPEG).await;
    app.until("the file", |app| app.files().len() == 1).await;
    app.world.hubspot.delete_file(PORTAL_ID, app.files()[0].id);
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    assert!(app.notes()[0].contains("[画像]"), "its words were not blamed");
    assert_eq!((app.hanging(), app.dead_letters()), (vec![String::new()], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hubspot_has_not_allowed_files_the_note_says_so_and_comes_as_before() {
    let app = App::start().await;
    app.world.hubspot.never_grants(PORTAL_ID, "files");
    app.sends_a_picture(JPEG).await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("ファイルの権限が許可されていない"), "{}", app.notes()[0]);
    assert_eq!((app.files().len(), app.dead_letters()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn by_setting_nothing_is_saved() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.save_files = false).await;
    app.sends_a_picture(JPEG).await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    assert!(app.notes()[0].contains("[画像]") && !app.notes()[0].contains("保存"), "{}", app.notes()[0]);
    assert_eq!(app.files().len(), 0);
}
