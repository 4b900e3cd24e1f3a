//! Nothing that belongs to a person, and no secret, leaves by a log, an error, an attribute of a dead
//! letter or an answer to an outsider.
//!
//! One process, one world, and one subscriber that takes down everything: Musubi's own crates at
//! `trace` with the opening and closing of every span, all others at `debug`, the laptop's stand-ins
//! for AWS, LINE and HubSpot at `info`. Libraries' `trace` is left out: it shows the bytes on the wire,
//! and production logs at `info`. Every text, name, address, ID and secret in that world is a canary.

#[expect(dead_code, reason = "the stories' verbs; few are needed here")]
#[path = "../it/app.rs"]
mod app;
mod birds;
#[expect(dead_code, reason = "the stories' verbs; few are needed here")]
#[path = "../it/console/browser.rs"]
mod browser;
mod errors;
mod log;
mod pages;
mod song;

use app::App;

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_is_in_a_log_an_error_a_dead_letters_attributes_or_an_answer() {
    let log = log::start();
    let app = App::start().await;
    let mut birds = birds::Birds::hatch(&app).await;
    let answers = song::sing(&app).await;
    let (pages, session) = pages::opened(&app).await;
    let [visitor, code, theirs] = pages::handed_over(&app).await;
    birds.learn_tokens(&app).await;
    let errors = errors::all(&app);

    assert!(log.text().len() > 50_000, "the log was taken down");
    for line in ["push.attempted", "activity.recorded", "crm.called", "request.refused", "record.unreadable"] {
        assert!(log.text().contains(line), "{line}");
    }
    birds.not_in("the log", &log.text());
    birds.not_in("an answer", &answers.join("\n"));
    birds.not_in("a page", &pages.join("\n"));
    birds::Birds::of([pages::OPERATOR, &session, &visitor, &code, &theirs]).not_in("the log", &log.text());
    birds.not_in("an error", &errors.join("\n"));
    let mut letters = 0;
    for queue in ["inbox-dlq", "push-dlq", "crm-dlq.fifo"] {
        for letter in app.world.aws.sqs().messages(queue) {
            letters += 1;
            let attributes = format!("{:?} {:?} {:?}", letter.attributes, letter.group, letter.deduplication);
            birds.not_in("a dead letter's attributes", &attributes);
        }
    }
    assert!(letters >= 5, "{letters} dead letters");
}

#[test]
fn a_canary_that_sings_is_heard() {
    let birds = birds::Birds::of(["canary-words"]);
    for written in ["x canary-words y", "x CANARY-WORDS y"] {
        assert!(birds.found(written).is_some(), "{written}");
    }
    assert_eq!(birds.found("canary words"), None);
}
