//! What a person does in LINE's consoles to connect an Official Account, by the names of LINE's menus. `infra/guide/line.md`
//! says the same at length.
//!
//! Source: LINE Developers, "Get started with the Messaging API" and "Build a bot" (2026-08). No API can do any of it.

use super::both;
use crate::domain::language::Language;
use crate::domain::settings::Bilingual;

/// A switch in LINE's consoles.
#[derive(Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its name.
    pub name: Bilingual,
    /// How it must be.
    pub wanted: Bilingual,
    /// In which console, behind which menus.
    pub place: Bilingual,
    /// What it is for.
    pub why: Bilingual,
}

const MESSAGING_API: Bilingual =
    both("LINE Developersコンソール［Messaging API設定］", "LINE Developers Console, Messaging API");
const RESPONSES: Bilingual = both(
    "LINE Official Account Manager［設定］＞［応答設定］",
    "LINE Official Account Manager, Settings > Response settings",
);

/// Webhooks are sent at all.
pub const USE_WEBHOOK: Switch = Switch {
    name: both("Webhookの利用", "Use webhook (Webhookの利用)"),
    wanted: both("オン", "on"),
    place: MESSAGING_API,
    why: both("メッセージや友だち追加の受信に必要です", "without it nothing arrives here"),
};
/// What did not arrive is sent again.
pub const REDELIVERY: Switch = Switch {
    name: both("Webhookの再送", "Webhook redelivery (Webhookの再送)"),
    wanted: both("オン", "on"),
    place: MESSAGING_API,
    why: both("受信漏れを防ぎます", "nothing is lost then"),
};
/// LINE answers nobody by itself.
pub const AUTO_RESPONSE: Switch = Switch {
    name: both("応答メッセージ", "Auto-response messages (応答メッセージ)"),
    wanted: both("オフ", "off"),
    place: RESPONSES,
    why: both("自動応答との二重返信を防ぎます", "nobody is answered twice"),
};
/// One greets.
pub const GREETING: Switch = Switch {
    name: both("あいさつメッセージ", "Greeting message (あいさつメッセージ)"),
    wanted: both(
        "HubSpotのワークフローかMusubiがあいさつを送る場合はオフ",
        "off if a HubSpot workflow or Musubi greets",
    ),
    place: RESPONSES,
    why: both("友だち追加のときに、あいさつが2回届くのを防ぎます", "a new friend is greeted once"),
};
/// People can be answered by hand.
pub const CHAT: Switch = Switch {
    name: both("チャット", "Chat (チャット)"),
    wanted: both("オン", "on"),
    place: RESPONSES,
    why: both(
        "オンにすると、Musubiが既読を付けられ、LINE Official Account Managerから手動でも返信できます。手動の返信はLINEから通知されないため、HubSpotには残りません",
        "with it, Musubi can mark messages as read, and people can be answered by hand in LINE Official Account Manager; LINE does not report such answers, so they are not in HubSpot",
    ),
};
/// Groups. The names of these menus are not verified.
pub const GROUPS: Switch = Switch {
    name: both("グループトークへの参加", "Joining group chats"),
    wanted: both("必要な場合だけ許可", "allowed only if you need it"),
    place: both(
        "LINE Official Account Managerのアカウントの設定（メニューの名称は、画面の表示と異なる場合があります）",
        "LINE Official Account Manager, the account's settings (the menu's name may differ from what you see there)",
    ),
    why: both(
        "既定ではグループに参加できません。グループの発言はHubSpotに記録されません",
        "by default the account cannot join groups; what is said in groups is not recorded in HubSpot",
    ),
};

/// From "no Messaging API yet" to the channel ID and the channel secret: one step each.
pub const BEFORE: [Bilingual; 5] = [
    both(
        "LINE Official Account Manager（https://manager.line.biz/）に管理者の権限でログインし、アカウントを選んで、［設定］＞［Messaging API］＞［Messaging APIを利用する］をクリックします。",
        "Log in to LINE Official Account Manager (https://manager.line.biz/) as an administrator, choose the account, then Settings (設定) > Messaging API > Enable Messaging API (Messaging APIを利用する).",
    ),
    both(
        "初回だけ、開発者情報（名前とメールアドレス）を入力します。",
        "The first time only: enter the developer's name and e-mail address.",
    ),
    both(
        "プロバイダーを選択するか、作成します。自社のもので、LINEログインのチャネルと同じものにしてください。後から変更できません。一覧に表示されるのは、Admin権限を持つものだけです。",
        "Choose the provider (プロバイダー), or make one: your own company's, the same as the LINE Login channel's. It cannot be changed later. Only those are listed on which you have the Admin role.",
    ),
    both(
        "プライバシーポリシーと利用規約のURLは、空欄のままで構いません。",
        "The addresses of a privacy policy and terms of use may stay empty.",
    ),
    both(
        "LINE Developersコンソール（https://developers.line.biz/console/）に同じビジネスIDでログインし、プロバイダー、Messaging APIのチャネルの順に開き、［チャネル基本設定］でチャネルIDとチャネルシークレットをコピーします。ここでもAdmin権限が必要です。",
        "Log in to LINE Developers Console (https://developers.line.biz/console/) with the same Business ID, open the provider, then the Messaging API channel, and copy the channel ID and the channel secret from Basic settings (チャネル基本設定). You need the Admin role here, too.",
    ),
];

/// What whoever connects an Official Account should know before.
pub const KNOW_BEFORE: Bilingual = both(
    "プランは問いません（日本の無料プランで送れるのは月200通です）。認証済アカウントでなくても使えます（LINEの友だち一覧の取り込みを除く）。以前のLINE@のアカウントは、移行すると1対1のトークと履歴を失い、元に戻せません。1つのチャネルに設定できるWebhook URLは1つだけで、それまでのツールでは受信できなくなります。",
    "Any plan will do (the free one in Japan has 200 messages a month), and the account need not be verified, except to import LINE's list of friends. An old LINE@ account loses its 1:1 chats and their history when it is moved, for good. A channel has one webhook URL: another tool that used it receives nothing any more.",
);

/// "Use webhook" was on for another tool.
pub const OFF_AND_ON: Bilingual = both(
    "接続する前から［Webhookの利用］がオンだったため、LINE Developersコンソールの［Messaging API設定］で、いったんオフにしてから、もう一度オンにしてください。",
    "“Use webhook” was on for another tool before. Switch it off and on again: LINE Developers Console, Messaging API.",
);

/// Whoever is cut off.
pub fn cuts_off(host: &str, language: Language) -> String {
    match language {
        Language::Japanese => format!(
            "このチャネルのWebhookは現在 {host} に送信されています。接続すると、そのサービスでは受信できなくなります。"
        ),
        Language::English => {
            format!("This channel's webhooks now go to {host}. Once connected here, that service hears no more.")
        }
    }
}
