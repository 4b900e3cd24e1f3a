//! LINE Login of an Official Account: its two values, and the steps in LINE's console.

use maud::{Markup, html};
use musubi::domain::addresses::LoginAddresses;
use musubi::domain::channel::{Channel, HandSwitch};
use musubi::domain::channel_values::{Field, LoginRefusal, ValueFault};
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::words::channel_values as words;
use musubi::domain::words::login_steps;
use musubi::pages::{Look, Page, actions, address, form, submit};

use super::setup::switch_form;
use super::{Here, saved, signed_in};
use crate::visit::SignedIn;

/// What is wrong with what was typed.
pub enum Mistake {
    /// Nothing.
    None,
    /// These values.
    Values(Vec<(Field, ValueFault)>),
    /// LINE or our rows say no.
    Refused(LoginRefusal),
}

/// The form; once it is set up, also what is left in LINE's console.
pub fn page(visit: &SignedIn, channel: &Channel, mistake: &Mistake, typed: &str) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」のLINEログイン", channel.name),
        Language::English => format!("LINE Login of “{}”", channel.name),
    };
    let path = format!("/console/channels/{}", channel.id);
    let id = channel.login.as_ref().map_or("", |login| login.channel.as_str());
    let inside = html! {
        h1 { (title) }
        (saved(visit, language.pick("設定しました。1分以内に反映されます。", "Set; it takes effect within a minute.")))
        @if let Mistake::Refused(refusal) = mistake {
            p class="mistake" role="alert" { (words::login_refused(*refusal, language)) }
        }
        p { (language.pick(
            "LINEログインを設定すると、QRコードやリンクからログインした方を、HubSpotのコンタクトと確実に連携できます。公式アカウントの接続だけで使う場合は不要です。",
            "With LINE Login, whoever logs in by a QR code or a link is tied to their HubSpot contact for certain. The Official Account works without it, too.",
        )) }
        p { (language.pick(
            "LINE Developersコンソールの同じプロバイダーに、「LINEログイン」のチャネル（ウェブアプリ）を作成し、［チャネル基本設定］の値を貼り付けてください。",
            "Make a channel “LINE Login” (web app) below the same provider in the LINE Developers Console, and paste its values from Basic settings.",
        )) }
        (form(&format!("{path}/login/setup"), &visit.form_token(), html! {
            (field(mistake, Field::Id, "id", language, html! {
                input id="id" name="id" value=(if typed.is_empty() { id } else { typed }) required autocomplete="off" inputmode="numeric"
                    aria-describedby="about-id";
            }))
            (field(mistake, Field::Secret, "secret", language, html! {
                input id="secret" name="secret" type="password" required autocomplete="off" aria-describedby="about-secret";
            }))
            label class="check" {
                input type="checkbox" name="liff" value="yes" checked;
                (language.pick("LINEの中で開くLIFFアプリも作成する", "Also make the LIFF app, which opens inside LINE"))
            }
            (actions(submit(Look::Main, language.pick("LINEで確かめて設定する", "Look at LINE and set it up"))))
        }))
        @if let Some(login) = &channel.login { (by_hand(visit, channel, login)) }
        p class="links" { a href={ (path) "/setup" } { (language.pick("接続の手順に戻る", "Back to the steps")) } }
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn field(mistake: &Mistake, which: Field, id: &str, language: Language, input: Markup) -> Markup {
    let fault = match mistake {
        Mistake::Values(faults) => faults.iter().find(|(of, _)| *of == which).map(|(_, fault)| *fault),
        _ => None,
    };
    let label = match which {
        Field::Id => language.pick("LINEログインのチャネルID", "LINE Login channel ID"),
        _ => language.pick("LINEログインのチャネルシークレット", "LINE Login channel secret"),
    };
    html! {
        div class="setting" {
            label for=(id) { (label) }
            (input)
            div class="about" id={ "about-" (id) } {
                @if let Some(fault) = fault { p class="mistake" role="alert" { (words::of(which, fault, language)) } }
            }
        }
    }
}

/// No API tells any of it: the operator says that it is done.
fn by_hand(visit: &SignedIn, channel: &Channel, login: &LoginSettings) -> Markup {
    let language = visit.language;
    let addresses = LoginAddresses::of(channel, &visit.ports.public_url, &visit.ports.liff_url);
    html! {
        section {
            h2 { (language.pick("LINE Developersコンソールでの設定", "In the LINE Developers Console")) }
            p { (login_steps::head(language)) }
            ol { @for step in login_steps::by_hand(login, &addresses, language) { li { (step) } } }
            (address(language.pick("コールバックURL", "Callback URL"), &addresses.callback()))
            p { a href=(addresses.sample_page()) { (language.pick(
                "メールアドレス取得権限の申請に添えるサンプル画面",
                "The sample page for the application for the e-mail permission",
            )) } }
            (switch_form(visit, channel, HandSwitch::Login, language.pick("すべて設定しました", "All of it is set")))
        }
    }
}
