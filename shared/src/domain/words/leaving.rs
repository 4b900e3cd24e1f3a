//! What disconnecting an Official Account takes away, what it leaves, and what is to be done at LINE, in the words of every face.
//!
//! Source of what no API can do: LINE Messaging API reference, "Set webhook endpoint URL" (it takes a URL, and "Use webhook" is
//! switched in the console alone), "Revoke channel access token", LINE Login "Deauthorize" (it takes the person's own access
//! token).

use super::{both, crm_inbox};
use crate::domain::channel::WebhookEnd;
use crate::domain::language::Language;
use crate::domain::settings::Bilingual;

/// Lost: a box to tick each, by this name in a form.
pub const LOST: [(&str, Bilingual); 6] = [
    (
        "messages",
        both(
            "メッセージの受信と送信を止めます。送信待ち、再送中、保留中のメッセージも送りません（ワークフローには「送信不可」または「不明」と伝えます）。",
            "Messages are neither received nor sent any more. What waits, is tried again or is parked is never sent; workflows are told so, as failed or as unknown.",
        ),
    ),
    (
        "unnoted",
        both(
            "受信済みで、まだHubSpotのメモになっていないメッセージは失われます。メモは会話が途切れて15分ほど、遅くとも1時間ほどで書き込まれます（設定により異なります）。残したい場合は、会話が少ない時間に行ってください。",
            "Messages that were received and are in no note in HubSpot yet are lost. A note is written some 15 minutes after a conversation pauses, an hour after it began at the latest (unless set otherwise): to lose none, do this at a quiet hour.",
        ),
    ),
    (
        "texts",
        both(
            "Musubiに残っている本文、HubSpotが受け付けなかった本文、担当者への質問、書き込みを待っている内容を削除します。",
            "Texts that Musubi still holds, those that HubSpot refused, questions to operators and work that waits for HubSpot are deleted.",
        ),
    ),
    (
        "secrets",
        both(
            "チャネルシークレット、保存したチャネルアクセストークン、LINEログインのチャネルシークレット、自社サイト用の鍵を、AWSのSecrets Managerから削除します（7日間は復元できます）。",
            "The channel secret, a stored channel access token, the LINE Login channel's secret and keys of your own site are deleted from AWS Secrets Manager (they can be recovered for 7 days).",
        ),
    ),
    (
        "login",
        both(
            "LINEログイン、LIFFアプリ、アカウント連携が使えなくなります。経路のリンクとQRコードは、印刷・配布済みのものも開けなくなります。",
            "LINE Login, the LIFF app and account link stop. Links and QR codes of routes lead nowhere any more, printed ones too.",
        ),
    ),
    (
        "workflows",
        both(
            "この公式アカウントの設定と経路を削除します。この公式アカウントを指定しているワークフローのアクションは、理由を示して失敗します。",
            "Its settings and routes are deleted. Workflow actions that name it fail, and say why.",
        ),
    ),
];

/// Left where it is, whatever is chosen.
pub const LEFT: [Bilingual; 5] = [
    both("HubSpotのコンタクト、メモ、タスク。", "In HubSpot: contacts, notes and tasks."),
    both(
        "LINEの公式アカウントと友だち、LIFFアプリ、LINE Developersコンソールで発行したチャネルアクセストークン（ほかのサービスが使っている可能性があるため、取り消しません。取り消すには、コンソールで再発行します）。",
        "At LINE: the Official Account and its friends, the LIFF app, and a channel access token that was issued in the console. It is not revoked, since another service may use it; reissuing it there does so.",
    ),
    both(
        "LINEログインでの本人の同意。取り消しには本人のアクセストークンが必要で、Musubiは保存していません。本人はLINEアプリの［設定］＞［アカウント］＞［連動アプリ］で取り消せます。",
        "People's consent to LINE Login. Revoking it takes their own access token, which Musubi does not keep. They can in the LINE app: Settings > Account > Authorized apps.",
    ),
    both(
        "本文を含まない記録：イベントを受け取った事実（60日）、送信の事実と結果（400日）、操作の記録（400日）。連携を消去した場合も、バックアップに35日残ります。",
        "Records without texts: that events were seen (60 days), that sends happened (400 days), the activity log (400 days). Links that are erased are in the backup for 35 days.",
    ),
    both(
        "キューの中の受信メッセージは、処理の順番が来たときに破棄します（最長14日）。",
        "Webhooks that lie in a queue are dropped when their turn comes (14 days at most).",
    ),
];

/// Who is whom stays known.
pub const KEEPS_LINKS: Bilingual = both(
    "連携を残す：LINEユーザーIDとコンタクトの対応、友だちの状態を残します。同じチャネルをもう一度接続すると、続きから使えます。コンタクトのLINEのプロパティーは、いまの値のままです。",
    "Keep the links: which LINE user ID is which contact, and who follows, stays known. If the same channel is connected again, it goes on from there. The LINE properties of contacts keep their values.",
);

/// Nothing of its people stays.
pub const ERASES_LINKS: Bilingual = both(
    "連携を消去する：この公式アカウントの全員について、Musubiが保存している情報をすべて消去し、コンタクトのLINEのプロパティーを空にします。もう一度接続しても、全員が初めての方として扱われます。元に戻せません。",
    "Erase the links: all that Musubi holds about each of its people is erased, and the LINE properties of their contacts are emptied. If it is connected again, everybody is new. This cannot be undone.",
);

/// What will become of LINE's webhook URL; `before`: the host that it led to before.
pub fn webhook_before(before: Option<&str>, language: Language) -> String {
    match (before, language) {
        (Some(host), Language::Japanese) => format!(
            "LINEのWebhook URLを、接続する前のもの（{host}）に戻します。その後に別のURLへ変更されている場合は、そのままにします。"
        ),
        (Some(host), Language::English) => format!(
            "LINE's webhook URL becomes what it was before ({host}). Where it was changed to another one meanwhile, it is left as it is."
        ),
        (None, language) => language
            .pick(
                "接続する前のWebhook URLはありません。LINEにはURLを空にするAPIがないため、解除した後に、LINE Developersコンソールで［Webhookの利用］をオフにしてください。",
                "There was no webhook URL before. LINE has no call that clears it, so switch “Use webhook” off afterwards, in the LINE Developers Console.",
            )
            .to_owned(),
    }
}

/// What became of it, and what is to be done.
pub fn webhook_after(end: WebhookEnd, language: Language) -> &'static str {
    match end {
        WebhookEnd::Restored => language.pick(
            "LINEのWebhook URLを、接続する前のものに戻しました。LINE Developersコンソールの［Messaging API設定］で、［Webhookの利用］をいったんオフにしてから、もう一度オンにしてください。",
            "LINE's webhook URL is what it was before. Switch “Use webhook” off and on again: LINE Developers Console, Messaging API.",
        ),
        WebhookEnd::RestoredUnused => language.pick(
            "LINEのWebhook URLを、接続する前のものに戻しました。当時は［Webhookの利用］がオフでした。不要な場合は、LINE Developersコンソールの［Messaging API設定］でオフにしてください。",
            "LINE's webhook URL is what it was before. “Use webhook” was off then: switch it off if you do not need it, in the LINE Developers Console, Messaging API.",
        ),
        WebhookEnd::NotOurs => language.pick(
            "LINEのWebhook URLは、別のサービスのものだったため、そのままにしました。",
            "LINE's webhook URL led to another service, and was left as it is.",
        ),
        WebhookEnd::Nowhere => language.pick(
            "LINEにWebhook URLは設定されていませんでした。",
            "No webhook URL was set at LINE.",
        ),
        WebhookEnd::StillOurs => language.pick(
            "LINEのWebhook URLは、まだMusubiのものです（LINEにはURLを空にするAPIがありません）。LINE Developersコンソールの［Messaging API設定］で、［Webhookの利用］をオフにしてください。それまでのあいだ、届いたものは受け付けません。",
            "LINE's webhook URL is still Musubi's, since LINE has no call that clears it. Switch “Use webhook” off: LINE Developers Console, Messaging API. Until then what arrives is refused.",
        ),
        WebhookEnd::Unknown => language.pick(
            "LINEが応答しないか、保存していたトークンを受け付けないため、Webhook URLを確認・変更できませんでした。LINE Developersコンソールの［Messaging API設定］で、Webhook URLを確認し、不要な場合は［Webhookの利用］をオフにしてください。",
            "LINE did not answer, or does not take the token that was stored: the webhook URL was neither seen nor changed. Look at it in the LINE Developers Console, Messaging API, and switch “Use webhook” off if it is not needed.",
        ),
    }
}

/// All of it as a text, for a question; `in_inbox`: it has a place in the CRM's inbox.
pub fn told(before: Option<&str>, in_inbox: bool, language: Language) -> String {
    let lines = |list: Vec<Bilingual>| -> String { list.iter().map(|it| format!("\n- {}", it.of(language))).collect() };
    let inbox = if in_inbox { format!("\n{}", crm_inbox::closes(language)) } else { String::new() };
    format!(
        "{}{}\n{}{inbox}\n{}{}",
        language.pick("失われるもの：", "Lost:"),
        lines(LOST.map(|(_, words)| words).to_vec()),
        webhook_before(before, language),
        language.pick("残るもの：", "Left:"),
        lines(LEFT.to_vec()),
    )
}
