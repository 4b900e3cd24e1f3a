//! Small files, mains that are a list of parts, no shortcuts, no real addresses.

use super::source::{code, is_test_file, root, rust_files, without_tests};

/// Lines of a `main.rs`, without blank lines, comments and imports.
const MAIN_LINES: usize = 15;
/// Lines of a file.
const FILE_LINES: usize = 400;
/// Files that may be longer, each with its reason.
const LONG: [(&str, &str); 1] =
    [("tests/it/bad_input/action_rows.rs", "one table: what can be wrong with an action, row by row")];

/// The addresses that programs call at LINE, HubSpot and AWS. Put together here, so that this file does not hold them.
fn real_addresses() -> Vec<String> {
    let at = |host: &str, end: &str| format!("{host}.{end}");
    ["api", "api-data", "access"]
        .iter()
        .map(|host| at(host, "line.me"))
        .chain([at("api", "hubapi.com"), at("amazonaws", "com"), at("on", "aws")])
        .collect()
}
/// Files of tests that name a real address and call none, each with its reason.
const NAMES_ADDRESSES: [(&str, &str); 4] = [
    ("infra/local/tests/line_client/login/mod.rs", "the issuer that stands in every ID token"),
    ("tests/bench/cases.py", "the `host` header of a made-up event"),
    ("tests/cloud/front.py", "explains in words what it stands in for"),
    ("tests/cloud/world.py", "SNS's name in a policy, which nobody calls"),
];

fn code_lines(text: &str) -> usize {
    let code = code(text);
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("use ")).count()
}

/// `unwrap()` and words that belong in drafts.
fn shortcuts(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let shipped = without_tests(&code);
    let mut wrong = Vec::new();
    let mut look = |code: &str, what: &[&str]| {
        for (number, line) in code.lines().enumerate() {
            let line: String = line.split_whitespace().collect();
            for what in what.iter().filter(|what| line.contains(**what)) {
                wrong.push(format!("{path}:{}: {what}", number + 1));
            }
        }
    };
    look(&code, &["todo!(", "unimplemented!(", "dbg!("]);
    let ships = (path.starts_with("shared/") || path.starts_with("functions/")) && !is_test_file(path);
    if ships {
        look(&shipped, &[".unwrap()", ".unwrap_err()"]);
    }
    if ships && path != "shared/src/telemetry.rs" {
        look(&shipped, &["print!(", "println!("]);
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn addresses_in(path: &str, text: &str) -> Vec<String> {
    let found = real_addresses().into_iter().filter(|address| text.contains(address.as_str()));
    found.map(|address| format!("{path}: names {address}")).collect()
}

#[test]
fn a_main_is_a_list_of_parts() {
    let mains: Vec<_> =
        rust_files(&["functions"]).into_iter().filter(|file| file.path.ends_with("/src/main.rs")).collect();
    assert!(mains.len() >= 6);
    for file in mains {
        let lines = code_lines(&file.text);
        assert!(lines <= MAIN_LINES, "{} has {lines} lines of code", file.path);
    }
}

#[test]
fn files_hold_one_idea() {
    let files = rust_files(&["shared", "functions", "infra", "tests"]);
    for file in &files {
        let (lines, excuse) = (file.text.lines().count(), LONG.iter().any(|(path, _)| *path == file.path));
        assert!(lines <= FILE_LINES || excuse, "{} has {lines} lines; cut it, or say why here", file.path);
        assert!(lines > FILE_LINES || !excuse, "{} has {lines} lines; it needs no excuse any more", file.path);
    }
    for (path, _) in LONG {
        assert!(files.iter().any(|file| file.path == path), "{path} is gone; so is its excuse");
    }
}

#[test]
fn nothing_that_ships_takes_a_shortcut() {
    let files = rust_files(&["shared", "functions", "infra", "tests"]);
    let wrong: Vec<String> = files.iter().flat_map(|file| shortcuts(&file.path, &file.text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_test_names_a_real_address() {
    let mut files: Vec<(String, String)> = rust_files(&["tests", "infra"])
        .into_iter()
        .filter(|file| is_test_file(&file.path))
        .map(|file| (file.path, file.text))
        .collect();
    for folder in ["tests/bench", "tests/cloud", "tests/template", "tests/browser", "events"] {
        let Ok(entries) = std::fs::read_dir(root().join(folder)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|extension| extension == "py" || extension == "json") {
                let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(files.len() > 30);
    for (path, text) in &files {
        let wrong = addresses_in(path, text);
        let excuse = NAMES_ADDRESSES.iter().any(|(excused, _)| excused == path);
        assert_eq!(!wrong.is_empty(), excuse, "{path}: {wrong:?}");
    }
}

#[test]
fn every_habit_bites() {
    assert_eq!(code_lines("//! Doc.\nuse a::b;\n\nfn main() {\n    // why\n    x(\"// no comment\");\n}\n"), 3);
    let all = "fn f() { a.unwrap(); todo!(); }\nfn g() { dbg!(1); println!(\"\"); }";
    assert_eq!(shortcuts("shared/src/domain/push.rs", all).len(), 4);
    assert_eq!(
        shortcuts("functions/probe/src/lib.rs", "let a = b\n    .unwrap();"),
        ["functions/probe/src/lib.rs:2: .unwrap()"]
    );
    assert!(shortcuts("shared/src/domain/push.rs", "a.unwrap_or(1); // b.unwrap()\n\"dbg!(\"").is_empty());
    assert!(shortcuts("shared/src/domain/push.rs", "#[cfg(test)]\nmod tests { fn f() { a.unwrap(); } }").is_empty());
    assert_eq!(shortcuts("tests/it/x.rs", "a.unwrap(); todo!()"), ["tests/it/x.rs:1: todo!("]);
    let address = real_addresses().swap_remove(0);
    assert_eq!(addresses_in("tests/it/x.rs", &format!("https://{address}/v2")).len(), 1);
}
