//! What only LINE's console can set for LINE Login, by the names of its menus.
//!
//! Source: LINE Login docs in Japanese, "ウェブアプリにLINEログインを組み込む", "友だち追加オプション" and "LIFFアプリをチャネルに
//! 追加する" (read 2026). No API tells any of it.

use crate::domain::addresses::LoginAddresses;
use crate::domain::language::Language;
use crate::domain::login::{FriendPrompt, LoginSettings};

/// What the steps are.
pub fn head(language: Language) -> &'static str {
    language.pick(
        "LINE DevelopersコンソールでLINEログインのチャネルを開き、次の項目を確認してください（APIでは確認できません）。",
        "Open the LINE Login channel in the LINE Developers Console and check; no API tells these.",
    )
}

/// The steps.
pub fn by_hand(login: &LoginSettings, addresses: &LoginAddresses, language: Language) -> Vec<String> {
    let said = |japanese: String, english: String| match language {
        Language::Japanese => japanese,
        Language::English => english,
    };
    let mut steps = vec![
        said(
            "プロバイダー：Messaging APIのチャネルと同じであること（違うと同じ人でもユーザーIDが異なるため、連携できません。チャネルは後から移せません）".into(),
            "Provider (プロバイダー): the same as the Messaging API channel's. User IDs differ between providers, so nobody would be linked; a channel cannot be moved later".into(),
        ),
        said(
            format!("［LINEログイン設定］＞［コールバックURL］：{}", addresses.callback()),
            format!("LINE Login > Callback URL (コールバックURL): {}", addresses.callback()),
        ),
    ];
    if login.friend_prompt != FriendPrompt::Off {
        steps.push(said(
            "［チャネル基本設定］＞［リンクされたLINE公式アカウント］：この公式アカウント（ログインのときに友だち追加を案内し、友だちかどうかを確認するため）".into(),
            "Basic settings > Linked LINE Official Account (リンクされたLINE公式アカウント): this account, so that people are asked to add it and Musubi learns whether they did".into(),
        ));
    }
    if login.ask_email {
        steps.push(said(
            format!("［チャネル基本設定］＞［OpenID Connect］＞［メールアドレス取得権限］：申請済み（申請に添える画面：{} を開いて撮影）", addresses.sample_page()),
            format!("Basic settings > OpenID Connect > Email address permission (メールアドレス取得権限): applied (申請済み). The page to photograph for the application: {}", addresses.sample_page()),
        ));
    }
    let (japanese, english) = liff(login, addresses);
    steps.push(said(japanese, english));
    steps.push(said(
        "チャネルのステータス：公開済み（「開発中」の間は、チャネルの権限を持つ人しかログインできません）".into(),
        "Channel status: published (公開済み). While it is “Developing” (開発中), only people with a role in the channel can log in".into(),
    ));
    steps
}

fn liff(login: &LoginSettings, addresses: &LoginAddresses) -> (String, String) {
    let url = addresses.liff_endpoint();
    let scope = if login.ask_email { "openid, email, profile" } else { "openid, profile" };
    let prompt = match login.friend_prompt {
        FriendPrompt::Off => "Off",
        FriendPrompt::Normal => "On (normal)",
        FriendPrompt::Aggressive => "On (aggressive)",
    };
    let (japanese, english) = if login.liff.is_some() {
        ("", "")
    } else {
        (
            "（任意。musubi login set チャネルID --make-liff で作成するか、手で追加して --liff-id で登録。QRコードはLIFFを優先します）",
            " (optional: make it with musubi login set CHANNEL_ID --make-liff, or by hand and then --liff-id; QR codes prefer it)",
        )
    };
    (
        format!(
            "［LIFF］タブ：サイズ Full、エンドポイントURL {url}、Scope {scope}、友だち追加オプション {prompt}{japanese}"
        ),
        format!(
            "Tab LIFF: size Full, endpoint URL (エンドポイントURL) {url}, scope {scope}, add friend option (友だち追加オプション) {prompt}{english}"
        ),
    )
}
