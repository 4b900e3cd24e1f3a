use std::collections::{BTreeMap, BTreeSet};

use fluent_uri::Uri;
use proptest::prelude::*;
use url::Url;

use super::{AfterLogin, AfterLoginFault, AllowedOrigins, Origin, payloads};
use crate::domain::language::Language;

fn allowed() -> AllowedOrigins {
    AllowedOrigins::parse(&["https://shop.example", "https://www.shop.example:8443"]).unwrap()
}

fn parse(text: &str) -> Result<AfterLogin, AfterLoginFault> {
    AfterLogin::parse(text, &allowed())
}

/// The host as each of the two readers sees it, asked anew.
fn hosts(text: &str) -> (String, String) {
    let rfc = Uri::parse(text).unwrap().authority().unwrap().host().to_ascii_lowercase();
    (Url::parse(text).unwrap().host_str().unwrap().to_ascii_lowercase(), rfc)
}

/// Accepted, whole, under the list of [`allowed`].
const GOOD: &[&str] = &[
    "https://shop.example",
    "https://shop.example/",
    "https://shop.example/thanks",
    "https://shop.example/thanks?from=line&x=a%20b",
    "https://shop.example/thanks#top",
    "https://shop.example/?next=https://evil.example/",
    "https://shop.example/#https://evil.example/",
    "https://shop.example//evil.example/",
    "https://shop.example/@evil.example/",
    "https://shop.example/..//evil.example",
    "https://shop.example/a/../b",
    "https://shop.example/%E3%81%82",
    "https://shop.example/?name='x'",
    "https://shop.example:443/thanks",
    "HTTPS://Shop.Example/Thanks",
    "https://www.shop.example:8443",
    "https://www.shop.example:8443/a;b=c,d!e*f'(g)",
    "https://line.me/R/ti/p/@shop",
    "https://line.me/R/ti/p/%40shop-1.x_y",
    "https://line.me/R/oaMessage/%40shop/?hello",
    "https://line.me/R/nv/chat",
    "https://line.me:443/R/nv/chat",
    "https://lin.ee/AbC12",
    "https://liff.line.me/1657000002-AbcdEfgh",
    "https://liff.line.me/1657000002-AbcdEfgh/a?b=c#d",
    "https://miniapp.line.me/1657000002-AbcdEfgh",
    "line://ti/p/@shop",
    "line://ti/p/%40shop",
    "line://nv/chat",
    "line://nv/recommendOA/@shop",
    "line://oaMessage/@shop/",
    "line://home/public/main?id=shop",
    "line://home/public/profile?id=shop",
];

#[test]
fn three_hundred_open_redirects_and_more_are_refused() {
    let payloads = payloads::all();
    let distinct: BTreeSet<&str> = payloads.iter().map(|(_, text)| text.as_str()).collect();
    assert!(distinct.len() >= 300, "{}", distinct.len());
    let mut of_family: BTreeMap<&str, usize> = BTreeMap::new();
    for (family, text) in &payloads {
        *of_family.entry(family).or_default() += 1;
        assert!(parse(text).is_err(), "{family}: {text:?} is taken");
    }
    assert!(of_family.len() >= 20, "{of_family:?}");
}

#[test]
fn one_reader_alone_would_take_some_of_them() {
    let list = ["https://shop.example", "https://www.shop.example:8443"];
    let alone: Vec<String> = payloads::all()
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| Url::parse(text).is_ok_and(|url| list.contains(&url.origin().ascii_serialization().as_str())))
        .collect();
    assert!(alone.len() >= 50, "{alone:?}");
    for text in ["https:/shop.example/", "https://@shop.example/", "https://shop%2eexample/", "https://sho\tp.example/"]
    {
        assert!(alone.iter().any(|seen| seen == text), "{text:?}");
    }
}

#[test]
fn good_addresses_are_taken_as_they_are_and_both_readers_agree_on_their_host() {
    for text in GOOD {
        assert_eq!(parse(text).as_ref().map(AfterLogin::as_str), Ok(*text));
        let (whatwg, rfc) = hosts(text);
        assert_eq!(whatwg, rfc, "{text}");
    }
}

#[test]
fn the_loopback_is_taken_only_where_the_list_has_it() {
    let list = AllowedOrigins::parse(&["http://127.0.0.1:8800", "http://localhost:8800"]).unwrap();
    for good in ["http://127.0.0.1:8800/x", "http://localhost:8800/"] {
        assert!(AfterLogin::parse(good, &list).is_ok(), "{good}");
        assert!(parse(good).is_err(), "{good}");
    }
    for bad in ["http://127.0.0.1/", "http://localhost:8801/", "https://localhost:8800/", "http://127.1:8800/"] {
        assert!(AfterLogin::parse(bad, &list).is_err(), "{bad}");
    }
    assert_eq!(Origin::parse("http://shop.example"), Err(AfterLoginFault::Scheme));
}

#[test]
fn an_empty_list_leaves_lines_own() {
    let none = AllowedOrigins::default();
    assert!(AfterLogin::parse("https://line.me/R/ti/p/@shop", &none).is_ok());
    assert_eq!(AfterLogin::parse("https://shop.example/", &none), Err(AfterLoginFault::NotListed));
}

#[test]
fn entries_of_the_list_are_read_and_made_one_way() {
    for (entry, origin) in [
        ("https://shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example:443/", "https://shop.example"),
        ("https://www.shop.example:8443/", "https://www.shop.example:8443"),
        ("https://xn--wgv71a119e.example", "https://xn--wgv71a119e.example"),
        ("http://localhost:80", "http://localhost"),
        ("https://192.0.2.1", "https://192.0.2.1"),
    ] {
        assert_eq!(Origin::parse(entry).unwrap().to_string(), origin);
    }
    let list = AllowedOrigins::parse(&["https://a.example", "https://A.example:443/", "https://b.example"]).unwrap();
    assert_eq!(list.iter().map(Origin::host).collect::<Vec<_>>(), ["a.example", "b.example"]);
    for (place, bad) in
        ["https://shop.example/x", "https://shop.example?", "https://shop.example/#", "shop.example", "*", "line://ti"]
            .iter()
            .enumerate()
    {
        let mut entries = vec!["https://shop.example"; place];
        entries.push(bad);
        assert_eq!(AllowedOrigins::parse(&entries).map_err(|(at, _)| at), Err(place), "{bad}");
    }
}

#[test]
fn a_stored_list_is_checked_again() {
    let text = serde_json::to_string(&allowed()).unwrap();
    assert_eq!(text, r#"["https://shop.example","https://www.shop.example:8443"]"#);
    assert_eq!(serde_json::from_str::<AllowedOrigins>(&text).unwrap(), allowed());
    assert!(serde_json::from_str::<AllowedOrigins>(r#"["javascript:alert(1)"]"#).is_err());
}

#[test]
fn the_owner_reads_what_is_wrong() {
    for (text, fault) in [
        ("https://evil.example/", AfterLoginFault::NotListed),
        ("https://line.me/ti/p/@shop", AfterLoginFault::NotLines),
        ("line://msg/text/x", AfterLoginFault::NotLines),
        ("https://shop.example@evil.example/", AfterLoginFault::Userinfo),
        ("https://shop.example:/", AfterLoginFault::Port),
        ("https://shop.example./", AfterLoginFault::Host),
        ("https://shop.example/日本", AfterLoginFault::Characters),
        ("javascript:alert(1)", AfterLoginFault::Scheme),
        ("https:///shop.example/", AfterLoginFault::NoHost),
        ("shop.example", AfterLoginFault::NoAddress),
        ("https://2130706433/", AfterLoginFault::ReadersDiffer),
    ] {
        assert_eq!(parse(text), Err(fault), "{text}");
        assert!(fault.words(Language::Japanese).ends_with(['。', 's', 'e']), "{text}");
        assert_ne!(fault.words(Language::Japanese), fault.words(Language::English));
    }
    let long = format!("https://shop.example/{}", "a".repeat(2_000));
    assert_eq!(parse(&long), Err(AfterLoginFault::TooLong));
}

/// Texts near the border: pieces of good and bad addresses in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "https:",
        "http:",
        "line:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "443",
        "8443",
        "shop.example",
        "www.shop.example",
        "evil.example",
        ".",
        "?",
        "#",
        "%2e",
        "%40",
        "%2f",
        "%00",
        "line.me",
        "R/",
        "lin.ee",
        "ti/p/@a",
        "xn--",
        "。",
        "[",
        "]",
        "\t",
        "\0",
        "a",
        "127.0.0.1",
        "0x7f.1",
        "SHOP.example",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_taken_has_one_host_and_it_is_allowed(
        text in prop_oneof![pieces(), pieces().prop_map(|rest| format!("https://shop.example{rest}")), ".{0,40}"]
    ) {
        if parse(&text).is_ok() {
            let (whatwg, rfc) = hosts(&text);
            prop_assert_eq!(&whatwg, &rfc);
            let lines = ["line.me", "lin.ee", "liff.line.me", "miniapp.line.me"];
            let web = allowed().iter().any(|origin| origin.host() == whatwg) || lines.contains(&whatwg.as_str());
            prop_assert!(web || text.starts_with("line://"), "{}", text);
        }
    }
}
