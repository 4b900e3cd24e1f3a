//! Why a page is not shown, and what to do.

use axum::http::StatusCode;
use maud::html;
use musubi::domain::language::Language;
use musubi::pages::{Page, card, lead, todo};

use super::plain;

/// How a visit ended otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody is signed in with this browser, or nobody any more.
    NotSignedIn,
    /// They have just signed out.
    SignedOut,
    /// The address lets nobody in, or nobody any more.
    InvitationUsed,
    /// The address from the CRM lets nobody in, or nobody any more.
    HandOverUsed,
    /// They were removed, and come from the CRM.
    Removed,
    /// They come from the CRM, and no admin is there yet.
    NoAdmin,
    /// The form is from no page of theirs.
    NotOurForm,
    /// It takes an admin.
    AdminsOnly,
    /// It takes an admin who sees every Official Account.
    SeesLess,
    /// There is no such thing here.
    NotFound,
    /// The CRM account is connected no more.
    NotConnected,
    /// Perhaps later.
    Unavailable,
}

impl Ended {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::NotSignedIn,
        Self::SignedOut,
        Self::InvitationUsed,
        Self::HandOverUsed,
        Self::Removed,
        Self::NoAdmin,
        Self::NotOurForm,
        Self::AdminsOnly,
        Self::SeesLess,
        Self::NotFound,
        Self::NotConnected,
        Self::Unavailable,
    ];

    fn status(self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::OK,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::InvitationUsed | Self::HandOverUsed | Self::NotFound | Self::NotConnected => StatusCode::NOT_FOUND,
            Self::Removed | Self::NoAdmin | Self::NotOurForm | Self::AdminsOnly | Self::SeesLess => {
                StatusCode::FORBIDDEN
            }
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title, what happened, what to do.
    fn words(self, language: Language) -> [&'static str; 3] {
        let sign_in = language.pick(
            "Musubiの管理者に招待を依頼し、届いたアドレスを開いてください。管理者がまだいない場合は、Musubiを設置した方に musubi console invite の実行を依頼してください。",
            "Ask an admin of Musubi for an invitation and open the address you get. If there is no admin yet, ask whoever installed Musubi to run musubi console invite.",
        );
        match self {
            Self::NotSignedIn => [
                language.pick("ログインしていません", "You are not signed in"),
                language.pick(
                    "ログインは、2時間操作がないとき、または12時間たつと終了します。",
                    "Signing in lasts until two hours without use, and twelve hours at most.",
                ),
                sign_in,
            ],
            Self::SignedOut => [
                language.pick("ログアウトしました", "You are signed out"),
                language.pick("この画面は閉じて構いません。", "You can close this page."),
                sign_in,
            ],
            Self::InvitationUsed => [
                language.pick("この招待は使えません", "This invitation does not work"),
                language.pick(
                    "招待のアドレスは1回だけ、作成から15分以内に使えます。",
                    "An invitation's address works once, within 15 minutes of being made.",
                ),
                sign_in,
            ],
            Self::HandOverUsed => [
                language.pick("このアドレスは使えません", "This address does not work"),
                language.pick(
                    "HubSpotから開くアドレスは1回だけ、作成から60秒以内に使えます。",
                    "The address that HubSpot's settings give works once, within 60 seconds of being made.",
                ),
                language.pick(
                    "HubSpotの設定画面で、Musubiのコンソールをもう一度開いてください。",
                    "Open Musubi's console from HubSpot's settings again.",
                ),
            ],
            Self::Removed => [
                language.pick("このコンソールのメンバーから削除されています", "You were removed from this console"),
                language.pick("ログインしていません。", "You are not signed in."),
                language.pick(
                    "もう一度使う場合は、Musubiの管理者に依頼してください。",
                    "To use it again, ask an admin of Musubi.",
                ),
            ],
            Self::NoAdmin => [
                language.pick("Musubiの管理者がまだいません", "Musubi has no admin yet"),
                language.pick("ログインしていません。", "You are not signed in."),
                language.pick(
                    "最初の管理者は、/console/install からHubSpotアカウントを接続するか、musubi console invite の招待でログインしてください。",
                    "The first admin connects the HubSpot account at /console/install, or is invited with musubi console invite.",
                ),
            ],
            Self::NotOurForm => [
                language.pick("送信を受け付けませんでした", "The form was not accepted"),
                language.pick(
                    "画面を開いてから時間がたったか、別の画面から送信されました。何も変更していません。",
                    "The page was open for too long, or the form came from elsewhere. Nothing was changed.",
                ),
                language.pick("前の画面を開き直して、もう一度お試しください。", "Open the page anew and try again."),
            ],
            Self::AdminsOnly => [
                language.pick("管理者だけが使える画面です", "This page is for admins"),
                language.pick("何も変更していません。", "Nothing was changed."),
                language.pick(
                    "必要な場合は、管理者に操作または権限の変更を依頼してください。",
                    "If you need it, ask an admin to do it, or to make you an admin.",
                ),
            ],
            Self::SeesLess => [
                language.pick("すべてのLINE公式アカウントを担当する管理者だけが使える画面です", "This page is for admins of every Official Account"),
                language.pick("何も変更していません。", "Nothing was changed."),
                language.pick(
                    "必要な場合は、すべてのLINE公式アカウントを担当する管理者に操作を依頼してください。",
                    "If you need it, ask an admin who sees every Official Account to do it.",
                ),
            ],
            Self::NotFound => [
                language.pick("見つかりませんでした", "Not found"),
                language.pick(
                    "この内容はここにはありません。すでに削除された可能性があります。",
                    "There is no such thing here. It may have been removed.",
                ),
                language.pick("メニューから選び直してください。", "Choose again from the menu."),
            ],
            Self::NotConnected => [
                language.pick("CRMアカウントが接続されていません", "The CRM account is not connected"),
                language.pick(
                    "このコンソールのCRMアカウントは、Musubiとの接続が解除されています。",
                    "This console's CRM account has been disconnected from Musubi.",
                ),
                language.pick(
                    "もう一度使う場合は、/console/install からHubSpotアカウントを接続してください。",
                    "To use it again, connect the HubSpot account at /console/install.",
                ),
            ],
            Self::Unavailable => [
                language.pick("いまは表示できません", "Not available just now"),
                language.pick("Musubi側で問題が起きました。", "Something went wrong at our end."),
                language.pick(
                    "しばらくしてから、もう一度お試しください。変更の操作をした場合は、反映されたかどうかを画面で確認してください。",
                    "Try again in a while. If you were changing something, check on its page whether it was done.",
                ),
            ],
        }
    }
}

/// The page that says so.
pub fn page(language: Language, why: Ended) -> Page {
    let [title, what, then] = why.words(language);
    let inside = card(html! { h1 { (title) } (lead(what)) (todo(then)) });
    plain(language, title).status(why.status()).around(inside)
}
