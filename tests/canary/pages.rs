//! The console's pages, after all that has happened: an admin opens each.

use local::seed::CHANNEL_ID;
use musubi::domain::operator::Role;

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
