use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine as _;
use maud::{Markup, html};
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::language::Language;

/// Ends an element, an attribute in either kind of quote, and begins a script.
const HOSTILE: &str = "</p></title>\"'><script>alert(1)</script>&";

fn page(inside: Markup) -> Page {
    Frame::new(Language::English, "A title").around(inside)
}

fn scripts() -> Scripts {
    Scripts::new(Nonce::new([7; 16]))
}

/// Every part with this text wherever it takes one.
fn parts(text: &str) -> Markup {
    let buttons = |look| html! { (button(look, text, text)) (download(look, text, text, text)) (submit(look, text)) };
    card(html! {
        (account_name(text))
        (lead(text))
        (todo(text))
        (small_print(html! { (text) }))
        (section(text, &[text, text]))
        (list(&[text]))
        (facts(&[(text, text)]))
        (address(text, text))
        (quiet_link(text, text))
        (spinner())
        @for mark in [Mark::Done, Mark::Late, Mark::Note, Mark::Alert] { (mark) }
        @for look in [Look::Main, Look::Plain, Look::Grave] { (actions(buttons(look))) (pair(buttons(look))) }
        (form(text, text, submit(Look::Main, text)))
    })
}

/// The tags in their order, each with the names of its attributes.
fn shape(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tags.map(|tag| tag.split('"').step_by(2).collect()).collect()
}

#[test]
fn whatever_is_inserted_a_page_keeps_its_shape() {
    let framed = |text: &str| {
        let frame = Frame::new(Language::Japanese, text).going_on_to(text).scripts(scripts().from_address(text));
        frame.around(parts(text)).html().to_owned()
    };
    let (kind, hostile) = (framed("むすび商店"), framed(HOSTILE));
    assert_eq!(shape(&kind), shape(&hostile));
    assert!(!hostile.contains(HOSTILE) && !hostile.contains("<script>"));
    let spelt = "&lt;/p&gt;&lt;/title&gt;&quot;'&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;";
    assert_eq!(hostile.matches(spelt).count(), kind.matches("むすび商店").count(), "shown as it was given");
}

#[test]
fn every_class_that_the_parts_bear_is_in_the_stylesheet() {
    let html = parts("text").into_string();
    let classes = html.split("class=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap_or_default().split(' '));
    for class in classes.filter(|class| !matches!(*class, "lead")) {
        assert!(frame::STYLE.contains(&format!(".{class}")), "{class}");
    }
}

#[test]
fn the_frame_says_language_title_and_status_and_goes_on_only_where_it_is_told_to() {
    for (language, tag) in [(Language::Japanese, "ja"), (Language::English, "en")] {
        let page = Frame::new(language, "A title").status(StatusCode::GONE).around(html! { h1 { "Here" } });
        assert!(page.html().starts_with(&format!("<!DOCTYPE html><html lang=\"{tag}\">")), "{}", page.html());
        assert!(page.html().contains("<title>A title</title>") && page.html().contains("<main><h1>Here</h1></main>"));
        assert!(!page.html().contains("http-equiv") && !page.html().contains("<script"));
        assert_eq!(page.status(), StatusCode::GONE);
    }
    let on = Frame::new(Language::English, "On").going_on_to("https://line.example/?a=1&b=2").around(html! {});
    let refresh = "<meta http-equiv=\"refresh\" content=\"0;url=https://line.example/?a=1&amp;b=2\">";
    assert!(on.html().contains(refresh), "{}", on.html());
}

#[test]
fn the_policy_lets_the_one_stylesheet_apply_and_nothing_run() {
    let page = page(html! {});
    let style = page.html().split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.as_bytes()));
    assert_eq!(
        page.policy(),
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
    );
    let policy = page.policy().to_owned();
    assert_eq!(page.into_response().headers()["content-security-policy"], policy.as_str());
}

#[test]
fn scripts_bear_the_nonce_of_the_policy_and_stand_in_their_order_at_the_end() {
    let scripts = scripts().from_address("/sdk.js?a&b").code("if (1 < 2 && true) { go(); }");
    let page = Frame::new(Language::English, "A title").scripts(scripts).around(html! {});
    let nonce = Nonce::new([7; 16]);
    let nonce = nonce.as_str();
    let end = format!(
        "</main><script nonce=\"{nonce}\" src=\"/sdk.js?a&amp;b\"></script>\
         <script nonce=\"{nonce}\">if (1 < 2 && true) {{ go(); }}</script></body></html>"
    );
    assert!(page.html().ends_with(&end), "{}", page.html());
    let allowed = format!("; script-src 'nonce-{nonce}' 'strict-dynamic'; connect-src 'self'; form-action 'self';");
    assert!(page.policy().contains(&allowed), "{}", page.policy());
}

#[test]
fn scripts_may_call_plain_origins_and_nothing_else_gets_into_the_policy() {
    let origins = ["https://*.line.me", "http://127.0.0.1:8801"];
    let odd = ["", "https://", "*", "line.me", "data://x", "https://x y", "https://x;", "https://x/y", "https://x\r\n"];
    let scripts = odd.into_iter().chain(origins).fold(scripts(), Scripts::calling);
    let page = Frame::new(Language::English, "A title").scripts(scripts).around(html! {});
    let allowed = "; connect-src 'self' https://*.line.me http://127.0.0.1:8801; form-action";
    assert!(page.policy().contains(allowed), "{}", page.policy());
}
