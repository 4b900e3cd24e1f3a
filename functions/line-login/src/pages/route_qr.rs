//! A route's QR code, for the owner to download.

use maud::{Markup, PreEscaped, html};
use musubi::domain::language::Language;
use musubi::domain::route::RouteName;
use musubi::pages::{Frame, Look, Page, account_name, address, card, download, pair, section};
use musubi::qr::{Qr, TooLong};

/// What the page shows.
pub struct RouteQr<'a> {
    /// The Official Account's name.
    pub account_name: &'a str,
    /// The route, where the code is for one.
    pub route: Option<&'a RouteName>,
    /// The plain login's URL.
    pub login_url: &'a str,
    /// The LIFF URL, where the channel has a LIFF app. The code then leads there.
    pub liff_url: Option<&'a str>,
    /// Where the SVG is downloaded.
    pub svg_path: &'a str,
    /// Where the PNG is downloaded.
    pub png_path: &'a str,
}

/// The page. Says what such a route knows for certain, and what it does not.
///
/// # Errors
/// An address that fits into no QR code.
pub fn page(language: Language, qr: &RouteQr<'_>) -> Result<Page, TooLong> {
    let title = match (language, qr.route) {
        (Language::Japanese, Some(route)) => format!("「{route}」のQRコード"),
        (Language::Japanese, None) => "LINEログインのQRコード".to_owned(),
        (Language::English, Some(route)) => format!("QR code of {route}"),
        (Language::English, None) => "QR code of the LINE login".to_owned(),
    };
    let svg = Qr::of(qr.liff_url.unwrap_or(qr.login_url))?.svg();
    Ok(Frame::new(language, &title).around(card(html! {
        (account_name(qr.account_name))
        h1 { (title) }
        // Drawn by us: of the address it holds nothing but black and white.
        div class="qr" { (PreEscaped(svg)) }
        (pair(html! { (saves(language, qr, "SVG", qr.svg_path)) (saves(language, qr, "PNG", qr.png_path)) }))
        @if let Some(url) = qr.liff_url {
            (address(language.pick("LIFF URL（QRコードの内容）", "LIFF URL (in the QR code)"), url))
        }
        (address(language.pick("ログイン用URL", "Login URL"), qr.login_url))
        (known(language))
    })))
}

/// Saves the picture in this format, which is the end of the file's name, too.
fn saves(language: Language, qr: &RouteQr<'_>, format: &str, path: &str) -> Markup {
    let label = match language {
        Language::Japanese => format!("{format}を保存"),
        Language::English => format!("Save {format}"),
    };
    let name = qr.route.map_or("line-login", RouteName::as_str);
    download(Look::Plain, &label, path, &format!("{name}.{}", format.to_lowercase()))
}

/// LINE's follow event names no route, and whoever only opens an address is nobody yet.
fn known(language: Language) -> Markup {
    let (certain, unknown): (&[&str], &[&str]) = match language {
        Language::Japanese => (
            &["このQRコードからLINEでログインした方が、どのお客さまか。", "その方が、この経路から来たこと。"],
            &[
                "QRコードを読み取っただけで、ログインしなかった方。",
                "通常の友だち追加リンクや、LINE公式アカウントの友だち追加QRコードから友だちになった方の経路。友だち追加の通知には、どのリンクから来たかが含まれていません。",
            ],
        ),
        Language::English => (
            &["Who it is that logged in with LINE from this QR code.", "That they came by this route."],
            &[
                "People who opened it and did not log in.",
                "Where people came from who became friends by a plain friend link or the account's own QR code: LINE's notice of a new friend does not say which link it was.",
            ],
        ),
    };
    html! {
        (section(language.pick("確実に分かること", "What is known for certain"), certain))
        (section(language.pick("分からないこと", "What is not known"), unknown))
    }
}
