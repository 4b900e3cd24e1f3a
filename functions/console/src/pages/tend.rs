//! In a talk: that nothing more is to be said, or still something, and whose it is.

use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::domain::operator::OperatorName;
use musubi::domain::shown;
use musubi::flow::console::talks::OpenTalk;
use musubi::pages::{Look, form, submit};

use super::talk::Shown;
use crate::visit::SignedIn;

/// Whether it waits, and a button for the other. It changes while the page is open.
pub fn done(visit: &SignedIn, talk: &OpenTalk, handle: &str) -> Markup {
    let button = |path: &str, label| {
        form(&format!("/console/talks/{handle}/{path}"), &visit.form_token(), submit(Look::Plain, label))
    };
    html! {
        div id="done" {
            @if talk.state.unanswered_since_ms.is_some() {
                (button("answered", visit.language.pick("返信せずに、返信済みにする", "It needs no answer")))
            } @else if talk.state.has_written {
                (button("to-do", visit.language.pick("未返信に戻す", "Mark as unanswered")))
            }
        }
    }
}

/// Whose it is.
pub fn assigned(visit: &SignedIn, of: &Shown<'_>, path: &str) -> Markup {
    let (language, assigned) = (visit.language, of.talk.state.assigned.as_ref());
    // Whoever has it may have left the team.
    let left = assigned.filter(|name| !of.team.contains(name));
    let nobody = match (of.face.owner.as_deref(), language) {
        (Some(owner), Language::Japanese) => format!("指定なし（コンタクトの担当者：{}）", shown::name(owner)),
        (Some(owner), Language::English) => format!("Not assigned (contact owner: {})", shown::name(owner)),
        (None, _) => language.pick("指定なし", "Not assigned").to_owned(),
    };
    let option = |name: &OperatorName| {
        html! { option value=(name.expose()) selected[assigned == Some(name)] { (name.expose()) } }
    };
    html! {
        @if of.talk.state.has_talk {
            section id="whose" {
            (form(&format!("{path}/assign"), &visit.form_token(), html! {
                div class="filter" {
                    div {
                        label for="to" { (language.pick("トークの担当者", "Assigned to")) }
                        select id="to" name="to" {
                            option value="" { (nobody) }
                            @for name in of.team.iter().chain(left) { (option(name)) }
                        }
                    }
                    (submit(Look::Plain, language.pick("変更", "Change")))
                }
            }))
        } }
    }
}
