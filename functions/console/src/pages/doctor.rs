//! What is wrong, why it matters, what to do and where.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::finding::{Finding, MenuNames};
use musubi::domain::language::Language;
use musubi::domain::words::findings::{PLACE, TODO, WHY};
use musubi::flow::check_up::LastLook;
use musubi::pages::{Look, Page, actions, facts, form, submit};

use super::{Here, moment, signed_in};
use crate::visit::SignedIn;

/// The gravest first.
pub fn page(visit: &SignedIn, account: &CrmAccount, last: &LastLook) -> Page {
    let language = visit.language;
    let title = language.pick("診断", "Doctor");
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "LINE、HubSpot、処理待ちの作業に問題がないかを毎日1回確認し、新しい問題が見つかった場合はMusubiを運用する方に知らせます。",
            "Once a day LINE, HubSpot and the work that waits are looked at; what is new and wrong is told to those who run Musubi.",
        )) }
        p { (looked(last, |at_ms| moment(at_ms, account), language)) }
        (form("/console/doctor", &visit.form_token(), html! {
            (actions(submit(Look::Main, language.pick("今すぐ確認する", "Look now"))))
            p class="small" { (language.pick(
                "数秒かかります。2分以内に続けて実行した場合は、直前の結果を表示します。",
                "It takes some seconds. Within two minutes of a look, its outcome is shown again.",
            )) }
        }))
        @if last.at_ms.is_some() && last.found.is_empty() {
            p class="saved" role="status" { (language.pick("問題は見つかりませんでした。", "Nothing is wrong.")) }
        }
        ul class="cards" {
            @for (finding, since_ms) in &last.found { li { (card(finding, &moment(*since_ms, account), language)) } }
        }
    };
    signed_in(visit, Here::Doctor, title, inside)
}

fn looked(last: &LastLook, moment: impl Fn(i64) -> String, language: Language) -> String {
    match (last.at_ms, language) {
        (None, _) => language.pick("まだ確認していません。", "Not looked at yet.").to_owned(),
        (Some(at_ms), Language::Japanese) => format!("最終確認：{}", moment(at_ms)),
        (Some(at_ms), Language::English) => format!("Last looked at: {}", moment(at_ms)),
    }
}

fn card(finding: &Finding, since: &str, language: Language) -> Markup {
    let (why, todo) = (finding.why(language), finding.todo(language));
    let place = finding.complaint.place;
    let mut told = vec![(WHY.of(language), why.as_str()), (TODO.of(language), todo.as_str())];
    told.extend(place.map(|place| (PLACE.of(language), place.words.of(language))));
    told.push((language.pick("最初に見つかった日時", "found first"), since));
    html! {
        p class="small" { (finding.complaint.gravity.words().of(language)) (language.pick("・", " · ")) (finding.about.words(language)) }
        h2 { (finding.wrong(language)) }
        (facts(&told))
        @if place.is_some_and(|place| place.names == MenuNames::Unverified) {
            p class="small" { (language.pick(
                "メニューの名称は、画面の表示と異なる場合があります。",
                "The menu's names may differ from what you see there.",
            )) }
        }
        p class="small" { (finding.complaint.code) }
    }
}
