//! Two people and one contact: an operator is asked, once, and what they answer holds.

use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID, PROVIDER};
use musubi::aws::RetryPolicy;
use musubi::domain::claim::{Claim, ClaimedBy, Target};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{ChannelId, ContactId, LineUserId};
use musubi::flow::erase::{Erase, Who};
use musubi::flow::link::Link;
use musubi::ports::table::Commit;
use musubi::store::Journal;
use musubi::store::journal::{AskedBecause, Question, write};

use crate::app::{App, account};

/// Nobody whom the demo knows.
const JIRO: &str = "U00000000000000000000000000000009";

impl App {
    fn asking(&self) -> Journal {
        self.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal")
    }

    /// Who may be which contact, and why that is asked.
    pub async fn asked(&self) -> Vec<(String, u64, AskedBecause)> {
        let questions = self.asking().questions(&account()).await.expect("questions");
        let user = |question: &Question| question.conversation.source.user().expect("a person").expose().to_owned();
        let contact = |question: &Question| question.contact.as_str().parse().expect("a number");
        questions.iter().map(|question| (user(question), contact(question), question.why)).collect()
    }

    /// The operator says that they are two.
    pub async fn deny(&self) {
        let journal = self.asking();
        for question in journal.questions(&account()).await.expect("questions") {
            let standing =
                journal.question(&account(), &question.conversation).await.expect("a row").expect("it stands");
            let denied = write::denied(&account(), &standing, self.world.clock.now_ms());
            assert_eq!(journal.commit(vec![denied]).await.expect("a commit"), Commit::Done);
            assert_eq!(journal.commit(vec![write::denied(&account(), &standing, 0)]).await.unwrap(), Commit::Conflict);
        }
    }

    /// The operator says that they are one.
    async fn say_same(&self, user: &str, contact: u64) {
        let adapters = self.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let channels = adapters.channels().expect("channels");
        let channel = channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("the channel");
        let link = Link { outbox: adapters.outbox().expect("an outbox") };
        let target = Target::Contact(ContactId::new(contact.to_string()));
        let claim = Claim::new(ClaimedBy::Operator, target, self.world.clock.now_ms());
        link.claim(&channel, &LineUserId::new(user), &claim).await.expect("recorded");
    }
}

fn named(user: &str, why: AskedBecause) -> Vec<(String, u64, AskedBecause)> {
    vec![(user.to_owned(), LINKED_CONTACT, why)]
}

/// Somebody writes the ID of a person who is no friend yet on a contact that is another person's; then they follow.
async fn named_before_they_follow(app: &App) {
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "前").await;
    app.until("her words", |app| app.linked("line_last_message") == "前").await;
    app.at_rest_but_entries().await;
    app.preset(LINKED_CONTACT, JIRO);
    app.looked().await;
    app.world.line.add_person_as(JIRO, PROVIDER, "じろう", None);
    app.world.line.follow(CHANNEL_ID, JIRO).await;
    app.until_queues_empty().await;
}

async fn until_asked(app: &App) {
    for _ in 0..1_200 {
        if !app.asked().await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("nobody is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_names_one_person_and_is_linked_to_another_is_asked_about_and_no_gives_each_their_own() {
    let app = App::start().await;
    named_before_they_follow(&app).await;
    until_asked(&app).await;
    assert_eq!(app.asked().await, named(JIRO, AskedBecause::NameTaken));
    // The conflict comes up every quarter of an hour, and stays one question.
    app.minutes_pass(20);
    app.until_queues_empty().await;
    assert_eq!(app.asked().await, named(JIRO, AskedBecause::NameTaken));
    assert_eq!((app.linked_to(LINKED_USER).await, app.linked_to(JIRO).await), (Some(LINKED_CONTACT), None));

    app.deny().await;
    app.until_moving("a contact of their own", |app| {
        app.contact_of(JIRO).is_some_and(|contact| contact.id != LINKED_CONTACT)
    })
    .await;
    app.looked().await;
    assert_eq!(app.linked("line_user_id"), LINKED_USER, "and the contact names its own person again");
    assert_eq!(app.shown(LINKED_CONTACT, "line_user_name"), "はなこ");
    assert_eq!(app.linked_to(LINKED_USER).await, Some(LINKED_CONTACT));
    assert_eq!(app.asked().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_names_one_person_and_is_linked_to_another_goes_to_whom_the_operator_says() {
    let app = App::start().await;
    named_before_they_follow(&app).await;
    until_asked(&app).await;
    app.say_same(JIRO, LINKED_CONTACT).await;
    app.until_moving("the link", |app| app.shown(LINKED_CONTACT, "line_user_name") == "じろう").await;
    app.looked().await;
    assert_eq!((app.linked_to(JIRO).await, app.linked_to(LINKED_USER).await), (Some(LINKED_CONTACT), None));
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 1, "nobody was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_names_somebody_elses_contact_asks_once_and_a_no_is_not_asked_again() {
    let app = App::start().await;
    let send = async || {
        app.run_action(&[("message_1", "こんにちは"), ("line_user_id", NEW_USER)]).await;
        app.until("the outcome", |app| app.linked("line_last_outcome") == "accepted").await;
        app.at_rest_but_entries().await;
    };
    send().await;
    send().await;
    assert_eq!(app.asked().await, named(NEW_USER, AskedBecause::Sent));
    app.deny().await;
    send().await;
    assert_eq!((app.asked().await, app.linked_to(LINKED_USER).await), (vec![], Some(LINKED_CONTACT)));
    assert_eq!(app.world.line.delivered().len(), 3, "each was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_takes_their_question_along_answered_or_not() {
    for answered in [false, true] {
        let app = App::start().await;
        app.run_action(&[("message_1", "こんにちは"), ("line_user_id", NEW_USER)]).await;
        until_asked(&app).await;
        if answered {
            app.deny().await;
        }
        let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let erase = Erase { links: adapters.links().expect("links"), settle: app.settle() };
        let who = Who::User(LineUserId::new(NEW_USER));
        let receipt = erase.erase(&account(), &ChannelId::new(CHANNEL_ID), &who).await.expect("erased");
        assert_eq!(receipt.removed.questions, 1);
        let key = ConversationKey::person(&ChannelId::new(CHANNEL_ID), &LineUserId::new(NEW_USER));
        assert!(!app.asking().is_asked(&account(), &key).await.expect("a row"));
    }
}
