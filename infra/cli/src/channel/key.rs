//! Keys of the customer's own site, which asks Musubi for account links.

use std::sync::Arc;

use musubi::ports::Secrets;
use musubi::ports::secrets::{ApiKey, Secret};
use serde_json::json;
use uuid::Uuid;

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// During a rotation there are two; more are a mistake.
const MAX_KEYS: usize = 10;

/// Makes a key and shows its secret this once, or forgets one. A key that is made again gets a new secret.
///
/// # Errors
/// There is no such channel or key, or it can be no key's name.
pub async fn key(workspace: &Workspace, say: &Say, channel: &str, name: &str, forget: bool) -> Result<Report, Failure> {
    let plain =
        (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !plain {
        return Err(Failure::usage(
            "キーの名前には半角英数字と - _ . が使えます（64文字まで）。",
            "A key's name has letters, digits, - _ and . (64 at most).",
        ));
    }
    let id = workspace.channel(channel).await?.value.id;
    let secrets: Arc<dyn Secrets> = workspace.adapters.secrets()?;
    let missing = || Failure::not_found("シークレットが保存されていません。", "The channel's secrets are not stored.");
    let mut stored = secrets.line_anew(&id).await?.secrets.ok_or_else(missing)?;
    let before = stored.api_keys.len();
    stored.api_keys.retain(|key| key.id != name);
    if forget {
        if stored.api_keys.len() == before {
            return Err(Failure::not_found("その名前のキーはありません。", "There is no key of this name."));
        }
        secrets.store_line(&id, &stored).await?;
        let text =
            say.pick("キーを削除しました。1分以内に使えなくなります。", "Forgotten; it stops working within a minute.");
        return Ok(Report::new(json!({"key_id": name, "removed": true}), text));
    }
    if stored.api_keys.len() >= MAX_KEYS {
        return Err(Failure::failed("キーは10個までです。", "There are ten keys already."));
    }
    // 244 random bits.
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    stored.api_keys.push(ApiKey { id: name.to_owned(), secret: Secret::new(secret.clone()) });
    secrets.store_line(&id, &stored).await?;
    let head = say.pick(
        "キーを作成しました。シークレットは今回だけ表示されます。自社サイトのサーバーに保存してください。",
        "A key was made. Its secret is shown this once: store it on your site's server.",
    );
    let text = format!("{head}\nkey id: {name}\nsecret: {secret}");
    Ok(Report::new(json!({"key_id": name, "secret": secret}), text))
}
