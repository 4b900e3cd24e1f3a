//! What webhooks to another system are signed with.

use musubi::flow::configure::WebhookSecrets;
use musubi::outward::secret_of;
use serde_json::json;
use uuid::Uuid;

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::{Workspace, unchanged};

/// Makes a secret and shows it this once, beside the one before; or forgets the one before.
///
/// # Errors
/// There is no such channel, or its secrets are not stored.
pub async fn webhook_secret(workspace: &Workspace, say: &Say, channel: &str, forget: bool) -> Result<Report, Failure> {
    let id = workspace.channel(channel).await?.id;
    let secrets = WebhookSecrets { secrets: workspace.adapters.secrets()? };
    let missing = || Failure::not_found("シークレットが保存されていません。", "The channel's secrets are not stored.");
    if forget {
        let forgotten = secrets.forget_old(&id).await;
        let forgotten = forgotten.map_err(|error| unchanged(error, missing, |never| match never {}))?;
        let text = say.pick(
            "前のシークレットを破棄しました。1分以内に、新しいものだけで署名します。",
            "The secret before is forgotten; within a minute the new one alone signs.",
        );
        return Ok(Report::new(json!({"channel_id": id.as_str(), "forgotten": forgotten}), text));
    }
    // 244 random bits.
    let random: Vec<u8> = [Uuid::new_v4(), Uuid::new_v4()].iter().flat_map(|uuid| *uuid.as_bytes()).collect();
    let secret = secret_of(&random);
    let made = secrets.make(&id, secret.clone()).await;
    made.map_err(|error| unchanged(error, missing, |never| match never {}))?;
    let head = say.pick(
        "シークレットを作成しました。今回だけ表示されます。通知先のシステムに登録してください。前のものがあれば、--forget-old で破棄するまで、両方で署名します。",
        "A secret was made. It is shown this once: enter it in the other system. One of before signs, too, until --forget-old.",
    );
    Ok(Report::new(
        json!({"channel_id": id.as_str(), "secret": secret.expose()}),
        format!("{head}\nsecret: {}", secret.expose()),
    ))
}
