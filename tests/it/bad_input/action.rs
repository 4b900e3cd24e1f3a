//! The action's table, run.

use std::sync::Arc;

use local::seed::LINKED_CONTACT;
use musubi::aws::RetryPolicy;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId};
use musubi::domain::language::Language;
use musubi::ports::Secrets;
use musubi::ports::secrets::{CrmAppSecrets, Secret};
use musubi::ports::table::Commit;
use serde_json::Value;

use super::action_rows::{Hears, NEVER, OTHER_APP, OTHER_CHANNEL, OTHER_PORTAL, OTHER_SECRET, Row, table};
use super::{Answer, send};
use crate::app::App;

/// Another customer beside ours.
async fn neighbour(app: &App) {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let (accounts, secrets) = (adapters.accounts().expect("accounts"), adapters.secrets().expect("secrets"));
    let id = CrmAppId::new(OTHER_APP.to_string());
    let theirs = CrmAppSecrets { client_id: "other".to_owned(), client_secrets: vec![Secret::new(OTHER_SECRET)] };
    let secrets: Arc<dyn Secrets> = secrets;
    secrets.store_crm_app(CrmKind::HubSpot, &id, &theirs).await.expect("stored");
    let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(OTHER_PORTAL.to_string()) };
    let mut account = CrmAccount::new(key, id, Language::English, "Asia/Tokyo");
    account.channels = vec![ChannelId::new(OTHER_CHANNEL)];
    assert_eq!(accounts.put(&account, 0).await.expect("stored"), Commit::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_arrives_at_the_action_gets_its_stated_answer_and_sends_once_what_it_should() {
    let app = App::start().await;
    neighbour(&app).await;
    app.minutes_pass(1); // Which apps there are is remembered for seconds.
    // These executions were posted here and not by the fake, which therefore knows no block of theirs.
    app.world.hubspot.switch(|switches| switches.unknown_block_is_404 = false);
    let rows = table(&app.world.url, app.world.clock.now_ms());
    let mut wrong = Vec::new();
    for row in &rows {
        let first = send(&app, &row.request).await;
        let again = send(&app, &row.request).await;
        if let Some(what) = complaint(row, &first) {
            wrong.push(format!("{}: {}, {what}, {}", row.name, first.status, String::from_utf8_lossy(&first.body)));
        }
        if first != again {
            wrong.push(format!("{}: a replay is answered otherwise", row.name));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());

    let sends: Vec<&str> = rows.iter().filter_map(|row| row.sends).collect();
    app.at_rest_but_entries().await;
    app.until("every message", |app| app.world.line.delivered().len() >= sends.len()).await;
    app.minutes_pass(61);
    app.at_rest().await;
    each_was_sent_once(&app, &sends);
    each_wait_ended(&app, &rows);
    for queue in ["push", "inbox", "push-dlq", "inbox-dlq", "crm-dlq.fifo"] {
        assert_eq!(app.world.aws.sqs().counts(queue).total(), 0, "{queue}");
    }
    assert_eq!(app.parked().await, 0);
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}

fn complaint(row: &Row, answer: &Answer) -> Option<String> {
    if answer.status != row.status {
        return Some(format!("not {}", row.status));
    }
    if answer.allows_origins {
        return Some("a browser is let in".to_owned());
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let fields = &body["outputFields"];
    let is_right = match row.hears {
        Hears::Nothing => answer.body.is_empty(),
        Hears::WaitsFor(_) => fields["hs_execution_state"] == "BLOCK",
        Hears::Outcome("queued", words) => is_outcome(fields, "SUCCESS", "queued", words),
        Hears::Outcome(outcome, words) => is_outcome(fields, "FAIL_CONTINUE", outcome, words),
        Hears::Choices(choices) => body["options"].as_array().is_some_and(|options| options.len() == choices),
    };
    let repeats = String::from_utf8_lossy(&answer.body).contains(NEVER);
    (!is_right || repeats).then(|| "another answer".to_owned())
}

fn is_outcome(fields: &Value, state: &str, outcome: &str, words: &str) -> bool {
    let reason = fields["reason"].as_str().unwrap_or_default();
    fields["hs_execution_state"] == state && fields["outcome"] == outcome && reason.contains(words)
}

fn each_was_sent_once(app: &App, sends: &[&str]) {
    let delivered = app.world.line.delivered();
    let mut said: Vec<&str> = delivered
        .iter()
        .map(|delivered| {
            assert_eq!(delivered.messages.len(), 1);
            let message = &delivered.messages[0];
            message["text"].as_str().or_else(|| message["altText"].as_str()).expect("words")
        })
        .collect();
    let mut expected = sends.to_vec();
    said.sort_unstable();
    expected.sort_unstable();
    assert_eq!(said, expected);
    let known = app.contact_of(local::seed::NEW_USER);
    assert!(known.is_none_or(|contact| contact.id != LINKED_CONTACT), "nobody was linked anew");
}

/// Each waiting workflow was told one outcome, however often it was told.
fn each_wait_ended(app: &App, rows: &[Row]) {
    let completions = app.world.hubspot.completions();
    for row in rows {
        let Hears::WaitsFor(outcome) = row.hears else { continue };
        let body: Value = serde_json::from_slice(&row.request.body).expect("JSON");
        let callback = match &body["callbackId"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let told: Vec<&Value> = completions
            .iter()
            .filter(|told| told.callback_id == callback)
            .map(|told| &told.outputs["outcome"])
            .collect();
        assert!(!told.is_empty() && told.iter().all(|told| *told == outcome), "{}: {told:?}", row.name);
    }
}
