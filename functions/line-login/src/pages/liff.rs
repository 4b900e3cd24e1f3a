//! The page that a LIFF app's endpoint URL shows.
//!
//! Rules kept (<https://developers.line.biz/en/docs/liff/opening-liff-app/>, `.../liff/development-guidelines/`): the SDK is
//! initialised at the endpoint URL and the address is not changed before that is done; parameters are read after it; `liff.*`
//! parameters are left alone; the raw ID token is sent to our server, which verifies it, and goes nowhere else.

use maud::{Markup, html};
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::route::RouteName;
use musubi::pages::{Frame, Nonce, Page, Scripts, account_name, actions, card, lead, spinner, todo};
use url::Url;

/// LINE's SDK, always the newest of version 2. <https://developers.line.biz/en/docs/liff/developing-liff-apps/>
pub const SDK: &str = "https://static.line-scdn.net/liff/edge/2/sdk.js";

/// Where LINE's SDK sends its own requests. Which hosts those are is not documented.
const SDK_CALLS: [&str; 2] = ["https://*.line.me", "https://*.line-scdn.net"];

const SCRIPT: &str = include_str!("liff.js");

/// What the page needs to know.
pub struct Liff<'a> {
    /// The channel; not shown.
    pub channel: &'a ChannelId,
    /// The Official Account's name.
    pub account_name: &'a str,
    /// The LIFF app's ID.
    pub liff_id: &'a str,
    /// Where the SDK is: [`SDK`], or a stand-in.
    pub sdk: &'a str,
    /// The route of the request, where it had one. A `route` in the address wins once the SDK is initialised.
    pub route: Option<&'a RouteName>,
    /// Made for this page.
    pub nonce: Nonce,
}

/// The page. Its script logs the person in where that is needed, posts `{"id_token": ..., "route": ...}` with the header
/// `x-musubi-login: 1` to the page's own path, and goes to the `redirect` of the JSON answer.
pub fn page(language: Language, liff: Liff<'_>) -> Page {
    let title = language.pick("LINEとの連携を進めています", "Linking your LINE account");
    let inside = card(html! {
        (account_name(liff.account_name))
        h1 { (title) }
        (login(language, &liff))
        noscript {
            (todo(language.pick("ブラウザのJavaScriptを有効にしてください。", "Please switch on JavaScript in your browser.")))
        }
    });
    let scripts = Scripts::new(liff.nonce).from_address(liff.sdk).code(SCRIPT);
    let scripts = callees(liff.sdk).iter().fold(scripts, |scripts, origin| scripts.calling(origin));
    Frame::new(language, title).scripts(scripts).around(inside)
}

/// What the script finds by its IDs: it reads the data, and shows one of the two parts.
fn login(language: Language, liff: &Liff<'_>) -> Markup {
    let wait = language.pick("そのまましばらくお待ちください。", "Please wait a moment.");
    let advice = language.pick(
        "電波の良い場所で、もう一度お試しください。うまくいかない場合は、この画面を閉じてリンクを開き直してください。",
        "Check your connection and try again. If that does not help, close this page and open the link again.",
    );
    let again = html! {
        button id="again" class="button" type="button" { (language.pick("もう一度試す", "Try again")) }
    };
    html! {
        div id="login" data-liff-id=(liff.liff_id) data-route=(liff.route.map_or("", RouteName::as_str))
            data-failed=(language.pick("連携できませんでした", "Not linked")) role="status" {
            div id="busy" { (spinner()) (lead(wait)) }
            div id="failed" hidden { (todo(advice)) (actions(again)) }
        }
    }
}

/// Whom the scripts may call. A stand-in may call its own host alone.
fn callees(sdk: &str) -> Vec<String> {
    match Url::parse(sdk) {
        _ if sdk == SDK => SDK_CALLS.map(str::to_owned).to_vec(),
        Ok(stand_in) => vec![stand_in.origin().ascii_serialization()],
        // A path of this host, which is allowed anyway.
        Err(_) => Vec::new(),
    }
}
