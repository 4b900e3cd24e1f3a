//! Pictures, films and files that people send hang in the inbox.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::LINKED_USER;

use super::Desk;
use crate::files::{JPEG, PDF};

impl Desk {
    /// What hangs on people's messages there.
    fn hanging(&self) -> Vec<Vec<u64>> {
        self.entries().into_iter().filter(|it| it.is_incoming).map(|it| it.files).collect()
    }

    fn saved(&self) -> Vec<u64> {
        self.app.files().iter().map(|file| file.id).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_file_hang_on_their_messages_in_order_and_once() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "写真を送ります").await;
    desk.app.sends_a_picture(JPEG).await;
    desk.app.until("the picture", |_| desk.said().len() == 2).await;
    desk.app.sends_a_file("見積書.pdf", PDF, 0).await;
    desk.app.until("the file", |_| desk.said().len() == 3).await;
    desk.writes(LINKED_USER, "以上です").await;
    let said = desk.said();
    assert!(said[0] == "写真を送ります" && said[1] == "[画像]" && said[3] == "以上です", "{said:?}");
    assert!(said[2].contains("見積書.pdf"), "{said:?}");
    let saved = desk.saved();
    assert_eq!(desk.hanging(), [vec![], vec![saved[0]], vec![saved[1]], vec![]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_notes_files_are_saved_for_the_inbox_all_the_same() {
    let desk = Desk::open().await;
    desk.app.change_channel(|channel| channel.settings.notes = false).await;
    desk.app.sends_a_picture(JPEG).await;
    desk.app.until("it hangs there", |_| desk.hanging() == [desk.saved()]).await;
    assert_eq!(desk.saved().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_line_prepares_for_long_is_announced_and_nothing_waits_behind_it() {
    let desk = Desk::open().await;
    desk.app.sends_a_file("動画の代わり.pdf", PDF, 9).await;
    desk.app.world.line.write_text(local::seed::CHANNEL_ID, LINKED_USER, "見えますか").await;
    desk.app.until_moving("both messages", |_| desk.said().len() >= 2).await;
    let said = desk.said();
    assert!(said[0].contains("このあとに表示します") && said[1] == "見えますか", "{said:?}");
    desk.app.until_moving("the file", |_| desk.said().len() == 3).await;
    desk.app.at_rest_but_entries().await;
    assert!(desk.said()[2].contains("前に届いたメッセージのファイルです"), "{:?}", desk.said());
    assert_eq!(desk.hanging(), [vec![], vec![], desk.saved()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_line_has_no_more_is_said_with_its_message() {
    let desk = Desk::open().await;
    desk.app.world.line.fault(Endpoint::Content, Fault::FailBefore(404), Plan::Every(1));
    desk.app.sends_a_picture(JPEG).await;
    desk.app.until("it is said", |_| desk.said().len() == 1).await;
    assert!(desk.said()[0].contains("LINEに残っていない"), "{:?}", desk.said());
    assert_eq!(desk.hanging(), [Vec::<u64>::new()]);
}
