//! What people sent, on the card in HubSpot: a picture in the answer itself, everything whole by HubSpot's own address of some minutes.

use local::fake::Fault;
use local::fake::Plan;
use local::fake::hubspot::Endpoint as HubSpotEndpoint;
use local::seed::{CHANNEL_ID, HUBSPOT_MEMBER, LINKED_USER, PORTAL_ID};
use serde_json::{Value, json};

use super::card::{asked, example, is_as, mori, of, told};
use super::send_file::PNG;
use crate::app::App;
use crate::files::PDF;

/// Hanako has sent a picture and a document, and HubSpot has both; the picture's message.
async fn both_came() -> (App, String) {
    let app = asked().await;
    let message = app.sends_a_picture(PNG).await;
    app.until("the picture", |app| app.files().len() == 1).await;
    app.sends_a_file("見積書.pdf", PDF, 0).await;
    app.until("both", |app| app.files().len() == 2).await;
    app.at_rest_but_entries().await;
    (app, message)
}

/// The files of the talk, as the card is told: of what is in no note yet, and of notes.
async fn files(app: &App) -> Vec<Value> {
    let talk = mori(app, "talk", json!({})).await;
    let lines = talk["lines"].as_array().into_iter().flatten().map(|line| line["file"].clone());
    let notes = talk["older"]["files"].as_array().into_iter().flatten().flat_map(|files| files.as_array().cloned());
    lines.chain(notes.flatten()).filter(|file| !file.is_null()).collect()
}

async fn picture_of(app: &App, file: &Value) -> Value {
    let name = file["name"].as_str().expect("a name");
    let answer = mori(app, "pictures", json!({"files": [name]})).await;
    answer["pictures"][name].clone()
}

/// How often HubSpot was asked for an address of a file.
fn asked_for_addresses(app: &App) -> usize {
    app.world.hubspot.ledger().calls.iter().filter(|call| call.path.ends_with("/signed-url")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_in_the_answer_and_everything_opens_from_hubspot_before_the_note_and_after() {
    let (app, _) = both_came().await;
    for after_the_note in [false, true] {
        if after_the_note {
            app.until_moving("the note", |app| app.notes().len() == 1).await;
            app.at_rest().await;
        }
        let before = asked_for_addresses(&app);
        let [picture, pdf] = &files(&app).await[..] else { panic!("two files") };
        assert_eq!((&picture["picture"], &pdf["picture"]), (&json!(true), &json!(false)));
        assert_eq!((picture["words"].as_str(), pdf["words"].as_str()), (Some("画像を開く"), Some("ファイルを開く")));
        assert!(!picture.to_string().contains(LINKED_USER), "{picture}");
        assert_eq!(asked_for_addresses(&app), before, "the talk alone asks for no file");
        let shown = picture_of(&app, picture).await;
        assert!(shown.as_str().is_some_and(|it| it.starts_with("data:image/jpeg;base64,/9j/")), "{shown}");
        assert_eq!(picture_of(&app, pdf).await, Value::Null, "no picture, and nobody's page");
        for (file, bytes) in [(picture, PNG), (pdf, PDF)] {
            let answer = mori(&app, "file", json!({"files": [file["name"]]})).await;
            is_as("file", "there", &answer);
            let there = app.http.get(answer["address"].as_str().expect("an address")).send().await.expect("an answer");
            assert_eq!(there.bytes().await.expect("a file"), bytes);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_saved_or_never_was_says_so_and_what_is_taken_back_is_nowhere() {
    let (app, message) = both_came().await;
    let line = &app.world.line;
    line.write(CHANNEL_ID, LINKED_USER, |common, id| local::fake::line::event::video(common, id, 4_000)).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    let known = files(&app).await;
    let lost = known.iter().find(|file| file["name"].is_null()).expect("the film");
    assert!(lost["words"].as_str().is_some_and(|words| words.contains("LINEに残っていないため")), "{lost}");
    let picture = &known[0];
    line.unsend(CHANNEL_ID, LINKED_USER, &message).await;
    app.until("it is gone", |app| app.files().len() == 1).await;
    app.at_rest_but_entries().await;
    assert_eq!(picture_of(&app, picture).await, Value::Null);
    assert_eq!(mori(&app, "file", json!({"files": [picture["name"]]})).await, example("file", "refused"));
    // Somebody deletes the other in HubSpot.
    let pdf = &known[1];
    app.world.hubspot.delete_file(PORTAL_ID, app.files()[0].id);
    assert_eq!(mori(&app, "file", json!({"files": [pdf["name"]]})).await, example("file", "refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_contacts_card_gets_it_nor_one_that_asks_for_many_or_for_something_else() {
    let (app, _) = both_came().await;
    let picture = files(&app).await.remove(0);
    let talk = mori(&app, "talk", json!({})).await["talk"].clone();
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[]).to_string();
    for what in ["pictures", "file"] {
        let asks = json!({"files": [picture["name"]], "talk": talk});
        let (_, answer) = told(&app, of(HUBSPOT_MEMBER), what, &other, asks.clone()).await;
        assert_eq!(answer, json!({"refused": "not_found"}), "{what}");
        let elsewhere = json!({"files": [picture["name"]], "talk": "another"});
        assert_eq!(mori(&app, what, elsewhere).await, json!({"refused": "not_found"}), "{what}");
        let many = json!({"files": ["a", "b", "c", "d", "e"], "talk": talk});
        let contact = local::seed::LINKED_CONTACT.to_string();
        assert_eq!(told(&app, of(HUBSPOT_MEMBER), what, &contact, many).await.0, 400, "{what}");
    }
    for name in ["x", "../1", "1790000000000-0123456789abcdef", "-1-0123456789abcdef", ""] {
        assert_eq!(mori(&app, "file", json!({"files": [name]})).await, json!({"refused": "file_gone"}), "{name}");
        assert_eq!(mori(&app, "pictures", json!({"files": [name]})).await["pictures"][name], Value::Null, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hubspot_is_silent_the_talk_is_there_and_the_picture_is_not() {
    let (app, _) = both_came().await;
    let picture = files(&app).await.remove(0);
    app.world.hubspot.fault(HubSpotEndpoint::SignedUrl, Fault::CloseBeforeEffect, Plan::Every(1));
    assert_eq!(picture_of(&app, &picture).await, Value::Null);
    let answer = mori(&app, "file", json!({"files": [picture["name"]]})).await;
    assert_eq!(answer, json!({"refused": "silent"}));
}
