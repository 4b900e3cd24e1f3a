//! The doctor, in worlds that are well and in worlds where one thing is wrong.

mod at_crm;
mod at_inbox;
pub mod at_line;
pub mod inside;
pub mod ward;

use std::collections::BTreeSet;

use futures::StreamExt;
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::world::Options;
use musubi::domain::finding::Finding;
use musubi::domain::language::Language;
use musubi::domain::words::findings;

use crate::app::App;
use crate::crm_inbox;
use ward::{Ward, codes};

/// Makes the one thing wrong that this complaint is about.
pub async fn make(ward: &mut Ward, code: &'static str) {
    match code.split_once('.').expect("a family").0 {
        "line" => at_line::make(ward, code).await,
        "login" => at_line::make_login(ward, code).await,
        "crm" => at_crm::make(ward, code).await,
        "inbox" => at_inbox::make(ward, code).await,
        _ => inside::make(ward, code).await,
    }
}

/// The whole of a finding, as every face could show it.
fn shown(finding: &Finding) -> String {
    let words = [Language::Japanese, Language::English].map(|language| {
        let facts = finding.facts(language);
        format!("{} {} {} {facts:?}", finding.wrong(language), finding.why(language), finding.todo(language))
    });
    format!("{finding:?} {}", words.join(" "))
}

fn is_well_said(finding: &Finding) {
    let code = finding.complaint.code;
    let facts: Vec<&str> = finding.facts(Language::English).into_keys().collect();
    let mut expected = finding.complaint.facts.to_vec();
    expected.sort_unstable();
    assert_eq!(facts, expected, "{code}");
    for words in [Finding::wrong, Finding::why, Finding::todo] {
        let (japanese, english) = (words(finding, Language::Japanese), words(finding, Language::English));
        assert!(!japanese.is_empty() && !english.is_empty() && japanese != english, "{code}");
        assert!(!format!("{japanese}{english}").contains(['{', '}']), "{code}: {japanese} {english}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_world_raises_nothing() {
    let mut ward = Ward::of(App::start().await);
    ward.certificate_ends_ms = Some(ward.app.world.clock.now_ms() + 15 * 86_400_000);
    for has_inbox in [false, true] {
        if has_inbox {
            crm_inbox::open_in(&ward.app).await;
        }
        let diagnosis = ward.doctor().examine().await;
        assert_eq!(codes(&diagnosis.findings), [""; 0], "{:#?}", diagnosis.findings);
        assert_eq!((diagnosis.channels.len(), diagnosis.accounts.len()), (1, 1));
    }
}

/// One row for each complaint that there is.
#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_state_raises_its_own_finding_and_no_other() {
    let rows = findings::all().map(|complaint| async {
        let mut ward = Ward::of(App::with(Options { schedule_ms: None, ..Options::default() }).await);
        make(&mut ward, complaint.code).await;
        (complaint.code, ward.doctor().examine().await.findings, ward)
    });
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let mut rows = futures::stream::iter(rows).buffer_unordered(2);
    while let Some((code, found, ward)) = rows.next().await {
        seen += 1;
        if codes(&found) != [code] {
            wrong.push(format!("{code}: {found:#?}"));
        }
        for finding in &found {
            is_well_said(finding);
            ward.no_canary_in(&shown(finding)).await;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 45, "{seen} rows");
}

/// What LINE does not say of one thing is said of that alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_cannot_be_made_is_told_and_hides_no_other() {
    let mut parts = BTreeSet::new();
    for endpoint in [Endpoint::WebhookEndpoint, Endpoint::WebhookTest, Endpoint::Quota, Endpoint::Followers] {
        let ward = Ward::of(App::with(Options { schedule_ms: None, ..Options::default() }).await);
        ward.app.world.line.fault(endpoint, Fault::FailBefore(503), Plan::Every(1));
        ward.change_account(|account| account.capabilities.unique_keys = false).await;
        ward.app.world.line.edit_channel(local::seed::CHANNEL_ID, |spec| spec.basic_id = "@renamed".to_owned());
        let found = ward.doctor().examine().await.findings;
        assert_eq!(codes(&found), ["line.basic_id_differs", "line.unchecked", "crm.unique_keys_unused"]);
        parts.insert(found[1].wrong(Language::English));
        is_well_said(&found[1]);
    }
    assert_eq!(parts.len(), 4, "{parts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_examination_leaves_everything_as_it_is() {
    let ward = Ward::of(App::with(Options { schedule_ms: None, ..Options::default() }).await);
    inside::make_waiting(&ward).await;
    let before = (ward.everything().await, ward.calls());
    let found = ward.doctor().examine().await.findings;
    assert!(found.len() >= 4, "{found:#?}");
    assert_eq!(ward.everything().await, before.0);
    let asks = ["/oauth2/v3/token", "/v2/bot/channel/webhook/test", "/token/introspect"];
    for (before, calls) in before.1.iter().zip(ward.calls()) {
        assert!(calls.len() >= before.len() + 5, "the vendor was asked");
        for (method, path) in &calls[before.len()..] {
            assert!(method == "GET" || asks.iter().any(|asked| path.ends_with(asked)), "{method} {path}");
        }
    }
}
