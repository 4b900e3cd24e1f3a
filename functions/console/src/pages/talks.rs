//! Who waits for an answer, and who else is on LINE: as the CRM lists them.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::shown;
use musubi::flow::console::talks::{FromCrm, ListedTalk, TalkQuery};
use musubi::pages::{Look, Page, actions, form, submit};

use super::{Here, face, signed_in, signed_in_with_lines_pictures};
use crate::visit::SignedIn;

/// So much of what somebody said stands in a list, in characters.
const FEW: usize = 60;

/// Somebody in the list, and their handle.
pub struct Listed {
    /// Names them in addresses of this session.
    pub handle: String,
    /// Who.
    pub talk: ListedTalk,
}

/// One of the Official Accounts on which somebody is.
pub struct Place {
    /// Names the talk in addresses of this session.
    pub handle: String,
    /// Which.
    pub channel: Channel,
    /// A message waits for an answer there.
    pub waits: bool,
}

/// The list, as far as the CRM gave it. `replied`: so many messages went out as replies this month.
pub fn page(
    visit: &SignedIn,
    query: &TalkQuery,
    channels: &[Channel],
    found: &FromCrm<(Vec<Listed>, Option<String>)>,
    replied: u64,
) -> Page {
    let language = visit.language;
    let title = match (&query.words, query.everybody) {
        (Some(_), _) => language.pick("検索結果", "Search results"),
        (None, _) if query.mine => language.pick("自分が担当するトーク", "Talks assigned to me"),
        (None, true) => language.pick("すべてのトーク", "All talks"),
        (None, false) => language.pick("未返信のトーク", "Unanswered talks"),
    };
    let inside = html! {
        h1 { (title) }
        (filter(visit, query, channels))
        @match found {
            FromCrm::Said((listed, next)) => (list(visit, query, listed, next.as_deref())),
            FromCrm::Disconnected => p class="mistake" role="alert" { (language.pick(
                "HubSpotとの接続が切れています。管理者にもう一度接続を依頼してください。",
                "HubSpot is not connected any more. Ask an admin to connect it again.",
            )) },
            FromCrm::Silent => p class="mistake" role="alert" { (language.pick(
                "HubSpotから応答がありません。しばらくしてから、もう一度開いてください。",
                "HubSpot did not answer. Open this page again later.",
            )) },
        }
        (search(visit, query))
        p { a href="/console/texts" { (language.pick("定型文", "Texts of the team")) } }
        p class="small" { (match language {
            Language::Japanese => format!("今月、無料の返信として送った数（月のメッセージ通数に数えられません）：{replied}通"),
            Language::English => format!("Sent as free replies this month, and so not counted in its messages: {replied}"),
        }) }
    };
    signed_in_with_lines_pictures(visit, Here::Talks, title, inside)
}

/// Of which Official Account, and who.
fn filter(visit: &SignedIn, query: &TalkQuery, channels: &[Channel]) -> Markup {
    let language = visit.language;
    html! {
        (form("/console/talks", &visit.form_token(), html! {
            div class="filter" {
                @if channels.len() > 1 {
                    div {
                        label for="channel" { (language.pick("LINE公式アカウント", "Official Account")) }
                        select id="channel" name="channel" {
                            option value="" { (language.pick("すべて", "All of them")) }
                            @for channel in channels {
                                option value=(channel.id) selected[query.channel.as_ref() == Some(&channel.id)] { (channel.name) }
                            }
                        }
                    }
                }
                div {
                    label for="who" { (language.pick("表示するトーク", "Which talks")) }
                    select id="who" name="who" {
                        option value="waiting" { (language.pick("未返信のみ", "Unanswered")) }
                        option value="mine" selected[query.mine] { (language.pick("自分の担当", "Assigned to me")) }
                        option value="everybody" selected[query.everybody] { (language.pick("すべて", "All")) }
                    }
                }
                (submit(Look::Plain, language.pick("表示", "Show")))
            }
        }))
    }
}

/// What stays as it was chosen, in the forms below.
fn chosen(query: &TalkQuery) -> Markup {
    html! {
        @if let Some(channel) = &query.channel { input type="hidden" name="channel" value=(channel); }
    }
}

fn list(visit: &SignedIn, query: &TalkQuery, listed: &[Listed], next: Option<&str>) -> Markup {
    let language = visit.language;
    html! {
        @if listed.is_empty() && next.is_some() {
            p { (language.pick("このページに、表示できる方はいません。", "Nobody on this page is yours to see.")) }
        } @else if listed.is_empty() {
            p { (match (&query.words, query.everybody) {
                (Some(_), _) => language.pick("見つかりませんでした。", "Nobody was found."),
                (None, _) if query.mine => language.pick("担当しているトークはありません。", "No talk is assigned to you."),
                (None, true) => language.pick("LINEと連携しているコンタクトはまだありません。", "No contact is linked to LINE yet."),
                (None, false) => language.pick("未返信のトークはありません。", "Nobody waits for an answer."),
            }) }
        } @else {
            ul class="rows talks" { @for one in listed { (row(one, language)) } }
        }
        @if let Some(next) = next {
            (form("/console/talks", &visit.form_token(), html! {
                (chosen(query))
                @if query.everybody { input type="hidden" name="who" value="everybody"; }
                @if query.mine { input type="hidden" name="who" value="mine"; }
                @if let Some(words) = &query.words { input type="hidden" name="words" value=(words); }
                input type="hidden" name="after" value=(next);
                (actions(submit(Look::Plain, language.pick("次のページ", "Next page"))))
            }))
        }
        p class="small" { (language.pick(
            "一覧はHubSpotの検索結果です。新しいメッセージが反映されるまで、少し時間がかかることがあります。",
            "The list is what HubSpot's search finds. It may take a little while until a new message shows.",
        )) }
    }
}

fn row(one: &Listed, language: Language) -> Markup {
    let talk = &one.talk;
    let name = match &talk.name {
        Some(name) => shown::name(name),
        None => match language {
            Language::Japanese => format!("コンタクト {}", talk.contact),
            Language::English => format!("Contact {}", talk.contact),
        },
    };
    let last = talk.last.as_deref().map(few);
    html! {
        li {
            (face(talk.picture.as_deref(), &name))
            div {
                a href={ "/console/talks/" (one.handle) } { strong { (&name) } }
                @if let Some(last) = last { p class="small" { (last) } }
                @if let Some(name) = &talk.assigned { p class="small" { (language.pick("担当者：", "Assigned to: ")) (shown::name(name.expose())) } }
            }
            @if talk.waits { span class="lamp" { (language.pick("未返信", "Unanswered")) } }
        }
    }
}

/// The beginning of it, in one line.
fn few(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut few: String = line.chars().take(FEW).collect();
    if few.len() < line.len() {
        few.push('…');
    }
    few
}

fn search(visit: &SignedIn, query: &TalkQuery) -> Markup {
    let language = visit.language;
    html! {
        section {
            h2 { (language.pick("ほかの人を探す", "Look for somebody else")) }
            (form("/console/talks", &visit.form_token(), html! {
                input type="hidden" name="who" value="everybody";
                (chosen(query))
                label for="words" { (language.pick("名前、メールアドレス、電話番号", "Name, e-mail address, telephone number")) }
                input id="words" name="words" maxlength="200" autocomplete="off" value=[query.words.as_deref()];
                p class="small" { (language.pick(
                    "HubSpotのコンタクトから探します。空のまま押すと、LINEと連携しているすべての人を表示します。",
                    "Looked for among HubSpot's contacts. Empty, it shows everybody on LINE.",
                )) }
                (actions(submit(Look::Plain, language.pick("検索", "Search"))))
            }))
            @if query.everybody || query.mine || query.words.is_some() {
                p { a href="/console/talks" { (language.pick("未返信のトークに戻る", "Back to unanswered talks")) } }
            }
        }
    }
}

/// On which Official Account? Or that they are on none.
pub fn choose(visit: &SignedIn, places: &[Place]) -> Page {
    let language = visit.language;
    let title = language.pick("トーク", "Talk");
    let inside = html! {
        h1 { (title) }
        @if places.is_empty() {
            p { (language.pick(
                "表示できるLINE公式アカウントに、このコンタクトと連携している方はいません。",
                "Nobody on an Official Account that you can see is linked to this contact.",
            )) }
        } @else {
            p { (language.pick("LINE公式アカウントを選んでください。", "Choose the Official Account.")) }
            ul class="rows" {
                @for place in places {
                    li {
                        a href={ "/console/talks/" (place.handle) } { (place.channel.name) }
                        @if place.waits { span class="lamp" { (language.pick("未返信", "Unanswered")) } }
                    }
                }
            }
        }
        p { a href="/console/talks" { (language.pick("トークの一覧に戻る", "Back to the list")) } }
    };
    signed_in(visit, Here::Talks, title, inside)
}
