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
        eprintln!("{words}");
    }

    /// The result.
    pub fn report(&self, report: &Report) -> ExitCode {
        if self.json {
            println!("{}", report.json);
        } else {
            println!("{}", report.text);
        }
        if report.good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// That there is no result.
    pub fn failure(&self, failure: &Failure) -> ExitCode {
        let words = failure.words(self.language);
        if self.json {
            println!("{}", json!({"error": {"code": failure.code(), "message": words}}));
        } else {
            eprintln!("{}: {words}", self.pick("エラー", "error"));
        }
        ExitCode::from(failure.exit_code())
    }
}
