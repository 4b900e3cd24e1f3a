//! Contact properties that tokens in messages may stand for, beside those that every project asks for: in the project's action,
//! where HubSpot reads them, and in the settings of the app's accounts, where Musubi does.

use std::collections::BTreeSet;
use std::path::Path;

use musubi::config::Environment;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::CrmAppId;
use musubi::domain::settings::SettingFault;
use musubi::domain::token_property;
use musubi::flow::configure::AskForProperties;
use serde_json::Value;

use crate::failure::Failure;
use crate::settings;
use crate::workspace::{Workspace, no_account, unchanged};

/// What is always asked for ends with this in the action's definition.
const LAST: &str = "        \"state\"";

/// Reads names as they were written on the command line.
///
/// # Errors
/// One of them is no internal name.
pub fn parse(names: &[String]) -> Result<BTreeSet<String>, Failure> {
    let read = token_property::read(names.iter().map(String::as_str));
    read.ok_or_else(|| settings::refused(&SettingFault::Properties, "portal set"))
}

/// What an action's definition asks for already, as far as it can be read.
pub fn in_action(path: &Path) -> BTreeSet<String> {
    let action: Value =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let asked = action["config"]["objectRequestOptions"]["properties"].as_array().into_iter().flatten();
    let names = asked.filter_map(Value::as_str).filter(|name| token_property::is_name(name)).map(str::to_owned);
    token_property::beside_always(names.collect())
}

/// The action's definition with these properties in it, too.
pub fn into_action(text: &str, properties: &BTreeSet<String>) -> String {
    let more: String = properties.iter().map(|name| format!(",\n        \"{name}\"")).collect();
    text.replacen(LAST, &format!("{LAST}{more}"), 1)
}

/// Adds properties to the settings of the app's accounts. Answers with the accounts, and all that they ask for now.
///
/// # Errors
/// The stack cannot be reached; what was stored stays.
pub async fn store(
    environment: Environment,
    app: &str,
    properties: &BTreeSet<String>,
) -> Result<(Vec<CrmAccountKey>, BTreeSet<String>), Failure> {
    let accounts = Workspace::open(environment).await?.change_account()?;
    let asked = AskForProperties { accounts }.ask_for(&CrmAppId::new(app), properties).await;
    asked.map_err(|error| unchanged(error, no_account, |never| match never {}))
}
