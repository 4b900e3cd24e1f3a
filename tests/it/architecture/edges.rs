//! Which of our crates calls which: a function is called by Lambda and calls `musubi` and nobody else.

use super::names::Crates;
use super::syntax::Path;

/// The crates that may be called, besides a file's own; `functions` stands for all of them. `infra/local` runs the functions in
/// its own process; the command line does what it does over the same ports, by itself.
const MAY_CALL: [(&str, &[&str]); 4] = [
    ("shared", &[]),
    ("functions", &["musubi"]),
    ("infra/cli", &["musubi"]),
    ("infra/local", &["musubi", "functions"]),
];
/// Crates of ours that are no functions.
const OTHERS: [&str; 3] = ["musubi", "musubi_cli", "local"];

fn folder(file: &str) -> &'static (&'static str, &'static [&'static str]) {
    let folder = MAY_CALL.iter().find(|(folder, _)| file.starts_with(&format!("{folder}/")));
    folder.unwrap_or_else(|| panic!("{file} is in no folder of ours"))
}

/// What is wrong with these crates.
fn called_across(crates: &Crates) -> Vec<String> {
    let functions: Vec<&String> =
        crates.files().filter(|(_, file)| file.starts_with("functions/")).map(|(module, _)| &module[0]).collect();
    let mut wrong = Vec::new();
    for (module, file) in crates.files() {
        let (folder, may_call) = folder(file);
        let may = |name: &String| match () {
            () if functions.contains(&name) => may_call.contains(&"functions"),
            () if OTHERS.contains(&name.as_str()) => may_call.contains(&name.as_str()),
            () => *folder != "functions" || !name.starts_with("aws_sdk_"),
        };
        let used = crates.foreign(module).into_iter().map(|path: Path| path[0].clone());
        wrong.extend(used.filter(|name| !may(name)).map(|name| format!("{file}: may not use `{name}`")));
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

#[test]
fn a_function_knows_musubi_and_no_other_function_and_the_command_line_knows_none() {
    let crates = Crates::under(&["shared/src", "functions", "infra/cli/src", "infra/local/src"]);
    for name in ["musubi", "line_webhook", "timeline_flush", "musubi_cli", "local"] {
        assert!(crates.files().any(|(module, _)| module[0] == name), "{name} is read");
    }
    let wrong = called_across(&crates);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_across_is_found() {
    let beside = [("shared/src/lib.rs", ""), ("functions/line-inbox/src/lib.rs", "pub fn handle() {}")];
    let found = |path, text| called_across(&Crates::made_up(&[&beside[..], &[(path, text)]].concat()));
    for (path, text, used) in [
        ("functions/line-webhook/src/lib.rs", "fn f() { line_inbox::handle() }", "line_inbox"),
        ("functions/line-webhook/src/lib.rs", "use line_inbox as own;", "line_inbox"),
        ("functions/line-webhook/src/lib.rs", "use local::fake;", "local"),
        ("functions/line-webhook/src/lib.rs", "extern crate aws_sdk_sqs as s;", "aws_sdk_sqs"),
        ("shared/src/flow/a.rs", "use local as l;", "local"),
        ("shared/src/flow/a.rs", "fn f() { musubi_cli::run() }", "musubi_cli"),
        ("shared/src/flow/a.rs", "fn f() { x!(line_inbox::handle()) }", "line_inbox"),
        ("infra/cli/src/main.rs", "use line_inbox::handle;", "line_inbox"),
        ("infra/cli/src/say.rs", "use local::world::World;", "local"),
        ("infra/local/src/world.rs", "use musubi_cli::say;", "musubi_cli"),
    ] {
        assert_eq!(found(path, text), [format!("{path}: may not use `{used}`")], "{text}");
    }
    for files in [
        &[("functions/line-webhook/src/main.rs", "fn main() { line_webhook::router(); musubi::x() }")][..],
        &[("infra/local/src/world.rs", "use line_inbox::handle; use musubi::flow;")],
        &[("infra/cli/src/main.rs", "mod local; use local::x; use musubi::flow;"), ("infra/cli/src/local.rs", "")],
    ] {
        let wrong = called_across(&Crates::made_up(&[&beside[..], files].concat()));
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
