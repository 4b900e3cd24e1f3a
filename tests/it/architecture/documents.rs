//! The two READMEs say what the code and the template say, and name tests that exist.

use std::collections::BTreeSet;

use musubi::domain::push::PushOutcome;

use super::source::{root, rust_files};

const READMES: [&str; 2] = ["README.md", "README.ja.md"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between backticks, outside blocks of code.
fn quoted(markdown: &str) -> BTreeSet<String> {
    let mut quoted = BTreeSet::new();
    let mut in_block = false;
    for line in markdown.lines() {
        let fence = line.starts_with("```");
        in_block ^= fence;
        if !in_block && !fence {
            quoted.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    quoted
}

/// The template's parameters, by their indentation.
fn parameters(template: &str) -> BTreeSet<String> {
    let section = template.lines().skip_while(|line| *line != "Parameters:").skip(1);
    let lines = section.take_while(|line| line.is_empty() || line.starts_with(' '));
    let name = |line: &str| Some(line.strip_prefix("  ")?.strip_suffix(':')?.to_owned());
    lines.filter_map(name).filter(|name| !name.starts_with(' ')).collect()
}

/// Names that look like a test's: a sentence of four words or more.
fn tests_named(markdown: &str) -> BTreeSet<String> {
    let is_sentence = |name: &String| {
        name.matches('_').count() >= 3 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    quoted(markdown).into_iter().filter(is_sentence).collect()
}

#[test]
fn every_parameter_outcome_and_input_is_explained_in_both_languages() {
    use PushOutcome::*;
    let outcomes =
        [Accepted, Blocked, NotLinked, WrongProvider, InvalidMessage, NoQuota, Expired, Unknown, Failed, Queued];
    let fields = ["channel", "line_user_id", "message_1", "message_5", "not_after", "tag"];
    let outputs = ["outcome", "reason", "line_request_id", "sent_at"];
    let parameters = parameters(&read("template.yaml"));
    assert!(parameters.len() > 10, "{parameters:?}");
    for path in READMES {
        let quoted = quoted(&read(path));
        let words = outcomes.iter().map(|outcome| outcome.as_str()).chain(fields).chain(outputs);
        for word in words.chain(parameters.iter().map(String::as_str)) {
            assert!(quoted.contains(word), "{path} does not explain `{word}`");
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut sources: Vec<String> =
        rust_files(&["tests", "infra", "shared", "functions"]).into_iter().map(|file| file.text).collect();
    sources.push(read("tests/template/check_template.py"));
    for path in READMES {
        let named = tests_named(&read(path));
        assert!(named.len() >= 4, "{path}: {named:?}");
        for name in named {
            let defined = [format!("fn {name}("), format!("def {name}(")];
            let exists = sources.iter().any(|source| defined.iter().any(|defined| source.contains(defined.as_str())));
            assert!(exists, "{path} names `{name}`, which is no test");
        }
    }
}

#[test]
fn what_is_quoted_and_what_is_a_parameter_are_told_apart() {
    let quoted = quoted("a `b` c\n```sh\n`not this`\n```\n| `d` | `e_f` |");
    assert_eq!(quoted.into_iter().collect::<Vec<_>>(), ["b", "d", "e_f"]);
    let template =
        "Parameters:\n  One:\n    Type: String\n    Default:\n  Two:\n    Type: Number\n\nRules:\n  Three:\n";
    assert_eq!(parameters(template).into_iter().collect::<Vec<_>>(), ["One", "Two"]);
    assert_eq!(tests_named("`a_b_c_d` `a_b` `A_b_c_d` `musubi x`").into_iter().collect::<Vec<_>>(), ["a_b_c_d"]);
}
