//! What is wrong, why it matters, and what to do where: all that the doctor finds, for people or for machines.

use std::sync::Arc;

use musubi::crm::CrmDoctors;
use musubi::domain::finding::{About, Finding, Gravity, MenuNames};
use musubi::domain::language::Language;
use musubi::domain::settings::Bilingual;
use musubi::flow::doctor::{DeadLetterQueue, Diagnosis, Doctor, QueueKind};
use musubi::line::LineDoctor;
use musubi::{config, http};
use serde_json::{Value, json};

use crate::dead_letters;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// Looks at everything, and changes nothing.
///
/// # Errors
/// The stack is not named. What cannot be asked is a finding.
pub async fn run(workspace: &Workspace, say: &Say) -> Result<Report, Failure> {
    let (secrets, clock) = (workspace.adapters.secrets()?, workspace.clock());
    let doctor = Doctor {
        accounts: workspace.accounts()?,
        channels: workspace.channels()?,
        journal: workspace.adapters.journal()?,
        links: workspace.adapters.link_reader()?,
        secrets: Arc::clone(&secrets),
        line: Arc::new(LineDoctor::new(
            http::client(),
            workspace.line_api()?,
            Arc::clone(&secrets),
            Arc::clone(&clock),
        )),
        crms: Arc::new(CrmDoctors::new(http::client(), workspace.set_up_urls()?, secrets, Arc::clone(&clock))),
        queues: QueueKind::ALL.map(|kind| queue(workspace, kind)).into(),
        clock,
        public_url: config::public_url(&workspace.environment)?,
    };
    let diagnosis = doctor.examine().await;
    let good = diagnosis.findings.iter().all(|finding| finding.complaint.gravity == Gravity::Note);
    Ok(Report { json: to_json(&diagnosis, good), text: to_text(&diagnosis, say.language), good })
}

fn queue(workspace: &Workspace, kind: QueueKind) -> DeadLetterQueue {
    DeadLetterQueue { kind, letters: dead_letters::open(workspace, kind).ok() }
}

fn to_text(diagnosis: &Diagnosis, language: Language) -> String {
    let Diagnosis { findings, channels, accounts } = diagnosis;
    let looked_at = match language {
        Language::Japanese => format!("公式アカウント{channels}件、CRMアカウント{accounts}件を確認しました。"),
        Language::English => format!("Official Accounts looked at: {channels}; CRM accounts: {accounts}."),
    };
    let end = match (findings.len(), language) {
        (0, Language::Japanese) => "問題は見つかりませんでした。".to_owned(),
        (0, Language::English) => "Nothing is wrong.".to_owned(),
        (found, Language::Japanese) => format!("{found}件見つかりました。"),
        (found, Language::English) => format!("Found: {found}."),
    };
    let all = findings.iter().map(|finding| finding_words(finding, language));
    all.chain([format!("{looked_at}{}{end}", language.pick("", " "))]).collect::<Vec<_>>().join("\n\n")
}

fn finding_words(finding: &Finding, language: Language) -> String {
    let about = match &finding.about {
        About::Stack => language.pick("Musubi全体", "all of Musubi").to_owned(),
        About::Account(key) => format!("{} {key}", language.pick("CRMアカウント", "CRM account")),
        About::Channel(id) => format!("{} {id}", language.pick("公式アカウント", "Official Account")),
    };
    let gravity = match finding.complaint.gravity {
        Gravity::Broken => language.pick("動いていません", "broken"),
        Gravity::Warning => language.pick("要確認", "warning"),
        Gravity::Note => language.pick("お知らせ", "note"),
    };
    let (left, right, colon) = (language.pick("［", "["), language.pick("］", "] "), language.pick("：", ": "));
    let mut lines = vec![
        format!("{left}{gravity}{right}{about}  {}", finding.complaint.code),
        format!("  {}", finding.wrong(language)),
        format!("  {}{colon}{}", language.pick("影響", "why it matters"), finding.why(language)),
        format!("  {}{colon}{}", language.pick("対処", "what to do"), finding.todo(language)),
    ];
    let place = finding.complaint.place.map(|place| place.words.of(language));
    lines.extend(place.map(|place| format!("  {}{colon}{place}", language.pick("場所", "where"))));
    lines.join("\n")
}

fn to_json(diagnosis: &Diagnosis, good: bool) -> Value {
    json!({
        "healthy": good, "channels": diagnosis.channels, "accounts": diagnosis.accounts,
        "findings": diagnosis.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn finding_json(finding: &Finding) -> Value {
    let in_both =
        |words: &dyn Fn(Language) -> String| json!({"ja": words(Language::Japanese), "en": words(Language::English)});
    let both = |words: Bilingual| json!({"ja": words.japanese, "en": words.english});
    let (account, channel) = match &finding.about {
        About::Stack => (None, None),
        About::Account(key) => (Some(key), None),
        About::Channel(id) => (None, Some(id.as_str())),
    };
    json!({
        "code": finding.complaint.code,
        "gravity": finding.complaint.gravity.as_str(),
        "kind": account.map(|key| key.kind.as_str()),
        "account_id": account.map(|key| key.id.as_str()),
        "channel_id": channel,
        "facts": {"ja": finding.facts(Language::Japanese), "en": finding.facts(Language::English)},
        "wrong": in_both(&|language| finding.wrong(language)),
        "why": in_both(&|language| finding.why(language)),
        "todo": in_both(&|language| finding.todo(language)),
        "place": finding.complaint.place.map(|place| both(place.words)),
        "menu_names_are_documented": finding.complaint.place.map(|place| place.names == MenuNames::Documented),
    })
}
