//! What is wrong, why it matters, and what to do where: all that the doctor finds, for people or for machines.

use musubi::domain::finding::{About, Finding, Gravity, MenuNames};
use musubi::domain::language::Language;
use musubi::domain::settings::Bilingual;
use musubi::domain::words::findings::{PLACE, TODO, WHY};
use musubi::flow::doctor::Diagnosis;
use musubi::http_client::HttpClient;
use musubi::wiring;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// Looks at everything, and changes nothing.
///
/// # Errors
/// The stack is not named. What cannot be asked is a finding.
pub async fn run(workspace: &Workspace, say: &Say) -> Result<Report, Failure> {
    let doctor = wiring::doctor(
        &workspace.adapters,
        &workspace.environment,
        workspace.adapters.secrets()?,
        &HttpClient::when_first_used(),
    )?;
    let diagnosis = doctor.examine().await;
    let good = diagnosis.findings.iter().all(|finding| finding.complaint.gravity == Gravity::Note);
    Ok(Report { json: to_json(&diagnosis, good), text: to_text(&diagnosis, say.language), good })
}

fn to_text(diagnosis: &Diagnosis, language: Language) -> String {
    let Diagnosis { findings, channels, accounts, .. } = diagnosis;
    let (channels, accounts) = (channels.len(), accounts.len());
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
    let (gravity, about) = (finding.complaint.gravity.words().of(language), finding.about.words(language));
    let (left, right, colon) = (language.pick("［", "["), language.pick("］", "] "), language.pick("：", ": "));
    let mut lines = vec![
        format!("{left}{gravity}{right}{about}  {}", finding.complaint.code),
        format!("  {}", finding.wrong(language)),
        format!("  {}{colon}{}", WHY.of(language), finding.why(language)),
        format!("  {}{colon}{}", TODO.of(language), finding.todo(language)),
    ];
    let place = finding.complaint.place.map(|place| place.words.of(language));
    lines.extend(place.map(|place| format!("  {}{colon}{place}", PLACE.of(language))));
    lines.join("\n")
}

fn to_json(diagnosis: &Diagnosis, good: bool) -> Value {
    json!({
        "healthy": good, "channels": diagnosis.channels.len(), "accounts": diagnosis.accounts.len(),
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
