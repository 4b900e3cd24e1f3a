//! An account's settings as they are written on the command line and shown.

use musubi::domain::account::{CrmAccount, TimelineSurface, UnfilledTokens};

use crate::failure::Failure;
use crate::token_properties;

const APP_EVENTS: &str = "app_events:";

/// Changes one setting, written `KEY=VALUE`.
///
/// # Errors
/// There is no such setting, or it takes no such value.
pub fn set(account: &mut CrmAccount, text: &str) -> Result<(), Failure> {
    match text.split_once('=') {
        Some(("surface", value)) => account.surface = surface(value.trim())?,
        Some(("token_properties", value)) => {
            let names: Vec<String> = value.split(',').map(str::to_owned).collect();
            account.token_properties = token_properties::parse(&names)?;
        }
        Some(("unfilled_tokens", value)) => account.unfilled_tokens = unfilled_tokens(value.trim())?,
        _ => {
            return Err(Failure::usage(
                "その設定はありません。musubi portal set --help で一覧を確認してください。",
                "There is no such setting. See musubi portal set --help.",
            ));
        }
    }
    Ok(())
}

/// A surface as it is written.
pub fn written(surface: &TimelineSurface) -> String {
    match surface {
        TimelineSurface::Notes => "notes".to_owned(),
        TimelineSurface::AppEvents { event_type } => format!("{APP_EVENTS}{event_type}"),
    }
}

/// What becomes of unfilled tokens, as it is written.
pub fn written_unfilled(tokens: UnfilledTokens) -> &'static str {
    match tokens {
        UnfilledTokens::Refuse => "refuse",
        UnfilledTokens::Send => "send",
    }
}

fn unfilled_tokens(value: &str) -> Result<UnfilledTokens, Failure> {
    [UnfilledTokens::Refuse, UnfilledTokens::Send]
        .into_iter()
        .find(|known| written_unfilled(*known) == value)
        .ok_or_else(|| {
            Failure::usage(
                "unfilled_tokens には refuse か send を指定してください。",
                "unfilled_tokens takes refuse or send.",
            )
        })
}

fn surface(value: &str) -> Result<TimelineSurface, Failure> {
    let is_name = |name: &&str| {
        (1..=200).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    match value.strip_prefix(APP_EVENTS) {
        Some(name) if is_name(&name) => Ok(TimelineSurface::AppEvents { event_type: name.to_owned() }),
        None if value == "notes" => Ok(TimelineSurface::Notes),
        _ => Err(Failure::usage(
            "surface には notes か app_events:イベントタイプの完全修飾名 を指定してください。",
            "surface takes notes or app_events: and the event type's fully qualified name.",
        )),
    }
}
