//! Imports run one way only.
//!
//! ```text
//! functions/*, infra/* -> http, batch -> line, crm, aws -> flow -> store -> ports -> domain
//! ```
//!
//! Four modules stand beside that line: `config` (names and addresses from the environment; knows nouns alone), `telemetry`
//! (logs and counts; knows the clock), `pages` (the frame and the parts of pages, for the edges; knows nouns alone) and `qr`
//! (pictures of an address, for the edges; knows nobody).

use super::source::{
    Source, code, is_test_file, module_of, modules_named, path_roots, rust_files, without_tests, words,
};

/// A module may import what is lower. Neighbours of one height never import one another.
const HEIGHTS: [(&str, u8); 13] = [
    ("domain", 0),
    ("ports", 1),
    ("config", 1),
    ("telemetry", 2),
    ("store", 3),
    ("flow", 4),
    ("line", 5),
    ("crm", 5),
    ("aws", 5),
    ("http", 6),
    ("batch", 6),
    ("pages", 6),
    ("qr", 6),
];

/// What stands high, so that nobody but the edges imports it, and still knows less than what is lower.
const KNOWS_ONLY: [(&str, &[&str]); 2] = [("pages", &["domain"]), ("qr", &[])];

/// What a layer may not name. A `_` at the end stands for every crate whose name begins so.
const FORBIDDEN: [(&str, &[&str]); 10] = [
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
    ("http", &["aws_", "lambda_"]),
    ("pages", &["tokio", "reqwest", "hyper", "http", "tower", "aws_", "lambda_", "async", "await"]),
    ("qr", &["tokio", "reqwest", "hyper", "http", "axum", "tower", "aws_", "lambda_", "async", "await"]),
];

/// What is wrong with a file of `shared/src`.
fn against_the_way(path: &str, text: &str) -> Vec<String> {
    let code = without_tests(&code(text));
    let module = module_of(path);
    let Some(own) = module.first() else { return Vec::new() };
    let height = |name: &str| HEIGHTS.iter().find(|(module, _)| *module == name).map(|(_, height)| *height);
    let Some(own_height) = height(own) else {
        return vec![format!("{path}: `{own}` has no place in the line of layers")];
    };
    let known = |name: &str| match KNOWS_ONLY.iter().find(|(module, _)| module == own) {
        Some((_, known)) => known.contains(&name),
        None => height(name).is_some_and(|height| height < own_height),
    };
    let mut wrong = Vec::new();
    for named in modules_named(&code, &module) {
        if named != *own && !known(&named) {
            wrong.push(format!("{path}: `{own}` may not import `{named}`"));
        }
    }
    let forbidden = FORBIDDEN.iter().find(|(layer, _)| layer == own).map_or(&[][..], |(_, names)| names);
    let roots = path_roots(&code);
    let used = words(&code)
        .into_iter()
        .map(|(_, word)| word)
        .filter(|word| matches!(*word, "async" | "await" | "SystemTime" | "Instant"));
    for name in roots.into_iter().chain(used) {
        if forbidden.iter().any(|no| *no == name || (no.ends_with('_') && name.starts_with(no))) {
            wrong.push(format!("{path}: `{own}` may not use `{name}`"));
        }
    }
    wrong.dedup();
    wrong
}

/// What is wrong with a file of a function: it is called by Lambda and calls `musubi`, and nobody else.
fn function_alone(path: &str, text: &str, functions: &[String]) -> Vec<String> {
    let own = path.split('/').nth(1).unwrap_or_default().replace('-', "_");
    let code = without_tests(&code(text));
    let other = |name: &&str| {
        (*name != own && functions.iter().any(|f| f == name)) || *name == "local" || name.starts_with("aws_sdk_")
    };
    path_roots(&code).into_iter().filter(other).map(|name| format!("{path}: may not use `{name}`")).collect()
}

fn names_of_functions(files: &[Source]) -> Vec<String> {
    let mut names: Vec<String> =
        files.iter().map(|file| file.path.split('/').nth(1).unwrap().replace('-', "_")).collect();
    names.dedup();
    names
}

#[test]
fn imports_run_one_way_only() {
    let files = rust_files(&["shared/src"]);
    let wrong: Vec<String> = files
        .iter()
        .filter(|file| !is_test_file(&file.path))
        .flat_map(|file| against_the_way(&file.path, &file.text))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_function_knows_musubi_and_no_other_function() {
    let files = rust_files(&["functions"]);
    let names = names_of_functions(&files);
    assert!(names.len() >= 6, "{names:?}");
    let wrong: Vec<String> = files.iter().flat_map(|file| function_alone(&file.path, &file.text, &names)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_against_the_way_is_found() {
    for (path, text, found) in [
        ("shared/src/domain/push.rs", "use crate::ports::Clock;", "`domain` may not import `ports`"),
        ("shared/src/domain/push.rs", "use serde_json::Value; use tokio::sync::Mutex;", "`domain` may not use `tokio`"),
        ("shared/src/domain/push.rs", "pub async fn send() {}", "`domain` may not use `async`"),
        ("shared/src/domain/push.rs", "let now = std::time::SystemTime::now();", "`domain` may not use `SystemTime`"),
        ("shared/src/flow/deliver.rs", "use crate::{domain::ids, line::message};", "`flow` may not import `line`"),
        ("shared/src/flow/deliver.rs", "let x: aws_sdk_sqs::Client;", "`flow` may not use `aws_sdk_sqs`"),
        ("shared/src/line/token.rs", "fn f() { crate::crm::connect() }", "`line` may not import `crm`"),
        ("shared/src/crm/hubspot/api.rs", "use super::super::super::aws::sdk;", "`crm` may not import `aws`"),
        ("shared/src/aws/rows.rs", "use crate::line;", "`aws` may not import `line`"),
        ("shared/src/aws/rows.rs", "use crate::batch;", "`aws` may not import `batch`"),
        ("shared/src/ports/table.rs", "use crate::config;", "`ports` may not import `config`"),
        ("shared/src/ports/crm.rs", "use crate::store::Journal;", "`ports` may not import `store`"),
        ("shared/src/store/links.rs", "use crate::flow::link::Link;", "`store` may not import `flow`"),
        ("shared/src/http.rs", "use crate::batch::each;", "`http` may not import `batch`"),
        ("shared/src/qr.rs", "use crate::http::client;", "`qr` may not import `http`"),
        ("shared/src/qr.rs", "use crate::domain::ids;", "`qr` may not import `domain`"),
        ("shared/src/qr.rs", "use reqwest::get;", "`qr` may not use `reqwest`"),
        ("shared/src/pages/frame.rs", "use crate::config::public_url;", "`pages` may not import `config`"),
        ("shared/src/pages/frame.rs", "use crate::qr::Qr;", "`pages` may not import `qr`"),
        ("shared/src/pages/frame.rs", "pub async fn read() {}", "`pages` may not use `async`"),
        ("shared/src/flow/link.rs", "use crate::qr::Qr;", "`flow` may not import `qr`"),
        ("shared/src/flow/link.rs", "use crate::pages::Frame;", "`flow` may not import `pages`"),
        ("shared/src/later.rs", "", "`later` has no place"),
    ] {
        let wrong = against_the_way(path, text);
        assert!(wrong.len() == 1 && wrong[0].contains(found), "{text}: {wrong:?}");
    }
    let test = "#[cfg(test)]\nmod tests { use crate::aws::x; }";
    assert!(against_the_way("shared/src/line/token.rs", test).is_empty(), "tests may look across");
}

#[test]
fn a_function_that_calls_another_is_found() {
    let names = ["line_webhook".to_owned(), "line_inbox".to_owned()];
    assert_eq!(function_alone("functions/line-webhook/src/lib.rs", "line_inbox::handle()", &names).len(), 1);
    assert_eq!(function_alone("functions/line-webhook/src/lib.rs", "use local::fake;", &names).len(), 1);
    assert_eq!(function_alone("functions/line-webhook/src/lib.rs", "use aws_sdk_sqs::Client;", &names).len(), 1);
    assert!(
        function_alone("functions/line-webhook/src/main.rs", "line_webhook::router(); musubi::x()", &names).is_empty()
    );
}
