//! What people and machines get to see.
//!
//! The result goes to standard output, once; what is said on the way goes to standard error.

use std::process::ExitCode;

use musubi::domain::language::Language;
use serde_json::{Value, json};

use crate::failure::Failure;

/// What a command found or did.
pub struct Report {
    /// For machines.
    pub json: Value,
    /// For people.
    pub text: String,
    /// `false`: it was found that something must be put right. Exit code 1.
    pub good: bool,
}

impl Report {
    /// Everything is as it should be.
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), good: true }
    }
}

/// How to say it.
#[derive(Debug, Clone, Copy)]
pub struct Say {
    /// In which language.
    pub language: Language,
    json: bool,
}

impl Say {
    /// For people, or as JSON for machines.
    pub fn new(language: Language, json: bool) -> Self {
        Self { language, json }
    }

    /// Chooses between the two wordings.
    pub fn pick<'a>(&self, japanese: &'a str, english: &'a str) -> &'a str {
        self.language.pick(japanese, english)
    }

    /// Something on the way.
    pub fn note(&self, words: &str) {
        eprintln!("{}", shown(words));
    }

    /// That a list is not whole, if so many of its rows were written by another version of Musubi.
    pub fn unreadable(&self, rows: usize) {
        if rows == 0 {
            return;
        }
        self.note(&match self.language {
            Language::Japanese => format!(
                "注意: 別のバージョンのMusubiが書いたデータ{rows}件は読み取れないため、一覧に含まれていません。デプロイ済みのものと同じバージョンのmusubiで実行してください。"
            ),
            Language::English => format!(
                "Note: {rows} of this list cannot be read and are not shown: another version of Musubi wrote them. Use the musubi of the version that is deployed."
            ),
        });
    }

    /// The result.
    pub fn report(&self, report: &Report) -> ExitCode {
        if self.json {
            println!("{}", report.json);
        } else {
            println!("{}", shown(&report.text));
        }
        if report.good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// That there is no result.
    pub fn failure(&self, failure: &Failure) -> ExitCode {
        let words = failure.words(self.language);
        if self.json {
            println!("{}", json!({"error": {"code": failure.code(), "message": words}}));
        } else {
            eprintln!("{}: {}", self.pick("エラー", "error"), shown(&words));
        }
        ExitCode::from(failure.exit_code())
    }
}

/// Names and reasons come from outside: nothing in them steers the terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(shown("結び\u{1b}[2J\u{7}\n\u{9b}1m-"), "結び[2J\n1m-");
    }
}
