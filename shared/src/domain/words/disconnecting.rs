//! What disconnecting a CRM account takes away, and what it leaves, in the words of every face.

use super::both;
use crate::domain::language::Language;
use crate::domain::settings::Bilingual;

/// Taken away: a box to tick each, by this name in a form.
pub const TAKEN: [(&str, Bilingual); 3] = [
    (
        "app",
        both(
            "HubSpotからアプリをアンインストールします。アクション「LINEメッセージを送信」を使うワークフローは送信できなくなり、HubSpotは管理者にメールで知らせます。",
            "The app is uninstalled in HubSpot. Workflows with the action “Send LINE message” send no more, and HubSpot tells its admins by e-mail.",
        ),
    ),
    (
        "access",
        both(
            "HubSpotへのアクセス権と、このアカウントの設定を削除します。まだHubSpotに書き込んでいない内容は書き込まれません。受信トレイに残っているLINEの接続も閉じます。",
            "Access to HubSpot and this account's settings are deleted. What was not written to HubSpot yet is not written. Whatever of LINE is still open in its inbox is closed.",
        ),
    ),
    (
        "team",
        both(
            "全員がこのアカウントのコンソールを使えなくなります。開いている画面も、すぐに使えなくなります。",
            "Nobody may use this account's console any more, on any page that is open either.",
        ),
    ),
];

/// Left where it is.
pub const LEFT: [Bilingual; 4] = [
    both(
        "HubSpotのコンタクト、メモ、タスク、グループ「LINE」のプロパティーとその値。不要な場合はHubSpotで削除します。",
        "In HubSpot: contacts, notes, tasks, and the properties of the group “LINE” with their values. Delete them in HubSpot if you do not want them.",
    ),
    both(
        "LINE公式アカウントの接続を解除したときに残した連携（LINEの方とコンタクトの対応）。",
        "Links between people on LINE and contacts that were left when the Official Accounts were disconnected.",
    ),
    both(
        "アプリのクライアントIDとクライアントシークレット（ほかのアカウントも使うため）。",
        "The app's client ID and client secret, which other accounts use, too.",
    ),
    both(
        "操作の記録（400日間）。アクセス権は、削除後も7日間はAWSのSecrets Managerから復元できます。",
        "The activity log, for 400 days. Access can be recovered from AWS Secrets Manager for 7 days.",
    ),
];

/// The same as a text with a line each, under two titles.
pub fn told(language: Language) -> String {
    let lines = |list: Vec<Bilingual>| -> String { list.iter().map(|it| format!("\n- {}", it.of(language))).collect() };
    format!(
        "{}{}\n{}{}",
        language.pick("削除するもの：", "Taken away:"),
        lines(TAKEN.map(|(_, words)| words).to_vec()),
        language.pick("残るもの：", "Left:"),
        lines(LEFT.to_vec()),
    )
}
