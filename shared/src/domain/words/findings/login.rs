//! LINE Login of an Official Account.

use super::{both, places};
use crate::domain::finding::Complaint;
use crate::domain::finding::Gravity::{Broken, Warning};

/// All of them.
pub const ALL: &[&Complaint] =
    &[&SECRET_MISSING, &REFUSED, &IS_MESSAGING_API, &LIFF_MISSING, &LIFF_URL_DIFFERS, &LIFF_WITHOUT_OPENID, &UNCHECKED];

/// Its secret is not stored.
pub const SECRET_MISSING: Complaint = Complaint {
    code: "login.secret_missing",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "LINEログインは設定されていますが、そのチャネルシークレットが保存されていません。",
        "LINE Login is set up, but its channel secret is not stored.",
    ),
    why: both("だれもログインできません。", "Nobody can log in."),
    todo: both(
        "コンソールか musubi login set で、LINEログインチャネルのチャネルシークレットを登録してください。",
        "Store the LINE Login channel's secret in the console or with musubi login set.",
    ),
    place: Some(places::LOGIN_SECRET),
};

/// LINE does not take ID and secret.
pub const REFUSED: Complaint = Complaint {
    code: "login.refused",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "保存されているLINEログインチャネルのIDとシークレットを、LINEが受け付けません。",
        "LINE does not take the LINE Login channel's ID and secret that are stored.",
    ),
    why: both("だれもログインできません。", "Nobody can log in."),
    todo: both(
        "チャネルシークレットが再発行されていないか、チャネルが削除されていないかを確認し、コンソールか musubi login set で登録し直してください。",
        "See whether the secret was reissued or the channel deleted; then store them again in the console or with musubi login set.",
    ),
    place: Some(places::LOGIN_SECRET),
};

/// The Messaging API channel's values stand where LINE Login's belong.
pub const IS_MESSAGING_API: Complaint = Complaint {
    code: "login.is_messaging_api",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "LINEログインに、Messaging APIチャネルのIDとシークレットが設定されています。",
        "LINE Login is set up with the ID and secret of a Messaging API channel.",
    ),
    why: both("だれもログインできません。", "Nobody can log in."),
    todo: both(
        "LINEログインチャネルのIDとシークレットを確認し、コンソールか musubi login set で登録し直してください。",
        "Take ID and secret of the LINE Login channel, and store them in the console or with musubi login set.",
    ),
    place: Some(places::LOGIN_SECRET),
};

/// The LIFF app is not there.
pub const LIFF_MISSING: Complaint = Complaint {
    code: "login.liff_missing",
    gravity: Broken,
    facts: &[],
    wrong: both(
        "設定されているLIFFアプリが、LINEログインチャネルにありません。",
        "The LIFF app that is set up is not one of the LINE Login channel's.",
    ),
    why: both("ログイン用のQRコードとリンクが開きません。", "The QR codes and links for logging in do not open."),
    todo: both(
        "musubi login set でLIFFアプリを作成し直してください。IDが変わるため、QRコードも作り直してください。",
        "Make the LIFF app again with musubi login set. Its ID is another one then: make the QR codes anew, too.",
    ),
    place: Some(places::LIFF),
};

/// The LIFF app opens another page.
pub const LIFF_URL_DIFFERS: Complaint = Complaint {
    code: "login.liff_url_differs",
    gravity: Broken,
    facts: &["url", "host"],
    wrong: both(
        "LIFFアプリのエンドポイントURLが、別のアドレス（{host}）を指しています。",
        "The LIFF app's endpoint URL leads to another address ({host}).",
    ),
    why: both(
        "LINEの中で開くログインのページが、Musubiのものになりません。",
        "Inside LINE, the page for logging in is not Musubi's.",
    ),
    todo: both("エンドポイントURLを {url} に変更してください。", "Change the endpoint URL to {url}."),
    place: Some(places::LIFF),
};

/// The LIFF app gives no ID tokens.
pub const LIFF_WITHOUT_OPENID: Complaint = Complaint {
    code: "login.liff_without_openid",
    gravity: Broken,
    facts: &[],
    wrong: both("LIFFアプリのスコープに openid がありません。", "The LIFF app does not ask for the scope openid."),
    why: both("LINEの中でログインした人がだれなのかを確認できません。", "Who logs in inside LINE cannot be known."),
    todo: both("LIFFアプリのスコープで openid を選択してください。", "Choose openid among the LIFF app's scopes."),
    place: Some(places::LIFF),
};

/// LINE was asked in vain.
pub const UNCHECKED: Complaint = Complaint {
    code: "login.unchecked",
    gravity: Warning,
    facts: &["because"],
    wrong: both("{because}ため、LINEログインを確認できませんでした。", "LINE Login could not be checked: {because}."),
    why: both("問題がないとは言えません。", "That does not mean that all is well."),
    todo: both("しばらくしてからもう一度実行してください。", "Run this again in a while."),
    place: None,
};
