//! Installing the CRM's app: before, after, and what may come between.

use axum::http::StatusCode;
use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::language::Language;
use musubi::flow::configure::set_up_account::SetUpError;
use musubi::flow::console::install::InstallRefusal;
use musubi::pages::{Look, Page, actions, button, card, facts, lead, list, section, small_print, todo};
use musubi::ports::crm_set_up::{FieldProblem, LeaveRefusal};

use super::{Here, account_name, other_language, plain, signed_in};
use crate::visit::SignedIn;

/// Where this begins.
const HERE: &str = "/console/install";

/// What will be made and asked for, and the ways to the CRM.
pub fn ask(language: Language) -> Page {
    let title = language.pick("HubSpotアカウントを接続する", "Connect a HubSpot account");
    let inside = card(html! {
        h1 { (title) }
        (lead(language.pick(
            "HubSpotの画面でアカウントを選び、アクセスを許可すると、Musubiが次のものを作成します。すでにあるものは変更しません。",
            "You choose the account in HubSpot and grant access. Musubi then makes the following. What is there already is not changed.",
        )))
        (section(language.pick("HubSpotに作成するもの", "What is made in HubSpot"), &[
            language.pick(
                "コンタクトのプロパティーのグループ「LINE」と、その中のプロパティー14個（LINE ユーザーID、LINE 未返信など）",
                "A group of contact properties, “LINE”, and 14 properties in it (LINE user ID, LINE unanswered and others)",
            ),
            language.pick(
                "メモとタスクのプロパティー「Musubi キー」（同じ内容を二重に書き込まないため）",
                "The property “Musubi key” of notes and tasks, so that nothing is written twice",
            ),
            language.pick(
                "ワークフローのアクション「LINEメッセージを送信」（アプリに含まれます）",
                "The workflow action “Send LINE message”, which comes with the app",
            ),
        ]))
        (section(language.pick("HubSpotで許可を求めること", "What HubSpot asks you to grant"), &[
            language.pick("コンタクトの表示と編集（メモとタスクを含みます）", "Seeing and changing contacts, with their notes and tasks"),
            language.pick("コンタクトのプロパティーの作成", "Making contact properties"),
            language.pick("担当者の表示", "Seeing owners"),
            language.pick(
                "ワークフローの再開（送信結果を待つ場合のみ。Professional以上の契約が必要です）",
                "Letting workflows go on (only where they wait for the outcome; needs Professional or above)",
            ),
        ]))
        p { (language.pick(
            "接続した方は、このブラウザで、そのアカウントの管理者としてコンソールにログインします。",
            "Whoever connects the account is signed in to its console with this browser, as an admin.",
        )) }
        (ways(language))
        (small_print(html! { (language.pick(
            "HubSpotのスーパー管理者、またはアプリをインストールする権限が必要です。「権限を付与できない」と表示された場合は、「結果を待たずに接続する」からやり直してください。",
            "It takes a super admin of the HubSpot account, or the permission to install apps there. If HubSpot says that the account cannot grant a permission, come back and connect without waiting for outcomes.",
        )) }))
        p class="quiet" { a href="/console/install/begin?workflows=wait&events=1" { (language.pick(
            "会話をアプリイベントとして書き込むアプリを接続する",
            "Connect an app that writes conversations as app events",
        )) } }
        p class="quiet" { (other_language(language, &format!("{HERE}?"))) }
    });
    plain(language, title).around(inside)
}

fn ways(language: Language) -> Markup {
    actions(html! {
        (button(Look::Main, language.pick("HubSpotで接続する", "Connect in HubSpot"), "/console/install/begin?workflows=wait"))
        (button(
            Look::Plain,
            language.pick("結果を待たずに接続する（Professional未満の契約）", "Connect without waiting for outcomes (below Professional)"),
            "/console/install/begin?workflows=go-on",
        ))
    })
}

/// Why an account is not connected.
#[derive(Debug)]
pub enum NotInstalled {
    /// Nobody has entered the app's client ID and secret.
    NoApp,
    /// Nothing of ours led here.
    Stray,
    /// It began in another browser.
    OtherBrowser,
    /// It is done.
    Used,
    /// It took too long.
    Expired,
    /// The person said no.
    Declined,
    /// The CRM ended it.
    AtCrm,
    /// The CRM does not take the code any more.
    Code,
    /// The CRM does not take the app's client ID and secret.
    Client,
    /// The CRM did not answer, or did not do its part.
    Crm,
    /// Not all was granted.
    Missing(Vec<&'static str>),
    /// Something is there already, and not as it must be.
    Fields(Vec<FieldProblem>),
}

impl NotInstalled {
    /// What to say of it.
    pub fn of(refusal: InstallRefusal) -> Self {
        match refusal {
            InstallRefusal::Stray => Self::Stray,
            InstallRefusal::OtherBrowser => Self::OtherBrowser,
            InstallRefusal::Used => Self::Used,
            InstallRefusal::Expired => Self::Expired,
            InstallRefusal::Declined => Self::Declined,
            InstallRefusal::AtCrm => Self::AtCrm,
            InstallRefusal::NoApp => Self::NoApp,
            InstallRefusal::Fields { problems, .. } => Self::Fields(problems),
            InstallRefusal::NotConnected(SetUpError::Missing { scopes }) => Self::Missing(scopes),
            InstallRefusal::NotConnected(SetUpError::NoLeave(LeaveRefusal::Code)) => Self::Code,
            InstallRefusal::NotConnected(SetUpError::NoLeave(LeaveRefusal::Client)) => Self::Client,
            InstallRefusal::NotConnected(_) | InstallRefusal::NotNow(_) => Self::Crm,
        }
    }

    /// Nothing here is an error of the server's: strangers can cause each, and an alarm counts those.
    fn status(&self) -> StatusCode {
        match self {
            Self::Stray | Self::OtherBrowser | Self::AtCrm => StatusCode::BAD_REQUEST,
            Self::Declined => StatusCode::OK,
            Self::Expired | Self::Used | Self::Code => StatusCode::GONE,
            Self::NoApp | Self::Missing(_) | Self::Fields(_) => StatusCode::CONFLICT,
            Self::Client | Self::Crm => StatusCode::FAILED_DEPENDENCY,
        }
    }

    /// Title, what happened, what to do.
    fn words(&self, language: Language) -> [&'static str; 3] {
        let again = language.pick("もう一度、最初から接続してください。", "Connect again from the start.");
        match self {
            Self::NoApp => [
                language.pick("まだ接続できません", "Nothing can be connected yet"),
                language.pick(
                    "HubSpotアプリのクライアントIDとクライアントシークレットが登録されていません。",
                    "The HubSpot app's client ID and client secret have not been entered.",
                ),
                language.pick(
                    "Musubiを設置した方に、musubi hubspot app の実行を依頼してください。",
                    "Ask whoever installed Musubi to run musubi hubspot app.",
                ),
            ],
            Self::Stray => [
                language.pick("この画面からは接続できません", "This page connects nothing"),
                language.pick(
                    "接続の操作は、Musubiの画面から始まったものだけを受け付けます。何も変更していません。",
                    "Only what began on Musubi's own page is taken. Nothing was changed.",
                ),
                language.pick("下のボタンから始めてください。", "Begin with a button below."),
            ],
            Self::OtherBrowser => [
                language.pick("別のブラウザで始まった操作です", "This began in another browser"),
                language.pick(
                    "接続は、始めたときと同じブラウザで終える必要があります。何も変更していません。",
                    "It must end in the browser in which it began. Nothing was changed.",
                ),
                again,
            ],
            Self::Used => [
                language.pick("この接続は完了しています", "This was done already"),
                language.pick(
                    "同じ画面をもう一度開いたようです。何も変更していません。",
                    "The same page was opened once more. Nothing was changed.",
                ),
                language.pick(
                    "コンソール（/console）を開いてください。接続し直すときは、下のボタンから始めてください。",
                    "Open the console (/console). To connect once more, begin with a button below.",
                ),
            ],
            Self::Expired => [
                language.pick("時間が過ぎました", "That took too long"),
                language.pick(
                    "HubSpotの画面を開いてから15分以内に戻る必要があります。何も変更していません。",
                    "You must be back from HubSpot within 15 minutes. Nothing was changed.",
                ),
                again,
            ],
            Self::Declined => [
                language.pick("接続をキャンセルしました", "You cancelled"),
                language.pick(
                    "HubSpotでアクセスが許可されなかったため、何も変更していません。",
                    "Access was not granted in HubSpot. Nothing was changed.",
                ),
                language.pick("接続するときは、下のボタンから始めてください。", "To connect after all, begin with a button below."),
            ],
            Self::AtCrm => [
                language.pick("HubSpotが接続を中断しました", "HubSpot ended it"),
                language.pick(
                    "HubSpotから、接続に必要な情報が届きませんでした。何も変更していません。",
                    "What it takes to connect did not come from HubSpot. Nothing was changed.",
                ),
                language.pick(
                    "アプリをインストールする権限があることを確認し、もう一度接続してください。",
                    "Check that you have the permission to install apps in HubSpot, then connect again.",
                ),
            ],
            Self::Code => [
                language.pick("HubSpotの許可が無効になりました", "HubSpot's grant is not valid any more"),
                language.pick(
                    "許可は1回だけ、すぐに使う必要があります。何も変更していません。",
                    "It works once and not for long. Nothing was changed.",
                ),
                again,
            ],
            Self::Client => [
                language.pick("アプリの登録を直す必要があります", "The app must be entered anew"),
                language.pick(
                    "HubSpotが、アプリのクライアントIDとクライアントシークレットを受け付けませんでした。何も変更していません。",
                    "HubSpot refuses the app's client ID and client secret. Nothing was changed.",
                ),
                language.pick(
                    "Musubiを設置した方に、musubi hubspot app をもう一度実行するよう依頼してください。",
                    "Ask whoever installed Musubi to run musubi hubspot app again.",
                ),
            ],
            Self::Crm => [
                language.pick("HubSpotが応答しませんでした", "HubSpot did not answer"),
                language.pick(
                    "準備の途中で止まりました。もう一度接続すると、続きから進みます。",
                    "It stopped on the way. Connecting again goes on from there.",
                ),
                language.pick("少し待ってから、もう一度接続してください。", "Wait a little, then connect again."),
            ],
            Self::Missing(_) => [
                language.pick("許可が足りません", "Not everything was granted"),
                language.pick(
                    "次のスコープが許可されていません。何も変更していません。",
                    "These scopes were not granted. Nothing was changed.",
                ),
                language.pick(
                    "もう一度接続して、許可してください。同じ画面が続く場合は、HubSpotアプリの必須スコープを確認するよう、Musubiを設置した方に依頼してください。",
                    "Connect again and grant them. If this page comes again, ask whoever installed Musubi to check the required scopes of the HubSpot app.",
                ),
            ],
            Self::Fields(_) => [
                language.pick("HubSpotで直すところがあります", "Something must be put right in HubSpot"),
                language.pick(
                    "アクセスは許可されましたが、次のプロパティーを直すまで、このアカウントは接続できません。",
                    "Access is granted, but the account cannot be connected until these properties are put right.",
                ),
                language.pick("直してから、もう一度接続してください。", "Put them right, then connect again."),
            ],
        }
    }

    /// What the page lists.
    fn items(&self, language: Language) -> Vec<&str> {
        match self {
            Self::Missing(scopes) => scopes.clone(),
            Self::Fields(problems) => problems.iter().map(|problem| problem.words(language)).collect(),
            _ => Vec::new(),
        }
    }
}

/// The page that says so, and begins again.
pub fn refused(language: Language, why: &NotInstalled) -> Page {
    let [title, what, then] = why.words(language);
    let items = why.items(language);
    let inside = card(html! {
        h1 { (title) }
        (lead(what))
        @if !items.is_empty() { (list(&items)) }
        (todo(then))
        @if !matches!(why, NotInstalled::NoApp | NotInstalled::Client) { (ways(language)) }
        p class="quiet" { a href=(HERE) { (language.pick("接続の説明を見る", "What connecting does")) } }
    });
    plain(language, title).status(why.status()).around(inside)
}

/// The account is connected, and HubSpot did not say by whom.
pub fn without_a_name(language: Language) -> Page {
    let title = language.pick("HubSpotアカウントを接続しました", "The HubSpot account is connected");
    let inside = card(html! {
        h1 { (title) }
        (lead(language.pick(
            "HubSpotから操作した方の情報が届かなかったため、コンソールにはログインしていません。",
            "HubSpot did not say who you are, so you are not signed in to the console.",
        )))
        (todo(language.pick(
            "Musubiの管理者に招待を依頼してください。管理者がまだいない場合は、Musubiを設置した方に musubi console invite の実行を依頼してください。",
            "Ask an admin of Musubi for an invitation. If there is no admin yet, ask whoever installed Musubi to run musubi console invite.",
        )))
    });
    plain(language, title).around(inside)
}

/// What is there now, and what comes next.
pub fn done(visit: &SignedIn, account: &CrmAccount) -> Page {
    let language = visit.language;
    let title = language.pick("HubSpotアカウントを接続しました", "The HubSpot account is connected");
    let name = account_name(&account.key, language);
    let yes = |is_so: bool| if is_so { language.pick("はい", "Yes") } else { language.pick("いいえ", "No") };
    let capabilities = account.capabilities;
    let inside = html! {
        h1 { (title) }
        section { (facts(&[
            (language.pick("アカウント", "Account"), name.as_str()),
            (language.pick("タイムゾーン", "Time zone"), &account.time_zone),
            (language.pick("コンタクトのプロパティー", "Contact properties"), language.pick("準備できています", "ready")),
            (language.pick("ワークフローが結果を待つ", "Workflows wait for the outcome"), yes(capabilities.workflows_wait)),
            (language.pick("重複防止キー", "Unique keys of notes and tasks"), yes(capabilities.unique_keys)),
        ])) }
        @if !capabilities.workflows_wait {
            div class="todo" {
                p { (language.pick(
                    "スコープ「automation」が許可されていないため、ワークフローは送信結果を待たずに進みます。Professional以上の契約に変更したときは、もう一度接続してください。",
                    "The scope “automation” was not granted, so workflows do not wait for outcomes. Once the account has Professional or above, connect again.",
                )) }
                p { a href="/console/install/begin?workflows=wait" { (language.pick("もう一度接続して許可する", "Connect again and grant it")) } }
            }
        }
        @if !capabilities.unique_keys {
            (todo(language.pick(
                "このアカウントではメモとタスクに重複防止キーを設定できません。HubSpotが応答しなかった場合に限り、確認してから書き直します。",
                "This account takes no unique key on notes and tasks: where HubSpot does not answer, Musubi looks before it writes again.",
            )))
        }
        section {
            h2 { (language.pick("次にすること", "What comes next")) }
            (list(&[
                language.pick("LINE公式アカウントを接続します。", "Connect a LINE Official Account."),
                language.pick("一緒に使う方を招待します。", "Invite the people who work with you."),
                language.pick("設定を確認します。設定はいつでも変更できます。", "Look at the settings. They can be changed at any time."),
            ]))
            (actions(html! {
                (button(Look::Main, language.pick("LINE公式アカウントを接続する", "Connect an Official Account"), "/console/connect"))
                (button(Look::Plain, language.pick("概要を開く", "Open the overview"), "/console"))
                (button(Look::Plain, language.pick("設定を開く", "Open the settings"), "/console/account"))
                (button(Look::Plain, language.pick("メンバーを招待する", "Invite people"), "/console/team"))
            }))
            p class="small" { (language.pick(
                "あとで戻るときは、もう一度HubSpotから接続するか、招待のアドレスを使います。",
                "To come back later, connect in HubSpot once more, or use an invitation's address.",
            )) }
        }
    };
    signed_in(visit, Here::Home, title, inside)
}
