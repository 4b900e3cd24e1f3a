//! What an Official Account sends.

use super::{both, places};
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Warning};

/// All of them.
pub const ALL: &[&Complaint] =
    &[&QUOTA_USED_UP, &QUOTA_NEARLY_USED, &QUOTA_WILL_RUN_OUT, &WRONG_PROVIDER, &SENDS_REFUSED];

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
        "ワークフローからの送信は、来月まで no_quota になります（設定 without_quota が hold なら、来月に持ち越します）。返信は送信できます。",
        "What workflows send ends as no_quota until next month (with without_quota=hold, it is held until then). Replies still go out.",
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

/// Many sends are refused.
pub const SENDS_REFUSED: Complaint = Complaint {
    code: "line.sends_refused",
    gravity: Warning,
    facts: &["refused", "all", "outcome", "reason"],
    wrong: both(
        "この1週間の送信{all}件のうち、{refused}件を送信できませんでした。最も多い送信結果は {outcome} です（{reason}）。",
        "Of the last week's {all} sends {refused} were refused, most of them as {outcome} ({reason}).",
    ),
    why: both("これらのメッセージは届いていません。", "These messages did not arrive."),
    todo: both(
        "送信できなかったコンタクトの「LINE 最新の送信結果」と、ワークフローの設定を確認してください。",
        "See which contacts have that outcome as 'LINE last outcome', and what their workflow sends.",
    ),
    place: None,
};
