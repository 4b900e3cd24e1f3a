//! One talk: what was said, what is being said, and the form to answer.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::activity::{Activity, Speaker};
use musubi::domain::language::Language;
use musubi::domain::operator::OperatorName;
use musubi::domain::shown;
use musubi::domain::team_text::TeamText;
use musubi::flow::console::talks::{Face, FromCrm, OpenTalk};
use musubi::flow::read_talk::{BeingSaid, OlderNote, OlderTalk};
use musubi::line::{pictures, stickers};
use musubi::pages::{Look, Page, form, submit};

use super::line::{TalkLine, time_of};
use super::{face, signed_in_talking, talk_file, tend, texts};
use crate::visit::SignedIn;

/// What was just done.
#[derive(Clone, Copy)]
pub enum Sent<'a> {
    /// Nothing.
    Nothing,
    /// What was said is on its way, and not in the talk yet.
    OnItsWay,
    /// What was said cannot be sent.
    Refused {
        /// Why.
        why: &'a str,
    },
}

/// What stands in the form, to be sent.
#[derive(Clone, Copy, Default)]
pub struct Draft<'a> {
    /// What is typed.
    pub words: &'a str,
    /// The labels of the buttons below it, one a line.
    pub quick: &'a str,
}

/// A talk, and what else its page shows.
pub struct Shown<'a> {
    /// The talk.
    pub talk: &'a OpenTalk,
    /// As the CRM knows the person.
    pub face: &'a Face,
    /// Names the talk in addresses of this session.
    pub handle: &'a str,
    /// Names the person in addresses of this session.
    pub person: &'a str,
    /// The name of the next message.
    pub fresh: &'a str,
    /// The name of a sticker, if the next message is one.
    pub fresh_sticker: &'a str,
    /// The name of a file, if the next message is one.
    pub fresh_file: &'a str,
    /// What older notes say.
    pub older: &'a FromCrm<OlderTalk>,
    /// Before which entry they stand.
    pub before: u32,
    /// What was just done.
    pub sent: Sent<'a>,
    /// What stands in the form.
    pub draft: Draft<'a>,
    /// What the team says again and again.
    pub texts: &'a [TeamText],
    /// Who of the team can have the talk.
    pub team: &'a [OperatorName],
}

/// The page.
pub fn page(visit: &SignedIn, account: &CrmAccount, shown: &Shown<'_>) -> Page {
    let (language, talk) = (visit.language, shown.talk);
    let title = match (shown.face.name.as_deref(), language) {
        (Some(name), Language::Japanese) => format!("{}さんとのトーク", shown::name(name)),
        (Some(name), Language::English) => format!("Talk with {}", shown::name(name)),
        (None, _) => language.pick("LINEの方とのトーク", "Talk with a person on LINE").to_owned(),
    };
    let path = format!("/console/talks/{}", shown.handle);
    let is_old = shown.before < talk.newest.next_entry;
    let inside = html! {
        h1 class="whose" { (face(shown.face.picture.as_deref(), shown.face.name.as_deref().unwrap_or_default())) (title) }
        p class="account" { (talk.channel.name) }
        p class="links" {
            a href="/console/talks" { (language.pick("一覧に戻る", "Back to the list")) }
            a href={ "/console/people/" (shown.person) } { (language.pick("連携の状態", "Who they are")) }
        }
        (past(shown.older, shown.handle, language))
        @if is_old {
            p { a href=(path) { (language.pick("新しいやりとりに戻る", "Back to the newest")) } }
        } @else {
            (now(visit, account, talk, shown.handle))
            p class="mistake" role="alert" id="over" hidden { (language.pick(
                "ログインの有効期限が切れたため、新しいメッセージを表示できません。入力中の内容を控えてから、もう一度ログインしてください。",
                "You are signed out by now, so nothing new is shown. Keep what you are writing, then sign in again.",
            )) }
            (answer(visit, account, shown, &path))
            (tend::assigned(visit, shown, &path))
        }
    };
    signed_in_talking(visit, &title, inside)
}

/// What older notes say.
pub fn past(older: &FromCrm<OlderTalk>, handle: &str, language: Language) -> Markup {
    html! {
        div id="past" {
            @match older {
                FromCrm::Said(older) => {
                    @if let Some(before) = older.before {
                        p { a href={ "/console/talks/" (handle) "?before=" (before) } {
                            (language.pick("以前のやりとりを読む", "Show older messages"))
                        } }
                    }
                    @for note in &older.notes {
                        @match note {
                            OlderNote::Said { lines, files } => div class="note" {
                                @for line in lines { p { (line) } }
                                @for file in files { p { (talk_file::sent(file, handle, language)) } }
                            },
                            OlderNote::Unreadable => p class="small" { (language.pick(
                                "この間のやりとりは、HubSpotのタイムラインで確認してください。",
                                "These messages are on HubSpot's timeline.",
                            )) },
                        }
                    }
                }
                FromCrm::Disconnected | FromCrm::Silent => p class="mistake" role="alert" { (language.pick(
                    "HubSpotから以前のやりとりを読み込めませんでした。下には、まだメモになっていないやりとりだけを表示しています。",
                    "Older messages could not be read from HubSpot. Below is only what is in no note yet.",
                )) },
            }
        }
    }
}

/// What changes while the page is open. A script fetches it by itself.
pub fn live(visit: &SignedIn, account: &CrmAccount, talk: &OpenTalk, handle: &str) -> Markup {
    html! {
        (now(visit, account, talk, handle))
        (cost(account, talk, visit.language))
        (tend::done(visit, talk, handle))
    }
}

/// What is in no note yet, and what is being said.
fn now(visit: &SignedIn, account: &CrmAccount, talk: &OpenTalk, handle: &str) -> Markup {
    let language = visit.language;
    let live = format!("/console/talks/{handle}/live");
    html! {
        div id="now" data-live=(live) data-entry=(talk.newest.next_entry) {
            @if talk.newest.said.is_empty() && talk.newest.saying.is_empty() {
                p class="small" { (language.pick("新しいやりとりはありません。", "No new messages.")) }
            }
            ol class="talk" aria-live="polite" aria-label=(language.pick("新しいやりとり", "What is new")) {
                @for said in &talk.newest.said {
                    (bubble(said, &talk.newest.said, account, language, talk_file::of(talk, said).map(|file| talk_file::sent(file, handle, language))))
                }
                @for saying in &talk.newest.saying { (being_said(visit, account, saying, handle)) }
            }
        }
    }
}

fn bubble(
    said: &Activity,
    among: &[Activity],
    account: &CrmAccount,
    language: Language,
    more: Option<Markup>,
) -> Markup {
    let line = TalkLine::of(said, among, account, language);
    let class = match line.speaker {
        Speaker::Person => "theirs",
        Speaker::Operator => "ours",
        Speaker::Workflow => "auto",
    };
    html! {
        li class=(class) {
            p class="by" { (line.by) " " time { (line.at) } }
            @if let Some(quotes) = &line.quotes { p class="quotes" { (quotes) } }
            @match &line.picture {
                Some(picture) => (sticker_picture(picture, &line.words)),
                None => p class="words" { (line.words) },
            }
            @if let Some(more) = more { (more) }
            @if let Some((media, address)) = &line.went {
                a class="sent" href=(address) target="_blank" rel="noreferrer" { (talk_file::open(*media, language)) }
            }
        }
    }
}

/// A sticker, or the words where its picture does not come.
fn sticker_picture(address: &str, words: &str) -> Markup {
    html! { img class="sticker" src=(address) alt=(words) loading="lazy" referrerpolicy="no-referrer"; }
}

fn being_said(visit: &SignedIn, account: &CrmAccount, saying: &BeingSaid, handle: &str) -> Markup {
    let language = visit.language;
    let under_way = || html! { p class="small" { (language.pick("送信中です。", "On its way.")) } };
    let last = saying.said.len().saturating_sub(1);
    html! {
        @for (number, said) in saying.said.iter().enumerate() {
            (bubble(said, &[], account, language, (number == last).then(|| {
                if saying.is_unknown { unknown(visit, saying, handle) } else { under_way() }
            })))
        }
    }
}

fn unknown(visit: &SignedIn, saying: &BeingSaid, handle: &str) -> Markup {
    let language = visit.language;
    let inside = html! {
        input type="hidden" name="send" value=(saying.id);
        button class="button plain" name="arrived" value="yes" { (language.pick("届いている", "It arrived")) }
        button class="button plain" name="arrived" value="again" { (language.pick("届いていないので、もう一度送る", "It did not arrive: send it again")) }
    };
    html! {
        p { (language.pick(
            "届いたかどうか分かりません。二重に届かないよう、自動では送り直しません。",
            "It is not known whether it arrived. It is not sent again by itself, so that nobody gets it twice.",
        )) }
        (form(&format!("/console/talks/{handle}/decide"), &visit.form_token(), inside))
    }
}

fn answer(visit: &SignedIn, account: &CrmAccount, shown: &Shown<'_>, path: &str) -> Markup {
    let (language, talk) = (visit.language, shown.talk);
    html! {
        section id="write" {
            @match shown.sent {
                Sent::Nothing => {}
                Sent::OnItsWay => p class="saved" role="status" { (language.pick(
                    "送信を受け付けました。まもなくトークに表示されます。",
                    "Accepted. It shows in the talk in a moment.",
                )) },
                Sent::Refused { why } => p class="mistake" role="alert" { (why) },
            }
            @if talk.state.follows == Some(false) {
                p class="todo" { (language.pick(
                    "この方はLINE公式アカウントをブロックしているため、メッセージを送れません。",
                    "They have blocked the Official Account: no message reaches them.",
                )) }
            } @else {
                (form(path, &visit.form_token(), html! {
                    input type="hidden" name="name" value=(shown.fresh);
                    label for="words" { (language.pick("メッセージ", "Message")) }
                    // As LINE counts: a browser counts UTF-16 code units, too.
                    textarea id="words" name="words" rows="4" maxlength="5000" required aria-describedby="cost" { (shown.draft.words) }
                    (buttons(shown, language))
                    (cost(account, talk, language))
                    (submit(Look::Main, language.pick("送信", "Send")))
                    (insert(shown, path, language))
                }))
                (choose_sticker(visit, shown, path))
                (talk_file::choose(&visit.form_token(), shown.fresh_file, path, language))
            }
            (tend::done(visit, talk, shown.handle))
        }
    }
}

/// Buttons below the message: out of the way until somebody wants them.
fn buttons(shown: &Shown<'_>, language: Language) -> Markup {
    html! {
        details open[!shown.draft.quick.is_empty()] {
            summary { (language.pick("ボタンを付ける", "Add buttons")) }
            (texts::quick(shown.draft.quick, language))
        }
    }
}

/// What the team says again and again: a press puts it into the form, behind what is typed.
fn insert(shown: &Shown<'_>, path: &str, language: Language) -> Markup {
    html! {
        @if !shown.texts.is_empty() {
            details id="texts" {
                summary { (language.pick("定型文を挿入する", "Insert a text of the team")) }
                div class="texts" {
                    @for text in shown.texts {
                        button name="insert" value=(text.name) formaction={ (path) "#write" } formnovalidate { (text.name) }
                    }
                }
            }
        }
    }
}

/// A few of LINE's own stickers: a press sends one.
fn choose_sticker(visit: &SignedIn, shown: &Shown<'_>, path: &str) -> Markup {
    let language = visit.language;
    html! {
        details id="stickers" {
            summary { (language.pick("スタンプを送る", "Send a sticker")) }
            p class="small" { (language.pick("押すと、すぐに送信します。", "A press sends it at once.")) }
            (form(path, &visit.form_token(), html! {
                input type="hidden" name="name" value=(shown.fresh_sticker);
                div class="stickers" {
                    @for sticker in stickers::all(language) {
                        button name="sticker" value=(sticker.name) {
                            @match pictures::of_sticker(&sticker.id) {
                                Some(picture) => (sticker_picture(&picture, &sticker.title)),
                                None => (sticker.title),
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// What an answer costs now.
fn cost(account: &CrmAccount, talk: &OpenTalk, language: Language) -> Markup {
    let words = match (talk.free_until_ms, language) {
        (Some(until_ms), Language::Japanese) => {
            format!("{}までは無料の返信として送られ、月のメッセージ通数に数えられません。", time_of(until_ms, account))
        }
        (Some(until_ms), Language::English) => {
            format!(
                "Until {} it goes out as a free reply and is not counted in the month's messages.",
                time_of(until_ms, account)
            )
        }
        (None, Language::Japanese) => "プッシュメッセージとして送られ、1通と数えられます。".to_owned(),
        (None, Language::English) => "It goes out as a push message and is counted as one.".to_owned(),
    };
    html! { p class="small" id="cost" { (words) } }
}
