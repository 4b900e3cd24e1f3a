//! A test registration: somebody adds the account with their own phone, and our own rows say what came of it.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, FREE_CHANNEL_ID, FREE_PROVIDER, FREE_USER, LINKED_USER};
use musubi::domain::operator::Role;

use super::browser::Browser;
use super::wizard::connects;
use crate::app::App;

/// How many of the four ticks are there.
async fn ticks(who: &mut Browser<'_>) -> usize {
    let page = who.get(&format!("/console/channels/{FREE_CHANNEL_ID}/trial")).await;
    assert!(!page.has("こんにちは"), "no text is shown");
    let (_, list) = page.html.split_once("id=\"ticks\"").expect("ticks");
    list.split("</ul>").next().expect("its end").matches("<li class=\"done\">").count()
}

/// Whether the list of steps says so.
async fn trial_is_done(who: &mut Browser<'_>) -> bool {
    let page = who.get(&format!("/console/channels/{FREE_CHANNEL_ID}/setup")).await;
    let (_, step) = page.html.split_once("テスト登録").expect("the step");
    step.split("</summary>").next().expect("its head").contains(">完了<")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_registration_is_ticked_by_what_really_happened_to_this_account_since_it_began() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    connects(&app, &mut hanako).await;
    let line = &app.world.line;
    line.edit_channel(FREE_CHANNEL_ID, |spec| spec.webhook_active = true);
    let early = line.add_person(FREE_PROVIDER, "早い人", None);
    line.follow(FREE_CHANNEL_ID, &early).await;
    let path = format!("/console/channels/{FREE_CHANNEL_ID}/trial");
    let page = hanako.get(&path).await;
    assert!(!page.has("id=\"ticks\""), "nobody has begun it");
    app.at_rest_but_entries().await;
    app.minutes_pass(2);
    let begun = hanako.post(&path, &[("token", &page.token())]).await;
    assert_eq!(begun.location(), Some(&*path));
    let page = hanako.get(&path).await;
    assert!(page.has("<svg") && page.has("/R/ti/p/@musubi-bakery") && page.has("/console/assets/again.js"));
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("script-src 'self'; connect-src 'self'") && !policy.contains("unsafe"), "{policy}");

    // Who was there before, and who writes to another account, is no tester.
    line.write_text(FREE_CHANNEL_ID, &early, "こんにちは").await;
    line.write_text(CHANNEL_ID, LINKED_USER, "こんにちは").await;
    app.at_rest_but_entries().await;
    assert_eq!(ticks(&mut hanako).await, 0);
    line.follow(FREE_CHANNEL_ID, FREE_USER).await;
    app.at_rest_but_entries().await;
    assert_eq!(ticks(&mut hanako).await, 1, "added");
    let late = line.add_person(FREE_PROVIDER, "遅い人", None);
    line.follow(FREE_CHANNEL_ID, &late).await;
    line.write_text(FREE_CHANNEL_ID, &late, "こんにちは").await;
    app.at_rest_but_entries().await;
    assert_eq!(ticks(&mut hanako).await, 1, "the first is the tester");
    // Where LINE does not take the answer, what they write next is answered.
    line.fault(Endpoint::Reply, Fault::FailBefore(400), Plan::Next(1));
    line.write_text(FREE_CHANNEL_ID, FREE_USER, "こんにちは").await;
    app.at_rest_but_entries().await;
    assert_eq!(ticks(&mut hanako).await, 3, "all but the answer");
    for _ in 0..2 {
        line.write_text(FREE_CHANNEL_ID, FREE_USER, "こんにちは").await;
    }
    app.at_rest_but_entries().await;
    assert!(!trial_is_done(&mut hanako).await, "it was begun, and nobody has seen it end");
    assert_eq!(ticks(&mut hanako).await, 4);
    assert!(trial_is_done(&mut hanako).await);
    let answers = |user: &str| line.talk(FREE_CHANNEL_ID, user).iter().filter(|said| !said.by_person).count();
    assert_eq!((answers(FREE_USER), answers(&late), answers(&early)), (1, 0, 0), "the tester is answered once");
    assert!(app.contact_of(FREE_USER).is_some());
    let page = hanako.get(&path).await;
    assert!(page.has("すべて確認できました") && !page.has("again.js") && !page.has(FREE_USER));

    // Another one begins with nothing; after its hour nobody takes part in it.
    hanako.post(&path, &[("token", &page.token())]).await;
    assert_eq!(ticks(&mut hanako).await, 0);
    assert!(trial_is_done(&mut hanako).await, "what was seen once stays so");
    app.minutes_pass(61);
    line.block(FREE_CHANNEL_ID, &late).await;
    line.unblock(FREE_CHANNEL_ID, &late).await;
    app.until_queues_empty().await;
    let page = hanako.get(&path).await;
    assert!(page.has("受付時間（1時間）が終わりました") && !page.has("確認済み"));
}
