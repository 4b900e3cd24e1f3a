//! What waits for a person's decision.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::flow::open_questions::OpenQuestion;
use musubi::flow::parked_sends::ParkedSend;
use musubi::pages::{Page, form};

use super::{Here, channel_name, moment, saved, signed_in, unreadable};
use crate::visit::SignedIn;

/// What there is to decide.
pub struct Waiting {
    /// Sends, the one that has waited longest first.
    pub sends: Vec<ParkedSend>,
    /// Who is who?
    pub questions: Vec<OpenQuestion>,
    /// How many another version of Musubi wrote.
    pub unreadable: usize,
}

/// What came of a form, where nothing was changed.
#[derive(Debug, Clone, Copy)]
pub enum Mistake {
    /// The send waits for no decision.
    SendOver,
    /// The question is not asked.
    NotAsked,
    /// The Official Account is connected no more.
    NoChannel,
}

impl Mistake {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::SendOver => language.pick(
                "この送信は、すでに結果が確定しています。今回は何も変更していません。",
                "This send is already decided. Nothing was changed this time.",
            ),
            Self::NotAsked => language.pick(
                "この質問には、すでに回答があります。今回は何も変更していません。",
                "This question is already answered. Nothing was changed this time.",
            ),
            Self::NoChannel => language.pick(
                "このLINE公式アカウントは接続されていません。何も変更していません。",
                "This Official Account is not connected any more. Nothing was changed.",
            ),
        }
    }
}

/// Both lists.
pub fn page(
    visit: &SignedIn,
    account: &CrmAccount,
    channels: &[Channel],
    waiting: &Waiting,
    mistake: Option<Mistake>,
) -> Page {
    let language = visit.language;
    let title = language.pick("確認が必要なもの", "Waiting for you");
    let inside = html! {
        h1 { (title) }
        @match mistake {
            Some(mistake) => p class="mistake" role="alert" { (mistake.words(language)) },
            None => (saved(visit, language.pick(
                "記録しました。1分ほどで反映されます。",
                "Recorded. It takes effect within about a minute.",
            ))),
        }
        (unreadable(waiting.unreadable, language))
        section {
            h2 { (language.pick("届いたかどうか分からない送信", "Sends that may or may not have arrived")) }
            @if waiting.sends.is_empty() { p { (language.pick("ありません。", "None.")) } } @else {
                p { (language.pick(
                    "LINEから結果が返らなかった送信です。二重に届かないよう、自動では再送しません。LINE Official Account Managerのチャットで届いたかどうかを確認し、結果を登録してください。「届いていない」を選んでも再送されません。必要な場合は、もう一度ワークフローに登録してください。28日以内に登録がないものは、結果が不明のまま終わります。",
                    "LINE did not say what became of these. They are not sent again by themselves, so that nobody gets a message twice. See in the chat of LINE Official Account Manager whether each arrived, and say so here. “It did not arrive” sends nothing either: enrol the contact again if it is still wanted. What nobody decides within 28 days ends as unknown.",
                )) }
                ul class="rows" { @for send in &waiting.sends { (parked(visit, account, channels, send)) } }
            }
        }
        section {
            h2 { (language.pick("同じ人かどうかの質問", "Is it the same person?")) }
            @if waiting.questions.is_empty() { p { (language.pick("ありません。", "None.")) } } @else {
                p { (language.pick(
                    "HubSpotのコンタクトと、LINEのトークを確認してから回答してください。「同じ人」では、このコンタクトに連携を移します（ほかの人が連携されている場合、その人の連携は外れます）。「別の人」では、連携は変わりません。",
                    "Look at the contact in HubSpot and at the chat first. “Same person” moves the link to this contact (whoever else is linked to it loses the link); “somebody else” leaves the links as they are.",
                )) }
                ul class="rows" { @for question in &waiting.questions { (asked(visit, account, channels, question)) } }
            }
        }
    };
    signed_in(visit, Here::Decisions, title, inside)
}

fn parked(visit: &SignedIn, account: &CrmAccount, channels: &[Channel], send: &ParkedSend) -> Markup {
    let language = visit.language;
    let contact = send.contact.as_ref().map_or("-", |contact| contact.as_str());
    let title = match language {
        Language::Japanese => format!("コンタクト {contact} への送信"),
        Language::English => format!("To contact {contact}"),
    };
    let attempts = match language {
        Language::Japanese => format!("{}回試行", send.attempts),
        Language::English => format!("tried {} times", send.attempts),
    };
    html! {
        li {
            div {
                strong { (title) }
                p class="small" {
                    (channel_name(channels, &send.channel)) " · " (moment(send.first_attempt_at_ms, account)) " · " (attempts)
                }
            }
            (choices(visit, "/console/decisions/sends", ("send", &send.id.to_string()), &title, "arrived", [
                language.pick("届いていた", "It arrived"), language.pick("届いていない", "It did not arrive"),
            ]))
        }
    }
}

fn asked(visit: &SignedIn, account: &CrmAccount, channels: &[Channel], question: &OpenQuestion) -> Markup {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("コンタクト {} ですか？", question.contact),
        Language::English => format!("Is it contact {}?", question.contact),
    };
    let linked = match (&question.linked, language) {
        (Some(contact), Language::Japanese) => format!("現在の連携先：コンタクト {contact}"),
        (Some(contact), Language::English) => format!("linked to contact {contact} now"),
        (None, _) => language.pick("現在の連携先：なし", "linked to no contact now").to_owned(),
    };
    html! {
        li {
            div {
                strong { (title) }
                p class="small" {
                    (channel_name(channels, &question.channel)) " · " (linked)
                    @if question.asked_at_ms > 0 { " · " (moment(question.asked_at_ms, account)) }
                }
                p class="small" { (question.why.words().of(language)) }
            }
            (choices(visit, "/console/decisions/questions", ("question", &question.id), &title, "same", [
                language.pick("同じ人", "Same person"), language.pick("別の人", "Somebody else"),
            ]))
        }
    }
}

/// Two buttons of one form: yes and no.
fn choices(
    visit: &SignedIn,
    path: &str,
    (name, id): (&str, &str),
    about: &str,
    field: &str,
    [yes, no]: [&str; 2],
) -> Markup {
    let inside = html! {
        input type="hidden" name=(name) value=(id);
        @for (value, label) in [("yes", yes), ("no", no)] {
            button class="button plain" name=(field) value=(value) aria-label={ (label) ": " (about) } { (label) }
        }
    };
    html! { div class="choices" { (form(path, &visit.form_token(), inside)) } }
}
