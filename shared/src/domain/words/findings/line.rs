//! An Official Account at LINE.

use super::{both, places};
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Note, Warning};

/// All of them.
pub const ALL: &[&Complaint] = &[
    &SECRETS_MISSING,
    &REFUSED,
    &BOT_DIFFERS,
    &BASIC_ID_DIFFERS,
    &NAME_DIFFERS,
    &WEBHOOK_NOT_SET,
    &WEBHOOK_URL_DIFFERS,
    &WEBHOOK_OFF,
    &WEBHOOK_UNAUTHORISED,
    &WEBHOOK_NOT_FOUND,
    &WEBHOOK_REFUSED,
    &WEBHOOK_TOO_LATE,
    &WEBHOOK_UNREACHABLE,
    &CHAT_OFF,
    &NOT_VERIFIED,
    &SILENT,
    &SUSPENDED,
    &UNCHECKED,
];

/// Nothing is stored with which we could talk to LINE.
pub const SECRETS_MISSING: Complaint = Complaint {
    code: "line.secrets_missing",
    gravity: Broken,
    facts: &[],
    wrong: both("チャネルシークレットが保存されていません。", "No channel secret is stored."),
    why: both(
        "LINEからのWebhookを確認できず、メッセージも送信できません。",
        "Webhooks from LINE cannot be verified, and nothing can be sent.",
    ),
    todo: both(
        "コンソールで接続し直すか musubi channel add を実行し、チャネルシークレットを登録してください。",
        "Store the channel secret: connect it again in the console, or with musubi channel add.",
    ),
    place: Some(places::SECRET),
};

/// LINE does not take what is stored.
pub const REFUSED: Complaint = Complaint {
    code: "line.refused",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "保存されているチャネルシークレットまたはトークンを、LINEが受け付けません。",
        "LINE does not take the channel secret or token that is stored.",
    ),
    why: both(
        "メッセージを送信できません。LINEからのWebhookも、署名が一致せず拒否されている可能性があります。",
        "Nothing can be sent, and webhooks from LINE may be turned away because their signature does not match.",
    ),
    todo: both(
        "チャネルシークレットが再発行されていないか、チャネルが削除されていないかを確認し、コンソールか musubi channel add で接続し直してください。",
        "See whether the channel secret was reissued or the channel deleted; then connect it again in the console or with musubi channel add.",
    ),
    place: Some(places::SECRET),
};

/// The row names another bot than LINE does.
pub const BOT_DIFFERS: Complaint = Complaint {
    code: "line.bot_differs",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "保存されている公式アカウントのユーザーIDが、LINEの情報と異なります。",
        "The Official Account's own user ID that is stored is not the one that LINE names.",
    ),
    why: both(
        "LINEから届くWebhookが別のアカウント宛てとみなされ、処理されません。",
        "Webhooks from LINE count as somebody else's and are not processed.",
    ),
    todo: both(
        "コンソールか musubi channel add で接続し直し、表示される公式アカウントが正しいことを確認してください。",
        "Connect it again in the console or with musubi channel add, and see that the Official Account shown is the right one.",
    ),
    place: None,
};

/// The basic ID was changed.
pub const BASIC_ID_DIFFERS: Complaint = Complaint {
    code: "line.basic_id_differs",
    gravity: Warning,
    facts: &["stored", "seen"],
    wrong: both(
        "保存されているベーシックID（{stored}）が、LINEの情報（{seen}）と異なります。",
        "The basic ID that is stored ({stored}) is not the one that LINE names ({seen}).",
    ),
    why: both(
        "トークに戻るリンクなど、ベーシックIDを使うリンクが正しく開きません。",
        "Links that use the basic ID, such as the way back to the chat, lead astray.",
    ),
    todo: both(
        "コンソールか musubi channel add で接続し直すと、LINEの情報で更新されます。",
        "Connect it again in the console or with musubi channel add: what LINE says is stored.",
    ),
    place: None,
};

/// The account was renamed.
pub const NAME_DIFFERS: Complaint = Complaint {
    code: "line.name_differs",
    gravity: Note,
    facts: &[],
    wrong: both(
        "保存されている公式アカウントの名前が、LINEの情報と異なります。",
        "The Official Account's name that is stored is not the one that LINE names.",
    ),
    why: both(
        "一覧やワークフローの選択肢に、以前の名前が表示されます。",
        "Lists and the choices in workflows show the name of before.",
    ),
    todo: both(
        "コンソールか musubi channel add で接続し直すと、LINEの情報で更新されます。",
        "Connect it again in the console or with musubi channel add: what LINE says is stored.",
    ),
    place: None,
};

/// There is no webhook URL at LINE.
pub const WEBHOOK_NOT_SET: Complaint = Complaint {
    code: "line.webhook_not_set",
    gravity: Broken,
    facts: &["url"],
    wrong: both("LINEにWebhook URLが設定されていません。", "LINE has no webhook URL."),
    why: both("LINEでの友だち追加やメッセージが、CRMに届きません。", "Nothing that people do on LINE reaches the CRM."),
    todo: both(
        "コンソールか musubi channel add で接続し直すか、LINEの画面でWebhook URLに {url} を設定してください。",
        "Connect it again in the console or with musubi channel add, or set the webhook URL at LINE to {url} yourself.",
    ),
    place: Some(places::WEBHOOK),
};

/// Webhooks go elsewhere. Another address is named by its host alone: the rest may be a secret.
pub const WEBHOOK_URL_DIFFERS: Complaint = Complaint {
    code: "line.webhook_url_differs",
    gravity: Broken,
    facts: &["url", "host"],
    wrong: both(
        "LINEのWebhook URLが、別のアドレス（{host}）を指しています。",
        "LINE's webhook URL leads to another address ({host}).",
    ),
    why: both(
        "1つのチャネルに設定できるWebhook URLは1つだけです。LINEでの友だち追加やメッセージが、CRMに届きません。",
        "A channel has one webhook URL. Nothing that people do on LINE reaches the CRM.",
    ),
    todo: both(
        "そのサービスを使っていないことを確認し、コンソールか musubi channel add で接続し直すか、Webhook URLを {url} に変更してください。変更すると、そのサービスには何も届かなくなります。",
        "See that the other service is not needed any more; then connect it again in the console or with musubi channel add, or change the webhook URL to {url}. The other service then hears nothing.",
    ),
    place: Some(places::WEBHOOK),
};

/// "Use webhook" is off.
pub const WEBHOOK_OFF: Complaint = Complaint {
    code: "line.webhook_off",
    gravity: Broken,
    facts: &[],
    wrong: both("Webhookの利用がオフになっています。", "LINE's switch \"Use webhook\" is off."),
    why: both("LINEでの友だち追加やメッセージが、CRMに届きません。", "Nothing that people do on LINE reaches the CRM."),
    todo: both(
        "LINEの画面でWebhookの利用をオンにしてください。APIでは変更できません。",
        "Switch it on at LINE; no API can.",
    ),
    place: Some(places::USE_WEBHOOK),
};

/// LINE's test got 401.
pub const WEBHOOK_UNAUTHORISED: Complaint = Complaint {
    code: "line.webhook_unauthorised",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "LINEによるWebhookの接続テストが、署名の不一致（HTTP 401）で失敗しました。",
        "LINE's webhook test was turned away (HTTP 401): its signature does not match.",
    ),
    why: both(
        "保存されているチャネルシークレットが古いため、LINEからのWebhookをすべて拒否しています。",
        "The channel secret that is stored is an old one, so every webhook from LINE is turned away.",
    ),
    todo: both(
        "新しいチャネルシークレットを、コンソールか musubi channel add で登録してください。",
        "Store the new channel secret in the console or with musubi channel add.",
    ),
    place: Some(places::SECRET),
};

/// LINE's test got 404.
pub const WEBHOOK_NOT_FOUND: Complaint = Complaint {
    code: "line.webhook_not_found",
    gravity: Broken,
    facts: &["url"],
    wrong: both(
        "LINEによるWebhookの接続テストで、宛先が見つかりませんでした（HTTP 404）。",
        "LINE's webhook test found nothing at the address (HTTP 404).",
    ),
    why: both("LINEでの友だち追加やメッセージが、CRMに届きません。", "Nothing that people do on LINE reaches the CRM."),
    todo: both(
        "接続した直後であれば、1分後にもう一度確認してください。続く場合は、{url} がこのスタックにつながっているか（独自ドメインなど）を確認してください。",
        "Right after connecting, try again in a minute. If it stays, see that {url} leads to this stack (a domain of your own, for example).",
    ),
    place: None,
};

/// LINE's test got another status.
pub const WEBHOOK_REFUSED: Complaint = Complaint {
    code: "line.webhook_refused",
    gravity: Broken,
    facts: &["status"],
    wrong: both(
        "LINEによるWebhookの接続テストが、HTTP {status} で失敗しました。",
        "LINE's webhook test failed with HTTP {status}.",
    ),
    why: both(
        "Webhookを受け取れていない可能性があります。失敗が続くと、LINEが送信を停止することがあります。",
        "Webhooks may not be taken. If that goes on, LINE may stop sending them.",
    ),
    todo: both(
        "スタックのアラームと、関数 line-webhook のログを確認してください。",
        "Look at the stack's alarms and at the log of the function line-webhook.",
    ),
    place: None,
};

/// LINE's test was answered too late.
pub const WEBHOOK_TOO_LATE: Complaint = Complaint {
    code: "line.webhook_too_late",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "LINEによるWebhookの接続テストに、時間内に応答できませんでした。",
        "LINE's webhook test was not answered in time.",
    ),
    why: both(
        "LINEが待つのは2秒までです。間に合わないと、受信に失敗したとみなされます。",
        "LINE waits for two seconds. What is later counts as not received.",
    ),
    todo: both(
        "関数 line-webhook の同時実行数と所要時間を確認し、1分後にもう一度確認してください。",
        "Look at the function line-webhook, its concurrency and duration; then try again in a minute.",
    ),
    place: None,
};

/// LINE's test got no answer.
pub const WEBHOOK_UNREACHABLE: Complaint = Complaint {
    code: "line.webhook_unreachable",
    gravity: Broken,
    facts: &["url"],
    wrong: both("LINEがWebhook URLに接続できませんでした。", "LINE could not connect to the webhook URL."),
    why: both("LINEでの友だち追加やメッセージが、CRMに届きません。", "Nothing that people do on LINE reaches the CRM."),
    todo: both(
        "{url} のドメイン名（DNS）、証明書、中間証明書を確認してください。",
        "Check {url}: its name in DNS, its certificate and the chain of certificates.",
    ),
    place: None,
};

/// Nobody can answer by hand.
pub const CHAT_OFF: Complaint = Complaint {
    code: "line.chat_off",
    gravity: Note,
    facts: &[],
    wrong: both("公式アカウントのチャットがオフになっています。", "The Official Account's chat is off."),
    why: both(
        "LINE Official Account Managerから手動で返信することも、送信結果が不明なメッセージが届いたかどうかを確認することもできません。",
        "Nobody can answer by hand in LINE Official Account Manager, or see there whether a message arrived whose end is not known.",
    ),
    todo: both(
        "手動で返信する場合は、チャットをオンにしてください。手動の返信はMusubiに通知されないため、HubSpotには残りません。",
        "Switch chat on if you want to answer by hand. LINE does not report such answers, so they do not stand in HubSpot.",
    ),
    place: Some(places::CHAT),
};

/// LINE tells less to an account that it has not verified.
pub const NOT_VERIFIED: Complaint = Complaint {
    code: "line.not_verified",
    gravity: Note,
    facts: &[],
    wrong: both("認証済アカウントではありません。", "The Official Account is not verified."),
    why: both(
        "以前からの友だちの一覧をLINEから取り込めません。ほかの機能には影響しません。",
        "LINE's list of friends from before cannot be imported. Everything else works.",
    ),
    todo: both(
        "友だちの一覧を取り込みたい場合は、LINEで認証済アカウントを申請してください。",
        "Apply to LINE for verification if you want to import the list.",
    ),
    place: None,
};

/// Nothing comes from LINE in hours in which something always came.
pub const SILENT: Complaint = Complaint {
    code: "line.silent",
    gravity: Warning,
    facts: &["silent", "hours"],
    wrong: both(
        "LINEからのイベントが{silent}時間ありません。そのうち{hours}時間は、過去4週間の同じ曜日と時刻にはイベントがあった時間帯です。",
        "Nothing has come from LINE for {silent} hours. In {hours} of them something came in the weeks before, on the same day at the same hour.",
    ),
    why: both(
        "Webhookの設定と接続テストに問題はないため、別の原因で届いていない可能性があります。",
        "The webhook is set and LINE's test of it succeeds, so something else may keep events away.",
    ),
    todo: both(
        "休業日などであれば、対応は不要です。それ以外の場合は、ご自身のスマートフォンからメッセージを送り、コンタクトに届くかどうかを確認してください。",
        "On a holiday, for example, nothing is to be done. Else write to the account from your own phone and see whether it reaches the contact.",
    ),
    place: None,
};

/// LINE has said so.
pub const SUSPENDED: Complaint = Complaint {
    code: "line.suspended",
    gravity: Broken,
    facts: &[],
    wrong: both("LINEがこの公式アカウントの利用を停止しました。", "LINE has suspended this Official Account."),
    why: both(
        "停止されている間は、メッセージを送受信できない可能性があります。",
        "Meanwhile messages may be neither sent nor received.",
    ),
    todo: both(
        "LINEから届いたメールとLINE Official Account Managerのお知らせを確認し、LINEに問い合わせてください。再開の通知が届くと、この表示は消えます。",
        "Look at LINE's mail and at the notices in LINE Official Account Manager, and ask LINE. This goes once LINE says that it is resumed.",
    ),
    place: None,
};

/// LINE was asked in vain.
pub const UNCHECKED: Complaint = Complaint {
    code: "line.unchecked",
    gravity: Warning,
    facts: &["part", "because"],
    wrong: both("{because}ため、{part}を確認できませんでした。", "{part} could not be checked: {because}."),
    why: both("問題がないとは言えません。", "That does not mean that all is well."),
    todo: both(
        "しばらくしてからもう一度実行してください。続く場合は、ネットワークとLINEの障害情報を確認してください。",
        "Run this again in a while. If it stays, look at the network and at LINE's own notices.",
    ),
    place: None,
};
