//! Taking people out.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::export::ExportFormat;
use musubi::domain::language::Language;
use musubi::pages::{Look, Page, actions, button, form, lead, pair, section, todo};

use super::{Here, signed_in};
use crate::visit::SignedIn;

/// Why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// There are more people than when the page was made.
    TooMany,
    /// Another version of Musubi wrote so many rows.
    Unreadable(usize),
}

impl Mistake {
    fn words(self, language: Language) -> String {
        match (self, language) {
            (Self::TooMany, Language::Japanese) => {
                "画面を開いたあとに人が増え、1つのファイルに収まりません。下のボタンから、もう一度お試しください。".to_owned()
            }
            (Self::TooMany, Language::English) => {
                "There are more people than when the page was opened, and they do not fit into one file. Try again below."
                    .to_owned()
            }
            (Self::Unreadable(rows), Language::Japanese) => format!(
                "別のバージョンのMusubiが書いた{rows}件を読み取れないため、ファイルを作成しませんでした。デプロイの完了後に、もう一度お試しください。"
            ),
            (Self::Unreadable(rows), Language::English) => format!(
                "Another version of Musubi wrote {rows} of the rows, so no file was made: they would be missing. Try again when the deployment is through."
            ),
        }
    }
}

/// What a file holds, and a button for each. `parts`: `None` where there are too many people for a page.
pub fn page(visit: &SignedIn, channel: &Channel, parts: Option<u32>, mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let path = format!("/console/channels/{}", channel.id);
    let title = match language {
        Language::Japanese => format!("「{}」の人の一覧をエクスポートする", channel.name),
        Language::English => format!("Export the people of “{}”", channel.name),
    };
    let held = [
        language.pick("LINEユーザーIDと、連携しているコンタクトのID", "LINE user ID, and the ID of the contact they are linked to"),
        language.pick(
            "いつ、何によって連携したか。コンタクトに反映前のログインやCSVの内容があれば、その種類と経路",
            "since when and on whose word; a login or a file that the contact does not follow yet, with its route",
        ),
        language.pick(
            "友だちかブロック中か、いつ友だちになったか。最後にメッセージを受信した日時、返信待ちの開始日時",
            "whether they follow, since when and how; when they wrote the last time, and since when they wait for an answer",
        ),
    ];
    let inside = html! {
        h1 { (title) }
        @if let Some(mistake) = mistake { p class="mistake" role="alert" { (mistake.words(language)) } }
        (lead(language.pick(
            "Musubiが保存している、この公式アカウントの全員分をファイルに書き出します。個人の情報が入るため、保管先にご注意ください。書き出したことは操作の記録に残ります。",
            "All that Musubi holds about each person of this Official Account, as files. They are personal data: mind where you keep them. The activity log notes who took them out.",
        )))
        (section(language.pick("ファイルの内容", "In the file"), &held))
        p { (language.pick(
            "メッセージの本文は入りません。本文はHubSpotのメモにあり、Musubiはメモに書くまでの間しか保存しません。名前とメールアドレスはHubSpotのコンタクトにあります。",
            "No message is in it: messages are in HubSpot's notes, and Musubi keeps a text only until its note is written. Names and e-mail addresses are on HubSpot's contacts.",
        )) }
        @match parts {
            Some(of) => (files(visit, &path, of)),
            None => (todo(&match language {
                Language::Japanese => format!("人数が多いため、この画面では書き出せません。Musubiを設置した方に、musubi friends export {} people.csv の実行を依頼してください（1つのファイルになります）。", channel.id),
                Language::English => format!("There are too many people for this page. Ask whoever installed Musubi to run musubi friends export {} people.csv, which writes them into one file.", channel.id),
            })),
        }
        (actions(button(Look::Plain, language.pick("設定に戻る", "Back to the settings"), &path)))
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn files(visit: &SignedIn, path: &str, of: u32) -> Markup {
    let language = visit.language;
    html! {
        p { (language.pick(
            "CSVはExcelで、そのまま開けます（UTF-8、BOM付き）。「=」などで始まる値の先頭には、数式として実行されないように「'」を付けます。",
            "The CSV opens in Excel as it is (UTF-8 with a byte order mark). A value that begins with = or the like has a ' before it, so that it is not run as a formula.",
        )) }
        @if of > 1 { p { (match language {
            Language::Japanese => format!("人数が多いため、{of}個のファイルに分かれます。すべて保存すると、全員分がそろいます。"),
            Language::English => format!("There are many people, so there are {of} files. Together they hold everybody."),
        }) } }
        @for number in 0..of {
            (form(&format!("{path}/export"), &visit.form_token(), html! {
                @if of > 1 { p { (match language {
                    Language::Japanese => format!("ファイル {} / {of}", number + 1),
                    Language::English => format!("File {} of {of}", number + 1),
                }) } }
                input type="hidden" name="part" value=(number);
                input type="hidden" name="of" value=(of);
                (pair(html! { (save(ExportFormat::Csv, number, of, language)) (save(ExportFormat::Json, number, of, language)) }))
            }))
        }
    }
}

fn save(format: ExportFormat, number: u32, of: u32, language: Language) -> Markup {
    let name = format.as_str().to_uppercase();
    let label = match language {
        Language::Japanese => format!("{name}で保存"),
        Language::English => format!("Save as {name}"),
    };
    // Those of several files are told apart by whoever only hears them, too.
    let told = (of > 1).then(|| format!("{label} {} / {of}", number + 1));
    html! { button class="button plain" name="format" value=(format.as_str()) aria-label=[told] { (label) } }
}
