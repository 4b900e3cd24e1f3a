//! The console's pages, after all that has happened: an admin opens each.

use local::fake::Posted;
use local::fake::hubspot::PageUser;
use local::seed::{CHANNEL_ID, PORTAL_ID};
use musubi::domain::operator::Role;
use serde_json::{Value, json};

use crate::app::App;
use crate::browser::Browser;

/// Who opens them. Their name stands on pages that are about them, and in no log.
pub const OPERATOR: &str = "operator-bird";

/// Each page as it is read, and what else must be in no log: the session.
pub async fn opened(app: &App) -> (Vec<String>, String) {
    let mut admin = Browser::signed_in(app, OPERATOR, Role::Admin).await;
    let mut pages = Vec::new();
    let of_channel =
        ["", "/setup", "/trial", "/routes", "/login/setup"].map(|page| format!("channels/{CHANNEL_ID}{page}"));
    let others = ["", "team", "doctor", "log", "connect", "account", "people", "decisions", "dead-letters", "install"];
    for page in others.map(str::to_owned).into_iter().chain(of_channel) {
        let address = format!("/console/{page}");
        let page = admin.get(address.trim_end_matches('/')).await;
        assert_eq!(page.status, 200, "{address}");
        pages.push(format!("{:?}\n{}", page.headers, page.html));
        admin.language = if admin.language == "ja" { "en" } else { "ja" };
    }
    (pages, admin.session.expect("a session"))
}

/// Somebody comes in from HubSpot's settings, and once more with an address that is used: what they are in HubSpot, the address's code
/// and the session, which are in no log.
pub async fn handed_over(app: &App) -> [String; 3] {
    let user = PageUser { portal_id: PORTAL_ID, user_id: 4_949_494_949, email: "canary-visitor@canary.example" };
    let url = format!("{}/console/hand-over", app.world.url);
    let posted = app.world.hubspot.fetch(user, &url, &json!({"canary-key": "canary-value"})).await.expect("permitted");
    let Posted::Answered { status: 200, body, .. } = posted else { panic!("{posted:?}") };
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    let path = answer["address"].as_str().and_then(|at| at.strip_prefix(&app.world.url)).expect("an address of ours");
    let (mut browser, code) = (Browser::new(app), path.split_once("code=").expect("a code").1);
    let token = browser.get(path).await.token();
    // Signed in; then with the token of the browser as it was; then by an address that is used.
    for status in [303, 403] {
        assert_eq!(browser.post("/console/enter", &[("code", code), ("token", &token)]).await.status, status);
    }
    assert_eq!(browser.get(path).await.status, 404);
    [user.user_id.to_string(), code.to_owned(), browser.session.expect("a session")]
}
