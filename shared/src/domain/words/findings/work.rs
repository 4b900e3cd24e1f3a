//! Work that waits: for a person, or for something to be put right.

use super::both;
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Warning};

/// All of them.
pub const ALL: &[&Complaint] = &[
    &INBOX_DEAD_LETTERS,
    &PUSH_DEAD_LETTERS,
    &CRM_DEAD_LETTERS,
    &NOTICE_DEAD_LETTERS,
    &QUEUE_UNCHECKED,
    &STANDS_STILL,
    &KEEPS_FAILING,
    &SENDS_PARKED,
    &QUESTIONS_WAIT,
    &CLOCK_DIFFERS,
];

/// Webhooks were dead-lettered.
pub const INBOX_DEAD_LETTERS: Complaint = Complaint {
    code: "work.inbox_dead_letters",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "LINEから受信して処理できなかったものが{count}件あります。",
        "Webhooks from LINE that could not be processed: {count}.",
    ),
    why: both(
        "CRMに届いていません。14日後に削除されます。",
        "What they say is not in the CRM. They are deleted after 14 days.",
    ),
    todo: both(
        "コンソールの「処理エラー」か musubi dead-letters list で理由を確認し、原因を取り除いてから、同じ画面か musubi dead-letters redrive で戻してください。",
        "See why on the console's page 'Failed' or with musubi dead-letters list; once that is put right, send it back there or with musubi dead-letters redrive.",
    ),
    place: None,
};

/// Sends were dead-lettered.
pub const PUSH_DEAD_LETTERS: Complaint = Complaint {
    code: "work.push_dead_letters",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "ワークフローからの送信で、処理できなかったものが{count}件あります。",
        "Sends of workflows that could not be processed: {count}.",
    ),
    why: both(
        "メッセージは届いていない可能性があります。14日後に削除されます。",
        "The messages may not have been sent. They are deleted after 14 days.",
    ),
    todo: both(
        "コンソールの「処理エラー」か musubi dead-letters list で理由を確認し、原因を取り除いてから、同じ画面か musubi dead-letters redrive で戻してください。",
        "See why on the console's page 'Failed' or with musubi dead-letters list; once that is put right, send them back there or with musubi dead-letters redrive.",
    ),
    place: None,
};

/// Notices to other systems were dead-lettered.
pub const NOTICE_DEAD_LETTERS: Complaint = Complaint {
    code: "work.notice_dead_letters",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "ほかのシステムへの通知（Webhook）で、届けられなかったものが{count}件あります。",
        "Webhooks to another system that could not be told: {count}.",
    ),
    why: both(
        "通知先には、メッセージの受信が伝わっていません。HubSpotには記録されています。14日後に削除されます。",
        "The other system does not know of these messages; HubSpot does. They are deleted after 14 days.",
    ),
    todo: both(
        "コンソールの「処理エラー」か musubi dead-letters list で理由を確認し、原因を取り除いてから、同じ画面か musubi dead-letters redrive で戻してください。",
        "See why on the console's page 'Failed' or with musubi dead-letters list; once that is put right, send them back there or with musubi dead-letters redrive.",
    ),
    place: None,
};

/// Work for the CRM was dead-lettered.
pub const CRM_DEAD_LETTERS: Complaint = Complaint {
    code: "work.crm_dead_letters",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "CRMへの書き込みで、処理できなかったものが{count}件あります。",
        "Writes to the CRM that could not be done: {count}.",
    ),
    why: both(
        "CRMの内容がLINEと一致していません。14日後に削除されます。",
        "The CRM does not say what happened on LINE. They are deleted after 14 days.",
    ),
    todo: both(
        "コンソールの「処理エラー」か musubi dead-letters list で理由を確認し、原因を取り除いてから、同じ画面か musubi dead-letters redrive で戻してください。",
        "See why on the console's page 'Failed' or with musubi dead-letters list; once that is put right, send them back there or with musubi dead-letters redrive.",
    ),
    place: None,
};

/// A queue was asked in vain.
pub const QUEUE_UNCHECKED: Complaint = Complaint {
    code: "work.queue_unchecked",
    gravity: Warning,
    facts: &["queue", "because"],
    wrong: both(
        "{because}ため、キュー {queue} のデッドレターを確認できませんでした。",
        "The dead letters of the queue {queue} could not be checked: {because}.",
    ),
    why: both("問題がないとは言えません。", "That does not mean that all is well."),
    todo: both(
        "AWSの認証情報、リージョン、ネットワークを確認して、もう一度実行してください。",
        "Check AWS credentials, region and network, then run this again.",
    ),
    place: None,
};

/// Work is due and nobody does it.
pub const STANDS_STILL: Complaint = Complaint {
    code: "work.stands_still",
    gravity: Broken,
    facts: &["minutes"],
    wrong: both(
        "{minutes}分以上前に行うはずだったCRMへの書き込みが、まだ行われていません。",
        "A write to the CRM was due more than {minutes} minutes ago, and nobody has done it.",
    ),
    why: both(
        "CRMの内容が遅れています。ワークフローも送信結果を待っている可能性があります。",
        "The CRM is behind, and workflows may wait for outcomes.",
    ),
    todo: both(
        "関数 timeline-flush のスケジュール、同時実行数、ログを確認してください。",
        "Look at the function timeline-flush: its schedule, its concurrency, its log.",
    ),
    place: None,
};

/// Work is tried again and again.
pub const KEEPS_FAILING: Complaint = Complaint {
    code: "work.keeps_failing",
    gravity: Warning,
    facts: &["count", "hours"],
    wrong: both(
        "繰り返し失敗しているCRMへの書き込みが{count}件あります。最も古いものは{hours}時間前からです。",
        "Writes to the CRM that keep failing: {count}, the oldest for {hours} h.",
    ),
    why: both("29日間失敗し続けると、本文は失われます。", "After 29 days of failing, the words are given up."),
    todo: both(
        "HubSpotアカウントの接続、権限、上限、入力規則を確認してください。原因を取り除くと、自動的に再開します。",
        "Look at the HubSpot account: its connection, permissions, limits and validation rules. Once it is put right, the work goes on by itself.",
    ),
    place: None,
};

/// Sends wait for a decision.
pub const SENDS_PARKED: Complaint = Complaint {
    code: "work.sends_parked",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "届いたかどうかが不明な送信が{count}件あり、判断を待っています。",
        "Sends of which nobody knows whether they were shown: {count}. They wait for a decision.",
    ),
    why: both(
        "二重に送らないため、自動では再送しません。28日間判断がないと、本文を削除し、不明のままになります。",
        "They are not sent again by themselves, lest they are shown twice. After 28 days without a decision their words are deleted, and they stay unknown.",
    ),
    todo: both(
        "コンソールの「要確認」か musubi parked list で確認し、チャットを見てから、同じ画面か musubi parked decide で結果を登録してください。",
        "See the console's page 'Waiting' or musubi parked list, look at the chat, then say what you saw there or with musubi parked decide.",
    ),
    place: None,
};

/// Questions wait for an answer.
pub const QUESTIONS_WAIT: Complaint = Complaint {
    code: "work.questions_wait",
    gravity: Warning,
    facts: &["count"],
    wrong: both(
        "同じ人かどうかの質問が{count}件あり、回答を待っています。",
        "Questions that wait for an answer (is this person that contact): {count}.",
    ),
    why: both(
        "回答するまで、その人の連携は変わりません。コンタクトが作成されないこともあります。",
        "Until it is answered, the link stays as it is; some have no contact meanwhile.",
    ),
    todo: both(
        "コンソールの「要確認」か musubi questions list で確認し、同じ画面か musubi questions decide で回答してください。",
        "See the console's page 'Waiting' or musubi questions list; answer there or with musubi questions decide.",
    ),
    place: None,
};

/// Our clock and LINE's differ.
pub const CLOCK_DIFFERS: Complaint = Complaint {
    code: "clock.differs",
    gravity: Warning,
    facts: &["seconds"],
    wrong: both(
        "診断を実行したコンピューターの時計が、LINEの時計と{seconds}秒ずれています。",
        "The clock where this was run differs from LINE's by {seconds} seconds.",
    ),
    why: both(
        "5分以上ずれると、署名の時刻が合わないため、AWSやHubSpotとのやり取りが拒否されます。経過時間の判定も正しくなりません。",
        "From five minutes on, calls to AWS and from HubSpot are refused, since their signatures hold the time; and what is said here of ages is wrong.",
    ),
    todo: both("コンピューターの時刻を自動で合わせる設定にしてください。", "Have the computer set its time by itself."),
    place: None,
};
