//! Routes and their QR codes.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::operator::Role;
use musubi::domain::route::RouteName;
use musubi::domain::settings::SettingFault;
use musubi::flow::configure::change_routes::RouteRefusal;
use musubi::pages::{Look, Page, actions, button, form, submit};

use super::{Here, saved, signed_in};
use crate::settings::value;
use crate::visit::SignedIn;

/// What is wrong with what was sent.
pub enum Mistake {
    /// No route's name.
    Name,
    /// It was refused.
    Refused(RouteRefusal),
}

impl Mistake {
    fn words(&self, language: Language) -> String {
        match self {
            Self::Name => language
                .pick(
                    "経路の名前は、半角の英小文字か数字で始め、英小文字・数字・「-」・「_」を合わせて40文字まで使えます（例：flyer-2026-spring）。",
                    "A route's name begins with a small letter or digit and has at most 40 of those, - and _, such as flyer-2026-spring.",
                )
                .to_owned(),
            Self::Refused(RouteRefusal::BadPage(bad)) => SettingFault::from(bad.clone()).words(language),
            Self::Refused(RouteRefusal::NoLogin) => no_login(language).to_owned(),
            Self::Refused(RouteRefusal::Unknown) => {
                language.pick("その経路はありません。", "There is no such route.").to_owned()
            }
            Self::Refused(RouteRefusal::TooMany) => language
                .pick(
                    "経路が多すぎます。使っていない経路を削除してください。",
                    "There are too many routes. Remove unused ones.",
                )
                .to_owned(),
        }
    }
}

fn no_login(language: Language) -> &'static str {
    language.pick(
        "経路を使うには、このLINE公式アカウントにLINEログインを設定してください。",
        "Routes need LINE Login to be set up for this Official Account.",
    )
}

/// All routes, and for admins a form for one more.
pub fn page(visit: &SignedIn, channel: &Channel, mistake: Option<(&Mistake, &[(String, String)])>) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」の経路とQRコード", channel.name),
        Language::English => format!("Routes and QR codes of “{}”", channel.name),
    };
    let inside = html! {
        h1 { (title) }
        @match mistake {
            Some((mistake, _)) => p class="mistake" role="alert" { (mistake.words(language)) },
            None => (saved(visit, language.pick("保存しました。", "Saved."))),
        }
        @match &channel.login {
            None => p { (no_login(language)) },
            Some(login) => (routes(visit, channel, login, mistake.map_or(&[], |(_, typed)| typed))),
        }
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn routes(visit: &SignedIn, channel: &Channel, login: &LoginSettings, typed: &[(String, String)]) -> Markup {
    let language = visit.language;
    html! {
        p { (language.pick(
            "経路は、友だちがどこから来たかを表します。経路ごとのQRコードからログインした方のコンタクトに、経路の名前（line_route）が残ります。",
            "A route says where a friend came from: whoever logs in by its QR code has its name on the contact (line_route).",
        )) }
        ul class="rows" {
            (row(visit, channel, None, language.pick("経路なし", "No route"), None))
            @for (name, route) in &login.routes {
                (row(visit, channel, Some(name), name.as_str(), route.after_login.as_deref()))
            }
        }
        @if visit.operator.is(Role::Admin) { section { (one_more(visit, channel, typed)) } }
    }
}

fn one_more(visit: &SignedIn, channel: &Channel, typed: &[(String, String)]) -> Markup {
    let language = visit.language;
    html! {
        h2 { (language.pick("経路を登録する", "Add a route")) }
        p { (language.pick(
            "同じ名前で登録すると、移動先だけが変わります。",
            "Adding the same name again changes where it leads.",
        )) }
        (form(&format!("/console/channels/{}/routes", channel.id), &visit.form_token(), html! {
            label for="name" { (language.pick("名前（例：flyer-2026-spring）", "Name, such as flyer-2026-spring")) }
            input id="name" name="name" required maxlength=(RouteName::MAX_BYTES)
                value=(value(typed, "name").unwrap_or_default()) autocomplete="off" autocapitalize="none";
            label for="after_login" { (language.pick(
                "ログイン後の移動先（空欄の場合は公式アカウントの設定）",
                "Page after logging in (empty: as the Official Account's settings say)",
            )) }
            input id="after_login" name="after_login" value=(value(typed, "after_login").unwrap_or_default())
                autocomplete="off" inputmode="url";
            (actions(submit(Look::Main, language.pick("登録する", "Add"))))
        }))
    }
}

fn row(visit: &SignedIn, channel: &Channel, route: Option<&RouteName>, called: &str, leads_to: Option<&str>) -> Markup {
    let language = visit.language;
    let query = route.map_or_else(String::new, |name| format!("&route={name}"));
    let code = format!("/line/{}/login/qr?lang={}{query}", channel.id, language.pick("ja", "en"));
    let removable = route.filter(|_| visit.operator.is(Role::Admin));
    html! {
        li {
            div {
                strong { (called) }
                @if let Some(page) = leads_to { p class="small" { (page) } }
            }
            div class="links" {
                a href=(code) aria-label={ (language.pick("QRコード：", "QR code: ")) (called) } {
                    (language.pick("QRコード", "QR code"))
                }
                @if let Some(name) = removable {
                    a href={ "/console/channels/" (channel.id) "/routes/remove?name=" (name) }
                        aria-label={ (language.pick("削除：", "Remove: ")) (called) } {
                        (language.pick("削除", "Remove"))
                    }
                }
            }
        }
    }
}

/// Is it meant?
pub fn ask_to_remove(visit: &SignedIn, channel: &Channel, route: &RouteName) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("経路「{route}」を削除しますか？"),
        Language::English => format!("Remove the route “{route}”?"),
    };
    let path = format!("/console/channels/{}/routes", channel.id);
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "配布済みのリンクとQRコードからは引き続きログインできますが、経路は記録されなくなります。すでにコンタクトにある経路は変わりません。",
            "Links and QR codes that are out there still log people in, but no route is recorded any more. What stands on contacts stays.",
        )) }
        (form(&format!("{path}/remove"), &visit.form_token(), html! {
            input type="hidden" name="name" value=(route);
            (actions(html! {
                (submit(Look::Grave, language.pick("削除する", "Remove")))
                (button(Look::Plain, language.pick("やめる", "Do not remove"), &path))
            }))
        }))
    };
    signed_in(visit, Here::Home, &title, inside)
}
