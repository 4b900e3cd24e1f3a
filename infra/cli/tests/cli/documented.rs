//! What the documents write is what `musubi` understands: each command and each option of theirs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The READMEs and every guide.
fn documents() -> Vec<PathBuf> {
    let guides = std::fs::read_dir(root().join("infra/guide")).unwrap().map(|entry| entry.unwrap().path());
    let readmes = ["README.md", "README.ja.md", "infra/hubspot/README.md"].map(|name| root().join(name));
    guides.filter(|path| path.extension().is_some_and(|it| it == "md")).chain(readmes).collect()
}

/// Every command, from blocks of code (without their comments) and from between backticks.
fn commands(markdown: &str) -> BTreeSet<String> {
    let quoted = markdown.split('`');
    let lines = markdown.lines().map(|line| line.trim().split(" #").next().unwrap_or_default());
    let all = quoted.chain(lines).filter(|text| text.starts_with("musubi ") && !text.contains(['`', '|', '。', '、']));
    all.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Whether `musubi` knows the words. Help is asked for last, so nothing is done, but what comes before it must be right.
fn is_known(command: &str) -> bool {
    let words = command.split_whitespace().skip(1).chain(["--help"]);
    let mut process = Command::new(env!("CARGO_BIN_EXE_musubi"));
    process.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    process.status().unwrap().success()
}

#[test]
fn every_command_that_the_documents_name_is_one_that_musubi_knows() {
    let all: BTreeSet<String> =
        documents().iter().flat_map(|path| commands(&std::fs::read_to_string(path).unwrap())).collect();
    assert!(all.len() > 40, "{all:#?}");
    let unknown: Vec<&String> = all.iter().filter(|command| !is_known(command)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn a_command_or_an_option_that_there_is_not_is_noticed() {
    for wrong in ["musubi channel connect 1", "musubi channel add --no-such-option", "musubi nonsense"] {
        assert!(!is_known(wrong), "{wrong}");
    }
    let text = "Run `musubi a b`:\n```sh\nmusubi c  d     # and so on\n```\n`other musubi e`";
    assert_eq!(commands(text).into_iter().collect::<Vec<_>>(), ["musubi a b", "musubi c d"]);
}
