//! Connecting an Official Account: the two values, and "is this the right one?".

use maud::{Markup, html};
use musubi::domain::channel::WebhookBefore;
use musubi::domain::channel_values::{Field, TryRefusal, ValueFault};
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::domain::words::channel_values as words;
use musubi::domain::words::connecting::{BEFORE, KNOW_BEFORE, cuts_off};
use musubi::domain::words::provider as of_provider;
use musubi::flow::configure::choose_provider::NoProvider;
use musubi::flow::configure::try_channel::TriedChannel;
use musubi::pages::{Look, Page, actions, button, facts, form, submit};

use super::{Here, signed_in, signed_in_with_picture};
use crate::visit::SignedIn;

/// What is wrong with what was typed.
pub enum Mistake {
    /// Nothing.
    None,
    /// These values.
    Values(Vec<(Field, ValueFault)>),
    /// LINE or our rows say no.
    Refused(TryRefusal),
    /// It was not confirmed in time, or not by whom it was typed.
    TooLate,
}

impl Mistake {
    fn of(&self, field: Field) -> Option<ValueFault> {
        match self {
            Self::Values(faults) => faults.iter().find(|(of, _)| *of == field).map(|(_, fault)| *fault),
            _ => None,
        }
    }

    fn at_all(&self, language: Language) -> Option<&'static str> {
        match self {
            Self::None | Self::Values(_) => None,
            Self::Refused(refusal) => Some(words::refused(*refusal, language)),
            Self::TooLate => Some(language.pick(
                "入力から時間が経ったため、確認できませんでした。もう一度入力してください。何も保存していません。",
                "That could not be confirmed any more. Please enter the values again. Nothing was stored.",
            )),
        }
    }
}

/// The form. Nothing of a secret is ever shown again.
pub fn ask(visit: &SignedIn, mistake: &Mistake, id: &str) -> Page {
    let language = visit.language;
    let title = language.pick("LINE公式アカウントを接続", "Connect an Official Account");
    let inside = html! {
        h1 { (title) }
        @if let Some(words) = mistake.at_all(language) { p class="mistake" role="alert" { (words) } }
        p { (language.pick(
            "チャネルIDとチャネルシークレットを貼り付けてください。LINEで確かめ、アカウント名を表示します。確認するまで何も保存しません。",
            "Paste the channel ID and the channel secret. They are tried at LINE, and you see the account's name. Nothing is stored before you confirm it.",
        )) }
        details {
            summary { (language.pick("チャネルIDがまだない場合・値の場所が分からない場合", "There is no channel ID yet, or you do not know where the values are")) }
            p { (language.pick(
                "個人のLINEアカウントでは使えません。LINE公式アカウントが必要です。",
                "A personal LINE account does not work; you need an Official Account.",
            )) }
            ol { @for step in BEFORE { li { (step.of(language)) } } }
            p { (KNOW_BEFORE.of(language)) }
        }
        (form("/console/connect", &visit.form_token(), html! {
            (field(visit, mistake, Field::Id, "id", html! {
                input id="id" name="id" value=(id) required autocomplete="off" autocapitalize="none" spellcheck="false"
                    inputmode="numeric" aria-describedby="about-id" aria-invalid=[mistake.of(Field::Id).map(|_| "true")];
            }))
            (field(visit, mistake, Field::Secret, "secret", html! {
                input id="secret" name="secret" type="password" required autocomplete="off" spellcheck="false"
                    aria-describedby="about-secret" aria-invalid=[mistake.of(Field::Secret).map(|_| "true")];
            }))
            details open[mistake.of(Field::Token).is_some()] {
                summary { (language.pick("チャネルアクセストークン（長期）を使う場合（任意）", "Use a long-lived channel access token (optional)")) }
                p { (language.pick(
                    "通常は不要です。短期のトークンを、必要なときにMusubiが発行します。",
                    "Usually not needed: Musubi issues short-lived tokens whenever it needs one.",
                )) }
                (field(visit, mistake, Field::Token, "access_token", html! {
                    input id="access_token" name="access_token" type="password" autocomplete="off" spellcheck="false"
                        aria-describedby="about-access_token" aria-invalid=[mistake.of(Field::Token).map(|_| "true")];
                }))
            }
            (actions(submit(Look::Main, language.pick("LINEで確かめる", "Look at LINE"))))
        }))
    };
    signed_in(visit, Here::Home, title, inside)
}

fn field(visit: &SignedIn, mistake: &Mistake, which: Field, id: &str, input: Markup) -> Markup {
    let language = visit.language;
    let (label, about) = match which {
        Field::Id => (
            language.pick("チャネルID", "Channel ID"),
            language.pick(
                "10桁の数字。［チャネル基本設定］にあります。",
                "10 digits, under Basic settings (チャネル基本設定).",
            ),
        ),
        Field::Secret => (
            language.pick("チャネルシークレット", "Channel secret"),
            language.pick(
                "半角英数字32文字。［チャネル基本設定］にあります。",
                "32 letters and digits, under Basic settings (チャネル基本設定).",
            ),
        ),
        Field::Token => (
            language.pick("チャネルアクセストークン（長期）", "Channel access token (long-lived)"),
            language.pick("［Messaging API設定］にあります。", "Under Messaging API (Messaging API設定)."),
        ),
    };
    html! {
        div class="setting" {
            label for=(id) { (label) }
            (input)
            div class="about" id={ "about-" (id) } {
                @if let Some(fault) = mistake.of(which) {
                    p class="mistake" role="alert" { (words::of(which, fault, language)) }
                }
                (about)
            }
        }
    }
}

/// As the form says that it is of a LINE provider which none of the others is of.
pub const ANOTHER: &str = "another";

/// What is wrong with how it was confirmed.
pub enum Unconfirmed {
    /// Nothing.
    Nothing,
    /// Another tool would be cut off, and the box was not ticked.
    CutsOff,
    /// Its LINE provider is not known, or cannot be had.
    Provider(NoProvider),
}

/// Is this the right one? `providers`: among which it must be chosen.
pub fn confirm(
    visit: &SignedIn,
    id: &ChannelId,
    tried: &TriedChannel,
    sealed: &str,
    providers: &[(ProviderNumber, Vec<String>)],
    unconfirmed: &Unconfirmed,
) -> Page {
    let language = visit.language;
    let title = language.pick("この公式アカウントでよろしいですか？", "Is this the right Official Account?");
    let seen = &tried.seen;
    let inside = html! {
        h1 { (title) }
        div class="card who" {
            @if let Some(picture) = &seen.picture { img src=(picture) alt="" width="96" height="96"; }
            h2 { (seen.name) }
            (facts(&[
                (language.pick("ベーシックID", "Basic ID"), &seen.basic_id),
                (language.pick("チャネルID", "Channel ID"), id.as_str()),
            ]))
        }
        (form("/console/connect/confirm", &visit.form_token(), html! {
            input type="hidden" name="sealed" value=(sealed);
            (of_which_provider(providers, unconfirmed, language))
            @if let Some(before) = &tried.before {
                (cut_off(before, matches!(unconfirmed, Unconfirmed::CutsOff), language))
            }
            (actions(html! {
                (submit(Look::Main, language.pick("接続する", "Connect")))
                (button(Look::Plain, language.pick("やり直す", "Start again"), "/console/connect"))
            }))
        }))
    };
    signed_in_with_picture(visit, Here::Home, title, seen.picture.as_deref(), inside)
}

fn of_which_provider(
    providers: &[(ProviderNumber, Vec<String>)],
    unconfirmed: &Unconfirmed,
    language: Language,
) -> Markup {
    let mistake = html! { @if let Unconfirmed::Provider(why) = unconfirmed { (no_provider(why, language)) } };
    if providers.is_empty() {
        return mistake;
    }
    html! {
        fieldset {
            legend { (of_provider::QUESTION.of(language)) }
            (mistake)
            p { (of_provider::WHY.of(language)) }
            @for (number, names) in providers {
                label class="check" {
                    input type="radio" name="provider" value=(number.get()) required;
                    (of_provider::same_as(&names.iter().map(String::as_str).collect::<Vec<_>>(), language))
                }
            }
            label class="check" {
                input type="radio" name="provider" value=(ANOTHER) required;
                (of_provider::ANOTHER.of(language))
            }
        }
    }
}

fn no_provider(why: &NoProvider, language: Language) -> Markup {
    let (words, problems) = match why {
        NoProvider::Unsaid => (of_provider::UNSAID, &[][..]),
        NoProvider::NoSuch => (of_provider::NO_SUCH, &[][..]),
        NoProvider::Stays => (of_provider::STAYS, &[][..]),
        NoProvider::TooMany => (of_provider::TOO_MANY, &[][..]),
        NoProvider::Fields(problems) => (of_provider::FIELDS, &problems[..]),
        NoProvider::Crm(_) | NoProvider::Port(_) => (of_provider::NOT_NOW, &[][..]),
    };
    html! {
        div role="alert" {
            p class="mistake" { (words.of(language)) }
            @if !problems.is_empty() {
                ul { @for problem in problems { li { (problem.words(language)) } } }
            }
        }
    }
}

fn cut_off(before: &WebhookBefore, unticked: bool, language: Language) -> Markup {
    let host = before.host();
    html! {
        fieldset {
            legend { (language.pick("別のツールが接続されています", "Another tool is connected")) }
            @if unticked {
                p class="mistake" role="alert" { (language.pick(
                    "接続するには、下のチェックボックスをオンにしてください。まだ何も変更していません。",
                    "Tick the box to go on. Nothing was changed yet.",
                )) }
            }
            p { (cuts_off(&host, language)) }
            p { (language.pick(
                "そのツールの自動応答、チャット、配信の集計なども動かなくなります。そのツールに戻す可能性がある場合は、先に現在のWebhook URLを控えてください。",
                "What that tool does on messages, such as answering them, chat or statistics, stops. If you may want to go back, note its webhook URL first.",
            )) }
            label class="check" {
                input type="checkbox" name="cuts_off" value=(host) required;
                (match language {
                    Language::Japanese => format!("{host} では受信できなくなることを確認しました"),
                    Language::English => format!("{host} will hear no more; I know"),
                })
            }
        }
    }
}
