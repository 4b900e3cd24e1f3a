//! The page that a LIFF app's endpoint URL shows.
//!
//! Rules kept (<https://developers.line.biz/en/docs/liff/opening-liff-app/>, `.../liff/development-guidelines/`): the SDK is
//! initialised at the endpoint URL and the address is not changed before that is done; parameters are read after it; `liff.*`
//! parameters are left alone; the raw ID token is sent to our server, which verifies it, and goes nowhere else.

use axum::http::StatusCode;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::route::RouteName;

use super::Page;
use super::frame::{Card, escape};
use super::page::{Nonce, Scripts};

/// LINE's SDK, always the newest of version 2. <https://developers.line.biz/en/docs/liff/developing-liff-apps/>
pub const SDK: &str = "https://static.line-scdn.net/liff/edge/2/sdk.js";

/// Where LINE's SDK sends its own requests. Which hosts those are is not documented.
const SDK_CONNECTS: [&str; 2] = ["https://*.line.me", "https://*.line-scdn.net"];

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
pub fn page(language: Language, liff: &Liff<'_>) -> Page {
    let nonce = escape(liff.nonce.as_str());
    let body = format!(
        "<div id=\"login\" data-liff-id=\"{}\" data-route=\"{}\" data-failed=\"{}\" role=\"status\">\
         <div id=\"busy\"><span class=\"spinner\" aria-hidden=\"true\"></span><p class=\"lead\">{}</p></div>\
         <div id=\"failed\" hidden><div class=\"todo\"><p>{}</p></div>\
         <div class=\"actions\"><button id=\"again\" class=\"button\" type=\"button\">{}</button></div></div></div>\
         <noscript><div class=\"todo\"><p>{}</p></div></noscript>",
        escape(liff.liff_id),
        escape(liff.route.map_or("", RouteName::as_str)),
        language.pick("連携できませんでした", "Not linked"),
        language.pick("そのまましばらくお待ちください。", "Please wait a moment."),
        language.pick(
            "電波の良い場所で、もう一度お試しください。うまくいかない場合は、この画面を閉じてリンクを開き直してください。",
            "Check your connection and try again. If that does not help, close this page and open the link again.",
        ),
        language.pick("もう一度試す", "Try again"),
        language.pick("ブラウザのJavaScriptを有効にしてください。", "Please switch on JavaScript in your browser."),
    );
    let scripts = format!(
        "<script nonce=\"{nonce}\" src=\"{}\"></script><script nonce=\"{nonce}\">{SCRIPT}</script>",
        escape(liff.sdk)
    );
    Card::new(language, language.pick("LINEとの連携を進めています", "Linking your LINE account"))
        .account(liff.account_name)
        .heading()
        .raw(&body)
        .raw(&scripts)
        .page(StatusCode::OK)
        .with_scripts(Scripts { nonce: liff.nonce.clone(), connect: connects(liff.sdk) })
}

/// A stand-in may call its own host alone.
fn connects(sdk: &str) -> Vec<String> {
    if sdk == SDK {
        return SDK_CONNECTS.map(str::to_owned).to_vec();
    }
    let origin =
        sdk.split_once("://").map(|(scheme, rest)| (scheme, rest.split(['/', '?', '#']).next().unwrap_or_default()));
    let plain = |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
    origin.filter(|(_, host)| plain(host)).map(|(scheme, host)| format!("{scheme}://{host}")).into_iter().collect()
}
