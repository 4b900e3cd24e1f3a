//! `portal add`: leave from HubSpot, secrets stored, properties made, the account's row written.
//!
//! A second run updates: it finds what the first one made. The row comes last, so an account that
//! can be found is one that is ready.

use std::sync::Arc;

use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::ids::CrmAppId;
use musubi::domain::language::Language;
use musubi::flow::configure::{AccountAsked, AccountSetUp, ConnectedAccount, EnterAccount, SetUpAccount, SetUpError};
use musubi::ports::crm_set_up::FieldReport;
use serde_json::json;

use super::grant;
use crate::args::PortalAdd;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::hubspot_project::app_name;
use crate::say::{Report, Say};
use crate::token_properties;
use crate::workspace::{Workspace, no_account, unchanged};

/// Connects an account.
///
/// # Errors
/// See [`Failure`]. Running it again goes on from there.
pub async fn add(workspace: &Workspace, ask: &mut Ask, say: &Say, asked: &PortalAdd) -> Result<Report, Failure> {
    let app = CrmAppId::new(app_name(&asked.app)?);
    let secrets = workspace.adapters.secrets()?;
    let account = AccountAsked {
        kind: asked.kind.into(),
        app,
        language: asked.portal_lang.map_or(say.language, Language::from),
        keeps_language: false,
        token_properties: token_properties::parse(&asked.token_properties)?,
    };
    let set_up = workspace.crm_set_up(account.kind, Arc::clone(&secrets))?;
    let given = if asked.private_token {
        grant::by_private_token(ask, say)?
    } else {
        grant::by_oauth(&*set_up, ask, say, asked).await?
    };
    let set_up = SetUpAccount { set_up, secrets, accounts: workspace.change_account()? };
    let entered = EnterAccount { set_up }.enter(&given, &account, asked.forget_old_secret).await;
    let (AccountSetUp { key, fields, connected }, good_secrets) = entered.map_err(failed)?;
    Ok(match connected {
        None => unfinished(say, &key, &fields),
        Some(ConnectedAccount { account, is_new }) => done(say, &account, &fields, good_secrets, is_new),
    })
}

/// Why it went no further.
pub fn failed(error: SetUpError) -> Failure {
    match error {
        SetUpError::NoLeave(why) => grant::refused(why),
        SetUpError::Missing { scopes } => {
            let scopes = scopes.join(" ");
            Failure::failed(
                format!(
                    "HubSpotで次のスコープが許可されていません：{scopes}。アプリの必須スコープを確認し、もう一度実行してください。何も保存していません。"
                ),
                format!(
                    "HubSpot did not grant these scopes: {scopes}. Check the app's required scopes, then run this again. Nothing was stored."
                ),
            )
        }
        SetUpError::Crm(failure) => failure.into(),
        SetUpError::Change(error) => unchanged(error, no_account, |never| match never {}),
    }
}

/// HubSpot has properties of our names that are not as they must be: nothing may be written yet.
fn unfinished(say: &Say, key: &CrmAccountKey, properties: &FieldReport) -> Report {
    let problems: Vec<&str> = properties.problems.iter().map(|problem| problem.words(say.language)).collect();
    let head = say.pick(
        "アクセス権は保存しましたが、次の点を直すまでこのアカウントは使用できません。直してから、もう一度実行してください。",
        "Access is stored, but the account cannot be used until this is put right. Then run this again.",
    );
    let json = json!({
        "connected": false, "portal_id": key.id.as_str(), "properties_created": properties.created,
        "properties_found": properties.found, "problems": problems,
    });
    let list: Vec<String> = problems.iter().map(|problem| format!("- {problem}")).collect();
    Report { json, text: format!("{head}\n{}", list.join("\n")), good: false }
}

fn done(say: &Say, account: &CrmAccount, properties: &FieldReport, good_secrets: usize, is_new: bool) -> Report {
    let todo = todo(say, account, good_secrets);
    let json = json!({
        "connected": true, "new": is_new, "portal_id": account.key.id.as_str(), "app": account.app.as_str(),
        "time_zone": account.time_zone, "workflows_wait": account.capabilities.workflows_wait,
        "unique_keys": account.capabilities.unique_keys, "channels": account.channels,
        "properties_created": properties.created, "properties_found": properties.found, "problems": [], "todo": todo,
    });
    let (portal, zone) = (&account.key.id, &account.time_zone);
    let (made, found) = (properties.created.len(), properties.found.len());
    let text = match (say.language, is_new) {
        (Language::Japanese, true) => format!("HubSpotアカウント {portal}（{zone}）を接続しました。"),
        (Language::Japanese, false) => format!("HubSpotアカウント {portal}（{zone}）の接続を更新しました。"),
        (Language::English, true) => format!("HubSpot account {portal} ({zone}) is connected."),
        (Language::English, false) => format!("HubSpot account {portal} ({zone}) is connected anew."),
    };
    let text = match say.language {
        Language::Japanese => format!("{text}\nコンタクトのプロパティー：作成 {made} 件、確認済み {found} 件"),
        Language::English => format!("{text}\nContact properties: {made} made, {found} found as they must be."),
    };
    let list: Vec<String> = todo.iter().map(|each| format!("- {each}")).collect();
    Report::new(json, [text, list.join("\n")].join("\n").trim_end().to_owned())
}

/// What the operator should know or do next. Without a secret, nothing that HubSpot sends can be believed.
fn todo(say: &Say, account: &CrmAccount, good_secrets: usize) -> Vec<String> {
    let mut todo = Vec::new();
    let mut add = |japanese: &str, english: &str| todo.push(say.pick(japanese, english).to_owned());
    match good_secrets {
        0 => add(
            "クライアントシークレットが保存されていないため、ワークフローからの送信は受け付けられません。",
            "No client secret is stored: messages from workflows are refused.",
        ),
        2.. => add(
            "以前のクライアントシークレットも引き続き有効です。HubSpotで無効にしたら、--forget-old-secret を付けてもう一度実行してください。",
            "The client secret before this one is still good. Once HubSpot has dropped it, run this again with --forget-old-secret.",
        ),
        1 => {}
    }
    if !account.capabilities.workflows_wait {
        add(
            "スコープ「automation」が許可されていないため、ワークフローは送信結果を待ちません（結果はタイムラインとプロパティーに記録されます）。",
            "The scope “automation” was not granted: workflows do not wait for outcomes, which are written to the timeline and a property.",
        );
    }
    if !account.capabilities.unique_keys {
        add(
            "このアカウントではメモとタスクに重複防止キーを設定できません。HubSpotが応答しなかった場合に限り、確認してから書き直します。",
            "This account takes no unique key on notes and tasks: where HubSpot does not answer, Musubi looks before it writes again.",
        );
    }
    if account.channels.is_empty() {
        add(
            "次に musubi channel add でLINE公式アカウントを接続してください。",
            "Next, connect a LINE Official Account with musubi channel add.",
        );
    }
    todo
}
