//! The documents say what the code and the template say, name tests that exist, lead where they point, and are the same in both
//! languages.

mod languages;
mod links;
mod markdown;

use std::collections::BTreeSet;

use musubi::domain::provider::ProviderNumber;
use musubi::domain::push::PushOutcome;

use super::source::{root, rust_files};
use markdown::{quoted, read};

/// The two that a newcomer opens first.
const READMES: [&str; 2] = ["README.md", "README.ja.md"];

/// Every guide, in both languages: its path from the root.
fn guides() -> Vec<String> {
    let folder = std::fs::read_dir(root().join("infra/guide")).expect("the guides' folder");
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().expect("a name in UTF-8"));
    let mut paths: Vec<String> =
        names.filter(|name| name.ends_with(".md")).map(|name| format!("infra/guide/{name}")).collect();
    paths.sort();
    assert!(paths.len() >= 20, "{paths:?}");
    paths
}

/// One guide in both languages.
fn both(name: &str) -> [String; 2] {
    [format!("infra/guide/{name}.md"), format!("infra/guide/{name}.ja.md")]
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
fn every_parameter_is_explained_in_both_languages() {
    let parameters = parameters(&read("template.yaml"));
    assert!(parameters.len() > 10, "{parameters:?}");
    for path in both("deploy") {
        let quoted = quoted(&read(&path));
        for name in &parameters {
            assert!(quoted.contains(name), "{path} does not explain `{name}`");
        }
    }
}

#[test]
fn every_outcome_input_and_output_of_the_action_is_explained_in_both_languages() {
    use PushOutcome::*;
    let outcomes = [
        Accepted,
        Blocked,
        NotLinked,
        NoConsent,
        WrongProvider,
        InvalidMessage,
        NoQuota,
        Expired,
        Unknown,
        Failed,
        Queued,
    ];
    let fields = ["channel", "line_user_id", "message_1", "message_5", "not_after", "tag", "purpose"];
    let outputs = ["outcome", "reason", "line_request_id", "sent_at"];
    for path in both("action") {
        let quoted = quoted(&read(&path));
        for word in outcomes.iter().map(|outcome| outcome.as_str()).chain(fields).chain(outputs) {
            assert!(quoted.contains(word), "{path} does not explain `{word}`");
        }
    }
}

#[test]
fn every_contact_property_is_explained_in_both_languages() {
    for path in both("hubspot") {
        let quoted = quoted(&read(&path));
        for spec in &musubi::crm::hubspot::setup::PROPERTIES {
            assert!(quoted.contains(spec.name), "{path} does not explain `{}`", spec.name);
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut sources: Vec<String> =
        rust_files(&["tests", "infra", "shared", "functions"]).into_iter().map(|file| file.text).collect();
    sources.push(read("tests/template/check_template.py"));
    for path in both("architecture") {
        assert!(tests_named(&read(&path)).len() >= 4, "{path} does not say where the promises are tested");
    }
    let contributing = ".github/CONTRIBUTING.md".to_owned();
    for path in guides().into_iter().chain(READMES.map(str::to_owned)).chain([contributing]) {
        // A property's name may be as long as a test's.
        for name in tests_named(&read(&path)).into_iter().filter(|name| ProviderNumber::of_field(name).is_none()) {
            let defined = [format!("fn {name}("), format!("def {name}(")];
            let exists = sources.iter().any(|source| defined.iter().any(|defined| source.contains(defined.as_str())));
            assert!(exists, "{path} names `{name}`, which is no test");
        }
    }
}

#[test]
fn a_readme_is_read_in_one_sitting() {
    for path in READMES {
        let lines = read(path).lines().count();
        assert!(lines <= 150, "{path} has {lines} lines; the guides are the place for more");
    }
}

/// What stands between two marks in the numbered steps.
fn marked_in_steps(markdown: &str, marks: [char; 2]) -> Vec<String> {
    let steps = markdown.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    steps.flat_map(|step| step.split(marks).skip(1).step_by(2).map(str::to_owned)).collect()
}

#[test]
fn every_button_and_word_that_the_first_steps_name_is_on_the_page() {
    let words = read("infra/local/src/page/words.js");
    let span = |name: &str| words.contains(&format!("\"{name}\""));
    assert!(span("Skip {span}") && span("{span}進める"), "the page has the button that moves the clock");
    let english = marked_in_steps(&read("README.md"), ['*', '*']);
    let readme = read("README.ja.md");
    let japanese = [marked_in_steps(&readme, ['「', '」']), marked_in_steps(&readme, ['［', '］'])].concat();
    assert!(english.len() >= 9 && japanese.len() >= 9, "{english:?} {japanese:?}");
    let clock = ["Skip 15 min", "15分進める"];
    for name in english.iter().chain(&japanese).filter(|name| !clock.contains(&name.as_str())) {
        assert!(words.contains(&format!(": \"{name}\",")), "{name} is not on the page");
    }
}

#[test]
fn parameters_and_names_of_tests_are_told_apart() {
    let template =
        "Parameters:\n  One:\n    Type: String\n    Default:\n  Two:\n    Type: Number\n\nRules:\n  Three:\n";
    assert_eq!(parameters(template).into_iter().collect::<Vec<_>>(), ["One", "Two"]);
    assert_eq!(tests_named("`a_b_c_d` `a_b` `A_b_c_d` `musubi x`").into_iter().collect::<Vec<_>>(), ["a_b_c_d"]);
}
