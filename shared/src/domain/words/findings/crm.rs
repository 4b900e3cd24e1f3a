//! A CRM account.

use super::{both, places};
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Note, Warning};

/// All of them.
pub const ALL: &[&Complaint] = &[
    &TOKEN_MISSING,
    &APP_SECRET_MISSING,
    &APP_REFUSED,
    &REVOKED,
    &SCOPES_MISSING,
    &CANNOT_WAIT,
    &COULD_WAIT,
    &PROPERTY_MISSING,
    &PROPERTY_TYPE,
    &PROPERTY_NOT_UNIQUE,
    &UNIQUE_KEYS_MISSING,
    &UNIQUE_KEYS_UNUSED,
    &ACTION_UNREACHABLE,
    &ACTION_REFUSED,
    &CERTIFICATE_ENDS,
    &UNCHECKED,
];

/// No token is stored.
pub const TOKEN_MISSING: Complaint = Complaint {
    code: "crm.token_missing",
    gravity: Broken,
    facts: &[],
    wrong: both("HubSpotのトークンが保存されていません。", "No HubSpot token is stored."),
    why: both(
        "HubSpotに何も書き込めません。LINEで受け取ったものは、接続されるまで待ちます。",
        "Nothing can be written to HubSpot. What came from LINE waits until it is connected.",
    ),
    todo: both(
        "コンソールか musubi portal add で接続してください。",
        "Connect it in the console or with musubi portal add.",
    ),
    place: None,
};

/// The app's secret is not stored.
pub const APP_SECRET_MISSING: Complaint = Complaint {
    code: "crm.app_secret_missing",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "HubSpotアプリのクライアントシークレットが保存されていません。",
        "The HubSpot app's client secret is not stored.",
    ),
    why: both(
        "HubSpotからの呼び出しを確認できないため、ワークフローからの送信をすべて拒否します。トークンも更新できません。",
        "Calls from HubSpot cannot be verified, so every send of a workflow is turned away; and the token cannot be renewed.",
    ),
    todo: both(
        "musubi portal add を実行し、クライアントシークレットを登録してください。",
        "Store the client secret with musubi portal add.",
    ),
    place: Some(places::APP_SECRET),
};

/// HubSpot does not take the app's ID and secret.
pub const APP_REFUSED: Complaint = Complaint {
    code: "crm.app_refused",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "保存されているクライアントIDとクライアントシークレットを、HubSpotが受け付けません。",
        "HubSpot does not take the app's client ID and client secret that are stored.",
    ),
    why: both(
        "トークンを更新できなくなり、HubSpotに書き込めません。ワークフローからの送信も拒否している可能性があります。",
        "The token cannot be renewed, so nothing can be written to HubSpot; and sends of workflows may be turned away.",
    ),
    todo: both(
        "新しいクライアントシークレットを musubi portal add で登録してください。",
        "Store the new client secret with musubi portal add.",
    ),
    place: Some(places::APP_SECRET),
};

/// The grant is gone.
pub const REVOKED: Complaint = Complaint {
    code: "crm.revoked",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "HubSpotへの接続が取り消されています。アプリがアンインストールされた可能性があります。",
        "HubSpot has taken back our access: the app may have been uninstalled.",
    ),
    why: both(
        "HubSpotに何も書き込めません。LINEで受け取ったものは、29日間、接続されるまで待ちます。",
        "Nothing can be written to HubSpot. What came from LINE waits for 29 days until it is connected again.",
    ),
    todo: both(
        "コンソールか musubi portal add で接続し直してください。",
        "Connect it again in the console or with musubi portal add.",
    ),
    place: None,
};

/// A scope is not granted.
pub const SCOPES_MISSING: Complaint = Complaint {
    code: "crm.scopes_missing",
    gravity: Broken,
    facts: &["scopes"],
    wrong: both(
        "HubSpotの権限（スコープ）が足りません：{scopes} が必要です。",
        "HubSpot's permissions (scopes) do not suffice: {scopes} is missing.",
    ),
    why: both("その権限を使う読み書きを、HubSpotが拒否します。", "HubSpot refuses whatever needs that permission."),
    todo: both(
        "アプリがその権限を求めていることを確認し、コンソールか musubi portal add で接続し直して、権限を許可してください。",
        "See that the app asks for it; then connect again in the console or with musubi portal add, and grant it.",
    ),
    place: None,
};

/// We let workflows wait, and may not end their waiting.
pub const CANNOT_WAIT: Complaint = Complaint {
    code: "crm.workflows_cannot_wait",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "ワークフローに送信結果を伝える権限（automation）がありません。",
        "The permission to tell workflows the outcome (automation) is not granted.",
    ),
    why: both(
        "ワークフローは送信結果を待ちますが、結果を受け取れず、期限まで止まります。",
        "Workflows wait for the outcome of a send, never hear of it, and stand still until their time is up.",
    ),
    todo: both(
        "コンソールか musubi portal add で接続し直してください。HubSpotの契約で許可できない場合は、ワークフローが結果を待たない設定になります。",
        "Connect again in the console or with musubi portal add. Where the HubSpot subscription cannot grant it, workflows are set not to wait.",
    ),
    place: None,
};

/// Workflows could wait.
pub const COULD_WAIT: Complaint = Complaint {
    code: "crm.workflows_could_wait",
    gravity: Note,
    facts: &[],
    wrong: both(
        "ワークフローに送信結果を伝える権限（automation）がありますが、使われていません。",
        "The permission to tell workflows the outcome (automation) is granted, but not used.",
    ),
    why: both(
        "ワークフローは送信結果を待たずに次へ進むため、結果による分岐ができません。",
        "Workflows go on without waiting for a send's outcome, so they cannot branch on it.",
    ),
    todo: both(
        "結果による分岐を使う場合は、コンソールか musubi portal add で接続し直してください。",
        "Connect again in the console or with musubi portal add if you want to branch on outcomes.",
    ),
    place: None,
};

/// A property is not there.
pub const PROPERTY_MISSING: Complaint = Complaint {
    code: "crm.property_missing",
    gravity: Broken,
    facts: &["property"],
    wrong: both(
        "コンタクトのプロパティー「{property}」がありません。",
        "The contact property {property} is not there.",
    ),
    why: both("コンタクトへの書き込みをHubSpotが拒否します。", "HubSpot refuses what is written to contacts."),
    todo: both(
        "アーカイブされている場合は復元し、ない場合は musubi portal add を実行すると作成されます。",
        "If it was archived, restore it; else run musubi portal add, which makes it.",
    ),
    place: Some(places::PROPERTIES),
};

/// A property is of another type.
pub const PROPERTY_TYPE: Complaint = Complaint {
    code: "crm.property_type",
    gravity: Broken,
    facts: &["property", "found", "expected"],
    wrong: both(
        "コンタクトのプロパティー「{property}」の型が {found} です（必要な型は {expected} です）。",
        "The contact property {property} is of type {found}, but must be {expected}.",
    ),
    why: both(
        "値を書き込めないことがあり、ワークフローやリストの条件も正しく動きません。",
        "Values may be refused, and conditions of workflows and lists go wrong.",
    ),
    todo: both(
        "必要な値を控えてからこのプロパティーを削除し、musubi portal add で作成し直してください。",
        "Save the values that you need, delete the property, and make it again with musubi portal add.",
    ),
    place: Some(places::PROPERTIES),
};

/// A property is not unique.
pub const PROPERTY_NOT_UNIQUE: Complaint = Complaint {
    code: "crm.property_not_unique",
    gravity: Broken,
    facts: &["property"],
    wrong: both(
        "コンタクトのプロパティー「{property}」に、一意の値が設定されていません。",
        "The contact property {property} does not require unique values.",
    ),
    why: both(
        "同じ人のコンタクトが2つ作られるのを防げません。この設定はあとから変更できません。",
        "Nothing prevents two contacts for one person. HubSpot does not let this be changed later.",
    ),
    todo: both(
        "必要な値を控えてからこのプロパティーを削除し、musubi portal add で作成し直してください。",
        "Save the values that you need, delete the property, and make it again with musubi portal add.",
    ),
    place: Some(places::PROPERTIES),
};

/// Notes and tasks are written by a field that is not there.
pub const UNIQUE_KEYS_MISSING: Complaint = Complaint {
    code: "crm.unique_keys_missing",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "メモとタスクの重複を防ぐプロパティー（musubi_key）がないか、一意ではありません。",
        "The property that keeps notes and tasks from being written twice (musubi_key) is not there, or not unique.",
    ),
    why: both(
        "メモとタスクの書き込みをHubSpotが拒否します。",
        "HubSpot refuses the notes and tasks that are written by it.",
    ),
    todo: both(
        "musubi portal add を実行すると、作成されるか、使わない設定になります。",
        "Run musubi portal add: it makes the property, or sets the account to do without.",
    ),
    place: None,
};

/// The field is there and not used.
pub const UNIQUE_KEYS_UNUSED: Complaint = Complaint {
    code: "crm.unique_keys_unused",
    gravity: Note,
    facts: &[],
    wrong: both(
        "メモとタスクの重複を防ぐプロパティー（musubi_key）がありますが、使われていません。",
        "The property that keeps notes and tasks from being written twice (musubi_key) is there, but not used.",
    ),
    why: both(
        "HubSpotの応答が失われたときに、メモやタスクが二重になることがあります。",
        "When an answer of HubSpot's is lost, a note or task may be there twice.",
    ),
    todo: both("musubi portal add を実行すると、使う設定になります。", "Run musubi portal add: it is used then."),
    place: None,
};

/// Our own address does not answer.
pub const ACTION_UNREACHABLE: Complaint = Complaint {
    code: "crm.action_unreachable",
    gravity: Warning,
    facts: &["url"],
    wrong: both(
        "ワークフローアクションの呼び出し先（{url}）から、5秒以内に応答がありませんでした。",
        "Where HubSpot calls the workflow action ({url}), nothing answered within 5 seconds.",
    ),
    why: both(
        "HubSpotからも呼び出せない場合、ワークフローからメッセージを送信できません。",
        "If HubSpot cannot reach it either, workflows send nothing.",
    ),
    todo: both(
        "{url} のドメイン名（DNS）と証明書、関数 crm-action の同時実行数とログを確認してください。",
        "Check {url} (its name in DNS, its certificate), and the function crm-action: its concurrency, its log.",
    ),
    place: None,
};

/// Our own address answers what HubSpot would ask with a refusal.
pub const ACTION_REFUSED: Complaint = Complaint {
    code: "crm.action_refused",
    gravity: Broken,
    facts: &["url", "status"],
    wrong: both(
        "HubSpotと同じ署名を付けた呼び出しが、{url} でHTTP {status} になりました。",
        "A call signed as HubSpot signs was answered with HTTP {status} at {url}.",
    ),
    why: both("ワークフローからメッセージを送信できません。", "Workflows send nothing."),
    todo: both(
        "401の場合は、環境変数MUSUBI_PUBLIC_URLが {url} と一致しているかを確認してください。404の場合は、{url} がこのスタックにつながっているかを確認してください。それ以外の場合は、関数 crm-action のログを確認してください。",
        "With 401, see that the variable MUSUBI_PUBLIC_URL is {url} everywhere; with 404, that {url} leads to this stack; else look at the log of the function crm-action.",
    ),
    place: None,
};

/// Our own address's certificate was not renewed.
pub const CERTIFICATE_ENDS: Complaint = Complaint {
    code: "crm.certificate_ends",
    gravity: Warning,
    facts: &["url", "days"],
    wrong: both(
        "{url} の証明書の有効期限まで、あと{days}日です。",
        "The certificate of {url} is good for {days} more days.",
    ),
    why: both(
        "有効期限が切れると、LINEからのWebhookもHubSpotからの呼び出しも届きません。",
        "Once it is over, neither LINE's webhooks nor HubSpot's calls arrive.",
    ),
    todo: both(
        "通常は自動で更新されます。更新されない原因（ドメインの検証など）を、証明書を発行したサービスで確認してください。",
        "It should have been renewed by itself: see why not where it was issued (the validation of the domain, for example).",
    ),
    place: None,
};

/// The CRM was asked in vain.
pub const UNCHECKED: Complaint = Complaint {
    code: "crm.unchecked",
    gravity: Warning,
    facts: &["part", "because"],
    wrong: both("{because}ため、{part}を確認できませんでした。", "{part} could not be checked: {because}."),
    why: both("問題がないとは言えません。", "That does not mean that all is well."),
    todo: both(
        "しばらくしてからもう一度実行してください。続く場合は、ネットワークとHubSpotの障害情報を確認してください。",
        "Run this again in a while. If it stays, look at the network and at HubSpot's own notices.",
    ),
    place: None,
};
