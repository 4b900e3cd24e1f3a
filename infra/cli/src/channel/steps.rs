//! What a person does in LINE's consoles before an Official Account can be connected, and when its greeting does not come: by the
//! names of LINE's menus. `infra/guide/line.md` says the same at length.
//!
//! Source: LINE Developers, "Get started with the Messaging API" and "Build a bot" (2026-08). No API can do or see any of it.

use musubi::domain::language::Language;

/// From "no Messaging API yet" to the channel ID and the channel secret.
pub fn before(language: Language) -> String {
    language
        .pick(
            "Messaging APIをまだ利用していない場合の手順（個人のLINEアカウントでは使えません。LINE公式アカウントが必要です）\n\
             1. LINE Official Account Manager（https://manager.line.biz/）に管理者の権限でログインし、アカウントを選んで、［設定］＞［Messaging API］＞［Messaging APIを利用する］をクリックします。\n\
             2. 初回だけ、開発者情報（名前とメールアドレス）を入力します。\n\
             3. プロバイダーを選択するか、作成します。自社のもので、LINEログインのチャネルと同じものにしてください。後から変更できません。一覧に表示されるのは、Admin権限を持つものだけです。\n\
             4. プライバシーポリシーと利用規約のURLは、空欄のままで構いません。\n\
             5. LINE Developersコンソール（https://developers.line.biz/console/）に同じビジネスIDでログインし、プロバイダー、Messaging APIのチャネルの順に開き、［チャネル基本設定］でチャネルIDとチャネルシークレットをコピーします。ここでもAdmin権限が必要です。\n\
             プランは問いません（日本の無料プランで送れるのは月200通です）。認証済アカウントでなくても使えます（LINEの友だち一覧の取り込みを除く）。以前のLINE@のアカウントは、移行すると1対1のトークと履歴を失い、元に戻せません。1つのチャネルに設定できるWebhook URLは1つだけで、それまでのツールでは受信できなくなります。\n\
             詳しい手順：infra/guide/line.ja.md",
            "If the Official Account has no Messaging API yet (a personal LINE account does not work):\n\
             1. Log in to LINE Official Account Manager (https://manager.line.biz/) as an administrator, choose the account, then Settings (設定) > Messaging API > Enable Messaging API (Messaging APIを利用する).\n\
             2. The first time only: enter the developer's name and e-mail address.\n\
             3. Choose the provider (プロバイダー), or make one: your own company's, the same as the LINE Login channel's. It cannot be changed later. Only those are listed on which you have the Admin role.\n\
             4. The addresses of a privacy policy and terms of use may stay empty.\n\
             5. Log in to LINE Developers Console (https://developers.line.biz/console/) with the same Business ID, open the provider, then the Messaging API channel, and copy the channel ID and the channel secret from Basic settings (チャネル基本設定). You need the Admin role here, too.\n\
             Any plan will do (the free one in Japan has 200 messages a month), and the account need not be verified, except to import LINE's list of friends. An old LINE@ account loses its 1:1 chats and their history when it is moved, for good. A channel has one webhook URL: another tool that used it receives nothing any more.\n\
             At length: infra/guide/line.md",
        )
        .to_owned()
}

/// "Use webhook" was on for another tool.
pub fn off_and_on(language: Language) -> &'static str {
    language.pick(
        "［Webhookの利用］は、別のツールでオンになっていました。LINE Developersコンソールの［Messaging API設定］で、いったんオフにしてから、もう一度オンにしてください。",
        "“Use webhook” was on for another tool. Switch it off and on again: LINE Developers Console, Messaging API.",
    )
}

/// What to try on one's own phone.
pub fn trial(language: Language) -> &'static str {
    language.pick(
        "最後に、ご自身のスマートフォンで友だち追加し、メッセージを送って確認してください。\n\
         あいさつが届かないときは、いったんブロックし、友だち追加し直してください。それでも届かなければ上の設定を確認し、［チャネル基本設定］でチャネルシークレットを再発行して、すぐに musubi channel add で登録し、もう一度ブロックと友だち追加を行います。",
        "Finally add the account as a friend on your own phone and write something.\n\
         If a greeting does not come, block the account and add it again. Still nothing: check the switches above, reissue the channel secret (Basic settings), store it at once with musubi channel add, then block and add again.",
    )
}
