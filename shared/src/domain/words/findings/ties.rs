//! How Official Accounts and CRM accounts name each other, and what is stored of them.

use super::both;
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Warning};

/// All of them.
pub const ALL: &[&Complaint] = &[
    &ACCOUNT_MISSING,
    &NOT_LISTED,
    &CHANNEL_MISSING,
    &CHANNEL_ELSEWHERE,
    &UNREADABLE_SETTINGS,
    &UNREADABLE_WORK,
    &UNCHECKED,
];

/// An Official Account's CRM account is not there.
pub const ACCOUNT_MISSING: Complaint = Complaint {
    code: "ties.account_missing",
    gravity: Broken,
    facts: &["account"],
    wrong: both(
        "この公式アカウントが接続しているCRMアカウント（{account}）がありません。",
        "The CRM account that this Official Account is connected to ({account}) is not there.",
    ),
    why: both("LINEで受け取ったものを、どこにも書き込めません。", "What comes from LINE can be written nowhere."),
    todo: both(
        "musubi portal add でCRMアカウントを接続するか、musubi channel remove で公式アカウントの接続を解除してください。",
        "Connect the CRM account with musubi portal add, or disconnect the Official Account with musubi channel remove.",
    ),
    place: None,
};

/// An Official Account is not in its CRM account's list.
pub const NOT_LISTED: Complaint = Complaint {
    code: "ties.not_listed",
    gravity: Broken,
    facts: &["account"],
    wrong: both(
        "CRMアカウント（{account}）の一覧に、この公式アカウントがありません。",
        "The CRM account ({account}) does not list this Official Account.",
    ),
    why: both(
        "ワークフローの選択肢に表示されず、この公式アカウントから送信できません。",
        "Workflows cannot choose it, so nothing is sent by it.",
    ),
    todo: both(
        "コンソールか musubi channel add で接続し直すと、一覧に追加されます。",
        "Connect it again in the console or with musubi channel add: it is listed then.",
    ),
    place: None,
};

/// A CRM account lists an Official Account that is not there.
pub const CHANNEL_MISSING: Complaint = Complaint {
    code: "ties.channel_missing",
    gravity: Broken,
    facts: &["channel"],
    wrong: both(
        "一覧にある公式アカウント（チャネルID {channel}）が接続されていません。",
        "An Official Account that it lists (channel ID {channel}) is not connected.",
    ),
    why: both(
        "ワークフローがこの公式アカウントを選ぶと、送信は失敗します。",
        "A workflow that chooses it cannot send.",
    ),
    todo: both(
        "コンソールか musubi channel add で接続してください。",
        "Connect it in the console or with musubi channel add.",
    ),
    place: None,
};

/// A CRM account lists an Official Account of another one.
pub const CHANNEL_ELSEWHERE: Complaint = Complaint {
    code: "ties.channel_elsewhere",
    gravity: Broken,
    facts: &["channel", "account"],
    wrong: both(
        "一覧にある公式アカウント（チャネルID {channel}）は、別のCRMアカウント（{account}）に接続されています。",
        "An Official Account that it lists (channel ID {channel}) is connected to another CRM account ({account}).",
    ),
    why: both(
        "このCRMアカウントのワークフローからは、この公式アカウントで送信できません。",
        "Workflows of this CRM account cannot send by it.",
    ),
    todo: both(
        "musubi channel remove で接続を解除してから、正しいCRMアカウントに musubi channel add で接続し直してください。",
        "Disconnect it with musubi channel remove; then connect it to the right CRM account with musubi channel add.",
    ),
    place: None,
};

/// A row of configuration is of another version.
pub const UNREADABLE_SETTINGS: Complaint = Complaint {
    code: "stored.unreadable_settings",
    gravity: Broken,
    facts: &["count"],
    wrong: both(
        "別のバージョンのMusubiが書いた設定が{count}件あり、このバージョンでは読み取れません。",
        "Rows of settings that another version of Musubi wrote and this one cannot read: {count}.",
    ),
    why: both(
        "その公式アカウントまたはCRMアカウントは、読み取れるバージョンになるまで利用できません。",
        "The Official Account or CRM account is not served until a version is deployed that reads it.",
    ),
    todo: both(
        "データを書いたものと同じか、それより新しいバージョンをデプロイしてください。musubiも同じバージョンを使ってください。",
        "Deploy the version that wrote them, or a later one, and use the musubi of the same version.",
    ),
    place: None,
};

/// A row of work is of another version.
pub const UNREADABLE_WORK: Complaint = Complaint {
    code: "stored.unreadable_work",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "別のバージョンのMusubiが書いた処理待ちのデータが{count}件あり、このバージョンでは読み取れません。",
        "Rows of waiting work that another version of Musubi wrote and this one cannot read: {count}.",
    ),
    why: both(
        "消えることはありませんが、読み取れるバージョンになるまで処理されません。",
        "They are kept, but not worked on until a version is deployed that reads them.",
    ),
    todo: both(
        "データを書いたものと同じか、それより新しいバージョンをデプロイしてください。",
        "Deploy the version that wrote them, or a later one.",
    ),
    place: None,
};

/// A table was asked in vain.
pub const UNCHECKED: Complaint = Complaint {
    code: "stored.unchecked",
    gravity: Warning,
    facts: &["part", "because"],
    wrong: both("{because}ため、{part}を確認できませんでした。", "{part} could not be checked: {because}."),
    why: both("問題がないとは言えません。", "That does not mean that all is well."),
    todo: both(
        "AWSの認証情報、リージョン、ネットワークを確認して、もう一度実行してください。",
        "Check AWS credentials, region and network, then run this again.",
    ),
    place: None,
};
