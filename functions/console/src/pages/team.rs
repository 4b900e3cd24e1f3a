//! Who may use the console.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::operator::{Operator, OperatorName, Role};
use musubi::flow::console::Invite;
use musubi::pages::{Look, Page, actions, address, button, form, submit};

use super::{Here, role, signed_in};
use crate::visit::SignedIn;

/// What is wrong with what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// No name, or none that a list can show.
    Name,
    /// No role of ours.
    Role,
    /// An Official Account that is not this CRM account's.
    Channel,
    /// Nobody removes themselves.
    Oneself,
    /// Nobody changes their own role.
    OwnRole,
    /// It is about somebody who sees more, or would let somebody see more.
    SeesMore,
}

impl Mistake {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Name => language.pick(
                "名前は1文字以上60文字以内で入力してください。まだ招待していません。",
                "Enter a name of 1 to 60 characters. Nobody was invited yet.",
            ),
            Self::Role => {
                language.pick("権限を選んでください。何も変更していません。", "Choose a role. Nothing was changed.")
            }
            Self::Channel => language.pick(
                "選んだLINE公式アカウントは、すでにこのCRMアカウントのものではありません。まだ招待していません。",
                "The Official Account that you chose is not this CRM account's any more. Nobody was invited yet.",
            ),
            Self::SeesMore => language.pick(
                "ご自身に表示されないLINE公式アカウントも使える人についての操作はできません。何も変更していません。",
                "It concerns somebody who sees more Official Accounts than you do. Nothing was changed.",
            ),
            Self::OwnRole => language.pick(
                "自分自身の権限は変更できません。ほかの管理者に依頼してください。",
                "You cannot change your own role. Ask another admin.",
            ),
            Self::Oneself => language.pick(
                "自分自身は削除できません。ほかの管理者に依頼してください。",
                "You cannot remove yourself. Ask another admin.",
            ),
        }
    }
}

/// Everybody, and a form for one more.
pub fn page(visit: &SignedIn, operators: &[Operator], channels: &[Channel], mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let title = language.pick("メンバー", "Team");
    let inside = html! {
        h1 { (title) }
        @if let Some(mistake) = mistake { p class="mistake" role="alert" { (mistake.words(language)) } }
        ul class="rows" {
            @for operator in operators {
                li {
                    div {
                        strong { (operator.name.expose()) }
                        p class="small" { (role(operator.role, language)) " · " (sees(operator, channels, language)) }
                    }
                    @if operator.id != visit.operator.id {
                        p {
                            a href={ "/console/team/role?id=" (operator.id) } { (language.pick("権限を変更", "Change role")) }
                            " "
                            a href={ "/console/team/remove?id=" (operator.id) } { (language.pick("削除", "Remove")) }
                        }
                    }
                }
            }
        }
        section { (invitation(visit, channels)) }
    };
    signed_in(visit, Here::Team, title, inside)
}

fn sees(operator: &Operator, channels: &[Channel], language: Language) -> String {
    if operator.channels.is_none() {
        return language.pick("すべてのLINE公式アカウント", "all Official Accounts").to_owned();
    }
    let names: Vec<&str> =
        channels.iter().filter(|channel| operator.sees(&channel.id)).map(|channel| channel.name.as_str()).collect();
    if names.is_empty() {
        return language.pick("表示できるLINE公式アカウントはありません", "no Official Account").to_owned();
    }
    names.join(language.pick("、", ", "))
}

fn invitation(visit: &SignedIn, channels: &[Channel]) -> Markup {
    let language = visit.language;
    html! {
        h2 { (language.pick("招待する", "Invite somebody")) }
        p { (language.pick(
            "同じ名前で招待すると、その人の新しいログイン用アドレスになり、権限もここで選んだものに変わります。",
            "Inviting the same name again makes that person a new address to sign in with, and gives them the role chosen here.",
        )) }
        (form("/console/team/invitations", &visit.form_token(), html! {
            label for="name" { (language.pick("名前", "Name")) }
            input id="name" name="name" required maxlength=(OperatorName::MAX_CHARS) autocomplete="off";
            label for="role" { (language.pick("権限", "Role")) }
            select id="role" name="role" {
                @for each in Role::ALL { option value=(each.as_str()) { (described(each, language)) } }
            }
            @if channels.len() > 1 {
                fieldset {
                    legend { (language.pick(
                        "表示できるLINE公式アカウント（何も選ばない場合はすべて）",
                        "Official Accounts to be seen (none chosen: all)",
                    )) }
                    @for channel in channels {
                        label class="check" { input type="checkbox" name="channel" value=(channel.id); (channel.name) }
                    }
                }
            }
            (actions(submit(Look::Main, language.pick("招待のアドレスを作る", "Make the invitation's address"))))
        }))
    }
}

fn described(role: Role, language: Language) -> &'static str {
    match role {
        Role::Member => language.pick(
            "メンバー（接続の確認、診断、QRコード、人の検索と連携、「要確認」への回答）",
            "Member (what is connected, doctor, QR codes, finding and linking people, decisions)",
        ),
        Role::Admin => {
            language.pick("管理者（設定、招待を含むすべて）", "Admin (everything, settings and invitations too)")
        }
    }
}

/// The one time that the address is shown.
pub fn invited(visit: &SignedIn, invite: &Invite, at: &str) -> Page {
    let language = visit.language;
    let title = language.pick("招待のアドレスを作りました", "The invitation is ready");
    let name = invite.name.expose();
    let inside = html! {
        h1 { (title) }
        p { @match language {
            Language::Japanese => {
                "「" (name) "」さんに、安全な方法で次のアドレスを伝えてください。15分以内に1回だけ使えます。この画面を閉じると、もう表示できません。"
            }
            Language::English => {
                "Give this address to “" (name) "” by a safe way. It works once, within 15 minutes, and is not shown again once you leave this page."
            }
        } }
        (address(language.pick("招待のアドレス", "The invitation's address"), at))
        (actions(button(Look::Plain, language.pick("メンバーに戻る", "Back to the team"), "/console/team")))
    };
    signed_in(visit, Here::Team, title, inside)
}

/// Is it meant?
pub fn ask_to_remove(visit: &SignedIn, operator: &Operator) -> Page {
    let language = visit.language;
    let name = operator.name.expose();
    let title = match language {
        Language::Japanese => format!("「{name}」さんを削除しますか？"),
        Language::English => format!("Remove “{name}”?"),
    };
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "削除すると、開いている画面も含めてすぐに使えなくなります。いつでも招待し直せます。",
            "They are out at once, on every page that they have open. You can invite them again at any time.",
        )) }
        (form("/console/team/remove", &visit.form_token(), html! {
            input type="hidden" name="id" value=(operator.id);
            (actions(html! {
                (submit(Look::Grave, language.pick("削除する", "Remove")))
                (button(Look::Plain, language.pick("やめる", "Do not remove"), "/console/team"))
            }))
        }))
    };
    signed_in(visit, Here::Team, &title, inside)
}

/// Is it meant?
pub fn ask_to_change_role(visit: &SignedIn, operator: &Operator) -> Page {
    let language = visit.language;
    let name = operator.name.expose();
    let to = if operator.role == Role::Admin { Role::Member } else { Role::Admin };
    let title = match language {
        Language::Japanese => format!("「{name}」さんを{}にしますか？", role(to, language)),
        Language::English => format!("Make “{name}” {}?", if to == Role::Admin { "an admin" } else { "a member" }),
    };
    let inside = html! {
        h1 { (title) }
        p { (described(to, language)) }
        p { (language.pick(
            "次に画面を開いたときから、新しい権限になります。",
            "The new role counts from the next page that they open.",
        )) }
        (form("/console/team/role", &visit.form_token(), html! {
            input type="hidden" name="id" value=(operator.id);
            input type="hidden" name="role" value=(to.as_str());
            (actions(html! {
                (submit(Look::Main, language.pick("変更する", "Change the role")))
                (button(Look::Plain, language.pick("やめる", "Do not change it"), "/console/team"))
            }))
        }))
    };
    signed_in(visit, Here::Team, &title, inside)
}
