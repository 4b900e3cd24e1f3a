//! Inside `musubi`, imports run one way only.
//!
//! ```text
//! http, batch -> line, crm, aws, outward -> flow -> store -> ports -> domain
//! ```
//!
//! Eight modules stand beside that line: `wiring` (what several functions put together in the same way; knows everybody), `config`
//! (names and addresses from the environment; knows nouns alone), `telemetry` (logs and counts; knows the clock), `pages` (the frame
//! and the parts of pages, for the edges; knows nouns alone), `browser` (what a browser's own secret proves, for the edges; knows
//! secrets), `sealed` (texts that only who has a secret can read, for the edges and for LINE; knows secrets), `qr` (pictures of an
//! address, for the edges; knows nobody) and `http_client` (how LINE and CRMs are called, for who calls
//! them; knows nobody). Who talks to LINE or a CRM knows needs and nouns and no verb.

use super::names::Crates;
use super::syntax::Path;

/// Which module may name which, besides itself.
const MAY_NAME: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("config", &["domain"]),
    ("telemetry", &["ports"]),
    ("store", &["domain", "ports"]),
    ("flow", &["domain", "ports", "store", "telemetry"]),
    ("line", &["domain", "ports", "config", "http_client", "sealed"]),
    ("crm", &["domain", "ports", "http_client"]),
    ("aws", &["domain", "ports", "store", "flow", "config", "telemetry"]),
    ("outward", &["domain", "ports"]),
    ("http", &["ports", "telemetry"]),
    ("http_client", &[]),
    ("batch", &["ports", "aws", "telemetry"]),
    ("pages", &["domain"]),
    ("browser", &["ports"]),
    ("sealed", &["ports"]),
    ("qr", &[]),
    ("wiring", &["domain", "ports", "flow", "line", "crm", "aws", "config", "http_client"]),
];

/// What a layer may not name. A `_` at the end stands for every crate whose name begins so.
const FORBIDDEN: [(&str, &[&str]); 12] = [
    (
        "domain",
        &[
            "tokio",
            "futures",
            "async_trait",
            "tracing",
            "reqwest",
            "hyper",
            "http",
            "axum",
            "tower",
            "aws_",
            "lambda_",
            "async",
            "await",
            "SystemTime",
            "Instant",
        ],
    ),
    ("ports", &["reqwest", "hyper", "axum", "tower", "aws_", "lambda_"]),
    ("store", &["tokio", "reqwest", "hyper", "axum", "tower", "aws_", "lambda_", "SystemTime", "Instant"]),
    ("flow", &["tokio", "reqwest", "hyper", "http", "axum", "tower", "aws_", "lambda_", "SystemTime", "Instant"]),
    ("line", &["axum", "tower", "aws_", "lambda_"]),
    ("crm", &["axum", "tower", "aws_", "lambda_"]),
    ("aws", &["axum", "tower", "reqwest", "lambda_"]),
    ("outward", &["axum", "tower", "aws_", "lambda_"]),
    ("http", &["aws_", "lambda_", "reqwest"]),
    ("http_client", &["axum", "tower", "aws_", "lambda_"]),
    ("pages", &["tokio", "reqwest", "hyper", "http", "tower", "aws_", "lambda_", "async", "await"]),
    ("qr", &["tokio", "reqwest", "hyper", "http", "axum", "tower", "aws_", "lambda_", "async", "await"]),
];

/// What is wrong with the files of `musubi`.
fn against_the_way(crates: &Crates) -> Vec<String> {
    let mut wrong: Vec<String> = crates.files().flat_map(|(module, file)| imports(crates, module, file)).collect();
    wrong.sort();
    wrong.dedup();
    wrong
}

fn imports(crates: &Crates, module: &Path, file: &str) -> Vec<String> {
    let Some(own) = module.get(1) else { return Vec::new() };
    let Some((_, may_name)) = MAY_NAME.iter().find(|(layer, _)| layer == own) else {
        return vec![format!("{file}: `{own}` has no place among the layers")];
    };
    let named = crates.named[module].iter().filter(|path| path[0] == "musubi");
    let layers = named.filter_map(|path| path.get(1).cloned());
    let against = layers.filter(|layer| layer != own && !may_name.contains(&layer.as_str()));
    let mut wrong: Vec<String> = against.map(|layer| format!("{file}: `{own}` may not import `{layer}`")).collect();
    let forbidden = FORBIDDEN.iter().find(|(layer, _)| layer == own).map_or(&[][..], |(_, names)| names);
    let is_forbidden =
        |name: &str| forbidden.iter().any(|no| *no == name || (no.ends_with('_') && name.starts_with(no)));
    let used = used(crates, module).into_iter().filter(|name| is_forbidden(name));
    wrong.extend(used.map(|name| format!("{file}: `{own}` may not use `{name}`")));
    wrong
}

/// The crates that a file uses, and the words in it that may be forbidden.
fn used(crates: &Crates, module: &Path) -> Vec<String> {
    let is_word = |name: &String| matches!(name.as_str(), "async" | "await" | "SystemTime" | "Instant");
    let foreign = crates.foreign(module);
    let of_crates = foreign.iter().flat_map(|path| path.iter().take(1).chain(path.iter().filter(|name| is_word(name))));
    let written = &crates.written[module];
    let words = written.paths.iter().flat_map(|(_, path)| path).chain(&written.fields).filter(|name| is_word(name));
    of_crates.chain(words).cloned().collect()
}

#[test]
fn imports_run_one_way_only() {
    let wrong = against_the_way(&Crates::under(&["shared/src"]));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_layer_may_name_what_its_table_allows_in_vain() {
    let crates = Crates::under(&["shared/src"]);
    let mut unused: Vec<_> = MAY_NAME.iter().flat_map(|(own, may)| may.iter().map(move |may| (*own, *may))).collect();
    for (module, _) in crates.files() {
        let named = &crates.named[module];
        let names =
            |layer: &str| named.iter().any(|path| path[0] == "musubi" && path.get(1).is_some_and(|l| l == layer));
        unused.retain(|(own, may)| module.get(1).is_none_or(|layer| layer != own) || !names(may));
    }
    assert!(unused.is_empty(), "{unused:?}");
}

/// What is wrong with one made-up file beside some real names.
fn found(path: &str, text: &str) -> Vec<String> {
    let beside = [
        ("shared/src/lib.rs", ""),
        ("shared/src/store/mod.rs", "pub use links::Links;"),
        ("shared/src/store/links.rs", "pub struct Links;"),
        ("shared/src/flow/mod.rs", "pub use crate::store::Links as Kept;"),
    ];
    against_the_way(&Crates::made_up(&[&beside[..], &[(path, text)]].concat()))
}

#[test]
fn an_import_against_the_way_is_found() {
    for (path, text, expected) in [
        ("shared/src/domain/push.rs", "use crate::ports::Clock;", "`domain` may not import `ports`"),
        ("shared/src/domain/push.rs", "use serde_json::Value; use tokio::sync::Mutex;", "`domain` may not use `tokio`"),
        ("shared/src/domain/push.rs", "pub async fn send() {}", "`domain` may not use `async`"),
        (
            "shared/src/domain/push.rs",
            "fn f() { let now = std::time::SystemTime::now(); }",
            "`domain` may not use `SystemTime`",
        ),
        ("shared/src/flow/deliver.rs", "use crate::{domain::ids, line::message};", "`flow` may not import `line`"),
        ("shared/src/flow/deliver.rs", "fn f(x: aws_sdk_sqs::Client) {}", "`flow` may not use `aws_sdk_sqs`"),
        ("shared/src/line/token.rs", "fn f() { crate::crm::connect() }", "`line` may not import `crm`"),
        ("shared/src/line/token.rs", "use crate::store::Channels;", "`line` may not import `store`"),
        ("shared/src/crm/hubspot/api.rs", "use super::super::super::aws::sdk;", "`crm` may not import `aws`"),
        ("shared/src/crm/hubspot/api.rs", "use crate::flow::accept;", "`crm` may not import `flow`"),
        ("shared/src/aws/rows.rs", "use crate::line;", "`aws` may not import `line`"),
        ("shared/src/aws/rows.rs", "use crate::batch;", "`aws` may not import `batch`"),
        ("shared/src/ports/table.rs", "use crate::config;", "`ports` may not import `config`"),
        ("shared/src/ports/crm.rs", "use crate::store::Journal;", "`ports` may not import `store`"),
        ("shared/src/store/links2.rs", "use crate::flow::link::Link;", "`store` may not import `flow`"),
        ("shared/src/http.rs", "use crate::batch::each;", "`http` may not import `batch`"),
        ("shared/src/qr.rs", "use crate::http::Refusal;", "`qr` may not import `http`"),
        ("shared/src/qr.rs", "use crate::domain::ids;", "`qr` may not import `domain`"),
        ("shared/src/qr.rs", "use reqwest::get;", "`qr` may not use `reqwest`"),
        ("shared/src/pages/frame.rs", "use crate::config::public_url;", "`pages` may not import `config`"),
        ("shared/src/pages/frame.rs", "use crate::qr::Qr;", "`pages` may not import `qr`"),
        ("shared/src/pages/frame.rs", "pub async fn read() {}", "`pages` may not use `async`"),
        ("shared/src/flow/link.rs", "use crate::qr::Qr;", "`flow` may not import `qr`"),
        ("shared/src/flow/link.rs", "use crate::pages::Frame;", "`flow` may not import `pages`"),
        ("shared/src/later.rs", "", "`later` has no place"),
    ] {
        let wrong = found(path, text);
        assert!(wrong.len() == 1 && wrong[0].contains(expected), "{text}: {wrong:?}");
    }
    let test = "#[cfg(test)]\nmod tests { use crate::aws::x; }";
    assert!(found("shared/src/line/token.rs", test).is_empty(), "tests may look across");
}

#[test]
fn an_import_against_the_way_is_found_under_another_name() {
    for (path, text, expected) in [
        ("shared/src/flow/a.rs", "use crate::line as l; fn f() { l::x() }", "`flow` may not import `line`"),
        ("shared/src/line/a.rs", "use crate::{flow as f, domain}; fn g() { f::x() }", "`line` may not import `flow`"),
        ("shared/src/line/a.rs", "use crate as c; fn f() { c::crm::connect() }", "`line` may not import `crm`"),
        ("shared/src/line/a.rs", "use crate::*; fn f(x: &store::Links) {}", "`line` may not import `store`"),
        ("shared/src/line/a.rs", "type L = crate::store::Links;", "`line` may not import `store`"),
        ("shared/src/line/a.rs", "fn f() { json!({ \"a\": [crate::crm::x()] }) }", "`line` may not import `crm`"),
        ("shared/src/line/a.rs", "pub(in crate::aws) fn f() {}", "`line` may not import `aws`"),
        ("shared/src/line/a.rs", "#[serde(with = \"crate::crm::hex\")] struct A;", "`line` may not import `crm`"),
        ("shared/src/line/a.rs", "mod b { use super::super::super::crm; }", "`line` may not import `crm`"),
        ("shared/src/domain/a.rs", "use tokio as t;", "`domain` may not use `tokio`"),
        ("shared/src/domain/a.rs", "use {tokio as t};", "`domain` may not use `tokio`"),
        ("shared/src/domain/a.rs", "extern crate tokio as t; fn f() { t::x() }", "`domain` may not use `tokio`"),
        ("shared/src/domain/a.rs", "use tokio::*;", "`domain` may not use `tokio`"),
        ("shared/src/domain/a.rs", "fn f() { x!(::tokio::spawn(1)) }", "`domain` may not use `tokio`"),
        ("shared/src/domain/a.rs", "use std::time::Instant as I;", "`domain` may not use `Instant`"),
    ] {
        let wrong = found(path, text);
        assert!(wrong.len() == 1 && wrong[0].contains(expected), "{text}: {wrong:?}");
    }
    let through = found("shared/src/line/a.rs", "use crate::flow::Kept;");
    assert_eq!(through.len(), 2, "a re-export is both: {through:?}");
    assert!(found("shared/src/domain/a.rs", "fn f(tokio: u8) -> u8 { tokio }").is_empty(), "a variable is no crate");
}
