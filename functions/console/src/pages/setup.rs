//! The steps that are left at LINE, one each; the first that is not done is open.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::{Channel, HandSwitch};
use musubi::domain::finding::{About, Complaint, Finding};
use musubi::domain::language::Language;
use musubi::domain::words::connecting::{
    AUTO_RESPONSE, CHAT, GREETING, GROUPS, OFF_AND_ON, REDELIVERY, Switch, USE_WEBHOOK,
};
use musubi::domain::words::findings::line as at_line;
use musubi::flow::console::look::{ChannelLook, WebhookLook};
use musubi::pages::{Look, Page, actions, button, form, submit};
use musubi::ports::checkup::{SeenQuota, WebhookTry};

use super::{Here, moment, saved, signed_in};
use crate::visit::SignedIn;

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Todo,
    /// Not done, and nothing waits for it.
    Optional,
    /// LINE does not say.
    Unknown,
}

struct Step {
    title: String,
    state: State,
    inside: Markup,
}

/// The steps, and what whoever runs the account should know.
///
/// `redelivered_at_ms`: when the first event happened that LINE sent again.
pub fn page(
    visit: &SignedIn,
    account: &CrmAccount,
    channel: &Channel,
    look: &ChannelLook,
    redelivered_at_ms: Option<i64>,
) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」の接続", channel.name),
        Language::English => format!("Connecting “{}”", channel.name),
    };
    let path = format!("/console/channels/{}", channel.id);
    let redelivered = redelivered_at_ms.map(|at_ms| moment(at_ms, account));
    let steps = steps(visit, channel, look, redelivered.as_deref());
    let next = steps.iter().position(|step| matches!(step.state, State::Todo | State::Unknown));
    let left = steps.iter().filter(|step| matches!(step.state, State::Todo | State::Unknown)).count();
    let inside = html! {
        h1 { (title) }
        (saved(visit, language.pick("接続しました。続けて、LINEの画面で次の設定をしてください。", "Connected. Now a few switches in LINE's consoles are left.")))
        p role="status" { @match (left, language) {
            (0, _) => (language.pick("すべて完了しました。", "All is done.")),
            (left, Language::Japanese) => (format!("残り{left}件。途中で閉じても、いつでも続きから始められます。")),
            (left, Language::English) => (format!("{left} left. You can leave and go on at any time.")),
        } }
        (to_know(look, language))
        ol class="steps" {
            @for (number, step) in steps.iter().enumerate() {
                li class=[(step.state == State::Done).then_some("done")] {
                    details open[Some(number) == next] {
                        summary { (step.title) " " span class="state" { (state(step.state, language)) } }
                        (step.inside)
                    }
                }
            }
        }
        (all_by_hand(visit, channel))
        p class="links" {
            a href={ (path) "/setup" } { (language.pick("LINEにもう一度問い合わせる", "Look again at LINE")) }
            a href="/console" { (language.pick("概要に戻る", "Back to the overview")) }
        }
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn state(state: State, language: Language) -> &'static str {
    match state {
        State::Done => language.pick("完了", "Done"),
        State::Todo => language.pick("未完了", "To do"),
        State::Optional => language.pick("任意", "Optional"),
        State::Unknown => language.pick("確認できません", "Cannot be seen now"),
    }
}

/// What it cannot do, and how much it may send.
fn to_know(look: &ChannelLook, language: Language) -> Markup {
    html! {
        ul {
            @match look.quota {
                Some(SeenQuota { limit: Some(limit), used }) => li { @match language {
                    Language::Japanese => (format!("今月送れるメッセージは{limit}通です（{used}通を使用）。ワークフローからの送信が数えられ、返信は数えられません。上限に達すると送信されず、送信結果は「no_quota」になります。")),
                    Language::English => (format!("This month {limit} messages may be sent ({used} are used). What workflows send counts, replies do not. Beyond that, sends end as no_quota.")),
                } },
                Some(SeenQuota { limit: None, .. }) => li { (language.pick("送れるメッセージの数に上限はありません。", "There is no limit on messages.")) },
                None => {},
            }
            @if look.is_verified == Some(false) {
                li { (at_line::NOT_VERIFIED.wrong.of(language)) " " (at_line::NOT_VERIFIED.why.of(language)) }
            }
        }
    }
}

fn steps(visit: &SignedIn, channel: &Channel, look: &ChannelLook, redelivered: Option<&str>) -> Vec<Step> {
    let language = visit.language;
    let [address, used, test] = webhook(visit, channel, look.webhook.as_ref());
    let chat = match look.account.as_ref().and_then(|account| account.is_chat_on) {
        Some(true) => State::Done,
        Some(false) => State::Todo,
        None => State::Unknown,
    };
    let hand = |switch, of: &Switch, what| by_hand(visit, channel, (switch, of), what);
    let redelivery = match (redelivered, language) {
        (None, _) => language.pick(
            "LINEからはこのスイッチの状態を取得できません。再送されたWebhookは、まだ届いていません（受信に失敗したときだけ届きます）。届いた場合は処理され、二重には記録されません。",
            "LINE does not show this switch. Nothing that was sent again has come yet: it comes only where receiving failed. It is taken in then, and never recorded twice.",
        ).to_owned(),
        (Some(at), Language::Japanese) => format!("{at}のイベントが、LINEから再送されて届きました。その時点では、オンになっています。"),
        (Some(at), Language::English) => format!("An event of {at} was sent again by LINE and has come: it was on then."),
    };
    let unseen = language.pick("LINEからはこのスイッチの状態を取得できません。", "LINE does not show this switch.");
    vec![
        address,
        used,
        test,
        hand(HandSwitch::Redelivery, &REDELIVERY, &redelivery),
        hand(HandSwitch::AutoResponse, &AUTO_RESPONSE, unseen),
        hand(HandSwitch::Greeting, &GREETING, unseen),
        Step { title: titled(&CHAT, language), state: chat, inside: words(&CHAT, language) },
        hand(HandSwitch::Groups, &GROUPS, unseen),
        login(channel, language),
        trial(channel, language),
    ]
}

fn titled(switch: &Switch, language: Language) -> String {
    let (name, wanted) = (switch.name.of(language), switch.wanted.of(language));
    language.pick(&format!("{name}：{wanted}"), &format!("{name}: {wanted}")).to_owned()
}

/// Where, how, why.
fn words(switch: &Switch, language: Language) -> Markup {
    html! {
        p { (language.pick("場所：", "Where: ")) (switch.place.of(language)) }
        p { (switch.why.of(language)) (language.pick("。", ".")) }
    }
}

fn by_hand(visit: &SignedIn, channel: &Channel, (switch, of): (HandSwitch, &Switch), seen: &str) -> Step {
    let language = visit.language;
    let state = match (channel.connecting.by_hand.contains(&switch), switch) {
        (true, _) => State::Done,
        (false, HandSwitch::Groups) => State::Optional,
        (false, _) => State::Todo,
    };
    let inside = html! {
        (words(of, language))
        p class="small" { (seen) }
        (switch_form(visit, channel, switch, language.pick("設定しました", "It is set")))
    };
    Step { title: titled(of, language), state, inside }
}

/// The switches that no API shows and that everybody sets.
const BY_HAND: [(HandSwitch, &Switch); 3] = [
    (HandSwitch::Redelivery, &REDELIVERY),
    (HandSwitch::AutoResponse, &AUTO_RESPONSE),
    (HandSwitch::Greeting, &GREETING),
];

/// Who has set them all at LINE says so once.
fn all_by_hand(visit: &SignedIn, channel: &Channel) -> Markup {
    let language = visit.language;
    let is_left = |(switch, _): &&(HandSwitch, &Switch)| !channel.connecting.by_hand.contains(switch);
    let left: Vec<_> = BY_HAND.iter().filter(is_left).collect();
    if left.len() < 2 {
        return html! {};
    }
    html! {
        section {
            h2 { (language.pick("LINEから状態を取得できない設定", "What LINE does not show")) }
            p { (language.pick(
                "次の設定を、LINEの画面でまとめて済ませたときは、ここで一度に完了にできます。",
                "If you have set all of these in LINE's consoles, you can say so at once.",
            )) }
            ul { @for (_, of) in &left { li { (titled(of, language)) } } }
            (form(
                &format!("/console/channels/{}/setup", channel.id),
                &visit.form_token(),
                html! {
                    @for (switch, _) in &left { input type="hidden" name="switch" value=(switch.as_str()); }
                    input type="hidden" name="is_set" value="yes";
                    (actions(submit(Look::Plain, language.pick("すべて設定しました", "All of these are set"))))
                },
            ))
        }
    }
}

/// An operator says that a switch is set, in these words, or that it is not after all.
pub fn switch_form(visit: &SignedIn, channel: &Channel, switch: HandSwitch, set: &str) -> Markup {
    let (answer, look, label) = match channel.connecting.by_hand.contains(&switch) {
        true => ("no", Look::Plain, visit.language.pick("未完了に戻す", "It is not set after all")),
        false => ("yes", Look::Main, set),
    };
    form(
        &format!("/console/channels/{}/setup", channel.id),
        &visit.form_token(),
        html! {
            input type="hidden" name="switch" value=(switch.as_str());
            input type="hidden" name="is_set" value=(answer);
            (actions(submit(look, label)))
        },
    )
}

fn webhook(visit: &SignedIn, channel: &Channel, look: Option<&WebhookLook>) -> [Step; 3] {
    let language = visit.language;
    let at = |complaint: &'static Complaint| Finding::new(complaint, About::Channel(channel.id.clone()));
    let said = |finding: Finding| html! { p { (finding.wrong(language)) } p { (finding.why(language)) } };
    let again = html! {
        p { (language.pick(
            "チャネルIDとチャネルシークレットをもう一度入力すると、Webhook URLが設定されます。",
            "Enter the channel ID and the channel secret once more: that sets the webhook URL.",
        )) }
        (actions(button(Look::Main, language.pick("もう一度接続する", "Connect again"), "/console/connect")))
    };
    let address = match look {
        None => (State::Unknown, html! { p { (unheard(language)) } }),
        Some(WebhookLook::NotSet) => (State::Todo, html! { (said(at(&at_line::WEBHOOK_NOT_SET))) (again) }),
        Some(WebhookLook::Elsewhere(host)) => {
            (State::Todo, html! { (said(at(&at_line::WEBHOOK_URL_DIFFERS).with("host", host.clone()))) (again) })
        }
        Some(_) => (
            State::Done,
            html! { p { (language.pick(
                "LINEのWebhook URLは、Musubiを指しています。",
                "LINE's webhook URL leads to Musubi.",
            )) } },
        ),
    };
    // For whoever would rather set it by hand.
    let ours = visit.ports.connect.try_channel.webhook_url(&channel.id);
    let address = (address.0, html! { (address.1) p class="small" { "Webhook URL: " code { (ours) } } });
    let was_used = channel.connecting.webhook_before.as_ref().is_some_and(|before| before.was_used);
    let is_anew = channel.connecting.by_hand.contains(&HandSwitch::UseWebhookAnew);
    let used = match look {
        None => State::Unknown,
        Some(WebhookLook::On(_)) if is_anew || !was_used => State::Done,
        Some(_) => State::Todo,
    };
    let inside = html! {
        (words(&USE_WEBHOOK, language))
        @if was_used {
            p { (OFF_AND_ON.of(language)) }
            (switch_form(visit, channel, HandSwitch::UseWebhookAnew, language.pick("オフにしてからオンにしました", "I switched it off and on again")))
        } @else if used != State::Done {
            (look_again(channel, language))
        }
    };
    let tried = match look {
        None | Some(WebhookLook::On(None)) => (State::Unknown, html! { p { (unheard(language)) } }),
        Some(WebhookLook::On(Some(WebhookTry::Good))) => (
            State::Done,
            html! { p { (language.pick(
                "LINEがMusubiに接続できました。",
                "LINE reached Musubi.",
            )) } },
        ),
        Some(WebhookLook::On(Some(failed))) => {
            let finding = match failed {
                WebhookTry::Status(401) => at(&at_line::WEBHOOK_UNAUTHORISED),
                WebhookTry::Status(404) => at(&at_line::WEBHOOK_NOT_FOUND),
                WebhookTry::Status(status) => at(&at_line::WEBHOOK_REFUSED).with("status", status.to_string()),
                WebhookTry::TooLate => at(&at_line::WEBHOOK_TOO_LATE),
                WebhookTry::NoAnswer | WebhookTry::Good => at(&at_line::WEBHOOK_UNREACHABLE),
            };
            let soon = language.pick(
                "接続した直後は、反映まで1分ほどかかることがあります。",
                "Right after connecting it may take a minute to take effect.",
            );
            (State::Todo, html! { (said(finding)) p { (soon) } (look_again(channel, language)) })
        }
        Some(_) => (
            State::Todo,
            html! { p { (language.pick(
                "［Webhookの利用］をオンにすると、LINEからの接続を確かめます。",
                "Once “Use webhook” is on, LINE is asked to try it.",
            )) } },
        ),
    };
    let titles = [
        language.pick("Webhook URL：Musubi", "Webhook URL: Musubi").to_owned(),
        titled(&USE_WEBHOOK, language),
        language.pick("LINEからの接続テスト：成功", "LINE's webhook test: good").to_owned(),
    ];
    let mut titles = titles.into_iter();
    [address, (used, inside), tried].map(|(state, inside)| Step {
        title: titles.next().unwrap_or_default(),
        state,
        inside,
    })
}

fn look_again(channel: &Channel, language: Language) -> Markup {
    let address = format!("/console/channels/{}/setup", channel.id);
    actions(button(Look::Main, language.pick("設定したので確認する", "It is done: look"), &address))
}

fn unheard(language: Language) -> &'static str {
    language.pick(
        "LINEから答えがありませんでした。しばらくしてから、もう一度確認してください。",
        "LINE did not answer. Look again in a while.",
    )
}

/// Nothing waits for it; once it is set up, what only LINE's console can set does.
fn login(channel: &Channel, language: Language) -> Step {
    let state = match (&channel.login, channel.connecting.by_hand.contains(&HandSwitch::Login)) {
        (None, _) => State::Optional,
        (Some(_), false) => State::Todo,
        (Some(_), true) => State::Done,
    };
    let inside = html! {
        p { (language.pick(
            "ログインした方をHubSpotのコンタクトと確実に連携できます。公式アカウントの接続だけで使う場合は不要です。",
            "Whoever logs in is tied to their HubSpot contact for certain. The Official Account works without it, too.",
        )) }
        (actions(button(
            Look::Main,
            language.pick("LINEログインを設定する", "Set up LINE Login"),
            &format!("/console/channels/{}/login/setup", channel.id),
        )))
    };
    Step { title: language.pick("LINEログイン", "LINE Login").to_owned(), state, inside }
}

fn trial(channel: &Channel, language: Language) -> Step {
    let state = if channel.connecting.trial_passed_at_ms.is_some() { State::Done } else { State::Todo };
    let inside = html! {
        p { (language.pick(
            "ご自身のスマートフォンで友だち追加し、メッセージを送って、HubSpotに届くところまで確かめます。",
            "Add the account with your own phone, write something, and see it arrive in HubSpot.",
        )) }
        (actions(button(
            Look::Main,
            language.pick("テスト登録に進む", "Go to the test registration"),
            &format!("/console/channels/{}/trial", channel.id),
        )))
    };
    Step { title: language.pick("テスト登録", "Test registration").to_owned(), state, inside }
}
