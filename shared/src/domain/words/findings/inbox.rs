//! The CRM's own inbox, where it is open.

use super::{both, places};
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::Broken;
use crate::domain::settings::Bilingual;

/// All of them.
pub const ALL: &[&Complaint] = &[&SCOPES_MISSING, &GONE, &CLOSED, &ADDRESS_DIFFERS];

/// What both sides lose.
const CUT_OFF: Bilingual = both(
    "お客さまのメッセージは受信トレイに表示されず、書き込めるようになるまでMusubiで待ちます。受信トレイから返信しても、LINEには届きません。",
    "What people write does not appear in the inbox, and waits in Musubi until it can. Answers from the inbox do not reach LINE.",
);
const OPEN_ANEW: Bilingual = both(
    "コンソールの「設定」＞［HubSpotの受信トレイ］でいったん接続を解除してから、もう一度接続してください。musubi portal inbox {portal} --channel {channel} でも接続できます。",
    "Close the inbox in the console (Settings > HubSpot's inbox) and open it again, or run musubi portal inbox {portal} --channel {channel}.",
);

/// The account has not granted the inbox.
pub const SCOPES_MISSING: Complaint = Complaint {
    code: "inbox.scopes_missing",
    gravity: Broken,
    facts: &["scopes"],
    wrong: both(
        "HubSpotの受信トレイに接続していますが、必要な権限（スコープ）が足りません：{scopes} が必要です。",
        "HubSpot's inbox is open, but its permissions (scopes) do not suffice: {scopes} is missing.",
    ),
    why: CUT_OFF,
    todo: both(
        "musubi portal add --inbox か、コンソールの「設定」＞［HubSpotの受信トレイ］から接続し直して、権限を許可してください。Sales HubまたはService HubのProfessional以上が必要です。使わない場合は、受信トレイへの接続を解除してください。",
        "Connect again with musubi portal add --inbox, or from Settings > HubSpot's inbox in the console, and grant them. It takes Sales or Service Professional. If the inbox is not used, close it.",
    ),
    place: None,
};

/// HubSpot has no such place.
pub const GONE: Complaint = Complaint {
    code: "inbox.gone",
    gravity: Broken,
    facts: &["portal", "channel"],
    wrong: both(
        "受信トレイに接続していますが、この公式アカウントがHubSpotの受信トレイにありません。HubSpotで削除された可能性があります。",
        "The inbox is open, but this Official Account is not in HubSpot's inbox: it may have been deleted there.",
    ),
    why: CUT_OFF,
    todo: OPEN_ANEW,
    place: Some(places::INBOX),
};

/// HubSpot lets nothing in or out.
pub const CLOSED: Complaint = Complaint {
    code: "inbox.closed",
    gravity: Broken,
    facts: &["portal", "channel"],
    wrong: both(
        "受信トレイに接続していますが、HubSpotでは、この公式アカウントの接続が承認されていない状態（authorized: false）です。",
        "The inbox is open, but HubSpot has this Official Account there as not authorized (authorized: false).",
    ),
    why: CUT_OFF,
    todo: OPEN_ANEW,
    place: Some(places::INBOX),
};

/// HubSpot calls somewhere else.
pub const ADDRESS_DIFFERS: Complaint = Complaint {
    code: "inbox.address_differs",
    gravity: Broken,
    facts: &["told", "ours", "portal"],
    wrong: both(
        "受信トレイからの返信を、HubSpotは {told} に送っています。このMusubiのアドレスは {ours} です。",
        "HubSpot sends answers from its inbox to {told}, but this Musubi is at {ours}.",
    ),
    why: both(
        "公開URLを変更した可能性があります。受信トレイから返信しても、LINEには届かず、送れなかったことも表示されません。",
        "The public URL may have been changed. Answers from the inbox do not reach LINE, and nothing there says so.",
    ),
    todo: both(
        "musubi portal inbox {portal} --make-channel を実行し、アドレスを登録し直してください（開発者APIキーが必要です）。",
        "Run musubi portal inbox {portal} --make-channel, which tells HubSpot the address anew; it takes the developer API key.",
    ),
    place: None,
};
