//! People on LINE. Neither a name nor a LINE user ID is shown: contacts are, and what is known of the link.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::claim::ClaimedBy;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::flow::console::people::Sought;
use musubi::flow::erase::Receipt;
use musubi::flow::person_state::PersonState;
use musubi::pages::{Look, Page, actions, button, download, facts, form, submit};
use musubi::ports::secrets::Secret;

use super::{Here, channel_name, moment, saved, signed_in};
use crate::visit::SignedIn;

/// Each of these must be ticked before somebody is erased.
pub const LOSSES: [&str; 3] = ["lost_link", "lost_words", "lost_state"];

/// Somebody on one Official Account, and their handle.
pub struct Person {
    /// How they stand.
    pub state: PersonState,
    /// Names them in forms of this session.
    pub handle: String,
    /// The same of their contact, if they are linked to one.
    pub contact: Option<String>,
}

/// Who was looked for, and found.
pub struct Found {
    /// Who was looked for.
    pub sought: Sought,
    /// On which Official Accounts they are.
    pub persons: Vec<Person>,
    /// Names who was looked for in forms of this session.
    pub handle: String,
}

/// What is wrong with what was sent.
#[derive(Debug, Clone, Copy)]
pub enum Mistake {
    /// It is nothing to look for.
    Neither,
    /// No contact has the address.
    NoSuchAddress,
    /// The CRM account must be connected anew.
    Disconnected,
    /// The CRM did not say.
    Silent,
    /// No contact's ID.
    NoContact,
    /// No LINE user ID.
    NoUser,
}

impl Mistake {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Neither => language.pick(
                "コンタクトID（数字）、メールアドレス、LINEユーザーID（Uと32桁の0～9、a～f）のいずれかを入力してください。",
                "Enter a contact ID (digits), an e-mail address, or a LINE user ID (U and 32 digits 0-9, a-f).",
            ),
            Self::NoSuchAddress => language.pick(
                "このメールアドレスのコンタクトはHubSpotにありません。",
                "No contact in HubSpot has this e-mail address.",
            ),
            Self::Disconnected => language.pick(
                "HubSpotとの接続が切れています。管理者にもう一度接続を依頼してください。コンタクトIDとLINEユーザーIDでは検索できます。",
                "HubSpot is not connected any more. Ask an admin to connect it again; contact IDs and LINE user IDs can be looked for.",
            ),
            Self::Silent => language.pick(
                "HubSpotから応答がありません。しばらくしてからもう一度試すか、コンタクトIDで検索してください。",
                "HubSpot did not answer. Try again later, or look for the contact ID.",
            ),
            Self::NoContact => language.pick(
                "コンタクトIDは数字で入力してください。何も変更していません。",
                "A contact ID is digits. Nothing was changed.",
            ),
            Self::NoUser => language.pick(
                "LINEユーザーIDの形式が正しくありません（Uと、それに続く32桁の0～9、a～f）。何も変更していません。",
                "This is no LINE user ID (U and 32 digits 0-9, a-f). Nothing was changed.",
            ),
        }
    }
}

fn said(visit: &SignedIn, mistake: Option<Mistake>) -> Markup {
    let language = visit.language;
    html! {
        @match mistake {
            Some(mistake) => p class="mistake" role="alert" { (mistake.words(language)) },
            None => (saved(visit, language.pick(
                "受け付けました。1分ほどで反映されます。コンタクトが存在しない場合は何も変わりません。",
                "Accepted. It takes effect within about a minute. If there is no such contact, nothing changes.",
            ))),
        }
    }
}

/// The form to look for somebody.
pub fn ask(visit: &SignedIn, mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let title = language.pick("人を探す", "Find a person");
    let inside = html! {
        h1 { (title) }
        (said(visit, mistake))
        (form("/console/people", &visit.form_token(), html! {
            label for="who" { (language.pick("コンタクトID、メールアドレス、またはLINEユーザーID", "Contact ID, e-mail address or LINE user ID")) }
            input id="who" name="who" required maxlength="254" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="about-who";
            p class="small" id="about-who" { (language.pick(
                "メールアドレスはHubSpotで検索します。入力した値は、アドレスバーにも記録にも残りません。",
                "An e-mail address is looked up in HubSpot. What you enter stands in no address and in no log.",
            )) }
            (actions(submit(Look::Main, language.pick("探す", "Find"))))
        }))
        p { a href="/console/decisions" { (language.pick("同じ人かどうかの質問を見る", "Questions of who is who")) } }
    };
    signed_in(visit, Here::People, title, inside)
}

/// Who was found, and what can be done.
pub fn page(
    visit: &SignedIn,
    account: &CrmAccount,
    channels: &[Channel],
    found: &Found,
    mistake: Option<Mistake>,
) -> Page {
    let language = visit.language;
    let title = match (&found.sought, language) {
        (Sought::Contact(contact), Language::Japanese) => format!("コンタクト {contact}"),
        (Sought::Contact(contact), Language::English) => format!("Contact {contact}"),
        (Sought::User(_), _) => language.pick("LINEの方", "A person on LINE").to_owned(),
    };
    let inside = html! {
        h1 { (title) }
        (said(visit, mistake))
        @if found.persons.is_empty() {
            p { (nobody(&found.sought, language)) }
            @if matches!(found.sought, Sought::Contact(_)) && !channels.is_empty() {
                p class="links" { (preview(&found.handle, language)) }
            }
        }
        @for person in &found.persons { (section(visit, account, channels, person, &found.handle)) }
        @if found.persons.len() < channels.len() { (new_link(visit, channels, found)) }
        p { a href="/console/people" { (language.pick("ほかの人を探す", "Find somebody else")) } }
    };
    signed_in(visit, Here::People, &title, inside)
}

fn preview(contact: &str, language: Language) -> Markup {
    let label = language.pick("メッセージをプレビューする", "Preview a message");
    html! { a href={ "/console/people/" (contact) "/preview" } { (label) } }
}

fn nobody(sought: &Sought, language: Language) -> &'static str {
    match sought {
        Sought::Contact(_) => language.pick(
            "表示できるLINE公式アカウントに、このコンタクトと連携している方はいません。",
            "Nobody on an Official Account that you can see is linked to this contact.",
        ),
        Sought::User(_) => language.pick(
            "表示できるLINE公式アカウントでは、この方のことをまだ知りません。",
            "No Official Account that you can see knows this person yet.",
        ),
    }
}

fn section(visit: &SignedIn, account: &CrmAccount, channels: &[Channel], person: &Person, back: &str) -> Markup {
    let (language, state) = (visit.language, &person.state);
    let contact =
        state.link.as_ref().map_or_else(|| language.pick("なし", "none").to_owned(), |link| link.contact.to_string());
    let since = state.link.as_ref().map_or_else(|| "-".to_owned(), |link| moment(link.linked_at_ms, account));
    let by = state.link.as_ref().map_or("-", |link| claimed_by(link.by, language));
    let follows = match state.follows {
        Some(true) => language.pick("はい", "Yes"),
        Some(false) => language.pick("いいえ（ブロック中）", "No (blocked)"),
        None => language.pick("不明", "Not known"),
    };
    let waits =
        state.unanswered_since_ms.map_or_else(|| language.pick("なし", "Nothing").to_owned(), |at| moment(at, account));
    let hidden = || {
        html! {
            input type="hidden" name="person" value=(person.handle);
            input type="hidden" name="back" value=(back);
        }
    };
    let id = format!("contact-{}", state.channel);
    html! {
        section {
            h2 { (channel_name(channels, &state.channel)) }
            p class="links" {
                a href={ "/console/talks/" (person.handle) } { (language.pick("トークを開く", "Open the talk")) }
                @if let Some(contact) = &person.contact { " " (preview(contact, language)) }
            }
            (facts(&[
                (language.pick("連携先のコンタクト", "Linked to contact"), &contact),
                (language.pick("連携日時", "Since"), &since),
                (language.pick("連携の根拠", "On the word of"), by),
                (language.pick("友だち", "Follows"), follows),
                (language.pick("未返信（最初の受信）", "Unanswered since"), &waits),
            ]))
            @if state.is_claimed { p class="todo" { (language.pick(
                "連携の変更を処理しています。1分ほどしてから、この画面を開き直してください。",
                "A change of the link is under way. Open this page again in a minute.",
            )) } }
            @if state.is_unlinked { p class="todo" { (language.pick(
                "連携が解除されています。もう一度連携されるまで、この方のコンタクトは作成されません。",
                "They were unlinked: no contact is made for them until they are linked again.",
            )) } }
            @if state.is_asked { p class="todo" { a href="/console/decisions" { (language.pick(
                "この方について、同じ人かどうかの質問があります。",
                "There is a question of who they are.",
            )) } } }
            (form("/console/people/link", &visit.form_token(), html! {
                (hidden())
                label for=(id) { (if state.link.is_some() {
                    language.pick("別のコンタクトに移す（コンタクトID）", "Move to another contact (its ID)")
                } else {
                    language.pick("コンタクトと連携する（コンタクトID）", "Link to a contact (its ID)")
                }) }
                input id=(id) name="contact" required inputmode="numeric" autocomplete="off" maxlength="64";
                p class="small" { (language.pick(
                    "前のコンタクトのLINEプロパティーは空になります。指定したコンタクトにほかの方が連携されている場合、その方の連携は外れます。",
                    "The LINE properties of the contact before are emptied. Whoever else is linked to the contact loses the link.",
                )) }
                (actions(submit(Look::Plain, language.pick("連携する", "Link"))))
            }))
            @if state.link.is_some() {
                (form("/console/people/unlink", &visit.form_token(), html! {
                    (hidden())
                    (actions(submit(Look::Plain, language.pick("連携を外す", "Unlink"))))
                    p class="small" { (language.pick(
                        "コンタクトのLINEプロパティーは空になり、もう一度連携されるまで、この方のコンタクトは作成されません。LINE側の同意は、ご本人だけが取り消せます。",
                        "The contact's LINE properties are emptied, and no contact is made for them until they are linked again. Their consent at LINE only they themselves can revoke.",
                    )) }
                }))
            }
            @if state.unanswered_since_ms.is_some() {
                (form("/console/people/answered", &visit.form_token(), html! {
                    (hidden())
                    (actions(submit(Look::Plain, language.pick("返信済みにする", "It is answered"))))
                }))
            }
            @if visit.operator.is(Role::Admin) {
                (form("/console/people/erase", &visit.form_token(), html! {
                    (hidden())
                    (actions(submit(Look::Grave, language.pick("消去の確認に進む", "On to erasing them"))))
                }))
            }
        }
    }
}

fn new_link(visit: &SignedIn, channels: &[Channel], found: &Found) -> Markup {
    let language = visit.language;
    let is_known = |channel: &Channel| found.persons.iter().any(|person| person.state.channel == channel.id);
    let other = match found.sought {
        Sought::Contact(_) => language.pick("LINEユーザーID", "LINE user ID"),
        Sought::User(_) => language.pick("コンタクトID", "Contact ID"),
    };
    html! {
        section {
            h2 { (language.pick("連携する", "Link")) }
            (form("/console/people/new", &visit.form_token(), html! {
                input type="hidden" name="back" value=(found.handle);
                label for="channel" { (language.pick("LINE公式アカウント", "Official Account")) }
                select id="channel" name="channel" {
                    @for channel in channels.iter().filter(|channel| !is_known(channel)) {
                        option value=(channel.id) { (channel.name) }
                    }
                }
                label for="other" { (other) }
                input id="other" name="other" required autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="64";
                (actions(submit(Look::Plain, language.pick("連携する", "Link"))))
            }))
        }
    }
}

fn claimed_by(by: Option<ClaimedBy>, language: Language) -> &'static str {
    match by {
        None => language.pick("LINEユーザーIDで特定", "The LINE user ID"),
        Some(ClaimedBy::Login) => language.pick("LINEログイン", "LINE Login"),
        Some(ClaimedBy::Action) => language.pick("ワークフロー", "A workflow"),
        Some(ClaimedBy::Preset) => {
            language.pick("コンタクトに入力されたLINEユーザーID", "The LINE user ID written on the contact")
        }
        Some(ClaimedBy::AccountLink) => language.pick("アカウント連携", "Account link"),
        Some(ClaimedBy::Operator) => language.pick("担当者の操作", "An operator"),
    }
}

/// Is it meant? A box to tick for each loss.
pub fn ask_to_erase(
    visit: &SignedIn,
    channel: &Channel,
    person: &str,
    back: &str,
    name: &Secret,
    is_unticked: bool,
) -> Page {
    let language = visit.language;
    let title = language.pick("この方の情報を消去しますか？", "Erase this person?");
    let losses = [
        language.pick(
            "コンタクトとの連携がなくなります（コンタクトのLINEプロパティーは1分ほどで空になります）",
            "The link to the contact is lost (its LINE properties are emptied within about a minute)",
        ),
        language.pick(
            "まだメモになっていないメッセージ、送信待ちのメッセージ、保留中の送信の本文がなくなります",
            "Messages that are in no note yet, messages waiting to be sent, and texts of sends waiting for a decision are lost",
        ),
        language.pick(
            "友だちの状態、未返信の状態、CRMへの書き込み予定がなくなります",
            "Whether they follow, whether they wait for an answer, and what was still to be written to the CRM is lost",
        ),
    ];
    let inside = html! {
        h1 { (title) }
        @if is_unticked {
            p class="mistake" role="alert" { (language.pick(
                "すべての項目にチェックを入れてください。まだ何も消去していません。",
                "Tick every box. Nothing was erased yet.",
            )) }
        }
        p { (channel.name) }
        p { (language.pick(
            "元に戻すことはできません。CRMに書き込み済みのメモとタスクは残ります。必要に応じてCRMで削除してください。",
            "This cannot be brought back. Notes and tasks that are in the CRM stay; delete them there if they are to go.",
        )) }
        (form("/console/people/erased", &visit.form_token(), html! {
            input type="hidden" name="person" value=(person);
            input type="hidden" name="back" value=(back);
            input type="hidden" name="name" value=(name.expose());
            fieldset {
                legend { (language.pick("なくなるもの", "What is lost")) }
                @for (loss, words) in LOSSES.iter().zip(losses) {
                    label class="check" { input type="checkbox" name=(loss) value="yes" required; (words) }
                }
            }
            (actions(html! {
                (submit(Look::Grave, language.pick("消去する", "Erase")))
                (button(Look::Plain, language.pick("やめる", "Do not erase"), &format!("/console/people/{back}")))
            }))
        }))
    };
    signed_in(visit, Here::People, title, inside)
}

/// What was erased, and what is left in the CRM.
pub fn receipt(visit: &SignedIn, account: &CrmAccount, channel: &ChannelId, receipt: &Receipt, name: &Secret) -> Page {
    let language = visit.language;
    let title = language.pick("消去の控え", "Receipt of erasing");
    let counts: Vec<(&str, String)> =
        receipt.removed.counts().map(|(what, count)| (what.of(language), count.to_string())).collect();
    let counts: Vec<(&str, &str)> = counts.iter().map(|(what, count)| (*what, count.as_str())).collect();
    let at = receipt.erased_at_ms.map_or_else(|| "-".to_owned(), |at_ms| moment(at_ms, account));
    let left = &receipt.left;
    let contact = left.contact.as_ref().map_or("-", |contact| contact.as_str());
    let notes: Vec<&str> = left.notes.iter().map(|note| note.as_str()).collect();
    let mut notes = if notes.is_empty() { "-".to_owned() } else { notes.join(" ") };
    if left.unnamed_notes > 0 {
        notes.push_str(&match language {
            Language::Japanese => format!("（ほか{}件）", left.unnamed_notes),
            Language::English => format!(" (and {} more)", left.unnamed_notes),
        });
    }
    let task = left.task.as_ref().map_or("-", |task| task.as_str());
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "この控えは1日間表示できます。名前、メッセージ、LINEユーザーIDは含みません。",
            "This receipt can be seen for a day. It holds no name, no message and no LINE user ID.",
        )) }
        (facts(&[(language.pick("チャネルID", "Channel ID"), channel.as_str()), (language.pick("日時", "When"), &at)]))
        section {
            h2 { (language.pick("削除したもの", "Removed")) }
            @if counts.is_empty() { p { (language.pick("残っているものはありませんでした。", "Nothing was left.")) } } @else { (facts(&counts)) }
        }
        section {
            h2 { (language.pick("CRMに残るもの", "Left in the CRM")) }
            (facts(&[
                (language.pick("コンタクト", "Contact"), contact),
                (language.pick("過去60日のメモ", "Notes of the last 60 days"), &notes),
                (language.pick("タスク", "Task"), task),
            ]))
            p class="small" { (language.pick(
                "60日より古いメモもコンタクトにあります。送信中のメッセージは、次に処理されるとき（通常15分以内）に終了し、本文も消えます。",
                "Older notes are at the contact, too. A send under way ends when it comes by next, usually within 15 minutes, and its text goes.",
            )) }
        }
        (actions(download(Look::Main, language.pick("控えをダウンロードする（JSON）", "Download the receipt (JSON)"),
            &format!("/console/receipts/{}/file", name.expose()), "musubi-erased.json")))
    };
    signed_in(visit, Here::People, title, inside)
}
