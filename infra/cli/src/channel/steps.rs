//! What a person does in LINE's consoles before an Official Account can be connected, and when its greeting does not come.

use musubi::domain::language::Language;
use musubi::domain::words::connecting::{
    AUTO_RESPONSE, BEFORE, GREETING, KNOW_BEFORE, OFF_AND_ON, REDELIVERY, Switch, USE_WEBHOOK,
};

/// From "no Messaging API yet" to the channel ID and the channel secret.
pub fn before(language: Language) -> String {
    let head = language.pick(
        "Messaging APIをまだ利用していない場合の手順（個人のLINEアカウントでは使えません。LINE公式アカウントが必要です）",
        "If the Official Account has no Messaging API yet (a personal LINE account does not work):",
    );
    let steps = (1..).zip(BEFORE).map(|(number, step)| format!("{number}. {}", step.of(language)));
    let guide = language.pick("詳しい手順：infra/guide/line.ja.md", "At length: infra/guide/line.md");
    let after = [KNOW_BEFORE.of(language).to_owned(), guide.to_owned()];
    [head.to_owned()].into_iter().chain(steps).chain(after).collect::<Vec<_>>().join("\n")
}

/// "Use webhook" was on for another tool.
pub fn off_and_on(language: Language) -> &'static str {
    OFF_AND_ON.of(language)
}

/// What only LINE's consoles can switch, by the names of their menus.
pub fn switches(language: Language) -> String {
    let head = language.pick(
        "LINEの画面で次の設定を確認してください（APIでは変更できません）。",
        "Check these switches in LINE's consoles; no API can change them.",
    );
    let line = |switch: &Switch| {
        let [name, wanted, place, why] =
            [switch.name, switch.wanted, switch.place, switch.why].map(|it| it.of(language));
        match language {
            Language::Japanese => format!("- {name}：{wanted}（{place}。{why}）"),
            Language::English => format!("- {name}: {wanted} ({place}; {why})"),
        }
    };
    let switches = [&USE_WEBHOOK, &REDELIVERY, &AUTO_RESPONSE, &GREETING].map(line);
    [&[head.to_owned()], &switches[..]].concat().join("\n")
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
