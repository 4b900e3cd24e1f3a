//! The team's texts.

use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::domain::team_text::{LONGEST_NAME, LONGEST_WORDS, MOST_TEXTS, TeamText};
use musubi::pages::{Look, Page, actions, form, submit};

use super::{Here, saved, signed_in};
use crate::settings::{Fields, value};
use crate::visit::SignedIn;

/// Why a text was not written.
pub enum Mistake {
    /// Its name or its words are missing or too long.
    Form,
    /// LINE would not take it; why, in words.
    Invalid(String),
    /// There are too many.
    TooMany,
}

impl Mistake {
    fn words(&self, language: Language) -> String {
        match (self, language) {
            (Self::Form, Language::Japanese) => {
                format!("名前（{LONGEST_NAME}文字まで）と本文（{LONGEST_WORDS}文字まで）を入力してください。")
            }
            (Self::Form, Language::English) => {
                format!("Enter a name of at most {LONGEST_NAME} characters and a text of at most {LONGEST_WORDS}.")
            }
            (Self::Invalid(why), _) => why.clone(),
            (Self::TooMany, Language::Japanese) => {
                format!("定型文は{MOST_TEXTS}件までです。使わないものを削除してください。")
            }
            (Self::TooMany, Language::English) => {
                format!("There can be {MOST_TEXTS} texts. Remove one that is not used.")
            }
        }
    }
}

/// All of them; for admins with a form.
pub fn page(visit: &SignedIn, texts: &[TeamText], mistake: Option<(&Mistake, &Fields)>) -> Page {
    let language = visit.language;
    let title = language.pick("定型文", "Texts of the team");
    let may_change = visit.operator.is(Role::Admin) && visit.operator.covers(None);
    let inside = html! {
        h1 { (title) }
        (saved(visit, language.pick("保存しました。", "Saved.")))
        p { (language.pick(
            "トークとHubSpotのカードで、返信に挿入できる文章です。チームの全員が使えます。変更できるのは管理者です。",
            "What everybody of the team can insert into an answer, in a talk or on the card in HubSpot. Admins change them.",
        )) }
        @if texts.is_empty() { p { (language.pick("定型文はまだありません。", "There is none yet.")) } }
        ul class="rows" { @for text in texts { (row(visit, text, may_change)) } }
        @if may_change { (write(visit, mistake)) }
        p { a href="/console/talks" { (language.pick("トークの一覧に戻る", "Back to the list of talks")) } }
    };
    signed_in(visit, Here::Talks, title, inside)
}

fn row(visit: &SignedIn, text: &TeamText, may_change: bool) -> Markup {
    let language = visit.language;
    html! {
        li {
            div {
                h3 { (text.name) }
                p class="words" { (text.words) }
                @if !text.quick_replies.is_empty() { p class="small" { (buttons(&text.quick_replies, language)) } }
            }
            @if may_change {
                (form("/console/texts/remove", &visit.form_token(), html! {
                    input type="hidden" name="name" value=(text.name);
                    button class="link" aria-label={ (language.pick("削除：", "Remove: ")) (text.name) } { (language.pick("削除", "Remove")) }
                }))
            }
        }
    }
}

/// Which buttons stand below a text.
pub fn buttons(labels: &[String], language: Language) -> String {
    format!("{}{}", language.pick("ボタン：", "Buttons: "), labels.join(" / "))
}

fn write(visit: &SignedIn, mistake: Option<(&Mistake, &Fields)>) -> Markup {
    let language = visit.language;
    let typed = |name| mistake.and_then(|(_, fields)| value(fields, name)).unwrap_or_default();
    html! {
        section {
            h2 { (language.pick("定型文を保存する", "Write a text")) }
            @if let Some((mistake, _)) = mistake { p class="mistake" role="alert" { (mistake.words(language)) } }
            (form("/console/texts", &visit.form_token(), html! {
                label for="name" { (language.pick("名前", "Name")) }
                input id="name" name="name" maxlength=(LONGEST_NAME) required autocomplete="off" value=(typed("name"));
                p class="small" { (language.pick("同じ名前の定型文があれば、置き換えます。", "One of the same name is replaced.")) }
                label for="words" { (language.pick("本文", "Text")) }
                textarea id="words" name="words" rows="4" maxlength=(LONGEST_WORDS) required { (typed("words")) }
                (quick(typed("quick"), language))
                (actions(submit(Look::Main, language.pick("保存", "Save"))))
            }))
        }
    }
}

/// The field for buttons below a text.
pub fn quick(typed: &str, language: Language) -> Markup {
    html! {
        label for="quick" { (language.pick("クイックリプライのボタン", "Quick reply buttons")) }
        textarea id="quick" name="quick" rows="3" aria-describedby="quick-about" { (typed) }
        p class="small" id="quick-about" { (language.pick(
            "1行に1つ、13個まで、それぞれ20文字までです。お客さまがタップすると、その文字がメッセージとして届きます。",
            "One a line, 13 at most, 20 characters each. A tap sends the label as the person's message.",
        )) }
    }
}
