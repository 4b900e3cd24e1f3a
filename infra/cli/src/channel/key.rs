//! Keys of the customer's own site, which asks Musubi for account links.

use musubi::flow::configure::{ApiKeyRefusal, ApiKeys};
use musubi::ports::secrets::Secret;
use serde_json::json;
use uuid::Uuid;

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::{Workspace, unchanged};

/// Makes a key and shows its secret this once, or forgets one. A key that is made again gets a new secret.
///
/// # Errors
/// There is no such channel or key, or it can be no key's name.
pub async fn key(workspace: &Workspace, say: &Say, channel: &str, name: &str, forget: bool) -> Result<Report, Failure> {
    if !ApiKeys::is_name(name) {
        return Err(refused(ApiKeyRefusal::Name));
    }
    let id = workspace.channel(channel).await?.id;
    let keys = ApiKeys { secrets: workspace.adapters.secrets()? };
    let missing = || Failure::not_found("シークレットが保存されていません。", "The channel's secrets are not stored.");
    if forget {
        keys.forget(&id, name).await.map_err(|error| unchanged(error, missing, refused))?;
        let text =
            say.pick("キーを削除しました。1分以内に使えなくなります。", "Forgotten; it stops working within a minute.");
        return Ok(Report::new(json!({"key_id": name, "removed": true}), text));
    }
    // 244 random bits.
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let made = keys.make(&id, name, Secret::new(secret.clone())).await;
    made.map_err(|error| unchanged(error, missing, refused))?;
    let head = say.pick(
        "キーを作成しました。シークレットは今回だけ表示されます。自社サイトのサーバーに保存してください。",
        "A key was made. Its secret is shown this once: store it on your site's server.",
    );
    let text = format!("{head}\nkey id: {name}\nsecret: {secret}");
    Ok(Report::new(json!({"key_id": name, "secret": secret}), text))
}

fn refused(why: ApiKeyRefusal) -> Failure {
    match why {
        ApiKeyRefusal::Name => Failure::usage(
            "キーの名前には半角英数字と - _ . が使えます（64文字まで）。",
            "A key's name has letters, digits, - _ and . (64 at most).",
        ),
        ApiKeyRefusal::Unknown => Failure::not_found("その名前のキーはありません。", "There is no key of this name."),
        ApiKeyRefusal::TooMany => Failure::failed("キーは10個までです。", "There are ten keys already."),
    }
}
