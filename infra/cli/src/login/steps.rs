//! What only LINE's console can set for LINE Login, by the names of its menus, and what some settings mean.
//!
//! Source: LINE Login docs in Japanese, "ウェブアプリにLINEログインを組み込む", "友だち追加オプション" and "LIFFアプリをチャネルに
//! 追加する" (read 2026). No API tells any of it.

use musubi::domain::addresses::LoginAddresses;
use musubi::domain::language::Language;
use musubi::domain::login::{ByEmail, FriendPrompt, LoginSettings};

use crate::failure::Words;

/// The steps, one a line.
pub fn by_hand(login: &LoginSettings, addresses: &LoginAddresses, language: Language) -> String {
    let mut steps = vec![
        Words::new(
            "プロバイダー：Messaging APIのチャネルと同じであること（違うと同じ人でもユーザーIDが異なるため、連携できません。チャネルは後から移せません）",
            "Provider (プロバイダー): the same as the Messaging API channel's. User IDs differ between providers, so nobody would be linked; a channel cannot be moved later",
        ),
        Words::new(
            format!("［LINEログイン設定］＞［コールバックURL］：{}", addresses.callback()),
            format!("LINE Login > Callback URL (コールバックURL): {}", addresses.callback()),
        ),
    ];
    if login.friend_prompt != FriendPrompt::Off {
        steps.push(Words::new(
            "［チャネル基本設定］＞［リンクされたLINE公式アカウント］：この公式アカウント（ログインのときに友だち追加を案内し、友だちかどうかを確認するため）",
            "Basic settings > Linked LINE Official Account (リンクされたLINE公式アカウント): this account, so that people are asked to add it and Musubi learns whether they did",
        ));
    }
    if login.ask_email {
        steps.push(Words::new(
            format!("［チャネル基本設定］＞［OpenID Connect］＞［メールアドレス取得権限］：申請済み（申請に添える画面：{} を開いて撮影）", addresses.sample_page()),
            format!("Basic settings > OpenID Connect > Email address permission (メールアドレス取得権限): applied (申請済み). The page to photograph for the application: {}", addresses.sample_page()),
        ));
    }
    steps.push(liff(login, addresses));
    steps.push(Words::new(
        "チャネルのステータス：公開済み（「開発中」の間は、チャネルの権限を持つ人しかログインできません）",
        "Channel status: published (公開済み). While it is “Developing” (開発中), only people with a role in the channel can log in",
    ));
    let head = language.pick(
        "LINE DevelopersコンソールでLINEログインのチャネルを開き、次の項目を確認してください（APIでは確認できません）。",
        "Open the LINE Login channel in the LINE Developers Console and check; no API tells these.",
    );
    let steps: Vec<String> = steps.iter().map(|step| format!("- {}", step.of(language))).collect();
    format!("{head}\n{}", steps.join("\n"))
}

fn liff(login: &LoginSettings, addresses: &LoginAddresses) -> Words {
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
    Words::new(
        format!(
            "［LIFF］タブ：サイズ Full、エンドポイントURL {url}、Scope {scope}、友だち追加オプション {prompt}{japanese}"
        ),
        format!(
            "Tab LIFF: size Full, endpoint URL (エンドポイントURL) {url}, scope {scope}, add friend option (友だち追加オプション) {prompt}{english}"
        ),
    )
}

/// What the owner should know of what was chosen.
pub fn cautions(login: &LoginSettings, language: Language) -> Vec<String> {
    let mut all = Vec::new();
    if login.ask_email && login.by_email == ByEmail::Match {
        all.push(Words::new(
            "by_email=match：LINEは、メールアドレスが本人のものと確認済みかどうかを示していません。他人のアドレスをLINEに登録した人が、アドレスの持ち主のコンタクトに連携されるおそれがあります。避けたい場合は by_email=ask にしてください。",
            "by_email=match: LINE does not state that the address is verified. Somebody who has given LINE another person's address could be taken for them. With by_email=ask an operator decides.",
        ));
    }
    if login.merge_duplicates {
        all.push(Words::new(
            "merge_duplicates=on：HubSpotのコンタクトの統合は、元に戻せません。",
            "merge_duplicates=on: HubSpot cannot undo a merge of contacts.",
        ));
    }
    if login.liff.is_some() {
        all.push(Words::new(
            "email や friend_prompt を変えたときは、--make-liff も付けるか、［LIFF］タブの設定を合わせてください。",
            "After changing email or friend_prompt, run it with --make-liff, too, or change the app under the tab LIFF.",
        ));
    }
    all.iter().map(|words| words.of(language).to_owned()).collect()
}
