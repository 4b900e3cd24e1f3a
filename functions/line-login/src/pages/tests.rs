use axum::response::IntoResponse;
use base64::Engine as _;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::route::RouteName;
use musubi::pages::{Nonce, Page};
use sha2::{Digest, Sha256};

use super::liff::Liff;
use super::login_end::LoginEnd;
use super::route_qr::RouteQr;
use super::sample_login::SampleLogin;
use super::samples::{self, Given, KIND, LANGUAGES, account};
use super::{Account, Login, liff, login_end, route_qr, sample_login, success, unlink};

const HOSTILE: Given = Given {
    name: "<script>alert(1)</script>\"'&",
    company: "</p><script>alert(2)</script>\"'&",
    policy: "https://shop.example/\"><script>alert(3)</script>",
    address: "https://shop.example/?a=\"><script>alert(4)</script>",
    liff_id: "\"><script>alert(5)</script>",
};

/// Each page in each language, for each kind of input.
fn each(mut look: impl FnMut(&str, &str, &Page)) {
    for (language, tag) in LANGUAGES {
        for given in [&KIND, &HOSTILE] {
            for (name, page) in samples::all(language, given) {
                look(&format!("{name} ({tag})"), tag, &page);
            }
        }
    }
}

/// What people see: without style, scripts and tags.
fn visible(html: &str) -> String {
    let mut text = html.to_owned();
    for (begin, end) in [("<style>", "</style>"), ("<script", "</script>"), ("<", ">")] {
        while let Some(at) = text.find(begin) {
            let length = text[at..].find(end).map_or(text.len() - at, |length| length + end.len());
            text.replace_range(at..at + length, " ");
        }
    }
    text
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    text.split_once(begin).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn nothing_inserted_is_html() {
    each(|name, _, page| {
        let scripts = page.html().matches("<script").count();
        assert_eq!(scripts, if name.starts_with("liff") { 2 } else { 0 }, "{name}");
        let html = page.html();
        for raw in [HOSTILE.name, HOSTILE.company, HOSTILE.policy, HOSTILE.address, HOSTILE.liff_id] {
            assert!(!html.contains(raw), "{name}: {raw}");
        }
        assert_eq!(html.matches("alert(").count(), html.matches("&lt;script&gt;alert(").count(), "{name}");
        assert_eq!(html.matches(")&lt;/script&gt;\"'").count(), 0, "{name}: a quote could end an attribute");
    });
}

#[test]
fn every_page_has_its_language_one_heading_and_fits_a_phone() {
    each(|name, tag, page| {
        let html = page.html();
        assert!(html.starts_with(&format!("<!DOCTYPE html><html lang=\"{tag}\">")), "{name}");
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        assert_eq!(html.matches("<title>").count(), 1, "{name}");
        assert!(html.contains("name=\"viewport\" content=\"width=device-width,"), "{name}");
        assert!(!html.contains(" style=") && !html.contains(" onclick"), "{name}: the policy would forbid it");
    });
}

#[test]
fn the_policy_fits_the_page_and_lets_nothing_else_in() {
    each(|name, _, page| {
        let style = between(page.html(), "<style>", "</style>");
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = page.policy();
        assert!(policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'")), "{name}: {policy}");
        assert!(policy.ends_with("; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"), "{name}: {policy}");
        assert!(!policy.contains("unsafe"), "{name}: {policy}");
        assert_eq!(policy.contains("script-src"), name.starts_with("liff"), "{name}: {policy}");
    });
}

#[test]
fn the_headers_keep_a_page_from_stores_frames_and_referrers() {
    for page in samples::all(Language::Japanese, &KIND).into_values() {
        let (policy, status) = (page.policy().to_owned(), page.status());
        let answer = page.into_response();
        assert_eq!(answer.status(), status);
        for (header, value) in [
            ("content-security-policy", policy.as_str()),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(answer.headers()[header], value);
        }
    }
}

#[test]
fn no_page_speaks_of_what_stands_behind_it() {
    each(|name, _, page| {
        let text = visible(page.html()).to_lowercase();
        for word in [
            "musubi",
            "hubspot",
            "crm",
            "lambda",
            "aws",
            "token",
            "cookie",
            "nonce",
            "pkce",
            "csrf",
            "state",
            "database",
            "api",
            "トークン",
            "クッキー",
            "サーバー",
            "データベース",
            "contact record",
            "error code",
        ] {
            let text = text.replace("musubi.example", "");
            assert!(!text.contains(word), "{name}: {word}");
        }
    });
}

#[test]
fn japanese_pages_are_japanese_and_english_ones_english() {
    let is_japanese = |c: char| ('\u{3040}'..='\u{30ff}').contains(&c);
    for (name, page) in samples::all(Language::Japanese, &KIND) {
        assert!(visible(page.html()).chars().any(is_japanese), "{name}");
    }
    let plain = Given { name: "Musu", company: "Musu Inc.", ..KIND };
    for (name, page) in samples::all(Language::English, &plain) {
        assert!(!visible(page.html()).chars().any(is_japanese), "{name}");
    }
}

#[test]
fn a_login_that_ended_can_be_begun_again_on_the_same_route() {
    let channel = ChannelId::new("1657000001");
    let route = RouteName::parse("flyer").unwrap();
    let button = "href=\"/line/1657000001/login?route=flyer\"";
    for end in LoginEnd::ALL {
        let with = login_end::page(Language::Japanese, end, Some(Login { channel: &channel, route: Some(&route) }));
        assert_eq!(with.html().contains(button), end != LoginEnd::NotValid, "{end:?}");
        let without = login_end::page(Language::Japanese, end, None);
        assert!(!without.html().contains("<a "), "{end:?}");
        assert_eq!(without.status(), end.status());
    }
    assert_eq!(Login { channel: &channel, route: None }.path(), "/line/1657000001/login");
}

#[test]
fn the_way_to_the_talk_and_out_again_is_offered() {
    let pages = samples::all(Language::Japanese, &KIND);
    assert!(pages["success"].html().contains("href=\"https://line.me/R/ti/p/%40123abcde\""));
    assert!(pages["success"].html().contains("href=\"/line/1657000001/unlink\""));
    assert!(pages["unlink-explain"].html().contains("<form method=\"post\" action=\"/line/1657000001/unlink\">"));
    for odd in ["", "@", "shop", "@a/b", "@a\"b", "@a?b"] {
        assert_eq!(success::talk_address(account(&ChannelId::new("1"), "n", odd)), None, "{odd}");
    }
    let channel = ChannelId::new("1");
    let local = Account { line_app_url: "http://127.0.0.1:8804", ..account(&channel, "n", "@123abcde") };
    for page in [success::page(Language::Japanese, local), unlink::done(Language::Japanese, local)] {
        assert!(page.html().contains("href=\"http://127.0.0.1:8804/R/ti/p/%40123abcde\""), "{}", page.html());
        assert!(!page.html().contains("line.me"), "a stand-in for LINE keeps people to itself");
    }
}

#[test]
fn the_sample_page_says_that_the_address_is_acquired_and_what_for() {
    for (language, tag) in LANGUAGES {
        let html = samples::all(language, &KIND).remove("sample-login").unwrap().html().to_owned();
        let (what, why) = match language {
            Language::Japanese => ("メールアドレス", "ために利用します"),
            Language::English => ("E-mail address", "To find what you"),
        };
        let row = html.split("<div><dt>").find(|row| row.starts_with(what)).unwrap();
        assert!(row.contains(why), "{tag}");
        assert!(html.contains(KIND.company) && html.contains("href=\"https://shop.example/privacy\""), "{tag}");
        assert!(html.contains(language.pick("LINEでログイン</span>", "Log in with LINE</span>")), "{tag}");
    }
    let channel = ChannelId::new("1657000001");
    let account = account(&channel, "n", "@n");
    let odd = SampleLogin { account, company: "c", privacy_policy: "javascript:alert(1)", email_purpose: Some("<b>") };
    let html = sample_login::page(Language::English, &odd).html().to_owned();
    assert!(!html.contains("javascript:") && html.contains("&lt;b&gt;"));
}

#[test]
fn the_liff_page_gives_its_scripts_the_nonce_and_keeps_its_input_out_of_them() {
    let page = samples::all(Language::Japanese, &KIND).remove("liff").unwrap();
    let nonce = Nonce::new([7; 16]);
    let marked = format!("<script nonce=\"{}\"", nonce.as_str());
    assert_eq!(page.html().matches(&marked).count(), 2);
    assert!(page.policy().contains(&format!("script-src 'nonce-{}' 'strict-dynamic'", nonce.as_str())));
    assert!(page.html().contains("data-liff-id=\"1657000002-AbcdEfgh\" data-route=\"flyer-2026_spring\""));
    assert!(page.html().contains(&format!("src=\"{}\"", liff::SDK)));
    let channel = ChannelId::new("1");
    for (sdk, connect) in [
        ("http://127.0.0.1:8801/liff/sdk.js", "connect-src 'self' http://127.0.0.1:8801;"),
        ("/liff/sdk.js", "connect-src 'self';"),
        ("https://x; script-src *\r\n/sdk.js", "connect-src 'self';"),
    ] {
        let nonce = Nonce::new([7; 16]);
        let liff = Liff { channel: &channel, account_name: "", liff_id: "", sdk, route: None, nonce };
        assert!(liff::page(Language::English, liff).policy().contains(connect), "{sdk}");
    }
}

#[test]
fn the_qr_page_holds_the_picture_the_address_and_the_downloads() {
    let html = samples::all(Language::Japanese, &KIND).remove("route-qr").unwrap().html().to_owned();
    assert!(html.contains(&musubi::qr::Qr::of(KIND.address).unwrap().svg()));
    assert!(html.contains("href=\"/line/1657000001/routes/flyer-2026_spring.png\" download=\"flyer-2026_spring.png\""));
    let login = "https://musubi.example/line/1657000001/login?route=flyer-2026_spring";
    assert!(visible(&html).contains(KIND.address) && visible(&html).contains(login));
    assert!(html.contains("確実に分かること") && html.contains("分からないこと"));
    let plain = RouteQr { account_name: "", route: None, login_url: login, liff_url: None, svg_path: "", png_path: "" };
    let html = route_qr::page(Language::English, &plain).unwrap().html().to_owned();
    assert!(html.contains(&musubi::qr::Qr::of(login).unwrap().svg()) && !html.contains("LIFF"));
}
