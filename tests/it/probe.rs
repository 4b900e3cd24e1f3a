//! The probe: our own public address, for each Official Account.

use local::seed::CHANNEL_ID;
use musubi::aws::RetryPolicy;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::ports::table::Commit;

use crate::app::App;

/// An Official Account whose secrets are gone; its ID decides whether it comes before or after the demo's.
async fn without_secrets(app: &App, id: &str) {
    let channels = app.world.adapters(RetryPolicy::WORKER).expect("adapters").channels().expect("channels");
    let demo = channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("the demo's");
    let channel = Channel { id: ChannelId::new(id), ..demo };
    assert_eq!(channels.put(&channel, 0).await.expect("stored"), Commit::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_official_account_that_fails_hides_no_other() {
    let app = App::start().await;
    let environment = app.world.environment.clone();
    let ports =
        probe::Ports::of(&app.world.adapters(RetryPolicy::WORKER).expect("adapters"), &environment).expect("ports");
    probe::handle(&ports).await.expect("the demo's channel answers");

    without_secrets(&app, "1000000001").await;
    without_secrets(&app, "9000000009").await;
    let error = probe::handle(&ports).await.expect_err("two of them fail").to_string();
    assert!(error.contains("2 of 3 channels"), "{error}");
}
