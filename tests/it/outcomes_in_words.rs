//! Every outcome has words in each place that people see it, in both languages, and they say who refused and what to do: nothing
//! is laid at LINE's door that Musubi refused before LINE was asked.

use std::collections::BTreeMap;

use musubi::domain::language::Language;
use musubi::domain::push::PushOutcome;
use musubi::domain::words::outcome_words;
use serde_json::Value;

const PAGE: &str = include_str!("../../infra/local/src/page/words.js");
const ACTION: &str = include_str!("../../infra/hubspot/src/app/workflow-actions/send-line-message-hsmeta.json");
const LANGUAGES: [(&str, Language); 2] = [("ja", Language::Japanese), ("en", Language::English)];

/// Who ends a send so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Who {
    Line,
    Musubi,
    /// Either: the reason of the run says which.
    Either,
}

/// A new outcome stops this from compiling until somebody has said who ends a send so.
fn who(outcome: PushOutcome) -> Who {
    match outcome {
        PushOutcome::Accepted | PushOutcome::WrongProvider | PushOutcome::NoQuota | PushOutcome::Unknown => Who::Line,
        PushOutcome::Blocked
        | PushOutcome::NotLinked
        | PushOutcome::NoConsent
        | PushOutcome::Expired
        | PushOutcome::Queued => Who::Musubi,
        PushOutcome::InvalidMessage | PushOutcome::Failed => Who::Either,
    }
}

/// What is wrong with a short label, which says who and may leave the rest to the reason beside it.
fn complaint(outcome: PushOutcome, label: &str) -> Option<&'static str> {
    let blames_line = ["LINEが", "LINEの応答", "LINE refused", "LINE did not", "by LINE", "LINEに"];
    let is_laid_at_line = blames_line.iter().any(|words| label.contains(words));
    let (line, musubi) = (label.contains("LINE"), label.contains("Musubi"));
    let reason = label.contains("reason") || label.contains("理由");
    match who(outcome) {
        Who::Line if !line || musubi => Some("LINE is not said to have ended it"),
        Who::Musubi if !musubi || is_laid_at_line => Some("Musubi is not said to have ended it"),
        Who::Either if !reason || is_laid_at_line => {
            Some("it does not lead to the reason, or blames somebody without knowing")
        }
        _ => None,
    }
}

/// The page's words in one language.
fn page(language: &str) -> BTreeMap<&'static str, &'static str> {
    let body = PAGE.split(&format!("const {language} = {{\n")).nth(1).and_then(|rest| rest.split("\n};").next());
    let line = |line: &'static str| {
        let (name, words) = line.trim().split_once(": \"")?;
        Some((name.trim_matches('"'), words.strip_suffix("\",")?))
    };
    body.expect("its words").lines().filter_map(line).collect()
}

#[test]
fn the_page_says_who_refused_and_what_to_do() {
    for (language, _) in LANGUAGES {
        let words = page(language);
        for outcome in PushOutcome::ALL {
            let code = outcome.as_str();
            let label = words.get(code).unwrap_or_else(|| panic!("{language}: no label for {code}"));
            assert_eq!(complaint(outcome, label), None, "{language} {code}: {label}");
            let todo = words.get(format!("todo.{code}").as_str());
            assert_eq!(todo.is_none(), outcome == PushOutcome::Accepted, "{language} {code}: what to do");
            assert!(todo.is_none_or(|todo| todo.ends_with(['。', '.'])), "{language} {code}: a sentence");
        }
    }
}

#[test]
fn hubspots_workflow_editor_and_history_say_who_refused_and_what_to_do() {
    let action: Value = serde_json::from_str(ACTION).expect("JSON");
    let config = &action["config"];
    let options = config["outputFields"][0]["typeDefinition"]["options"].as_array().expect("options");
    assert_eq!(options.len(), PushOutcome::ALL.len());
    for outcome in PushOutcome::ALL {
        let code = outcome.as_str();
        let option = options.iter().find(|option| option["value"] == code).unwrap_or_else(|| panic!("no {code}"));
        // One label in both languages: HubSpot knows no translation of a choice.
        let label = option["label"].as_str().expect("a label");
        let (english, japanese) = label.split_once(" / ").unwrap_or_else(|| panic!("{code}: {label}"));
        for label in [english, japanese] {
            assert_eq!(complaint(outcome, label), None, "{code}: {label}");
        }
        for (language, _) in LANGUAGES {
            let words = config["labels"][language]["executionRules"][code].as_str().expect("words");
            if who(outcome) == Who::Either {
                assert_eq!(words, "{{reason}}", "{language} {code}: nothing before it that may be wrong");
                continue;
            }
            let begins = words.split_once(['。', ':', '.', ',']).expect("a beginning").0;
            assert_eq!(complaint(outcome, begins), None, "{language} {code}: {words}");
            let sentences = words.matches(['。', ':']).count() + words.matches(". ").count();
            assert!(
                sentences >= if outcome == PushOutcome::Accepted { 0 } else { 1 },
                "{language} {code}: what to do: {words}"
            );
            assert!(words.ends_with(['。', '.']), "{language} {code}: {words}");
        }
    }
}

#[test]
fn the_reason_that_workflows_notes_and_operators_read_says_who() {
    for outcome in PushOutcome::ALL {
        for (_, language) in LANGUAGES {
            let words = outcome_words(outcome, language);
            let begins = words.split_once(['。', ':', '.', ',']).expect("a beginning").0;
            match who(outcome) {
                Who::Line => assert!(begins.contains("LINE"), "{words}"),
                Who::Musubi => assert!(begins.starts_with("Musubi"), "{words}"),
                // Without a note LINE is who cannot show a message; of `failed` nobody is known.
                Who::Either => assert_eq!(words.contains("LINE"), outcome == PushOutcome::InvalidMessage, "{words}"),
            }
        }
    }
}
