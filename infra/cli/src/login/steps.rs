//! What only LINE's console can set for LINE Login, by the names of its menus, and what some settings mean.

use musubi::domain::addresses::LoginAddresses;
use musubi::domain::language::Language;
use musubi::domain::login::{ByEmail, LoginSettings};
use musubi::domain::words::login_steps;

use crate::failure::Words;

/// The steps, one a line.
pub fn by_hand(login: &LoginSettings, addresses: &LoginAddresses, language: Language) -> String {
    let steps: Vec<String> =
        login_steps::by_hand(login, addresses, language).iter().map(|step| format!("- {step}")).collect();
    format!("{}\n{}", login_steps::head(language), steps.join("\n"))
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
