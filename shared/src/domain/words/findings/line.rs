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
    &QUOTA_USED_UP,
    &QUOTA_NEARLY_USED,
    &QUOTA_WILL_RUN_OUT,
    &WRONG_PROVIDER,
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

/// The month's messages are used up.
pub const QUOTA_USED_UP: Complaint = Complaint {
    code: "line.quota_used_up",
    gravity: Broken,
    facts: &["used", "limit"],
    wrong: both(
        "今月送信できるメッセージを使い切りました（{used}／{limit}通）。",
        "This month's messages are used up ({used} of {limit}).",
    ),
    why: both(
        "ワークフローからの送信は、来月まで no_quota になります。返信は送信できます。",
        "What workflows send ends as no_quota until next month. Replies still go out.",
    ),
    todo: both(
        "LINEの料金プランを変更するか、追加メッセージの上限を見直してください。",
        "Change the plan at LINE, or its limit on additional messages.",
    ),
    place: Some(places::PLAN),
};

/// They soon are.
pub const QUOTA_NEARLY_USED: Complaint = Complaint {
    code: "line.quota_nearly_used",
    gravity: Warning,
    facts: &["used", "limit"],
    wrong: both(
        "今月送信できるメッセージが残りわずかです（{used}／{limit}通を使用）。",
        "Few of this month's messages are left ({used} of {limit} are used).",
    ),
    why: both(
        "使い切ると、ワークフローからの送信は来月まで no_quota になります。",
        "Once they are used up, what workflows send ends as no_quota until next month.",
    ),
    todo: both(
        "送信の予定を確認し、必要であればLINEの料金プランを変更してください。",
        "See what is still to be sent; if that is more, change the plan at LINE.",
    ),
    place: Some(places::PLAN),
};

/// They will be before the month is over.
pub const QUOTA_WILL_RUN_OUT: Complaint = Complaint {
    code: "line.quota_will_run_out",
    gravity: Warning,
    facts: &["used", "limit", "forecast"],
    wrong: both(
        "このペースで送信すると、今月の送信数は約{forecast}通になり、上限の{limit}通を超えます（現在{used}通）。",
        "At this month's pace about {forecast} messages will be sent by its end; {limit} may be ({used} are used).",
    ),
    why: both(
        "使い切ると、ワークフローからの送信は来月まで no_quota になります。",
        "Once they are used up, what workflows send ends as no_quota until next month.",
    ),
    todo: both(
        "月初に一斉送信をしただけであれば、対応は不要です。送信が続く場合は、LINEの料金プランを変更してください。",
        "If there was one large send early in the month, nothing is to be done. If more is to be sent, change the plan at LINE.",
    ),
    place: Some(places::PLAN),
};

/// A send was refused since the person is of another provider.
pub const WRONG_PROVIDER: Complaint = Complaint {
    code: "line.wrong_provider",
    gravity: Warning,
    facts: &[],
    wrong: both(
        "最近の送信が、別のプロバイダーのLINEユーザーID宛てであったため拒否されました（wrong_provider）。",
        "A recent send was refused because the LINE user ID is of another provider (wrong_provider).",
    ),
    why: both(
        "同じ人でも、プロバイダーが違うとLINEユーザーIDが異なり、そのIDには送信できません。",
        "A person has another LINE user ID under each provider, and only those of this one can be sent to.",
    ),
    todo: both(
        "LINEログインチャネルとMessaging APIチャネルが同じプロバイダーにあることを確認してください。以前のIDは変換できないため、その人にログインするか、メッセージを送信してもらってください。",
        "See that the LINE Login channel and the Messaging API channel are below one provider. IDs of before cannot be converted: have the people log in, or write once.",
    ),
    place: Some(places::PROVIDER),
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
