//! Every page, filled with made-up words: for whoever wants to look at them (`cargo run -p line-login --example pages -- FOLDER`),
//! and for the tests.

use std::collections::BTreeMap;

use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::route::RouteName;
use musubi::pages::{Nonce, Page};

use super::liff::Liff;
use super::login_end::LoginEnd;
use super::route_qr::RouteQr;
use super::sample_login::SampleLogin;
use super::{Account, Login, liff, login_end, route_qr, sample_login, success, unlink};

/// The languages, and what a browser calls them.
pub const LANGUAGES: [(Language, &str); 2] = [(Language::Japanese, "ja"), (Language::English, "en")];

/// What stands everywhere that takes text.
pub struct Given {
    /// The Official Account's name.
    pub name: &'static str,
    /// Who asks for the data.
    pub company: &'static str,
    /// The privacy policy's address.
    pub policy: &'static str,
    /// Where a link goes.
    pub address: &'static str,
    /// The LIFF app's ID.
    pub liff_id: &'static str,
}

/// A shop as there are many.
pub const KIND: Given = Given {
    name: "むすび商店",
    company: "株式会社むすび商店",
    policy: "https://shop.example/privacy",
    address: "https://liff.line.me/1657000002-AbcdEfgh?route=flyer-2026_spring",
    liff_id: "1657000002-AbcdEfgh",
};

pub(super) fn account<'a>(channel: &'a ChannelId, name: &'a str, basic_id: &'a str) -> Account<'a> {
    Account { channel, name, basic_id, line_app_url: "https://line.me" }
}

/// Every page, by a name.
pub fn all(language: Language, given: &Given) -> BTreeMap<String, Page> {
    let channel = ChannelId::new("1657000001");
    let route = RouteName::parse("flyer-2026_spring").expect("a name");
    let account = account(&channel, given.name, "@123abcde");
    let again = Some(Login { channel: &channel, route: Some(&route) });
    let sample = SampleLogin { account, company: given.company, privacy_policy: given.policy, email_purpose: None };
    let liff = Liff {
        channel: &channel,
        account_name: given.name,
        liff_id: given.liff_id,
        sdk: liff::SDK,
        route: Some(&route),
        nonce: Nonce::new([7; 16]),
    };
    let qr = RouteQr {
        account_name: given.name,
        route: Some(&route),
        login_url: "https://musubi.example/line/1657000001/login?route=flyer-2026_spring",
        liff_url: Some(given.address),
        svg_path: "/line/1657000001/routes/flyer-2026_spring.svg",
        png_path: "/line/1657000001/routes/flyer-2026_spring.png",
    };
    let mut pages: BTreeMap<String, Page> = [
        ("success", success::page(language, account)),
        ("unlink-explain", unlink::explain(language, account, "form-token")),
        ("unlink-going-on", unlink::going_on(language, given.address)),
        ("unlink-done", unlink::done(language, account)),
        ("sample-login", sample_login::page(language, &sample)),
        ("liff", liff::page(language, liff)),
        ("route-qr", route_qr::page(language, &qr).expect("an address fits into a QR code")),
    ]
    .map(|(name, page)| (name.to_owned(), page))
    .into();
    for end in LoginEnd::ALL {
        pages.insert(format!("end-{end:?}"), login_end::page(language, end, again));
    }
    pages
}
