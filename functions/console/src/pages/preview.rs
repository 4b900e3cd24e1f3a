//! A message as it would arrive, and what stands in its way.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::action::Purpose;
use musubi::domain::activity::Content;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ContactId;
use musubi::domain::language::Language;
use musubi::domain::push::OutgoingMessage;
use musubi::domain::quota::QuotaState;
use musubi::domain::words;
use musubi::domain::words::quota::month;
use musubi::flow::preview::{Draft, NotSeen, Previewed, WaitsFor};
use musubi::flow::test_send::Tested;
use musubi::line::pictures;
use musubi::pages::{Look, Page, actions, facts, form, submit};

use super::{Here, channel_name, moment, signed_in_with_lines_pictures};
use crate::preview::{FIELDS, PreviewPlace};
use crate::settings::{Fields, value};
use crate::visit::SignedIn;

/// So long is a message field that the workflow action takes whole, in characters: ample for what LINE takes of one.
const LONGEST_FIELD: usize = 20_000;

/// What stands in the form.
pub struct Filled {
    /// From which Official Account, by its ID.
    pub channel: Option<String>,
    /// The message fields.
    pub messages: [String; 5],
    purpose: Purpose,
}

impl Filled {
    /// Nothing yet.
    pub fn empty(channel: Option<String>) -> Self {
        Self { channel, messages: Default::default(), purpose: Purpose::default() }
    }

    /// What was sent in.
    pub fn of(fields: &Fields) -> Self {
        let field = |name| value(fields, name).unwrap_or_default().replace("\r\n", "\n");
        Self {
            channel: value(fields, "channel").map(str::to_owned),
            messages: FIELDS.map(field),
            purpose: Purpose::read(value(fields, "purpose")),
        }
    }

    /// What is to be looked at.
    pub fn draft(&self) -> Draft {
        Draft { fields: self.messages.to_vec(), purpose: self.purpose }
    }

    fn is_service(&self) -> bool {
        self.purpose == Purpose::Service
    }
}

/// What was just done.
pub enum Tried<'a> {
    /// It was looked at.
    Seen {
        /// From which Official Account.
        channel: &'a Channel,
        /// What it would be.
        seen: &'a Result<Previewed, NotSeen>,
        /// The name of the next test.
        fresh: &'a str,
    },
    /// It was sent to testers.
    Sent {
        /// What became of it for each.
        tested: &'a [(ContactId, Tested)],
    },
}

/// The form, and above it what came of it.
pub fn page(visit: &SignedIn, at: &PreviewPlace, filled: &Filled, tried: Option<&Tried<'_>>) -> Page {
    let PreviewPlace { contact, handle, account, channels } = at;
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("コンタクト {contact} に届くメッセージのプレビュー"),
        Language::English => format!("Preview for contact {contact}"),
    };
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "ワークフローのアクション「LINEメッセージを送信」に入力する内容を、このコンタクトの値で確かめます。送信はせず、メッセージの通数も使いません。",
            "What you are about to write into the workflow action “Send LINE message”, with this contact's values. Nothing is sent, and no message of the month is used.",
        )) }
        @match tried {
            None => {},
            Some(Tried::Seen { channel, seen, fresh }) => {
                (result(seen, channel_name(channels, &channel.id), account, language))
                @if seen.as_ref().is_ok_and(|seen| !seen.messages.is_empty()) { (test(visit, handle, channel, filled, fresh)) }
            },
            Some(Tried::Sent { tested }) => (sent(tested, language)),
        }
        section {
            h2 { (language.pick("メッセージの内容", "The message")) }
            (ask(visit, handle, channels, filled))
        }
        p { a href={ "/console/people/" (handle) } { (language.pick("コンタクトの画面に戻る", "Back to the contact")) } }
    };
    signed_in_with_lines_pictures(visit, Here::People, &title, inside)
}

fn result(seen: &Result<Previewed, NotSeen>, channel: &str, account: &CrmAccount, language: Language) -> Markup {
    html! {
        section id="result" {
            h2 { (language.pick("結果", "What would come of it")) }
            @match seen {
                Err(why) => p class="mistake" role="alert" { (why.words(language)) },
                Ok(seen) => {
                    (verdict(seen, language))
                    @if !seen.messages.is_empty() { (bubbles(&seen.messages, language)) }
                    @if seen.to.is_some() { (facts(&[
                        (language.pick("送信元", "From"), channel),
                        (language.pick("送信の時刻", "When"), &when(seen, account, language)),
                        (language.pick("消費する通数", "It takes"), &taken(seen, language)),
                        (language.pick("今月の送信数", "Sent this month"), &month(seen.quota, language)),
                    ])) }
                }
            }
        }
    }
}

fn verdict(seen: &Previewed, language: Language) -> Markup {
    html! {
        @if seen.obstacles.is_empty() {
            p class="saved" role="status" {
                (language.pick("送信できる内容です。", "It would be sent."))
                " "
                (if seen.is_checked_by_line {
                    language.pick("LINEの確認も済んでいます。", "LINE takes it, too.")
                } else {
                    language.pick(
                        "LINEから応答がなかったため、LINEによる確認は済んでいません。",
                        "LINE did not answer, so its own check is still to come.",
                    )
                })
            }
        } @else {
            div class="mistake" role="alert" {
                p { (language.pick("このままでは送信されません。", "As it is, it would not be sent.")) }
                ul { @for obstacle in &seen.obstacles { li { (obstacle.words(language)) } } }
            }
        }
    }
}

/// As they would stand in the talk. What is no text, sticker or picture is told in words: LINE alone draws it.
fn bubbles(messages: &[OutgoingMessage], language: Language) -> Markup {
    html! {
        ol class="talk" {
            @for message in messages {
                li class="auto" {
                    @match sticker(&message.said).zip(words::sticker_in_short(&message.said, language)) {
                        Some((picture, words)) => img class="sticker" src=(picture) alt=(words) referrerpolicy="no-referrer";,
                        None => p class="words" { (words::of(&message.said, language)) },
                    }
                }
            }
        }
    }
}

fn sticker(said: &Content) -> Option<String> {
    match said {
        Content::Sticker { sticker_id, .. } => pictures::of_sticker(sticker_id),
        _ => None,
    }
}

fn when(seen: &Previewed, account: &CrmAccount, language: Language) -> String {
    let from = |until_ms| moment(until_ms, account);
    match (seen.obstacles.is_empty(), seen.waits_for, language) {
        (false, ..) => language.pick("送信されません", "It would not be sent").to_owned(),
        (true, None, _) => language.pick("すぐに", "At once").to_owned(),
        (true, Some(WaitsFor::Hours(until_ms)), Language::Japanese) => {
            format!("{}以降（送信時間帯外のため）", from(until_ms))
        }
        (true, Some(WaitsFor::Hours(until_ms)), Language::English) => {
            format!("From {} on (it is outside of the sending hours)", from(until_ms))
        }
        (true, Some(WaitsFor::Month(until_ms)), Language::Japanese) => {
            format!("{}以降（今月の通数が残っていないため）", from(until_ms))
        }
        (true, Some(WaitsFor::Month(until_ms)), Language::English) => {
            format!("From {} on (no messages are left this month)", from(until_ms))
        }
    }
}

/// LINE counts people, not bubbles ("Messaging API pricing", 2026-08).
fn taken(seen: &Previewed, language: Language) -> String {
    let is_free = matches!(seen.quota, Some(QuotaState { limit: None, .. }));
    let words = match (seen.obstacles.is_empty(), is_free) {
        (false, _) => language.pick("0通", "None"),
        (true, false) => language.pick("1通（吹き出しの数にかかわらず）", "One, however many bubbles"),
        (true, true) => language.pick("1通（上限なし）", "One; there is no limit"),
    };
    words.to_owned()
}

/// The form that sends it to testers, if there are any.
fn test(visit: &SignedIn, handle: &str, channel: &Channel, filled: &Filled, fresh: &str) -> Markup {
    let (language, testers) = (visit.language, &channel.settings.testers);
    let path = format!("/console/people/{handle}/preview/test");
    html! {
        section {
            h2 { (language.pick("テスト送信", "Send a test")) }
            @if testers.is_empty() {
                p { (language.pick(
                    "この公式アカウントには、テスト送信の宛先がありません。管理者が、公式アカウントの設定「テスト送信の宛先」にコンタクトIDを登録できます。",
                    "This Official Account has no testers. An admin names them, by contact ID, in its settings (“Testers”).",
                )) }
            } @else {
                p { (language.pick(
                    "宛先ごとに、そのコンタクトの値で送信します。スマートフォンでは送信者名が「テスト送信」になります。1人につき1通を使います。",
                    "Each gets it with their own values. On their phone it comes from “Test”. It takes one message of the month for each.",
                )) }
                ul { @for tester in testers { li { (contact_words(tester, language)) } } }
                (form(&path, &visit.form_token(), html! {
                    input type="hidden" name="name" value=(fresh);
                    input type="hidden" name="channel" value=(channel.id);
                    @if filled.is_service() { input type="hidden" name="purpose" value="service"; }
                    @for (name, words) in FIELDS.iter().zip(&filled.messages) { input type="hidden" name=(name) value=(words); }
                    (actions(submit(Look::Plain, language.pick("テスト送信する", "Send the test"))))
                }))
            }
        }
    }
}

fn contact_words(contact: &ContactId, language: Language) -> String {
    format!("{} {contact}", language.pick("コンタクト", "Contact"))
}

fn sent(tested: &[(ContactId, Tested)], language: Language) -> Markup {
    html! {
        section id="result" {
            h2 { (language.pick("テスト送信の結果", "What came of the test")) }
            @if tested.is_empty() { p { (language.pick("宛先がありません。", "There are no testers.")) } }
            ul { @for (contact, became) in tested {
                li {
                    (contact_words(contact, language)) (language.pick("：", ": "))
                    @match became {
                        Tested::OnItsWay => (language.pick("送信を受け付けました。", "It is on its way.")),
                        Tested::NotSeen(why) => (why.words(language)),
                        Tested::Stopped(obstacles) => {
                            (language.pick("送信していません。", "Not sent."))
                            ul { @for obstacle in obstacles { li { (obstacle.words(language)) } } }
                        },
                    }
                }
            } }
        }
    }
}

fn ask(visit: &SignedIn, handle: &str, channels: &[Channel], filled: &Filled) -> Markup {
    let language = visit.language;
    let is_chosen = |channel: &Channel| filled.channel.as_deref() == Some(channel.id.as_str());
    let has_more = filled.messages[1..].iter().any(|words| !words.is_empty());
    html! {
        (form(&format!("/console/people/{handle}/preview"), &visit.form_token(), html! {
            @match channels {
                [only] => input type="hidden" name="channel" value=(only.id);,
                several => {
                    label for="channel" { (language.pick("LINE公式アカウント", "Official Account")) }
                    select id="channel" name="channel" {
                        @for channel in several { option value=(channel.id) selected[is_chosen(channel)] { (channel.name) } }
                    }
                }
            }
            (field(0, filled, language))
            p class="small" id="about-messages" { (language.pick(
                "テキスト、またはLINEのメッセージオブジェクト（JSON）。{{line:firstname|お客さま}} のように、コンタクトの値を入れられます。",
                "Text, or one LINE message object as JSON. {{line:firstname|customer}} puts in a value of the contact.",
            )) }
            details open[has_more] {
                summary { (language.pick("2～5つ目の吹き出し", "Bubbles 2 to 5")) }
                @for number in 1..FIELDS.len() { (field(number, filled, language)) }
            }
            label class="check" {
                input type="checkbox" name="purpose" value="service" checked[filled.is_service()];
                (language.pick(
                    "手続きの連絡など、同意のいらない送信（purpose：service）",
                    "It needs no consent, such as a receipt (purpose: service)",
                ))
            }
            (actions(submit(Look::Main, language.pick("プレビュー", "Preview"))))
        }))
    }
}

fn field(number: usize, filled: &Filled, language: Language) -> Markup {
    let (name, label) = (FIELDS[number], language.pick("メッセージ", "Message"));
    html! {
        label for=(name) { (label) " " (number + 1) }
        textarea id=(name) name=(name) rows="4" maxlength=(LONGEST_FIELD) required[number == 0] aria-describedby="about-messages" { (filled.messages[number]) }
    }
}
