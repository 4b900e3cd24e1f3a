//! The ways in which a login ends without a link.

use axum::http::StatusCode;
use maud::html;
use musubi::domain::language::Language;
use musubi::pages::{Frame, Look, Mark, Page, actions, button, card, lead, todo};

use super::Login;

/// How a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginEnd {
    /// The person said no on LINE's screen.
    Cancelled,
    /// More than 10 minutes went by since it began.
    Expired,
    /// It began in another browser: the cookie of this login is not there.
    OtherBrowser,
    /// It was used before; a reload, or "back".
    AlreadyUsed,
    /// What came back from LINE does not say who the person is. Anybody can bring something made up, so it is no failure of ours.
    Unproven,
    /// LINE refuses what this Official Account's LINE Login is set up with.
    NotSetUp,
    /// Ours: try again later.
    Unavailable,
    /// No such channel, route or login.
    NotValid,
}

impl LoginEnd {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Cancelled,
        Self::Expired,
        Self::OtherBrowser,
        Self::AlreadyUsed,
        Self::Unproven,
        Self::NotSetUp,
        Self::Unavailable,
        Self::NotValid,
    ];

    /// The page's status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Cancelled => StatusCode::OK,
            Self::Expired => StatusCode::GONE,
            Self::OtherBrowser => StatusCode::BAD_REQUEST,
            Self::AlreadyUsed => StatusCode::CONFLICT,
            Self::Unproven => StatusCode::FORBIDDEN,
            Self::NotSetUp => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotValid => StatusCode::NOT_FOUND,
        }
    }

    /// Whether it makes sense to begin once more.
    pub fn may_begin_again(self) -> bool {
        self != Self::NotValid
    }

    fn mark(self) -> Mark {
        match self {
            Self::Expired => Mark::Late,
            Self::Cancelled | Self::AlreadyUsed => Mark::Note,
            Self::OtherBrowser | Self::Unproven | Self::NotSetUp | Self::Unavailable | Self::NotValid => Mark::Alert,
        }
    }

    /// Title, what happened, what to do.
    fn words(self, language: Language) -> [&'static str; 3] {
        let (japanese, english) = match self {
            Self::Cancelled => CANCELLED,
            Self::Expired => EXPIRED,
            Self::OtherBrowser => OTHER_BROWSER,
            Self::AlreadyUsed => ALREADY_USED,
            Self::Unproven | Self::NotSetUp => LINE_FAILED,
            Self::Unavailable => UNAVAILABLE,
            Self::NotValid => NOT_VALID,
        };
        match language {
            Language::Japanese => japanese,
            Language::English => english,
        }
    }
}

/// The page. `again` is the login that its button starts once more; where that makes no sense there is no button.
pub fn page(language: Language, end: LoginEnd, again: Option<Login<'_>>) -> Page {
    let [title, happened, to_do] = end.words(language);
    Frame::new(language, title).status(end.status()).around(card(html! {
        (end.mark())
        h1 { (title) }
        (lead(happened))
        (todo(to_do))
        @if let Some(login) = again.filter(|_| end.may_begin_again()) {
            (actions(button(Look::Main, language.pick("もう一度ログインする", "Try again"), &login.path())))
        }
    }))
}

type Words = ([&'static str; 3], [&'static str; 3]);

const CANCELLED: Words = (
    [
        "ログインをキャンセルしました",
        "LINEアカウントの連携は行われていません。",
        "連携する場合は、もう一度ログインし、LINEの画面で「許可する」を選んでください。",
    ],
    [
        "You cancelled the login",
        "Your LINE account has not been linked.",
        "To link it, log in again and choose Allow on LINE's screen.",
    ],
);
const EXPIRED: Words = (
    [
        "有効期限が切れました",
        "ログインを始めてから10分が過ぎたため、手続きを終了しました。連携は行われていません。",
        "お手数ですが、もう一度最初からログインしてください。",
    ],
    [
        "This login has expired",
        "More than 10 minutes have passed since it began. Your LINE account has not been linked.",
        "Please log in again from the beginning.",
    ],
);
const OTHER_BROWSER: Words = (
    [
        "別のブラウザで開かれました",
        "ログインを始めたときとは別のブラウザでこの画面が開かれたため、連携を完了できませんでした。",
        "最初に使ったブラウザでリンクを開き直すか、このブラウザでもう一度ログインしてください。プライベートブラウズ（シークレットモード）は使わないでください。",
    ],
    [
        "Opened in another browser",
        "This page was opened in another browser than the one in which you began, so your LINE account could not be linked.",
        "Open the link again in the same browser, or log in again in this one. Do not use a private or incognito window.",
    ],
);
const ALREADY_USED: Words = (
    [
        "この手続きは終わっています",
        "同じログイン手続きを二度行うことはできません。この画面は、再読み込みしたときや前の画面に戻ったときに表示されます。",
        "すでに連携が完了している場合は、このまま画面を閉じてください。完了していない場合は、もう一度ログインしてください。",
    ],
    [
        "This login was already used",
        "A login can be used once. You see this page after reloading it or going back.",
        "If your LINE account has been linked, just close this page. If not, log in again.",
    ],
);
const LINE_FAILED: Words = (
    [
        "LINEでログインできませんでした",
        "LINE側で問題が発生したため、連携を完了できませんでした。",
        "しばらく待ってから、もう一度お試しください。",
    ],
    [
        "LINE could not log you in",
        "Something went wrong at LINE, so your LINE account could not be linked.",
        "Please wait a little and try again.",
    ],
);
const UNAVAILABLE: Words = (
    [
        "ただいまご利用いただけません",
        "一時的に、手続きを進められない状態です。ご不便をおかけし、申し訳ございません。",
        "しばらく待ってから、もう一度お試しください。",
    ],
    [
        "Not available right now",
        "We cannot go on at the moment. We are sorry for the inconvenience.",
        "Please wait a little and try again.",
    ],
);
const NOT_VALID: Words = (
    [
        "このリンクは使えません",
        "リンクが正しくないか、すでに使われなくなっています。",
        "URLが途中で切れていないか確認してください。それでも開けない場合は、リンクの案内元にお問い合わせください。",
    ],
    [
        "This link is not valid",
        "The link is wrong or is no longer in use.",
        "Check that it is complete. If it still does not open, ask whoever gave it to you.",
    ],
);
