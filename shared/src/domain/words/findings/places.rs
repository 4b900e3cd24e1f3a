//! Places in the vendors' consoles. Where no source of ours has the names of the menus, the place is told in words.

use super::both;
use crate::domain::finding::{MenuNames, Place};
use crate::domain::settings::Bilingual;

const fn in_words(words: Bilingual) -> Place {
    Place { words, names: MenuNames::Unverified }
}

pub(super) const SECRET: Place = in_words(both(
    "LINE Developersコンソールで、このMessaging APIチャネルの基本設定を開くと、チャネルシークレットがあります",
    "LINE Developers Console, this Messaging API channel, its basic settings: the channel secret",
));
pub(super) const WEBHOOK: Place = in_words(both(
    "LINE Developersコンソールで、このMessaging APIチャネルの設定を開くと、Webhook URLの欄があります",
    "LINE Developers Console, this Messaging API channel, its settings: the webhook URL",
));
pub(super) const USE_WEBHOOK: Place = in_words(both(
    "LINE Developersコンソールで、このMessaging APIチャネルの設定を開くと、Webhook URLの近くにWebhookを利用するスイッチ（英語の画面では「Use webhook」）があります",
    "LINE Developers Console, this Messaging API channel, its settings, near the webhook URL: the switch \"Use webhook\"",
));
pub(super) const CHAT: Place = in_words(both(
    "LINE Official Account Managerで、このアカウントの応答に関する設定を開くと、チャットのスイッチがあります",
    "LINE Official Account Manager, this account, its settings for responses: the switch for chat",
));
pub(super) const PLAN: Place = in_words(both(
    "LINE Official Account Managerで、このアカウントの料金プランに関する設定を開いてください",
    "LINE Official Account Manager, this account, the settings about its plan",
));
pub(super) const PROVIDER: Place = in_words(both(
    "LINE Developersコンソールで、プロバイダーを開くと、その下にあるチャネルの一覧が表示されます",
    "LINE Developers Console, a provider: the list of the channels below it",
));
pub(super) const LOGIN_SECRET: Place = in_words(both(
    "LINE Developersコンソールで、このLINEログインチャネルの基本設定を開くと、チャネルシークレットがあります",
    "LINE Developers Console, this LINE Login channel, its basic settings: the channel secret",
));
pub(super) const LIFF: Place = in_words(both(
    "LINE Developersコンソールで、このLINEログインチャネルのLIFFアプリの一覧を開いてください",
    "LINE Developers Console, this LINE Login channel, the list of its LIFF apps",
));
/// HubSpot's docs: client ID and secret are on the app's tab "Auth".
pub(super) const APP_SECRET: Place = Place {
    words: both(
        "HubSpotの開発者プロジェクトで、アプリの「Auth」タブを開くと、クライアントIDとクライアントシークレットがあります",
        "HubSpot's developer project, the app's tab \"Auth\": client ID and client secret",
    ),
    names: MenuNames::Documented,
};
pub(super) const PROPERTIES: Place = in_words(both(
    "HubSpotの設定で、コンタクトのプロパティーの一覧を開いてください。削除したものはアーカイブにあります",
    "HubSpot's settings, the list of contact properties; what was deleted is in its archive",
));
pub(super) const INBOX: Place = in_words(both(
    "HubSpotの設定で、受信トレイに接続されているチャネルの一覧を開いてください",
    "HubSpot's settings, the inbox, the list of the channels that are connected to it",
));
